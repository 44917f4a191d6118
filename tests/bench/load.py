"""People at a distance: signed requests over kept-alive connections, as fast as they are answered."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlencode

from cards.post_forms import post_form
from cards.slack import modal
from tests.fakes.school import TEACHER, harbour
from tests.fakes.slack_desk import user

_number: Iterator[int] = count(1)


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server listens, and what Slack signs its requests with."""

    port: int
    secret: str
    team: str

    def request(self, body: str) -> bytes:
        """A signed request, whole, as it goes over the wire."""
        at = str(int(time.time()))
        digest = hmac.new(self.secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
        head = (
            f"POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\nX-Slack-Request-Timestamp: {at}\r\n"
            f"X-Slack-Signature: v0={digest}\r\n\r\n"
        )
        return (head + body).encode()


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
    for block in view["blocks"]:
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
    """Requests a second that the server answered with 200. Raises RuntimeError for any other answer."""
    waiting = [server.request(make(server)) for _ in range(requests)]
    ways = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(clients)]
    began = time.perf_counter()
    await asyncio.gather(*(_send_all(reader, writer, waiting) for reader, writer in ways))
    took = time.perf_counter() - began
    for _, writer in ways:
        writer.close()
    return requests / took


async def _send_all(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, waiting: list[bytes]) -> None:
    while waiting:
        writer.write(waiting.pop())
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.splitlines()[0].decode())
        length = next(
            (line for line in head.lower().splitlines() if line.startswith(b"content-length:")), b"content-length: 0"
        )
        if size := int(length.partition(b":")[2]):
            await reader.readexactly(size)
