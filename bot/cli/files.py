"""Files that a command writes: never over another, and readable by their owner alone."""

import os
from pathlib import Path
from typing import BinaryIO

from bot.cli.speaking import refuse


def must_be_new(path: Path) -> None:
    """Leaves when there is something already."""
    if path.exists():
        refuse(f"{path} is there already, and nothing is written over it. Choose another name.")


def new_file(path: Path) -> BinaryIO:
    """A new file, open to be written. Raises OSError when it cannot be made, FileExistsError when it is there."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
