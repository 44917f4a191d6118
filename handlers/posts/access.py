"""Who may see, change, decide on and put up a post, and how it looks to each of them."""

from cards.post import Eyes
from handlers.reach import is_gone
from handlers.seats import deciders_of
from handlers.turn import Scene, Turn
from policy.comment import WORDS, Comment
from policy.comment import State as Asked
from policy.deciding import authority
from policy.people import Person, is_among
from policy.post import OPEN, Post, State, noted
from policy.post.due import schedule
from policy.record import ref
from policy.refused import NotAllowed

OUT = frozenset({State.APPROVED, State.POSTED})
"""The states in which those who look after the account may see a post."""


async def eyes(scene: Scene, post: Post) -> Eyes:
    """What the viewer is to the post, with the names its cards need."""
    may = await deciders_of(scene, post.author)
    account = scene.school.account(post.content.account)
    author = await scene.is_viewer(post.author)
    owns = account is not None and scene.school.owns(scene.viewer, account)
    asked = await scene.tx.get(Comment, post.reply_to) if post.reply_to else None
    ids = {post.author, post.posted_by, *(decision.by for decision in post.decisions)} - {""}
    return Eyes(
        zone=scene.school.zone,
        account=account,
        names={id: await scene.name(id) for id in sorted(ids)},
        accounts={each.id: each.name for each in scene.school.accounts},
        deciders=tuple([each.person.name for each in may if each.told and not await is_gone(scene, each.person)]),
        author=author,
        decides=is_among(scene.viewer, (decider.person for decider in may)),
        publishes=author or owns,
        asked=asked.text if asked else "",
        settled=_settled(post, asked),
        answer_by=asked.due if asked and asked.status is Asked.OPEN and post.status in OPEN else None,
    )


def _settled(post: Post, asked: Comment | None) -> str:
    """What has become of the comment that the post was to answer, where it may be needed no more; else ""."""
    if asked is None or asked.reply == post.id or asked.status is Asked.OPEN or post.status not in OPEN:
        return ""
    return WORDS[asked.status]


async def may_see(scene: Scene, post: Post, look: Eyes) -> bool:
    """Whether the post is this viewer's to see: its author, whoever decides or decided, the account's owners."""
    if look.author:
        return True
    if post.unsent:
        return False
    if look.decides or scene.school.is_head(scene.viewer):
        return True
    if look.publishes and post.status in OUT:
        return True
    decided = (decision.by for decision in post.decisions if decision.version == post.version)
    return any([await scene.is_viewer(by) for by in decided])


async def reads_history(turn: Turn, post: Post) -> None:
    """Its author and whoever decides; not those who only put it up: it holds earlier words, and reasons."""
    look = await eyes(turn, post)
    if not await may_see(turn, post, look):
        raise turn.nothing_there()
    decided = [await turn.is_viewer(decision.by) for decision in post.decisions if decision.version == post.version]
    if not (look.author or look.decides or turn.school.is_head(turn.viewer) or any(decided)):
        raise NotAllowed(
            "The history is for its author and whoever decides.",
            "It holds earlier words that did not go out, and what was said of them.",
            "What may go out is on the card you have.",
        )


async def sees(turn: Turn, post: Post) -> None:
    """Whoever may see it."""
    if not await may_see(turn, post, await eyes(turn, post)):
        raise turn.nothing_there()


async def writes(turn: Turn, post: Post) -> None:
    """Its author only."""
    if not await turn.is_viewer(post.author):
        await sees(turn, post)
        raise NotAllowed(
            "Only its author can do that.",
            f"{post.id} is {await turn.name(post.author)}'s post.",
            "You can ask them to.",
        )


async def decides(turn: Turn, post: Post) -> None:
    """Whoever decides today, and never its author; by what right is kept for the audit."""
    if post.unsent and not await turn.is_viewer(post.author):
        raise turn.nothing_there()
    turn.authority = authority(turn.viewer, await author_of(turn, post), await deciders_of(turn, post.author))


async def publishes(turn: Turn, post: Post) -> None:
    """Its author, or whoever looks after the account."""
    look = await eyes(turn, post)
    if not await may_see(turn, post, look):
        raise turn.nothing_there()
    if look.publishes:
        return
    raise NotAllowed(
        "Only its author or whoever looks after the account can mark it as posted.",
        "They are the ones who put it up.",
        "You can ask them to.",
    )


async def author_of(turn: Turn, post: Post) -> Person:
    """The author, who must be known: records never outlive their people."""
    author = await turn.person(post.author)
    if author is None:
        raise turn.nothing_there()
    return author


def keep(turn: Turn, post: Post) -> Post:
    """Save the post with the moment of its next reminder, and say in the audit what was done."""
    post = schedule(noted(post, turn.now), turn.school.calendar)
    turn.save(post, fingerprint=post.fingerprint)
    return post


async def hand_over(turn: Turn) -> None:
    """Put every post that waits before whoever decides now, except those who have its card already."""
    after: str | None = None
    while page := await turn.tx.find(Post, state=State.WAITING.value, after=after, limit=100):
        for post in page:
            told = [decider.person for decider in await deciders_of(turn, post.author) if decider.told]
            have = {shown.person for shown in await turn.tx.shown(ref(post)) if shown.view == "post"}
            for person in told:
                if have.isdisjoint(person.ids):
                    turn.send("post", person, post)
            if all([await is_gone(turn, person) for person in told]):
                await tell_nobody_can(turn, post)
        after = page[-1].id


async def tell_nobody_can(turn: Turn, post: Post) -> None:
    """Tell the author, at most once a day for each version, that nobody can decide on it."""
    if await turn.once(f"nobody/{post.id}/{post.version}"):
        turn.send("post.nobody", await author_of(turn, post), post, nag=True)


async def ask_deciders(turn: Turn, post: Post) -> tuple[str, ...]:
    """Put the post before whoever decides today; the names of those it reaches, none when nobody can decide."""
    asked = [decider.person for decider in await deciders_of(turn, post.author) if decider.told]
    for person in asked:
        turn.send("post", person, post)
    return tuple([person.name for person in asked if not await is_gone(turn, person)])
