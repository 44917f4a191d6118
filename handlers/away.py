"""Being away: who acts for somebody, from which day to which."""

from dataclasses import replace
from datetime import date

from cards.away import away_card, away_form, stand_in_card
from cards.export import Fact, Part, Sheet, When, Who
from cards.model import Card
from handlers.comments.handing import hand_over as hand_over_comments
from handlers.needs import own, staff
from handlers.picking import colleague
from handlers.posts.access import hand_over as hand_over_posts
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Nothing, Reply, Say
from handlers.seats import has_seat
from handlers.templates import hand_over as hand_over_wordings
from handlers.turn import Scene, Turn
from policy.away import OPEN_KEY, Away, absence_kept, pass_time, plan_away
from policy.people import Identity, Person, Role
from policy.refused import Unusable

REGISTRY = Registry()
REGISTRY.retains(Away, absence_kept, "absences", whose=lambda away: away.person)

LONGEST_LIST = 5


@REGISTRY.command("away", needs=staff, summary="Say when you are away, and who acts for you")
async def away(turn: Turn) -> Reply:
    """The form, under the absences already planned."""
    today = turn.school.calendar.today(turn.now)
    planned = [
        each
        for id in turn.viewer.ids
        for each in await turn.tx.find(Away, owner=id, key=OPEN_KEY, limit=LONGEST_LIST)
        if each.last >= today
    ]
    names = [await turn.name(each.delegate) if each.delegate else "" for each in planned]
    return Ask(away_form(today, list(zip(planned, names, strict=True))))


@REGISTRY.form("away.new", needs=staff)
async def plan(turn: Turn) -> Reply:
    """An absence is planned; whoever was named is told, and gets what waits if it begins today."""
    fields, today = turn.request.fields, turn.school.calendar.today(turn.now)
    first, last, named = fields.get("first"), fields.get("last"), fields.get("delegate")
    try:
        if not isinstance(first, date) or not isinstance(last, date):
            raise Unusable({"first": "Please give the first and the last day."})
        delegate = await colleague(turn, named, "delegate") if isinstance(named, Identity) else None
        number = await turn.tx.new_id(Away)
        planned = plan_away(number, turn.known, delegate, first, last, turn.now, turn.school.calendar)
    except Unusable as wrong:
        return Invalid(away_form(today, []), fields, wrong.errors)
    turn.save(planned)
    turn.send("away", turn.viewer, planned)
    if delegate is not None:
        turn.send("away", delegate, planned)
    if planned.state == "begun":
        await _hand_over(turn, turn.viewer)
    return Say(replace(await _card(turn, planned, delegate.name if delegate else ""), buttons=()))


@REGISTRY.button("away.withdraw", "Withdraw", needs=own, record=Away)
async def back(turn: Turn, planned: Away) -> Reply:
    """The absence is called off."""
    turn.save(planned.cancelled())
    await _hand_over(turn, turn.viewer)
    return Nothing()


@REGISTRY.due(Away)
async def days_come(turn: Turn, planned: Away) -> None:
    """The first day has come, and whoever acts gets what waits; or the last has gone, and the rest comes back."""
    moved = pass_time(planned, turn.now, turn.school.calendar)
    turn.tx.put(moved)
    person = await turn.person(planned.person)
    if person is not None and moved.state != planned.state:
        await _hand_over(turn, person)


@REGISTRY.view("away", Away)
async def away_view(scene: Scene, planned: Away) -> Card | None:
    """The absence, to the person who is away and to whoever stands in."""
    delegate = await scene.name(planned.delegate) if planned.delegate else ""
    if await scene.is_viewer(planned.person):
        return await _card(scene, planned, delegate)
    if planned.delegate and await scene.is_viewer(planned.delegate):
        return stand_in_card(planned, await scene.name(planned.person))
    return None


@REGISTRY.exports("absences", "Absences", Away)
async def sheet(scene: Scene, away: Away) -> Sheet:
    """An absence: theirs who were away and, as a time of standing in, the delegate's."""
    days = (When("First day", away.first), When("Last day", away.last))
    planned = (Who("Away", away.person), *days, When("Exeat was told", away.made_at), Fact("Stands as", away.state))
    parts = [Part("Away", (away.person,), planned)]
    if away.delegate:
        acting = (Who("Stood in", away.delegate), Who("For", away.person), *days)
        parts[0] = Part("Away", (away.person,), (*planned, Who("Acted for them", away.delegate)))
        parts.append(Part("Standing in", (away.delegate,), acting))
    return Sheet(away.KIND, away.id, f"Absence {away.id}", tuple(parts))


async def _card(scene: Scene, planned: Away, delegate: str) -> Card:
    """The absence to the viewer, whose it is."""
    deputies = await scene.holders(Role.DEPUTY)
    return away_card(planned, delegate, head=scene.school.is_head(scene.viewer), deputies=bool(deputies))


async def _hand_over(turn: Turn, person: Person) -> None:
    """Put everything that waits before whoever acts now: what is to be decided, and the comments that are open."""
    if has_seat(turn, person):
        await hand_over_posts(turn)
        await hand_over_wordings(turn)
    await hand_over_comments(turn, person)
