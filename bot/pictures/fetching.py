"""Fetching the pictures that a record names: downloaded, cleaned, kept, and handed to the record's handler."""

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

import structlog

from bot.pictures.cleaning import MOST_BYTES
from bot.pictures.worker import Kind, Pictures, Problem
from bot.surface import Permanent, Surface
from cards.model import FileRef
from handlers.dispatch import Dispatch
from handlers.turn import Scene
from policy.people import EXEAT, Person
from policy.picture import Arrived, Missing, Picture
from policy.record import Ref
from storage.blobs import Blobs

log = structlog.get_logger("exeat.pictures")


@runtime_checkable
class Pictured(Protocol):
    """A record that names pictures, as they stand in its present version."""

    @property
    def pictures(self) -> tuple[Picture, ...]: ...


class PictureFetching:
    """`bot.relay.Fetching` for records with pictures."""

    def __init__(self, dispatch: Dispatch, surfaces: Iterable[Surface], pictures: Pictures, blobs: Blobs) -> None:
        self._dispatch, self._pictures, self._blobs = dispatch, pictures, blobs
        self._surfaces = {surface.name: surface for surface in surfaces}

    async def fetch(self, record: Ref, version: int, by: str) -> None:
        """Fetch and clean the pictures of that version, unless the record has moved on.

        Raises Transient or Ambiguous when a surface cannot give one now, Unavailable when it cannot be kept.
        """
        named, person = await self._read(record, version, by)
        if named is not None:
            files = tuple([await self._take(picture, person) for picture in named])
            await self._dispatch.arrived(record, version, files)

    async def give_up(self, record: Ref, version: int) -> None:
        """Hand on that those which have not come cannot be had."""
        named, _ = await self._read(record, version, "")
        if named is not None:
            files = tuple(_kept(picture) or Problem(Kind.LOST).said(picture.name) for picture in named)
            await self._dispatch.arrived(record, version, files)

    async def _read(self, name: Ref, version: int, by: str) -> tuple[tuple[Picture, ...] | None, Person | None]:
        async with self._dispatch.store.transaction(self._dispatch.school.id) as tx:
            record = await tx.get(self._dispatch.registry.kinds[name.kind], name.id)
            person = await Scene(tx, self._dispatch.school, self._dispatch.clock(), EXEAT).person(by)
        if not isinstance(record, Pictured) or record.version != version:
            return None, None
        return record.pictures, person

    async def _take(self, picture: Picture, by: Person | None) -> Arrived | Missing:
        if (kept := _kept(picture)) is not None:
            return kept
        surface = self._surfaces.get(picture.surface)
        if surface is None or by is None:
            return Problem(Kind.LOST).said(picture.name)
        try:
            data = await surface.download(FileRef(picture.surface, picture.file_id, picture.name), by, MOST_BYTES)
        except Permanent as refused:
            log.info("picture refused", platform=picture.surface, code=refused.code)
            return Problem(Kind.LONG if refused.code == "file_too_large" else Kind.LOST).said(picture.name)
        cleaned = await self._pictures.clean(data)
        if isinstance(cleaned, Problem):
            log.info("picture unfit", kind=cleaned.kind.value)
            return cleaned.said(picture.name)
        return Arrived(await self._blobs.put(cleaned.data), cleaned.width, cleaned.height)


def _kept(picture: Picture) -> Arrived | None:
    return Arrived(picture.sha256, picture.width, picture.height) if picture.cleaned else None
