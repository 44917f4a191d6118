"""Requests for data: noted by whoever answers them, and put before all who hold a safeguarding role.

Nothing is held against a concern when a request is noted, nor by the clock: what it costs, and who is told, is the
same whatever is kept. What it may touch is worked out when somebody who was told opens it, from the concerns that
they may read.
"""

import asyncio
from datetime import date
from typing import Any

from cards.concern_forms import LONGEST_NAME
from cards.data_request import alone_card, message_card, noted_card, off_card, request_form, sheet_card
from cards.model import Card
from handlers.concerns.access import reads
from handlers.concerns.raising import chosen
from handlers.fields import text
from handlers.keeping.judging import with_key
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Nothing, Reply, Say
from handlers.safeguarding.pins import everyone_pinned
from handlers.turn import Scene, Turn
from policy.concern import Concern, reader_key
from policy.concern.entry import ConcernEntry, entries_key
from policy.data_request import (
    MAY_ASK,
    DataRequest,
    answer,
    asker,
    asks,
    falls_away,
    is_in,
    is_named_in,
    names,
    request_kept,
)
from policy.deadlines import access_due
from policy.joined import part_of
from policy.people import Identity, Person
from policy.refused import NotAllowed, Unusable
from policy.school import Concerns

registry = Registry()
registry.retains(DataRequest, request_kept)

DATA = "data-protection"

READ = 100
"""How many concerns are looked at, of those that the viewer may read, newest first."""

PAGE = 20
"""How many of them are read at a time."""


async def answers_requests(turn: Turn, record: Any) -> None:
    """The data protection officer, the headteacher and the admins."""
    if not _may_note(turn):
        raise NotAllowed(
            "Nothing was noted: requests for data are for the data protection officer.",
            "They answer within a month of the day on which the request came.",
            "Please pass it on to them today.",
            clause=DATA,
        )


async def told(turn: Turn, request: DataRequest) -> None:
    """Those who were told of it; for anybody else it is as if there were none."""
    if not _is_told(turn, request):
        raise turn.nothing_there()


async def told_or_author(turn: Turn, request: DataRequest) -> None:
    """Those who were told of it, and whoever noted it."""
    if not _is_author(turn, request):
        await told(turn, request)


@registry.command(
    "subjectaccess", needs=answers_requests, summary="Note that somebody asks for what is kept about them", quiet=True
)
async def asked(turn: Turn) -> Reply:
    """Who asks, and since when."""
    return Ask(request_form(_today(turn))) if _is_on(turn) else Say(off_card())


async def receipt(turn: Turn, request: DataRequest) -> Reply:
    """The answer, also to a form that is delivered twice."""
    return Say(noted_card(request.due))


@registry.form("data_request.new", needs=answers_requests, clause=DATA, quiet=True, again=receipt)
async def new(turn: Turn) -> Reply:
    """It is kept, and all who hold a safeguarding role are told, but whoever asks."""
    if not _is_on(turn):
        return Say(off_card())
    typed = " ".join(text(turn.request, "name").split())[:LONGEST_NAME].strip()
    try:
        received, due = _dates(turn)
        picked = await _picked(turn)
        who = asker(picked, typed, turn.school.roster)
    except Unusable as wrong:
        return Invalid(request_form(_today(turn)), turn.request.fields, wrong.errors)
    people = [each for each in await everyone_pinned(turn) if not asks(each, _known(turn, picked), typed)]
    if not people:
        return Say(alone_card())
    ids, id = tuple(each.id for each in people), await turn.tx.new_id(DataRequest)
    request = DataRequest(id, turn.school.id, turn.viewer.id, turn.now, who, received, due, ids)
    turn.save(request)
    for person in people:
        turn.send("data_request", person, request)
    if not _is_told(turn, request):
        turn.send("data_request", turn.viewer, request)
    return await receipt(turn, request)


@registry.view("data_request", DataRequest, sure=True)
async def message(scene: Scene, request: DataRequest) -> Card | None:
    """That it has come, with its reference and no name, to those who are told and to whoever noted it."""
    if not (_is_told(scene, request) or _is_author(scene, request)):
        return None
    return message_card(request, told=_is_told(scene, request))


