"""The records under examination: can they be read and written, is the audit sound, did every message arrive."""

import asyncio
import os
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.doctor.finding import Finding, fine, fix, note
from bot.missed_key import misses_key
from bot.renamed import renamed
from bot.settings import Environment
from policy.people import Person
from policy.school import School
from storage.audit import verify
from storage.contract import Damaged, Unavailable
from storage.rows import DeadLetter
from storage.tiny import TinyStore, open_tiny, read_tiny
from storage.vault import Vault, WrongKey

LITTLE_ROOM = 500 << 20
"""Free bytes on the disk below which the doctor says so."""


@dataclass(slots=True)
class Kept:
    """The store, if there is one that can be read, and what was found of it."""

    store: TinyStore | None = None
    findings: list[Finding] = field(default_factory=list)

    async def close(self) -> None:
        """Let go of the folder."""
        if self.store is not None:
            await self.store.close()


async def look_at_store(environment: Environment, school: School, running: bool) -> Kept:
    """The store in EXEAT_DATA: read beside a server that is `running` or holds it, else opened to be written."""
    folder, kept = environment.exeat_data, Kept()
    if not folder.exists():
        kept.findings.append(_not_there_yet(folder))
        return kept
    try:
        kept.store = await _opened(folder, environment.vault, running, kept.findings)
    except WrongKey as error:
        kept.findings.append(
            fix("Records", str(error), "The sealed copies that the DSL and the chair keep have it (docs/running.md).")
        )
        return kept
    except (Unavailable, Damaged) as error:
        kept.findings.append(
            fix("Records", str(error), "Put back the newest backup if nothing else helps (docs/running.md).")
        )
        return kept
    if said := renamed(kept.store, school):
        kept.findings.append(fix("Records", said, "Until then Exeat does not start."))
    if await misses_key(kept.store, school):
        kept.findings.append(
            fix(
                "EXEAT_KEY",
                "It is not set, and Exeat does not start without it: alerts about somebody's safety would stop.",
                "Put it back; exeat keys recover prints it from a sealed copy (docs/running.md).",
            )
        )
    kept.findings += [finding async for finding in _contents(kept.store, school)]
    return kept


async def _opened(folder: Path, vault: Vault | None, running: bool, findings: list[Finding]) -> TinyStore:
    if running:
        return await read_tiny(folder, vault=vault)
    try:
        store = await open_tiny(folder, vault=vault)
    except Unavailable as error:
        findings.append(
            fix("Records", str(error), "If that other Exeat is meant to run, look why it does not answer.")
        )
        return await read_tiny(folder, vault=vault)
    findings += [note("Records", notice) for notice in store.notices]
    return store


def _not_there_yet(folder: Path) -> Finding:
    nearest = next((above for above in folder.absolute().parents if above.exists()), Path("/"))
    if os.access(nearest, os.W_OK):
        return note("Records", f"There are none yet; {folder} is made at the first start.")
    return fix(
        "Records", f"{folder} is not there and cannot be made.", "Set EXEAT_DATA to a folder Exeat may write to."
    )


async def _contents(store: TinyStore, school: School) -> AsyncIterator[Finding]:
    count = await store.count(school.id)
    free = shutil.disk_usage(store.folder).free
    if free < LITTLE_ROOM:
        yield fix(
            "Disk", f"Only {free >> 20} MB are free where the records are.", "Make room; a full disk stops all work."
        )
    kinds = Counter[str]()
    for (kind, _), number in count.records.items():
        kinds[kind] += number
    held = ", ".join(f"{kind} ({number})" for kind, number in sorted(kinds.items())) or "nothing yet"
    yield fine("Records", f"{store.folder} can be read and holds {held}; {count.outbox} messages wait to go out.")
    rows = [row async for row in store.audit_rows(school.id)]
    verdict = await asyncio.to_thread(verify, rows)
    if verdict.sound:
        yield fine("Audit", f"{verdict.rows} rows, all as they were written.")
    else:
        yield fix(
            "Audit",
            f"Row {verdict.broken} is not as it was written: {verdict.why}.",
            "Keep a copy of the folder as it is, and find out who has been at it.",
        )
    if dead := await store.dead_letters(school.id):
        yield await _undelivered(store, school, dead, count.dead)


async def _undelivered(store: TinyStore, school: School, dead: Sequence[DeadLetter], number: int) -> Finding:
    reasons = Counter(one.reason for one in dead).most_common()
    people = list(dict.fromkeys(one.row.person for one in dead))
    async with store.transaction(school.id) as tx:
        known = [await tx.get(Person, id) for id in people[:5]]
    names = [person.name if person else id for person, id in zip(known, people, strict=False)]
    more = f" and {len(people) - len(names)} more" if len(people) > len(names) else ""
    return fix(
        "Messages",
        f"{number} could not be delivered: {', '.join(f'{why} ({times})' for why, times in reasons)}. "
        f"They were for {', '.join(names)}{more}.",
        "Ask them whether they can reach Exeat in the chat, and have them look with /posts.",
    )
