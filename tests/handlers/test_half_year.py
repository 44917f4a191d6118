"""Half a year at a busy school, by moving the clock: outages, restarts, people away, and comments every day."""

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from heapq import heappop, heappush
from pathlib import Path

from cards.model import Row
from cards.text import plain
from handlers.request import Nothing, Say
from policy.account import Account, Platform, Replies
from policy.away import plan_away
from policy.calendar import Calendar
from policy.comment import LIVE, Comment, State
from policy.comment.due import CLOSING, Rung
from policy.people import Person
from policy.record import Ref, ref
from policy.school import School
from storage.rows import Outgoing
from storage.tiny import open_tiny
from tests.fakes.desk import Desk, open_desk
from tests.fakes.school import COLLEAGUE, DEPUTY, HEAD, OWNER, TEACHER, email, harbour, identity

BEGIN, END = datetime(2027, 1, 4, 7, tzinfo=UTC), datetime(2027, 7, 3, 7, tzinfo=UTC)
STEP = timedelta(minutes=10)
EASTER = ((date(2027, 3, 25), date(2027, 4, 9)),)
A_DAY = 14
ONE_SCREEN = 2_500
"""How many characters a message may have, and still be seen at once."""


def school() -> School:
    """Three accounts, each with somebody who looks after it and may reply freely; closed for a while at Easter."""
    accounts = tuple(
        Account(id, id.title(), Platform.FACEBOOK, "Facebook", "", (email(owner),), Replies.FREE, 0)
        for id, owner in (("page", OWNER), ("club", COLLEAGUE), ("fair", DEPUTY))
    )
    return replace(harbour(), accounts=accounts, calendar=Calendar(closures=EASTER))


