"""What is shown of posts: the cards the relay draws, and the lists and histories people ask for."""

from datetime import UTC, datetime

from cards.model import Card, Element
from cards.post import Eyes, history_card, post_card, whole_card
from cards.post_draft import draft_card
from cards.post_list import MINE, WAITING, Listing, digest_card, list_card, rows
from cards.post_messages import decided_card, moved_card, nag_card, nobody_card, over_card, ready_card, time_card
from handlers.answering import gone
from handlers.needs import staff
from handlers.posts.access import eyes, may_see, reads_history, sees
from handlers.registry import Registry
from handlers.request import Reply, Say, Show
from handlers.seats import deciders_of, might_decide, seats_today
from handlers.turn import Scene, Turn
from policy.people import is_among, same_person
from policy.post import Post, State
from policy.post.kept import post_kept
from policy.record import ref

registry = Registry()
registry.retains(Post, post_kept, "posts", whose=lambda post: post.author, leaving=gone)

WHOLE = "post.whole"

END_OF_TIME = datetime.max.replace(tzinfo=UTC)

MOST_PAGES = 20
"""How many pages of waiting posts are looked through for those that are for the viewer."""

LONGEST_LIST = 5
"""How many posts a list shows of each sort before it offers more."""


async def look(scene: Scene, post: Post) -> Eyes | None:
    """How the viewer sees the post; None when it is not theirs to see."""
    found = await eyes(scene, post)
    return found if await may_see(scene, post, found) else None


def in_the_making(post: Post, found: Eyes) -> bool:
    """Whether the words are not for this viewer yet: a new version comes to them when it is whole."""
    return post.status in (State.DRAFT, State.FETCHING) and not found.author


@registry.view("post", Post)
async def post_view(scene: Scene, post: Post) -> Card | None:
    """The post's own card."""
    found = await look(scene, post)
    if found is None:
        return None
    if post.kept and found.author:
        return draft_card(post, found)
    return moved_card(post, found) if in_the_making(post, found) else post_card(post, found)


@registry.view(WHOLE, Post)
async def whole_view(scene: Scene, post: Post) -> Card | None:
    """All of the post, where it was opened."""
    found = await look(scene, post)
    return _whole(post, found) if found else None


@registry.view("post.ready", Post)
async def ready_view(scene: Scene, post: Post) -> Card | None:
    """The card to post from."""
    found = await eyes(scene, post)
    return ready_card(post, found) if found.publishes else None


@registry.view("post.decided", Post)
async def decided_view(scene: Scene, post: Post) -> Card | None:
    """What the author hears when a post comes back: of a decision, or of a picture that could not be taken."""
    found = await look(scene, post)
    return decided_card(post, found) if found else None


@registry.view("post.nag", Post)
async def nag_view(scene: Scene, post: Post) -> Card | None:
    """It still waits. Nothing to say to somebody who could not decide anyhow."""
    if scene.first and post.status is not State.WAITING:
        return None
    found = await look(scene, post)
    return nag_card(post, found, scene.now) if found else None


@registry.view("post.nobody", Post)
async def nobody_view(scene: Scene, post: Post) -> Card | None:
    """It waits, and nobody can decide on it."""
    found = await look(scene, post)
    if scene.first and (post.status is not State.WAITING or (found and found.deciders)):
        return None
    return nobody_card(post, found) if found else None


@registry.view("post.time", Post)
async def time_view(scene: Scene, post: Post) -> Card | None:
    """Its planned time has come."""
    found = await eyes(scene, post)
    return time_card(post, found) if found.publishes else None


@registry.view("post.over", Post)
async def over_view(scene: Scene, post: Post) -> Card | None:
    """Its time has passed."""
    found = await look(scene, post)
    return over_card(post, found) if found else None


@registry.view("posts.digest")
async def digest_view(scene: Scene, record: None) -> Card | None:
    """Everything that waits for the viewer this morning; None when nothing does any more."""
    found = await listing(scene)
    return digest_card(found) if found.waiting else None


@registry.command("posts", needs=staff, summary="Your posts, and what waits for you")
async def posts(turn: Turn) -> Reply:
    """What waits for whoever asks, and what they have sent."""
    return Say(list_card(await listing(turn)))


