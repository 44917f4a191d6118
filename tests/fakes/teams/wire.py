"""Words shared by the Teams stand-in: JSON, Microsoft's own kind of error, and what a person is shown of trouble."""

from collections.abc import Mapping
from typing import Any, NamedTuple

Json = dict[str, Any]


class TeamsError(Exception):
    """What the connector answers instead of doing what it was asked: a status, a code and a sentence."""

    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(status, code, message)
        self.status, self.code, self.message = status, code, message or code

    def answer(self) -> Json:
        """The body as Microsoft sends it."""
        return {"error": {"code": self.code, "message": self.message}}


class SomethingWentWrong(AssertionError):
    """The Teams client would show the person an error; the text says what the app did."""


class HeldBack(AssertionError):
    """The Teams client did not send a form: `errors` go by the label of the field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(dict(errors))
        self.errors = dict(errors)


class Call(NamedTuple):
    """One request of the app as it arrived, whatever became of it. `method` is the word that `faults` knows it by."""

    method: str
    path: str
    body: Json
