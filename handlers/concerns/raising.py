"""Raising a concern: two questions that decide who is told, then who it is, then what happened."""

from collections.abc import Mapping

from cards.concern import no_files_card, numbers, own_concern_card, ring_card, rung_as_well, typed_card
from cards.concern_forms import (
    LONGEST_NAME,
    MEANT,
    NO,
    YES,
    meant_form,
    route_form,
    unsure_form,
    who_form,
    words_form,
)
from cards.model import Card, Form
from handlers.concerns.access import add, keep
from handlers.concerns.climbing import step
from handlers.concerns.reading import receipt
from handlers.concerns.routing import doubtful, holders
from handlers.fields import needed, text
from handlers.needs import staff
from handlers.registry import Registry
from handlers.request import PERSON, Ask, Invalid, Reply, Say
from handlers.safeguarding.readiness import is_live
from handlers.turn import Turn
from policy.concern import Concern, Report
from policy.concern.about import CLAUSE, About, Risk, is_hidden_from
from policy.concern.entry import Act
from policy.concern.hidden import called, doubts, hidden_from, unlike
from policy.concern.route import Route, route
from policy.people import Identity, Person, Role, meet
from policy.refused import Unusable, WrongState
from policy.school import Concerns

registry = Registry()

CHOOSE = "Please choose one of the answers."

COULD_BE = (("dsl", Role.DSL), ("head", Role.HEADTEACHER))
"""The questions of who it could be, by the names of their fields."""


CARRIED = ("about", "risk", "dsl", "head", PERSON, "name", *MEANT.values())
"""What one form hands on to the next."""


class UnknownAccount(WrongState):
    """Nothing is known of the account that was chosen."""


@registry.command("concern", needs=staff, summary="Raise a concern", quiet=True)
@registry.command("reportabuse", needs=staff, summary="Raise a concern", quiet=True)
async def concern(turn: Turn) -> Reply:
    """The two questions that come first. What is typed or sent along is not looked at."""
    if turn.request.accompanied:
        return Say(no_files_card(numbers(turn.school.contacts)), refused=True)
    if turn.request.text.strip():
        return Say(typed_card())
    if not await is_live(turn):
        return Say(ring_card(numbers(turn.school.contacts)))
    return Ask(_first_form(turn))


@registry.form("concern.route", needs=staff, clause=CLAUSE, quiet=True)
async def routed(turn: Turn) -> Reply:
    """Whom it is about and whether a child may be at risk are answered; which person it is comes next."""
    about, risk = text(turn.request, "about"), text(turn.request, "risk")
    wrong = {} if about in frozenset(About) else {"about": CHOOSE}
    wrong |= {} if risk in frozenset(Risk) else {"risk": CHOOSE}
    if wrong:
        return Invalid(_first_form(turn), turn.request.fields, wrong)
    payload = {"about": about, "risk": risk}
    match About(about):
        case About.COLLEAGUE | About.OUTSIDER:
            way = await _way(turn, payload)
            return await _ring(turn, way) if way.nobody else Ask(who_form(payload))
        case About.UNSURE:
            return Ask(unsure_form(payload))
        case About.DSL | About.HEAD | About.BOTH | About.CHAIR | About.ADMIN | About.WELFARE:
            return await _on(turn, payload)


@registry.form("concern.unsure", needs=staff, clause=CLAUSE, quiet=True)
async def could_be(turn: Turn) -> Reply:
    """Who it could be, of those who would be told: a yes, and a doubt, keeps it from them."""
    answers = {name: text(turn.request, name) for name, _ in COULD_BE}
    payload = _payload(turn) | {"about": About.UNSURE.value}
    if wrong := {name: CHOOSE for name, said in answers.items() if not said}:
        return Invalid(unsure_form(payload), turn.request.fields, wrong)
    return await _on(turn, payload | answers)


