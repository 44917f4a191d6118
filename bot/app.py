"""The composition root: everything that serves a school is built here, passed in, started and stopped."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import token_hex

import structlog
from aiohttp import web

from bot.background import report
from bot.chats import CannotStart, Chat, can_serve, chats
from bot.clock import Clock, utc_now
from bot.heartbeat import heartbeat
from bot.hooks import hook_routes
from bot.mail import mailer_of
from bot.memory import settle
from bot.metrics import watch_routes
from bot.missed_key import KEY_MISSED, misses_key
from bot.pictures import Orphans, PictureFetching, PictureLinks, Pictures, picture_handler
from bot.relay import Relay
from bot.renamed import renamed
from bot.settings import Environment, Settings
from bot.surface import INSTALLED, Ambiguous, Permanent, Surface, Transient
from bot.watch import Watch
from handlers.dispatch import Dispatch
from handlers.everything import everything
from handlers.keeping.sweeping import Sweep
from policy.address import Address
from policy.people import MAIL, Identity, Known
from policy.place import Place
from storage.blobs import Blobs
from storage.contract import Unavailable
from storage.tiny import open_tiny

log = structlog.get_logger("exeat.app")


def reason(error: OSError) -> str:
    """Why the machine refused, in its own few words."""
    return os.strerror(error.errno).lower() if error.errno else str(error)


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds is waited.

    `again`: until everybody is asked for again, when a platform could not say who is there. `idle`: for a connection
    without a whole request, longer than web servers in front keep theirs. `requests`, at the end, and twice over for
    one that does not let go when it is called off; then the `chats`. With the relay's ten that is within the thirty
    that docs/running.md gives a stop.
    """

    again: float = 60.0
    idle: float = 150.0
    requests: float = 3.0
    chats: float = 10.0


@dataclass(frozen=True, slots=True)
class Works:
    """What goes on by itself: the relay, the clock with the deleting it does, and the watch over both."""

    relay: Relay
    clock: Clock
    watch: Watch
    retention: Sweep


class Program:
    """A school being served. Made by `build`; `run` serves until it is told to stop.

    `unmet` names the platforms that have yet to say who is there.
    """

    def __init__(
        self,
        settings: Settings,
        dispatch: Dispatch,
        chats: Sequence[Chat],
        works: Works,
        routes: Sequence[web.RouteDef],
        held: AsyncExitStack,
        patience: Patience,
    ) -> None:
        self.settings, self.dispatch, self.chats, self.works = settings, dispatch, chats, works
        self.port = settings.environment.exeat_port
        self.unmet = {chat.surface.name for chat in chats}
        self._routes, self._held, self._patience = routes, held, patience

    async def run(self, stop: asyncio.Event, started: Callable[[], None] = lambda: None) -> None:
        """Serve until `stop` is set, then let what is under way finish. `started` is called once requests come in;
        `port` then says on which port. Raises CannotStart when the address is taken.
        """
        async with self._held:
            doors = await self._listen()
            async with self._chatting(), asyncio.TaskGroup() as tasks:
                runs = (
                    self.works.relay.run(),
                    self.works.clock.run(),
                    self.works.watch.run(),
                    *(self._meet(chat.surface) for chat in self.chats),
                )
                lives = [tasks.create_task(run) for run in runs]
                for chat in self.chats:
                    await chat.start()
                log.info("serving", school=self.settings.school.id, port=self.port)
                started()
                await stop.wait()
                log.info("stopping")
                await doors.cleanup()
                await self._close_chats()
                await self.works.clock.stop()
                await self.works.relay.stop()
                for life in lives:
                    life.cancel()

    @asynccontextmanager
    async def _chatting(self) -> AsyncIterator[None]:
        """Closes the chats however the block ends; closing them twice does no harm."""
        try:
            yield
        finally:
            await self._close_chats()

    async def _close_chats(self) -> None:
        """All at once, so that none waits for another's; what is not closed in time is left as it is."""
        try:
            async with asyncio.timeout(self._patience.chats):
                await asyncio.gather(*(chat.close() for chat in self.chats))
        except TimeoutError:
            log.warning("chats not closed in time", seconds=self._patience.chats)

    async def _listen(self) -> web.AppRunner:
        environment, patience, app = self.settings.environment, self._patience, web.Application()
        app.add_routes(self._routes)
        for chat in self.chats:
            app.add_routes(chat.routes)
        runner = web.AppRunner(
            app,
            access_log=None,
            shutdown_timeout=patience.requests,
            keepalive_timeout=patience.idle,
            handle_signals=False,
        )
        await runner.setup()
        self._held.push_async_callback(runner.cleanup)
        try:
            await web.TCPSite(runner, environment.exeat_host, environment.exeat_port).start()
        except OSError as error:
            at = f"{environment.exeat_host}, port {environment.exeat_port}"
            raise CannotStart(
                f"Exeat cannot listen at {at}: {reason(error)}. Choose another with EXEAT_PORT."
            ) from error
        self.port = runner.addresses[0][1]
        return runner

    async def _meet(self, surface: Surface) -> None:
        """Keep what a platform says of everybody, so that roles have holders; ask again until it says so."""
        while True:
            if await self._met(surface):
                self.unmet.discard(surface.name)
                return
            await asyncio.sleep(self._patience.again)

    async def _met(self, surface: Surface) -> bool:
        try:
            people = await surface.everybody()
            for known in people:
                await self.dispatch.met(known)
        except (Transient, Ambiguous, Permanent, Unavailable) as error:
            log.warning("people not known yet", platform=surface.name, why=str(error))
            return False
        except Exception as error:
            log.warning("people not known yet", platform=surface.name, why=report("people", error))
            return False
        log.info("people known", platform=surface.name, people=len(people))
        return True


