"""Being away: the form, who is told, and decisions that quote their authority."""

from dataclasses import replace
from datetime import UTC, date, datetime

from cards.text import plain
from handlers.request import Ask, Invalid, Nothing, Say
from policy.away import Away
from policy.people import Standing
from policy.record import Ref
from tests.fakes.desk import Desk
from tests.fakes.school import COLLEAGUE, DEPUTY, HEAD, TEACHER, harbour, identity, known

WEEK = {"first": date(2027, 3, 1), "last": date(2027, 3, 5)}


async def test_the_delegate_is_told_and_gets_what_waits(desk: Desk) -> None:
    await desk.write(TEACHER)
    await desk.outbox()
    reply = await desk.ask(HEAD, "away.new", fields={**WEEK, "delegate": identity(COLLEAGUE)})
    assert isinstance(reply, Say)
    assert "Cara acts for you" in reply.card.summary
    assert await desk.sent() == [("away", HEAD), ("away", COLLEAGUE), ("post", COLLEAGUE)]


async def test_the_delegates_decision_quotes_the_authority(desk: Desk) -> None:
    await desk.ask(HEAD, "away.new", fields={**WEEK, "delegate": identity(COLLEAGUE)})
    post = await desk.write(TEACHER)
    await desk.ask(COLLEAGUE, "post.approve", post)
    authority = (await desk.audit())[-1].entry.authority
    assert authority == "for the headteacher, who is away until 5 March 2027 (A-1)"
    seen = await desk.see(TEACHER, "post.ready", post)
    assert seen is not None
    assert any(authority in getattr(each, "text", "") for each in seen.card.body)


async def test_head_may_approve_own_is_said_in_the_audit(desk: Desk) -> None:
    desk.school = desk.dispatch.school = harbour(own=True)
    post = await desk.write(HEAD)
    await desk.ask(HEAD, "post.approve", post)
    assert "own work, as the school's settings allow" in (await desk.audit())[-1].entry.authority


async def test_dates_and_delegates_that_cannot_be(desk: Desk) -> None:
    for fields, field in (
        ({"first": date(2027, 3, 5), "last": date(2027, 3, 1)}, "last"),
        ({"first": date(2027, 2, 1), "last": date(2027, 2, 2)}, "last"),
        ({"first": date(2027, 3, 1), "last": date(2029, 3, 2)}, "last"),
        ({**WEEK, "delegate": identity(HEAD)}, "delegate"),
        ({**WEEK, "delegate": identity("blocked")}, "delegate"),
        ({"first": None, "last": None}, "first"),
    ):
        reply = await desk.ask(HEAD, "away.new", fields=fields)
        assert isinstance(reply, Invalid), fields
        assert field in reply.errors


async def test_a_colleague_who_has_not_been_met_is_not_said_to_be_no_colleague(desk: Desk) -> None:
    carl = identity("carl", "teams")
    desk.strangers[carl] = None
    reply = await desk.ask(HEAD, "away.new", fields={**WEEK, "delegate": carl})
    assert isinstance(reply, Invalid)
    assert reply.errors == {
        "delegate": "Exeat has not met them yet. Ask them to open Exeat in the chat and type exeat, then try again."
    }


async def test_somebody_who_is_not_staff_is_said_not_to_be(desk: Desk) -> None:
    await desk.dispatch.met(known(TEACHER, Standing.GUEST))
    desk.strangers[identity("eve")] = replace(known("eve"), email="eve@elsewhere.example")
    for who in ("eve", "blocked", TEACHER):
        reply = await desk.ask(HEAD, "away.new", fields={**WEEK, "delegate": identity(who)})
        assert isinstance(reply, Invalid), who
        assert "not on the school's staff list" in reply.errors["delegate"]


async def test_who_decides_when_nobody_is_named_is_said_only_where_it_is_so(desk: Desk) -> None:
    async def told(who: str) -> str:
        reply = await desk.ask(who, "away.new", fields=WEEK)
        assert isinstance(reply, Say)
        return reply.card.summary

    assert "You have named nobody; the deputies decide where they can." in await told(HEAD)
    assert (await told(TEACHER)).endswith("You have named nobody.")
    desk.school = desk.dispatch.school = harbour(deputies=())
    assert "nobody else decides until you are back" in await told(HEAD)


async def test_both_are_told_that_no_concern_comes_to_whoever_stands_in(desk: Desk) -> None:
    form = await desk.ask(HEAD, "away")
    assert isinstance(form, Ask)
    assert "nobody gets them in somebody's place" in form.form.note
    await desk.ask(HEAD, "away.new", fields={**WEEK, "delegate": identity(COLLEAGUE)})
    told = await desk.see(COLLEAGUE, "away", Ref("away", "A-1"))
    assert told is not None
    assert "nobody gets them in somebody's place" in plain(told.card)


