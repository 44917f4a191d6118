"""The records, opened for a command: to be read beside whoever writes them, or written while nobody else does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from bot.cli.speaking import FAILED, refuse
from bot.clock import utc_now
from bot.renamed import renamed
from bot.settings import Environment, read_environment, read_school
from bot.surface import INSTALLED
from handlers.dispatch import Dispatch
from handlers.registry import Registry
from handlers.turn import Scene
from policy.address import Address
from policy.people import EXEAT, Identity, Known
from policy.place import Place
from policy.school import School
from storage.blobs import Blobs
from storage.contract import Unavailable
from storage.tiny import TinyStore, open_tiny, read_tiny


@dataclass(frozen=True, slots=True)
class Records:
    """A school's records and pictures, open."""

    store: TinyStore
    school: School
    registry: Registry
    blobs: Blobs

    @property
    def dispatch(self) -> Dispatch:
        """What carries out work on them; it looks nobody up."""
        return Dispatch(self.store, self.school, self.registry, _nobody, utc_now, installed=INSTALLED)

    @asynccontextmanager
    async def scene(self) -> AsyncIterator[Scene]:
        """The school as it is now, to be read."""
        async with self.store.transaction(self.school.id) as tx:
            yield Scene(tx, self.school, utc_now(), EXEAT, installed=INSTALLED, sealing=self.store.sealing)


@asynccontextmanager
async def opened(registry: Registry, *, reading: bool, serving: str = "") -> AsyncIterator[Records]:
    """The records at EXEAT_DATA. `reading`: only to be read, also beside a server; else `serving` says what to do
    while there is one. Raises what settings and stores raise.
    """
    environment = read_environment()
    school = read_school(environment.exeat_config)
    _must_be_there(environment)
    for own in (Place, Address):
        registry.knows(own)
    vault, folder, kinds = environment.vault, environment.exeat_data, registry.kinds.values()
    if reading:
        store = await read_tiny(folder, kinds=kinds, vault=vault)
        _must_be_its_own(store, school)
        yield Records(store, school, registry, Blobs(folder / "blobs"))
        return
    try:
        store = await open_tiny(folder, kinds=kinds, vault=vault)
    except Unavailable as error:
        raise Unavailable(f"{error} {serving}") from error
    try:
        _must_be_its_own(store, school)
        yield Records(store, school, registry, Blobs(folder / "blobs"))
    finally:
        with suppress(Unavailable):
            await store.close()


def _must_be_there(environment: Environment) -> None:
    if not environment.exeat_data.is_dir():
        refuse(
            f"There are no records at {environment.exeat_data}. Say where they are with EXEAT_DATA, or serve once "
            "first.",
            FAILED,
        )


def _must_be_its_own(store: TinyStore, school: School) -> None:
    if said := renamed(store, school):
        refuse(said)


async def _nobody(identity: Identity) -> Known | None:
    return None
