"""Several posts at once: what waits for whoever asks, and what they have sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from cards.model import Button, Card, Element, Row, Text, Tone
from cards.wording import counted, moment, opening
from policy.post import WORDS, Post
from policy.record import ref

WAITING, MINE = "waiting", "mine"
"""The parts of the list, as the button for more names them."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The posts to be listed, whether there are more, and the names of their authors and accounts by id."""

    waiting: tuple[Post, ...]
    mine: tuple[Post, ...]
    more_waiting: bool
    more_mine: bool
    zone: ZoneInfo
    authors: Mapping[str, str]
    accounts: Mapping[str, str]


def list_card(listing: Listing) -> Card:
    """The answer to /posts."""
    body = rows(listing) or (Text("Nothing waits for you, and you have no posts yet. Type /draftpost to write one."),)
    said = f"{_waiting(listing)} for you. " if listing.waiting else ""
    own = counted(len(listing.mine), "post", "posts")
    mine = f"More than {own} of your own." if listing.more_mine else f"{own[0].upper()}{own[1:]} of your own."
    return Card("Posts", f"{said}{mine}", body)


def rows(listing: Listing) -> tuple[Element, ...]:
    """What waits for whoever asks, and what they have sent; nothing when there is neither."""
    body: list[Element] = []
    if listing.waiting:
        body.append(Text("Waiting for your decision", Tone.STRONG))
        body += [_row(post, _waits(post, listing), listing) for post in listing.waiting]
        body += _more(WAITING, listing.waiting) if listing.more_waiting else ()
    if listing.mine:
        body.append(Text("Your posts, newest first", Tone.STRONG))
        body += [_row(post, WORDS[post.status].capitalize(), listing) for post in listing.mine]
        body += _more(MINE, listing.mine) if listing.more_mine else ()
    return tuple(body)


def digest_card(listing: Listing) -> Card:
    """The morning's reminder to whoever decides."""
    lead = f"Good morning. {_waiting(listing)} for your decision."
    waiting = tuple(_row(post, _waits(post, listing), listing) for post in listing.waiting)
    more = _more(WAITING, listing.waiting) if listing.more_waiting else ()
    return Card("Posts waiting for you", lead, (Text(lead), *waiting, *more))


def _waiting(listing: Listing) -> str:
    count = len(listing.waiting)
    return f"More than {count} posts wait" if listing.more_waiting else counted(count, "post waits", "posts wait")


def _more(part: str, shown: tuple[Post, ...]) -> tuple[Row, ...]:
    """The way to the rest of a part of the list."""
    about = "More posts that wait for you" if part == WAITING else "More of your posts"
    button = Button("More", "posts.more", payload={"part": part, "after": shown[-1].id}, about=about)
    return (Row("There are more", "", (button,)),)


def _waits(post: Post, listing: Listing) -> str:
    since = f", waiting since {moment(post.waiting_since, listing.zone)}" if post.waiting_since else ""
    return f"From {listing.authors[post.author]}{since}"


def _row(post: Post, status: str, listing: Listing) -> Row:
    words, account = opening(post.content.text), listing.accounts.get(post.content.account)
    if not words:
        words = counted(len(post.pictures), "picture", "pictures") if post.pictures else "nothing in it yet"
    if account is None:
        gone, unchosen = "an account the school no longer has", "an account that is not chosen yet"
        account = gone if post.content.account else unchosen
    opens = Button("Open", "post.open", ref(post), post.version, about=f"Open {post.id}")
    return Row(f"{post.id}: {words}", f"{status}. For {account}.", (opens,))
