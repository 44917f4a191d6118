"""People at a distance: each signs a request, sends it and waits for the answer before the next."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlencode

from aiohttp import ClientSession
from slack_sdk.signature import SignatureVerifier

from cards.post_forms import post_form
from cards.slack import modal
from tests.fakes.school import TEACHER, harbour
from tests.fakes.slack_desk import user

_number: Iterator[int] = count(1)


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server listens, what Slack signs its requests with, and what stands in every answer once it is done."""

    port: int
    secret: str
    team: str
    says: bytes = b""


def posts_command(server: Server) -> str:
    """`/posts`, typed by the teacher."""
    return urlencode(
        {
            "token": "t",
            "team_id": server.team,
            "team_domain": "harbour",
            "channel_id": f"D0{user(TEACHER)}",
            "channel_name": "directmessage",
            "user_id": user(TEACHER),
            "user_name": TEACHER,
            "command": "/posts",
            "text": "",
            "api_app_id": "A1",
            "is_enterprise_install": "false",
            "response_url": "https://example.org/r",
            "trigger_id": f"1.2.{next(_number)}",
        }
    )


def form_sent(server: Server) -> str:
    """The form of a post, sent by the teacher with a text of its own."""
    number = next(_number)
    view = modal(post_form(harbour().accounts), school="harbour")
    values: dict[str, dict[str, object]] = {}
    for place, block in enumerate(view["blocks"]):
        block.setdefault("block_id", f"b{place}")  # Slack names those that have no name
        if block["type"] == "input":
            values[block["block_id"]] = {block["element"]["action_id"]: _typed(block["element"], number)}
    view |= {"id": f"V{number}", "team_id": server.team, "state": {"values": values}, "hash": "1.a", "app_id": "A1"}
    who = {"id": user(TEACHER), "username": TEACHER, "name": TEACHER, "team_id": server.team}
    payload = {
        "type": "view_submission",
        "team": {"id": server.team, "domain": "harbour"},
        "user": who,
        "api_app_id": "A1",
        "token": "t",
        "trigger_id": f"1.2.{number}",
        "view": view,
        "response_urls": [],
        "is_enterprise_install": False,
        "enterprise": None,
    }
    return urlencode({"payload": json.dumps(payload)})


def _typed(element: dict[str, object], number: int) -> dict[str, object]:
    match element["type"]:
        case "plain_text_input":
            text = f"Year {number} went to the harbour today and counted {number} boats. Thank you to all who helped."
            return {"type": "plain_text_input", "value": text}
        case "datetimepicker":
            return {"type": "datetimepicker", "selected_date_time": None}
        case kind:
            option = element["options"][0]  # type: ignore[index]
            return {"type": kind, "selected_option": option}


async def throughput(server: Server, make: Callable[[Server], str], clients: int, requests: int) -> float:
    """Requests a second that the server answered with 200. Raises ClientResponseError for any other answer,
    RuntimeError for one that says something else than that it was done.
    """
    waiting = [make(server) for _ in range(requests)]
    signer, url = SignatureVerifier(server.secret), f"http://127.0.0.1:{server.port}/slack/events"

    async def send_all(session: ClientSession) -> None:
        while waiting:
            body, now = waiting.pop(), str(int(time.time()))
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Slack-Request-Timestamp": now,
                "X-Slack-Signature": signer.generate_signature(timestamp=now, body=body) or "",
            }
            async with session.post(url, data=body, headers=headers) as answer:
                if server.says not in (said := await answer.read()):
                    raise RuntimeError(f"it was not done: {said[:200]!r}")

    async with ClientSession(raise_for_status=True) as session:
        began = time.perf_counter()
        await asyncio.gather(*(send_all(session) for _ in range(clients)))
        return requests / (time.perf_counter() - began)
