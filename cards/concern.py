"""A safeguarding concern as a chat may show it: a reference and that Exeat needs opening, and nothing of what it is.

What was said stands in its file (`cards.concern_file`), which opens in a window of its own.
"""

from collections.abc import Sequence, Set

from cards.model import Button, Card, Element, Facts, Notice, Row, Text, Tone
from policy.concern import Climb, Concern, State
from policy.concern.about import Nobody
from policy.people import Role
from policy.record import ref
from policy.school import Contacts

NO_PICTURES = (
    "Please send no pictures or files. If there is an indecent picture of a child, do not look at it, copy it, send "
    "it or delete it. Say in words where it is."
)

RING = "Then ring one of the numbers above."

WHO_COULD_READ = "Whoever runs Exeat, or the school's chat, could read what is sent here."

Numbers = tuple[tuple[str, str], ...]
"""Whom to ring, each with a number."""


def numbers(contacts: Contacts, hidden: Set[Role] = frozenset()) -> Numbers:
    """Whom to ring. `hidden` are the roles of those it is, or might be, about: nobody is told to ring them."""
    found = [("In danger now", contacts.emergency or "999")]
    if contacts.dsl and Role.DSL not in hidden:
        found.append(("Safeguarding lead (DSL)", contacts.dsl))
    if contacts.chair_of_governors and Role.CHAIR not in hidden:
        found.append(("Chair of governors", contacts.chair_of_governors))
    if contacts.lado:
        found.append(("LADO, at the council", contacts.lado))
    if contacts.childrens_social_care:
        found.append(("Children's social care", contacts.childrens_social_care))
    return (*found, *(("Helpline", each) for each in contacts.helplines))


def rung_as_well(people: Sequence[tuple[str, Set[Role]]], contacts: Contacts) -> list[str]:
    """Whom to ring beside sending: by name and roles, those whom an alert alone may not reach; and then the LADO."""
    found = list[str]()
    for name, roles in people:
        if Role.DSL in roles and contacts.dsl:
            found.append(f"the safeguarding lead on {contacts.dsl}")
        elif Role.CHAIR in roles and contacts.chair_of_governors:
            found.append(f"the chair of governors on {contacts.chair_of_governors}")
        else:
            found.append(name)
    return [*found, f"the LADO on {contacts.lado}"] if found and contacts.lado else found


def alert_card(concern: Concern, *, waits: bool, acknowledges: bool) -> Card:
    """What somebody who may read it has in their chat. `acknowledges`: they may take it up."""
    now = " now" if concern.report.urgent and concern.climbs else ""
    said = f"Exeat needs opening{now}: {concern.id}." if waits else f"{concern.id}: {_rests(concern)}."
    found = [_opens(concern, Tone.PRIMARY if waits else Tone.PLAIN)]
    if acknowledges and concern.climbs:
        found.append(press(concern, "Acknowledge", "concern.acknowledge", dialog=False))
    return Card("Exeat", said, (Text(said),), tuple(found))


def reporter_card(concern: Concern) -> Card:
    """What whoever raised it has in their chat."""
    seen = "not seen yet" if concern.status is State.SENT else "seen"
    said = f"{concern.id}: sent, {seen}."
    return Card("Exeat", said, (Text(said),), _of_reporter(concern))


def unseen_card(concern: Concern, found: Numbers) -> Card:
    """What whoever raised it is told when nobody has seen it, or has looked again; the same as ever once somebody
    has.
    """
    if not concern.climbs or concern.climb is not Climb.UNSEEN:
        return reporter_card(concern)
    seen = "not seen yet" if concern.status is State.SENT else "nobody has opened it again yet"
    said = f"{concern.id}: {seen}. Please do not wait for Exeat, and ring now."
    return Card("Exeat", said, (Text(said), Facts(found)), _of_reporter(concern))


def faltered_card(concern: Concern, *, acknowledges: bool) -> Card:
    """What those who act on a concern are told when Exeat cannot carry it on. `acknowledges`: they may take it up."""
    now = " now" if concern.report.urgent and concern.climbs else ""
    said = f"Exeat needs opening{now}: {concern.id}."
    then = "Exeat tells nobody else of it by itself, and reminds nobody. Please speak to each other today."
    found = [_opens(concern, Tone.PRIMARY)]
    if acknowledges and concern.climbs:
        found.append(press(concern, "Acknowledge", "concern.acknowledge", dialog=False))
    return Card("Exeat", f"{said} {then}", (Text(said), Text(then)), tuple(found))