@registry.button("posts.more", "More", needs=staff)
async def more(turn: Turn) -> Reply:
    """The next of what waits, or of what was sent, after the post that the list ended with."""
    part, after = turn.request.payload.get("part"), turn.request.payload.get("after")
    if not after or await turn.tx.get(Post, after) is None:
        return Say(list_card(await listing(turn)))
    waiting = await waiting_for(turn, after) if part == WAITING else []
    mine = await written_by(turn, after) if part == MINE else []
    return Say(list_card(await _listed(turn, waiting, mine)))


@registry.home
async def at_home(scene: Scene) -> tuple[Element, ...]:
    """The posts that wait for the viewer, and their own."""
    return rows(await listing(scene))


@registry.button("post.open", "Open", needs=sees, record=Post, bound=False)
async def open_post(turn: Turn, post: Post) -> Reply:
    """All of the post."""
    return Show(ref(post), _whole(post, await eyes(turn, post)), WHOLE)


@registry.button("post.history", "History", needs=reads_history, record=Post, bound=False)
async def history(turn: Turn, post: Post) -> Reply:
    """Every version and every decision."""
    found = await eyes(turn, post)
    return Say(moved_card(post, found) if in_the_making(post, found) else history_card(post, found))


def _whole(post: Post, found: Eyes) -> Card:
    if post.kept and found.author:
        return draft_card(post, found, in_full=True)
    return moved_card(post, found) if in_the_making(post, found) else whole_card(post, found)


async def listing(scene: Scene) -> Listing:
    """The first of what waits for the viewer, and of what they have sent."""
    return await _listed(scene, await waiting_for(scene), await written_by(scene))


async def _listed(scene: Scene, waiting: list[Post], mine: list[Post]) -> Listing:
    """The posts with the words that a list needs; one more than fits says that there are more."""
    shown = waiting[:LONGEST_LIST]
    return Listing(
        waiting=tuple(shown),
        mine=tuple(mine[:LONGEST_LIST]),
        more_waiting=len(waiting) > LONGEST_LIST,
        more_mine=len(mine) > LONGEST_LIST,
        zone=scene.school.zone,
        authors={post.author: await scene.name(post.author) for post in shown},
        accounts={account.id: account.name for account in scene.school.accounts},
    )


async def written_by(scene: Scene, after: str | None = None) -> list[Post]:
    """The viewer's own posts, newest first, under whichever of their ids they were made; one more than fits."""
    most = LONGEST_LIST + 1
    ids = scene.viewer.ids
    found = [post for id in ids for post in await scene.tx.find(Post, owner=id, after=after, limit=most)]
    return found if len(ids) == 1 else sorted(found, key=lambda post: post.made_at, reverse=True)[:most]


async def waiting_for(scene: Scene, after: str | None = None) -> list[Post]:
    """The posts that wait for the viewer's decision, most pressing first; one more than fits."""
    if not await might_decide(scene, scene.viewer):
        return []
    most = LONGEST_LIST + 1
    if (authors := await only_from(scene)) is not None:
        waiting = State.WAITING.value
        pages = [await scene.tx.find(Post, state=waiting, owner=id, after=after, limit=most) for id in authors]
        return [post for page in pages for post in page if await _is_for(scene, post)][:most]
    found: list[Post] = []
    for _ in range(MOST_PAGES):
        page = await scene.tx.find(Post, state=State.WAITING.value, due_before=END_OF_TIME, after=after, limit=most)
        found += [post for post in page if await _is_for(scene, post)]
        if len(page) < most or len(found) >= most:
            break
        after = page[-1].id
    return found[:most]


async def only_from(scene: Scene) -> tuple[str, ...] | None:
    """The authors whose posts alone can wait for the viewer; None when it may be anybody's.

    While the headteacher is in, only their own posts wait for somebody else.
    """
    head = (await seats_today(scene)).head
    if head is None or head.away is not None or same_person(head.holder, scene.viewer):
        return None
    return head.holder.ids


async def _is_for(scene: Scene, post: Post) -> bool:
    return is_among(scene.viewer, (each.person for each in await deciders_of(scene, post.author)))
