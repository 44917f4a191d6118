"""What those who act on a concern settle: the LADO, who else may read it, to whom it was referred, how it ended."""

from cards.concern_file import CONTACTED, ENDINGS
from cards.concern_forms import OTHER, close_form, lado_form, reader_form, refer_form
from handlers.concerns.access import add, keep, manager
from handlers.concerns.routing import holders, way_of
from handlers.fields import moment, needed, text
from handlers.picking import colleague
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Nothing, Reply
from handlers.turn import Turn
from policy.concern import (
    Concern,
    Contacted,
    Ending,
    Lado,
    Outcome,
    add_reader,
    answer_lado,
    close,
    refer,
)
from policy.concern.about import CLAUSE
from policy.concern.entry import Act
from policy.concern.route import check_reader
from policy.joined import part_of
from policy.people import Identity, Person
from policy.refused import Unusable

registry = Registry()

CHOOSE = "Please choose one of the answers."


@registry.button("concern.lado", "LADO", needs=manager, record=Concern, bound=False, clause=CLAUSE, quiet=True)
async def ask_lado(turn: Turn, concern: Concern) -> Reply:
    """Asks whether the LADO was contacted."""
    answer_lado(concern, Lado(Contacted.NOT_YET, turn.viewer.id, turn.now))
    return Ask(lado_form(concern))


@registry.form("concern.lado.send", needs=manager, record=Concern, bound=False, clause=CLAUSE, quiet=True)
async def lado(turn: Turn, concern: Concern) -> Reply:
    """Whether they were, and when; or why not."""
    said, why = text(turn.request, "contacted"), text(turn.request, "why")
    try:
        if said not in frozenset(Contacted):
            raise Unusable({"contacted": CHOOSE})
        if said == Contacted.NOT_NEEDED and concern.written and not why:
            raise Unusable({"why": "Please say why it is not needed: it is kept with the answer."})
        moved = answer_lado(concern, Lado(Contacted(said), turn.viewer.id, turn.now, moment(turn.request, "when")))
    except Unusable as wrong:
        return Invalid(lado_form(concern), turn.request.fields, wrong.errors)
    kept = why if concern.written else ""
    await add(turn, moved, Act.LADO, f"{CONTACTED[Contacted(said)]}. {kept}".strip())
    keep(turn, moved)
    return Nothing()


@registry.button("concern.refer", "Refer", needs=manager, record=Concern, bound=False, clause=CLAUSE, quiet=True)
async def ask_refer(turn: Turn, concern: Concern) -> Reply:
    """Asks to whom it was referred."""
    refer(concern, "")
    return Ask(refer_form(concern, agencies(turn)))


@registry.form("concern.refer.send", needs=manager, record=Concern, bound=False, clause=CLAUSE, quiet=True)
async def referred(turn: Turn, concern: Concern) -> Reply:
    """It is kept that it was referred, and to whom."""
    said, known = text(turn.request, "agency"), agencies(turn)
    try:
        if said == OTHER:
            agency = needed(turn.request, "named", "Please say to whom it was referred.")
        elif said.isdecimal() and len(said) < 4 and int(said) < len(known):
            agency = known[int(said)]
        else:
            raise Unusable({"agency": "Please choose one of these."})
        moved = refer(concern, agency)
    except Unusable as wrong:
        return Invalid(refer_form(concern, known), turn.request.fields, wrong.errors)
    await add(turn, moved, Act.REFERRED, agency)
    keep(turn, moved)
    return Nothing()


@registry.button(
    "concern.reader", "Add reader", needs=manager, record=Concern, bound=False, clause=CLAUSE, quiet=True
)
async def ask_reader(turn: Turn, concern: Concern) -> Reply:
    """Asks who may read it."""
    add_reader(concern, concern.by)
    return Ask(reader_form(concern))


@registry.form("concern.reader.send", needs=manager, record=Concern, bound=False, clause=CLAUSE, quiet=True)
async def reader_added(turn: Turn, concern: Concern) -> Reply:
    """Somebody may read it from now on, and is alerted as everybody is; nobody whom it might be about."""
    try:
        person = await _reader(turn, concern)
    except Unusable as wrong:
        return Invalid(reader_form(concern), turn.request.fields, wrong.errors)
    moved = add_reader(concern, person.id)
    if moved is concern:
        return Nothing()
    await add(turn, moved, Act.READER, person.name)
    kept = keep(turn, moved)
    turn.alert("concern.waits", person, kept)
    return Nothing()


@registry.button("concern.close", "Close", needs=manager, record=Concern, bound=False, clause=CLAUSE, quiet=True)
async def ask_close(turn: Turn, concern: Concern) -> Reply:
    """Asks how it ended."""
    close(concern, Outcome(Ending.ACTED, turn.viewer.id, turn.now))
    return Ask(close_form(concern))


@registry.form("concern.close.send", needs=manager, record=Concern, bound=False, clause=CLAUSE, quiet=True)
async def closed(turn: Turn, concern: Concern) -> Reply:
    """It is over; why, and who was told, stand in its log."""
    ending, said = text(turn.request, "ending"), list[str]()
    try:
        if ending not in frozenset(Ending):
            raise Unusable({"ending": CHOOSE})
        if concern.written:
            said.append(needed(turn.request, "why", "Please say why: it is kept with the outcome."))
            said.append(f"Told: {needed(turn.request, 'told', 'Please say who was told, or that nobody was.')}")
        moved = close(concern, Outcome(Ending(ending), turn.viewer.id, turn.now))
    except Unusable as wrong:
        return Invalid(close_form(concern), turn.request.fields, wrong.errors)
    await add(turn, moved, Act.CLOSED, "\n".join([f"{ENDINGS[Ending(ending)]}.", *said]))
    keep(turn, moved)
    return Nothing()


def agencies(turn: Turn) -> tuple[str, ...]:
    """Those outside to whom a concern may be referred, as the configuration names them."""
    contacts = turn.school.contacts
    social = f"Children's social care, {contacts.childrens_social_care}" if contacts.childrens_social_care else ""
    return tuple(each for each in (social, *contacts.agencies) if each)


async def _reader(turn: Turn, concern: Concern) -> Person:
    """Whoever was picked. Raises Unusable for somebody it is hidden from, or whom only the headteacher may add."""
    named = turn.request.fields.get("person")
    if not isinstance(named, Identity):
        raise Unusable({"person": "Please choose a colleague."})
    person = await colleague(turn, named, "person")
    check_reader(person, turn.viewer, concern.excluded, await way_of(turn, concern), await holders(turn))
    return part_of(person, str(named))
