"""A form as a card with inputs, and what was typed into one as values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from itertools import groupby
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from cards.limits import TEAMS
from cards.model import (
    ChoiceField,
    DateField,
    Divider,
    Field,
    FileField,
    Form,
    FormButton,
    MomentField,
    Notice,
    Part,
    PersonField,
    Picture,
    Quote,
    Text,
    TextField,
    Tone,
    Value,
)
from cards.teams import payload, rich
from cards.teams.blocks import PAUSE, Page, draw, execute, lines, notice, submit, weight
from cards.teams.rich import Json
from cards.text import clip, fitted, harmless
from policy.people import Identity

NOT_SAID = "-"
"""Teams chooses no option whose value is empty: this stands for one."""

MORNING = time(9)
"""The time a day is given when none was chosen."""

PEOPLE: Json = {"type": "Data.Query", "dataset": "graph.microsoft.com/users"}
"""Where Teams looks for the people of a person field: everybody in the organisation."""

MISSING = "Please fill this in."
PROBLEMS = "Not sent yet: something needs another look."


Shown = TextField | ChoiceField | MomentField | DateField | PersonField
"""The fields that a card can have; Teams' cards take no files."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the parts of one form share. `checked`: Teams may look whether the required boxes are filled before it
    sends; not where a button asks for another shape of the form, which it would hold back as well.
    """

    form: Form
    nonce: str
    zone: ZoneInfo
    values: Mapping[str, Value]
    errors: Mapping[str, str]
    asked: Sequence[str] = field(default_factory=list)
    checked: bool = True
    typed: int = TEAMS.typed


def form_body(
    form: Form,
    page: Page,
    *,
    nonce: str,
    zone: ZoneInfo,
    values: Mapping[str, Value] | None,
    errors: Mapping[str, str] | None,
) -> list[Json]:
    """The parts of a form, with what was typed and what is wrong with it. Raises ValueError when Teams would not
    take it even with every text cut short.
    """
    checked = not any(isinstance(part, FormButton) for part in form.parts)
    inputs = [id for each in form.fields for id in _ids(each)]
    sheet = Sheet(form, nonce, zone, values or {}, errors or {}, inputs, checked)
    for share, tried in zip((1, 1, 4, 16), page.tighter(), strict=True):
        body = _body(replace(sheet, typed=TEAMS.typed // share), tried)
        if weight(body) <= TEAMS.card - TEAMS.spare:
            return body
    raise ValueError(f"the form {form.verb!r} does not fit on a card")


def values(data: Mapping[str, Any], *, tenant: str, zone: ZoneInfo) -> dict[str, Value]:
    """What was typed, by field, from the data of a form: moments in aware UTC from local time in `zone`, people as
    identities of the tenant. What was left empty is there too.

    Raises ValueError for what no form of Exeat's could have sent.
    """
    given = {id: text for id, text in data.items() if id not in (payload.OURS, payload.THEIRS)}
    typed: dict[str, str] = dict.fromkeys(payload.asked(data), "")
    for id, text in given.items():
        if not isinstance(text, str):
            raise ValueError(f"the field {id!r} does not hold text")
        typed[id] = text
    found: dict[str, Value] = {}
    for id, text in typed.items():
        name, _, kind = id.partition("~")
        match kind:
            case "":
                found[name] = text
            case "choice":
                found[name] = "" if text == NOT_SAID else text
            case "date":
                found[name] = date.fromisoformat(text) if text else None
            case "day":
                found[name] = _moment(text, typed.get(f"{name}~time", ""), zone) if text else None
            case "time":
                continue  # read with its day
            case "person":
                found[name] = Identity("teams", tenant, text) if text else None
            case _:
                raise ValueError(f"a field of a kind that Exeat does not use: {kind!r}")
    return found


def _moment(day: str, at: str, zone: ZoneInfo) -> datetime:
    """A local day and time as an aware UTC moment. Raises ValueError for what is neither."""
    local = datetime.combine(date.fromisoformat(day), time.fromisoformat(at) if at else MORNING)
    if local.tzinfo is not None:
        raise ValueError("a time with a zone of its own")
    try:
        return local.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a day beyond the calendar") from error


def _body(sheet: Sheet, page: Page) -> list[Json]:
    form = sheet.form
    body, pause = [rich.heading(form.title), *_problems(sheet, page)], False
    for are_buttons, group in groupby(form.parts, lambda part: isinstance(part, FormButton)):
        parts = list(group)
        for part in parts[:1] if are_buttons else parts:
            drawn = _buttons(parts, sheet, page) if are_buttons else _part(part, sheet, page)
            if pause and drawn:
                drawn[0] |= PAUSE
            pause = isinstance(part, Divider) or (pause and not drawn)
            body += drawn
    if form.note:
        body += draw(Text(form.note), page)
    data = payload.of_form(form, page.school, sheet.nonce, sheet.asked)
    send = submit(form.send, data, "positive")
    return body + lines([send if form.dialog else execute(form.verb, send)])


def _problems(sheet: Sheet, page: Page) -> list[Json]:
    """That something is wrong, and what of it belongs to no box that is shown."""
    if not sheet.errors:
        return []
    shown = {each.name for each in sheet.form.fields if not isinstance(each, FileField)}
    rest = [said for name, said in sheet.errors.items() if name not in shown]
    return [notice(Notice(said, tone=Tone.WARNING), page) for said in (PROBLEMS, *rest)]


def _buttons(parts: Iterable[Part], sheet: Sheet, page: Page) -> list[Json]:
    drawn = list[Json]()
    for part in parts:
        if isinstance(part, FormButton):
            action = submit(
                part.label, payload.of_form_button(part, sheet.form, page.school, sheet.nonce, sheet.asked)
            )
            drawn.append(action if sheet.form.dialog else execute(part.verb, action))
    return lines(drawn)


def _part(part: Part, sheet: Sheet, page: Page) -> list[Json]:
    match part:
        case FileField():
            return []
        case TextField() | ChoiceField() | MomentField() | DateField() | PersonField():
            value = sheet.values.get(part.name, part.value)
            return [*_wrong(part, sheet), _input(part, value, sheet), *_hint(part, value, sheet)]
        case Text() | Quote() | Notice() | Picture() | Divider():
            return draw(part, page)
        case FormButton():
            return _buttons((part,), sheet, page)
        case _:
            assert_never(part)


def _wrong(part: Shown, sheet: Sheet) -> list[Json]:
    """What is wrong with a field, by its name: whoever listens to a card hears it before the box."""
    error = sheet.errors.get(part.name)
    if not error:
        return []
    label = rich.words_raw(f"{clip(part.label, TEAMS.label)}: ", color="Attention", weight="Bolder")
    return [rich.block([*label, *rich.words_raw(fitted(harmless(error), TEAMS.error))], spacing="Medium")]


def _hint(part: Shown, value: Value, sheet: Sheet) -> list[Json]:
    said = part.hint
    if isinstance(value, str) and len(value) > sheet.typed:
        said = f"The last {len(value) - sheet.typed:,} characters did not fit on the card and are left out. {said}"
    return [rich.quiet(clip(said, TEAMS.hint))] if said else []


def _ids(field: Field) -> tuple[str, ...]:
    """The ids of a field's inputs: they say what kind of value comes back."""
    match field:
        case TextField():
            return (field.name,)
        case ChoiceField():
            return (f"{field.name}~choice",)
        case MomentField():
            return f"{field.name}~day", f"{field.name}~time"
        case DateField():
            return (f"{field.name}~date",)
        case PersonField():
            return (f"{field.name}~person",)
        case FileField():
            return ()
        case _:
            assert_never(field)


