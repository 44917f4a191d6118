"""The state of the pretend workspace: people, files, conversations, views, triggers and response URLs."""

import asyncio
import copy
import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tests.fakes.slack import blocks as rules
from tests.fakes.slack.fields import state_at_first
from tests.fakes.slack.people import File, User
from tests.fakes.slack.surfaces import Message, MessageVersion, View
from tests.fakes.slack.wire import Call, Json, SlackError

T = TypeVar("T")

SCOPES = frozenset(
    {"chat:write", "commands", "im:write", "im:history", "app_mentions:read"}
    | {"users:read", "users:read.email", "files:read", "files:write"}
)


@dataclass(slots=True)
class Trigger:
    """A person's doing, which entitles the app to open one view for 3 seconds."""

    user: str
    issued: float
    view: str = ""
    used: bool = False
    opened: View | None = None


@dataclass(slots=True)
class Reply:
    """One POST to a response_url."""

    user: str
    channel: str
    body: Json


@dataclass(slots=True)
class ResponseUrl:
    """Where an interaction may be answered: five times within 30 minutes."""

    user: str
    channel: str
    message_ts: str
    issued: float
    uses: int = 0


@dataclass
class Workspace:
    """One school's Slack with one app installed. Methods raise `SlackError` where Slack answers `ok: false`."""

    team: str = "T0SCHOOL"
    team_domain: str = "school"
    app_id: str = "A0EXEAT"
    bot_user: str = "U0BOT"
    bot_id: str = "B0BOT"
    bot_token: str = "xoxb-school-bot"
    app_token: str = "xapp-1-A0EXEAT-1-school"
    signing_secret: str = "a-signing-secret-for-tests"
    verification_token: str = "deprecated-token"
    scopes: set[str] = field(default_factory=lambda: set(SCOPES))
    trigger_life: float = 3.0
    clock: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    host: str = ""
    users: dict[str, User] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    channel_names: dict[str, str] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    conversations: dict[str, list[Message]] = field(default_factory=dict)
    ephemerals: list[MessageVersion] = field(default_factory=list)
    responses: list[Reply] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    views: dict[str, View] = field(default_factory=dict)
    stacks: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _waiting: list["asyncio.Future[None]"] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.add_user(self.bot_user, "Exeat", "", bot=True)
        self.add_user("USLACKBOT", "slackbot", "")

    def number(self) -> int:
        """A number not given out before."""
        return next(self._numbers)

    def changed(self) -> None:
        """Wakes whoever waits in `until`."""
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def until(self, condition: Callable[[], T | None], within: float = 10.0) -> T:
        """The first true value of `condition`, looked at again whenever anything happens in Slack.

        Raises:
            TimeoutError: it stayed false for `within` seconds.
        """
        async with asyncio.timeout(within):
            while not (value := condition()):
                future = asyncio.get_running_loop().create_future()
                self._waiting.append(future)
                await future
        return value

    def add_user(
        self,
        id: str,
        name: str,
        email: str,
        *,
        guest: bool = False,
        bot: bool = False,
        deleted: bool = False,
        external_team: str | None = None,
    ) -> User:
        """A person (or bot) joins; `external_team` makes them somebody seen through Slack Connect."""
        team, stranger = external_team or self.team, external_team is not None
        self.users[id] = User(id, name, email, team, guest, bot, deleted, stranger)
        return self.users[id]

    def add_file(self, id: str, user: str, name: str, mimetype: str, content: bytes, *, alt_text: str = "") -> File:
        """A person has uploaded a file; `mimetype` is what Slack believes, whatever the bytes are."""
        self.files[id] = File(id, user, name, mimetype, content, alt_text=alt_text)
        return self.files[id]

    def add_channel(self, id: str, name: str, members: Sequence[str] = ()) -> str:
        """A channel; the app is in it only when named among the members."""
        self.channel_names[id] = name
        self.members[id] = set(members)
        self.conversations.setdefault(id, [])
        return id

    def direct(self, user: str) -> str:
        """The id of the D… conversation between the app and `user`, opened when first asked for."""
        channel = f"D0{user}"
        if channel not in self.conversations:
            self.add_channel(channel, "directmessage", (user, self.bot_user))
        return channel

    def inbox(self, user: str) -> list[Message]:
        """The app's direct messages to `user` that are still there, oldest first."""
        every = self.conversations.get(f"D0{user}", [])
        return [message for message in every if not message.deleted and message.user == self.bot_user]

    def home(self, user: str) -> View | None:
        """What `user` sees in the app's Home tab."""
        return self.homes.get(user)

    def modals(self, user: str) -> list[View]:
        """The views open on the screen of `user`, the visible one last."""
        return self.stacks.setdefault(user, [])

    def has_file(self, name: str) -> bool:
        """Whether an image block may show the file with this id or private URL."""
        return any(
            file.ready and file.is_picture and name in (file.id, file.shape(self.host, self.team)["url_private"])
            for file in self.files.values()
        )

    def checked_blocks(self, blocks: object) -> list[Json]:
        """`blocks` of a message with the ids that Slack adds.

        Raises:
            SlackError: `invalid_blocks` with every complaint.
        """
        if problems := rules.problems_in_blocks(blocks, "message", self.has_file):
            raise SlackError("invalid_blocks", problems)
        assert isinstance(blocks, list)
        return self.with_ids(blocks)

    def with_ids(self, blocks: list[Json]) -> list[Json]:
        """A copy of `blocks` in which every block and element has the id that Slack would make up."""
        copied = copy.deepcopy(blocks)
        for block in copied:
            block.setdefault("block_id", f"b{self.number()}")
            parts = [*block.get("elements", []), block.get("element"), block.get("accessory")]
            for part in parts if block["type"] != "rich_text" else []:
                if part and part["type"] not in {"image", "plain_text", "mrkdwn"}:
                    part.setdefault("action_id", f"a{self.number()}")
        return copied

    def new_ts(self) -> str:
        """A message's id: later ones sort after earlier ones."""
        return f"{int(self.wall())}.{self.number():06d}"

    def new_trigger(self, user: str, view: str = "") -> str:
        """A trigger_id for something `user` has just done, in `view` when in a modal."""
        trigger = f"{self.number()}.{self.number()}.{'f' * 16}"
        self.triggers[trigger] = Trigger(user, self.clock(), view)
        return trigger

    def expire_triggers(self) -> None:
        """Three seconds pass for everything that people have done so far."""
        for trigger in self.triggers.values():
            trigger.issued -= self.trigger_life + 1

    def new_response_url(self, user: str, channel: str, message_ts: str = "") -> str:
        """A fresh response_url on this server."""
        token = f"r{self.number()}"
        self.response_urls[token] = ResponseUrl(user, channel, message_ts, self.clock())
        return f"{self.host}/response/{token}"

    def draw(self, view: View, body: Json) -> View:
        """Puts `body` on the screen as `view`, keeping what was typed under the same ids."""
        drawn = {**body, "blocks": self.with_ids(body["blocks"])}
        view.body, view.hash = drawn, f"{int(self.wall())}.{self.number()}"
        view.values = state_at_first(drawn["blocks"], view.values)
        view.errors = {}
        view.history.append(drawn)
        return view

    def new_view(self, user: str, body: Json, *, previous: View | None = None) -> View:
        """A view made of `body`, on top of `previous`."""
        id = f"V0{self.number()}"
        view = View(id, user, {"blocks": []}, "", root=previous.root if previous else id)
        view.previous = previous.id if previous else None
        self.views[id] = view
        return self.draw(view, body)

    def view_shape(self, view: View) -> Json:
        """A view as Slack sends it: https://docs.slack.dev/reference/interaction-payloads"""
        body = {"private_metadata": "", "callback_id": "", "external_id": "", **view.body}
        if body["type"] == "modal":
            extras = {"clear_on_close": False, "notify_on_close": False, "close": None, "submit": None}
            body = {**extras, **body}
        return copy.deepcopy(body) | {
            "id": view.id,
            "team_id": self.team,
            "state": {"values": copy.deepcopy(view.values)},
            "hash": view.hash,
            "previous_view_id": view.previous,
            "root_view_id": view.root,
            "app_id": self.app_id,
            "app_installed_team_id": self.team,
            "bot_id": self.bot_id,
        }
