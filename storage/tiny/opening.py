"""Opening a folder: who may have it, what is in it, and what was left undone the last time."""

import fcntl
import gc
import os
from collections.abc import Iterable
from pathlib import Path

from policy.record import Record, is_sealed
from storage.codec import Doc, decode, encode
from storage.contract import Damaged, Unavailable
from storage.tiny.disk import Disk, opened
from storage.tiny.journal import Found, Journal, load, set_aside, superseded
from storage.tiny.state import State
from storage.tiny.veil import Veil
from storage.vault import Vault


class InUse(Unavailable):
    """Another process has the folder."""


def take(folder: Path, disk: Disk) -> int:
    """Make the folder if need be, and keep every other process out for as long as the file given is open.

    Raises InUse when another process has it, and Unavailable when it cannot be written.
    """
    try:
        disk.make_folder(folder)
        lock = opened(folder / "lock", os.O_RDWR)
    except OSError as error:
        raise unusable(folder, error) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise InUse(
            f"Another Exeat is using {folder}. Two at once would spoil each other's work: stop the other one, "
            "or give this one a folder of its own with EXEAT_DATA."
        ) from None
    except OSError as error:
        os.close(lock)
        raise unusable(folder, error) from error
    return lock


def begin(folder: Path, disk: Disk, found: Found, room: int) -> tuple[list[str], Journal]:
    """Put aside and remove what was left undone; what there is to say of it, and the journal to go on with.

    Raises OSError.
    """
    notices = []
    if found.torn:
        kept = set_aside(disk, found.torn)
        notices.append(
            f"The last line of {found.torn[0].name} was not finished when Exeat stopped. Nobody was told that it "
            f"was saved. Its bytes are kept in {kept.name}."
        )
    for needless in superseded(folder):
        disk.remove(needless)
    return notices, Journal(disk, folder, found, room)


def read(folder: Path, kinds: Iterable[type[Record]], veil: Veil) -> tuple[State, Found]:
    """What the folder holds. It is all kept, so the collector would only walk over it again and again.

    Raises OSError, Damaged, and Unavailable for what was written by a newer Exeat or sealed under another key.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        found = load(folder)
        veil.lift(found.rows)
        _bring_up_to_date(found.rows.get("records", {}), kinds, veil.vault)
        return State(found.rows, veil), found
    finally:
        if collecting:
            gc.enable()


def _bring_up_to_date(records: dict[str, Doc], kinds: Iterable[type[Record]], vault: Vault | None) -> None:
    """What is sealed stays as it was where there is no key: it is brought up to date when it can be read."""
    today = {kind.KIND: kind for kind in kinds}
    for id, doc in records.items():
        kind = today.get(doc["kind"])
        if kind is None or doc["schema"] == kind.SCHEMA or (vault is None and is_sealed(kind)):
            continue
        ours = {name: doc[name] for name in ("n", "hidden") if name in doc}
        records[id] = encode(decode(kind, doc, vault), doc["rev"], vault) | ours


def read_beside_a_writer(folder: Path, veil: Veil) -> State:
    """The same, while somebody writes. They may sum up their journal meanwhile: then it is read again."""
    while True:
        names = sorted(path.name for path in folder.iterdir())
        try:
            return read(folder, (), veil)[0]
        except (FileNotFoundError, Damaged):
            if names == sorted(path.name for path in folder.iterdir()):
                raise


def unusable(folder: Path, error: OSError) -> Unavailable:
    """What to say when the disk refuses."""
    return Unavailable(
        f"Exeat cannot keep its records in {folder} ({error.strerror or error}). "
        "Give it a folder that it may write to, with EXEAT_DATA."
    )
