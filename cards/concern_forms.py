"""The forms of a concern. Each opens in a window of its own: what is typed there does not enter a chat."""

from collections.abc import Collection, Mapping, Sequence

from cards.concern import NO_PICTURES, RING, WHO_COULD_READ, Numbers
from cards.concern_file import ABOUT, CONTACTED, ENDINGS, RISKS
from cards.model import ChoiceField, Form, MomentField, Notice, Part, PersonField, Text, TextField, Tone
from policy.clauses import cite
from policy.concern import Concern, Contacted
from policy.concern.about import CLAUSE
from policy.people import Role
from policy.record import ref

YES, NO, UNSURE = "yes", "no", "unsure"

LONGEST_NAME = 100
"""In characters; it is carried from one form to the next."""

TITLE = "Raise a concern"

NEXT = "Next"

OTHER = "other"
"""The choice of somebody who is not on the list."""

COULD = {
    Role.DSL: "Could it be the safeguarding lead (DSL)?",
    Role.DEPUTY_DSL: "Could it be one of the safeguarding lead's deputies?",
    Role.HEADTEACHER: "Could it be the headteacher?",
    Role.CHAIR: "Could it be the chair of governors?",
    Role.ADMIN: "Could it be whoever looks after Exeat or our computers?",
}

MEANT = {
    Role.DSL: "is_dsl",
    Role.DEPUTY_DSL: "is_deputy",
    Role.HEADTEACHER: "is_head",
    Role.CHAIR: "is_chair",
    Role.ADMIN: "is_admin",
}
"""The fields in which it is said whether somebody with that role is meant."""

VERBATIM = (
    "What you saw or heard, in the words that were used. If a child told you, write what they said, and do not ask "
    "them for more."
)


def route_form(found: Numbers) -> Form:
    """The two questions that come before a word is written."""
    abouts = tuple((each.value, words) for each, words in ABOUT.items())
    risks = tuple((each.value, words) for each, words in RISKS.items())
    parts: tuple[Part, ...] = (
        *_first(found),
        ChoiceField("about", "Who is it about?", abouts, required=True),
        ChoiceField("risk", "Could a child have been harmed, or be at risk?", risks, required=True),
        Notice(f"{NO_PICTURES} {RING}"),
        Text("Your answers decide whom Exeat tells. It does not tell whoever it is about.", Tone.QUIET),
    )
    return Form("concern.route", TITLE, parts, note=WHO_COULD_READ, send=NEXT, dialog=True)


def unsure_form(payload: Mapping[str, str]) -> Form:
    """Who it might be, where somebody is not sure."""
    answers = ((YES, "Yes"), (NO, "No"), (UNSURE, "I cannot say"))
    parts = (
        ChoiceField("dsl", COULD[Role.DSL], answers, required=True),
        ChoiceField("head", COULD[Role.HEADTEACHER], answers, required=True),
        Text("Exeat does not tell whoever it could be.", Tone.QUIET),
    )
    return Form("concern.unsure", TITLE, parts, send=NEXT, payload=payload, dialog=True)


def meant_form(payload: Mapping[str, str], roles: Collection[Role]) -> Form:
    """Whether it is one of those who would be told, where what was typed might mean them."""
    answers = ((YES, "Yes"), (NO, "No"), (UNSURE, "I cannot say"))
    parts: tuple[Part, ...] = (
        Text("What you wrote might mean somebody who would be told. So please say:"),
        *(ChoiceField(MEANT[role], COULD[role], answers, required=True) for role in MEANT if role in roles),
        Text("Exeat does not tell whoever it could be.", Tone.QUIET),
    )
    return Form("concern.meant", TITLE, parts, send=NEXT, payload=payload, dialog=True)


def who_form(payload: Mapping[str, str]) -> Form:
    """Which person it is about."""
    parts = (
        PersonField("person", "Who it is", hint="Exeat does not tell them, or show it to them."),
        TextField("name", "Or their name, if they are not on the list", longest=LONGEST_NAME),
        Text("If you do not know who it is, leave both empty.", Tone.QUIET),
    )
    return Form("concern.who", TITLE, parts, send=NEXT, payload=payload, dialog=True)


