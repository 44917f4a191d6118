"""The table of commands, and the last resort when one fails in a way nobody thought of."""

import sys

import typer

from bot.cli import asking, erasing, exporting, importing, init, keeping, keys, manifests, retaining, running
from bot.cli.speaking import FAILED, err
from handlers.dispatch import where
from handlers.everything import everything

commands = typer.Typer(
    name="exeat",
    help="Exeat puts a school's social media policy to work in Slack and Teams. To see it, type: exeat demo",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
commands.command("demo", short_help="Play the whole school in a browser")(running.demo)
commands.command("serve", short_help="Serve the school")(running.serve)
commands.command("init", short_help="Write exeat.toml from a few questions")(init.init)
commands.command("doctor", short_help="Look everything over and say what to do")(asking.doctor)
commands.command("due", short_help="When must a comment be answered?")(asking.due)
commands.add_typer(keeping.audit, name="audit", short_help="Verify or export the record of who did what")
commands.command("backup", short_help="Write everything kept into one file")(keeping.backup)
commands.command("restore", short_help="Put a backup back")(keeping.restore)
commands.add_typer(
    importing.commands(everything()), name="import", short_help="Take in what is kept elsewhere, from a file"
)
commands.add_typer(
    exporting.commands(everything()), name="export", short_help="Give out what is kept, to be read without Exeat"
)
commands.add_typer(
    retaining.commands(everything()), name="retention", short_help="Delete what has been kept long enough"
)
commands.add_typer(erasing.commands(everything()), name="erase", short_help="Erase a record, or somebody, for good")
commands.add_typer(
    keys.keys, name="keys", short_help="Make, change and recover the key that confidential records are sealed with"
)
commands.add_typer(manifests.manifest, name="manifest", short_help="Make what a chat platform asks for")


def app() -> None:
    """Run the command that was typed and leave with its exit code."""
    try:
        commands(prog_name="exeat")
    except Exception as error:
        said = f"{type(error).__name__}, {where(error)}"
        err.print(f"Exeat made a mistake of its own and stopped. Please report this line: {said}", markup=False)
        sys.exit(FAILED)
