"""A school's chat as a scenario sees it: what people type, press and fill in, whichever platform carries it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from bot.app import Program
from tests.fakes.school import MONDAY

T = TypeVar("T")

SENT, FORWARDED = MONDAY - timedelta(hours=1), MONDAY - timedelta(hours=21)
"""When a message that something is done to was written, and one that it forwards."""

PATIENCE = 60.0
"""Seconds that anything may take at the most, back-off included."""


class Card(Protocol):
    """Something on somebody's screen."""

    def shown_text(self) -> str:
        """All its words."""

    def buttons(self) -> list[str]:
        """The labels of what can be pressed."""


class Message(Card, Protocol):
    """A message from Exeat; `latest` is what it shows now, to be pressed when it has changed."""

    @property
    def latest(self) -> Any: ...


class Paper(Card, Protocol):
    """A form on somebody's screen, and after it was sent what became of it."""

    def fields(self) -> list[str]:
        """The labels of what can be filled in."""


class Chat(Protocol):
    """One platform, and everybody at Harbour Primary on it."""

    def environment(self) -> dict[str, Any]:
        """The settings by which Exeat finds it."""

    async def connect(self, program: Program) -> None:
        """From now on it talks to this program, which is serving."""

    async def meet(self, name: str) -> None:
        """Somebody opens Exeat for the first time."""

    async def command(self, name: str, line: str) -> Paper:
        """Somebody types a command that gives a form."""

    async def say(self, name: str, line: str) -> str:
        """What somebody is answered to a command that gives none."""

    async def press(self, name: str, card: Any, button: str) -> None:
        """Somebody presses a button on a message."""

    async def form(self, name: str, card: Any, button: str) -> Paper:
        """The form that a press opens."""

    async def shortcut(self, name: str, label: str, words: str, *, forwarded: str = "") -> Paper:
        """The form that comes of something done to a message in a channel that Exeat is not in, sent at SENT;
        `forwarded` are words in it that were first said at FORWARDED.
        """

    async def send(self, name: str, form: Any, answers: Mapping[str, Any]) -> Mapping[str, str]:
        """Somebody fills in a form and sends it; errors by label. A person is named as the school does."""

    async def told(self, name: str, card: Any, button: str) -> str:
        """What somebody alone is told after a press."""

    def whispers(self, name: str) -> Sequence[str]:
        """What Exeat has told somebody alone in answer to a press, oldest first."""

    async def tidy(self, *names: str) -> None:
        """They close the windows they have read."""

    def inbox(self, name: str) -> Sequence[Any]:
        """What has been sent to somebody without their asking, oldest first."""

    def row(self, message: Any) -> int:
        """The number of the outbox row that a message carries."""

    def fail_one_in_three(self) -> None:
        """From now on one call in three fails, in every way there is."""

    def down(self) -> None:
        """From now on it answers nothing as it should."""

    def up(self) -> None:
        """It works again."""

    @property
    def failed(self) -> int:
        """How many calls have failed."""

    @property
    def repeats(self) -> int:
        """How many messages somebody was sent again."""

    @property
    def doubts(self) -> int:
        """How many messages may have arrived, on a platform where nobody can look whether they have."""

    async def until(self, look: Callable[[], T], seconds: float = PATIENCE) -> T:
        """What is looked for, once it is there."""
