"""A test alert, who has acknowledged theirs and who has not, and that concerns are taken from now on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from cards.model import Button, Card, Element, Facts, Notice, Row, Text, Tone
from cards.roles import CALLED
from cards.wording import listed, moment
from policy.drill import Drill, Opening
from policy.people import Person, Role
from policy.record import ref

TITLE = "TEST: an alert from Exeat"


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds safeguarding roles for concerns, by the first of their names.

    `person` is None where nobody on the staff answers to it. `reached`: they can be written to in a chat. `asked` and
    `acknowledged` are their last test alerts (UTC), `this_term` whether the acknowledged one is of this term.
    """

    ref: str
    roles: tuple[Role, ...]
    person: Person | None = None
    reached: bool = False
    asked: datetime | None = None
    acknowledged: datetime | None = None
    this_term: bool = False


def drill_card(drill: Drill, zone: ZoneInfo) -> Card:
    """The test alert. It says as little as a real one would."""
    if drill.seen is not None:
        said = f"TEST. Acknowledged on {moment(drill.seen, zone)}. Thank you: a real alert would have reached you."
        return Card(TITLE, said, (Text(said),))
    if drill.over:
        said = "TEST. This one is over. There is nothing you need to do."
        return Card(TITLE, said, (Text(said, Tone.QUIET),))
    said = f"{drill.id}. Please press Acknowledge. Nothing has happened."
    body = (
        Text(said, Tone.STRONG),
        Text("A real alert looks like this, without the word TEST. It says only that Exeat needs opening."),
        Text("Until you have pressed, Exeat does not count on reaching you.", Tone.QUIET),
    )
    return Card(TITLE, said, body, (_acknowledge(drill),))


def drill_row(drill: Drill, zone: ZoneInfo) -> Row:
    """The test alert on its holder's home page."""
    sent = f"Sent {moment(drill.asked, zone)}. " if drill.asked else ""
    return Row(TITLE, f"{sent}Please press Acknowledge.", (_acknowledge(drill),))


def standing_card(holders: Sequence[Holder], term: str, zone: ZoneInfo, *, live: bool) -> Card:
    """Who has acknowledged a test alert this term and who has not; whether concerns are taken."""
    missing = [each for each in holders if not each.this_term]
    said = f"Test alerts, {term}: {len(holders) - len(missing)} of {len(holders)} acknowledged."
    taken = "Safeguarding concerns are taken." if live else "Safeguarding concerns are not taken yet."
    body = (Text(said), Facts(_rows(holders, zone)), Text(taken, Tone.STRONG), *_advice(missing, live=live))
    return Card("Test alerts", f"{said} {taken}", body)


def standing_part(holders: Sequence[Holder], zone: ZoneInfo) -> tuple[Element, ...]:
    """Who has not, as a part of the home page."""
    missing = [each for each in holders if not each.this_term]
    return (Text("Test alerts not acknowledged", Tone.STRONG), Facts(_rows(missing, zone)))


def opening_card(opening: Opening, zone: ZoneInfo) -> Card:
    """Concerns are taken, or no longer."""
    if opening.since is None:
        said = "Safeguarding concerns are switched off. Nobody can raise one through Exeat."
        return Card("Safeguarding concerns", said, (Text(said),))
    said = "Safeguarding concerns can now be raised in Exeat."
    body = (
        Text(said, Tone.STRONG),
        Text(f"Since {moment(opening.since, zone)}, when everybody who holds a role had shown that alerts arrive."),
        Notice("Tell the staff, and put up the poster. Its words are in docs/safeguarding.md.", tone=Tone.WARNING),
    )
    return Card("Safeguarding concerns", said, body)


def _acknowledge(drill: Drill) -> Button:
    about = "Acknowledge the test alert"
    return Button("Acknowledge", "drill.acknowledge", ref(drill), drill.version, Tone.PRIMARY, about=about)


def _rows(holders: Sequence[Holder], zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    return tuple((each.person.name if each.person else each.ref, _stands(each, zone)) for each in holders)


def _stands(each: Holder, zone: ZoneInfo) -> str:
    roles = listed([CALLED[role] for role in each.roles])
    roles = f"{roles[:1].upper()}{roles[1:]}"
    if each.this_term and each.acknowledged is not None:
        return f"{roles}: acknowledged {moment(each.acknowledged, zone)}"
    if each.person is None:
        return f"{roles}: nobody on the staff answers to that name"
    if not each.reached:
        return f"{roles}: has no chat with Exeat"
    return f"{roles}: not yet; asked {moment(each.asked, zone)}" if each.asked else f"{roles}: not asked yet"


def _advice(missing: Sequence[Holder], *, live: bool) -> tuple[Element, ...]:
    if not missing:
        return ()
    said = "Speak to them in person. Exeat asks again each working morning."
    if live:
        said = f"Until they press, Exeat does not count on reaching them. {said}"
    return (Notice(said, tone=Tone.WARNING),)
