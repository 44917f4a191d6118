"""Commands about the keys that confidential records are sealed with."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from bot.cli.files import new_file
from bot.cli.speaking import FAILED, err, plainly, refuse, say
from bot.clock import utc_now
from bot.settings import read_environment, read_school
from bot.settings.environment import Environment
from cards.roles import TITLES
from handlers.everything import everything
from policy.people import Role
from storage.contract import Unavailable
from storage.escrow import WrongPassphrase, new_passphrase, open_copy, seal_copy
from storage.rotation import rotate as seal_anew
from storage.tiny import InUse, open_tiny
from storage.vault import Vault, new_key, split

KEEPERS = {"dsl": TITLES[Role.DSL], "chair": TITLES[Role.CHAIR]}
"""Who keeps a sealed copy of the key, by what stands in the name of its file."""

STOP_IT = (
    "The key is changed while nothing else is writing: stop the server, run this, and start it again with the new "
    "key first in EXEAT_KEY."
)

keys = typer.Typer(help="The keys that confidential records are sealed with.", no_args_is_help=True)


@keys.callback()
def about() -> None:
    """The keys that confidential records are sealed with."""


@keys.command("new", short_help="Print a new key")
def new() -> None:
    """Print a new key for EXEAT_KEY, and nothing else.

    What is reported as an incident is sealed with it: whoever has the disk but not the key can read none of it.
    Without the key nobody can read those records again, and no backup holds it: have two sealed copies of it kept
    away from the server (exeat keys escrow).

    To change the key, put the new one before the old one, with a comma between: the first seals, all of them open.
    Then exeat keys rotate seals everything anew.

    \b
    Example:
      export EXEAT_KEY="$(exeat keys new)"
    """
    typer.echo(new_key())


@keys.command("rotate", short_help="Seal everything under a new key")
def rotate() -> None:
    """Seal everything under the first key in EXEAT_KEY, so that the others may be dropped.

    Stop the server first, and put the new key before the old one, with a comma between. It may be interrupted at
    any moment and run again: until it is done, both keys are needed, and nothing is lost.

    \b
    Example:
      EXEAT_KEY="$(exeat keys new),$EXEAT_KEY"
      exeat keys rotate
    """
    with plainly():
        environment = read_environment()
        vault = _vault(environment)
        if vault.keys == 1:
            refuse("There is one key in EXEAT_KEY. Put a new one before it, with a comma between (exeat keys new).")
        many = asyncio.run(_rotate(environment, vault))
    say(
        "Everything that is sealed is under the first key now."
        if many
        else "Everything was under the first key already."
    )
    say("The keys after it may be dropped from EXEAT_KEY. Start the server with the first one alone.")
    say("Older backups still need the key they were made with: keep it for as long as you keep them.")
    say(
        "The sealed copies that the DSL and the chair keep are of the keys before: make new ones (exeat keys escrow)."
    )


@keys.command("escrow", short_help="Make two sealed copies of the key")
def escrow(
    folder: Annotated[Path, typer.Option(metavar="FOLDER", help="Where to write the two files.")] = Path(),
) -> None:
    """Make two sealed copies of the key: one for the DSL to keep, one for the chair of governors.

    Each is a small text file, and says what it is. Its passphrase is shown once, here, and kept nowhere: have each of
    them copy theirs onto paper. Give each their file, and delete it from the server.

    \b
    Example:
      exeat keys escrow
    """
    if not sys.stdout.isatty():
        refuse("The passphrases are shown on a terminal and go into no file or pipe. Run this in a terminal.")
    files = {who: folder / f"exeat-key-{who}.txt" for who in KEEPERS}
    with plainly():
        environment = read_environment()
        _vault(environment)
        school = read_school(environment.exeat_config)
        for file in files.values():
            if file.exists():
                refuse(f"{file} is there already, and nothing is written over it. Move it away first.")
        passphrases = {who: new_passphrase() for who in KEEPERS}
        for who, file in files.items():
            with new_file(file) as out:
                out.write(_copy(school.name, KEEPERS[who], _ring(environment), passphrases[who]).encode())
    for who, file in files.items():
        say(f"{file} is for the {KEEPERS[who]}. Its passphrase, which is not shown again:")
        say(f"    {passphrases[who]}")
    say("Have each copied onto paper, and kept apart from its file. Try one: exeat keys recover FILE")


@keys.command("recover", short_help="Get the key back out of a sealed copy")
def recover(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that exeat keys escrow wrote.")],
) -> None:
    """Print the line for EXEAT_KEY out of a sealed copy; asks for its passphrase.

    May be run on any machine that has Exeat, and needs neither records nor settings.

    \b
    Example:
      exeat keys recover exeat-key-dsl.txt
    """
    if not file.is_file():
        refuse(f"There is no file {file}.")
    with plainly():
        text = file.read_text(errors="replace")
        asked = sys.stdin.isatty()
        passphrase = typer.prompt("Passphrase", hide_input=True, err=True) if asked else sys.stdin.readline()
        try:
            ring = open_copy(text, passphrase)
        except WrongPassphrase:
            refuse(
                "That passphrase does not open it. Each file has its own; look whether this is the right one.", FAILED
            )
    typer.echo(f"EXEAT_KEY={ring}")


async def _rotate(environment: Environment, vault: Vault) -> int:
    if not environment.exeat_data.is_dir():
        refuse(f"There are no records at {environment.exeat_data}. Say where they are with EXEAT_DATA.", FAILED)
    try:
        store = await open_tiny(environment.exeat_data, kinds=everything().kinds.values(), vault=vault)
    except InUse as error:
        raise Unavailable(f"{error} {STOP_IT}") from error
    try:
        with Progress(console=err, disable=not err.is_terminal) as bar:
            task = bar.add_task("sealing", total=None)
            return await seal_anew(store, lambda done, total: bar.update(task, completed=done, total=total))
    finally:
        await store.close()


def _vault(environment: Environment) -> Vault:
    vault = environment.vault
    if vault is None:
        refuse("There is no EXEAT_KEY. Set it as the server has it; exeat keys new makes the first one.")
    return vault


def _ring(environment: Environment) -> str:
    return ",".join(split(environment.exeat_key.get_secret_value())) if environment.exeat_key else ""


def _copy(school: str, keeper: str, ring: str, passphrase: str) -> str:
    return f"""A sealed copy of the key of Exeat at {school}
Made on {utc_now():%d %B %Y}, to be kept by the {keeper}

What it is. Exeat seals what is confidential with a key that stands on the server alone. If the server
is lost, a backup can be put back, but what is sealed in it stays shut without this key. This copy of it
is itself sealed: it is opened by a passphrase that was shown once, when it was made.

How to keep it. Keep this file away from the server: on a memory stick in a safe, or printed out. Keep
the passphrase on paper, somewhere else. Whoever has both, and the records, can read everything.

How to use it. On a machine that has Exeat, type

    exeat keys recover FILE

with the name of this file. It asks for the passphrase and prints the line to set in the environment of
the server. Capital or small letters, hyphens and spaces make no difference.

When the key is changed, this copy is of use for older backups only, and a new one is made.

{seal_copy(ring, passphrase)}
"""
