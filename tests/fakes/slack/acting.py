"""Acting as a person in Slack: typing commands, pressing buttons, filling in and sending forms, opening Home."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack import fields, payloads
from tests.fakes.slack.delivery import Answer, Delivery, Kind, Unconnected
from tests.fakes.slack.shown import placed_elements
from tests.fakes.slack.surfaces import Message, MessageVersion, View
from tests.fakes.slack.view_methods import checked_view, push
from tests.fakes.slack.wire import Json, SlackError
from tests.fakes.slack.workspace import Workspace

Place = Message | MessageVersion | View


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a person's doing. `payload` is what the app was sent; `problem` is Slack's own complaint."""

    slack: Workspace
    answer: Answer
    payload: Json
    problem: str = ""

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def body(self) -> str:
        return self.answer.body

    @property
    def json(self) -> Json | None:
        return self.answer.json

    @property
    def timed_out(self) -> bool:
        return self.answer.timed_out

    @property
    def view(self) -> View | None:
        """The modal that this doing has opened so far."""
        trigger = self.slack.triggers.get(str(self.payload.get("trigger_id", "")))
        return trigger.opened if trigger else None

    async def opened(self, within: float = 10.0) -> View:
        """The modal that this doing opens, when it is there.

        Raises:
            TimeoutError: none came.
        """
        await self.slack.until(lambda: self.view is not None, within)
        assert self.view is not None
        return self.view


@dataclass(frozen=True, slots=True)
class CommandResult(Outcome):
    """What came of a command. `ephemeral` is what the person was shown in answer, if anything."""

    ephemeral: MessageVersion | None = None


@dataclass(frozen=True, slots=True)
class PressResult(Outcome):
    """What came of a press. `confirm` is the question that Slack put first, which the person agreed to."""

    confirm: Json | None = None


