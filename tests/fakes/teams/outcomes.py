"""What came of a person's doing in Teams: the app's answer and what was shown."""

from dataclasses import dataclass

from tests.fakes.teams.delivery import Answer
from tests.fakes.teams.surfaces import Dialog, Message, MessageVersion
from tests.fakes.teams.tenant import Tenant
from tests.fakes.teams.wire import Json


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a person's doing. `activity` is what the app was sent.

    `toast` is what the client said in passing, `card` what it drew in the message's place for this person, `dialog`
    the dialog that was opened, redrawn or ended.
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
        """The app's messages in the person's own chat since this doing that are still there, oldest first."""
        since = self.teams.history(self.name)[self.before :]
        return [message for message in since if not message.sender and not message.deleted]

    async def answered(self, seconds: float = 10.0) -> Message:
        """The first of `messages`, when it is there.

        Raises:
            TimeoutError: none came.
        """
        return (await self.teams.until(lambda: self.messages, seconds))[0]
