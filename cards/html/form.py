"""Forms as HTML: each box with its label, its hint and what is wrong with it, said to everybody alike.

A field's input is named `field:<kind>:<name>`, so that whoever receives it knows how to read its value.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from markupsafe import Markup

from cards.html.card import PictureUrl, element_html
from cards.html.words import block, inline, together
from cards.model import (
    ChoiceField,
    DateField,
    Divider,
    Field,
    FileField,
    FileRef,
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
    Value,
)
from policy.people import Identity

EMPTY = Markup("")


@dataclass(frozen=True, slots=True)
class _Page:
    """What the parts of one form share."""

    school: str
    nonce: str
    zone: ZoneInfo
    values: Mapping[str, Value]
    errors: Mapping[str, str]
    people: Sequence[tuple[Identity, str]]
    picture_url: PictureUrl


def form_html(
    form: Form,
    *,
    school: str,
    nonce: str,
    zone: ZoneInfo,
    picture_url: PictureUrl,
    values: Mapping[str, Value] | None = None,
    errors: Mapping[str, str] | None = None,
    people: Sequence[tuple[Identity, str]] = (),
) -> Markup:
    """The form. `values` is what was typed before, in place of the form's own; `errors` says by field what is
    wrong with it; `people` are those a person field offers; moments are shown in `zone`.
    """
    page = _Page(school, nonce, zone, values or {}, errors or {}, people, picture_url)
    note = block(form.note, "p", "note") if form.note else EMPTY
    return Markup(
        '<form class="form" novalidate aria-labelledby="{}-title" data-nonce="{}">{}'
        '<h3 class="title" id="{}-title">{}</h3>{}{}{}'
        '<div class="actions"><button type="submit" class="button primary" data-send>{}</button>'
        '<button type="button" class="button" data-cancel>Cancel</button></div></form>'
    ).format(
        nonce,
        nonce,
        together(_hidden(form, page)),
        nonce,
        inline(form.title),
        _problems(form, page),
        together(_part(part, page) for part in form.parts),
        note,
        form.send,
    )


def _hidden(form: Form, page: _Page) -> Iterator[Markup]:
    carried = {
        "verb": form.verb,
        "record": str(form.record or ""),
        "version": str(form.version),
        "school": page.school,
        "payload": json.dumps(dict(form.payload)),
        "nonce": page.nonce,
    }
    for name, value in carried.items():
        yield Markup('<input type="hidden" name="{}" value="{}">').format(name, value)


def _problems(form: Form, page: _Page) -> Markup:
    """How many boxes need another look, and what is wrong that belongs to none of them."""
    if not page.errors:
        return EMPTY
    own = {field.name for field in form.fields}
    rest = together(block(said, "p") for name, said in page.errors.items() if name not in own)
    return Markup('<div class="notice danger problems" tabindex="-1"><p>{}</p>{}</div>').format(
        "Not sent yet: something needs another look.", rest
    )


def _part(part: Part, page: _Page) -> Markup:
    match part:
        case TextField() | ChoiceField() | MomentField() | DateField() | PersonField() | FileField():
            return _field(part, page)
        case FormButton():
            return Markup(
                '<p class="actions"><button type="submit" class="button" name="ask" value="{}">{}</button></p>'
            ).format(json.dumps({"verb": part.verb, "payload": dict(part.payload)}), inline(part.label))
        case Text() | Quote() | Notice() | Picture() | Divider():
            return element_html(part, school=page.school, picture_url=page.picture_url)
        case _:
            assert_never(part)


def _field(field: Field, page: _Page) -> Markup:
    id, error = f"{page.nonce}-{field.name}", page.errors.get(field.name, "")
    hint, wrong, described = EMPTY, EMPTY, list[str]()
    if field.hint:
        described.append(f"{id}-hint")
        hint = Markup('<p class="hint" id="{}-hint">{}</p>').format(id, inline(field.hint))
    if error:
        described.append(f"{id}-error")
        wrong = Markup('<p class="error" id="{}-error">{}</p>').format(id, inline(error))
    attributes = Markup(' id="{}"').format(id)
    if described:
        attributes += Markup(' aria-describedby="{}"').format(" ".join(described))
    if error:
        attributes += Markup(' aria-invalid="true"')
    if field.required:
        attributes += Markup(" required")
    optional = EMPTY if field.required else Markup(' <span class="optional">(optional)</span>')
    return Markup('<div class="field"><label for="{}">{}{}</label>{}{}{}</div>').format(
        id, inline(field.label), optional, hint, _box(field, attributes, page), wrong
    )


def _box(field: Field, attributes: Markup, page: _Page) -> Markup:
    value: Value = page.values[field.name] if field.name in page.values else getattr(field, "value", None)
    match field:
        case TextField(lines=1):
            return Markup(
                '<input type="text" name="field:text:{}" value="{}" dir="auto" data-longest="{}"{}>'
            ).format(field.name, _typed(value, page), field.longest, attributes)
        case TextField():
            pattern = '<textarea name="field:text:{}" rows="{}" dir="auto" data-longest="{}"{}>\n{}</textarea>'
            return Markup(pattern).format(  # noqa: S704
                field.name, field.lines, field.longest, attributes, _typed(value, page)
            )
        case ChoiceField():
            return _select("choice", field, field.options, _typed(value, page), attributes)
        case PersonField():
            offered = tuple((str(identity), name) for identity, name in page.people)
            return _select("person", field, offered, _typed(value, page), attributes)
        case MomentField():
            return Markup('<input type="datetime-local" name="field:moment:{}" value="{}"{}>').format(
                field.name, _typed(value, page), attributes
            )
        case DateField():
            return Markup('<input type="date" name="field:date:{}" value="{}"{}>').format(
                field.name, _typed(value, page), attributes
            )
        case FileField():
            return Markup(
                '<input type="file" accept="image/*" name="field:file:{}"{}><div class="preview" hidden></div>'
            ).format(field.name, attributes)
        case _:
            assert_never(field)


def _select(
    kind: str,
    field: ChoiceField | PersonField,
    options: Sequence[tuple[str, str]],
    chosen: str,
    attributes: Markup,
) -> Markup:
    known = any(value == chosen for value, _ in options)
    empty = EMPTY if known and field.required else Markup('<option value="">Please choose</option>')
    shown = (
        Markup('<option value="{}"{}>{}</option>').format(
            value, Markup(" selected") if value == chosen else EMPTY, words
        )
        for value, words in options
    )
    return Markup('<select name="field:{}:{}"{}>{}{}</select>').format(
        kind, field.name, attributes, empty, together(shown)
    )


def _typed(value: Value, page: _Page) -> str:
    """A value as its box holds it."""
    match value:
        case None | FileRef():
            return ""
        case str():
            return value
        case datetime():
            return value.astimezone(page.zone).strftime("%Y-%m-%dT%H:%M")
        case date():
            return value.isoformat()
        case Identity():
            return str(value)
        case _:
            assert_never(value)