def words_form(payload: Mapping[str, str], found: Numbers, *, written: bool, ring: Sequence[str] = ()) -> Form:
    """What happened; where only an alert is sent, no more than how urgent it is. `ring` are those who are to be rung
    as well, for an alert alone may not reach them.
    """
    parts: list[Part] = [*_first(found)]
    if written:
        parts += [
            TextField("what", "What happened", hint=VERBATIM, required=True, lines=6),
            TextField("where", "Where", longest=500),
            TextField("affected", "Who is affected", hint="Names, as far as you know them.", longest=500),
        ]
    reach = TextField(
        "contact",
        "How we may reach you",
        hint="A number and a good time. Or say that you would rather not.",
        longest=300,
    )
    parts += [
        reach,
        ChoiceField("urgent", "Is somebody in danger now?", ((NO, "No"), (YES, "Yes")), NO, required=True),
        Notice(f"{NO_PICTURES} {RING}", cite(CLAUSE)),
    ]
    said = ["You can add to it later. It cannot be taken back.", WHO_COULD_READ]
    if ring:
        said.insert(0, f"Please ring as well: {'; '.join(ring)}.")
    return Form("concern.new", TITLE, tuple(parts), note=" ".join(said), payload=payload, dialog=True)


def note_form(concern: Concern) -> Form:
    """Something to add."""
    parts: tuple[Part, ...] = (
        TextField("text", "Text", hint="What happened or was said, and when.", required=True, lines=5),
        Notice(NO_PICTURES),
    )
    note = f"It is added with your name and the time. Nothing is ever taken away. {WHO_COULD_READ}"
    return _about(concern, "Add note", "concern.note.send", parts, note)


def lado_form(concern: Concern) -> Form:
    """Whether the LADO was contacted."""
    answers = tuple((each.value, words) for each, words in CONTACTED.items())
    parts: list[Part] = [
        Notice("The LADO hears within one working day of anything that may have harmed a child.", cite(CLAUSE)),
        ChoiceField("contacted", "Was the LADO contacted?", answers, Contacted.NOT_YET.value, required=True),
        MomentField("when", "When", hint="If they were."),
    ]
    if concern.written:
        parts.append(TextField("why", "What they said, or why not", lines=3, longest=2000))
    return _about(concern, "LADO", "concern.lado.send", tuple(parts))


def refer_form(concern: Concern, agencies: Sequence[str]) -> Form:
    """To whom outside it was referred."""
    known = tuple((str(number), words[:150]) for number, words in enumerate(agencies))
    parts: tuple[Part, ...] = (
        Text("Exeat keeps that you referred it. It tells nobody outside: please ring them.", Tone.QUIET),
        ChoiceField("agency", "Referred to", (*known, (OTHER, "Somebody else")), required=True),
        TextField("named", "If somebody else, who", longest=200),
    )
    return _about(concern, "Refer", "concern.refer.send", parts)


def reader_form(concern: Concern) -> Form:
    """Somebody who may read it from now on."""
    parts = (PersonField("person", "Who may read it", required=True),)
    note = "They can then read all of it, also what is older. It stands in the log that you added them."
    return _about(concern, "Add reader", "concern.reader.send", parts, note)


def unreader_form(concern: Concern, added: Sequence[tuple[str, str]]) -> Form:
    """Who reads it no more, of those who were `added`, each by id and name."""
    parts: tuple[Part, ...] = (
        ChoiceField("person", "Who may not read it any more", tuple(added), required=True),
        Text("They get no message. Their alert in the chat goes, and the log still says what they read.", Tone.QUIET),
    )
    return _about(concern, "Remove reader", "concern.unreader.send", parts)


def hold_form(concern: Concern) -> Form:
    """Why it has to stay."""
    hint = "Such as a case number. Only those who may read this see it."
    parts = (TextField("reason", "Why it has to stay", hint=hint, required=True, lines=2, longest=500),)
    return _about(concern, "Hold", "concern.hold.send", parts, "It is then kept until somebody presses Release.")


def close_form(concern: Concern) -> Form:
    """How it ended."""
    endings = tuple((each.value, words) for each, words in ENDINGS.items())
    parts: list[Part] = [ChoiceField("ending", "Outcome", endings, required=True)]
    if concern.written:
        parts += [
            TextField("why", "Because", hint="What was found, and how it was weighed.", required=True, lines=4),
            TextField("told", "Who was told", required=True, longest=500),
        ]
    note = "Notes can still be added after this." if concern.written else ""
    return _about(concern, "Close", "concern.close.send", tuple(parts), note)


def _about(concern: Concern, label: str, verb: str, parts: tuple[Part, ...], note: str = "") -> Form:
    """A form that goes by the button which opened it, so that it says what sending it does."""
    return Form(verb, f"{label}: {concern.id}", parts, ref(concern), 1, note, dialog=True)


def _first(found: Numbers) -> tuple[Part, ...]:
    """Whom to ring, before anything else."""
    (_, emergency), *rest = found
    lines = "\n".join(f"{label}: {number}" for label, number in rest)
    danger = Notice(f"If somebody is in danger now, ring {emergency} first.", tone=Tone.DANGER)
    return (danger, Text(lines)) if lines else (danger,)
