"""Harbour Primary on Slack."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from bot.app import Program
from bot.manifest import slack_manifest
from handlers.everything import everything
from tests.fakes.school import email, harbour
from tests.fakes.slack import FakeSlack, Fault, Message, View
from tests.fakes.slack_desk import PEOPLE, user
from tests.scenarios.chat import FORWARDED, PATIENCE, SENT

T = TypeVar("T")


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

    async def shortcut(self, name: str, label: str, words: str, *, forwarded: str = "") -> View:
        verb = next(each["callback_id"] for each in self._shortcuts() if each["name"] == label)
        more: dict[str, Any] = {}
        if forwarded:
            share = {"is_share": True, "is_msg_unfurl": True, "ts": f"{FORWARDED.timestamp():.6f}", "text": forwarded}
            more["attachments"] = [
                {**share, "author_name": "Ann", "fallback": forwarded, "from_url": "https://x.example/"}
            ]
        used = await self.slack.shortcut(
            user(name), verb, words, channel="C0STAFF", ts=f"{SENT.timestamp():.6f}", **more
        )
        return await used.opened()

    def _shortcuts(self) -> list[dict[str, Any]]:
        manifest = slack_manifest(everything(), harbour(), "https://exeat.example", False)
        return list(manifest["features"]["shortcuts"])

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

    def inbox(self, name: str) -> list[Message]:
        return self.slack.inbox(user(name))

    def row(self, message: Message) -> int:
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

    @property
    def repeats(self) -> int:
        rows = Counter(self.row(message) for name in PEOPLE for message in self.inbox(name))
        return rows.total() - len(rows)

    @property
    def doubts(self) -> int:
        return 0

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
