"""The forms of a post: writing it, asking for changes, rejecting, marking as posted."""

import hashlib
from collections.abc import Sequence

from cards.model import (
    ChoiceField,
    Divider,
    FileField,
    Form,
    FormButton,
    MomentField,
    Part,
    Picture,
    Quote,
    Text,
    TextField,
)
from cards.wording import counted, opening
from policy.account import Account
from policy.checks import alt_field, who_field
from policy.content import Content
from policy.picture import Picture as PostPicture
from policy.picture import Source, Who
from policy.post import Post, State
from policy.record import ref

MOST_PICTURES = 4
"""How many pictures a post may have."""

DECLARATION = (
    "By sending it you say that it is professional and respectful, that it tells nobody's private business, "
    "and that you may use everything in it."
)

VOIDS = "It is approved as it stands: change it, and that approval no longer counts."


def post_form(
    accounts: Sequence[Account],
    content: Content | None = None,
    *,
    pictures: int = 0,
    post: Post | None = None,
    files: bool = True,
) -> Form:
    """Write or edit a post. `pictures` is how many picture places to show, at least those it has already.

    Without `files` the form cannot hold any: it shows the pictures the post has, and its button for another keeps
    what was typed as a draft, to which pictures are sent in the chat. What its pictures need is then required, as
    they are there already. `marks` tells which picture is where.
    """
    content = content or Content("", accounts[0].id if len(accounts) == 1 else "")
    places = min(MOST_PICTURES, max(pictures if files else 0, len(content.pictures)))
    parts: list[Part] = [
        TextField("text", "Text", content.text, required=places == 0, lines=6, longest=3000),
        ChoiceField(
            "account",
            "Account",
            tuple((account.id, account.name) for account in accounts),
            content.account,
            required=True,
        ),
        MomentField("planned", "When", content.planned, "Leave it empty to post as soon as it is approved."),
    ]
    for number in range(1, places + 1):
        parts += _picture(number, content, files)
    if places:
        parts += [
            Divider(),
            ChoiceField(
                "source",
                "Source of the pictures",
                tuple((source.value, source.label) for source in Source),
                content.source.value if content.source else "",
                "Needed with a picture. If you are not sure, please ask before it is sent.",
                required=not files,
            ),
            TextField(
                "source_note",
                "Permission given by",
                content.source_note,
                "Only when somebody outside the school gave permission: who, and when.",
                longest=200,
            ),
        ]
    parts += _another(places, post, files)
    drafted = post is not None and post.status is State.DRAFT and not files
    return Form(
        verb="post.finish.send" if drafted else "post.edit.send" if post else "post.new",
        title=f"{'Describe and send' if drafted else 'Edit'} {post.id}" if post else "Draft a post",
        parts=tuple(parts),
        record=ref(post) if post else None,
        version=post.version if post else 0,
        note=f"{DECLARATION} {VOIDS}" if post and post.status is State.APPROVED else DECLARATION,
        payload={"pictures": str(places)} | ({} if files else marks(content.pictures)),
    )


def marks(pictures: Sequence[PostPicture]) -> dict[str, str]:
    """For a form's payload: which picture stands at which of its places, by a short name that stays its own."""
    return {f"picture_{number}": mark(picture) for number, picture in enumerate(pictures, 1)}


def mark(picture: PostPicture) -> str:
    """A short name for a picture: the same for as long as it is in its post."""
    return hashlib.sha256(f"{picture.surface}:{picture.file_id}".encode()).hexdigest()[:12]


def _another(places: int, post: Post | None, files: bool) -> list[Part]:
    """The way to one more picture: another place for it, or a draft to send it to."""
    label = "Add a picture" if places == 0 else "Add another picture"
    if files:
        more = FormButton(label, "post.edit.more" if post else "post.more", {"pictures": str(places + 1)})
        return [more] if places < MOST_PICTURES else []
    if post is None:
        return [FormButton(label, "post.keep")]
    if post.status is State.DRAFT:
        return [FormButton(label, "post.finish.keep")]
    button = FormButton(label, "post.edit.keep")
    if post.status not in (State.FETCHING, State.WAITING, State.APPROVED):
        return [button]
    voids = ", and its approval no longer counts" if post.status is State.APPROVED else ""
    return [Text(f"To add a picture, {post.id} becomes a draft until you send it again{voids}."), button]


def _picture(number: int, content: Content, files: bool) -> list[Part]:
    kept = content.pictures[number - 1] if number <= len(content.pictures) else None
    who = tuple((each.value, each.label) for each in Who)
    parts: list[Part] = [Divider()]
    if kept is not None:
        missing = f"“{kept.name}” has not been taken in. Please choose another file, or take it out."
        if not files:
            missing = f"Not taken in yet: {called(kept)}. You can describe it all the same."
        parts.append(Picture(kept.sha256, described(kept), kept.name) if kept.cleaned else Text(missing))
        options = (("keep", "Keep this picture"), ("remove", "Take this picture out"))
        parts.append(ChoiceField(f"keep_{number}", f"Picture {number}: keep it?", options, "keep", required=True))
    if files:
        replacing = "Leave it empty to keep the one above." if kept else "A JPEG, PNG or WebP file, up to 10 MB."
        parts.append(FileField(f"picture_{number}", f"Picture {number}: the file", replacing))
    parts += [
        TextField(
            alt_field(number),
            f"Picture {number}: what it shows",
            kept.alt if kept else "",
            "Needed with a picture: a sentence for people who cannot see it. It goes out with the picture.",
            required=not files,
            longest=500,
        ),
        ChoiceField(
            who_field(number),
            f"Picture {number}: who is in it",
            who,
            kept.who or "" if kept else "",
            "Needed with a picture.",
            required=not files,
        ),
    ]
    return parts


def described(picture: PostPicture) -> str:
    """What stands for a picture where it cannot be seen, also while nobody has said what it shows."""
    return picture.alt or f"Not described yet: {called(picture)}"


def called(picture: PostPicture) -> str:
    """A picture by its file's name, in quotation marks; one that is pasted may have none."""
    return f"“{opening(picture.name, 60)}”" if picture.name.strip() else "a picture without a name"


def reason_form(post: Post, verb: str, title: str, label: str, hint: str) -> Form:
    """One box for what should change, or why not, under the first words of the post it is about."""
    box = TextField("reason", label, hint=hint, required=True, lines=4, longest=1000)
    words = opening(post.content.text, 200) or counted(len(post.pictures), "picture", "pictures")
    return Form(verb, title, (Quote(words), box), ref(post), post.version)


def posted_form(post: Post) -> Form:
    """Where the post can be seen, if its platform gives it a link."""
    box = TextField("link", "Link", hint="Where it can be seen now, if it has an address.", longest=500)
    return Form("post.posted.send", f"Mark {post.id} as posted", (box,), ref(post), post.version)
