"""A bot of a page, to try the Playground itself: it answers as Exeat's edge does and keeps what it was sent."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from aiohttp import ClientSession, web

Json = dict[str, Any]

CARD = "application/vnd.microsoft.card.adaptive"
WORDS = "application/vnd.microsoft.activity.message"
DOT = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def card(*body: Json, actions: tuple[Json, ...] = ()) -> Json:
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "body": list(body),
        "actions": list(actions),
    }


def said(words: str, *actions: Json) -> Json:
    return card({"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": words}]}, actions=actions)


def execute(title: str, verb: str) -> Json:
    data = {"exeat": {"verb": verb}}
    fallback = {"type": "Action.Submit", "title": title, "data": data}
    return {"type": "Action.Execute", "title": title, "verb": verb, "data": data, "fallback": fallback}


def submit(title: str, verb: str, **teams: str) -> Json:
    more = {"msteams": teams} if teams else {}
    return {"type": "Action.Submit", "title": title, "data": {"exeat": {"verb": verb}, **more}}


def form(wrong: str = "", **typed: str) -> Json:
    """A form with one of every input; `typed` is what was there before, `wrong` what is the matter with it."""
    errors = [{"type": "TextBlock", "text": wrong, "color": "Attention", "wrap": True}] if wrong else []
    channels = [{"title": "School Facebook page", "value": "facebook"}, {"title": "Newsletter", "value": "news"}]
    people = {"type": "Data.Query", "dataset": "graph.microsoft.com/users"}
    inputs: list[Json] = [
        {"type": "Input.Text", "id": "words", "label": "What should the post say?", "isMultiline": True},
        {"type": "Input.ChoiceSet", "id": "where~choice", "label": "Where does it go?", "choices": channels},
        {"type": "Input.Date", "id": "when~day", "label": "Day"},
        {"type": "Input.Time", "id": "when~time", "label": "Time", "value": "09:00"},
        {
            "type": "Input.ChoiceSet",
            "id": "who~person",
            "label": "Who checks it?",
            "choices": [],
            "choices.data": people,
        },
    ]
    picture = {"type": "Image", "url": DOT, "altText": "A dot", "width": "40px"}
    kept = [{**each, "value": typed[each["id"]]} if each["id"] in typed else each for each in inputs]
    return card(
        {"type": "TextBlock", "text": "Draft a post"}, picture, *errors, *kept, actions=(execute("Send", "save"),)
    )


class SmallBot:
    """`heard` is every activity in the order of arrival; `url` is where the Playground finds the bot."""

    def __init__(self) -> None:
        self.heard: list[Json] = []
        self.url = ""
        self._newest: dict[str, tuple[Json, str]] = {}
        self._sending: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/api/messages", self._arrived)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/api/messages"
        self._session = ClientSession()

    async def close(self) -> None:
        await asyncio.gather(*self._sending)
        await self._session.close()
        await self._runner.cleanup()

    async def show(self, name: str, content: Json) -> None:
        """Draw the newest card anew for somebody who has written already."""
        await self._update(*self._newest[name], content)

    async def member(self, activity: Json, id: str) -> tuple[int, Json]:
        async with self._session.get(f"{_conversation(activity)}/members/{id}") as answer:
            return answer.status, await answer.json()

    async def _arrived(self, request: web.Request) -> web.Response:
        activity = await request.json()
        self.heard.append(activity)
        match activity:
            case {"type": "invoke", "value": {"action": {"data": {"exeat": {"verb": verb}, **typed}}}}:
                kind, value = self._pressed(activity, verb, dict(typed))
                return web.json_response({"statusCode": 200, "type": kind, "value": value})
            case {"type": "message", "value": {"exeat": {"verb": verb}}}:
                self._soon(self._update(activity, activity["replyToId"], said(f"Submitted: {verb}")))
            case {"type": "message", "text": text}:
                self._soon(self._answer(activity, text))
        return web.Response()

    def _pressed(self, activity: Json, verb: str, typed: dict[Any, Any]) -> tuple[str, str | Json]:
        match verb:
            case "save" if not typed.get("words"):
                return CARD, form("Please write what the post should say.", **typed)
            case "save":
                for other, (asked, _) in self._newest.items():
                    if other != activity["from"]["id"]:
                        self._soon(self._send(asked, said(typed["words"], execute("Approve", "approve"))))
                return CARD, said(f"Sent: {typed['words']}", execute("Withdraw", "refuse"))
            case "approve":
                for asked, id in self._newest.values():
                    self._soon(self._update(asked, id, said("Approved by " + activity["from"]["name"])))
                return WORDS, "Done."
            case _:
                return WORDS, "That is not yours to do."

    async def _answer(self, activity: Json, text: str) -> None:
        match text.split():
            case ["/draftpost"]:
                await self._send(activity, form())
            case ["buttons"]:
                both = (submit("Submit me", "submitted"), submit("Open me", "opened", type="task/fetch"))
                await self._send(activity, said("Two buttons", *both))
            case _:
                await self._send(activity, said(f"You said: {text}"))

    async def _send(self, to: Json, content: Json) -> None:
        attachments = [{"contentType": CARD, "content": content}]
        body = {"type": "message", "summary": "A card", "attachments": attachments}
        async with self._session.post(f"{_conversation(to)}/activities", json=body) as answer:
            answer.raise_for_status()
            self._newest[to["from"]["id"]] = (to, (await answer.json())["id"])

    async def _update(self, to: Json, id: str, content: Json) -> None:
        body = {"type": "message", "attachments": [{"contentType": CARD, "content": content}]}
        async with self._session.put(f"{_conversation(to)}/activities/{id}", json=body) as answer:
            answer.raise_for_status()

    def _soon(self, sending: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(sending)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)


def _conversation(activity: Json) -> str:
    return f"{activity['serviceUrl']}/v3/conversations/{activity['conversation']['id']}"
