"""Acting as a person in Slack: typing commands, pressing buttons, filling in and sending forms, opening Home."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack import fields, payloads
from tests.fakes.slack.delivery import Answer, Delivery, Kind, Unconnected
from tests.fakes.slack.outcomes import CommandResult, Outcome, PressResult, SubmitResult
from tests.fakes.slack.shown import placed_elements
from tests.fakes.slack.surfaces import Message, MessageVersion, View
from tests.fakes.slack.view_methods import checked_view, push
from tests.fakes.slack.wire import Json, SlackError
from tests.fakes.slack.workspace import Workspace

Place = Message | MessageVersion | View


@dataclass
class Acting(Workspace):
    """A workspace in which tests can act as anybody, through whatever way leads to the app."""

    way: Delivery = field(default_factory=Unconnected)

    async def deliver(self, kind: Kind, payload: Json, retry: tuple[int, str] | None = None) -> Answer:
        """Hands the app any payload, real or forged, by whatever way is connected; `retry` is number and reason."""
        answer = await self.way.deliver(kind, payload, retry=retry)
        self.changed()
        return answer

    async def again(self, outcome: Outcome) -> Answer:
        """The same doing reaches the app once more, with the same ids (a double press, a retry)."""
        kind: Kind = "slash_commands" if "command" in outcome.payload else "interactive"
        return await self.deliver(kind, outcome.payload)

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
        answer = await self.deliver("slash_commands", payload)
        try:
            ephemeral = self._shown_after_command(user, where, answer)
        except SlackError as error:
            return CommandResult(self, answer, payload, problem=f"{error.code}: {error.messages}")
        return CommandResult(self, answer, payload, ephemeral=ephemeral)

    def _shown_after_command(self, user: str, channel: str, answer: Answer) -> MessageVersion | None:
        if not answer.ok or not answer.body:
            return None
        body = answer.json or {"text": answer.body}
        if not (body.get("text") or body.get("blocks")):
            return None
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
        answer = await self.deliver("interactive", payload)
        return PressResult(self, answer, payload, confirm=element.get("confirm"))

    async def shortcut(
        self,
        user: str,
        callback_id: str,
        text: str = "",
        *,
        by: str = "",
        channel: str = "",
        ts: str = "",
        overrides: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> PressResult:
        """Uses a message shortcut on a message that somebody (`by`, else the person) wrote, in whatever channel.

        `more` lies over the message: `attachments` hold what was forwarded.
        """
        message: Json = {"type": "message", "user": by or user, "text": payloads.escaped(self, text)}
        message |= {"ts": ts or self.new_ts(), "team": self.team, **more}
        where = channel or self.direct(user)
        payload = payloads.message_action(self, user, callback_id, where, message) | dict(overrides or {})
        answer = await self.deliver("interactive", payload)
        return PressResult(self, answer, payload)

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
                await self.deliver("interactive", payloads.block_actions(self, user, view, action))

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
        answer = await self.deliver("interactive", payload)
        return self._after_submission(user, view, payload, answer)

    def _after_submission(self, user: str, view: View, payload: Json, answer: Answer) -> SubmitResult:
        if not answer.ok:
            return SubmitResult(self, answer, payload, problem="We had some trouble connecting. Try again?")
        if answer.body and answer.json is None:
            return SubmitResult(self, answer, payload, problem="the answer to a form must be JSON or empty")
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
        return await self.deliver("interactive", payload)

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
        retries: int = 0,
        overrides: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Something happens that the app listens for.

        Give the same `event_id` and a `retry` (number, reason) to send it again, or let Slack try again by itself
        up to `retries` times (it would three times) while the answer is not 2xx.
        """
        body = payloads.event_envelope(self, event, event_id) | dict(overrides or {})
        answer = await self.deliver("events_api", body, retry)
        for number in range(1, retries + 1):
            if answer.ok:
                break
            reason = "http_timeout" if answer.timed_out else "http_error"
            answer = await self.deliver("events_api", body, (number, reason))
        return answer

    async def change_user(self, user: str, *, event_id: str | None = None, **changes: Any) -> Answer:
        """Changes a person (`guest`, `deleted`, `email`, …), and the app hears of it as user_change."""
        for name, value in changes.items():
            setattr(self.users[user], name, value)
        event: Json = {"type": "user_change", "user": self.users[user].shape(), "event_ts": self.new_ts()}
        return await self.event(event, event_id=event_id)

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
