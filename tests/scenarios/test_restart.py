"""Exeat stops and starts again: nothing acknowledged is lost, and nothing happens twice."""

from pathlib import Path

from policy.post import Post
from tests.fakes.school import HEAD, TEACHER
from tests.fakes.slack import FakeSlack, Fault
from tests.fakes.slack_desk import user
from tests.scenarios.serving import enrol, quiet, serving
from tests.scenarios.test_story import PATIENCE, School


async def test_the_same_form_and_press_delivered_again_after_a_restart(tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        enrol(slack)
        school = School(slack)
        async with serving(slack, tmp_path / "data") as program:
            asked = await slack.command(user(TEACHER), "/draftpost")
            form = await asked.opened()
            sent = await slack.submit(user(TEACHER), form, {"Text": "Once", "Account": "Harbour page"})
            card = await school.card(HEAD, "P-1", button="Approve")
            pressed = await slack.press(user(HEAD), card, "Approve")
            await school.card(TEACHER, "is approved: ready for")
            await quiet(program)
        async with serving(slack, tmp_path / "data") as program:
            for _ in range(4):
                assert (await slack.again(sent)).status == 200
                assert (await slack.again(pressed)).status == 200
            await quiet(program)
            async with program.dispatch.store.transaction("harbour") as tx:
                posts = await tx.find(Post, limit=10)
            assert [(post.id, len(post.decisions)) for post in posts] == [("P-1", 1)]
        assert len(slack.inbox(user(HEAD))) == 1
        assert len(slack.inbox(user(TEACHER))) == 2


async def test_a_message_accepted_as_exeat_stopped_is_not_sent_again(tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        enrol(slack)
        school = School(slack)
        async with serving(slack, tmp_path / "data"):
            for name in (HEAD, TEACHER):
                await slack.command(user(name), "/posts")
            slack.faults.next("conversations.history", Fault.ERROR_500, times=1_000)
            slack.faults.next("chat.postMessage", Fault.ACCEPT_THEN_DROP, times=2)
            await school.draft(TEACHER, "Once")
            await school.card(HEAD, "P-1")
            await school.card(TEACHER, "P-1")
        slack.faults.none()
        async with serving(slack, tmp_path / "data") as program:
            await quiet(program)
            assert len(slack.inbox(user(HEAD))) == len(slack.inbox(user(TEACHER))) == 1
            card = await school.card(HEAD, "P-1", button="Approve")
            await slack.press(user(HEAD), card, "Approve")
            await slack.until(lambda: not card.buttons(), PATIENCE)


async def test_what_was_queued_while_slack_was_down_arrives_when_it_is_back(tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        enrol(slack)
        school = School(slack)
        async with serving(slack, tmp_path / "data"):
            await slack.command(user(HEAD), "/posts")
            slack.faults.next("conversations.open", Fault.ERROR_500, times=1_000)
            slack.faults.next("chat.postMessage", Fault.ERROR_500, times=1_000)
            await school.draft(TEACHER, "While Slack is down")
        assert slack.inbox(user(HEAD)) == []
        slack.faults.none()
        async with serving(slack, tmp_path / "data") as program:
            await school.card(HEAD, "While Slack is down", button="Approve")
            await quiet(program)
            assert len(slack.inbox(user(HEAD))) == 1
