"""Several posts at once: what waits for whoever asks, and what they have sent."""

from collections.abc import Mapping, Sequence

from cards.model import Button, Card, Element, Row, Text, Tone
from cards.post import Eyes, standing
from cards.wording import counted, moment, opening
from policy.post import Post
from policy.record import ref


def list_card(waiting: Sequence[Post], mine: Sequence[Post], looks: Mapping[str, Eyes]) -> Card:
    """The answer to /posts. `looks` says by id how the viewer sees each post."""
    body = rows(waiting, mine, looks) or (Text("You have no posts yet. Type /draftpost to write one."),)
    said = f"{counted(len(waiting), 'post waits', 'posts wait')} for you. " if waiting else ""
    return Card("Posts", f"{said}{counted(len(mine), 'post', 'posts')} of your own.", body)


def rows(waiting: Sequence[Post], mine: Sequence[Post], looks: Mapping[str, Eyes]) -> tuple[Element, ...]:
    """What waits for whoever asks, and what they have sent; nothing when there is neither."""
    body: list[Element] = []
    if waiting:
        body.append(Text("Waiting for your decision", Tone.STRONG))
        body += [row(post, looks[post.id]) for post in waiting]
    if mine:
        body.append(Text("Your posts, newest first", Tone.STRONG))
        body += [row(post, looks[post.id]) for post in mine]
    return tuple(body)


def digest_card(waiting: Sequence[Post], looks: Sequence[Eyes]) -> Card:
    """The morning's reminder to whoever decides."""
    lead = f"Good morning. {counted(len(waiting), 'post waits', 'posts wait')} for your decision."
    rows = tuple(row(post, look) for post, look in zip(waiting, looks, strict=True))
    return Card("Posts waiting for you", lead, (Text(lead), *rows))


def row(post: Post, look: Eyes) -> Row:
    """One post of a list, with a button that opens it."""
    since = f" Waiting since {moment(post.waiting_since, look.zone)}." if look.decides and post.waiting_since else ""
    opens = Button("Open", "post.open", ref(post), post.version, about=f"Open {post.id}")
    words = opening(post.content.text) or counted(len(post.pictures), "picture", "pictures")
    return Row(
        f"{post.id}: {words}",
        f"{look.name(post.author)}, {look.account_name}. {standing(post, look)}{since}",
        (opens,),
    )