@dataclass(slots=True)
class HalfYear:
    """The school at work: what is still to happen, and what was said to whom."""

    desk: Desk
    folder: Path
    chance: random.Random
    coming: list[tuple[datetime, int, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    said: Counter[tuple[str, datetime]] = field(default_factory=Counter)
    alone: Counter[tuple[Ref | None, str]] = field(default_factory=Counter)

    def plan(self) -> None:
        """Comments at every hour of every day, more of them by day."""
        day, number = BEGIN.replace(hour=0), 0
        while day < END - timedelta(days=3):
            for _ in range(self.chance.randint(A_DAY - 6, A_DAY + 6)):
                minute = int(self.chance.triangular(0, 1440, 960))
                heappush(self.coming, (max(BEGIN, day + timedelta(minutes=minute)), number, "log"))
                number += 1
            day += timedelta(days=1)

    async def live(self) -> None:
        """Every step of the way: what people do, then a tick unless Exeat is down, then what was sent."""
        down = sorted(BEGIN + (END - BEGIN) * self.chance.random() for _ in range(15))
        restarts = sorted(BEGIN + (END - BEGIN) * self.chance.random() for _ in range(10))
        until = BEGIN
        while self.desk.now < END:
            self.desk.now += STEP
            if down and self.desk.now >= down[0]:
                down.pop(0)
                until = self.desk.now + timedelta(hours=self.chance.uniform(1, 30))
                self.counts["outages"] += 1
            if self.desk.now < until:
                continue
            if restarts and self.desk.now >= restarts[0]:
                restarts.pop(0)
                await self.restart()
            while self.coming and self.coming[0][0] <= self.desk.now:
                await self.happen(*heappop(self.coming))
            while await self.desk.dispatch.due():
                self.counts["ticks with something due"] += 1
            await self.nothing_is_left_due()
            for row in await self.desk.outbox():
                await self.arrive(row)

    async def happen(self, at: datetime, number: int, what: str) -> None:
        """A comment comes, or somebody gets round to one."""
        if what != "log":
            await self.respond(what)
            return
        account = self.chance.choice(("page", "club", "fair"))
        kind = self.chance.choices(("comment", "question", "complaint", "offensive"), (8, 8, 2, 1))[0]
        late = timedelta(minutes=self.chance.choice((0, 0, 5, 60, 600, 1800)))
        fields = {"text": f"Number {number}", "account": account, "kind": kind, "received": at - late}
        reply = await self.desk.ask(TEACHER, "comment.new", fields=fields)
        assert isinstance(reply, Say)
        assert not reply.refused
        id = reply.card.title.partition(" ")[0]
        self.counts[f"logged: {kind}"] += 1
        hours = self.chance.lognormvariate(2.0, 1.4)
        heappush(self.coming, (self.desk.now + timedelta(hours=hours), number, id))

    async def respond(self, id: str) -> None:
        """Somebody acknowledges, answers, snoozes or closes it; by day, or the morning after."""
        calendar = self.desk.school.calendar
        if not calendar.is_staffed(self.desk.now):
            heappush(self.coming, (calendar.next_staffed_start(self.desk.now), self.chance.randrange(10**9), id))
            return
        comment = await self.comment(id)
        if comment.status not in LIVE:
            return
        fields = {"text": "Thank you", "where": "under it", "act": "hide", "reason": "1"}
        what = "moderate" if comment.kind == "offensive" else self.chance.choice(("acknowledge", "answer", "close"))
        if what == "acknowledge" and comment.status is not State.OPEN:
            what = "answer"
        reply = await self.desk.ask(HEAD, f"comment.{what}.send", record(comment), version=1, fields=fields)
        assert reply == Nothing(), plain(reply.card) if isinstance(reply, Say) else reply
        self.counts[f"done: {what}"] += 1
        if what == "acknowledge":
            later = self.desk.now + timedelta(days=self.chance.uniform(0, 20))
            heappush(self.coming, (later, self.chance.randrange(10**9), id))

    async def restart(self) -> None:
        """Exeat is stopped, and started again on the same records."""
        await self.desk.store.close()
        self.desk.store = await open_tiny(self.folder)
        self.desk.dispatch.store = self.desk.store
        self.counts["restarts"] += 1

    async def nothing_is_left_due(self) -> None:
        async with self.desk.store.transaction("harbour") as tx:
            assert await tx.find(Comment, due_before=self.desk.now, limit=1) == []

    async def arrive(self, row: Outgoing) -> None:
        """A message as its reader gets it."""
        drawn = await self.desk.dispatch.draw(row.view, row.record, row.person, first=True)
        if drawn is None:
            self.counts["not sent: nothing left to say"] += 1
            return
        self.counts[f"sent: {row.view}"] += 1
        assert len(plain(drawn.card)) < ONE_SCREEN, row
        assert sum(isinstance(each, Row) for each in drawn.card.body) <= 6
        if row.view == "away":
            return
        calendar, now = self.desk.school.calendar, self.desk.now
        if not (calendar.is_staffed(now) or calendar.is_staffed(now - CLOSING - STEP)):
            assert row.view in ("comment", "comment.nag", "comments.nag", "comments.complaints"), row
            assert await self.no_time_is_left(), row
            self.counts["at once, out of hours"] += 1
        if row.view == "comment":
            self.alone[row.record, row.person] += 1
        if row.view in ("comments.nag", "comments.overdue"):
            self.said[row.person, now.replace(minute=now.minute // 30 * 30)] += 1

    async def no_time_is_left(self) -> bool:
        """Whether there is a comment that must be answered before anybody is there."""
        opens = self.desk.school.calendar.next_staffed_start(self.desk.now)
        async with self.desk.store.transaction("harbour") as tx:
            found = await tx.find(Comment, state="open", limit=5_000)
        return any(self.desk.now - STEP <= each.due <= opens for each in found)

    async def comment(self, id: str) -> Comment:
        async with self.desk.store.transaction("harbour") as tx:
            found = await tx.get(Comment, id)
            assert found is not None
            return found


def record(comment: Comment) -> Ref:
    """Its name."""

    return ref(comment)


async def test_half_a_year(tmp_path: Path) -> None:
    desk = await open_desk(tmp_path / "data", school(), TEACHER, COLLEAGUE, OWNER, HEAD, DEPUTY)
    desk.now = BEGIN
    year = HalfYear(desk, tmp_path / "data", random.Random(2027))
    year.plan()
    async with desk.store.transaction("harbour") as tx:
        people = {name: (await tx.find(Person, key=f"identity:{identity(name)}"))[0] for name in (OWNER, COLLEAGUE)}
        for number, (who, stands_in, first, days) in enumerate(
            ((OWNER, COLLEAGUE, date(2027, 2, 1), 4), (COLLEAGUE, None, date(2027, 5, 10), 11)), 1
        ):
            delegate = people[stands_in] if stands_in else None
            last = first + timedelta(days=days)
            tx.put(plan_away(f"A-{number}", people[who], delegate, first, last, BEGIN, desk.school.calendar))
    await year.live()

    found: list[Comment] = []
    async with desk.store.transaction("harbour") as tx:
        while page := await tx.find(Comment, after=found[-1].id if found else None, limit=500):
            found += page
    assert len(found) > 2_000
    for comment in found:
        if comment.status is State.OPEN:
            assert comment.next_due is not None
            assert not comment.overdue(desk.now) or Rung.OVERDUE in comment.told, comment
    assert max(year.said.values()) <= 3, "what falls due together comes together"
    assert max(year.alone.values()) == 1, "the card of a comment comes once to each person"
    assert year.counts["outages"] == 15
    assert year.counts["restarts"] == 10
    print(*(f"{count:6} {what}" for what, count in sorted(year.counts.items())), sep="\n")  # noqa: T201  what happened, for whoever runs it
    await desk.store.close()
