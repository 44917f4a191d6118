"""`exeat export …`: what is kept, to be read without Exeat: about one person, about the school, and its logs."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from bot.cli.disclosing import concern_command
from bot.cli.files import must_be_new, new_file
from bot.cli.opening import opened as open_records
from bot.cli.parcel import Parcel, Written, as_json, parcel
from bot.cli.speaking import err, plainly, refuse, say
from bot.pictures.kinds import ending_of, kind_of
from cards.export import Copy, Whole
from cards.export_pages import audit_words, chapter_page, copy_page, due_words, index_page, log_page, review_page
from handlers.entries import Log
from handlers.everything import everything
from handlers.exports.data import chapter_data, copy_data, log_data, review_data
from handlers.exports.person import copy_of
from handlers.exports.reading import unreadable
from handlers.exports.school import table_of, whole
from handlers.exports.subject import Unknown
from handlers.registry import Registry
from handlers.turn import Scene
from storage.audit import verify
from storage.blobs import Blobs
from storage.codec import text
from storage.contract import Damaged
from storage.tiny import TinyStore

FOR_THE_PERSON, FOR_THE_OFFICER = "for-the-person", "for-the-data-protection-officer"

NOT_NOTED = (
    "The record of who did what does not say that this was exported, since Exeat may be serving beside it: "
    "note who exported it, when and why."
)


@dataclass(frozen=True, slots=True)
class Opened:
    """The records, read beside whoever writes them, and the pictures."""

    store: TinyStore
    scene: Scene
    blobs: Blobs


def commands(registry: Registry) -> typer.Typer:
    """The commands: for a person, for the school, for one concern, and for every log."""
    made = typer.Typer(
        help="Give out what is kept, to be read without Exeat: about a person, or all of it.", no_args_is_help=True
    )
    made.command("person", short_help="A copy of what is kept about somebody, for them")(_person(registry))
    made.command("school", short_help="Everything of the school")(_school(registry))
    made.command("concern", short_help="One safeguarding concern, for somebody who may read it")(
        concern_command(registry)
    )
    for log in registry.logs.values():
        made.command(log.name, short_help=f"{log.title}, as a table to be printed", help=_log_help(log))(_log(log))
    return made


def _person(registry: Registry) -> Callable[..., None]:
    def person(
        email: Annotated[str, typer.Argument(metavar="EMAIL", help="Their e-mail, or slack:U… or teams:….")],
        folder: Written,
        received: Annotated[
            str,
            typer.Option(metavar="DATE", help="When the request came, such as 2027-03-01: says by when to answer."),
        ] = "",
        give: Annotated[
            list[str] | None,
            typer.Option(metavar="KEY", help="Give after all what the sheet has under that key."),
        ] = None,
    ) -> None:
        """A copy of what is kept about somebody, for them, and a sheet of what was left out of it.

        The copy holds their accounts, and what they wrote, decided and did. Other people are taken out of it. What
        was taken out, and records about them that are not in it, stand in the sheet, for whoever decides on that.
        May be run while Exeat is serving.

        \b
        Example:
          exeat export person tom@school.example tom-2027-03 --received 2027-03-01
          exeat export person tom@school.example tom-2.zip --give 3f2a91c0 --give 77b01d2e
        """
        came = _day(received) if received else None
        must_be_new(folder)
        with plainly():
            try:
                copy, told = asyncio.run(_write_person(registry, email, folder, came, frozenset(give or ())))
            except Unknown as error:
                refuse(str(error))
        say(f"{folder}: {FOR_THE_PERSON} is the copy, {FOR_THE_OFFICER} is not for them.")
        say(f"{len(copy.withheld):,} taken out of it, {len(copy.touches):,} records not in it: all are in the sheet.")
        say("Somebody has to read the copy before it is given: a program may miss a person in free text.")
        say(NOT_NOTED)
        say(told)

    return person


def _school(registry: Registry) -> Callable[..., None]:
    def school(folder: Written) -> None:
        """Everything of the school, as pages and as data, with its pictures and the record of who did what.

        What is confidential is left out where EXEAT_KEY is not set, and the first page says so. May be run while
        Exeat is serving.

        \b
        Example:
          exeat export school harbour-2027-07
          exeat export school harbour-2027-07.zip
        """
        must_be_new(folder)
        with plainly():
            found, lost = asyncio.run(_write_school(registry, folder))
        records = sum(len(each.items) for each in found.chapters)
        say(f"{records:,} records and {len(found.pictures) - len(lost):,} pictures are in {folder}. Open index.html.")
        if found.left_out:
            say(f"Left out, for there is no EXEAT_KEY: {', '.join(found.left_out)}.")
        say(NOT_NOTED)
        _say_lost(lost)

    return school


def _log(log: Log) -> Callable[..., None]:
    def command(
        file: Annotated[
            Path, typer.Argument(metavar="FILE.html", help="Where to write it; it must not be there yet.")
        ],
    ) -> None:
        must_be_new(file)
        with plainly():
            rows = asyncio.run(_write_log(log, file))
        say(f"{rows:,} {'row' if rows == 1 else 'rows'} written to {file}. Open it in a browser to print it.")
        say(NOT_NOTED)

    return command


def _log_help(log: Log) -> str:
    example = f"\b\nExample:\n  exeat export {log.name} {log.name}.html"
    return f"{log.title}, as a table to be printed. May be run while Exeat is serving.\n\n{example}"


@asynccontextmanager
async def _opened() -> AsyncIterator[Opened]:
    async with open_records(everything(), reading=True) as records, records.scene() as scene:
        yield Opened(records.store, scene, records.blobs)


async def _write_person(
    registry: Registry, email: str, folder: Path, received: date | None, given: frozenset[str]
) -> tuple[Copy, str]:
    async with _opened() as opened:
        scene, school = opened.scene, opened.scene.school
        if shut := await unreadable(opened.store, school.id, registry):
            titles = ", ".join(each.title for each in shut)
            refuse(f"There are confidential records ({titles}), and a copy without them is not whole. Set EXEAT_KEY.")
        with Progress(console=err, disable=not err.is_terminal) as bar:
            copy = await copy_of(
                scene,
                email,
                registry,
                await opened.store.count(school.id),
                opened.store.audit_rows(school.id),
                received=received,
                given=given,
                progress=_onto(bar, "reading"),
            )
        if copy.unused:
            refuse(f"Nothing was taken out under {', '.join(sorted(copy.unused))}. The sheet has the keys.")
        pictures, lost = await _pictures(opened.blobs, copy.pictures)
        embedded = {
            sha: f"data:{kind_of(data)};base64,{base64.b64encode(data).decode()}" for sha, data in pictures.items()
        }
        with parcel(folder) as out:
            out.put(
                f"{FOR_THE_PERSON}/index.html", copy_page(copy, school, lambda sha: embedded.get(sha, "")).encode()
            )
            out.put(f"{FOR_THE_PERSON}/data.json", as_json(copy_data(copy, school)))
            for sha, data in pictures.items():
                out.put(f"{FOR_THE_PERSON}/{_picture_name(sha, data)}", data)
            out.put(f"{FOR_THE_OFFICER}/dpo-review.html", review_page(copy, school).encode())
            out.put(f"{FOR_THE_OFFICER}/dpo-review.json", as_json(review_data(copy, school)))
        _say_lost(lost)
        return copy, due_words(copy)


async def _write_school(registry: Registry, folder: Path) -> tuple[Whole, list[str]]:
    async with _opened() as opened:
        scene, school = opened.scene, opened.scene.school
        with Progress(console=err, disable=not err.is_terminal) as bar:
            found = await whole(scene, registry, await opened.store.count(school.id), progress=_onto(bar, "reading"))
        rows = [row async for row in opened.store.audit_rows(school.id)]
        seen = verify(rows)
        audit = audit_words(seen.rows, seen.head, seen.broken, seen.why)
        pictures, lost = await _pictures(opened.blobs, found.pictures)
        names = {sha: _picture_name(sha, data) for sha, data in pictures.items()}
        with parcel(folder) as out:
            out.put("index.html", index_page(found, school, audit).encode())
            for each in found.chapters:
                out.put(f"{each.name}.html", chapter_page(each, school, lambda sha: names.get(sha, "")).encode())
                out.put(f"{each.name}.json", as_json(chapter_data(each, found.raw[each.name])))
            for name, table in found.logs.items():
                out.put(f"{name}.html", log_page(table, school, back=True).encode())
                out.put(f"{name}.json", as_json(log_data(table)))
            _put_pictures(out, pictures, names)
            out.put("audit.jsonl", "".join(f"{text(row)}\n" for row in rows).encode())
        return found, lost


async def _write_log(log: Log, file: Path) -> int:
    async with _opened() as opened:
        table = await table_of(opened.scene, log)
        page = log_page(table, opened.scene.school, back=False)
        with new_file(file) as written:
            written.write(page.encode())
        return len(table.rows)


async def _pictures(blobs: Blobs, names: Iterable[str]) -> tuple[dict[str, bytes], list[str]]:
    """The pictures by their names, and the names of those that are gone or damaged."""
    found, lost = dict[str, bytes](), list[str]()
    for sha in sorted(names):
        try:
            found[sha] = await blobs.get(sha)
        except (LookupError, Damaged):
            lost.append(sha)
    return found, lost


def _put_pictures(out: Parcel, pictures: dict[str, bytes], names: dict[str, str]) -> None:
    for sha, data in pictures.items():
        out.put(names[sha], data)


def _picture_name(sha: str, data: bytes) -> str:
    return f"pictures/{sha}.{ending_of(data)}"


def _onto(bar: Progress, title: str) -> Callable[[int, int], None]:
    task = bar.add_task(title, total=None)
    return lambda done, total: bar.update(task, completed=done, total=total)


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError:
        refuse(f'"{said}" is not a date. Write the day on which the request came, such as 2027-03-01.')


def _say_lost(lost: list[str]) -> None:
    if lost:
        some = "One picture was" if len(lost) == 1 else f"{len(lost):,} pictures were"
        err.print(f"{some} gone or damaged, beginning with {lost[0]}. Look in an older backup.", markup=False)
