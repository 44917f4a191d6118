"""Looking at the school's accounts: it is signed off, and whoever should look is reminded until somebody has."""

from collections.abc import Sequence

from cards.export import Fact, Part, Piece, Sheet, When, Who, Words
from cards.look import Unseen, check_form, looked_card, unseen_card, unseen_rows
from cards.model import Card, Element
from handlers.care import cares_for, heads, keepers
from handlers.fields import text
from handlers.needs import staff
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Reply, Say
from handlers.turn import Scene, Turn
from policy.account import Account
from policy.look import CLAUSE, AccountWatch, Look, is_asked, is_late, look_due, remind, resume, watch
from policy.look import looked as look_at
from policy.people import Person
from policy.refused import NotAllowed
from policy.text import clean

REGISTRY = Registry()

TO_HEAD_FROM = 2
"""From which late morning on the headteacher hears as well."""


@REGISTRY.command("checked", needs=staff, summary="Say that you have looked at an account", hint="[account]")
async def checked(turn: Turn) -> Reply:
    """It is signed off; without an account's name, the form."""
    mine = [each for each in turn.school.accounts if await cares_for(turn, each.id)]
    if not mine:
        raise _not_theirs()
    typed = " ".join(clean(turn.request.text).casefold().split())
    fits = [each for each in mine if typed and typed in (each.id, each.name.casefold())]
    fits = fits or [each for each in mine if typed and each.name.casefold().startswith(typed)]
    if len(fits) != 1:
        return Ask(check_form(mine))
    return await _sign(turn, fits[0], "")


@REGISTRY.form("look.send", needs=staff, clause=CLAUSE)
async def sent(turn: Turn) -> Reply:
    """It is signed off, with what was found."""
    said = text(turn.request, "account")
    mine = [each for each in turn.school.accounts if await cares_for(turn, each.id)]
    if not mine:
        raise _not_theirs()
    account = next((each for each in mine if each.id == said), None)
    if account is None:
        wrong = {"account": "Please choose an account that you look after."}
        return Invalid(check_form(mine), turn.request.fields, wrong)
    return await _sign(turn, account, text(turn.request, "note"))


@REGISTRY.button("look.sign", "Checked", needs=staff, clause=CLAUSE)
async def signed(turn: Turn) -> Reply:
    """It is signed off from a reminder: nothing new."""
    account = turn.school.account(turn.request.payload.get("account", ""))
    if account is None or not await cares_for(turn, account.id):
        raise _not_theirs()
    return await _sign(turn, account, "")


@REGISTRY.begins
async def begins(turn: Turn) -> None:
    """The watch on each account begins, if none was kept; one whose rhythm was changed follows the new one."""
    for account in turn.school.accounts:
        kept = await _watch(turn, account)
        moved = resume(kept, account.check_every, turn.now, turn.school.calendar)
        if moved != kept:
            turn.tx.put(moved)


@REGISTRY.due(AccountWatch)
async def due(turn: Turn, kept: AccountWatch) -> None:
    """Remind whoever should look, once a day in one message of all their accounts; the headteacher if it goes on."""
    account = turn.school.account(kept.id)
    every = account.check_every if account else 0
    moved, said = remind(kept, every, turn.now, turn.school.calendar)
    turn.tx.put(moved)
    if account is None or not said:
        return
    told: list[Person] = await keepers(turn, account.id)
    if moved.mornings >= TO_HEAD_FROM:
        told += [head for head in await heads(turn) if head.id not in {each.id for each in told}]
    today = turn.school.calendar.today(turn.now)
    for person in told:
        if await turn.once(f"looks/{person.id}/{today}/{'late' if moved.mornings else 'due'}"):
            turn.send("looks.digest", person, nag=True)


@REGISTRY.view("watch", AccountWatch)
async def watch_view(scene: Scene, kept: AccountWatch) -> Card | None:
    """What whoever signed it off last is told; nothing to anybody else."""
    account = scene.school.account(kept.id)
    if account is None or kept.last is None or not await scene.is_viewer(kept.last.by):
        return None
    return _card(scene, account, kept)


@REGISTRY.view("looks.digest")
async def digest_view(scene: Scene, record: None) -> Card | None:
    """What the viewer should look at; None when somebody has meanwhile."""
    found = await unseen(scene, soon=True)
    return unseen_card(found, scene.school.zone) if found else None


@REGISTRY.home
async def at_home(scene: Scene) -> tuple[Element, ...]:
    """The accounts that nobody has looked at in time, to those who look after them."""
    return unseen_rows(await unseen(scene), scene.school.zone)


@REGISTRY.exports("looks", "Looks at the school's accounts", AccountWatch)
async def sheet(scene: Scene, kept: AccountWatch) -> Sheet:
    """The latest looks at an account: each theirs who looked."""
    name, parts = scene.account_name(kept.id), list[Part]()
    for look in kept.looks:
        pieces: list[Piece] = [Fact("At", name), When("When", look.at), Who("By", look.by)]
        pieces += [Words("What they found", look.note, look.by)] if look.note else []
        parts.append(Part("A look", (look.by,), tuple(pieces)))
    return Sheet(kept.KIND, kept.id, f"Looks at {name}", tuple(parts))


async def looked(turn: Turn, account: str) -> None:
    """Somebody who logs a comment on an account has looked at it."""
    known = turn.school.account(account)
    if known is not None and known.check_every and await cares_for(turn, account):
        kept = await _watch(turn, known)
        turn.tx.put(
            look_at(kept, Look(turn.now, turn.viewer.id, "a comment"), known.check_every, turn.school.calendar)
        )


async def unseen(scene: Scene, *, soon: bool = False) -> Sequence[Unseen]:
    """The accounts in the viewer's care that nobody has looked at in time; `soon`: or that will be late today."""
    found, fits = list[Unseen](), is_asked if soon else is_late
    for account in scene.school.accounts:
        kept = await scene.tx.get(AccountWatch, account.id) if account.check_every else None
        if kept is None or not fits(kept, account.check_every, scene.now, scene.school.calendar):
            continue
        if await cares_for(scene, account.id):
            found.append(Unseen(account, kept, await scene.name(kept.last.by) if kept.last else ""))
    return found


async def _sign(turn: Turn, account: Account, note: str) -> Reply:
    calendar, every = turn.school.calendar, account.check_every
    kept = await _watch(turn, account)
    kept = look_at(kept, Look(turn.now, turn.viewer.id, note), every, calendar)
    turn.save(kept)
    return Say(_card(turn, account, kept))


def _card(scene: Scene, account: Account, kept: AccountWatch) -> Card:
    every, calendar = account.check_every, scene.school.calendar
    return looked_card(account, kept, look_due(kept.start, every, calendar) if every else None, scene.school.zone)


async def _watch(turn: Turn, account: Account) -> AccountWatch:
    """The watch on the account, begun now if there is none."""
    kept = await turn.tx.get(AccountWatch, account.id)
    if kept is None:
        kept = watch(account.id, turn.school.id, account.check_every, turn.now, turn.school.calendar)
        if account.check_every:
            turn.tx.put(kept)
    return kept


def _not_theirs() -> NotAllowed:
    return NotAllowed(
        "You look after none of these accounts.",
        "Whoever looks after an account says that somebody has looked at it.",
        "If you saw something there, please type /logcomment.",
        clause=CLAUSE,
    )
