"""What came of a person's doing in Teams: the app's answer and what was shown."""

from dataclasses import dataclass

from tests.fakes.teams.delivery import Answer
from tests.fakes.teams.surfaces import Dialog, Message, MessageVersion
from tests.fakes.teams.tenant import Tenant
from tests.fakes.teams.wire import Json


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a person's doing. `activity` is what the app was sent.

    `toast` is what the client said in passing, `card` what it drew in the message's place, `dialog` the dialog that
    was opened or redrawn.
    """

    teams: Tenant
    name: str
    answer: Answer
    activity: Json
    before: int
    toast: str = ""
    card: MessageVersion | None = None
    dialog: Dialog | None = None

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def json(self) -> Json | None:
        return self.answer.json

    @property
    def messages(self) -> list[Message]:
        """The app's messages in the person's chat since this doing, oldest first."""
        raise NotImplementedError

    async def answered(self, seconds: float = 10.0) -> Message:
        """The first of `messages`, when it is there.

        Raises:
            TimeoutError: none came.
        """
        raise NotImplementedError
