"""What is shown of comments: their cards, the list, the reminders."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from cards.comment import comment_card, nag_card
from cards.comment_list import (
    Queue,
    complaints_card,
    digest_card,
    done_card,
    more_rows,
    overdue_card,
    queue_card,
    replaced_card,
    rows,
)
from cards.comment_stats import stats_card
from cards.look import unwatched
from cards.model import Card, Element
from handlers.care import carers, cares_for, keepers, leads
from handlers.comments.access import may_see, sees, sight
from handlers.looks import unseen
from handlers.needs import staff
from handlers.registry import Registry
from handlers.request import Reply, Say, Show
from handlers.turn import Scene, Turn
from policy.comment import CLAUSE, LIVE, Comment, Kind, State, live_key
from policy.comment.kept import comment_kept
from policy.digest import Digest
from policy.people import is_among
from policy.record import ref
from policy.refused import NotAllowed, NotFound
from policy.response_times import response_times

registry = Registry()
registry.retains(Comment, comment_kept, "comments")

WHOLE = "comment.whole"

LONGEST_LIST = 5
"""How many comments a list shows before it offers more."""

MOST = 100
"""Among how many comments of an account and state, by their next reminder, the most pressing are looked for."""

STATS, MONTHS, BUSIEST = "stats", 3, 5_000
"""What asks for response times, over how many months, and how many comments of a month are counted at most."""

END_OF_TIME = datetime.max.replace(tzinfo=UTC)


@registry.view("comment", Comment)
async def comment_view(scene: Scene, comment: Comment) -> Card | None:
    """The comment's own card."""
    return comment_card(comment, await sight(scene, comment)) if await may_see(scene, comment) else None


@registry.view(WHOLE, Comment)
async def whole_view(scene: Scene, comment: Comment) -> Card | None:
    """All of the comment, where it was opened."""
    found = await may_see(scene, comment)
    return comment_card(comment, await sight(scene, comment), in_full=True) if found else None


@registry.view("comment.nag", Comment)
async def reminder_view(scene: Scene, comment: Comment) -> Card | None:
    """A reminder of one comment; how it ended, once it is over."""
    if (scene.first and not comment.live) or not await may_see(scene, comment):
        return None
    found = await sight(scene, comment)
    return nag_card(comment, found, scene.now) if comment.live else comment_card(comment, found)


@registry.view("comments.nag", Digest)
async def nag_view(scene: Scene, digest: Digest | None) -> Card | None:
    """What is open and with the viewer."""
    return _of(scene, digest, await _reminder(scene, State.OPEN))


@registry.view("comments.acknowledged", Digest)
async def acknowledged_view(scene: Scene, digest: Digest | None) -> Card | None:
    """What is with the viewer, was only acknowledged, and has no answer yet."""
    return _of(scene, digest, await _reminder(scene, State.ACKNOWLEDGED))


@registry.view("comments.overdue", Digest)
async def overdue_view(scene: Scene, digest: Digest | None) -> Card | None:
    """What nobody answered in time, to the headteacher or whoever stands in."""
    found = await _of_all(scene, lambda each: each.overdue(scene.now))
    return _of(scene, digest, overdue_card(found) if found else None)


@registry.view("comments.complaints", Digest)
async def complaints_view(scene: Scene, digest: Digest | None) -> Card | None:
    """The complaints that are open, to the headteacher or whoever stands in."""
    found = await _of_all(scene, lambda each: each.kind is Kind.COMPLAINT)
    return _of(scene, digest, complaints_card(found) if found else None)


def _of(scene: Scene, digest: Digest | None, card: Card | None) -> Card | None:
    """The message as it stands: nothing is sent where nothing waits, and one that was sent says that nothing does."""
    if digest is None or (scene.first and not digest.replaced):
        return card
    if digest.replaced:
        return None if scene.first else replaced_card()
    return card or done_card()


async def _reminder(scene: Scene, state: State) -> Card | None:
    found = await queue(scene, await kept(scene), states=(state,), theirs=True)
    match found.comments:
        case ():
            return None
        case (only,) if not found.beyond:
            return nag_card(only, await sight(scene, only), scene.now)
        case _:
            return digest_card(found)


async def _of_all(scene: Scene, only: Callable[[Comment], bool]) -> Queue | None:
    """The open comments of every account that are so, to whoever leads; None when there are none."""
    if not await leads(scene):
        return None
    found = await queue(scene, await everywhere(scene), states=(State.OPEN,), only=only)
    return found if found.comments else None


