"""The table that is played at: one world at a time, the links to its pictures, and starting again."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.pictures import PictureLinks
from bot.sandbox.harbour import SCHOOL
from bot.sandbox.incoming import Malformed
from bot.sandbox.surface import News, Watchers
from bot.sandbox.world import World
from handlers.registry import Registry


class Table:
    """Holds the world that is being played. `real` gives the real time, aware UTC; `edition` changes at a reset."""

    def __init__(self, registry: Registry, real: Callable[[], datetime], start: datetime | None = None) -> None:
        self.registry, self.real, self._start = registry, real, start
        self.watchers = Watchers()
        self.links = PictureLinks(secrets.token_bytes(32), real)
        self.edition = secrets.token_hex(8)
        self._world: World | None = None
        self._changing = asyncio.Lock()

    @property
    def world(self) -> World:
        """The world that is being played."""
        if self._world is None:
            raise RuntimeError("the sandbox is not open")
        return self._world

    async def open(self) -> None:
        """Lay the table."""
        self._world = await World.open(self.registry, self.real, self.watchers, self._start)

    async def close(self) -> None:
        """Clear the table."""
        if self._world is not None:
            await self._world.close()
        self._world = None

    async def reset(self) -> None:
        """Start again with nothing; every open page is told."""
        async with self._changing:
            before = self._world
            await self.open()
            self.edition = secrets.token_hex(8)
            self.watchers.tell(News("reset"))
            if before is not None:
                await before.close()

    def picture_url(self, sha256: str) -> str:
        """A link to a picture, which lapses."""
        return f"/pictures/{self.links.token(sha256)}"

    def moment(self, by: str, to: str) -> datetime:
        """The moment meant: "hour", "day" or "morning" from now, or else the local time `to`, which may have
        passed. Raises Malformed when it is neither.
        """
        now = self.world.clock()
        match by:
            case "hour":
                return now + timedelta(hours=1)
            case "day":
                local = SCHOOL.calendar.local(now)
                return (local.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=SCHOOL.zone)
            case "morning":
                return SCHOOL.calendar.next_working_morning(now)
            case _:
                try:
                    return datetime.fromisoformat(to).replace(tzinfo=SCHOOL.zone)
                except ValueError as error:
                    raise Malformed("to") from error