def _input(field: Shown, value: Value, sheet: Sheet) -> Json:
    match field:
        case TextField():
            typed = harmless(value)[: sheet.typed] if isinstance(value, str) else ""
            shape: Json = {"isMultiline": field.lines > 1, "maxLength": max(field.longest, len(typed))}
            return _asked("Input.Text", field, sheet, typed) | shape
        case ChoiceField():
            return _choice(field, value, sheet)
        case MomentField():
            return _moment_inputs(field, value, sheet)
        case DateField():
            return _asked("Input.Date", field, sheet, value.isoformat() if isinstance(value, date) else "")
        case PersonField():
            person = value.id if isinstance(value, Identity) and value.platform == "teams" else ""
            return _asked("Input.ChoiceSet", field, sheet, person) | {"choices": [], "choices.data": PEOPLE}
        case _:
            assert_never(field)


def _asked(kind: str, field: Shown, sheet: Sheet, value: str, label: str = "") -> Json:
    """An input with its id, its label and its value; it stands close to what is said to be wrong with it."""
    label = clip(label or field.label, TEAMS.label) or "–"
    asked: Json = {"type": kind, "id": _ids(field)[0], "label": label if field.required else f"{label} (optional)"}
    asked["spacing"] = "Small" if sheet.errors.get(field.name) else "Medium"
    if value:
        asked["value"] = value
    if field.required and sheet.checked:
        asked |= {"isRequired": True, "errorMessage": MISSING}
    return asked


def _choice(field: ChoiceField, value: Value, sheet: Sheet) -> Json:
    """One of a few as a list to tick, one of many as a list to open; the latter shows every option literally."""
    options = field.options[: TEAMS.options] or (("", "Nothing to choose from"),)
    choices = [{"title": clip(words, TEAMS.option) or "–", "value": given or NOT_SAID} for given, words in options]
    known = any((value or "") == given for given, _ in options)
    few = len(choices) <= TEAMS.radios and all(rich.plain(choice["title"]) for choice in choices)
    shape: Json = {"style": "expanded", "wrap": True} if few else {"style": "compact", "placeholder": "Please choose"}
    asked = _asked("Input.ChoiceSet", field, sheet, str(value or NOT_SAID) if known else "")
    return {**asked, "choices": choices, **shape}


def _moment_inputs(field: MomentField, value: Value, sheet: Sheet) -> Json:
    """A day and, beside it, a time: a card has no input for both."""
    local = value.astimezone(sheet.zone) if isinstance(value, datetime) else None
    day = _asked("Input.Date", field, sheet, f"{local:%Y-%m-%d}" if local else "", f"{field.label}: day")
    at: Json = {"type": "Input.Time", "id": _ids(field)[1], "label": clip(f"{field.label}: time", TEAMS.label)}
    spacing, pair = day.pop("spacing"), (day, at | {"value": f"{local or MORNING:%H:%M}"})
    column: Json = {"type": "Column", "verticalContentAlignment": "Bottom"}
    columns = [{**column, "width": width, "items": [each]} for width, each in zip((45, 55), pair, strict=True)]
    return {"type": "ColumnSet", "spacing": spacing, "columns": columns}
