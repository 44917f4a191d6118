"""What the Teams client makes of the app's answers, and when it would show the person an error instead."""

from dataclasses import dataclass

from tests.fakes.teams.cards import problems_in_attachment, problems_in_card
from tests.fakes.teams.delivery import Answer
from tests.fakes.teams.wire import Json, SomethingWentWrong

SUBMITS = frozenset(["task/submit", "composeExtension/submitAction"])
"""The invokes that may be answered with nothing: the dialog closes."""


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence for the person."""

    text: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A card to be drawn; in a dialog with its title."""

    card: Json
    title: str = ""


@dataclass(frozen=True, slots=True)
class Close:
    """The dialog closes without a word."""


def arrived(answer: Answer, what: str) -> None:
    """Raises SomethingWentWrong unless the app took it in time."""
    if answer.timed_out:
        raise SomethingWentWrong(f"{what}: no answer in time")
    if not answer.ok:
        raise SomethingWentWrong(f"{what}: status {answer.status}: {answer.body[:500]}")


def _body(answer: Answer, what: str) -> Json:
    arrived(answer, what)
    if answer.status != 200:
        raise SomethingWentWrong(f"{what}: status {answer.status} instead of 200")
    if answer.json is None:
        raise SomethingWentWrong(f"{what}: the body must be a JSON object, not {answer.body[:200]!r}")
    return answer.json


def of_action(answer: Answer) -> Words | Drawn:
    """The answer to adaptiveCard/action.

    Raises:
        SomethingWentWrong: the client would show an error.
    """
    what = "adaptiveCard/action"
    body = _body(answer, what)
    status, kind, value = (body.get(name) for name in ("statusCode", "type", "value"))
    if status != 200 or body.keys() - {"statusCode", "type", "value"}:
        raise SomethingWentWrong(f"{what}: not a good answer: {body}")
    match kind:
        case "application/vnd.microsoft.activity.message" if isinstance(value, str) and value.strip():
            return Words(value)
        case "application/vnd.microsoft.card.adaptive" if isinstance(value, dict):
            _good(problems_in_card(value), what)
            return Drawn(value)
        case _:
            raise SomethingWentWrong(f"{what}: the client knows no answer like {kind!r} with {type(value).__name__}")


def of_task(answer: Answer, what: str) -> Words | Drawn | Close:
    """The answer to an invoke that opens a dialog or sends its form.

    Raises:
        SomethingWentWrong: the client would show an error.
    """
    if what in SUBMITS and answer.ok and answer.status == 200 and answer.body in ("", "null", "{}"):
        return Close()
    task = _body(answer, what).get("task")
    if not isinstance(task, dict):
        raise SomethingWentWrong(f"{what}: no task in the answer")
    match task.get("type"), task.get("value"):
        case "message", str() as words if words.strip():
            return Words(words)
        case "continue", dict() as value:
            return _continued(value, what)
        case kind, value:
            raise SomethingWentWrong(f"{what}: the client knows no task {kind!r} with {type(value).__name__}")


def _continued(value: Json, what: str) -> Drawn:
    if extra := value.keys() - {"title", "height", "width", "card"}:
        raise SomethingWentWrong(f"{what}: unknown in a dialog: {sorted(extra)}")
    title = value.get("title")
    if not isinstance(title, str) or not title.strip():
        raise SomethingWentWrong(f"{what}: a dialog needs a title")
    for side in ("height", "width"):
        size = value.get(side, "medium")
        if size not in ("small", "medium", "large") and type(size) is not int:
            raise SomethingWentWrong(f"{what}: {side} must be small, medium, large or pixels")
    _good(problems_in_attachment(value.get("card")), what)
    return Drawn(value["card"]["content"], title)


def _good(problems: list[str], what: str) -> None:
    if problems:
        raise SomethingWentWrong(f"{what}: {'; '.join(problems)}")
