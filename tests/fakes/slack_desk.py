"""Harbour Primary on the Slack stand-in: the real store, the real handlers, the Slack edge and its surface."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web

from bot.slack import SlackEdge, SlackSurface, pin
from bot.surface import INSTALLED
from handlers.dispatch import Dispatch
from handlers.everything import everything
from policy.people import Identity
from policy.place import Place
from policy.post import Post
from storage.contract import Unavailable
from storage.tiny import TinyStore, open_tiny
from storage.vault import Vault, new_key
from tests.fakes.school import ADMIN, COLLEAGUE, DEPUTY, DEPUTY_TWO, HEAD, MONDAY, OWNER, TEACHER, email, harbour
from tests.fakes.slack import FakeSlack, Message

_HOUR = timedelta(hours=1)

PEOPLE = (HEAD, DEPUTY, DEPUTY_TWO, TEACHER, COLLEAGUE, OWNER, ADMIN)


def user(name: str) -> str:
    """Somebody's Slack id."""
    return f"U0{name.upper()}"


class Failing:
    """A store whose disk is full."""

    def transaction(self, school: str) -> None:
        """Nothing can be begun."""
        raise Unavailable("the disk is full")


@dataclass
class SlackDesk:
    """One school at work on Slack, with a clock that is moved by hand. `pictures` are cleaned ones, by sha256."""

    slack: FakeSlack
    store: TinyStore
    surface: SlackSurface
    dispatch: Dispatch
    edge: SlackEdge
    now: datetime = MONDAY
    pictures: dict[str, bytes] = field(default_factory=dict)

    @property
    def team(self) -> str:
        return self.slack.team

    def identity(self, name: str) -> Identity:
        """Somebody's account."""
        return Identity("slack", self.team, user(name))

    async def posts(self) -> list[Post]:
        """All posts, newest first."""
        async with self.store.transaction("harbour") as tx:
            return await tx.find(Post, limit=1000)

    async def deliver(self) -> list[Message]:
        """What the relay would do in fair weather: every waiting row sent; the messages that came of it."""
        sent: list[Message] = []
        while rows := await self.store.claim("harbour", self.now, _HOUR, 100):
            for row in rows:
                drawn = await self.dispatch.draw(row.view, row.record, row.person) if row.view else None
                if drawn is not None:
                    to = next(each.identity for each in drawn.to.accounts if each.identity.platform == "slack")
                    posted = await self.surface.post(to, drawn.card, str(row.id), {})
                    inbox = self.slack.inbox(to.id)
                    sent.append(next(each for each in inbox if each.ts == posted.message))
                async with self.store.transaction("harbour") as tx:
                    tx.done(row)
        return sent


@asynccontextmanager
async def slack_desk(folder: Path) -> AsyncIterator[SlackDesk]:
    """The desk, reached over signed HTTP on loopback."""
    async with FakeSlack() as slack:
        for name in PEOPLE:
            slack.add_user(user(name), name.title(), email(name))
        store = await open_tiny(folder, kinds=everything().kinds.values(), vault=Vault([new_key()]))
        held: list[SlackDesk] = []

        async def picture(sha: str) -> bytes:
            return held[0].pictures[sha]

        surface = SlackSurface(slack.bot_token, url=slack.url, school="harbour", picture=picture)
        await pin(store, "harbour", surface)
        registry = everything()
        registry.knows(Place)
        dispatch = Dispatch(store, harbour(), registry, surface.look_up, lambda: held[0].now, installed=INSTALLED)
        edge = SlackEdge(dispatch, surface, signing_secret=slack.signing_secret)
        held.append(SlackDesk(slack, store, surface, dispatch, edge))
        app = web.Application()
        app.add_routes(edge.routes())
        runner = web.AppRunner(app, shutdown_timeout=0.2, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        slack.connect_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
        for person in await surface.everybody():
            await dispatch.met(person)
        try:
            yield held[0]
        finally:
            await edge.close()
            await runner.cleanup()
            await surface.close()
            await store.close()
