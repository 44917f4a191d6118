"""The file of an incident: what was reported and everything since. It is shown in a window, never in a chat."""

from collections.abc import Iterator, Sequence

from cards.incident import Sight, particulars, press, reporter_standing, standing
from cards.model import Button, Card, Divider, Element, Facts, Notice, Quote, Text, Tone
from cards.wording import listed, moment
from policy.clauses import cite
from policy.incident import Incident, State
from policy.incident.chronology import Act, Entry
from policy.incident.task import Task
from policy.record import ref

PAGE, ROOM = 10, 5000
"""How many entries of a chronology one window shows, and of how many characters together, if they are more than one:
what is in a window stands there whole.
"""

QUOTE = 3000
"""How many characters stand in one quotation at the most."""


def file_card(
    incident: Incident,
    entries: Sequence[Entry],
    sight: Sight,
    *,
    about: str,
    readers: Sequence[str],
    older: bool = False,
    refers: bool = False,
) -> Card:
    """The file, with those of its entries that this window has room for, newest first.

    `about` is the name of the colleague it is about, "" for none; `readers` are the names of those who may read it.
    `older`: there are more entries; `refers`: the school has outside bodies to refer it to.
    """
    title = f"{incident.id}: the file"
    body: list[Element] = [Text(standing(incident, sight), Tone.STRONG), *_quoted(incident.report.what)]
    body += [_report(incident, sight, about), particulars(incident, sight)]
    body.append(Text(f"It may be read by {listed(tuple(readers))}.", Tone.QUIET))
    body += [Divider(), Text("Chronology, newest first", Tone.STRONG), *chronology(entries, sight)]
    shown = [*_older(incident, entries, older), press(incident, "Add note", "incident.note")]
    if refers and sight.leads and incident.status is State.ASSESSED:
        shown.append(press(incident, "Refer", "incident.refer"))
    return Card(title, title, tuple(body), tuple(shown), dialog=True)


def page_card(incident: Incident, entries: Sequence[Entry], sight: Sight, *, older: bool = False) -> Card:
    """Older entries of its chronology."""
    title = f"{incident.id}: chronology"
    body = tuple(chronology(entries, sight)) or (Text("There is nothing older."),)
    shown = (*_older(incident, entries, older), press(incident, "Newest", "incident.open"))
    return Card(title, title, body, shown, dialog=True)


def own_file_card(incident: Incident, entries: Sequence[Entry], sight: Sight, *, older: bool = False) -> Card:
    """What whoever reported it may read: their own words, and where it stands."""
    title = f"{incident.id}: your report"
    body: list[Element] = [Text(reporter_standing(incident, sight), Tone.STRONG), *_quoted(incident.report.what)]
    if entries:
        body += [Divider(), Text("What you added", Tone.STRONG), *chronology(entries, sight)]
    shown = (*_older(incident, entries, older), press(incident, "Add note", "incident.note"))
    return Card(title, title, tuple(body), shown, dialog=True)


def chronology(entries: Sequence[Entry], sight: Sight) -> list[Element]:
    """Entries one under the other, each with its number, time and author."""
    body: list[Element] = []
    for entry in entries:
        corrects = f", puts right no. {entry.corrects}" if entry.corrects else ""
        who = f"{moment(entry.at, sight.zone)}, {sight.name(entry.by)}"
        body.append(Text(f"{entry.number}. {entry.act.label}{corrects}: {who}", Tone.QUIET))
        body += [Text(entry.text)] if entry.act is Act.REPORTED else _quoted(entry.text)
    return body


def _quoted(text: str) -> Iterator[Quote]:
    """The text in quotations that are not too long to be shown whole, each ending where a word does if it can."""
    while len(text) > QUOTE:
        end = max(text.rfind(" ", 0, QUOTE), text.rfind("\n", 0, QUOTE)) + 1 or QUOTE
        yield Quote(text[:end])
        text = text[end:]
    yield Quote(text)


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
    if incident.assessment is not None and incident.assessment.agencies:
        rows.append(("Referred to", listed(incident.assessment.agencies)))
    return Facts(tuple(rows))


def _older(incident: Incident, entries: Sequence[Entry], older: bool) -> tuple[Button, ...]:
    if not older:
        return ()
    return (press(incident, "Older", "incident.page", before=str(entries[-1].number)),)
