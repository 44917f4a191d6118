"""What is promised of comments: a tick costs the same however many are open."""

from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from policy.comment import Comment, Kind, log
from policy.comment.due import schedule
from tests.bench import Ratio
from tests.bench.storage import build
from tests.fakes.desk import Desk, open_desk
from tests.fakes.school import HEAD, MONDAY, OWNER, TEACHER, harbour

DUE = 100


async def measure() -> list[Ratio]:
    """All of the ratios, on the disk that the checkout is on."""
    return [await tick_is_flat()]


async def tick_is_flat(many: int = 100_000, few: int = 1_000, rounds: int = 5) -> Ratio:
    """A tick with 100 comments due, of many that are open, over one with 100 due of few."""
    async with AsyncExitStack() as held:
        desks: list[Desk] = []
        for open_ in (many, few):
            folder = held.enter_context(TemporaryDirectory(dir=build()))
            desk = await open_desk(Path(folder) / "data", harbour(), TEACHER, OWNER, HEAD)
            held.push_async_callback(desk.store.close)
            await _fill(desk, open_)
            desks.append(desk)
        times = [[await _tick(desk) for desk in desks] for _ in range(rounds)]
    large, small = (median(side) for side in zip(*times, strict=True))
    return Ratio(f"a tick with {DUE} due of {many:,} open comments / of {few:,}", large / small, 2)


async def _fill(desk: Desk, open_: int) -> None:
    """Comments that are not due yet, as many as are said, of which the first hundred come due at each tick."""
    for start in range(0, open_, 1_000):
        async with desk.store.transaction("harbour") as tx:
            for n in range(start, min(start + 1_000, open_)):
                tx.put(_comment(n, desk))


def _comment(n: int, desk: Desk) -> Comment:
    account, received = ("page", "short")[n % 2], MONDAY - timedelta(seconds=n % 3_000)
    words = f"Question {n} about the fair, the trip and the new term"
    comment = log(
        f"C-{n}",
        "harbour",
        account,
        Kind.QUESTION,
        "A parent",
        words,
        "",
        received,
        "p",
        MONDAY,
        desk.school.calendar,
    )
    waits = schedule(replace(comment, told=("logged",)), desk.school.calendar)
    return waits if n >= DUE else replace(waits, next_due=MONDAY)


async def _tick(desk: Desk) -> float:
    """How many seconds one tick takes; what was due is made due again afterwards."""
    begun = perf_counter()
    ran = await desk.dispatch.due(limit=DUE)
    taken = perf_counter() - begun
    assert ran.ran == DUE, ran
    async with desk.store.transaction("harbour") as tx:
        for n in range(DUE):
            comment = await tx.get(Comment, f"C-{n}")
            assert comment is not None
            tx.put(replace(comment, next_due=MONDAY))
    return taken