def ring_on_card(concern: Concern, found: Numbers) -> Card:
    """What whoever raised it is told when Exeat cannot carry it on; once it is taken up, the same as ever."""
    if not concern.climbs:
        return reporter_card(concern)
    said = f"{concern.id}: Exeat cannot go on with it by itself. Please do not wait for Exeat, and ring now."
    return Card("Exeat", said, (Text(said), Facts(found)), _of_reporter(concern))


def ring_card(found: Numbers, why: Nobody | None = None) -> Card:
    """Nothing is kept: whom to ring instead. `why` Exeat can tell nobody of it; None, where it takes no concerns."""
    match why:
        case Nobody.CHAIR:
            said = "A concern about the chair of governors does not go through Exeat. Please ring the LADO now."
        case Nobody.ADMIN:
            said = "Whoever looks after Exeat could read what is sent here, so it is not taken. Please ring now."
        case Nobody.LEFT:
            said = "There is nobody here whom Exeat could safely tell. Please ring now."
        case None:
            said = "Exeat does not take concerns here yet. Please ring now."
    kept = "Nothing of what you chose is kept. Exeat has told nobody."
    return Card("Please ring", f"{said} {kept}", _rings(said, kept, found), dialog=True)


def own_concern_card(found: Numbers) -> Card:
    """A concern that would be about whoever raises it."""
    said = "That would be about you. It is best to say so to somebody in person."
    kept = "Nothing of what you chose is kept. Exeat has told nobody."
    return Card("Please speak to somebody", f"{said} {kept}", _rings(said, kept, found), dialog=True)


def typed_card() -> Card:
    """What whoever wrote something after the command is told, alone."""
    said = "Please delete what you wrote after the command. Exeat has not read it and keeps nothing of it."
    then = "Then press Open. What you write there does not enter this chat."
    return Card("Exeat", f"{said} {then}", (Text(said, Tone.STRONG), Text(then)), (_begins(),))


def no_files_card(found: Numbers) -> Card:
    """What whoever sends a file along is told, alone. It may be evidence, which nobody may handle."""
    said = "If it may be an indecent picture of a child, do not open it, copy it, send it or delete it. Ring now."
    body = (
        Text("A file came with your message. Exeat has not looked at it and keeps nothing of it.", Tone.STRONG),
        Notice(said, tone=Tone.DANGER),
        Facts(found),
        Text("If it is anything else, please delete the message with the file."),
        Text("Then press Open, and say in words what happened."),
    )
    return Card("Exeat", "A file came with your message. Please read this first.", body, (_begins(),))


def list_card(rows: Sequence[Row], more: int = 0) -> Card:
    """The answer to /concerns: references, and nothing else. `more`: there are others after so many."""
    if not rows:
        said = "There is nothing here for you."
        return Card("Exeat", said, (Text(said),))
    found = (Button("More", "concerns.more", about="More of these", payload={"skip": str(more)}),) if more else ()
    return Card("Exeat", "These are yours to open.", (Text("These are yours to open."), *rows), found)


def row(concern: Concern) -> Row:
    """A concern on a line of a list, or of somebody's home page."""
    return Row(f"{concern.id}: {'something waits' if concern.waits else _rests(concern)}", "", (_opens(concern),))


def press(concern: Concern, label: str, verb: str, tone: Tone = Tone.PLAIN, *, dialog: bool = True) -> Button:
    """A button about this concern. What a `dialog` opens stays out of the chat."""
    return Button(label, verb, ref(concern), 1, tone, about=f"{label}: {concern.id}", dialog=dialog)


def _rings(said: str, kept: str, found: Numbers) -> tuple[Element, ...]:
    return (Notice(said, tone=Tone.DANGER), Facts(found), Notice(f"{NO_PICTURES} {RING}"), Text(kept, Tone.QUIET))


def _of_reporter(concern: Concern) -> tuple[Button, ...]:
    return (_opens(concern), press(concern, "Add note", "concern.note")) if concern.written else (_opens(concern),)


def _opens(concern: Concern, tone: Tone = Tone.PLAIN) -> Button:
    return press(concern, "Open", "concern.open", tone)


def _begins() -> Button:
    return Button("Open", "concern", tone=Tone.PRIMARY, about="Open", dialog=True)


def _rests(concern: Concern) -> str:
    match concern.status:
        case State.SENT:
            return "not acknowledged yet"
        case State.ACKNOWLEDGED:
            return "acknowledged"
        case State.CLOSED:
            return "closed"
