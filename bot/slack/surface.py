"""Slack as the relay and dispatch need it: posting, finding, redrawing, downloading, looking people up."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.errors import Outage, asked
from bot.slack.files import Files, Shown, shown_of
from bot.slack.quiet import quiet_logger
from bot.slack.translate import known
from bot.surface import Ambiguous, Gone, Permanent, Posted, Transient
from cards.model import Card, FileRef, Form
from cards.slack import message
from policy.people import Identity, Known, Person

EVENT = "exeat_row"
"""What marks a message as one of the relay's, in its metadata, with the row's id."""

LOOK_BACK = 5
"""How many pages of 100 messages `find` reads, newest first."""

LOOK_UP_SECONDS = 2.0
"""How long a look-up may take while somebody's press waits for its answer."""

log = structlog.get_logger("exeat.slack")


class SlackSurface:
    """One Slack workspace through its bot token. Build it inside a running loop; `close` it at the end.

    `school` is the slug that buttons carry. `picture` gives the bytes of a cleaned picture by its sha256.
    `team` is the workspace's id once `identify` or the pin has said so. `outage` is Slack's code while it refuses
    the app itself.
    """

    name = "slack"

    def __init__(
        self,
        token: str,
        *,
        url: str,
        school: str,
        picture: Callable[[str], Awaitable[bytes]],
        seconds: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.school, self.team, self.outage = school, "", ""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=seconds))
        self.client = AsyncWebClient(
            token=token, base_url=url, session=self._session, retry_handlers=[], logger=quiet_logger("web")
        )
        self.files = Files(self.client, self._session, picture, clock)
        self._direct: dict[str, str] = {}

    async def close(self) -> None:
        """Let go of the connections."""
        await self._session.close()

    async def ask(self, call: Awaitable[Any], *, idempotent: bool) -> dict[str, Any]:
        """`errors.asked`, with the outage noted when Slack refuses the app itself, and when that is over."""
        try:
            answer = await asked(call, idempotent=idempotent)
        except Outage as outage:
            if outage.code != self.outage:
                log.error("slack refuses the app", code=outage.code)
            self.outage = outage.code
            raise
        self.outage = ""
        return answer

    async def identify(self) -> str:
        """The workspace's id. Raises Transient (or Outage) when Slack cannot say."""
        self.team = str((await self.ask(self.client.auth_test(), idempotent=True))["team_id"])
        return self.team

    async def uploads(self, card: Card | Form) -> dict[str, str]:
        """Slack's file ids of the pictures and charts shown, uploaded if need be. Raises as `Files.uploaded` does."""
        return await self.files.uploaded(_shown(card), {})

    def uploaded(self, card: Card | Form) -> dict[str, str]:
        """Slack's file ids of those pictures and charts that are there already."""
        return self.files.known(_shown(card))

    def has_all(self, card: Card | Form) -> bool:
        """Whether every picture and chart shown is there already."""
        shown = _shown(card)
        return len(self.files.known(shown)) == len(shown)

    async def direct(self, user: str) -> str:
        """The id of the conversation with a person."""
        if user not in self._direct:
            answer = await self.ask(self.client.conversations_open(users=user), idempotent=True)
            self._direct[user] = str(answer["channel"]["id"])
        return self._direct[user]

    async def post(self, to: Identity, card: Card, row: str, files: Mapping[str, str]) -> Posted:
        """See `Surface.post`. A failure after sending is Ambiguous: the row's mark tells whether it arrived."""
        channel = await self.direct(to.id)
        uploads = await self.files.uploaded(_shown(card), files)
        call = self.client.chat_postMessage(
            channel=channel,
            **message(card, school=self.school, uploads=uploads),
            metadata={"event_type": EVENT, "event_payload": {"row": row}},
            unfurl_links=False,
            unfurl_media=False,
        )
        answer = await self._with_pictures(call, uploads, idempotent=False)
        return Posted(str(answer["channel"]), str(answer["ts"]), tuple(uploads.items()))

    async def find(self, to: Identity, row: str) -> Posted | None:
        """See `Surface.find`; looks through the newest messages of the conversation."""
        channel, cursor = await self.direct(to.id), None
        for _ in range(LOOK_BACK):
            call = self.client.conversations_history(
                channel=channel, cursor=cursor, limit=100, include_all_metadata=True
            )
            answer = await self.ask(call, idempotent=True)
            for found in answer.get("messages", []):
                metadata = found.get("metadata") or {}
                if metadata.get("event_type") == EVENT and metadata.get("event_payload", {}).get("row") == row:
                    return Posted(channel, str(found["ts"]))
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
        return None

    async def redraw(self, at: Posted, card: Card) -> Posted:
        """See `Surface.redraw`."""
        uploads = await self.files.uploaded(_shown(card), dict(at.files))
        call = self.client.chat_update(
            channel=at.conversation, ts=at.message, **message(card, school=self.school, uploads=uploads)
        )
        try:
            await self._with_pictures(call, uploads, idempotent=True)
        except Permanent as refused:
            if refused.code in ("message_not_found", "channel_not_found"):
                raise Gone from refused
            raise
        return Posted(at.conversation, at.message, tuple(uploads.items()))

    async def download(self, file: FileRef, by: Person, longest: int) -> bytes:
        """See `Surface.download`; `longest` is in bytes."""
        owners = frozenset(
            each.identity.id
            for each in by.accounts
            if each.identity.platform == self.name and each.identity.tenant == self.team
        )
        return await self.files.download(file.id, owners, longest)

    async def look_up(self, identity: Identity) -> Known | None:
        """See `Surface.look_up`; None also when Slack cannot say within two seconds, for somebody waits."""
        if (identity.platform, identity.tenant) != (self.name, self.team):
            return None
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                answer = await self.ask(self.client.users_info(user=identity.id), idempotent=True)
        except (Transient, Ambiguous, Permanent, TimeoutError) as error:
            log.warning("look-up failed", why=str(error) or type(error).__name__)
            return None
        return known(answer.get("user") or {}, self.team)

    async def everybody(self) -> Sequence[Known]:
        """See `Surface.everybody`."""
        people, cursor = list[Known](), None
        while True:
            answer = await self.ask(self.client.users_list(cursor=cursor, limit=200), idempotent=True)
            found = (known(user, self.team) for user in answer.get("members", []))
            people += [person for person in found if person is not None]
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return people

    async def _with_pictures(
        self, call: Awaitable[Any], uploads: Mapping[str, str], *, idempotent: bool
    ) -> dict[str, Any]:
        """Slack needs a moment to look at an upload, and until then refuses the blocks that show it."""
        try:
            return await self.ask(call, idempotent=idempotent)
        except Permanent as refused:
            if refused.code == "invalid_blocks" and self.files.fresh(uploads):
                raise Transient("picture_not_ready", 3.0) from refused
            raise


def _shown(card: Card | Form) -> dict[str, Shown]:
    return shown_of(card.body if isinstance(card, Card) else card.parts)
