"""The checks that a draft must pass before it goes to anybody for a decision."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from policy.account import Account
from policy.checks.draft import PLANNED, SOURCE, SOURCE_NOTE, TEXT, Draft, Finding, PictureDraft, alt_field, who_field
from policy.checks.length import length_on
from policy.picture import Source, Who

FURTHEST = timedelta(days=366)
"""How far ahead a post may be planned."""

_FILE_NAME = re.compile(r"\S+\.(?:jpe?g|png|gif|heic|heif|webp|bmp|tiff?|avif)", re.IGNORECASE)
_CAMERA_NAME = re.compile(
    r"(?:img|dsc|dscn|dscf|pxl|screenshot|image|photo|picture)[-_ ]?\d[\d_ ()-]*", re.IGNORECASE
)
_SAYS_NOTHING = frozenset(
    {"image", "picture", "photo", "photograph", "pic", "img", "alt", "alt text", "text", "none", "n/a", "na", "nil"}
    | {"tbc", "todo", "untitled", "screenshot", "no alt text", "a picture", "a photo", "an image", "the picture"}
    | {"the photo", "the image", "description", "no description"}
)


def blocking(draft: Draft, account: Account) -> Iterator[Finding]:
    """What must be put right, in the order of the form."""
    yield from _text(draft, account)
    for number, picture in enumerate(draft.pictures, 1):
        yield from _alt(number, picture)
        yield from _who(number, picture)
    if draft.pictures:
        yield from _source(draft)


def of_time(planned: datetime, now: datetime) -> Iterator[Finding]:
    """What is wrong with the moment for which a post is planned."""
    if planned <= now:
        then = "Please choose a later one, or leave it empty."
        yield _finding("planned-past", PLANNED, "That time has passed.", then)
    elif planned > now + FURTHEST:
        then = "Please choose a nearer time, or leave it empty."
        yield _finding("planned-far", PLANNED, "That is more than a year away.", then)


def _finding(code: str, field: str, message: str, then: str, clause: str = "") -> Finding:
    return Finding(code, True, field, message, then, clause)


def _text(draft: Draft, account: Account) -> Iterator[Finding]:
    if not draft.text.strip() and not draft.pictures:
        yield _finding("empty", TEXT, "There is nothing to post yet.", "Please write a text or add a picture.")
    over = length_on(account.platform, draft.text) - account.longest
    if over > 0:
        many = "1 character" if over == 1 else f"{over:,} characters"
        message = f"The text is {many} too long: {account.platform_name} takes {account.longest:,}."
        yield _finding("too-long", TEXT, message, "Please shorten it.")


def _alt(number: int, picture: PictureDraft) -> Iterator[Finding]:
    alt = picture.alt.strip()
    if not alt:
        message = f"Picture {number} has no description for people who cannot see it."
    elif _says_nothing(alt, picture.name):
        message = f"The description of picture {number} does not say what is in it."
    else:
        return
    then = "Please say in a few words what it shows, such as “Year 3 planting beans in the school garden”."
    yield _finding("no-alt", alt_field(number), message, then)


def _says_nothing(alt: str, name: str) -> bool:
    bare = alt.casefold().strip(" .:!-_\"'")
    stem = name.casefold().rpartition(".")[0]
    if bare in _SAYS_NOTHING or bare in (name.casefold(), stem) or not any(letter.isalpha() for letter in bare):
        return True
    return bool(_FILE_NAME.fullmatch(bare) or _CAMERA_NAME.fullmatch(bare))


def _who(number: int, picture: PictureDraft) -> Iterator[Finding]:
    field = who_field(number)
    if picture.who is None:
        message = f"Nobody has said yet who is in picture {number}."
        yield _finding("who-missing", field, message, "Please choose one of the answers.", "picture-permission")
    elif picture.who is Who.PUPILS_UNSURE:
        message = f"Picture {number} shows pupils who may not have photo consent."
        then = "Please check with the office, or use another picture."
        yield _finding("no-consent", field, message, then, "pupil-pictures")


def _source(draft: Draft) -> Iterator[Finding]:
    if draft.source is None:
        message = "Nobody has said yet where the picture comes from."
        yield _finding("source-missing", SOURCE, message, "Please choose one of the answers.", "copyright")
    elif draft.source is Source.UNSURE:
        message = "A picture can go out only when we know that we may use it."
        then = "Please find out who made it and ask them, or use one of our own."
        yield _finding("source-unsure", SOURCE, message, then, "copyright")
    elif draft.source is Source.PERMISSION and not draft.source_note.strip():
        message = "Nobody has said yet who gave permission for the picture."
        yield _finding("permission-by-whom", SOURCE_NOTE, message, "Please name them.", "copyright")
