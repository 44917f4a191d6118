"""The state of the pretend tenant: people, conversations, messages, dialogs and what the app asked for."""

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from tests.fakes.teams.people import User, made_id
from tests.fakes.teams.surfaces import Dialog, Message
from tests.fakes.teams.wire import Call, Json

T = TypeVar("T")
_tenants = itertools.count(1)


@dataclass
class Tenant:
    """One school's Teams with one app registered. Ids of people depend on the tenant and the name only."""

    tenant: str = field(default_factory=lambda: made_id("tenant", str(next(_tenants))))
    app_id: str = field(default_factory=lambda: made_id("app", "Exeat"))
    password: str = "a-client-secret-for-tests"
    bot_name: str = "Exeat"
    wall: Callable[[], float] = time.time
    host: str = ""
    users: dict[str, User] = field(default_factory=dict)
    conversations: dict[str, list[Message]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _toasts: dict[str, list[str]] = field(default_factory=dict)
    _dialogs: dict[str, list[Dialog]] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _waiting: list["asyncio.Future[None]"] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The service URL, with its last slash."""
        return f"{self.host}/uk/"

    @property
    def login_url(self) -> str:
        """The login's address, without a last slash."""
        return self.host

    @property
    def openid_url(self) -> str:
        """The address of the metadata of the keys that sign what the app is sent."""
        return f"{self.host}/v1/.well-known/openidconfiguration"

    @property
    def bot_id(self) -> str:
        """The app as Teams knows it."""
        return f"28:{self.app_id}"

    def number(self) -> int:
        """A number not given out before."""
        return next(self._numbers)

    def changed(self) -> None:
        """Wakes whoever waits in `until`."""
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def until(self, look: Callable[[], T | None], seconds: float = 10.0) -> T:
        """The first true value of `look`, called again whenever anything happens in Teams.

        Raises:
            TimeoutError: it stayed false for so many seconds.
        """
        async with asyncio.timeout(seconds):
            while not (value := look()):
                future = asyncio.get_running_loop().create_future()
                self._waiting.append(future)
                await future
        return value

    def add_user(
        self, name: str, display: str, email: str, *, guest: bool = False, object_id: str | None = None
    ) -> User:
        """A person joins the tenant. The app is not installed for them yet."""
        object_id = object_id or self.object_id(name)
        self.users[name] = User(name, display, email, object_id, self.tenant, guest)
        return self.users[name]

    def object_id(self, name: str) -> str:
        """The person's aadObjectId, also before they have joined."""
        known = self.users.get(name)
        return known.object_id if known else made_id(self.tenant, "user", name)

    def conversation(self, name: str) -> str:
        """The id of the person's own chat with the app."""
        return self.users[name].conversation

    def inbox(self, name: str) -> list[Message]:
        """The app's messages in the person's own chat that are still there, oldest first."""
        raise NotImplementedError

    def channel(self, channel: str) -> list[Message]:
        """The app's messages in a channel, oldest first."""
        raise NotImplementedError

    def toasts(self, name: str) -> list[str]:
        """What the client has told the person in passing, oldest first."""
        return list(self._toasts.get(name, []))

    def dialogs(self, name: str) -> list[Dialog]:
        """The dialogs open on the person's screen, the visible one last."""
        return [dialog for dialog in self._dialogs.get(name, []) if not dialog.closed]

    def block(self, name: str) -> None:
        """The person blocks the app: the app is not told, and its messages are refused."""
        self.users[name].blocked = True

    def unblock(self, name: str) -> None:
        """The person thinks better of it."""
        self.users[name].blocked = False
        self.changed()

    def add_channel(self, channel: str) -> str:
        """A channel of a team in which the app is; its conversation's id."""
        raise NotImplementedError

    def activity(self, name: str, type: str = "message", *, channel: str | None = None, **fields: object) -> Json:
        """An activity as Teams would send it for this person; `fields` win, and a field of None is left out."""
        raise NotImplementedError
