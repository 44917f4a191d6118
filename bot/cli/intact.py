"""Whether records are what they were: each can be read, fits its fingerprint in the audit, and has its pictures."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.pictures.orphans import named
from policy.record import Record, Ref, is_sealed, ref
from storage.blobs import Blobs
from storage.codec import decode
from storage.tiny import TinyStore
from storage.vault import Vault, WrongKey


@dataclass(slots=True)
class Intact:
    """What was found. `fitting` records are what the audit says of them; those `altered` are not.

    `sealed` could not be opened for want of a key, and `shut` not with the key there is. `lost` are pictures that are
    named and not there.
    """

    read: int = 0
    fitting: int = 0
    altered: list[Ref] = field(default_factory=list)
    sealed: int = 0
    shut: int = 0
    lost: set[str] = field(default_factory=set)


async def look(store: TinyStore, kinds: Iterable[type[Record]], blobs: Blobs, vault: Vault | None) -> Intact:
    """Read every record of the kinds given. Raises Damaged for one that cannot be read."""
    rows, known, found = store.copy(), {kind.KIND: kind for kind in kinds}, Intact()
    fingerprints = await _fingerprints(store, {doc["school"] for doc in rows["audit"].values()})
    there = set(blobs.names())
    for doc in rows["records"].values():
        kind = known.get(doc["kind"])
        if kind is None:
            continue
        if is_sealed(kind) and vault is None:
            found.sealed += 1
            continue
        try:
            record = decode(kind, doc, vault)
        except WrongKey:
            found.shut += 1
            continue
        found.read += 1
        found.lost.update(sha for sha in named(record) if sha not in there)
        said = fingerprints.get((record.school, ref(record), record.version))
        if said is not None and said == getattr(record, "fingerprint", said):
            found.fitting += 1
        elif said is not None:
            found.altered.append(ref(record))
    return found


async def _fingerprints(store: TinyStore, schools: Iterable[str]) -> dict[tuple[str, Ref, int], str]:
    """The last fingerprint of each version of each record in the audit."""
    found = dict[tuple[str, Ref, int], str]()
    for school in sorted(schools):
        async for row in store.audit_rows(school):
            entry = row.entry
            if entry.fingerprint and entry.record is not None:
                found[school, entry.record, entry.version] = entry.fingerprint
    return found


def sealed_records(store: TinyStore, kinds: Iterable[type[Record]]) -> int:
    """How many records of sealed kinds there are."""
    sealed = {kind.KIND for kind in kinds if is_sealed(kind)}
    return sum(doc["kind"] in sealed for doc in store.copy()["records"].values())
