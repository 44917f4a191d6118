"""The forms of an incident. Each opens in a window of its own: what is typed there does not enter a chat."""

from collections.abc import Sequence

from cards.incident import HOLDING_LINE, SEVERITIES, VERDICTS, danger
from cards.model import (
    ChoiceField,
    Form,
    FormButton,
    MomentField,
    Notice,
    Part,
    PersonField,
    Quote,
    Text,
    TextField,
    Tone,
)
from policy.clauses import cite
from policy.incident import BREACH_CLAUSE, CHOSEN, Incident, Kind, Personal, Severity, Verdict
from policy.incident.task import Task
from policy.record import ref
from policy.school import Contacts

YES, NO = "yes", "no"

YES_NO = ((NO, "No"), (YES, "Yes"))

PERSONAL = ((Personal.NO.value, "No"), (Personal.YES.value, "Yes"), (Personal.UNSURE.value, "Not sure"))

NONE = ""
"""The choice of no agency."""

VERBATIM = "What you saw or were told, word for word where you can. No pictures: say where they can be seen."


def report_form(
    contacts: Contacts,
    *,
    full: bool = False,
    text: str = "",
    where: str = "",
    link: str = "",
    kind: Kind = Kind.OTHER,
    comment: str = "",
) -> Form:
    """Two boxes and three questions that are answered already; `full` asks for everything that may help.

    `comment` is the comment it comes from.
    """
    kinds = tuple((each.value, each.label) for each in CHOSEN)
    parts: list[Part] = [
        danger(contacts),
        TextField("what", "What happened", text, VERBATIM, required=True, lines=6),
        TextField("where", "Where", where, "The platform, the page, the group; or the place.", longest=500),
        ChoiceField(
            "head", "Is it about the headteacher?", YES_NO, NO, "Then the chair of governors gets it instead."
        ),
        ChoiceField("risk", "Is anybody at risk now?", YES_NO, NO),
        *_personal(),
    ]
    if full:
        parts += [
            ChoiceField("kind", "Kind", kinds, kind.value),
            TextField("link", "Link", link, "Where it can be seen, if it has an address.", longest=500),
            MomentField("happened", "When it happened"),
            TextField("involved", "Who is involved", hint="Names, as far as you know them.", longest=500),
            PersonField("about", "A colleague it is about", hint="They will not see it, and do not hear of it."),
        ]
    else:
        parts.append(FormButton("Say more", "incident.more", {"full": YES}))
    payload = {"full": YES if full else NO, **({"comment": comment} if comment else {})}
    note = (
        "It goes to whoever leads on it and, where personal data are involved, to whoever protects the school's data."
    )
    return Form("incident.new", "Report an incident", tuple(parts), note=note, payload=payload, dialog=True)


def journalist_form() -> Form:
    """Who asks, what, and by when."""
    parts = (
        Notice("Please do not answer yet, not even off the record.", cite("journalists")),
        Text("Until somebody has got back to you, say only this:", Tone.QUIET),
        Quote(HOLDING_LINE),
        TextField(
            "outlet", "Who is asking", hint="Their name, and the paper, site or station.", required=True, longest=300
        ),
        TextField("what", "What they want to know", hint="Word for word where you can.", required=True, lines=4),
        TextField("contact", "How to reach them", hint="A number or an address.", longest=300),
        MomentField("deadline", "When they want an answer"),
    )
    return Form("incident.press", "A journalist asks", parts, dialog=True)


def assess_form(incident: Incident, agencies: Sequence[str]) -> Form:
    """How heavily it weighs, why, whom it needs, and whether personal data are involved."""
    before = incident.assessment
    severities = tuple((each.value, words) for each, words in SEVERITIES.items())
    chosen = before.severity.value if before else Severity.SERIOUS.value
    parts: list[Part] = [
        ChoiceField("severity", "How serious it is", severities, chosen, required=True),
        TextField("rationale", "Why", hint="What you know, and what you weighed.", required=True, lines=4),
    ]
    if agencies:
        options = ((NONE, "Nobody outside"), *_places(agencies))
        parts.append(ChoiceField("agency", "Refer it to", options, NONE, "Exeat does not contact them: you do."))
    parts += [
        PersonField("person", "A colleague it needs", hint="They get only the task below, not the file."),
        TextField("task", "Their task", lines=2, longest=1000),
    ]
    if incident.breach is None:
        parts += _personal()
    return Form("incident.assess.send", f"Assess {incident.id}", tuple(parts), ref(incident), 1, dialog=True)