async def build(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = utc_now,
    playground: bool = False,
    keyless: bool = False,
    patience: Patience = Patience(),
) -> Program:
    """Everything in its place, and nothing running yet. `clock` gives aware UTC; `playground` is as for `chats`;
    `keyless`: it is known that what is sealed cannot be read any more.

    Raises CannotStart when no chat is configured or one refuses, the key is missed, or the school's id was changed;
    Unavailable or Damaged when the records cannot be used.
    """
    environment, school = settings.environment, settings.school
    can_serve(environment, playground=playground)
    registry = everything()
    for own in (Place, Address):
        registry.knows(own)
    async with AsyncExitStack() as held:
        store = await open_tiny(environment.exeat_data, kinds=registry.kinds.values(), vault=environment.vault)
        held.push_async_callback(store.close)
        for notice in store.notices:
            log.warning("records", notice=notice)
        if said := renamed(store, school):
            raise CannotStart(said, code=2)
        if not keyless and await misses_key(store, school):
            raise CannotStart(KEY_MISSED, code=2)
        blobs = Blobs(environment.exeat_data / "blobs")
        links = PictureLinks(_secret(environment), utc_now)
        found = await chats(settings, store, blobs, links, held, playground=playground)
        surfaces = [chat.surface for chat in found]
        mailer = mailer_of(environment.exeat_smtp_url, environment.exeat_mail_from, school.name)
        served = frozenset([*(surface.name for surface in surfaces), *([MAIL] if mailer else [])])
        dispatch = Dispatch(store, school, registry, _look_up(surfaces), clock, installed=INSTALLED, served=served)
        relay = Relay(dispatch, surfaces, PictureFetching(dispatch, surfaces, Pictures(), blobs), mailer=mailer)
        retention = Sweep(dispatch)
        ticking = _clock(environment, dispatch, blobs, retention)
        watch = Watch(dispatch, relay, ticking, surfaces=surfaces, secret_ends=environment.teams_secret_expires)
        routes = [web.get("/pictures/{token}", picture_handler(links, blobs)), *watch_routes(watch, relay, ticking)]
        routes += hook_routes(environment, dispatch)
        connected = [chat.connect(dispatch) for chat in found]
        works = Works(relay, ticking, watch, retention)
        return Program(settings, dispatch, connected, works, routes, held.pop_all(), patience)


async def serve_until_stopped(settings: Settings, *, playground: bool = False, keyless: bool = False) -> None:
    """Build and run, until SIGTERM or SIGINT. Raises what `build` and `run` raise."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    program = await build(settings, playground=playground, keyless=keyless)
    settle()
    await program.run(stop)


def _clock(environment: Environment, dispatch: Dispatch, blobs: Blobs, retention: Sweep) -> Clock:
    orphans = Orphans(dispatch.store, dispatch.school.id, dispatch.registry, blobs)

    async def sweep() -> None:
        await orphans.sweep(utc_now())

    url = environment.exeat_heartbeat_url
    beat = heartbeat(url) if url else None
    return Clock(dispatch, seconds=environment.exeat_tick_seconds, sweep=sweep, beat=beat, retain=retention.step)


def _look_up(surfaces: Sequence[Surface]) -> Callable[[Identity], Awaitable[Known | None]]:
    """Asks the platform that an identity is of."""
    by_name = {surface.name: surface for surface in surfaces}

    async def look_up(identity: Identity) -> Known | None:
        surface = by_name.get(identity.platform)
        return await surface.look_up(identity) if surface else None

    return look_up


def _secret(environment: Environment) -> bytes:
    """What links to pictures are signed with: made from a secret the school has, so that a restart keeps them."""
    slack, teams = environment.slack_signing_secret or environment.slack_bot_token, environment.teams_app_password
    had = environment.exeat_key or slack or teams
    return sha256(f"links:{had.get_secret_value() if had else token_hex()}".encode()).digest()
