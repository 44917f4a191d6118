"""The file of an incident: what was reported and everything since. It is shown in a window, never in a chat."""

from collections.abc import Sequence

from cards.incident import VERDICTS, Sight, particulars, press, reporter_standing, standing
from cards.model import Button, Card, Divider, Element, Facts, Notice, Quote, Text, Tone
from cards.wording import listed, moment
from policy.chronology import Act, Entry
from policy.clauses import cite
from policy.incident import Incident, State
from policy.record import ref
from policy.task import Task

PAGE = 10
"""How many entries of a chronology one window shows."""


def file_card(
    incident: Incident,
    entries: Sequence[Entry],
    sight: Sight,
    *,
    about: str,
    readers: Sequence[str],
    refers: bool = False,
) -> Card:
    """The file, with those of its entries that this window has room for, newest first.

    `about` is the name of the colleague it is about, "" for none; `readers` are the names of those who may read it.
    `refers`: the school has outside bodies to refer it to.
    """
    title = f"{incident.id}: the file"
    body: list[Element] = [Text(standing(incident, sight), Tone.STRONG), Quote(incident.report.what)]
    body += [_report(incident, sight, about), particulars(incident, sight)]
    body += _assessed(incident)
    body.append(Text(f"Read by {listed(tuple(readers))}.", Tone.QUIET))
    if incident.outcome is not None:
        body += [Divider(), *_outcome(incident)]
    body += [Divider(), Text("Chronology, newest first", Tone.STRONG), *chronology(entries, sight)]
    shown = [*_older(incident, entries), press(incident, "Add note", "incident.note")]
    if refers and sight.leads and incident.status is State.ASSESSED:
        shown.append(press(incident, "Refer", "incident.refer"))
    return Card(title, title, tuple(body), tuple(shown), dialog=True)


def page_card(incident: Incident, entries: Sequence[Entry], sight: Sight) -> Card:
    """Older entries of its chronology."""
    title = f"{incident.id}: chronology"
    body = tuple(chronology(entries, sight)) or (Text("There is nothing older."),)
    return Card(
        title, title, body, (*_older(incident, entries), press(incident, "Newest", "incident.open")), dialog=True
    )


def own_file_card(incident: Incident, entries: Sequence[Entry], sight: Sight) -> Card:
    """What whoever reported it may read: their own words, and where it stands."""
    title = f"{incident.id}: your report"
    body: list[Element] = [Text(reporter_standing(incident, sight), Tone.STRONG), Quote(incident.report.what)]
    if entries:
        body += [Divider(), Text("What you added", Tone.STRONG), *chronology(entries, sight)]
    return Card(title, title, tuple(body), (press(incident, "Add note", "incident.note"),), dialog=True)


def chronology(entries: Sequence[Entry], sight: Sight) -> list[Element]:
    """Entries one under the other, each with its number, time and author."""
    body: list[Element] = []
    for entry in entries:
        corrects = f", puts right no. {entry.corrects}" if entry.corrects else ""
        who = f"{moment(entry.at, sight.zone)}, {sight.name(entry.by)}"
        body.append(Text(f"{entry.number}. {entry.act.label}{corrects}: {who}", Tone.QUIET))
        body.append(Quote(entry.text) if entry.act is not Act.REPORTED else Text(entry.text))
    return body


def task_card(task: Task, by: str) -> Card:
    """What somebody who is given a task has in their chat: that there is one. What it is opens in a window."""
    title = f"{task.id}: a task for you"
    if not task.open:
        return Card(title, f"{title}. Done.", (Text("Done. Thank you.", Tone.STRONG),))
    said = f"{by} asks you to do something about an incident. Press Open to read it."
    found = (
        Button("Open", "task.open", ref(task), 1, Tone.PRIMARY, about=f"Open {task.id}", dialog=True),
        Button("Done", "task.done", ref(task), 1, about=f"Done: {task.id}", dialog=True),
    )
    return Card(
        title, f"{title}. {said}", (Text(said), Notice("Please keep it to yourself.", cite("confidentiality"))), found
    )


def task_file_card(task: Task, by: str) -> Card:
    """The task itself, in a window."""
    body: list[Element] = [Text(f"From {by}:", Tone.QUIET), Quote(task.text)]
    if task.note:
        body += [Text("What you did:", Tone.QUIET), Quote(task.note)]
    found = (Button("Done", "task.done", ref(task), 1, Tone.PRIMARY, dialog=True),) if task.open else ()
    return Card(f"{task.id}: your task", f"{task.id}: your task", tuple(body), found, dialog=True)


def _report(incident: Incident, sight: Sight, about: str) -> Facts:
    report, rows = incident.report, list[tuple[str, str]]()
    if report.where:
        rows.append(("Where", report.where))
    if report.link:
        rows.append(("Link", report.link))
    if report.happened_at is not None:
        rows.append(("When it happened", moment(report.happened_at, sight.zone)))
    if report.of_head:
        rows.append(("About", "the headteacher"))
    elif about:
        rows.append(("About", about))
    if report.involved:
        rows.append(("Involved", report.involved))
    if incident.press is not None:
        rows.append(("Asked by", incident.press.outlet))
        rows += [("To reach them", incident.press.contact)] if incident.press.contact else []
    if incident.comment:
        rows.append(("From", f"comment {incident.comment}"))
    rows.append(("At risk now", "yes" if report.at_risk else "no"))
    return Facts(tuple(rows))


def _assessed(incident: Incident) -> list[Element]:
    assessed = incident.assessment
    if assessed is None:
        return []
    body: list[Element] = [Text("Why it was assessed so", Tone.QUIET), Quote(assessed.rationale)]
    return [*body, Facts((("Referred to", listed(assessed.agencies)),))] if assessed.agencies else body


def _outcome(incident: Incident) -> list[Element]:
    outcome = incident.outcome
    if outcome is None:
        return []
    body: list[Element] = [Text("How it ended", Tone.STRONG), Quote(outcome.words)]
    if outcome.behaviour:
        body.append(Text("It was taken up under the behaviour policy."))
    if outcome.lessons:
        body += [Text("Lessons", Tone.QUIET), Quote(outcome.lessons)]
    if incident.breach is not None and incident.breach.decision is not None:
        body.append(Text(f"Personal data: {VERDICTS[incident.breach.decision.verdict]}."))
    return body


def _older(incident: Incident, entries: Sequence[Entry]) -> tuple[Button, ...]:
    if not entries or entries[-1].number == 1:
        return ()
    return (press(incident, "Older", "incident.page", before=str(entries[-1].number)),)
