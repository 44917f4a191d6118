"""What could not be carried out: what the person is told, and what the log says of it."""

import traceback
from pathlib import Path

import structlog

from cards.model import Card
from cards.refusal import trouble_card

log = structlog.get_logger("exeat.dispatch")


class Trouble(Exception):
    """It could not be carried out and nothing was saved. `error` is the id under which the log says why."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error

    @property
    def card(self) -> Card:
        """What the person is told."""
        return trouble_card(self.error)


def where(error: BaseException) -> str:
    """The lines of code an error came through, without its message: messages may quote what a person wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames[-6:]))
