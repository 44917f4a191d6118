"""A page of the sandbox without a browser: it listens to the news and sends what the page's scripts would send."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any, TypeVar
from uuid import uuid4

from aiohttp import ClientResponse, ClientSession, FormData

from bot.sandbox import Sandbox

T = TypeVar("T")
Message = dict[str, Any]

NONE: Mapping[str, str] = {}

PRESSED = ("verb", "record", "version", "school", "payload")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was chosen."""

    content: bytes
    name: str


class SandboxPage:
    """Everybody's chats as the page has them. Use as an async context manager."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.url = sandbox, sandbox.url
        self.talks: dict[str, dict[str, Message]] = {}
        self.news: list[tuple[str, Any]] = []
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> "SandboxPage":
        self._session = ClientSession()
        self._listening = asyncio.create_task(self._listen())
        await self.until(lambda: self.news[0] if self.news else None)
        return self

    async def __aexit__(self, *error: object) -> None:
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        await self._session.close()

    async def _listen(self) -> None:
        async with self._session.get(f"{self.url}events", timeout=None) as stream:
            event = ""
            async for line in stream.content:
                name, _, value = line.decode().rstrip("\r\n").partition(": ")
                if name == "event":
                    event = value
                elif name == "data":
                    await self._heard(event, json.loads(value))

    async def _heard(self, event: str, data: Any) -> None:
        async with self._changed:
            self.news.append((event, data))
            match event:
                case "state":
                    self.talks = {who: {each["id"]: each for each in talk} for who, talk in data["talks"].items()}
                case "message":
                    self.talks[data["who"]][data["id"]] = data
                case "gone":
                    del self.talks[data["who"]][data["id"]]
            self._changed.notify_all()

    async def until(self, found: Callable[[], T | None]) -> T:
        """What `found` gives, as soon as it gives something. Raises TimeoutError after ten seconds."""
        async with asyncio.timeout(10), self._changed:
            while not (value := found()):
                await self._changed.wait()
        return value

    async def card(self, who: str, *words: str) -> Message:
        """The newest of somebody's messages that holds all the words, as soon as there is one."""

        def found() -> Message | None:
            fits = [each for each in self.talks[who].values() if all(word in each["html"] for word in words)]
            return fits[-1] if fits else None

        return await self.until(found)

    async def send(self, path: str, headers: Mapping[str, str] = NONE, **fields: Any) -> ClientResponse:
        """Post the fields as the page does; `headers` replace its own."""
        form = FormData({"": ""}, default_to_multipart=True)
        for name, value in fields.items():
            if isinstance(value, Upload):
                form.add_field(name, value.content, filename=value.name, content_type="image/jpeg")
            else:
                form.add_field(name, value)
        own = {"Origin": self.url.rstrip("/"), "X-Exeat-Token": self.sandbox.token}
        return await self._session.post(f"{self.url}{path}", data=form, headers={**own, **headers})

    async def answer(self, path: str, **fields: Any) -> dict[str, Any]:
        """What the page is answered."""
        response = await self.send(path, **fields)
        assert response.status == 200, await response.text()
        answer: dict[str, Any] = await response.json()
        return answer

    async def say(self, who: str, text: str) -> dict[str, Any]:
        """Type a line."""
        return await self.answer("say", who=who, text=text, nonce=str(uuid4()))

    async def press(self, who: str, card: Message, label: str) -> dict[str, Any]:
        """Press the button with that label on the card."""
        button = next(each for each in re.findall(r"<button[^>]*>.*?</button>", card["html"]) if f">{label}<" in each)
        carried = {name: unescape(value) for name, value in re.findall(r'data-([a-z]+)="([^"]*)"', button)}
        return await self.answer("press", who=who, nonce=str(uuid4()), **{name: carried[name] for name in PRESSED})

    async def fill_in(self, who: str, asked: dict[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
        """Send a form that was asked for, with its fields by kind and name: `text:reason`."""
        named = {f"field:{name}": value for name, value in fields.items()}
        return await self.answer("send", who=who, **hidden(asked["html"]), **named)

    async def get(self, path: str, **headers: str) -> ClientResponse:
        """Load something."""
        return await self._session.get(f"{self.url}{path}", headers=headers)


def hidden(html: str) -> dict[str, str]:
    """What a form carries."""
    inputs = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', html)
    return {name: unescape(value) for name, value in inputs}
