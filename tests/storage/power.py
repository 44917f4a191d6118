"""What a loss of power may leave of what was written: only what was synced is sure."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.fakes.disks import Step

SECTOR = 512
"""What a disk writes whole or not at all; of a write of many, any may be there and any not."""


@dataclass
class Image:
    """What a disk may hold after a loss of power: for each file what was synced and what was only written."""

    files: dict[str, "_File"] = field(default_factory=dict)
    durable: dict[str, "_File"] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)

    def take(self, step: Step) -> None:
        match step.what:
            case "create":
                self.files[step.name] = _File()
            case "write":
                self.files[step.name].write(step.data, step.offset)
            case "truncate":
                self.files[step.name].written = self.files[step.name].written[: step.size]
            case "sync":
                self.files[step.name].synced = self.files[step.name].written
            case "rename":
                self.files[step.target] = self.files.pop(step.name)
            case "remove":
                del self.files[step.name]
                self.removed.add(step.name)
            case "sync_folder" if step.name == "data":
                self.durable = dict(self.files)
                self.removed.clear()

    def survivors(self) -> Iterator[dict[str, bytes]]:
        """Every folder that may be found, with every part of what was not synced.

        Of the names changed since the folder was synced there may be all, none, or the removals only. Bytes of
        a `.part` are not tried one by one: it is never read.
        """
        removals_only = {name: file for name, file in self.durable.items() if name not in self.removed}
        for names in (self.files, self.durable, removals_only) if self.durable != self.files else (self.files,):
            whole = {name: file.written for name, file in names.items()}
            yield whole
            yield {name: file.synced for name, file in names.items()}
            for name, file in names.items():
                if not name.endswith(".part") and file.written != file.synced:
                    for found in file.survivors():
                        yield whole | {name: found}


@dataclass
class _File:
    written: bytes = b""
    synced: bytes = b""

    def write(self, data: bytes, offset: int | None) -> None:
        start = len(self.written) if offset is None else offset
        self.written = self.written[:start].ljust(start, b"\0") + data + self.written[start + len(data) :]

    def survivors(self) -> Iterator[bytes]:
        """What was not synced: cut at every byte, and any of its sectors in any size the file may have had."""
        grown = self.synced.ljust(len(self.written), b"\0")
        changed = [
            at for at in range(0, len(self.written), SECTOR) if _sector(grown, at) != _sector(self.written, at)
        ]
        if changed:
            last = len(self.written.rstrip(b"\0"))
            for cut in range(changed[0], min(changed[-1] + SECTOR, last) + 1):
                yield self.written[:cut] + self.synced[cut:]
        sizes = {len(self.synced), len(self.written)} | {at for at in changed if at > len(self.synced)}
        for some in range(1 << len(changed)):
            mixed = bytearray(grown)
            for place, at in enumerate(changed):
                if some >> place & 1:
                    mixed[at : at + SECTOR] = _sector(self.written, at)
            yield from (bytes(mixed[:size]) for size in sizes)


def _sector(data: bytes, at: int) -> bytes:
    return data[at : at + SECTOR]
