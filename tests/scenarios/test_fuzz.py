"""Thousands of payloads that nobody would send, all signed: a 4xx or a plain answer, never a 5xx or a traceback."""

import asyncio
import json
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tests.fakes.school import HEAD, OWNER, TEACHER
from tests.fakes.slack_desk import user
from tests.scenarios.mutation import mutated
from tests.scenarios.on_slack import OnSlack, slack
from tests.scenarios.on_teams import OnTeams, teams
from tests.scenarios.school import School
from tests.scenarios.serving import post_of, quiet, serving

HOW_MANY = int(os.environ.get("EXEAT_FUZZ", "5000"))
AT_ONCE = 4
PATIENCE = 60.0
"""Seconds that an answer may take; how soon it must come is for other tests."""

Body = tuple[str, bytes]
"""A content type and a body."""


async def battered(
    genuine: Sequence[Any], packed: Callable[[Any], Body], send: Callable[[Body], Awaitable[int]], seed: int
) -> Counter[int]:
    """How often each status was the answer."""
    chance, statuses = Random(seed), Counter[int]()
    bodies = [packed(mutated(chance.choice(genuine), chance)) for _ in range(HOW_MANY)]

    async def work() -> None:
        while bodies:
            statuses[await send(bodies.pop())] += 1

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return statuses


def clean(said: str) -> bool:
    """Whether nothing in the log speaks of a fault in Exeat itself."""
    return not any(word in said for word in ("Traceback", "trouble", "fault", "unsettled"))


def slack_payload(content_type: str, body: bytes) -> dict[str, Any]:
    """What Slack said, from what it sent."""
    if content_type == "application/json":
        return {"as": "event", "payload": json.loads(body)}
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return {"as": "interactive", "payload": json.loads(form["payload"])} if "payload" in form else {"form": form}


def slack_body(said: Any) -> Body:
    """What Slack would send to say that."""
    content = "application/x-www-form-urlencoded"
    match said:
        case {"as": "event", "payload": payload}:
            return "application/json", json.dumps(payload).encode()
        case {"as": _, "payload": payload}:
            return content, urlencode({"payload": json.dumps(payload)}).encode()
        case {"form": dict() as form}:
            return content, urlencode(form, errors="replace").encode()
    return "application/json", json.dumps(said).encode()


async def a_day_on_slack(chat: OnSlack) -> None:
    """A little of everything that Slack sends."""
    school, fake = School(chat), chat.slack
    form = await school.command(TEACHER, "/draftpost Sports day")
    await fake.press(user(TEACHER), form, "Add a picture")
    await school.draft(TEACHER, "Sports day is on Friday.")
    card = await school.card(HEAD, "P-1", button="Reject")
    await school.told(HEAD, card, "History")
    form = await school.form(HEAD, card, "Request changes")
    await school.send(HEAD, form, {form.fields()[0]: "Please say where."})
    await school.edit(TEACHER, await school.card(TEACHER, "asked for changes", button="Edit"), "On the field.")
    await school.press(HEAD, await school.card(HEAD, "On the field.", button="Approve"), "Approve")
    await school.card(OWNER, "is approved: ready for")
    await fake.say(user(TEACHER), "posts")
    await fake.open_home(user(HEAD))
    await fake.change_user(user(OWNER), name="Olu Ade")


async def test_slack(tmp_path: Path, said: Callable[[], str]) -> None:
    async with slack() as chat, serving(chat, tmp_path / "data") as program:
        await a_day_on_slack(chat)
        await quiet(program)
        http = chat.slack.http
        http.patience = PATIENCE
        genuine = [slack_payload(each.headers["Content-Type"], each.body) for each in http.sent]

        async def send(body: Body) -> int:
            content_type, data = body
            return (await chat.slack.raw(data, content_type=content_type)).status

        statuses = await battered(genuine, slack_body, send, seed=1)
        assert set(statuses) <= {200, 400, 404, 413}, statuses
        assert statuses[200] > HOW_MANY / 10, "not everything was turned away at the door"
        await post_of(program)
        assert clean(said())


async def a_day_on_teams(chat: OnTeams) -> None:
    """A little of everything that Teams sends."""
    school, fake = School(chat), chat.teams
    form = await school.command(TEACHER, "draftpost Sports day")
    await fake.press(TEACHER, form.message, "Add a picture")
    await fake.send_file(TEACHER, b"not a picture", "IMG_1.jpg")
    await fake.paste(TEACHER, b"not a picture either")
    await school.draft(TEACHER, "Sports day is on Friday.")
    card = await school.card(HEAD, "Sports day is on Friday.", button="Reject")
    await school.told(HEAD, card, "History")
    form = await school.form(HEAD, card, "Request changes")
    await school.send(HEAD, form, {form.fields()[0]: "Please say where."})
    await school.edit(TEACHER, await school.card(TEACHER, "asked for changes", button="Edit"), "On the field.")
    await fake.press(HEAD, await school.card(HEAD, "On the field.", button="Approve"), "Approve", legacy=True)
    await school.card(OWNER, "is approved: ready for")
    await fake.message(HEAD, "posts", channel="Staffroom")
    await fake.uninstall(OWNER)
    await fake.install(OWNER)


async def test_teams(tmp_path: Path, said: Callable[[], str]) -> None:
    async with teams() as chat, serving(chat, tmp_path / "data") as program:
        await a_day_on_teams(chat)
        await quiet(program)
        fake = chat.teams
        fake.patience = PATIENCE
        genuine = [json.loads(each.body) for each in fake.way.sent]
        for name in ("task/fetch", "task/submit"):
            data = {"exeat": {"s": "harbour", "v": 1, "verb": "draftpost", "d": 1, "n": "0" * 32}, "text": "Hello"}
            genuine.append(fake.invoke(HEAD, name, {"data": data}))
        signed = {"Content-Type": "application/json", **fake.signed()}

        async def send(body: Body) -> int:
            return (await fake.post_raw(body[1], signed)).status

        statuses = await battered(genuine, lambda said: ("", json.dumps(said).encode()), send, seed=2)
        assert set(statuses) <= {200, 400, 401, 403, 413, 501}, statuses
        assert statuses[200] > HOW_MANY / 10, "not everything was turned away at the door"
        assert clean(said())
