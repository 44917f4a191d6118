"""Commands about what is kept: verify and export the audit, back up, restore."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.files import must_be_new
from bot.cli.intact import Intact, look, sealed_records
from bot.cli.speaking import FAILED, plainly, refuse, say
from bot.clock import utc_now
from bot.renamed import renamed
from bot.settings import read_environment, read_school
from bot.settings.environment import Environment
from cards.wording import counted
from handlers.everything import everything
from storage.audit import Verdict, export, verify, verify_file
from storage.backup import Manifest
from storage.backup import backup as write_backup
from storage.backup import restore as put_back
from storage.blobs import Blobs
from storage.rows import AuditRow
from storage.tiny import TinyStore, read_tiny
from storage.vault import Vault

audit = typer.Typer(help="The record of who did what: verify it or export it.", no_args_is_help=True)


@audit.command("verify", short_help="Check that nothing was changed or taken out")
def audit_verify(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="An exported file; without it, this school's own record.")
    ] = None,
) -> None:
    """Is the audit as it was written? Names the first row that is not.

    Rows cut off the end leave a sound chain, so compare the number of rows and the last hash with an earlier
    export. May be run while Exeat is serving; a file may be verified on any machine.

    What is sealed whole has an audit of its own, which is in no export. It is verified too where EXEAT_KEY is set.

    \b
    Example:
      exeat audit verify
      exeat audit verify audit.jsonl
    """
    with plainly():
        environment = None if file else read_environment()
        verdict, unread = (verify_file(file), False) if file else asyncio.run(_verify_own())
    if not verdict.sound:
        refuse(f"Row {verdict.broken} is not as it was written: {verdict.why}. The rows before it are.", FAILED)
    say(f"Sound: {_rows(verdict.rows)}, as written. The last hash is {verdict.head}.")
    if unread and environment is not None:
        _verify_sealed(environment)


@audit.command("export", short_help="Write the audit into a file")
def audit_export(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where to write it, one row a line; it must not be there yet.")
    ],
) -> None:
    """Write the audit to FILE as JSON Lines: ids, verbs and hashes, and nothing that anybody wrote.

    \b
    Example:
      exeat audit export audit-2027-03.jsonl
    """
    must_be_new(file)
    with plainly():
        rows = asyncio.run(_export_own(file))
    say(f"{_rows(rows)} written to {file}.")


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it; it must not be there yet.")],
) -> None:
    """Write all records and pictures into one FILE. Keys and exeat.toml are not in it: keep those apart.

    May be run while Exeat is serving.

    \b
    Example:
      exeat backup exeat-2027-03-27.tar.gz
    """
    must_be_new(file)
    with plainly():
        environment = read_environment()
        made, sealed = asyncio.run(_backup(environment, file))
    held = f"{_rows(sum(made.rows.values()))} and {counted(len(made.files) - 1, 'picture', 'pictures')}"
    say(f"{held} of {environment.exeat_data} are in {file}.")
    say("Keys and exeat.toml are not in it: keep them apart from it, and safe.")
    if sealed:
        are = "1 record in it is" if sealed == 1 else f"{sealed:,} records in it are"
        say(f"{are} sealed, and nobody can read {'it' if sealed == 1 else 'them'} without EXEAT_KEY.")
    if made.left_out:
        refuse(
            f"{len(made.left_out)} pictures were damaged and left out, beginning with {made.left_out[0]}. "
            "Look for them in an older backup.",
            FAILED,
        )


def restore(file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that exeat backup wrote.")]) -> None:
    """Put a backup back, into the EXEAT_DATA folder, which must be empty.

    Every file and audit chain is checked first. Then every record is read, and held against its fingerprint in the
    audit and the pictures it names; sealed ones only where EXEAT_KEY is set.

    \b
    Example:
      exeat restore exeat-2027-03-27.tar.gz
    """
    if not file.is_file():
        refuse(f"There is no file {file}.")
    with plainly():
        environment = read_environment()
        made, found = asyncio.run(_restore(environment, file))
    say(f"{environment.exeat_data} is as it was at {made.made_at.isoformat(timespec='seconds')}.")
    chains = ", ".join(f"{_rows(chain.rows)} of {chain.school}" for chain in made.chains) or "no rows"
    say(f"The audit is sound: {chains}.")
    say(f"{counted(found.read, 'record', 'records')} can be read, {found.fitting:,} of them held to a fingerprint.")
    _say_trouble(found)


async def _open(environment: Environment) -> TinyStore:
    if not environment.exeat_data.is_dir():
        refuse(f"There are no records at {environment.exeat_data}. Say where they are with EXEAT_DATA.", FAILED)
    return await read_tiny(environment.exeat_data)


async def _backup(environment: Environment, file: Path) -> tuple[Manifest, int]:
    store = await _open(environment)
    return await write_backup(store, file, utc_now()), sealed_records(store, everything().kinds.values())


async def _restore(environment: Environment, file: Path) -> tuple[Manifest, Intact]:
    made, folder = await put_back(file, environment.exeat_data), environment.exeat_data
    store = await read_tiny(folder)
    return made, await look(store, everything().kinds.values(), Blobs(folder / "blobs"), environment.vault)


def _say_trouble(found: Intact) -> None:
    """What is not as it should be; leaves with 1 when something is wrong with the backup itself."""
    if found.sealed:
        are = "1 record is sealed and was" if found.sealed == 1 else f"{found.sealed:,} records are sealed and were"
        say(f"{are} not opened, for there is no EXEAT_KEY here. Set it before you serve.")
    wrong = list[str]()
    if found.shut:
        sealed = counted(found.shut, "sealed record", "sealed records")
        wrong.append(f"{sealed} cannot be opened with this EXEAT_KEY: add the key of that time.")
    if found.altered:
        wrong.append(f"Not what the audit says they were: {', '.join(map(str, found.altered))}.")
    if found.lost:
        wrong.append(f"Pictures that are named and not there: {len(found.lost):,}. Look in an older backup.")
    if wrong:
        refuse(" ".join(wrong), FAILED)


async def _own_rows() -> tuple[TinyStore, str]:
    environment = read_environment()
    school = read_school(environment.exeat_config)
    store = await _open(environment)
    if said := renamed(store, school):
        refuse(said)
    return store, school.id


async def _verify_own() -> tuple[Verdict, bool]:
    """What was found of the rows that need no key, and whether there is something that needs one."""
    store, school = await _own_rows()
    rows: list[AuditRow] = [row async for row in store.audit_rows(school)]
    return verify(rows), store.unread


def _verify_sealed(environment: Environment) -> None:
    """Say of the sealed chain whether it is sound, never how long it is; or that it was not looked at, and why."""
    vault = environment.vault
    if vault is None:
        say(
            "Something is sealed whole here as well, and its audit was not checked. To have it checked, set "
            "EXEAT_KEY as the server has it, and run this again."
        )
        return
    with plainly():
        verdict = asyncio.run(_sealed_verdict(environment, vault))
    if not verdict.sound:
        refuse(f"Something in the sealed audit is not as it was written: {verdict.why}.", FAILED)
    say(f"The sealed audit is sound too. Its last hash is {verdict.head}.")


async def _sealed_verdict(environment: Environment, vault: Vault) -> Verdict:
    store = await read_tiny(environment.exeat_data, vault=vault)
    school = read_school(environment.exeat_config).id
    return verify([row async for row in store.audit_rows(school, hidden=True)])


async def _export_own(file: Path) -> int:
    store, school = await _own_rows()
    return await export(store.audit_rows(school), file)


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