@registry.command("comments", needs=staff, summary="Comments that wait for an answer", hint="[account] or stats")
async def comments(turn: Turn) -> Reply:
    """What is open and the viewer's to deal with, by when it is due; of one account, if it is named."""
    typed = " ".join(turn.request.text.casefold().split())
    if typed == STATS:
        return Say(await _stats(turn))
    account = next((each.id for each in turn.school.accounts if typed in (each.id, each.name.casefold())), "")
    if typed and not account:
        names = ", ".join(each.name for each in turn.school.accounts)
        raise NotFound(
            "The school has no account of that name.", f"Its accounts: {names}.", "Type /comments for all."
        )
    theirs = await allowed(turn)
    found = await queue(turn, theirs, account=account)
    if account and account not in theirs and not found.comments:
        raise NotAllowed(
            f"The comments on {found.accounts[account]} are not yours to deal with.",
            "They are for whoever looks after the account, and the headteacher.",
            "Type /comments for those that are with you.",
            clause=CLAUSE,
        )
    late = [each for each in await unseen(turn) if account in ("", each.account.id)]
    return Say(queue_card(found, unwatched(late, turn.school.zone)))


@registry.button("comments.more", "More", needs=staff)
async def more(turn: Turn) -> Reply:
    """The next of the list."""
    said, account = turn.request.payload.get("skip", ""), turn.request.payload.get("account", "")
    skip = int(said) if said.isdecimal() and len(said) < 6 else 0
    return Say(queue_card(await queue(turn, await allowed(turn), account=account, skip=skip)))


@registry.button("comment.open", "Open", needs=sees, record=Comment, bound=False)
async def open_comment(turn: Turn, comment: Comment) -> Reply:
    """All of the comment."""
    return Show(ref(comment), comment_card(comment, await sight(turn, comment), in_full=True), WHOLE)


@registry.home
async def at_home(scene: Scene) -> tuple[Element, ...]:
    """The most pressing of the comments that are the viewer's to deal with."""
    found = await queue(scene, await kept(scene), theirs=True)
    return (*rows(found), *more_rows(found))


async def everywhere(scene: Scene) -> list[str]:
    """The accounts that comments can come to, and those that the school has no more but with something to be done."""
    known = [each.id for each in scene.school.accounts]
    for state in LIVE:
        page = await scene.tx.find(Comment, state=state.value, due_before=END_OF_TIME, limit=MOST)
        known += [comment.account for comment in page]
    return list(dict.fromkeys(known))


async def allowed(scene: Scene) -> list[str]:
    """The accounts whose comments the viewer may deal with."""
    return [each for each in await everywhere(scene) if await cares_for(scene, each)]


async def kept(scene: Scene) -> list[str]:
    """The accounts whose comments are with the viewer today."""
    found = []
    for each in await everywhere(scene):
        if is_among(scene.viewer, await keepers(scene, each)):
            found.append(each)
    return found


async def _is_with(scene: Scene, comment: Comment) -> bool:
    return is_among(scene.viewer, await carers(scene, comment))


async def queue(
    scene: Scene,
    accounts: Iterable[str],
    *,
    states: Iterable[State] = LIVE,
    only: Callable[[Comment], bool] = lambda comment: True,
    account: str = "",
    skip: int = 0,
    theirs: bool = False,
) -> Queue:
    """The comments of those accounts and those assigned to the viewer, most pressing first, after the first `skip`.

    `account`: only of that one. `theirs`: without those that are assigned to somebody else.
    """
    found: dict[str, Comment] = {}
    full = False
    for state in states:
        for each in accounts:
            key = live_key(each)
            page = await scene.tx.find(Comment, state=state.value, key=key, due_before=END_OF_TIME, limit=MOST)
            full = full or len(page) == MOST
            found |= {comment.id: comment for comment in page}
        for id in scene.viewer.ids:
            page = await scene.tx.find(Comment, state=state.value, owner=id, limit=MOST)
            found |= {comment.id: comment for comment in page}
    fitting = [each for each in found.values() if only(each) and account in ("", each.account)]
    if theirs:
        fitting = [each for each in fitting if not each.assigned or await _is_with(scene, each)]
    fitting.sort(key=lambda each: (each.status is not State.OPEN, each.due, each.received_at, each.logged_at))
    shown = fitting[skip : skip + LONGEST_LIST]
    return Queue(
        comments=tuple(shown),
        beyond=max(0, len(fitting) - skip - len(shown)),
        more=full,
        skipped=min(skip, len(fitting)),
        now=scene.now,
        zone=scene.school.zone,
        accounts={each.id: each.name for each in scene.school.accounts},
        account=account,
        late=sum(each.overdue(scene.now) for each in fitting),
    )


async def _stats(turn: Turn) -> Card:
    """Response times of the accounts that the viewer may deal with, this month and those before it."""
    months, day = list[str](), turn.school.calendar.today(turn.now)
    while len(months) < MONTHS:
        months.append(f"{day:%Y-%m}")
        day = day.replace(day=1) - timedelta(days=1)
    accounts = {each.id: each.name for each in turn.school.accounts if await cares_for(turn, each.id)}
    found = []
    for account in accounts:
        for month in months:
            comments = await turn.tx.find(Comment, key=f"month:{account}:{month}", limit=BUSIEST)
            found.append(response_times(account, month, comments, turn.now))
    return stats_card(found, accounts)
