"""A draft that its author keeps, and what they are told as pictures for it come in."""

from collections.abc import Sequence
from dataclasses import dataclass

from cards.model import Card, Element, Picture, Quote, Text, Tone
from cards.post import FINISH, Eyes, buttons, gist, particulars, press, standing, whole, why
from cards.post_forms import MOST_PICTURES, called, described
from cards.wording import listed
from policy.picture import Picture as PostPicture
from policy.post import Post, State

HOW = "Send the picture here in this chat: press the paperclip or paste it."
"""How a picture is sent where forms hold none."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """Pictures that were sent: those that go to the draft, those it had already, and those that are too many.

    Of the words that came with them, `text` became the draft's, and `left` was not taken because it has a text.
    """

    fresh: tuple[PostPicture, ...] = ()
    again: tuple[PostPicture, ...] = ()
    over: tuple[PostPicture, ...] = ()
    text: str = ""
    left: str = ""


def draft_card(post: Post, eyes: Eyes, *, in_full: bool = False) -> Card:
    """The draft as it has come, with what has become of each picture; `in_full`: with all of a long text."""
    status = standing(post, eyes)
    body: list[Element] = [Text(status, Tone.STRONG), *why(post, eyes), particulars(post, eyes)]
    if post.content.text:
        body.append(Quote(post.content.text, None if in_full else whole(post)))
    for number, picture in enumerate(post.pictures, 1):
        if picture.cleaned:
            body.append(Picture(picture.sha256, described(picture), _caption(number, picture)))
        else:
            body.append(Text(f"Picture {number}: {called(picture)}. It is being taken in.", Tone.QUIET))
    room = MOST_PICTURES - len(post.pictures)
    if room:
        some = "A picture goes to it when you send it here" if not post.pictures else "More pictures can be sent here"
        body.append(Text(f"{some} in this chat. Then press {FINISH}.", Tone.QUIET))
    title = f"{post.id}: a draft"
    return Card(title, f"{title}, not sent yet. {gist(post)}", tuple(body), buttons(post, eyes))


def kept_card(post: Post, before: State | None = None) -> Card:
    """The receipt for what was kept as a draft, and how to send the picture. `before` is what the post was."""
    said = f"{post.id} is kept as a draft."
    then = HOW
    if len(post.pictures) >= MOST_PICTURES:
        then = f"It has the {MOST_PICTURES} pictures that a post takes: to add another, take one of them out first."
    body: list[Element] = [Text(said), Text(then)]
    if before in (State.WAITING, State.FETCHING):
        body.insert(1, Text("Nobody can decide on it until you send it again."))
    elif before is State.APPROVED:
        body.insert(1, Text("Its approval no longer counts. It goes to be read again once you send it."))
    body.append(Text(f"When you have all you want, press {FINISH} on its card.", Tone.QUIET))
    return Card(
        f"{post.id} is kept as a draft", " ".join(each.text for each in body if isinstance(each, Text)), tuple(body)
    )


def got_card(post: Post, came: Sorted, *, begun: bool = False, sent_before: str = "") -> Card:
    """What became of pictures that were sent to the chat, and of the words with them. `begun`: they began the draft;
    `sent_before` is the post that they may have been meant for.
    """
    lines, taken = list[str](), (*came.fresh, *came.again)
    if taken:
        where = f"in a new draft, {post.id}" if begun else f"with {post.id}"
        lines.append(f"Got it. {_named(taken)} {'is' if len(taken) == 1 else 'are'} {where}.")
    if came.over:
        was = "was" if len(came.over) == 1 else "were"
        lines.append(
            f"{_named(came.over)} {was} left out: a post takes {MOST_PICTURES} pictures, and {post.id} has them."
        )
        then = f"To use another, press {FINISH}, choose to take one out and press Add another picture."
    else:
        then = f"When you have sent all you want, press {FINISH}."
    if came.text:
        lines.append("Your words are the text of the post.")
    if came.left:
        lines.append(
            f"Your words were not taken, as {post.id} has a text already. To use them, press {FINISH} and copy them."
        )
    body: list[Element] = [Text(line) for line in lines]
    if came.left:
        body.append(Quote(came.left))
    if begun and sent_before:
        other = f"If it was meant for {sent_before}, which you have sent: press Edit on it, then Add a picture, and"
        body.append(Text(f"{other} send it again. You can withdraw {post.id}.", Tone.QUIET))
    finish = press(post, FINISH, "post.finish", Tone.PRIMARY)
    return Card(f"{post.id}: a draft", " ".join(lines), (*body, Text(then)), (finish,))


def no_picture_card(words: str) -> Card:
    """Nothing that could be a picture was sent, with those words beside it."""
    said = "No picture came with that."
    return Card(said, f"{said} {HOW}", (Text(HOW), *((Quote(words),) if words else ())))


def _named(pictures: Sequence[PostPicture]) -> str:
    """Pictures at the beginning of a sentence: "“a.jpg” and “b.jpg”"; those without a name are counted."""
    if any(picture.name.strip() for picture in pictures):
        return listed([called(picture) for picture in pictures])
    return "The picture" if len(pictures) == 1 else f"The {len(pictures)} pictures"


def _caption(number: int, picture: PostPicture) -> str:
    about = f"Alt text: {picture.alt}" if picture.alt else "Not described yet."
    who = f" {picture.who.label}." if picture.who else ""
    return f"Picture {number}: {called(picture)}.{who} {about}"