def refer_form(incident: Incident, agencies: Sequence[str]) -> Form:
    """It is referred to an outside body."""
    parts = (
        Notice("Exeat does not contact them: you do. Here it is kept that you have.", cite("assess-incidents")),
        ChoiceField("agency", "Refer it to", _places(agencies), required=True),
        TextField("text", "What was passed on", hint="When, to whom, and their reference.", required=True, lines=3),
    )
    return Form("incident.refer.send", f"Refer {incident.id}", parts, ref(incident), 1, dialog=True)


def note_form(incident: Incident, *, corrects: bool) -> Form:
    """Something to add to the chronology; `corrects`: it may put another entry right."""
    parts: tuple[Part, ...] = (
        TextField("text", "Text", hint="What happened or was done, and when.", required=True, lines=5),
    )
    if corrects:
        right = "Leave it empty for something new."
        parts += (TextField("corrects", "Puts right entry no.", hint=right, longest=6),)
    note = "It is added with your name and the time. Nothing in the chronology is ever overwritten."
    return Form("incident.note.send", f"Add note: {incident.id}", parts, ref(incident), 1, note, dialog=True)


def assign_form(incident: Incident) -> Form:
    """Somebody is given a task, or the file."""
    what = (("task", "Only the task below"), ("file", "The whole file, and the task if there is one"))
    parts = (
        PersonField("person", "Assign to", required=True),
        ChoiceField("what", "What they see", what, "task", required=True),
        TextField("task", "Task", hint="What they are asked to do.", lines=3, longest=1000),
    )
    return Form("incident.assign.send", f"Assign {incident.id}", parts, ref(incident), 1, dialog=True)


def decide_form(incident: Incident) -> Form:
    """Whether a breach has to be reported."""
    known = incident.breach.aware_at if incident.breach else None
    verdicts = tuple((each.value, words) for each, words in VERDICTS.items())
    parts = (
        Notice("72 hours run from when the school first knew; weekends count.", cite(BREACH_CLAUSE)),
        ChoiceField("verdict", "Decision", verdicts, Verdict.REPORTABLE.value, required=True),
        TextField(
            "why", "Because", hint="The risk to the people concerned, and how you weighed it.", required=True, lines=4
        ),
        TextField("reference", "The ICO's reference", hint="Once it is reported.", longest=100),
        MomentField("reported", "When it was reported", hint="Leave it empty for now."),
        MomentField("aware", "When the school first knew", known, "Change it only to put it right."),
    )
    return Form("incident.decide.send", f"Data decision {incident.id}", parts, ref(incident), 1, dialog=True)


def close_form(incident: Incident) -> Form:
    """How it ended."""
    parts = (
        TextField(
            "outcome", "Outcome", hint="That action was taken; never what was done to whom.", required=True, lines=3
        ),
        ChoiceField("behaviour", "Taken up under the behaviour policy?", YES_NO, NO),
        TextField("lessons", "Lessons", hint="What the school does differently from now on.", lines=3),
    )
    return Form("incident.close.send", f"Close {incident.id}", parts, ref(incident), 1, dialog=True)


def done_form(task: Task) -> Form:
    """A task is done."""
    parts = (
        Text("Your task:", Tone.QUIET),
        Text(task.text),
        TextField("note", "What you did", lines=3, longest=2000),
    )
    return Form("task.done.send", f"Done: {task.id}", parts, ref(task), 1, dialog=True)


def _places(agencies: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The agencies to choose from, by their places in the school's list."""
    return tuple((str(place), each) for place, each in enumerate(agencies))


def _personal() -> tuple[Part, ...]:
    return (
        ChoiceField("personal", "Are personal data involved?", PERSONAL, Personal.NO.value),
        MomentField("aware", "When the school first knew", None, "Only where personal data are or may be involved."),
    )
