"""Harbour Primary on Teams."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any, TypeVar

from bot.app import Program
from bot.manifest import teams_manifest
from bot.surface import Posted
from bot.teams import TeamsSurface
from cards.model import Card
from handlers.everything import everything
from policy.people import Identity
from tests.fakes.school import email, harbour
from tests.fakes.slack_desk import PEOPLE
from tests.fakes.teams import Dialog, FakeTeams, Fault, HeldBack, Message, MessageVersion, Outcome
from tests.scenarios.chat import FORWARDED, PATIENCE, SENT

T = TypeVar("T")

_row: ContextVar[str] = ContextVar("row", default="")

ANSWERED = 5.0
"""After how many seconds without an answer somebody asks again."""

TRIES = 5
"""How often somebody types or presses again when nothing came of it."""


@dataclass(slots=True)
class Sheet:
    """A form in somebody's chat, and what the client said in passing when it was sent."""

    message: Message
    toast: str = ""

    def shown_text(self) -> str:
        return f"{self.message.shown_text()}\n{self.toast}"

    def buttons(self) -> list[str]:
        return self.message.buttons()

    def fields(self) -> list[str]:
        return self.message.fields()


@dataclass(slots=True)
class Window:
    """A dialog on somebody's screen, and whether it has been answered."""

    dialog: Dialog

    def shown_text(self) -> str:
        return self.dialog.shown_text()

    def buttons(self) -> list[str]:
        return self.dialog.buttons()

    def fields(self) -> list[str]:
        return self.dialog.fields()


class OnTeams:
    """Teams: everybody in `having` has the app from the start, as a set-up policy gives it to them."""

    KINDS = (
        Fault.ERROR_500,
        Fault.BAD_GATEWAY,
        Fault.GATEWAY_TIMEOUT,
        Fault.PRECONDITION,
        Fault.RATE_LIMIT(0),
        Fault.DROP,
        Fault.ACCEPT_THEN_DROP,
    )
    DOUBTFUL = ("error_500", "bad_gateway", "unavailable", "gateway_timeout", "drop", "accept_then_drop")

    def __init__(self, teams: FakeTeams, having: Collection[str] = PEOPLE) -> None:
        self.teams, self._having = teams, having

    def environment(self) -> dict[str, Any]:
        return {
            "teams_app_id": self.teams.app_id,
            "teams_app_password": self.teams.password,
            "teams_tenant_id": self.teams.tenant,
            "teams_login_url": self.teams.login_url,
            "teams_openid_url": self.teams.openid_url,
        }

    async def connect(self, program: Program) -> None:
        self.teams.connect(f"http://127.0.0.1:{program.port}/api/messages")
        _mark(next(chat.surface for chat in program.chats if isinstance(chat.surface, TeamsSurface)))
        fresh = [name for name in self._having if not self.teams.users[name].installed]
        for name in fresh:
            await self.teams.install(name)
        await self.teams.until(lambda: all(self.teams.inbox(name) for name in fresh), PATIENCE)

    async def meet(self, name: str) -> None:
        await self.say(name, "/posts")

    async def command(self, name: str, line: str) -> Any:
        answer = await self._answer(
            name, line, lambda message: bool(message.fields()) or message.buttons() == ["Open"]
        )
        return Sheet(answer) if answer.fields() else await self.form(name, answer, "Open")

    async def say(self, name: str, line: str) -> str:
        return (await self._answer(name, line, lambda message: not _row_of(message))).shown_text()

    async def _answer(self, name: str, line: str, fits: Callable[[Message], bool]) -> Message:
        """What comes of a line: somebody who is not answered types it again."""
        for _ in range(TRIES):
            outcome = await self.teams.command(name, line)
            try:
                return await self.teams.until(lambda sent=outcome: next(filter(fits, sent.messages), None), ANSWERED)  # type: ignore[misc]
            except TimeoutError:
                continue
        raise TimeoutError(f"{name} was not answered to {line.partition(' ')[0]}")

    async def press(self, name: str, card: Any, button: str) -> None:
        pressed = await self._press(name, card, button)
        assert pressed.status == 200

    async def _press(self, name: str, card: Any, button: str) -> Outcome:
        place = card.message if isinstance(card, Sheet) else card.dialog if isinstance(card, Window) else card
        return await self.teams.press(name, place, button)

    async def form(self, name: str, card: Any, button: str) -> Any:
        for _ in range(TRIES):
            pressed = await self._press(name, card, button)
            if pressed.dialog is not None:
                return Window(pressed.dialog)
            forms = [message for message in pressed.messages if message.fields()]
            if forms:
                return Sheet(forms[-1])
        raise TimeoutError(f"{button} opened nothing for {name}")

    async def shortcut(self, name: str, label: str, words: str, *, forwarded: str = "") -> Window:
        manifest = teams_manifest(everything(), harbour(), app_id=self.teams.app_id)
        actions = manifest["composeExtensions"][0]["commands"]
        verb = next(each["id"] for each in actions if each["title"] == label)
        more: dict[str, Any] = {"createdDateTime": SENT.isoformat()}
        if forwarded:
            original = {
                "originalMessageContent": f"<p>{escape(forwarded)}</p>",
                "originalSentDateTime": FORWARDED.isoformat(),
            }
            more["attachments"] = [{"contentType": "forwardedMessageReference", "content": json.dumps(original)}]
        html = f"<p>{escape(words)}</p>" if words else ""
        used = await self.teams.use_on_message(name, verb, html, channel="Staff room", **more)
        assert used.dialog is not None
        return Window(used.dialog)

    async def send(self, name: str, form: Sheet | Window, answers: Mapping[str, Any]) -> Mapping[str, str]:
        typed: dict[str, Any] = {}
        place = form.dialog if isinstance(form, Window) else form.message
        for label, said in answers.items():
            typed |= _typed(place, label, said)
        try:
            button = next(each for each in ("Send", "Next") if each in place.buttons())
            sent = await self.teams.submit(name, place, typed, button=button)
        except HeldBack as held:
            return dict(held.errors)
        if isinstance(form, Sheet):
            form.toast = sent.toast
        return _errors(place) if place.fields() else {}

    async def told(self, name: str, card: Any, button: str) -> str:
        pressed = await self._press(name, card, button)
        if pressed.dialog is not None:
            return pressed.dialog.shown_text()
        assert pressed.toast
        if pressed.toast == "Done.":
            return pressed.toast
        message = await self.teams.until(
            lambda: next((m for m in pressed.messages if not _row_of(m)), None), PATIENCE
        )
        return f"{pressed.toast}\n{message.shown_text()}"

    def whispers(self, name: str) -> list[str]:
        return [
            message.shown_text()
            for message in self.teams.inbox(name)
            if not _row_of(message) and not message.versions[0].fields()
        ]

    async def tidy(self, *names: str) -> None:
        await asyncio.sleep(0)

    def inbox(self, name: str) -> list[Message]:
        return list({_row_of(message): message for message in self.teams.inbox(name) if _row_of(message)}.values())

    def row(self, message: Message) -> int:
        return int(_row_of(message).partition("-")[0])

    def fail_one_in_three(self) -> None:
        self.teams.faults.every(3, list(self.KINDS), seed=11)
        for kind in self.KINDS:
            self.teams.faults.next("update", kind)

    def down(self) -> None:
        self.teams.faults.every(1, [Fault.ERROR_500, Fault.DROP])

    def up(self) -> None:
        self.teams.faults.none()

    @property
    def failed(self) -> int:
        return len(self.teams.faults.applied)

    @property
    def repeats(self) -> int:
        sent = [message for name in PEOPLE for message in self.teams.inbox(name)]
        rows = Counter(row for message in sent if (row := _row_of(message)))
        return rows.total() - len(rows)

    @property
    def doubts(self) -> int:
        return sum(
            method == "send" and trouble.kind in self.DOUBTFUL for method, trouble in self.teams.faults.applied
        )

    async def until(self, look: Callable[[], T], seconds: float = PATIENCE) -> T:
        return await self.teams.until(look, seconds)


