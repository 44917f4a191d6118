"""`exeat import …`: rows of a CSV file taken in, a few hundred at a time, each bad one reported with its line."""

import asyncio
import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from bot.cli.opening import opened
from bot.cli.speaking import FAILED, err, plainly, refuse, say
from bot.logs import set_up_logs
from handlers.dispatch import Dispatch, Trouble
from handlers.entries import Importer, Landed
from handlers.everything import everything
from handlers.registry import Registry
from policy.text import clean

AT_A_TIME = 250
"""How many rows one commit takes."""

LARGEST_CELL = 1 << 20
"""How many characters one cell may have before the file counts as not understood."""

SERVING = (
    "While Exeat serves, nothing can be imported beside it: stop it for as long as the import takes, "
    "or send the rows to its hook (docs/hooks.md)."
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file, and the line it begins on. `wrong`: why it cannot be read; "" when it can."""

    line: int
    cells: Mapping[str, str]
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds. `aside` are headings that mean nothing here."""

    rows: Sequence[Row]
    aside: Sequence[str]


class Unreadable(Exception):
    """The file is not a table of the kind asked for. The message says why, and what to do."""


def commands(registry: Registry) -> typer.Typer:
    """A command for everything that can be imported."""
    made = typer.Typer(
        help="Take in what is kept elsewhere, from a CSV file. A second time, nothing is taken twice.",
        no_args_is_help=True,
    )

    @made.callback()
    def group() -> None:
        """Keeps a single command under its own name."""

    for importer in registry.importers.values():
        made.command(importer.name, short_help=importer.summary, help=_help(importer))(_command(importer))
    return made


def _command(importer: Importer) -> Callable[..., None]:
    def command(
        file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="A table with a line of headings, in UTF-8.")],
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Say what would be taken in, and keep nothing.")
        ] = False,
    ) -> None:
        set_up_logs(quiet=True)
        with plainly():
            try:
                table = read_table(file, importer)
            except Unreadable as error:
                refuse(str(error))
            taking = Taking(importer, table, dry_run=dry_run)
            try:
                asyncio.run(_bring(taking))
            except KeyboardInterrupt:
                refuse("Stopped. What was taken in is kept, and the same file may be imported again.", FAILED)
            except Trouble:
                refuse("Exeat made a mistake of its own. What was taken in before is kept. Please report it.", FAILED)
        taking.conclude()

    return command


def _help(importer: Importer) -> str:
    columns = importer.columns
    width = max(len(each.name) for each in columns)
    needed = [f"  {each.name:<{width}}  {each.about}" for each in columns if each.required]
    rest = [f"  {each.name:<{width}}  {each.about}" for each in columns if not each.required]
    example = [",".join(_quoted(cell) for cell in cells) for cells in ([c.name for c in columns], importer.example)]
    return "\n".join(
        (
            f"{importer.summary}. The first line holds the headings, in any order; other columns are left aside.",
            "",
            "\b",
            "These are needed:",
            *needed,
            "",
            "\b",
            "These may be left out:",
            *rest,
            "",
            "A bad row is reported with its line and left out; the others are kept. What was taken in before is not",
            "taken in again. Exeat must not be serving meanwhile, except with --dry-run.",
            "",
            "\b",
            "A file:",
            *(f"  {line}" for line in example),
            "",
            "\b",
            "Example:",
            f"  exeat import {importer.name} FILE.csv --dry-run",
            f"  exeat import {importer.name} FILE.csv",
        )
    )


def _quoted(cell: str) -> str:
    return f'"{cell}"' if "," in cell else cell


