"""The whole program over Socket Mode: what is not acknowledged comes again, and a socket that breaks is survived."""

from pathlib import Path

import pytest

from policy.post import State
from tests.fakes.school import HEAD, TEACHER
from tests.fakes.slack import FakeSlack, Fault
from tests.fakes.slack_desk import user
from tests.scenarios.chat import PATIENCE
from tests.scenarios.on_slack import OnSlack, enrol
from tests.scenarios.school import School
from tests.scenarios.serving import audited, post_of, quiet, serving

TOM, HELEN = user(TEACHER), user(HEAD)


async def test_an_envelope_that_comes_again_has_no_second_effect(tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        enrol(slack)
        school, link = School(OnSlack(slack)), slack.socket
        link.redeliver_after = 0.2
        async with serving(OnSlack(slack, socket=True), tmp_path / "data") as program:
            form = await (await slack.command(TOM, "/draftpost")).opened()
            link.lose_next_ack()
            sent = await slack.submit(TOM, form, {"Text": "Once", "Account": "Harbour page"})
            assert sent.response_action == "update"
            assert link.envelopes[-1].sendings > 1
            assert "P-1" in form.shown_text()
            card = await school.card(HEAD, "P-1", button="Approve")
            link.lose_next_ack()
            pressed = await slack.press(HELEN, card, "Approve")
            assert pressed.status == 200
            sendings = link.envelopes[-1].sendings
            assert sendings > 1
            await school.card(TEACHER, "P-1 is approved: ready for")
            for outcome in (sent, pressed) * 3:
                assert (await slack.again(outcome)).ok
            await quiet(program)
            assert [row.entry.verb for row in await audited(program)] == ["post.new", "post.approve"]
            assert [len(slack.inbox(each)) for each in (HELEN, TOM)] == [1, 2]
            await slack.until(lambda: len(slack.ephemerals) >= sendings - 1 + 3, PATIENCE)
            shown = [each.shown_text() for each in slack.ephemerals]
            assert all("It can go up now" in words and "already" not in words for words in shown)


@pytest.mark.parametrize("how", ["told to reconnect", "closed"])
async def test_a_socket_that_goes_in_mid_form_is_survived(tmp_path: Path, how: str) -> None:
    async with FakeSlack() as slack:
        enrol(slack)
        school, link = School(OnSlack(slack)), slack.socket
        async with serving(OnSlack(slack, socket=True), tmp_path / "data") as program:
            form = await (await slack.command(TOM, "/draftpost", "Typed before it broke")).opened()
            if how == "told to reconnect":
                await link.order_disconnect()
            else:
                slack.faults.next("apps.connections.open", Fault.ERROR_500)
                await link.drop()
            await link.connected(2)
            sent = await slack.submit(TOM, form, {"Account": "Harbour page"})
            assert (sent.problem, sent.response_action) == ("", "update")
            card = await school.card(HEAD, "Typed before it broke", button="Approve")
            await slack.press(HELEN, card, "Approve")
            await school.card(TEACHER, "P-1 is approved: ready for")
            await quiet(program)
            post = await post_of(program)
            assert (post.status, len(post.decisions)) == (State.APPROVED, 1)


async def test_what_was_sent_as_exeat_restarted_is_taken_once(tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        enrol(slack)
        school, link = School(OnSlack(slack)), slack.socket
        link.redeliver_after = 0.2
        async with serving(OnSlack(slack, socket=True), tmp_path / "data"):
            form = await (await slack.command(TOM, "/draftpost")).opened()
            sent = await slack.submit(TOM, form, {"Text": "Once", "Account": "Harbour page"})
        greeted = link.greeted
        async with serving(OnSlack(slack, socket=True), tmp_path / "data") as program:
            await link.connected(greeted + 1)
            assert (await slack.again(sent)).ok
            await school.card(HEAD, "P-1", button="Approve")
            await quiet(program)
            assert [row.entry.verb for row in await audited(program)] == ["post.new"]
            assert [len(slack.inbox(each)) for each in (HELEN, TOM)] == [1, 1]
