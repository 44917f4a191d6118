"""The state of the pretend tenant: people, conversations, messages, dialogs and what the app asked for."""

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from tests.fakes.teams.people import Channel, User, made_id
from tests.fakes.teams.surfaces import Dialog, Message
from tests.fakes.teams.wire import Call

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
    channels: dict[str, Channel] = field(default_factory=dict)
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

    def new_id(self) -> str:
        """A message's id: later ones sort after earlier ones."""
        return f"17{self.number():011d}"

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

    def remove_user(self, name: str) -> None:
        """A person leaves the school: the directory forgets them, and so does every roster."""
        self.users[name].gone = True

    def add_channel(self, channel: str, *, group: bool = False) -> str:
        """A channel (or a group chat) in which the app is; its conversation's id."""
        made = made_id(self.tenant, "channel", channel).replace("-", "")
        id = f"19:{made}@thread.v2" if group else f"19:{made}@thread.tacv2"
        team = f"19:{made_id(self.tenant, 'team').replace('-', '')}@thread.tacv2"
        self.channels[channel] = Channel(channel, id, team, group)
        return id

    def object_id(self, name: str) -> str:
        """The person's aadObjectId, also before they have joined."""
        known = self.users.get(name)
        return known.object_id if known else made_id(self.tenant, "user", name)

    def conversation(self, name: str) -> str:
        """The id of the person's own chat with the app."""
        return self.users[name].conversation

    def history(self, name: str) -> list[Message]:
        """All that was ever written in the person's own chat, by them and by the app, oldest first."""
        return list(self.conversations.get(self.conversation(name), []))

    def inbox(self, name: str) -> list[Message]:
        """The app's messages in the person's own chat that are still there, oldest first."""
        return [message for message in self.history(name) if not message.sender and not message.deleted]

    def channel(self, channel: str) -> list[Message]:
        """The app's messages in a channel and its threads that are still there, oldest first."""
        known = self.channels.get(channel)
        every = [each for id, each in self.conversations.items() if known is not None and known.holds(id)]
        found = [message for messages in every for message in messages if not message.sender and not message.deleted]
        return sorted(found, key=lambda message: message.id)

    def find_message(self, conversation: str, id: str) -> Message:
        """A message that is still there. Raises LookupError when it is not."""
        for message in self.conversations.get(conversation, []):
            if message.id == id and not message.deleted:
                return message
        raise LookupError(f"no message {id} in {conversation}")

    def toasts(self, name: str) -> list[str]:
        """What the client has told the person in passing, oldest first."""
        return list(self._toasts.get(name, []))

    def toast(self, name: str, words: str) -> None:
        """The client tells the person something in passing."""
        self._toasts.setdefault(name, []).append(words)

    def dialogs(self, name: str) -> list[Dialog]:
        """The dialogs open on the person's screen, the visible one last."""
        return [dialog for dialog in self._dialogs.get(name, []) if not dialog.closed]

    def open_dialog(self, name: str, conversation: str = "", command: str = "") -> Dialog:
        """An empty dialog on the person's screen; `command` is the message action that opens it."""
        dialog = Dialog(name, conversation or self.conversation(name), command)
        self._dialogs.setdefault(name, []).append(dialog)
        return dialog

    def block(self, name: str) -> None:
        """The person blocks the app: the app is not told, and its messages are refused."""
        self.users[name].blocked = True

    def unblock(self, name: str) -> None:
        """The person thinks better of it."""
        self.users[name].blocked = False
        self.changed()
