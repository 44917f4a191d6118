"""Reminders: the right person, once, at a humane hour; and what happens when the time is up."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from policy.post import State
from policy.record import Ref
from tests.fakes.desk import Desk, open_desk
from tests.fakes.school import COLLEAGUE, DEPUTY, DEPUTY_TWO, HEAD, MONDAY, OWNER, TEACHER, harbour, identity


async def at(desk: Desk, moment: datetime) -> list[tuple[str, str]]:
    """What is sent when the clock comes to the moment."""
    desk.now = moment
    while await desk.dispatch.due():
        pass
    return await desk.sent()


async def test_after_four_staffed_hours_then_one_digest_each_working_morning(desk: Desk) -> None:
    for text in ("One", "Two", "Three"):
        await desk.write(TEACHER, text)
    await desk.outbox()
    assert await at(desk, MONDAY + timedelta(hours=3, minutes=59)) == []
    assert await at(desk, MONDAY + timedelta(hours=4)) == [("post.nag", HEAD)] * 3
    assert await at(desk, MONDAY + timedelta(hours=8)) == []
    for day in (2, 3, 4, 5):
        assert await at(desk, datetime(2027, 3, day, 7, 59, tzinfo=UTC)) == []
        assert await at(desk, datetime(2027, 3, day, 8, 0, tzinfo=UTC)) == [("posts.digest", HEAD)]
    assert await at(desk, datetime(2027, 3, 7, 12, 0, tzinfo=UTC)) == []
    assert await at(desk, datetime(2027, 3, 8, 8, 0, tzinfo=UTC)) == [("posts.digest", HEAD)]


async def test_an_outage_of_days_makes_one_late_reminder_and_no_storm(desk: Desk) -> None:
    await desk.write(TEACHER)
    await desk.outbox()
    assert await at(desk, datetime(2027, 3, 4, 10, 0, tzinfo=UTC)) == [("post.nag", HEAD)]
    assert await at(desk, datetime(2027, 3, 4, 10, 1, tzinfo=UTC)) == []


async def test_a_reminder_missed_by_day_is_not_given_at_night(desk: Desk) -> None:
    await desk.write(TEACHER)
    await desk.outbox()
    assert await at(desk, datetime(2027, 3, 1, 23, 0, tzinfo=UTC)) == []
    assert await at(desk, datetime(2027, 3, 2, 8, 0, tzinfo=UTC)) == [("post.nag", HEAD)]


async def test_before_the_planned_time_and_when_it_passes_undecided(desk: Desk) -> None:
    planned = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
    post = await desk.write(TEACHER, planned=planned)
    await desk.outbox()
    assert await at(desk, planned - timedelta(hours=1)) == [("post.nag", HEAD)]
    assert await at(desk, planned - timedelta(minutes=1)) == []
    assert await at(desk, planned) == [("post.over", TEACHER)]
    assert (await desk.post(post.id)).status is State.EXPIRED
    told = await desk.see(TEACHER, "post.over", post)
    assert told is not None
    assert [button.label for button in told.card.buttons] == ["Edit"]
    late = await desk.post(post.id)
    await desk.ask(TEACHER, "post.edit.send", late, fields={"text": late.content.text, "account": "page"})
    assert (await desk.post(post.id)).status is State.WAITING


async def test_a_decision_at_the_planned_time_comes_too_late_even_before_the_clock_says_so(desk: Desk) -> None:
    planned = MONDAY + timedelta(hours=1)
    post = await desk.write(TEACHER, planned=planned)
    desk.now = planned
    await desk.ask(HEAD, "post.approve", post)
    assert (await desk.post(post.id)).status is State.WAITING


async def test_reminders_go_to_whoever_stands_in(desk: Desk) -> None:
    await desk.write(TEACHER)
    fields = {"first": date(2027, 3, 1), "last": date(2027, 3, 1), "delegate": identity(COLLEAGUE)}
    await desk.ask(HEAD, "away.new", fields=fields)
    await desk.outbox()
    assert await at(desk, MONDAY + timedelta(hours=4)) == [("post.nag", COLLEAGUE)]
    back = await at(desk, datetime(2027, 3, 2, 8, 0, tzinfo=UTC))
    assert sorted(back) == [("post", HEAD), ("posts.digest", HEAD)]


async def test_away_with_nobody_named_the_deputies_are_asked(desk: Desk) -> None:
    await desk.ask(HEAD, "away.new", fields={"first": date(2027, 3, 1), "last": date(2027, 3, 1)})
    await desk.outbox()
    await desk.write(TEACHER)
    assert await desk.sent() == [("post", TEACHER), ("post", DEPUTY), ("post", DEPUTY_TWO)]


async def test_the_planned_time_of_an_approved_post_is_told_to_whoever_puts_it_up(desk: Desk) -> None:
    planned = datetime(2027, 3, 1, 19, 0, tzinfo=UTC)
    post = await desk.write(TEACHER, planned=planned)
    await desk.ask(HEAD, "post.approve", post)
    await desk.outbox()
    assert await at(desk, planned) == [("post.time", TEACHER), ("post.time", OWNER)]
    assert (await desk.post(post.id)).status is State.APPROVED


async def test_an_approval_lapses_after_fourteen_days(desk: Desk) -> None:
    post = await desk.write(TEACHER)
    await desk.ask(HEAD, "post.approve", post)
    await desk.outbox()
    assert await at(desk, MONDAY + timedelta(days=14, seconds=-1)) == []
    assert await at(desk, MONDAY + timedelta(days=14)) == [("post.over", TEACHER)]
    assert (await desk.post(post.id)).status is State.EXPIRED


async def test_nothing_is_said_of_what_is_over(desk: Desk) -> None:
    post = await desk.write(TEACHER)
    await desk.ask(TEACHER, "post.withdraw", post)
    await desk.outbox()
    assert await at(desk, MONDAY + timedelta(days=30)) == []


async def test_a_digest_that_came_too_late_is_dropped(desk: Desk) -> None:
    post = await desk.write(TEACHER)
    assert await desk.see(HEAD, "posts.digest", None) is not None
    await desk.ask(HEAD, "post.approve", post)
    assert await desk.see(HEAD, "posts.digest", None) is None


async def test_one_digest_a_morning_also_while_messages_are_being_sent(desk: Desk) -> None:
    for number in range(12):
        await desk.write(TEACHER, f"Post {number}")
    await at(desk, MONDAY + timedelta(hours=5))
    desk.now = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)
    sent: list[tuple[str, str]] = []
    while await desk.dispatch.due(limit=1):
        sent += await desk.sent()
    assert sent == [("posts.digest", HEAD)]


async def test_with_nobody_left_to_decide_the_author_is_told_once_a_day(tmp_path: Path) -> None:
    desk = await open_desk(tmp_path / "data", harbour(deputies=()), HEAD, TEACHER)
    post = await desk.write(TEACHER)
    await desk.outbox()
    await desk.ask(HEAD, "away.new", fields={"first": date(2027, 3, 1), "last": date(2027, 3, 5)})
    assert ("post.nobody", TEACHER) in await desk.sent()
    told = await desk.see(TEACHER, "post.nobody", post)
    assert told is not None
    assert "nobody can decide" in told.card.summary
    assert await at(desk, MONDAY + timedelta(hours=4)) == []
    await desk.store.close()


async def test_a_reminder_is_not_sent_for_what_has_been_decided_meanwhile(desk: Desk) -> None:
    post = await desk.write(TEACHER)
    await at(desk, MONDAY + timedelta(hours=4))
    await desk.ask(HEAD, "post.approve", post)
    name = Ref("post", post.id)
    assert await desk.dispatch.draw("post.nag", name, str(identity(HEAD)), first=True) is None
    drawn = await desk.dispatch.draw("post.nag", name, str(identity(HEAD)))
    assert drawn is not None
    assert drawn.card.buttons == ()
