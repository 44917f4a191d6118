"""Two people at the same moment: one outcome, never two, and nobody refused for what was not a change of content."""

import asyncio
import random
from dataclasses import replace
from datetime import timedelta

from handlers.request import Nothing, Say
from handlers.turn import Turn
from policy.post import Post, State
from tests.fakes.desk import Desk
from tests.fakes.school import DEPUTY, DEPUTY_TWO, HEAD, TEACHER

TIMES = 200


async def test_two_deciders_in_the_same_millisecond(desk: Desk) -> None:
    for _ in range(TIMES):
        post = await desk.write(HEAD)
        replies = await asyncio.gather(
            desk.ask(DEPUTY, "post.approve", post),
            desk.ask(DEPUTY_TWO, "post.reject.send", post, fields={"reason": "No"}),
        )
        decided = await desk.post(post.id)
        assert len(decided.decisions) == 1
        assert [type(reply) for reply in replies].count(Nothing) == 1
        refused = next(reply for reply in replies if isinstance(reply, Say))
        assert "was already" in refused.card.title
        views = [row.view for row in await desk.outbox() if row.record and row.record.id == post.id]
        assert ("post.ready" in views) != ("post.decided" in views)


async def test_a_decision_during_a_nag(desk: Desk) -> None:
    for _ in range(TIMES):
        post = await desk.write(TEACHER)
        desk.now = post.next_due or desk.now
        reply, _ = await asyncio.gather(desk.ask(HEAD, "post.approve", post), desk.dispatch.due())
        assert reply == Nothing()
        assert (await desk.post(post.id)).status is State.APPROVED


async def test_an_edit_during_a_decision(desk: Desk) -> None:
    chance = random.Random(7)
    for _ in range(TIMES):
        post = await desk.write(TEACHER)
        fields = {"text": "Changed", "account": "page"}
        asked = [(HEAD, "post.approve", {}), (TEACHER, "post.edit.send", fields)]
        chance.shuffle(asked)
        await asyncio.gather(*(desk.ask(who, verb, post, fields=dict(given)) for who, verb, given in asked))
        after = await desk.post(post.id)
        if after.version == 2:
            assert (after.status, after.approval) == (State.WAITING, None)
        else:
            assert (after.status, after.content.text) == (State.APPROVED, post.content.text)
            assert after.approval is not None


async def test_the_same_press_delivered_many_times_at_once(desk: Desk) -> None:
    for turn in range(50):
        fields = {"text": f"Once {turn}", "account": "page"}
        await asyncio.gather(*(desk.ask(TEACHER, "post.new", key=f"view-{turn}", fields=fields) for _ in range(4)))
    sent = [row.record.id for row in await desk.outbox() if row.record and row.person.endswith(HEAD)]
    assert len(sent) == len(set(sent)) == 50
    desk.now += timedelta(seconds=1)


async def test_as_many_as_a_whole_school_want_the_same_record_at_once(desk: Desk) -> None:
    post = await desk.write(TEACHER)

    async def told_one_more(turn: Turn) -> None:
        kept = await turn.tx.get(Post, post.id)
        assert kept is not None
        turn.tx.put(replace(kept, told=(*kept.told, "one more")))

    await asyncio.gather(*(desk.dispatch.own("told", told_one_more) for _ in range(100)))
    assert len((await desk.post(post.id)).told) == 100
