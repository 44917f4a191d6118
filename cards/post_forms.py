"""The forms of a post: writing it, asking for changes, rejecting, marking as posted."""

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
from policy.picture import Source, Who
from policy.post import Post
from policy.record import ref

MOST_PICTURES = 4
"""How many pictures a post may have."""

DECLARATION = (
    "By sending it you say that it is professional and respectful, that it tells nobody's private business, "
    "and that you may use everything in it."
)


def post_form(
    accounts: Sequence[Account], content: Content | None = None, *, pictures: int = 0, post: Post | None = None
) -> Form:
    """Write or edit a post. `pictures` is how many picture places to show, at least those it has already."""
    content = content or Content("", accounts[0].id if len(accounts) == 1 else "")
    places = min(MOST_PICTURES, max(pictures, len(content.pictures)))
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
        parts += _picture(number, content)
    if places:
        parts += [
            Divider(),
            ChoiceField(
                "source",
                "Source of the pictures",
                tuple((source.value, source.label) for source in Source),
                content.source.value if content.source else "",
                "Needed with a picture. If you are not sure, please ask before it is sent.",
            ),
            TextField(
                "source_note",
                "Permission given by",
                content.source_note,
                "Only when somebody outside the school gave permission: who, and when.",
                longest=200,
            ),
        ]
    if places < MOST_PICTURES:
        more = "Add a picture" if places == 0 else "Add another picture"
        parts.append(FormButton(more, "post.edit.more" if post else "post.more", {"pictures": str(places + 1)}))
    return Form(
        verb="post.edit.send" if post else "post.new",
        title=f"Edit {post.id}" if post else "Draft a post",
        parts=tuple(parts),
        record=ref(post) if post else None,
        version=post.version if post else 0,
        note=DECLARATION,
        payload={"pictures": str(places)},
    )


def _picture(number: int, content: Content) -> list[Part]:
    kept = content.pictures[number - 1] if number <= len(content.pictures) else None
    who = tuple((each.value, each.label) for each in Who)
    parts: list[Part] = [Divider()]
    if kept is not None:
        missing = Text(f"“{kept.name}” has not been taken in. Please choose another file, or take it out.")
        parts.append(Picture(kept.sha256, kept.alt, kept.name) if kept.cleaned else missing)
        options = (("keep", "Keep this picture"), ("remove", "Take this picture out"))
        parts.append(ChoiceField(f"keep_{number}", f"Picture {number}: keep it?", options, "keep", required=True))
    replacing = "Leave it empty to keep the one above." if kept else "A JPEG, PNG or WebP file, up to 10 MB."
    parts += [
        FileField(f"picture_{number}", f"Picture {number}: the file", replacing),
        TextField(
            alt_field(number),
            f"Picture {number}: what it shows",
            kept.alt if kept else "",
            "Needed with a picture: a sentence for people who cannot see it. It goes out with the picture.",
            longest=500,
        ),
        ChoiceField(
            who_field(number),
            f"Picture {number}: who is in it",
            who,
            kept.who or "" if kept else "",
            "Needed with a picture.",
        ),
    ]
    return parts


def reason_form(post: Post, verb: str, title: str, label: str, hint: str) -> Form:
    """One box for what should change, or why not, under the first words of the post it is about."""
    box = TextField("reason", label, hint=hint, required=True, lines=4, longest=1000)
    words = opening(post.content.text, 200) or counted(len(post.pictures), "picture", "pictures")
    return Form(verb, title, (Quote(words), box), ref(post), post.version)


def posted_form(post: Post) -> Form:
    """Where the post can be seen, if its platform gives it a link."""
    box = TextField("link", "Link", hint="Where it can be seen now, if it has an address.", longest=500)
    return Form("post.posted.send", f"Mark {post.id} as posted", (box,), ref(post), post.version)
