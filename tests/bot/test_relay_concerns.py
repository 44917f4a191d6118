"""Alerts about concerns on their way: what arrives and what cannot is in the log, and the next is told at once."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.relay import Relay
from bot.surface import Permanent
from cards.text import plain
from handlers.turn import Turn
from policy.concern import Climb, Concern
from policy.concern.entry import Act
from policy.people import Standing
from policy.record import ref
from storage.rows import Outgoing
from tests.fakes.desk import Desk
from tests.fakes.safeguarding import CHAIR, DSL, HOLDERS, SECOND_DSL, THIRD_DSL, do, log, now, raised, safe_desk
from tests.fakes.school import ADMIN, HEAD, TEACHER, identity, known
from tests.fakes.surface import FakeMailer, FakeSurface, Fault
from tests.fakes.world import NoFiles

DEPUTIES = (SECOND_DSL, THIRD_DSL)

OUTCOMES = (Act.TOLD, Act.MAILED, Act.DELIVERED, Act.UNDELIVERED, Act.UNSEEN)


@dataclass
class Served:
    """A school that takes concerns, with a chat and a relay that carries to it."""

    desk: Desk
    surface: FakeSurface
    mailer: FakeMailer | None
    relay: Relay

    async def goes_by(self, minutes: int) -> None:
        """Time passes, minute by minute; what falls due is done, and what is to be sent is sent."""
        await self.relay.drain()
        for _ in range(minutes):
            self.desk.now += timedelta(minutes=1)
            assert not (await self.desk.dispatch.due()).failed
            await self.relay.drain()

    def has(self, who: str) -> int:
        """How many messages somebody has in the chat."""
        return len(self.surface.messages(who))

    async def log(self, concern: Concern) -> list[tuple[str, str]]:
        """What the log says of what was sent and what arrived, in its order; of one moment, by what was said."""
        found = [entry for entry in await log(self.desk, concern) if entry.act in OUTCOMES]
        found.sort(key=lambda entry: (entry.at, tuple(Act).index(entry.act), entry.text))
        return [(entry.act.label, entry.text) for entry in found]


@contextmanager
def over(desk: Desk, *, mails: bool = True) -> Iterator[Served]:
    """The desk with a chat, and a mail server or none."""
    surface, mailer = FakeSurface(), FakeMailer() if mails else None
    desk.dispatch.served = frozenset({"sandbox", "mail"} if mails else {"sandbox"})
    yield Served(desk, surface, mailer, Relay(desk.dispatch, [surface], NoFiles(), mailer=mailer, chance=lambda: 0.0))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = await safe_desk(tmp_path / "data")
    yield desk
    await desk.store.close()


async def test_the_log_says_what_is_on_its_way_and_what_arrived(desk: Desk) -> None:
    with over(desk) as here:
        found = await raised(desk)
        assert await here.log(found) == [("Alert on its way", "Dina")]
        await here.goes_by(0)
        assert await here.log(found) == [("Alert on its way", "Dina"), ("Delivered", "Dina, in the chat")]
        assert (await now(desk, found)).rev == found.rev


async def test_where_an_alert_cannot_be_delivered_the_next_is_told_at_once(desk: Desk) -> None:
    with over(desk, mails=False) as here:
        here.surface.blocked.add(DSL)
        found = await raised(desk)
        await here.goes_by(1)
        assert [here.has(each) for each in (DSL, *DEPUTIES, HEAD)] == [0, 1, 1, 0]
        assert await here.log(found) == [
            ("Alert on its way", "Dina"),
            ("Not delivered", "Dina, in the chat"),
            *[("Alert on its way", name) for name in ("Desmond", "Dot")],
            *[("Delivered", f"{name}, in the chat") for name in ("Desmond", "Dot")],
        ]
        await here.goes_by(14)
        assert here.has(HEAD) == 0
        await here.goes_by(1)
        assert here.has(HEAD) == 1


async def test_of_a_rung_that_cannot_be_reached_at_all_one_more_is_told_and_not_two(desk: Desk) -> None:
    with over(desk, mails=False) as here:
        here.surface.blocked |= {DSL, HEAD}
        await raised(desk, risk="yes")
        await here.goes_by(5)
        assert [here.has(each) for each in (*DEPUTIES, CHAIR)] == [1, 1, 0]


async def test_an_alert_that_the_chat_refuses_for_good_goes_by_e_mail_too(desk: Desk) -> None:
    with over(desk) as here:
        here.surface.blocked.add(DSL)
        found = await raised(desk)
        await here.goes_by(1)
        assert here.mailer is not None
        assert here.mailer.titles == ["Exeat"]
        assert ("Delivered", "Dina, by e-mail") in await here.log(found)


async def test_when_nobody_can_be_reached_whoever_raised_it_hears_so_within_minutes(desk: Desk) -> None:
    with over(desk, mails=False) as here:
        here.surface.blocked |= {DSL, *DEPUTIES, HEAD, CHAIR}
        found = await raised(desk)
        await here.goes_by(6)
        assert (await now(desk, found)).climb is Climb.UNSEEN
        assert "not seen yet" in str([message.card for message in here.surface.messages(TEACHER)])
        before = len(await here.log(found))
        await here.goes_by(60)
        assert len(await here.log(found)) == before


async def test_without_a_mail_server_no_e_mail_is_written_down_and_no_time_is_lost(desk: Desk) -> None:
    with over(desk, mails=False) as here:
        found = await raised(desk)
        await here.goes_by(60)
        assert [label for label, _ in await here.log(found)].count("E-mail on its way") == 0
        assert (await now(desk, found)).climb is Climb.UNSEEN


async def test_e_mails_that_are_all_lost_hurry_the_climb_on(desk: Desk) -> None:
    with over(desk) as here:
        assert here.mailer is not None
        here.mailer.next.extend([Permanent("mail_refused")] * 5)
        found = await raised(desk)
        await here.goes_by(61)
        labels = [label for label, _ in await here.log(found)]
        assert (labels.count("E-mail on its way"), labels.count("Not delivered")) == (5, 5)
        assert (await now(desk, found)).climb is Climb.UNSEEN


async def test_a_reminder_that_reaches_nobody_goes_to_the_next_at_once(desk: Desk) -> None:
    with over(desk, mails=False) as here:
        found = await raised(desk, risk="yes")
        await do(desk, DSL, "concern.acknowledge", found)
        await here.goes_by(0)
        here.surface.blocked |= {DSL, HEAD}
        desk.now = desk.now.replace(day=2, hour=8)
        await here.goes_by(2)
        assert [here.has(each) for each in (*DEPUTIES, CHAIR)] == [1, 1, 0]
        await do(desk, SECOND_DSL, "concern.open", found)
        await here.goes_by(60)
        assert here.has(CHAIR) == 0


async def test_reminders_that_never_arrive_are_written_down_once(desk: Desk) -> None:
    """One of those who act on it cannot be told each working morning: the log says so, and does not grow by it."""
    with over(desk, mails=False) as here:
        found = await raised(desk, risk="yes")
        await do(desk, DSL, "concern.acknowledge", found)
        await here.goes_by(0)
        here.surface.blocked.add(DSL)
        for day in (2, 3, 4, 5):
            desk.now = desk.now.replace(day=day, hour=8)
            await here.goes_by(1)
        said = await here.log(found)
        assert said.count(("Not delivered", "Dina, in the chat")) == 1
        assert said.count(("Delivered", "Helen, in the chat")) == 1
        assert here.has(SECOND_DSL) == 0
        here.surface.blocked.clear()
        desk.now = desk.now.replace(day=8, hour=8)
        await here.goes_by(1)
        assert (await here.log(found))[-1] == ("Delivered", "Dina, in the chat")


async def test_admins_learn_nothing_of_an_alert_that_cannot_be_delivered(desk: Desk) -> None:
    with over(desk) as here, capture_logs() as logged:
        here.surface.blocked |= {each for names in HOLDERS.values() for each in names if each != ADMIN}
        here.surface.next("post", Fault.BUSY)
        before, clear = await desk.store.count("harbour"), await desk.store.dead_letters("harbour")
        await raised(desk)
        await here.goes_by(30)
        async with desk.store.transaction("harbour") as tx:
            letters = await tx.dead_letters(20, hidden=True)
        assert letters
        assert {letter.row.view for letter in letters} == {"concern"}
        assert here.has(ADMIN) == 0
        assert await desk.store.dead_letters("harbour") == clear
        assert await desk.store.count("harbour") == before
        assert logged == []


async def test_what_is_no_concern_and_cannot_be_delivered_is_told_to_the_admins(desk: Desk) -> None:
    with over(desk) as here:
        here.surface.blocked.add(TEACHER)
        post = await desk.write(TEACHER)
        await here.goes_by(1)
        assert "1 message could not be delivered" in str([each.card for each in here.surface.messages(ADMIN)]), post


@pytest.mark.parametrize("missing", [(DSL,), (DSL, CHAIR)])
async def test_a_message_of_a_request_for_data_that_never_arrives_is_told_to_whoever_noted_it_and_the_others(
    desk: Desk, missing: tuple[str, ...]
) -> None:
    with over(desk) as here:
        here.surface.blocked.update(missing)
        noted = {"name": "Ann Other", "received": desk.now.date()}
        await desk.ask(ADMIN, "data_request.new", fields=noted)
        await here.goes_by(3)
        for who in (ADMIN, HEAD, SECOND_DSL):
            said = [plain(each.card) for each in here.surface.messages(who)]
            assert "Ann Other" not in "".join(said)
            last = [each for each in said if "has not reached" in each][-1]
            assert "in person" in last
            assert [name in last for name in ("Dina", "Grace")] == [who in missing for who in (DSL, CHAIR)]
        before = here.has(HEAD)
        await here.goes_by(60)
        assert here.has(HEAD) == before
        assert here.has(TEACHER) == 0


async def test_of_each_whom_it_never_reaches_the_others_hear_once(desk: Desk) -> None:
    await desk.ask(ADMIN, "data_request.new", fields={"name": "Ann Other", "received": desk.now.date()})
    ((name, _),) = {(row.record, row.view) for row in await desk.outbox() if row.record}
    others = [ADMIN, HEAD, CHAIR, *DEPUTIES]
    for who, arrived, told in ((CHAIR, True, []), (DSL, False, others), (DSL, False, []), (ADMIN, False, [])):
        row = Outgoing("harbour", "data_request", str(identity(who)), name, 1, id=1)
        async with desk.store.transaction("harbour") as tx:
            await desk.dispatch.carried(tx, row, arrived=arrived)
        assert sorted(each for view, each in await desk.sent() if view == "data_request.missed") == sorted(told)


async def test_whoever_asks_for_their_data_hears_nothing_of_a_message_that_never_arrives(desk: Desk) -> None:
    with over(desk) as here:
        here.surface.blocked.add(DSL)
        noted = {"person": identity(HEAD), "received": desk.now.date()}
        await desk.ask(ADMIN, "data_request.new", fields=noted)
        await here.goes_by(3)
        assert here.has(HEAD) == 0
        assert "has not reached Dina" in plain(here.surface.messages(CHAIR)[-1].card)


async def test_a_row_that_was_settled_already_is_not_written_down_again(desk: Desk) -> None:
    with over(desk) as here:
        found = await raised(desk)
        await here.goes_by(0)
        row = Outgoing("harbour", "concern", str(identity(DSL)), ref(found), 1, lane="alert", id=1)
        for arrived in (True, True):
            async with desk.store.transaction("harbour") as tx:
                await desk.dispatch.carried(tx, row, arrived=arrived)
        assert (await here.log(found)).count(("Delivered", "Dina, in the chat")) == 1


@pytest.mark.parametrize("blocked", [False, True], ids=["arrived", "did not"])
async def test_an_alert_is_settled_though_its_log_cannot_be_written(desk: Desk, blocked: bool) -> None:
    async def fails(turn: Turn, concern: Concern, row: Outgoing, arrived: bool) -> None:
        turn.tx.put(replace(concern, manager="half done"))
        raise ZeroDivisionError

    with over(desk, mails=False) as here:
        here.surface.finds = False
        here.surface.blocked.update([DSL] * blocked)
        desk.dispatch.registry.carriers[Concern.KIND] = fails
        found = await raised(desk)
        with capture_logs() as logged:
            await here.goes_by(14)
        assert here.has(DSL) == (not blocked)
        assert (await now(desk, found)).manager == ""
        assert {each["event"] for each in logged} == {"fault"}
        assert found.id not in str(logged)
        rows = [row for row in await desk.outbox() if row.record == ref(found)]
        assert rows == []


async def test_somebody_who_left_meanwhile_is_no_failure(desk: Desk) -> None:
    with over(desk, mails=False) as here:
        found = await raised(desk)
        await do(desk, DSL, "concern.acknowledge", found)
        await desk.dispatch.met(known(TEACHER, Standing.DEACTIVATED))
        await here.goes_by(1)
        assert not [each for each in await here.log(found) if each[0] == "Not delivered"]