@dataclass(frozen=True, slots=True)
class SubmitResult(Outcome):
    """What came of sending a form. `sent` is False when Slack's client refused to; errors go by block id."""

    sent: bool = True
    response_action: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    labelled_errors: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Acting(Workspace):
    """A workspace in which tests can act as anybody, through whatever way leads to the app."""

    way: Delivery = field(default_factory=Unconnected)

    async def _deliver(self, kind: Kind, payload: Json, retry: tuple[int, str] | None = None) -> Answer:
        answer = await self.way.deliver(kind, payload, retry=retry)
        self.changed()
        return answer

    async def command(
        self,
        user: str,
        command: str,
        text: str = "",
        *,
        channel: str = "",
        overrides: Mapping[str, str] | None = None,
    ) -> CommandResult:
        """Types a slash command, in the app's own conversation unless a channel is named."""
        where = channel or self.direct(user)
        payload: Json = payloads.command_form(self, user, command, text, where) | dict(overrides or {})
        answer = await self._deliver("slash_commands", payload)
        try:
            ephemeral = self._shown_after_command(user, where, answer)
        except SlackError as error:
            return CommandResult(self, answer, payload, problem=f"{error.code}: {error.messages}")
        return CommandResult(self, answer, payload, ephemeral=ephemeral)

    def _shown_after_command(self, user: str, channel: str, answer: Answer) -> MessageVersion | None:
        if not answer.ok or not answer.body:
            return None
        body = answer.json or {"text": answer.body}
        blocks = self.checked_blocks(body["blocks"]) if body.get("blocks") else []
        public = body.get("response_type") == "in_channel"
        text, hidden = str(body.get("text", "")), "" if public else user
        shown = MessageVersion(channel, self.new_ts(), self.bot_user, text, tuple(blocks), ephemeral_to=hidden)
        if public:
            self.conversations.setdefault(channel, []).append(Message([shown]))
        else:
            self.ephemerals.append(shown)
        return shown

    async def press(
        self, user: str, place: Place, button: str, *, overrides: Mapping[str, Any] | None = None
    ) -> PressResult:
        """Presses the button with this label or action id; an old `MessageVersion` is a stale screen.

        Raises:
            LookupError: there is no such button, or more than one.
        """
        spot = place.latest if isinstance(place, Message) else place
        block, element = _button(list(spot.blocks), button)
        action = payloads.action_of(self, block, element)
        payload = payloads.block_actions(self, user, spot, action) | dict(overrides or {})
        answer = await self._deliver("interactive", payload)
        return PressResult(self, answer, payload, confirm=element.get("confirm"))

    async def fill(self, user: str, view: View, values: Mapping[str, Any]) -> None:
        """Fills in fields by label, block id or action id; those that the app listens to are reported at once.

        Raises:
            LookupError: no such field, option or file.
        """
        shapes = {id: file.shape(self.host, self.team) for id, file in self.files.items()}
        for key, value in values.items():
            block, element = fields.find(view.blocks, key)
            state = fields.state_of(element, value, shapes)
            view.values[block["block_id"]][element["action_id"]] = state
            if block["type"] != "input" or block.get("dispatch_action"):
                action = payloads.action_of(self, block, element, state)
                await self._deliver("interactive", payloads.block_actions(self, user, view, action))

    async def submit(
        self,
        user: str,
        view: View,
        values: Mapping[str, Any] | None = None,
        *,
        overrides: Mapping[str, Any] | None = None,
    ) -> SubmitResult:
        """Fills in and sends a modal; on errors it stays open with what was typed."""
        await self.fill(user, view, values or {})
        view.errors = fields.refused_by_client(view.blocks, view.values)
        if view.errors:
            labelled = view.error_labels()
            return SubmitResult(self, Answer(0), {}, sent=False, errors=dict(view.errors), labelled_errors=labelled)
        payload = payloads.view_submission(self, user, view) | dict(overrides or {})
        answer = await self._deliver("interactive", payload)
        return self._after_submission(user, view, payload, answer)

    def _after_submission(self, user: str, view: View, payload: Json, answer: Answer) -> SubmitResult:
        if not answer.ok:
            return SubmitResult(self, answer, payload, problem="We had some trouble connecting. Try again?")
        body = answer.json or {}
        action = str(body.get("response_action", ""))
        try:
            self._respond(user, view, action, body)
        except SlackError as error:
            problem = f"{error.code}: {'; '.join(error.messages)}"
            return SubmitResult(self, answer, payload, problem=problem, response_action=action)
        return SubmitResult(
            self,
            answer,
            payload,
            response_action=action,
            errors=dict(view.errors),
            labelled_errors=view.error_labels(),
        )

    def _respond(self, user: str, view: View, action: str, body: Json) -> None:
        match action:
            case "":
                self._close(user, [view])
            case "clear":
                self._close(user, list(self.modals(user)))
            case "errors":
                view.errors = self._checked_errors(view, body.get("errors"))
            case "update":
                self.draw(view, checked_view(self, body.get("view"), "modal"))
            case "push":
                push(self, user, checked_view(self, body.get("view"), "modal"))
            case _:
                raise SlackError("invalid_response_action", [action])

    def _checked_errors(self, view: View, errors: object) -> dict[str, str]:
        inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not errors.keys() <= inputs:
            raise SlackError("invalid_errors", [f"errors must name input blocks, of {sorted(inputs)}"])
        return {block: str(message) for block, message in errors.items()}

    def _close(self, user: str, views: list[View]) -> None:
        stack = self.modals(user)
        for view in views:
            view.closed = True
            if view in stack:
                stack.remove(view)

    async def close(self, user: str, view: View, *, everything: bool = False) -> Answer | None:
        """Presses Cancel (or the cross, which closes `everything`); the app hears of it when it asked to."""
        self._close(user, list(self.modals(user)) if everything else [view])
        self.changed()
        if not view.body.get("notify_on_close"):
            return None
        payload = payloads.view_closed(self, user, view, cleared=everything)
        return await self._deliver("interactive", payload)

    async def open_home(self, user: str, *, event_id: str | None = None) -> Answer:
        """Opens the app's Home tab."""
        event: Json = {
            "type": "app_home_opened",
            "user": user,
            "channel": self.direct(user),
            "tab": "home",
            "event_ts": self.new_ts(),
        }
        home = self.home(user)
        return await self.event(event | ({"view": self.view_shape(home)} if home else {}), event_id=event_id)

    async def event(
        self,
        event: Json,
        *,
        event_id: str | None = None,
        retry: tuple[int, str] | None = None,
        overrides: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Something happens that the app listens for; give the same `event_id` and a `retry` to send it again."""
        body = payloads.event_envelope(self, event, event_id) | dict(overrides or {})
        return await self._deliver("events_api", body, retry)

    async def say(self, user: str, text: str, *, event_id: str | None = None) -> Answer:
        """Writes a direct message to the app."""
        channel = self.direct(user)
        version = MessageVersion(channel, self.new_ts(), user, payloads.escaped(self, text), ())
        self.conversations[channel].append(Message([version]))
        event: Json = {
            "type": "message",
            "channel": channel,
            "channel_type": "im",
            "user": user,
            "text": version.text,
            "ts": version.ts,
            "event_ts": version.ts,
            "team": self.team,
        }
        return await self.event(event, event_id=event_id)


def _button(blocks: list[Json], key: str) -> tuple[Json, Json]:
    buttons = [(b, e) for b, e in placed_elements(blocks) if e["type"] == "button"]
    by_label = [(b, e) for b, e in buttons if e["text"]["text"] == key]
    found = by_label or [(b, e) for b, e in buttons if e["action_id"] == key]
    if len(found) != 1:
        raise LookupError(f"{len(found)} buttons {key!r} among {[e['text']['text'] for _, e in buttons]}")
    return found[0]