@registry.form("concern.who", needs=staff, clause=CLAUSE, quiet=True)
async def who(turn: Turn) -> Reply:
    """Which person it is; somebody who does not know is asked who it could be."""
    payload, named = _payload(turn), turn.request.fields.get("person")
    typed = text(turn.request, "name")[:LONGEST_NAME]
    if not isinstance(named, Identity) and not typed and payload["about"] == About.COLLEAGUE:
        return Ask(unsure_form(payload | {"about": About.UNSURE.value}))
    payload |= {PERSON: str(named)} if isinstance(named, Identity) else {}
    try:
        return await _on(turn, payload | ({"name": typed} if typed else {}))
    except UnknownAccount:
        instead = "Exeat could not find out who that is. Please leave this empty and write their name below."
        return Invalid(who_form(_payload(turn)), turn.request.fields, {"person": instead})


@registry.form("concern.meant", needs=staff, clause=CLAUSE, quiet=True)
async def meant(turn: Turn) -> Reply:
    """Whether what was typed means somebody who would be told: a yes, and a doubt, keeps it from them."""
    payload, roles = _payload(turn), await _doubts(turn, _payload(turn))
    answers = {MEANT[role]: text(turn.request, MEANT[role]) for role in roles}
    if wrong := {name: CHOOSE for name, said in answers.items() if not said}:
        return Invalid(meant_form(payload, roles), turn.request.fields, wrong)
    return await _on(turn, payload | answers)


@registry.form("concern.new", needs=staff, clause=CLAUSE, quiet=True, again=receipt)
async def new(turn: Turn) -> Reply:
    """A concern is raised: kept, and the first who are to be told are told at once."""
    payload = _payload(turn)
    way, hidden = await _way(turn, payload), await _hidden(turn, payload)
    if (instead := await _instead(turn, way, hidden)) is not None:
        return instead
    written = turn.school.safeguarding.concerns is Concerns.RECORD
    try:
        report = await _report(turn, payload, written=written)
    except Unusable as wrong:
        return Invalid(await _words(turn, payload, way), turn.request.fields, wrong.errors)
    kept = Concern(
        id=await turn.tx.new_id(Concern),
        school=turn.school.id,
        by=turn.viewer.id,
        raised_at=turn.now,
        about=About(payload["about"]),
        risk=Risk(payload["risk"]),
        mode=turn.school.safeguarding.concerns,
        report=report,
        excluded=hidden,
        named=called(payload.get("name", ""), [picked] if (picked := await _picked(turn, payload)) else []),
        spared=await _spared(turn, payload),
        manager=way.manager,
    )
    await add(turn, kept, Act.RAISED)
    kept = keep(turn, await step(turn, kept, way))
    turn.send("concern.reporter", turn.viewer, kept)
    return await receipt(turn, kept)


async def _on(turn: Turn, payload: Mapping[str, str]) -> Reply:
    """The last form, or whom to ring where nobody can be told; before either, who is meant, if that is in doubt."""
    roles = await _doubts(turn, payload)
    if not {MEANT[role] for role in roles} <= payload.keys() and await is_live(turn):
        return Ask(meant_form(payload, roles))
    way = await _way(turn, payload)
    instead = await _instead(turn, way, await _hidden(turn, payload))
    return instead if instead is not None else Ask(await _words(turn, payload, way))


async def _instead(turn: Turn, way: Route, hidden: tuple[str, ...]) -> Reply | None:
    """What is said where nothing is kept: it is about whoever raises it, or nobody could safely be told."""
    if not await is_live(turn):
        return Say(ring_card(numbers(turn.school.contacts)))
    if is_hidden_from(turn.viewer, hidden):
        return Say(own_concern_card(numbers(turn.school.contacts, way.accused)))
    return await _ring(turn, way) if way.nobody else None


async def _ring(turn: Turn, way: Route) -> Reply:
    return Say(_ring_card(turn, way))


def _ring_card(turn: Turn, way: Route) -> Card:
    return ring_card(numbers(turn.school.contacts, way.accused), way.nobody)


def _first_form(turn: Turn) -> Form:
    return route_form(numbers(turn.school.contacts))


async def _words(turn: Turn, payload: Mapping[str, str], way: Route) -> Form:
    return words_form(
        payload,
        numbers(turn.school.contacts, way.accused),
        written=turn.school.safeguarding.concerns is Concerns.RECORD,
        ring=rung_as_well(await doubtful(turn, way), turn.school.contacts),
    )


