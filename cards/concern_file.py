"""The file of a concern, and the receipt of whoever raised it. Both are shown in a window, never in a chat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from cards.concern import NO_PICTURES, Numbers, press
from cards.model import Button, Card, Divider, Element, Facts, Notice, Quote, Text, Tone
from cards.wording import listed, moment
from policy.clauses import cite
from policy.concern import Climb, Concern, Contacted, Ending, State
from policy.concern.about import CLAUSE, About, Risk
from policy.concern.entry import Act, ConcernEntry
from policy.record import ref

PAGE = 15
"""How many entries of a log one window shows."""

NOTED = frozenset({Act.TOLD, Act.MAILED, Act.DELIVERED, Act.UNDELIVERED, Act.READER, Act.EXPORTED})
"""Entries whose words are Exeat's own, and nobody's to be quoted."""

ABOUT = {
    About.COLLEAGUE: "A colleague",
    About.DSL: "The safeguarding lead (DSL)",
    About.HEAD: "The headteacher",
    About.BOTH: "The DSL and the headteacher, both",
    About.CHAIR: "The chair of governors",
    About.ADMIN: "Whoever looks after Exeat or our computers",
    About.OUTSIDER: "Somebody else: supply, volunteer, parent",
    About.WELFARE: "Nobody: I am worried about a pupil",
    About.UNSURE: "I am not sure who it is",
}
"""Whom it is about, as a form and a file name it."""

RISKS = {Risk.YES: "Yes", Risk.NO: "No", Risk.UNSURE: "Not sure"}

CONTACTED = {
    Contacted.YES: "Yes, the LADO was contacted",
    Contacted.NOT_NEEDED: "No, and it is not needed",
    Contacted.NOT_YET: "Not yet",
}

ENDINGS = {
    Ending.ACTED: "Action was taken",
    Ending.REFERRED: "It was passed on to others outside",
    Ending.LOW_LEVEL: "A low-level concern, kept on record",
    Ending.NOTHING_FURTHER: "There is nothing further to do",
}


@dataclass(frozen=True, slots=True)
class Sight:
    """Who is looking, and the words that the file needs. `manages`: the ladder reached the viewer, so that they may
    act on it. `lado_due` is by when the LADO is to have been contacted.
    """

    zone: ZoneInfo
    names: Mapping[str, str] = field(default_factory=dict)
    manages: bool = False
    lado_due: datetime | None = None

    def name(self, id: str) -> str:
        """The name behind an id."""
        return self.names.get(id, "somebody who has left")


def file_card(concern: Concern, entries: Sequence[ConcernEntry], sight: Sight, *, more: bool = False) -> Card:
    """The file, with the newest entries of its log. `more`: there are older ones."""
    body: list[Element] = [Text(standing(concern, sight), Tone.STRONG)]
    if concern.report.urgent and concern.live:
        body.append(Notice("Somebody may be in danger now.", tone=Tone.DANGER))
    if concern.report.what:
        body.append(Quote(concern.report.what))
    body += [Facts(tuple(facts(concern, sight))), *_next(concern, sight), Divider(), *log(entries, sight)]
    return Card(
        concern.id,
        concern.id,
        tuple(body),
        (*_acts(concern, sight), *_older(concern, len(entries), more)),
        dialog=True,
    )


def log_card(concern: Concern, entries: Sequence[ConcernEntry], sight: Sight, *, skipped: int, more: bool) -> Card:
    """Older entries of its log."""
    body = tuple(log(entries, sight)) if entries else (Text("There is nothing older."),)
    shown = (*_older(concern, skipped + len(entries), more), press(concern, "Newest", "concern.open"))
    return Card(concern.id, concern.id, body, shown, dialog=True)


def receipt_card(concern: Concern, found: Numbers, sight: Sight) -> Card:
    """What whoever raised it may see: that it was sent, whether it was seen, and whom to ring."""
    status = _seen(concern)
    body: list[Element] = [
        Text(status, Tone.STRONG),
        Text(f"It was sent on {moment(concern.raised_at, sight.zone)}. Its reference is {concern.id}."),
    ]
    if concern.climbs:
        body.append(Notice(_waits(concern), cite(CLAUSE), Tone.WARNING))
    body += [Facts(found), Text("You can add to it. It cannot be taken back.", Tone.QUIET)]
    found_buttons = (press(concern, "Add note", "concern.note"),) if concern.written else ()
    return Card(concern.id, f"{concern.id}. {status}", tuple(body), found_buttons, dialog=True)


def standing(concern: Concern, sight: Sight) -> str:
    """Where it stands, in a sentence, to those who may read it."""
    match concern.status:
        case State.SENT:
            return "Nobody has acknowledged it yet."
        case State.ACKNOWLEDGED:
            return f"Acknowledged by {listed([sight.name(each.by) for each in concern.acknowledged])}."
        case State.CLOSED:
            ended = concern.outcome
            return f"Closed by {sight.name(ended.by)}: {_small(ENDINGS[ended.ending])}." if ended else "Closed."
        case _:
            assert_never(concern.status)


def log(entries: Sequence[ConcernEntry], sight: Sight) -> list[Element]:
    """Entries one under the other, newest first, each with its time and who it was; words of ours stand with them."""
    body: list[Element] = [Text("What was done, newest first", Tone.STRONG)]
    for entry in entries:
        said = f"{entry.act.label}: {moment(entry.at, sight.zone)}, {sight.name(entry.by)}"
        noted = entry.text and entry.act in NOTED
        body.append(Text(f"{said}\n{entry.text}" if noted else said, Tone.QUIET))
        body += [Quote(entry.text)] if entry.text and not noted else []
    return body


def facts(concern: Concern, sight: Sight) -> list[tuple[str, str]]:
    """What is known of it, but for what happened."""
    report = concern.report
    rows = [("Raised", f"{moment(concern.raised_at, sight.zone)}, by {sight.name(concern.by)}")]
    rows.append(("About", ABOUT[concern.about]))
    rows += [("Who it is", report.who)] if report.who else []
    rows.append(("Child at risk", RISKS[concern.risk]))
    rows += [("Where", report.where)] if report.where else []
    rows += [("Who is affected", report.affected)] if report.affected else []
    rows.append(("How to reach them", report.contact or "They did not say"))
    rows += [("Case manager", sight.name(concern.manager))] if concern.manager else []
    rows.append(("May read it", listed([sight.name(each) for each in concern.readers])))
    rows += [("LADO contacted", _lado(concern, sight))] if concern.risk.may_be else []
    rows += [("Referred to", listed(concern.referred))] if concern.referred else []
    if (held := concern.held) is not None:
        rows.append(("Held", f"{moment(held.at, sight.zone)}, by {sight.name(held.by)}: {held.reason}"))
    return rows


def _lado(concern: Concern, sight: Sight) -> str:
    found = concern.lado
    if found is None or not found.settled:
        due = f"; due by {moment(sight.lado_due, sight.zone)}" if sight.lado_due else ""
        return f"Not answered yet{due}"
    when = f", {moment(found.contacted_at, sight.zone)}" if found.contacted_at else ""
    return f"{CONTACTED[found.contacted]}{when}"


def _next(concern: Concern, sight: Sight) -> list[Element]:
    """What whoever manages it is to know."""
    if not concern.live or not sight.manages:
        return []
    said = "Do not ask the child, the person it is about or others who saw it before you have taken advice."
    found: list[Element] = [Notice(said), Notice(NO_PICTURES)]
    if concern.asks_lado and concern.status is State.ACKNOWLEDGED:
        found.append(
            Notice("A child may be at risk. Press LADO and say whether the LADO was contacted.", tone=Tone.WARNING)
        )
    return found


def _acts(concern: Concern, sight: Sight) -> tuple[Button, ...]:
    """What the viewer can do, what is asked of them first and what ends it last."""
    taken = sight.manages and concern.status is State.ACKNOWLEDGED
    found = list[Button]()
    if sight.manages and concern.climbs:
        found.append(press(concern, "Acknowledge", "concern.acknowledge", Tone.PRIMARY))
    if taken and concern.asks_lado:
        found.append(press(concern, "LADO", "concern.lado", Tone.PRIMARY))
    if concern.written:
        found.append(press(concern, "Add note", "concern.note"))
    if taken and concern.risk.may_be and not concern.asks_lado:
        found.append(press(concern, "LADO", "concern.lado"))
    if taken:
        found.append(press(concern, "Refer", "concern.refer"))
        found.append(press(concern, "Add reader", "concern.reader"))
    if sight.manages:
        if concern.added:
            found.append(press(concern, "Remove reader", "concern.unreader"))
        hold = ("Release", "concern.release") if concern.held is not None else ("Hold", "concern.hold")
        found.append(press(concern, *hold))
    if taken:
        found.append(press(concern, "Close", "concern.close"))
    return tuple(found)


def _older(concern: Concern, shown: int, more: bool) -> tuple[Button, ...]:
    if not more:
        return ()
    payload = {"skip": str(shown)}
    return (
        Button("Older", "concern.page", ref(concern), 1, about=f"Older: {concern.id}", payload=payload, dialog=True),
    )


def _seen(concern: Concern) -> str:
    if concern.status is State.SENT:
        return "Sent. Not seen yet."
    return "Seen by the safeguarding lead." if concern.acknowledged[0].lead else "Seen by the person it went to."


def _waits(concern: Concern) -> str:
    if concern.calls:
        return "What is new has not been opened yet. If it cannot wait, ring one of these numbers now."
    if concern.climb is Climb.UNSEEN:
        return "Nobody has seen it. Please do not wait for Exeat: ring one of these numbers now."
    return "If it cannot wait, ring now. Exeat asks one person after another, and tells you if nobody answers."


def _small(words: str) -> str:
    return f"{words[0].lower()}{words[1:]}"