def enrol(fake: FakeTeams) -> None:
    """Everybody at Harbour Primary has an account in the tenant, and so have some who are not staff."""
    for name in PEOPLE:
        fake.add_user(name, name.title(), email(name))
    fake.add_user("blocked", "Blocked", email("blocked"))
    fake.add_user("guest", "Guest", email("guest"), guest=True)
    fake.add_user("eve", "Eve", "eve@elsewhere.example")


@asynccontextmanager
async def teams(*, having: Collection[str] = PEOPLE) -> AsyncIterator[OnTeams]:
    """Harbour Primary on Teams; to begin with only those in `having` have the app."""
    async with FakeTeams() as fake:
        enrol(fake)
        yield OnTeams(fake, having)


def _mark(surface: TeamsSurface) -> None:
    """From now on what the relay posts says which row it is, which only a test wants to know."""
    post, send = surface.post, surface.connector.send

    async def marking(to: Identity, card: Card, row: str, files: Mapping[str, str]) -> Posted:
        token = _row.set(row)
        try:
            return await post(to, card, row, files)
        finally:
            _row.reset(token)

    async def marked(service: str, conversation: str, activity: dict[str, Any]) -> str:
        more = {"channelData": {"row": _row.get()}} if _row.get() else {}
        return await send(service, conversation, activity | more)

    surface.post = marking  # type: ignore[method-assign]
    surface.connector.send = marked  # type: ignore[method-assign]


def _row_of(message: Message) -> str:
    first: MessageVersion = message.versions[0]
    return str((first.activity.get("channelData") or {}).get("row", ""))


def _typed(message: Message | Dialog, label: str, said: Any) -> dict[str, Any]:
    """What goes into the inputs of the field with this label: a card has two for a moment."""
    match said:
        case datetime():
            local = said.astimezone(harbour().zone)
            return {_label(message, f"{label}: day"): local.date(), _label(message, f"{label}: time"): local.time()}
        case str() if said in PEOPLE:
            return {_label(message, label): said.title()}
    return {_label(message, label): said}


def _label(message: Message | Dialog, label: str) -> str:
    return next((each for each in message.fields() if each in (label, f"{label} (optional)")), label)


def _errors(message: Message | Dialog) -> dict[str, str]:
    """What a form that came back says is wrong, by the label it says it under."""
    found = {}
    for block in message.card["body"]:
        first, *rest = block.get("inlines") or [{}]
        if first.get("color") == "Attention" and rest and str(first["text"]).endswith(": "):
            found[str(first["text"]).removesuffix(": ")] = "".join(run["text"] for run in rest)
    return found
