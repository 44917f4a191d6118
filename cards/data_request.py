"""A request for data: its form, the answer that is always the same, the message about it, and its sheet."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from cards.concern import row
from cards.concern_forms import LONGEST_NAME
from cards.model import (
    Button,
    Card,
    DateField,
    Element,
    Facts,
    Form,
    Notice,
    Part,
    PersonField,
    Text,
    TextField,
    Tone,
)
from cards.wording import counted, day, moment
from policy.concern import Concern
from policy.data_request import DataRequest
from policy.record import ref

TITLE = "A request for data"

TOLD = "Those who hold a safeguarding role get a message about it, but not whoever asks."
"""What the answer says, whatever is kept."""

INSTEAD = (
    "Please tell the headteacher, the safeguarding lead (DSL), each deputy and the chair of governors of the request "
    "today. Do it in person, one by one, and leave out whoever asks."
)
"""What to do where Exeat cannot tell those who are to look at a request."""

WEIGH = (
    "Speak to the data protection officer about the date, and about what you give, unless the request is from them "
    "or about them.",
    "What is about whoever asks may have to be given. It may be held back where giving it could harm a child or "
    "somebody else, or where it would name others.",
    "Decide together. Then open the file, press Add note, and write what you gave or held back, and why.",
    "To whoever asks, and to anybody else, do not say that there is something here, or that there is nothing. The "
    "school's answer reads the same each time.",
)
"""What those who look at it are to weigh, and what they are to say."""

KNOWS = (
    "Exeat knows accounts and written names only, and it may show somebody of the same name. So please think of what "
    "you know yourself, too."
)

MOST_ROWS = 40
"""How many concerns a sheet shows."""


def request_form(today: date) -> Form:
    """Who asks, and since when."""
    parts: tuple[Part, ...] = (
        PersonField("person", "Who asks", hint="Choose them here, or write their name below. They are not told."),
        TextField("name", "Or their name, if they are not on the list", longest=LONGEST_NAME),
        DateField("received", "When the request came", today, required=True),
        Text("The answer here is always the same. It does not say whether there is anything.", Tone.QUIET),
    )
    return Form("data_request.new", TITLE, parts, dialog=True)


def noted_card(due: date) -> Card:
    """The answer, which is the same whatever is kept."""
    said = f"Noted. The answer is due by {day(due)}."
    then = "Whoever runs the server can export what else Exeat keeps about them, with: exeat export person"
    body = (Text(said, Tone.STRONG), Text(TOLD), Text(then))
    return Card(TITLE, f"{said} {TOLD}", body, dialog=True)


def off_card() -> Card:
    """Exeat takes no concerns here, or has no key: what to do instead."""
    return _instead("Nothing was noted, for Exeat takes no concerns here now, or it has no key to read those it has.")


def alone_card() -> Card:
    """There is nobody whom Exeat could tell: what to do instead."""
    return _instead("Nothing was noted, for nobody who could look at it has an account here, but whoever asks.")


def message_card(request: DataRequest, *, told: bool) -> Card:
    """What somebody has in their chat: one of those who are `told`, or whoever noted it."""
    said = f"A request for data has come: {request.id}. Please look at it."
    if request.answered is not None:
        said = f"{request.id}: answered."
    elif not told:
        said = f"You noted a request for data: {request.id}. Press Answered when it is answered."
    tone = Tone.PRIMARY if request.answered is None else Tone.PLAIN
    acts = [_press(request, "Open", "data_request.open", tone, dialog=True)] if told else []
    acts += [_press(request, "Answered", "data_request.answered")] if request.answered is None else []
    return Card("Exeat", said, (Text(said),), tuple(acts))


def missed_card(request: DataRequest, names: Sequence[str]) -> Card:
    """Whom the message about it has not reached, to whoever noted it and to the others who were told."""
    if request.answered is not None:
        said = f"{request.id}: answered."
        return Card("Exeat", said, (Text(said),))
    said = f"The message about the request for data {request.id} has not reached {' or '.join(names)}."
    then = "Please tell them of it today, in person."
    return Card("Exeat", f"{said} {then}", (Text(said), Text(then)))


def sheet_card(
    request: DataRequest, by: str, touched: Sequence[Concern], zone: ZoneInfo, *, read: int, more: bool = False
) -> Card:
    """The sheet of one who is told: who asks, by when, what to weigh, and those concerns that it may touch of the
    newest `read` that they may read; `more`, if they may read more. `by` is the name of whoever noted it.
    """
    known = [("Who asks", request.asker.name), ("The request came", day(request.received))]
    known += [("The answer is due by", day(request.due)), ("Noted by", by)]
    known += [("Answered", moment(request.answered.at, zone))] if request.answered else []
    body: list[Element] = [Facts(tuple(known)), *(Notice(words) for words in WEIGH)]
    body.append(Text(_found(len(touched)), Tone.STRONG))
    body += [row(each) for each in touched[:MOST_ROWS]]
    if len(touched) > MOST_ROWS:
        body.append(Text(f"These are {MOST_ROWS} of them. There are {len(touched) - MOST_ROWS} more."))
    if more:
        body.append(Text(f"You may read more: Exeat has looked at your newest {read} only."))
    return Card(TITLE, f"{TITLE}: {request.id}", (*body, Text(KNOWS, Tone.QUIET)), dialog=True)


def _found(many: int) -> str:
    if not many:
        return "It seems to touch nothing that you may read."
    return f"It may touch {counted(many, 'thing', 'things')} that you may read. Please open each."


def _instead(said: str) -> Card:
    then = "The answer is due within a month of the day on which the request came."
    body = (Text(said, Tone.STRONG), Notice(INSTEAD), Text(then))
    return Card(TITLE, f"{said} {INSTEAD}", body, dialog=True)


def _press(request: DataRequest, label: str, verb: str, tone: Tone = Tone.PLAIN, *, dialog: bool = False) -> Button:
    return Button(label, verb, ref(request), 1, tone, about=f"{label}: {request.id}", dialog=dialog)
