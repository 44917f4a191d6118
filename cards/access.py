"""A request for data: its form, the answer that is always the same, and the sheet for those it is put before."""

from collections.abc import Sequence
from datetime import date

from cards.concern import press
from cards.model import (
    Button,
    Card,
    DateField,
    Element,
    Form,
    Notice,
    Part,
    PersonField,
    Quote,
    Text,
    TextField,
    Tone,
)
from cards.wording import day
from policy.concern import Concern
from policy.concern.entry import ConcernEntry
from policy.record import ref

LONGEST_NAME = 100

HELD = "If anything else is held, those responsible for it are told of the request."
"""What the answer says, whether or not there is anything."""

WEIGH = (
    "Speak to the data protection officer, unless it is about them. Say nothing to whoever asks, or to anybody else.",
    "What is about them may have to be given. It may be held back where giving it could harm a child or somebody "
    "else, or where it would name others.",
    "Decide together. Then press Add note and write what you gave or held back, and why.",
)
"""What those who may read it are to weigh."""


def access_form(today: date) -> Form:
    """Who asks, and since when."""
    parts: tuple[Part, ...] = (
        PersonField("person", "Who asks", hint="Choose them here, or write their name below. They are not told."),
        TextField("name", "Or their name, if they are not on the list", longest=LONGEST_NAME),
        DateField("received", "When the request came", today, required=True),
        Text("The answer here is always the same. It does not say whether there is anything.", Tone.QUIET),
    )
    return Form("access.new", "A request for data", parts, dialog=True)


def noted_card(due: date) -> Card:
    """The answer, which is the same whatever is kept."""
    said = f"Noted. The answer is due by {day(due)}."
    then = "Whoever runs the server can export what else Exeat keeps about them, with: exeat export person"
    body = (Text(said, Tone.STRONG), Text(HELD), Text(then))
    return Card("A request for data", f"{said} {HELD}", body, dialog=True)


def keyless_card() -> Card:
    """Nothing that is sealed can be opened here."""
    said = "Nothing was noted: Exeat has no key here, so it keeps nothing that is sealed."
    return Card("A request for data", said, (Text(said),), dialog=True)


def touched_card(concern: Concern) -> Card:
    """What somebody who may read the concern has in their chat."""
    said = f"A request touches something you keep: {concern.id}. Please open it."
    open_ = Button("Open", "concern.sheet", ref(concern), 1, Tone.PRIMARY, about=f"Open: {concern.id}", dialog=True)
    return Card("Exeat", said, (Text(said),), (open_,))


def request_text(who: str, received: date, due: date) -> str:
    """What stands of a request in the log."""
    return f"{who} asked on {day(received)} for what is kept about them. The answer is due by {day(due)}."


def sheet_card(concern: Concern, requests: Sequence[ConcernEntry]) -> Card:
    """The sheet: which requests touch the concern, until when each is to be answered, and what to weigh."""
    body: list[Element] = [Text("A request for data touches this.", Tone.STRONG)]
    body += [Quote(each.text) for each in requests]
    body += [Notice(words) for words in WEIGH]
    acts = [press(concern, "Open the file", "concern.open", Tone.PRIMARY)]
    acts += [press(concern, "Add note", "concern.note")] if concern.written else []
    return Card(concern.id, concern.id, tuple(body), tuple(acts), dialog=True)