@registry.button("data_request.open", "Open", needs=told, record=DataRequest, bound=False, clause=DATA, quiet=True)
async def opened(turn: Turn, request: DataRequest) -> Reply:
    """The sheet, with those concerns that it may touch, of the newest that the viewer may read."""
    found, more = await _readable(turn)
    by_account, by_name = list[Concern](), list[Concern]()
    for concern in found:
        await asyncio.sleep(0)
        if is_in(request, concern):
            by_account.append(concern)
        elif await _is_named(turn, request, concern):
            by_name.append(concern)
    by = await turn.name(request.by)
    return Say(sheet_card(request, by, [*by_account, *by_name], turn.school.zone, read=READ, more=more))


@registry.button(
    "data_request.answered",
    "Answered",
    needs=told_or_author,
    record=DataRequest,
    bound=False,
    clause=DATA,
    quiet=True,
)
async def answered(turn: Turn, request: DataRequest) -> Reply:
    """It is answered; it can be looked at until it falls away."""
    turn.save(answer(request, turn.viewer.id, turn.now))
    return Nothing()


async def _is_named(turn: Turn, request: DataRequest, concern: Concern) -> bool:
    """Whether whoever asks may be named in a concern or its log."""
    if names(request, concern, await turn.part(concern.by)):
        return True
    async for entry in with_key(turn, ConcernEntry, entries_key(concern.id)):
        if is_named_in(request, entry):
            return True
    return False


async def _readable(turn: Turn) -> tuple[list[Concern], bool]:
    """The newest concerns that the viewer may read, and whether there are more."""
    found: dict[str, Concern] = {}
    for id in turn.known.ids:
        after, mine = None, 0
        while mine <= READ and (page := await _page(turn, id, after)):
            readable = [each for each in page if reads(turn, each)]
            found |= {each.id: each for each in readable}
            after, mine = page[-1].id, mine + len(readable)
            await asyncio.sleep(0)
    ordered = sorted(found.values(), key=lambda each: each.raised_at, reverse=True)
    return ordered[:READ], len(ordered) > READ


async def _page(turn: Turn, id: str, after: str | None) -> list[Concern]:
    return await turn.tx.find(Concern, key=reader_key(id), after=after, limit=PAGE)


def _dates(turn: Turn) -> tuple[date, date]:
    """When the request came, and by when it is to be answered (local). Raises Unusable for a day to come, and for one
    so long ago that nothing would be kept of it.
    """
    received, calendar = turn.request.fields.get("received"), turn.school.calendar
    if type(received) is not date or received > _today(turn):
        raise Unusable({"received": "Please say on which day the request came."})
    due = calendar.today(access_due(received, calendar).at)
    if falls_away(due, calendar) <= turn.now:
        raise Unusable({"received": "That is too long ago to be noted here. Please speak to the headteacher."})
    return received, due


async def _picked(turn: Turn) -> Person | None:
    """Whoever was chosen by their account. Raises Unusable for one of whom nothing can be learnt."""
    named = turn.request.fields.get("person")
    if not isinstance(named, Identity):
        return None
    if (found := await chosen(turn, named)) is None:
        raise Unusable({"person": "Exeat could not find out who that is. Please write their name below."})
    return found


def _known(turn: Turn, picked: Person | None) -> Person | None:
    """Whoever was chosen, with those accounts alone that are known to belong to the one that was."""
    return part_of(picked, str(turn.request.fields["person"])) if picked is not None else None


def _is_on(turn: Turn) -> bool:
    return turn.sealing and turn.school.safeguarding.concerns is not Concerns.OFF


def _may_note(scene: Scene) -> bool:
    return any(scene.school.roster.holds(scene.viewer, role) for role in MAY_ASK)


def _is_told(scene: Scene, request: DataRequest) -> bool:
    return not set(scene.known.ids).isdisjoint(request.told)


def _is_author(scene: Scene, request: DataRequest) -> bool:
    return request.by in scene.known.ids and _may_note(scene)


def _today(turn: Turn) -> date:
    return turn.school.calendar.today(turn.now)
