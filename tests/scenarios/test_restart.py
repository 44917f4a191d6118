"""Exeat stops and starts again: nothing acknowledged is lost, and nothing happens twice."""

from pathlib import Path

import pytest

from policy.post import Post
from tests.fakes.school import HEAD, TEACHER
from tests.fakes.slack import Fault
from tests.fakes.slack_desk import user
from tests.scenarios.chats import CHATS
from tests.scenarios.on_slack import slack
from tests.scenarios.school import School
from tests.scenarios.serving import quiet, serving


async def test_the_same_form_and_press_delivered_again_after_a_restart(tmp_path: Path) -> None:
    async with slack() as chat:
        school, fake = School(chat), chat.slack
        async with serving(chat, tmp_path / "data") as program:
            form = await school.command(TEACHER, "/draftpost")
            sent = await fake.submit(user(TEACHER), form, {"Text": "Once", "Account": "Harbour page"})
            card = await school.card(HEAD, "P-1", button="Approve")
            pressed = await fake.press(user(HEAD), card, "Approve")
            await school.card(TEACHER, "is approved: ready for")
            await quiet(program)
        async with serving(chat, tmp_path / "data") as program:
            for _ in range(4):
                assert (await fake.again(sent)).status == 200
                assert (await fake.again(pressed)).status == 200
            await quiet(program)
            async with program.dispatch.store.transaction("harbour") as tx:
                posts = await tx.find(Post, limit=10)
            assert [(post.id, len(post.decisions)) for post in posts] == [("P-1", 1)]
        assert school.inboxes(HEAD, TEACHER) == [1, 2]


async def test_a_message_accepted_as_exeat_stopped_is_not_sent_again(tmp_path: Path) -> None:
    async with slack() as chat:
        school, faults = School(chat), chat.slack.faults
        async with serving(chat, tmp_path / "data"):
            for name in (HEAD, TEACHER):
                await chat.meet(name)
            faults.next("conversations.history", Fault.ERROR_500, times=1_000)
            faults.next("chat.postMessage", Fault.ACCEPT_THEN_DROP, times=2)
            await school.draft(TEACHER, "Once")
            await school.card(HEAD, "P-1")
            await school.card(TEACHER, "P-1")
        chat.up()
        async with serving(chat, tmp_path / "data") as program:
            await quiet(program)
            assert school.inboxes(HEAD, TEACHER) == [1, 1]
            card = await school.card(HEAD, "P-1", button="Approve")
            await school.press(HEAD, card, "Approve")
            await school.until(lambda: not card.buttons())


@pytest.mark.parametrize("on", CHATS)
async def test_what_was_queued_while_the_chat_was_down_arrives_when_it_is_back(tmp_path: Path, on: str) -> None:
    async with CHATS[on]() as chat:
        school = School(chat)
        async with serving(chat, tmp_path / "data"):
            for name in (HEAD, TEACHER):
                await chat.meet(name)
            form = await school.command(TEACHER, "/draftpost")
            chat.down()
            await school.send(TEACHER, form, {"Text": "While the chat is down", "Account": "Harbour page"})
        assert school.inboxes(HEAD) == [0]
        chat.up()
        async with serving(chat, tmp_path / "data") as program:
            await school.card(HEAD, "While the chat is down", button="Approve")
            await quiet(program)
            assert school.inboxes(HEAD) == [1]
