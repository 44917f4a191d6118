"""What is sent about an incident beside its card: that something is due, or new. Never what was written."""

from collections.abc import Sequence
from datetime import timedelta

from cards.incident import Sight, buttons, clock_notice, left, opens, particulars
from cards.model import Card, Notice, Row, Text, Tone
from cards.wording import counted, moment
from policy.clauses import cite
from policy.incident import CLAUSE, WORDS, Incident
from policy.incident.due import hours_left


def assess_card(rows: Sequence[Row]) -> Card:
    """A reminder of what is to be assessed."""
    waits = counted(len(rows), "incident waits", "incidents wait")
    said = f"{waits} to be assessed."
    return Card("To be assessed", said, (Text(said), *rows, Notice("You lead on these.", cite(CLAUSE))))


def breach_card(incident: Incident, sight: Sight) -> Card | None:
    """A reminder that the breach clock runs; None once it does not."""
    span = hours_left(incident, sight.now)
    if span is None or not incident.live:
        return None
    said = f"{incident.id}: personal data, {left(span)} of 72 hours."
    body = [Text(said, Tone.STRONG), particulars(incident, sight), *clock_notice(incident, sight)]
    if span < timedelta():
        late = "The time is over. If it has to be reported, do so now and give the reason for the delay."
        body.append(Notice(late, tone=Tone.DANGER))
    return Card(f"{incident.id}: the clock runs", said, tuple(body), buttons(incident, sight))


def press_card(incident: Incident, sight: Sight) -> Card | None:
    """A reminder that the press wants to hear; None once it is dealt with."""
    if not incident.live or incident.press is None or incident.press.deadline is None:
        return None
    by = moment(incident.press.deadline, sight.zone)
    said = f"{incident.id}: the press wants to hear by {by}."
    body = (Text(said, Tone.STRONG), Notice("Nobody answers before you have said what.", cite("journalists")))
    return Card(f"{incident.id}: the press waits", said, body, buttons(incident, sight))


def news_card(incident: Incident, sight: Sight) -> Card:
    """That somebody else has added to the file, or done something about it."""
    title = f"{incident.id}: something new"
    said = "Somebody else has added to its file. Press Open to read it."
    body = (Text(said), Text(f"It is {WORDS[incident.status]}.", Tone.QUIET))
    return Card(title, f"{title}. {said}", body, (opens(incident),) if sight.reads else ())
