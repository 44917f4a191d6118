"""What was typed into the form of a post: as a whole that can be sent, or as far as it has come."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from cards.model import FileRef, Value
from cards.post_forms import MOST_PICTURES, mark
from handlers.request import Request
from handlers.turn import Turn
from policy.checks import Draft, Finding, PictureDraft, alt_field, check_draft, check_time, errors, who_field
from policy.content import Content
from policy.picture import Picture, Source, Who
from policy.post import Post
from policy.refused import Unusable
from policy.text import clean

SOURCES, WHO = frozenset(Source), frozenset(Who)


@dataclass(frozen=True, slots=True)
class Given:
    """What a form brought back. `places` is how many pictures it had room for, by its own word, within the limit."""

    fields: Mapping[str, Value]
    places: int

    def text(self, name: str) -> str:
        """A field as text, "" when there is none."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Typed:
    """A form that can be taken: the content, and what its author and reader are advised of."""

    content: Content
    advice: tuple[Finding, ...]


def given(request: Request) -> Given:
    """What the form brought back, as it was drawn."""
    said = request.payload.get("pictures", "0")
    return Given(request.fields, min(MOST_PICTURES, int(said)) if said.isdecimal() else 0)


def given_since(request: Request, post: Post) -> tuple[Given, dict[str, str]]:
    """What the form brought back, with its pictures at the places they have in the post now.

    For a draft whose pictures come and go while its form is open. By field, what must be looked at again: a picture
    that has come since, or one that is no longer there.
    """
    drawn = given(request)
    was = {request.payload.get(f"picture_{number}", ""): number for number in range(1, drawn.places + 1)}
    moved = [(f"keep_{number}", alt_field(number), who_field(number)) for number in range(MOST_PICTURES + 1)]
    old = {name for names in moved for name in names}
    fields = {name: value for name, value in request.fields.items() if name not in old}
    news: dict[str, str] = {}
    for number, picture in enumerate(post.pictures, 1):
        before = was.pop(mark(picture), None)
        if before is None:
            news[alt_field(number)] = "This picture has come since you opened the form. Please describe it too."
        else:
            fields |= {
                now: request.fields[then]
                for now, then in zip(moved[number], moved[before], strict=True)
                if then in request.fields
            }
    if any(request.fields.get(f"keep_{number}") != "remove" for number in was.values()):
        news["text"] = f"A picture is no longer there. {post.trouble} Please look again, then send it.".replace(
            "  ", " "
        )
    return Given(fields, len(post.pictures)), news


def read(turn: Turn, post: Post | None, typed: Given) -> Typed:
    """The post that was typed. Raises Unusable, by field, for what cannot be sent as it is."""
    account = turn.school.account(typed.text("account"))
    if account is None:
        raise Unusable({"account": "Please choose one of the school's accounts."})
    numbered, wrong = _pictures(typed, post)
    content = _content(typed, account.id, tuple(picture for _, picture in numbered))
    drafted = tuple(PictureDraft(each.alt, each.who, each.name) for each in content.pictures)
    draft = Draft(content.text, drafted, content.source, content.source_note)
    findings = (*check_time(content.planned, turn.now), *check_draft(draft, account, turn.school.accounts))
    names = {field(at): field(n) for at, (n, _) in enumerate(numbered, 1) for field in (alt_field, who_field)}
    wrong |= {names.get(name, name): said for name, said in errors(findings).items() if name not in wrong}
    if wrong:
        raise Unusable(wrong)
    return Typed(content, tuple(each for each in findings if not each.blocking))


def so_far(turn: Turn, post: Post | None, typed: Given) -> Content:
    """What was typed up to now, for a draft: nothing of it is checked, and an account need not be chosen yet."""
    account = turn.school.account(typed.text("account"))
    numbered, _ = _pictures(typed, post)
    return _content(typed, account.id if account else "", tuple(picture for _, picture in numbered))


def _content(typed: Given, account: str, pictures: tuple[Picture, ...]) -> Content:
    source, planned = typed.text("source"), typed.fields.get("planned")
    return Content(
        text=clean(typed.text("text")),
        account=account,
        planned=planned if isinstance(planned, datetime) else None,
        pictures=pictures,
        source=Source(source) if pictures and source in SOURCES else None,
        source_note=clean(typed.text("source_note")) if pictures else "",
    )


def _pictures(typed: Given, post: Post | None) -> tuple[list[tuple[int, Picture]], dict[str, str]]:
    """The pictures by their number in the form, and what is wrong with any; places left empty are passed over."""
    found, wrong = list[tuple[int, Picture]](), dict[str, str]()
    for number in range(1, typed.places + 1):
        kept = post.pictures[number - 1] if post is not None and number <= len(post.pictures) else None
        if typed.text(f"keep_{number}") == "remove":
            continue
        file = typed.fields.get(f"picture_{number}")
        alt, who = clean(typed.text(alt_field(number))), typed.text(who_field(number))
        if isinstance(file, FileRef):
            kept = Picture(file.surface, file.id, file.name)
        if kept is not None:
            found.append((number, replace(kept, alt=alt, who=Who(who) if who in WHO else None)))
        elif alt or who:
            wrong[f"picture_{number}"] = "The picture itself is missing. Please choose the file."
    return found, wrong