class Taking:
    """One import. `counts` are of what became of rows, and `bad` of those that were not taken."""

    def __init__(self, importer: Importer, table: Table, *, dry_run: bool) -> None:
        self.importer, self.table, self.dry_run = importer, table, dry_run
        self.counts: Counter[str] = Counter()
        self.bad = 0
        self._keys: set[str] = set()

    async def run(self, dispatch: Dispatch) -> None:
        """Take the rows in. Raises Unavailable and Trouble; what was taken by then is kept."""
        verb = f"{self.importer.name}.import"
        with Progress(console=err, disable=not err.is_terminal) as progress:
            bar = progress.add_task(self.importer.name, total=len(self.table.rows))
            for some in _parts(self.table.rows):
                good = [row for row in some if not row.wrong]
                cells = [row.cells for row in good]
                landed = await dispatch.brought(verb, self.importer.handler, cells, whole=False, dry=self.dry_run)
                became = dict(zip([row.line for row in good], landed, strict=True))
                for row in some:
                    self._note(row, became.get(row.line))
                progress.advance(bar, len(some))

    def conclude(self) -> None:
        """Say what became of it all; leaves with 1 when a row was not taken."""
        if self.table.aside:
            say(f"Left aside: {', '.join(self.table.aside)}.")
        parts = [f"{count:,} {became}" for became, count in sorted(self.counts.items())]
        rows = len(self.table.rows)
        said = f"{rows:,} {'row' if rows == 1 else 'rows'}: {', '.join(parts) or 'none taken'}."
        say(f"{said} Nothing was kept: this was a dry run." if self.dry_run else said)
        if self.bad:
            taken, them = ("One row was", "it") if self.bad == 1 else (f"{self.bad:,} rows were", "them")
            refuse(
                f"{taken} not taken. Put {them} right in the file, and import it again: "
                "the others are not taken twice.",
                FAILED,
            )

    def _note(self, row: Row, landed: Landed | None) -> None:
        if landed is None or landed.errors:
            self.bad += 1
            whys = [f"{name}: {why}" for name, why in landed.errors.items()] if landed else [row.wrong]
            err.print(f"Line {row.line}: {' '.join(whys)}", markup=False)
            return
        if landed.note:
            err.print(f"Line {row.line}: {landed.note}", markup=False)
        twice = self.dry_run and landed.became == "logged" and landed.key in self._keys
        self._keys.add(landed.key)
        self.counts["known" if twice else landed.became] += 1


def read_table(file: Path, importer: Importer) -> Table:
    """The rows of a file. Raises Unreadable when it is not a table with the columns that are needed."""
    if not file.is_file():
        raise Unreadable(f"There is no file {file}.")
    csv.field_size_limit(LARGEST_CELL)
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            heading = lines.readline()
            lines.seek(0)
            delimiter = max(",;\t", key=heading.count)
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            try:
                return _table(reader, importer)
            except csv.Error as error:
                at = f"near line {reader.line_num}: {error}"
                raise Unreadable(f"{file} is not a CSV file that can be read, {at}. Nothing was kept.") from error
    except UnicodeDecodeError as error:
        raise Unreadable(f'{file} is not in UTF-8. Save it as "CSV UTF-8", and try again.') from error


def _table(reader: Any, importer: Importer) -> Table:
    known = {column.name for column in importer.columns}
    names = [clean(name).casefold() for name in next(reader, [])]
    if twice := [name for name, count in Counter(names).items() if count > 1 and name in known]:
        raise Unreadable(f"The column {twice[0]} is there twice. Leave one of them.")
    if lacking := [column.name for column in importer.columns if column.required and column.name not in names]:
        raise Unreadable(
            f"The first line must hold the headings, and there is no {' and no '.join(lacking)}. "
            f"See: exeat import {importer.name} --help"
        )
    return Table(list(_rows(reader, names, known)), [name for name in names if name and name not in known])


def _rows(reader: Any, names: Sequence[str], known: set[str]) -> Iterator[Row]:
    begins = reader.line_num + 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            wrong = ""
            if any(cell.strip() for cell in cells[len(names) :]):
                wrong = "It has more cells than there are headings. Put text with commas in quotation marks."
            found = {name: cell for name, cell in zip(names, cells, strict=False) if name in known}
            yield Row(begins, found, wrong)
        begins = reader.line_num + 1


def _parts(rows: Sequence[Row]) -> Iterable[Sequence[Row]]:
    return (rows[start : start + AT_A_TIME] for start in range(0, len(rows), AT_A_TIME))


async def _bring(taking: Taking) -> None:
    async with opened(everything(), reading=taking.dry_run, serving=SERVING) as records:
        await taking.run(records.dispatch)
