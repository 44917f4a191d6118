"""Socket Mode from Slack's side: tickets, hello, envelopes until acknowledged, disconnects and lost sockets.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import json
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.fakes.slack.delivery import Answer, Kind
from tests.fakes.slack.wire import Json
from tests.fakes.slack.workspace import Workspace


@dataclass(slots=True)
class Envelope:
    """One payload under way. `sendings` counts how often it went out; `acks` holds what came back, each time."""

    id: str
    kind: Kind
    payload: Json
    acked: "asyncio.Future[Json | str | None]"
    retry: tuple[int, str] | None = None
    sendings: int = 0
    acks: list[Json] = field(default_factory=list)
    carrier: web.WebSocketResponse | None = None

    def frame(self) -> Json:
        """As it goes over the socket."""
        attempt, reason = self.retry or (self.sendings, "timeout" if self.sendings else "")
        return {
            "envelope_id": self.id,
            "type": self.kind,
            "payload": self.payload,
            "accepts_response_payload": self.kind != "events_api",
        } | ({"retry_attempt": attempt, "retry_reason": reason} if self.kind == "events_api" else {})


@dataclass(slots=True)
class SocketMode:
    """The sockets that the app holds open, and what has been sent through them."""

    slack: Workspace
    patience: float = 10.0
    redeliver_after: float = 3.0
    connections: list[web.WebSocketResponse] = field(default_factory=list)
    greeted: int = 0
    envelopes: list[Envelope] = field(default_factory=list)
    _requests: dict[int, web.Request] = field(default_factory=dict)
    _tickets: set[str] = field(default_factory=set)
    _lose_acks: int = 0

    def ticket(self) -> str:
        """A URL that lets one socket in, once."""
        ticket = f"ticket-{self.slack.number()}"
        self._tickets.add(ticket)
        host = self.slack.host.replace("http://", "ws://")
        return f"{host}/link?ticket={ticket}&app_id={self.slack.app_id}"

    async def connected(self, greeted: int = 1, within: float = 15.0) -> None:
        """Waits until the app has come in `greeted` times in all, and is in now."""
        await self.slack.until(lambda: self.greeted >= greeted and bool(self.connections), within)

    async def deliver(self, kind: Kind, payload: Json, *, retry: tuple[int, str] | None = None) -> Answer:
        """Sends an envelope, and again while it is not acknowledged; without any ack in `patience`, `timed_out`."""
        acked: asyncio.Future[Json | str | None] = asyncio.get_running_loop().create_future()
        envelope = Envelope(f"envelope-{self.slack.number()}", kind, payload, acked, retry)
        self.envelopes.append(envelope)
        try:
            async with asyncio.timeout(self.patience):
                answer = await self._until_acked(envelope)
        except TimeoutError:
            return Answer(0, timed_out=True)
        return Answer(200, "" if answer is None else answer if isinstance(answer, str) else json.dumps(answer))

    async def _until_acked(self, envelope: Envelope) -> Json | str | None:
        while not envelope.acked.done():
            await self.slack.until(lambda: bool(self.connections), self.patience)
            await self._send(envelope)
            try:
                await self.slack.until(lambda: self._settled(envelope), self.redeliver_after)
            except TimeoutError:
                continue
        return envelope.acked.result()

    def _settled(self, envelope: Envelope) -> bool:
        return envelope.acked.done() or id(envelope.carrier) not in self._requests

    async def _send(self, envelope: Envelope) -> None:
        carrier = envelope.carrier = self.connections[-1]
        frame = envelope.frame()
        envelope.sendings += 1
        try:
            await carrier.send_json(frame)
        except ConnectionError:
            self._gone(carrier)
        self.slack.changed()

    def lose_next_ack(self, times: int = 1) -> None:
        """The app acts on the next envelope, but its ack is lost with the socket, so the envelope comes again."""
        self._lose_acks += times

    async def order_disconnect(self, reason: str = "refresh_requested") -> None:
        """Tells the app to reconnect, as Slack does every few hours; new envelopes wait for the new socket.

        Acks of what is under way still count while the old socket lives.
        """
        connection = self.connections.pop()
        debug = {"host": "applink-local"}
        await connection.send_json({"type": "disconnect", "reason": reason, "debug_info": debug})
        self.slack.changed()

    async def drop(self, *, politely: bool = True) -> None:
        """Ends every socket: with a close frame, or by cutting the connection (noticed at the next ping)."""
        for connection in list(self.connections):
            if politely:
                self._gone(connection)
                await connection.close(code=1001)
            else:
                self._cut(connection)

    def fall_silent(self) -> None:
        """Reads nothing any more from any socket and leaves it open, like a network that has gone away."""
        for connection in self.connections:
            transport = self._requests[id(connection)].transport
            assert isinstance(transport, asyncio.Transport)
            transport.pause_reading()

    def _cut(self, connection: web.WebSocketResponse) -> None:
        transport = self._requests[id(connection)].transport
        self._gone(connection)
        if transport is not None:
            transport.abort()

    def _gone(self, connection: web.WebSocketResponse) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
        self._requests.pop(id(connection), None)
        self.slack.changed()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One socket of the app, from hello to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.json_response({"ok": False, "error": "invalid_ticket"}, status=403)
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        self._requests[id(socket)] = request
        await socket.send_json(self._hello())
        self.connections.append(socket)
        self.greeted += 1
        self.slack.changed()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._acknowledge(socket, json.loads(message.data))
        finally:
            self._gone(socket)
        return socket

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections) + 1,
            "connection_info": {"app_id": self.slack.app_id},
            "debug_info": {"host": "applink-local", "build_number": 1, "approximate_connection_time": 18060},
        }

    async def _acknowledge(self, socket: web.WebSocketResponse, ack: Json) -> None:
        found = [envelope for envelope in self.envelopes if envelope.id == ack.get("envelope_id")]
        if not found:
            return
        found[0].acks.append(ack)
        if self._lose_acks:
            self._lose_acks -= 1
            self._gone(socket)
            await socket.close(code=1001)
            return
        if not found[0].acked.done():
            found[0].acked.set_result(ack.get("payload"))
        self.slack.changed()
