"""`exeat erase …`: one record, or somebody: gone from the records and from the disk."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table

from bot.cli.opening import Records, opened
from bot.cli.retaining import OLD_BACKUPS, Named, named_record
from bot.cli.speaking import FAILED, out, plainly, refuse, say
from bot.clock import utc_now
from bot.pictures.orphans import Orphans
from cards.wording import counted
from handlers.exports.reading import unreadable
from handlers.exports.subject import Unknown
from handlers.keeping.erasing import Fate, Plan, Step, carry_out, erase_record, plan
from handlers.keeping.holds import is_held
from handlers.keeping.judging import parts_of
from handlers.registry import Registry
from policy.hold import stays
from policy.record import Ref
from policy.refused import Refused

SERVING = "Nothing can be erased beside it: stop Exeat for as long as that takes. --dry-run may be run beside it."

WORDS = {
    Fate.GOES: "deleted",
    Fate.UNNAMED: "their names taken out",
    Fate.OPEN: "stays for now",
    Fate.HELD: "stays for now",
}

LAST = "Their names, addresses and accounts go last, once nothing about them is open or held: then erase them again."

RETURNS = (
    "They are on the school's list: at its next start Exeat meets them again and keeps their name, unless "
    "their account has ended or exeat.toml no longer admits them."
)

ELSEWHERE = (
    "Not in Exeat's hands: exeat.toml, what stands in the chat itself, what has been posted, and copies that were "
    "exported."
)

DRY = Annotated[bool, typer.Option("--dry-run", help="Say what would come of it, and change nothing.")]


def commands(registry: Registry) -> typer.Typer:
    """Both commands."""
    made = typer.Typer(help="Erase a record, or somebody, from the records and from the disk.", no_args_is_help=True)
    made.command("person", short_help="Somebody: what is theirs alone, and their names elsewhere")(_person(registry))
    made.command("record", short_help="One record, with all that belongs to it")(_record(registry))
    return made


def _person(registry: Registry) -> Callable[..., None]:
    def person(
        email: Annotated[str, typer.Argument(metavar="EMAIL", help="Their e-mail, or slack:U… or teams:….")],
        dry_run: DRY = False,
    ) -> None:
        """Erase somebody on the staff: posts, wordings and absences of theirs are deleted, their names are taken out
        of what the school has to keep, and then it is forgotten who they are.

        What is open or held stays as it is; then the command leaves with 1, and is to be run again. Exeat must not be
        serving, except with --dry-run. What each of this means, and when the law asks for it: docs/running.md.

        \b
        Example:
          exeat export person tom@school.example tom-2027-03
          exeat erase person tom@school.example --dry-run
          exeat erase person tom@school.example
        """
        with plainly():
            try:
                found = asyncio.run(_erase_person(registry, email, dry_run=dry_run))
            except Unknown as error:
                refuse(str(error))
        _conclude(found, dry_run=dry_run)

    return person


def _record(registry: Registry) -> Callable[..., None]:
    def record(name: Named, dry_run: DRY = False) -> None:
        """Delete a record now, whatever its state and its time, with all that belongs to it. One that is held is not
        deleted. Exeat must not be serving, except with --dry-run.

        \b
        Example:
          exeat erase record comment/C-40 --dry-run
          exeat erase record comment/C-40
        """
        meant = named_record(name, registry)
        with plainly():
            try:
                parts = asyncio.run(_erase_record(registry, meant, dry_run=dry_run))
            except LookupError:
                refuse(f"There is no {meant}.")
            except Refused as refused:
                refuse(str(refused), FAILED)
        more = f", with {counted(parts, 'record', 'records')} that {'belongs' if parts == 1 else 'belong'} to it"
        say(f"{meant} {'would be' if dry_run else 'was'} deleted{more if parts else ''}.")
        if not dry_run:
            say(OLD_BACKUPS)

    return record


async def _erase_person(registry: Registry, email: str, *, dry_run: bool) -> Plan:
    async with opened(registry, reading=dry_run, serving=SERVING) as records:
        if shut := await unreadable(records.store, records.school.id, registry):
            titles = ", ".join(each.title for each in shut)
            refuse(f"There are confidential records ({titles}), and they are part of it. Set EXEAT_KEY.")
        async with records.scene() as scene:
            found = await plan(scene, registry, email)
        _print(found.steps)
        if not dry_run:
            _ask(found.subject.name)
            await carry_out(records.dispatch, found)
            await _clean(records)
        return found


async def _erase_record(registry: Registry, name: Ref, *, dry_run: bool) -> int:
    async with opened(registry, reading=dry_run, serving=SERVING) as records:
        if not dry_run:
            _ask(str(name))
            parts = await erase_record(records.dispatch, name)
            await _clean(records)
            return parts
        async with records.scene() as scene:
            each = registry.retained[name.kind]
            record = await scene.tx.get(each.record, name.id)
            if record is None:
                raise LookupError(str(name))
            if await is_held(scene, name) is not None:
                raise stays(name)
            return len(await parts_of(scene, each, record))


async def _clean(records: Records) -> None:
    """Take from the disk what has been deleted, and the pictures that nothing names any more."""
    await records.store.purge()
    await Orphans(records.store, records.school.id, records.registry, records.blobs).sweep(utc_now(), timedelta(0))


def _ask(what: str) -> None:
    if sys.stdin.isatty() and not typer.confirm(f"Erase {what}? It cannot be undone."):
        refuse("Nothing was erased.", FAILED)


def _print(steps: Sequence[Step]) -> None:
    table = Table("Record", "What comes of it", "Why", box=None, pad_edge=False)
    for step in sorted(steps, key=lambda each: (list(Fate).index(each.fate), each.record)):
        table.add_row(str(step.record), WORDS[step.fate], step.why)
    if steps:
        out.print(table)


def _conclude(found: Plan, *, dry_run: bool) -> None:
    name, counts = found.subject.name, {fate: sum(step.fate is fate for step in found.steps) for fate in Fate}
    would = "would be" if dry_run else "were"
    say(
        f"{name}: {counted(counts[Fate.GOES], 'record', 'records')} {would} deleted, and names {would} taken out of "
        f"{counts[Fate.UNNAMED]:,}."
    )
    say(ELSEWHERE)
    if not dry_run:
        say(OLD_BACKUPS)
    if found.returns:
        say(RETURNS)
    if not found.whole:
        stay = counted(counts[Fate.OPEN] + counts[Fate.HELD], "record stays", "records stay")
        refuse(f"{stay} as it was, open or held. {LAST}", FAILED)
    say(f"{name} {'would be' if dry_run else 'was'} forgotten.")
