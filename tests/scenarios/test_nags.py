"""Reminders on Slack, the clock moved on: given once, late rather than never; nothing is approved by time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from policy.post import State
from tests.fakes.school import HEAD, MONDAY, OWNER, TEACHER
from tests.fakes.slack import FakeSlack, Fault
from tests.fakes.slack_desk import user
from tests.scenarios.serving import HandClock, enrol, post_of, quiet, serving, settled, ticks, told_after
from tests.scenarios.test_story import PATIENCE, School

HELEN, TOM = user(HEAD), user(TEACHER)
TUESDAY = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)


def down(slack: FakeSlack) -> None:
    """From now on Slack answers nothing as it should."""
    slack.faults.every(1, [Fault.ERROR_500, Fault.DROP])


async def tried(slack: FakeSlack) -> None:
    """Until Exeat has tried in vain to tell somebody something."""
    before = len(slack.faults.applied)
    await slack.until(lambda: len(slack.faults.applied) > before, PATIENCE)


def titles(slack: FakeSlack, name: str) -> list[str]:
    """What somebody's messages now say first, oldest first."""
    return [message.shown_text().partition("\n")[0] for message in slack.inbox(user(name))]


async def test_a_reminder_due_while_slack_is_down_comes_once_and_late(tmp_path: Path) -> None:
    clock = HandClock()
    async with FakeSlack() as slack:
        enrol(slack)
        school = School(slack)
        async with serving(slack, tmp_path / "data", clock=clock) as program:
            await school.draft(TEACHER, "The fair is on Friday")
            card = await school.card(HEAD, "P-1", button="Approve")
            clock.move_on(hours=3, minutes=59)
            await settled(program)
            assert len(slack.inbox(HELEN)) == 1, "not before four staffed hours"

            down(slack)
            clock.move_on(minutes=1)
            await tried(slack)
            for _ in range(3):
                clock.move_on(hours=1)
                await ticks(program)
            assert len(slack.inbox(HELEN)) == 1
            slack.faults.none()
            clock.move_on(minutes=30)
            nag = await school.card(HEAD, "P-1 from Tom has waited since Mon 1 March 2027, 09:00", button="Approve")
            await settled(program)
            assert titles(slack, HEAD) == ["P-1: post for Harbour page", "Still waiting: P-1"]

            clock.move_to(TUESDAY - timedelta(minutes=1))
            await settled(program)
            assert len(slack.inbox(HELEN)) == 2, "nothing at night"
            clock.move_to(TUESDAY)
            digest = await school.card(HEAD, "Good morning. 1 post waits for your decision", "The fair is on Friday")
            await settled(program)
            assert len(slack.inbox(HELEN)) == 3
            assert "Waiting for your decision" in await told_after(slack, HEAD, digest, "Open")

            await slack.press(HELEN, nag, "Approve")
            await slack.until(lambda: not card.buttons() and not nag.buttons(), PATIENCE)
            clock.move_on(days=1)
            await settled(program)
            assert len(slack.inbox(HELEN)) == 3, "what is decided is not spoken of again"


async def test_an_outage_of_days_ends_with_one_reminder(tmp_path: Path) -> None:
    clock = HandClock()
    async with FakeSlack() as slack:
        enrol(slack)
        school = School(slack)
        async with serving(slack, tmp_path / "data", clock=clock) as program:
            await school.draft(TEACHER, "First")
            await school.draft(TEACHER, "Second")
            await school.card(HEAD, "P-2")
            await quiet(program)
            down(slack)
            clock.move_to(MONDAY + timedelta(hours=4))
            await tried(slack)
            for day in range(3):
                clock.move_to(TUESDAY + timedelta(days=day))
                await ticks(program)
        clock.move_to(TUESDAY + timedelta(days=3))
        slack.faults.none()
        async with serving(slack, tmp_path / "data", clock=clock) as program:
            await school.card(HEAD, "Good morning. 2 posts wait for your decision")
            await settled(program)
            cards = ["P-1: post for Harbour page", "P-2: post for Harbour page"]
            nags = ["Still waiting: P-1", "Still waiting: P-2"]
            assert sorted(titles(slack, HEAD)) == sorted([*cards, *nags, "Posts waiting for you"])


async def test_the_planned_time_passes_while_slack_is_down(tmp_path: Path) -> None:
    clock = HandClock()
    async with FakeSlack() as slack:
        enrol(slack)
        school = School(slack)
        async with serving(slack, tmp_path / "data", clock=clock) as program:
            form = await (await slack.command(TOM, "/draftpost")).opened()
            slot = {"Text": "The fair", "Account": "Harbour page", "When": TUESDAY + timedelta(hours=4)}
            assert not (await slack.submit(TOM, form, slot)).errors
            card = await school.card(HEAD, "P-1", "Tue 2 March 2027, 12:00", button="Approve")
            stale = card.latest
            await quiet(program)
            down(slack)
            clock.move_to(TUESDAY + timedelta(hours=4))
            await tried(slack)
            assert (await post_of(program)).status is State.EXPIRED
            slack.faults.none()
            clock.move_on(hours=3)
            over = await school.card(TEACHER, "P-1 did not go out", "Nobody decided before the time", button="Edit")
            await settled(program)
            assert titles(slack, TEACHER).count("P-1 did not go out") == 1
            assert not card.buttons()
            assert "there is nothing to decide" in await told_after(slack, HEAD, stale, "Approve")
            assert (await post_of(program)).decisions == ()

            form = await school.form(TEACHER, over, "Edit")
            late = await slack.submit(TOM, form)
            assert "That time has passed" in late.labelled_errors["When"]
            assert not (await slack.submit(TOM, form, {"When": TUESDAY + timedelta(days=2)})).errors
            card = await school.card(HEAD, "Thu 4 March 2027", button="Approve")
            await slack.press(HELEN, card, "Approve")
            await school.card(TEACHER, "P-1 is approved: ready for")


async def test_approved_and_not_put_up_for_a_fortnight_it_lapses(tmp_path: Path) -> None:
    clock = HandClock()
    async with FakeSlack() as slack:
        enrol(slack)
        school = School(slack)
        async with serving(slack, tmp_path / "data", clock=clock) as program:
            await school.draft(TEACHER, "Forgotten")
            await slack.press(HELEN, await school.card(HEAD, "P-1", button="Approve"), "Approve")
            ready = await school.card(OWNER, "is approved: ready for", button="Mark as posted")
            stale = ready.latest
            clock.move_to(MONDAY + timedelta(days=14, minutes=-1))
            await settled(program)
            assert (await post_of(program)).status is State.APPROVED
            clock.move_to(MONDAY + timedelta(days=14))
            await school.card(TEACHER, "Approved but not posted in time", button="Edit")
            await school.card(OWNER, "Please do not post from an earlier card")
            await settled(program)
            assert (await post_of(program)).status is State.EXPIRED
            refused = await told_after(slack, OWNER, stale, "Mark as posted")
            assert "There is nothing here for you" in refused
            assert len(slack.inbox(HELEN)) == 1
