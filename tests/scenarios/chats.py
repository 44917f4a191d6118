"""A school's chat as a scenario sees it: what people type, press and fill in, whichever platform carries it."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any, Protocol, TypeVar

from bot.app import Program
from tests.fakes.school import email
from tests.fakes.slack import FakeSlack, Fault, View
from tests.fakes.slack import Message as SlackMessage
from tests.fakes.slack_desk import PEOPLE, user

T = TypeVar("T")

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

    async def until(self, look: Callable[[], T], seconds: float = PATIENCE) -> T:
        """What is looked for, once it is there."""


class OnSlack:
    """Slack, over signed HTTP or over Socket Mode."""

    KINDS = (Fault.ERROR_500, Fault.RATE_LIMIT(0), Fault.DROP, Fault.ACCEPT_THEN_DROP)
    NOT_RETRIED = (
        "views.open",
        "views.publish",
        "views.update",
        "apps.connections.open",
        "chat.postEphemeral",
    )
    """Answers to a press: nobody waits for them, and the person presses again."""

    def __init__(self, slack: FakeSlack, *, socket: bool = False) -> None:
        self.slack, self._socket = slack, socket

    def environment(self) -> dict[str, Any]:
        door = (
            {"slack_app_token": self.slack.app_token}
            if self._socket
            else {"slack_signing_secret": self.slack.signing_secret}
        )
        return {"slack_bot_token": self.slack.bot_token, "slack_api_url": self.slack.url, **door}

    async def connect(self, program: Program) -> None:
        if self._socket:
            self.slack.connect_socket()
            await self.slack.socket.connected()
        else:
            self.slack.connect_http(f"http://127.0.0.1:{program.port}/slack/events")

    async def meet(self, name: str) -> None:
        await self.slack.command(user(name), "/posts")

    async def command(self, name: str, line: str) -> View:
        command, _, text = line.partition(" ")
        return await (await self.slack.command(user(name), command, text)).opened()

    async def say(self, name: str, line: str) -> str:
        command, _, text = line.partition(" ")
        asked = await self.slack.command(user(name), command, text)
        return asked.ephemeral.shown_text() if asked.ephemeral else ""

    async def press(self, name: str, card: Any, button: str) -> None:
        pressed = await self.slack.press(user(name), card, button)
        assert pressed.status == 200

    async def form(self, name: str, card: Any, button: str) -> View:
        return await (await self.slack.press(user(name), card, button)).opened()

    async def send(self, name: str, form: View, answers: Mapping[str, Any]) -> Mapping[str, str]:
        named = {label: user(said) if said in PEOPLE else said for label, said in answers.items()}
        sent = await self.slack.submit(user(name), form, named)
        assert sent.problem == "", sent.problem
        return dict(sent.labelled_errors)

    async def told(self, name: str, card: Any, button: str) -> str:
        me = user(name)
        whispered, written = len(self.slack.ephemerals), len(self.slack.inbox(me))
        await self.press(name, card, button)

        def told() -> str:
            whispers = [each.shown_text() for each in self.slack.ephemerals[whispered:] if each.ephemeral_to == me]
            return "\n".join([*whispers, *(each.shown_text() for each in self.slack.inbox(me)[written:])])

        return await self.slack.until(told, PATIENCE)

    def whispers(self, name: str) -> list[str]:
        return [each.shown_text() for each in self.slack.ephemerals if each.ephemeral_to == user(name)]

    async def tidy(self, *names: str) -> None:
        for view in [view for name in names for view in self.slack.modals(user(name))]:
            await self.slack.close(view.user, view)

    def inbox(self, name: str) -> list[SlackMessage]:
        return self.slack.inbox(user(name))

    def row(self, message: SlackMessage) -> int:
        metadata = message.versions[0].metadata or {}
        return int(metadata["event_payload"]["row"].partition("-")[0])

    def fail_one_in_three(self) -> None:
        self.slack.faults.every(3, list(self.KINDS), seed=11, spare=list(self.NOT_RETRIED))
        for kind in self.KINDS:
            self.slack.faults.next("chat.postMessage", kind)
            self.slack.faults.next("chat.update", kind)

    def down(self) -> None:
        self.slack.faults.every(1, [Fault.ERROR_500, Fault.DROP])

    def up(self) -> None:
        self.slack.faults.none()

    @property
    def failed(self) -> int:
        return len(self.slack.faults.applied)

    async def until(self, look: Callable[[], T], seconds: float = PATIENCE) -> T:
        return await self.slack.until(look, seconds)


def enrol(fake: FakeSlack) -> None:
    """Everybody at Harbour Primary has a Slack account, and so have some who are not staff."""
    for name in PEOPLE:
        fake.add_user(user(name), name.title(), email(name))
    fake.add_user(user("blocked"), "Blocked", email("blocked"))
    fake.add_user(user("guest"), "Guest", email("guest"), guest=True)
    fake.add_user(user("eve"), "Eve", "eve@elsewhere.example")


@asynccontextmanager
async def slack(*, socket: bool = False) -> AsyncIterator[OnSlack]:
    """Harbour Primary on Slack."""
    async with FakeSlack() as fake:
        enrol(fake)
        yield OnSlack(fake, socket=socket)


CHATS: Mapping[str, Callable[[], AbstractAsyncContextManager[Chat]]] = {
    "slack": slack,
    "slack by socket": partial(slack, socket=True),
}
"""Every chat, and every mixture of chats, that a scenario is played on."""
