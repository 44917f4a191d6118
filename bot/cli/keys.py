"""Commands about the keys that confidential records are sealed with."""

import typer

from storage.vault import new_key

keys = typer.Typer(help="The keys that confidential records are sealed with.", no_args_is_help=True)


@keys.callback()
def about() -> None:
    """The keys that confidential records are sealed with."""


@keys.command("new")
def new() -> None:
    """Print a new key for EXEAT_KEY, and nothing else.

    What is reported as an incident is sealed with it: whoever has the disk but not the key can read none of it.
    Keep a second copy away from the server, where the headteacher can reach it. Without the key nobody can read
    those records again, and no backup holds it.

    To change the key, put the new one before the old one, with a comma between: the first seals, all of them open.

    \b
    Example:
      export EXEAT_KEY="$(exeat keys new)"
    """
    typer.echo(new_key())
