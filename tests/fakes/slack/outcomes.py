"""What came of a person's doing in Slack: the app's answer, what it opened and what was shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.fakes.slack.delivery import Answer
from tests.fakes.slack.surfaces import MessageVersion, View
from tests.fakes.slack.wire import Json
from tests.fakes.slack.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a person's doing. `payload` is what the app was sent; `problem` is Slack's own complaint."""

    slack: Workspace
    answer: Answer
    payload: Json
    problem: str = ""

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def body(self) -> str:
        return self.answer.body

    @property
    def json(self) -> Json | None:
        return self.answer.json

    @property
    def timed_out(self) -> bool:
        return self.answer.timed_out

    @property
    def view(self) -> View | None:
        """The modal that this doing has opened so far."""
        trigger = self.slack.triggers.get(str(self.payload.get("trigger_id", "")))
        return trigger.opened if trigger else None

    async def opened(self, within: float = 10.0) -> View:
        """The modal that this doing opens, when it is there.

        Raises:
            TimeoutError: none came.
        """
        await self.slack.until(lambda: self.view is not None, within)
        assert self.view is not None
        return self.view


@dataclass(frozen=True, slots=True)
class CommandResult(Outcome):
    """What came of a command. `ephemeral` is what the person was shown in answer, if anything."""

    ephemeral: MessageVersion | None = None


@dataclass(frozen=True, slots=True)
class PressResult(Outcome):
    """What came of a press. `confirm` is the question that Slack put first, which the person agreed to."""

    confirm: Json | None = None


@dataclass(frozen=True, slots=True)
class SubmitResult(Outcome):
    """What came of sending a form. `sent` is False when Slack's client refused to; errors go by block id."""

    sent: bool = True
    response_action: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    labelled_errors: Mapping[str, str] = field(default_factory=dict)