async def _way(turn: Turn, payload: Mapping[str, str]) -> Route:
    found = await holders(turn)
    hidden, spared = await _hidden(turn, payload), await _spared(turn, payload)
    return route(About(payload["about"]), Risk(payload["risk"]), hidden, found, turn.viewer, spared)


async def _hidden(turn: Turn, payload: Mapping[str, str]) -> tuple[str, ...]:
    """All the names of those it might be about, by the answers given so far."""
    found, picked = await holders(turn), await _picked(turn, payload)
    return hidden_from(
        About(payload["about"]),
        found,
        could_be=_could_be(payload),
        picked=[picked] if picked else [],
        typed=payload.get("name", ""),
        reporter=turn.viewer,
        spared=await _spared(turn, payload),
    )


async def _doubts(turn: Turn, payload: Mapping[str, str]) -> dict[Role, frozenset[str]]:
    """The roles whose holders might be meant by what was said, and the names of those holders."""
    found, picked = await holders(turn), await _picked(turn, payload)
    typed = payload.get("name", "")
    return doubts(found, picked=[picked] if picked else [], typed=typed, reporter=turn.viewer)


async def _spared(turn: Turn, payload: Mapping[str, str]) -> tuple[str, ...]:
    """The names of those who might have been meant, and are not: each role that they hold was answered with a no, or
    they are no more than a little like somebody who was chosen by their account.
    """
    found, picked, roles = await holders(turn), await _picked(turn, payload), await _doubts(turn, payload)
    chosen = [picked] if picked else []
    denied = {role for role in roles if payload.get(MEANT[role]) == NO}
    left = frozenset[str]().union(*(roles[role] for role in roles.keys() - denied))
    clear = unlike(found, chosen, turn.viewer)
    return tuple(sorted(clear.union(*(roles[role] for role in denied)) - left))


def _could_be(payload: Mapping[str, str]) -> list[Role]:
    """The roles whose holder it could be."""
    if payload["about"] != About.UNSURE:
        return []
    return [role for name, role in COULD_BE if payload.get(name) != "no"]


async def _picked(turn: Turn, payload: Mapping[str, str]) -> Person | None:
    """Whoever was chosen by their account: also somebody whom Exeat has not met, or would not admit.

    Raises UnknownAccount for one of whom nothing can be learnt: it could be anybody's.
    """
    if not (said := payload.get(PERSON, "")):
        return None
    if (found := await chosen(turn, Identity.parse(said))) is None:
        raise UnknownAccount(
            "This was not sent: Exeat could not find out just now who it is about.",
            "It might be somebody who would be told.",
            "Please try again in a minute, or ring one of the numbers above.",
        )
    return found


async def chosen(turn: Turn, identity: Identity) -> Person | None:
    """Whoever was chosen by their account in a quiet request; None when nothing can be learnt of it."""
    if met := await turn.tx.find(Person, key=f"identity:{identity}", limit=1):
        return met[0]
    known = turn.strangers.get(identity)
    return meet(known, turn.school.id) if known is not None else None


def _payload(turn: Turn) -> dict[str, str]:
    """The answers given in the forms before. Raises WrongState when they are not what those forms send on."""
    given = turn.request.payload
    kept = {name: given[name] for name in CARRIED if given.get(name)}
    kept |= {"name": kept["name"][:LONGEST_NAME]} if "name" in kept else {}
    is_whole = kept.get("about") in frozenset(About) and kept.get("risk") in frozenset(Risk)
    if not is_whole or kept.get(PERSON, "::").count(":") < 2:
        raise WrongState(
            "That form cannot be taken as it is, so nothing was kept and nobody was told.",
            "Its first answers are missing.",
            "Please type /concern and begin again.",
        )
    return kept


async def _report(turn: Turn, payload: Mapping[str, str], *, written: bool) -> Report:
    """What was said. Raises Unusable where nothing was, though reports are kept."""
    request, picked = turn.request, await _picked(turn, payload)
    urgent, contact = text(request, "urgent") == YES, text(request, "contact")
    if not written:
        return Report(urgent, contact)
    return Report(
        urgent=urgent,
        contact=contact,
        who=payload.get("name") or (picked.name if picked else ""),
        what=needed(request, "what", "Please say what happened, as you saw or heard it."),
        where=text(request, "where"),
        affected=text(request, "affected"),
    )
