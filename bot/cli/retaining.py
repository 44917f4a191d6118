"""`exeat retention …`: what has been kept long enough, and what is held all the same."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, TypeVar

import typer
from rich.progress import Progress
from rich.table import Table

from bot.cli.opening import Records, opened
from bot.cli.speaking import FAILED, err, out, plainly, refuse, say
from bot.clock import utc_now
from bot.pictures.orphans import Orphans
from cards.wording import moment
from handlers.keeping.holds import let_go, put
from handlers.keeping.judging import readable, told_of
from handlers.keeping.sweeping import Sweep, Tally, survey
from handlers.registry import Registry
from handlers.turn import Turn
from policy.hold import Hold, named
from policy.people import EXEAT
from policy.record import Ref
from policy.refused import Refused, Unusable
from policy.retention import duration
from policy.school import School

T = TypeVar("T")

SERVING = (
    "While it serves, Exeat deletes by itself, once a day, what has been kept long enough. --dry-run may be run "
    "beside it."
)

HOLDING = (
    "While Exeat serves, the headteacher and the data protection officer hold and release in the chat: /holds. To do "
    "it here, stop Exeat first."
)

OLD_BACKUPS = "Backups made before hold them still: delete those too when they have served."

BY = "typed on the server"
"""By what right, in the audit."""

MOST = 10_000

Named = Annotated[str, typer.Argument(metavar="KIND/ID", help="Such as post/P-12, comment/C-40 or incident/I-3.")]


def commands(registry: Registry) -> typer.Typer:
    """The command, and those about holds."""
    made = typer.Typer()

    @made.callback(invoke_without_command=True)
    def retention(
        context: typer.Context,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and delete nothing.")] = False,
    ) -> None:
        """Delete what has been kept for as long as [retention] in exeat.toml says, counted from when it ended.

        What is open, and what is held, stays. With --dry-run nothing is deleted, and Exeat may be serving meanwhile;
        without it Exeat must not be, for it does the same by itself once a day.

        \b
        Example:
          exeat retention --dry-run
          exeat retention
        """
        if context.invoked_subcommand is None:
            with plainly():
                asyncio.run(_look(registry) if dry_run else _delete(registry))

    @made.command("hold", short_help="Keep a record whatever its time")
    def hold(
        record: Named,
        reason: Annotated[str, typer.Option(help="Why, such as a case number. Leave out names.")],
    ) -> None:
        """Hold a record: neither time nor anybody deletes it until it is released. An incident's chronology and tasks
        are held with it. Exeat must not be serving; in the chat, /holds does the same.

        \b
        Example:
          exeat retention hold incident/I-3 --reason "Claim 4711"
        """
        name = named_record(record, registry)

        async def work(turn: Turn) -> None:
            kept = await turn.tx.get(registry.kinds[name.kind], name.id)
            if kept is None:
                refuse(f"There is no {name}.")
            await put(turn, kept, reason.strip())

        _change(registry, "hold.new", work)
        say(f"{name} is held. It stays until: exeat retention release {name}")

    @made.command("release", short_help="Hold a record no longer")
    def release(record: Named) -> None:
        """Hold a record no longer: once its time is over, it goes. Exeat must not be serving; in the chat, /holds
        does the same.

        \b
        Example:
          exeat retention release incident/I-3
        """
        name = named_record(record, registry)
        _change(registry, "hold.release", lambda turn: let_go(turn, name))
        say(f"{name} is no longer held. It goes once its time is over.")

    @made.command("holds", short_help="What is held, since when and why")
    def holds() -> None:
        """What is held, since when, by whom and why. May be run while Exeat is serving.

        \b
        Example:
          exeat retention holds
        """
        with plainly():
            asyncio.run(_holds(registry))

    return made


def table_of(school: School, tallies: Sequence[Tally], heading: str) -> Table:
    """What goes, kind by kind."""
    table = Table("", "Kept for", heading, "The oldest is of", "Held", "Old and still open", box=None, pad_edge=False)
    for column in table.columns[2:]:
        column.justify = "right"
    for tally in tallies:
        months = {school.months_kept[sort] for sort in tally.each.sorts}
        oldest = f"{school.calendar.today(tally.oldest):%-d %B %Y}" if tally.oldest else ""
        table.add_row(
            tally.each.sorts[0].capitalize(),
            " or ".join(duration(each) for each in sorted(months)),
            f"{tally.gone:,}",
            oldest,
            f"{tally.held:,}" if tally.held else "",
            f"{tally.open:,}" if tally.open else "",
        )
    return table


async def _look(registry: Registry) -> None:
    async with opened(registry, reading=True) as records, records.scene() as scene:
        tallies = await survey(scene, registry)
    out.print(table_of(records.school, tallies, "Would go"))
    _say_unread(records)
    going = sum(tally.gone for tally in tallies)
    say(f"{many(going)} to be deleted, with all that belongs to {'it' if going == 1 else 'them'}.")


async def _delete(registry: Registry) -> None:
    async with opened(registry, reading=False, serving=SERVING) as records:
        sweep = Sweep(records.dispatch)
        with Progress(console=err, disable=not err.is_terminal) as bar:
            bar.add_task("deleting", total=None)
            while not await sweep.step():
                pass
            pictures = await Orphans(records.store, records.school.id, registry, records.blobs).sweep(utc_now())
    out.print(table_of(records.school, sweep.tallies, "Gone"))
    _say_unread(records)
    gone = sum(tally.gone for tally in sweep.tallies)
    went = "1 record was" if gone == 1 else f"{gone:,} records were"
    say(f"{went} deleted, with all that belonged to {'it' if gone == 1 else 'them'}. Pictures: {pictures:,}.")
    say(OLD_BACKUPS)


async def _holds(registry: Registry) -> None:
    async with opened(registry, reading=True) as records, records.scene() as scene:
        found = await scene.tx.find(Hold, limit=MOST)
        table = Table("Record", "Since", "By", "Why", box=None, pad_edge=False)
        for each in found:
            by = "on the server" if each.by == EXEAT.id else await scene.name(each.by)
            table.add_row(str(each.record), moment(each.at, records.school.zone), by, each.reason)
    if found:
        out.print(table)
    say(f"{many(len(found))} held.")


def _change(registry: Registry, verb: str, work: Callable[[Turn], Awaitable[T]]) -> T:
    """Do the work in one commit, and turn a refusal into its sentence."""

    async def typed(turn: Turn) -> T:
        turn.authority = BY
        return await work(turn)

    async def run() -> T:
        async with opened(registry, reading=False, serving=HOLDING) as records:
            return await records.dispatch.own(verb, typed)

    with plainly():
        try:
            return asyncio.run(run())
        except Unusable as wrong:
            refuse(" ".join(wrong.errors.values()))
        except Refused as refused:
            refuse(str(refused), FAILED)


def named_record(said: str, registry: Registry) -> Ref:
    """The record that was typed, of a kind that can be held and erased; leaves when there can be none."""
    kinds = sorted(each.record.KIND for each in told_of(registry.retained.values()))
    try:
        name = named(said)
    except ValueError:
        refuse(f'"{said}" does not name a record. Write its kind and its id, such as post/P-12.')
    if name.kind not in kinds:
        refuse(f"No record of the kind {name.kind} can be named here. The kinds are {', '.join(kinds)}.")
    return name


def _say_unread(records: Records) -> None:
    if records.store.sealing:
        return
    known = readable(records.registry, sealing=False)
    unread = [each.sorts[0] for each in told_of(records.registry.retained.values()) if each not in known]
    if unread:
        say(f"Left out, for there is no EXEAT_KEY: {', '.join(unread)}.")


def many(count: int) -> str:
    """So many records, to be followed by what is the case with them."""
    return "1 record is" if count == 1 else f"{count:,} records are"
