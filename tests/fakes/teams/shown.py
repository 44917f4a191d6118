"""What a person reads and could press in an Adaptive Card: text, labels, inputs, and whatever in it is alive."""

from collections.abc import Iterator, Mapping

from tests.fakes.teams import markdown
from tests.fakes.teams.wire import Json

Typed = Mapping[str, str | None]
NOTHING: Typed = {}


def parts(card: Json) -> Iterator[Json]:
    """Every element and action that is drawn, in reading order."""
    for element in [*card.get("body", []), *card.get("actions", [])]:
        yield from _parts(element)


def _parts(element: Json) -> Iterator[Json]:
    if element.get("isVisible") is False:
        return
    yield element
    inner = [*element.get("items", []), *element.get("columns", []), *element.get("actions", [])]
    if element.get("type") == "Table":
        inner = [item for row in element["rows"] for cell in row["cells"] for item in cell["items"]]
    for each in inner:
        yield from _parts(each)


def text_of(card: Json, typed: Typed = NOTHING) -> str:
    """Every word in the card, one line a piece; buttons as `[Label]`, pictures as their alt text."""
    return "\n".join(line for part in parts(card) for line in _lines(part, typed) if line)


def _lines(part: Json, typed: Typed) -> Iterator[str]:
    match part.get("type"):
        case "TextBlock":
            yield markdown.rendered(part["text"])
        case "RichTextBlock":
            yield "".join(_run(run) for run in part["inlines"])
        case "FactSet":
            for fact in part["facts"]:
                yield f"{markdown.rendered(fact['title'])}: {markdown.rendered(fact['value'])}"
        case "Image":
            yield part["altText"]
        case str() as kind if kind.startswith("Input."):
            yield from _input(part, typed)
        case str() as kind if kind.startswith("Action."):
            yield f"[{part['title']}]"
        case _:
            return


def _run(run: Json | str) -> str:
    return markdown.dated(run if isinstance(run, str) else run["text"])


def _input(part: Json, typed: Typed) -> Iterator[str]:
    yield part.get("label", "")
    if part["type"] == "Input.Toggle":
        yield markdown.rendered(part["title"])
    yield part.get("placeholder", "")
    boxes = part.get("style") == "expanded"
    for choice in part.get("choices", []):
        yield markdown.rendered(choice["title"]) if boxes else choice["title"]
    if part["type"] in {"Input.Text", "Input.Number", "Input.Date", "Input.Time"}:
        yield str(value_of(part, typed) or "")


def inputs(card: Json) -> list[Json]:
    """The inputs, in reading order."""
    return [part for part in parts(card) if str(part.get("type")).startswith("Input.")]


def actions(card: Json) -> list[Json]:
    """The buttons that can be pressed, in reading order."""
    every = [part for part in parts(card) if str(part.get("type")).startswith("Action.")]
    return [action for action in every if action.get("isEnabled") is not False]


def field_labels(card: Json) -> list[str]:
    """The labels of the inputs (the id where there is none), in reading order."""
    return [str(each.get("label") or each["id"]) for each in inputs(card)]


def value_of(part: Json, typed: Typed) -> str | None:
    """What an input holds: what was typed, else what it came with."""
    if part["id"] in typed:
        return typed[part["id"]]
    if part["type"] == "Input.Toggle":
        return str(part.get("value", part.get("valueOff", "false")))
    return str(part["value"]) if part.get("value") not in (None, "") else None


def action(card: Json, label: str) -> Json:
    """The one button with this label.

    Raises:
        LookupError: none, or more than one; names what there is.
    """
    found = [each for each in actions(card) if each["title"] == label]
    if len(found) != 1:
        raise LookupError(f"{len(found)} buttons {label!r} among {[each['title'] for each in actions(card)]}")
    return found[0]


def mentions(entities: object) -> frozenset[str]:
    """The `<at>…</at>` that these entities bring to life."""
    every = entities if isinstance(entities, list) else []
    return frozenset(
        str(each.get("text")) for each in every if isinstance(each, dict) and each.get("type") == "mention"
    )


def alive(card: Json) -> list[str]:
    """Every link, date and mention in the card's text that would work, buttons and pictures apart."""
    known = mentions(card.get("msteams", {}).get("entities"))
    return [found for part in parts(card) for found in _alive(part, known)]


def _alive(part: Json, known: frozenset[str]) -> Iterator[str]:
    match part.get("type"):
        case "TextBlock":
            yield from markdown.alive(part["text"], known)
        case "RichTextBlock":
            for run in part["inlines"]:
                yield from markdown.alive_anyway(run if isinstance(run, str) else run["text"], known)
                yield from ["a run that acts"] if isinstance(run, dict) and run.get("selectAction") else []
        case "FactSet":
            for fact in part["facts"]:
                yield from markdown.alive(fact["title"], known)
                yield from markdown.alive(fact["value"], known)
        case _:
            return