async def test_back_early(desk: Desk) -> None:
    await desk.ask(HEAD, "away.new", fields={**WEEK, "delegate": identity(COLLEAGUE)})
    form = await desk.ask(HEAD, "away")
    assert isinstance(form, Ask)
    away = Ref("away", "A-1")
    assert isinstance(await desk.ask(DEPUTY, "away.withdraw", away, version=1), Say)
    assert await desk.ask(HEAD, "away.withdraw", away, version=1) == Nothing()
    post = await desk.write(TEACHER)
    refused = await desk.ask(COLLEAGUE, "post.approve", post)
    assert isinstance(refused, Say)
    assert "not yours" in refused.card.title
    async with desk.store.transaction("harbour") as tx:
        found = await tx.get(Away, "A-1")
    assert found is not None
    assert found.state == "cancelled"
    assert await desk.see(TEACHER, "away", away) is None


async def test_when_the_first_day_comes_the_delegate_gets_what_waits_and_when_the_last_has_gone_it_is_over(
    desk: Desk,
) -> None:
    await desk.write(TEACHER)
    later = {"first": date(2027, 3, 3), "last": date(2027, 3, 4), "delegate": identity(COLLEAGUE)}
    await desk.ask(HEAD, "away.new", fields=later)
    assert await desk.sent() == [("post", TEACHER), ("post", HEAD), ("away", HEAD), ("away", COLLEAGUE)]
    desk.now = datetime(2027, 3, 3, 0, 0, tzinfo=UTC)
    await desk.dispatch.due()
    assert ("post", COLLEAGUE) not in await desk.sent()
    desk.now = datetime(2027, 3, 3, 8, 0, tzinfo=UTC)
    await desk.dispatch.due()
    assert ("post", COLLEAGUE) in await desk.sent()
    assert (await absence(desk)).state == "begun"
    desk.now = datetime(2027, 3, 5, 8, 0, tzinfo=UTC)
    await desk.dispatch.due()
    assert ("post", HEAD) in await desk.sent()
    assert (await absence(desk)).state == "over"
    await desk.write(TEACHER, "After")
    assert ("post", HEAD) in await desk.sent()


async def test_somebody_without_a_say_going_away_moves_no_posts(desk: Desk) -> None:
    await desk.write(TEACHER)
    await desk.outbox()
    for _ in range(3):
        await desk.ask(COLLEAGUE, "away.new", fields={"first": date(2027, 3, 1), "last": date(2027, 3, 2)})
    assert [view for view, _ in await desk.sent() if view != "away"] == []


async def test_a_deputy_does_not_choose_who_approves_the_deputys_own_post(desk: Desk) -> None:
    await desk.ask(HEAD, "away.new", fields=WEEK)
    await desk.ask(DEPUTY, "away.new", fields={**WEEK, "delegate": identity(COLLEAGUE)})
    post = await desk.write(DEPUTY)
    refused = await desk.ask(COLLEAGUE, "post.approve", post)
    assert isinstance(refused, Say)
    assert (await desk.post(post.id)).state == "waiting"


async def test_a_delegate_who_is_away_too_or_blocked_leaves_it_to_the_deputies(desk: Desk) -> None:
    await desk.ask(HEAD, "away.new", fields={**WEEK, "delegate": identity(COLLEAGUE)})
    await desk.ask(COLLEAGUE, "away.new", fields=WEEK)
    await desk.outbox()
    await desk.write(TEACHER)
    assert ("post", DEPUTY) in await desk.sent()
    await desk.ask(COLLEAGUE, "away.withdraw", Ref("away", "A-2"), version=1)
    desk.settle(blocked=("cara@harbour.example",))
    await desk.outbox()
    await desk.write(TEACHER, "Again")
    assert ("post", DEPUTY) in await desk.sent()


async def test_an_absence_is_called_off_once(desk: Desk) -> None:
    await desk.ask(HEAD, "away.new", fields=WEEK)
    for _ in range(3):
        await desk.ask(HEAD, "away.withdraw", Ref("away", "A-1"), version=1)
    assert [row.entry.verb for row in await desk.audit()] == ["away.new", "away.withdraw"]


async def absence(desk: Desk) -> Away:
    """The one absence there is."""
    async with desk.store.transaction("harbour") as tx:
        found = await tx.get(Away, "A-1")
    assert found is not None
    return found
