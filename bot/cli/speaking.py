"""How the commands speak: results to standard output, what went wrong to standard error, and never a traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from rich.console import Console

from bot.settings import Misconfigured
from storage.contract import Damaged, Unavailable

FAILED = 1
"""The exit code when something was tried and did not work."""

WRONG = 2
"""The exit code when something was typed or configured wrongly, so that nothing was tried."""

# Between words on a terminal; in a file or a pipe a line stays a line, whatever the width.
out = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
err = Console(highlight=False, soft_wrap=not sys.stderr.isatty(), stderr=True)


def say(text: str = "") -> None:
    """A line for the person at the keyboard, exactly as given."""
    out.print(text, markup=False)


def refuse(text: str, code: int = WRONG) -> NoReturn:
    """Say on standard error why it was not done, and leave with the code."""
    err.print(text, markup=False)
    raise typer.Exit(code)


@contextmanager
def plainly() -> Iterator[None]:
    """Turn what can go wrong with a configuration, a store or a disk into its sentence and its exit code."""
    try:
        yield
    except Misconfigured as error:
        count = len(error.faults)
        err.print("\n".join(str(fault) for fault in error.faults), markup=False)
        refuse(f"{'One thing' if count == 1 else f'{count} things'} to put right; nothing was done.")
    except (Unavailable, Damaged) as error:
        refuse(str(error), FAILED)
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        refuse(f"That did not work: {name}{(error.strerror or str(error)).lower()}.", FAILED)
