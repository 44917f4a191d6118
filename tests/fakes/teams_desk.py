"""Harbour Primary on the Teams stand-in: the real store, the real handlers, the Teams edge and its surface."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web

from bot.surface import INSTALLED
from bot.teams import Addresses, Authentication, Connector, TeamsEdge, TeamsSurface
from handlers.dispatch import Dispatch
from handlers.everything import everything
from handlers.registry import Registry
from policy.address import Address
from policy.people import Identity
from policy.place import Place
from policy.post import Post
from storage.rows import Errand
from storage.tiny import TinyStore, open_tiny
from storage.vault import Vault, new_key
from tests.fakes.school import ADMIN, COLLEAGUE, DEPUTY, DEPUTY_TWO, HEAD, MONDAY, OWNER, TEACHER, email, harbour
from tests.fakes.teams import FakeTeams, Message

_HOUR = timedelta(hours=1)

PEOPLE = (HEAD, DEPUTY, DEPUTY_TWO, TEACHER, COLLEAGUE, OWNER, ADMIN)


@dataclass
class TeamsDesk:
    """One school at work on Teams, with a clock that is moved by hand. `pictures` are cleaned ones, by sha256."""

    teams: FakeTeams
    store: TinyStore
    surface: TeamsSurface
    dispatch: Dispatch
    edge: TeamsEdge
    now: datetime = MONDAY
    pictures: dict[str, bytes] = field(default_factory=dict)

    def identity(self, name: str) -> Identity:
        """Somebody's account."""
        return Identity("teams", self.teams.tenant, self.teams.object_id(name))

    async def posts(self) -> list[Post]:
        """All posts, newest first."""
        async with self.store.transaction("harbour") as tx:
            return await tx.find(Post, limit=1000)

    async def deliver(self) -> list[Message]:
        """What the relay would do in fair weather, but for drawing again: every waiting row sent; what came of it."""
        names = {self.teams.object_id(name): name for name in self.teams.users}
        sent: list[Message] = []
        while rows := await self.store.claim("harbour", self.now, _HOUR, 100):
            for row in rows:
                drawn = await self.dispatch.draw(row.view, row.record, row.person) if row.view else None
                if drawn is not None and row.task is Errand.SEND:
                    to = next(each.identity for each in drawn.to.accounts if each.identity.platform == "teams")
                    posted = await self.surface.post(to, drawn.card, str(row.id), {})
                    inbox = self.teams.inbox(names[to.id])
                    sent.append(next(each for each in inbox if each.id == posted.message))
                async with self.store.transaction("harbour") as tx:
                    tx.done(row)
        return sent


@asynccontextmanager
async def teams_desk(
    folder: Path, *, endorsements: Sequence[str] = ("msteams",), also: Callable[[Registry], None] | None = None
) -> AsyncIterator[TeamsDesk]:
    """The desk, reached over signed HTTP on loopback. Everybody in PEOPLE has added Exeat.

    `endorsements` are the channels that Microsoft's key may speak for; `also` adds handlers of a test's own.
    """
    async with FakeTeams(endorsements=list(endorsements)) as teams:
        for name in PEOPLE:
            teams.add_user(name, name.title(), email(name))
        store = await open_tiny(folder, kinds=everything().kinds.values(), vault=Vault([new_key()]))
        held: list[TeamsDesk] = []

        async def picture(sha: str) -> bytes:
            return held[0].pictures[sha]

        def now() -> datetime:
            return held[0].now

        school = harbour()
        addresses = Addresses(store, school.id, now)
        connector = Connector(teams.app_id, teams.password, teams.tenant, login=teams.login_url)
        surface = TeamsSurface(connector, addresses, tenant=teams.tenant, school=school, picture=picture, link=None)
        registry = everything()
        registry.knows(Place)
        registry.knows(Address)
        if also is not None:
            also(registry)
        dispatch = Dispatch(store, school, registry, surface.look_up, now, installed=INSTALLED)
        authentication = Authentication(teams.app_id, metadata=teams.openid_url)
        edge = TeamsEdge(dispatch, surface, authentication, app_id=teams.app_id)
        held.append(TeamsDesk(teams, store, surface, dispatch, edge))
        app = web.Application()
        app.add_routes(edge.routes())
        runner = web.AppRunner(app, shutdown_timeout=0.2, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        teams.connect(f"http://127.0.0.1:{runner.addresses[0][1]}/api/messages")
        for name in PEOPLE:
            await teams.install(name)
        await edge.close()
        try:
            yield held[0]
        finally:
            await edge.close()
            await runner.cleanup()
            await connector.close()
            await store.close()
