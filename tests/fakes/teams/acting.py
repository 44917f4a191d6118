"""Acting as a person in Teams: writing, pressing buttons, filling in forms, adding and removing the app."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.fakes.teams import answers, fields, payloads, shown
from tests.fakes.teams.cards import ADAPTIVE
from tests.fakes.teams.delivery import Answer
from tests.fakes.teams.fields import Value
from tests.fakes.teams.outcomes import Outcome
from tests.fakes.teams.people import User
from tests.fakes.teams.sending import Sending
from tests.fakes.teams.surfaces import Dialog, Message, MessageVersion
from tests.fakes.teams.wire import HeldBack, Json, SomethingWentWrong

Place = Message | MessageVersion | Dialog
File = tuple[str, bytes] | bytes
FETCH = {"type": "task/fetch"}


@dataclass
class Acting(Sending):
    """A tenant in which tests can act as anybody. All of it goes to the app as a real, signed POST.

    Whatever the Teams client would show as an error raises SomethingWentWrong.
    """

    async def install(self, name: str) -> list[Answer]:
        """The person adds the app."""
        user = self.users[name]
        user.installed, user.removed, user.blocked = True, False, False
        return await self._added_or_removed(user, "add", "membersAdded")

    async def uninstall(self, name: str) -> list[Answer]:
        """The person removes the app."""
        self.users[name].removed = True
        return await self._added_or_removed(self.users[name], "remove", "membersRemoved")

    async def _added_or_removed(self, user: User, action: str, members: str) -> list[Answer]:
        who = [{"id": self.bot_id}] if action == "remove" else [user.account(), {"id": self.bot_id}]
        events = [
            self.activity(user.name, "installationUpdate", action=action),
            {**self.activity(user.name, "conversationUpdate"), members: who},
        ]
        got = [await self.deliver(event) for event in events]
        for event, answer in zip(events, got, strict=True):
            answers.arrived(answer, event["type"])
        return got

    async def message(
        self, name: str, text: str, *, files: Sequence[File] = (), mention: bool = False, channel: str | None = None
    ) -> Outcome:
        """Writes to the app: in the person's own chat, or in a channel (then always with a mention).

        `files`: (name, bytes) is uploaded to the person's OneDrive, bare bytes are pasted as a picture. Writing in
        one's own chat makes sure that there is one, without the app being told.
        """
        user = self.users[name]
        if channel is None and (user.removed or user.blocked):
            raise LookupError(f"{name} has removed or blocked the app and can write nothing to it")
        if channel is not None and files:
            raise LookupError("files reach an app in a personal chat only")
        user.installed = user.installed or channel is None
        attachments = [self.attached(file) for file in files]
        mention = mention or channel is not None
        words = payloads.written(self, text, mention=mention, attachments=attachments)
        activity = self.activity(name, channel=channel, **{k: v for k, v in words.items() if k != "mentions"})
        activity["entities"] += words["mentions"]
        self._write_down(user, activity, None if channel else name)
        before = len(self.history(name))
        answer = await self.deliver(activity)
        answers.arrived(answer, "message")
        return Outcome(self, name, answer, activity, before)

    def _write_down(self, user: User, activity: Json, viewer: str | None) -> None:
        where = activity["conversation"]["id"]
        version = MessageVersion(where, activity["id"], activity, viewer or "")
        self.conversations.setdefault(where, []).append(Message([version], viewer or "", user.name))

    async def command(self, name: str, text: str) -> Outcome:
        """Types a command in the person's own chat."""
        return await self.message(name, text)

    async def send_file(self, name: str, content: bytes, filename: str) -> Outcome:
        """Sends a file without a word."""
        return await self.message(name, "", files=[(filename, content)])

    async def paste(self, name: str, content: bytes) -> Outcome:
        """Sends a pasted picture without a word."""
        return await self.message(name, "", files=[content])

    def fill(self, name: str, place: Message | Dialog, values: Mapping[str, Value]) -> None:
        """Types into inputs, by label (or id): text, an option's words, a person's name, a date, a time, None.

        Raises:
            LookupError: no such field, option or person.
        """
        card = _card(name, place)
        typed = place.typed if isinstance(place, Dialog) else place.typed.setdefault(name, {})
        for label, value in values.items():
            part = fields.find(card, label)
            typed[part["id"]] = fields.typed_value(part, value, self.users.values())

    async def submit(
        self,
        name: str,
        place: Message | Dialog,
        values: Mapping[str, Value] | None = None,
        *,
        button: str = "Send",
        legacy: bool = False,
    ) -> Outcome:
        """Fills in a form and presses its button.

        Raises:
            HeldBack: the client's own checks (required, length, pattern); what was typed stays.
        """
        self.fill(name, place, values or {})
        return await self.press(name, place, button, legacy=legacy)

    async def press(self, name: str, place: Place, label: str, *, legacy: bool = False) -> Outcome:
        """Presses the button with this label; an old `MessageVersion` is a stale screen.

        `legacy`: as a client that knows no Action.Execute, so that the fallback counts.

        Raises:
            LookupError: there is no such button, or more than one. HeldBack: the client's own checks.
        """
        card = _card(name, place)
        action = shown.action(card, label)
        if legacy and action["type"] == "Action.Execute":
            action = action.get("fallback") or {}
        data: Json = dict(action.get("data") or {})
        if str(action.get("associatedInputs", "auto")).lower() == "auto":
            typed = _typed(name, place)
            if refused := fields.refused_by_client(card, typed):
                raise HeldBack(refused)
            data = fields.merged(data, fields.sent(card, typed))
        match action.get("type"), place:
            case "Action.Submit", Dialog(command=""):
                return await self._task(name, place, "task/submit", data, "")
            case "Action.Submit", Dialog(command=command):
                value = {"commandId": command, "commandContext": "message", "data": data}
                return await self._asked(name, place, "composeExtension/submitAction", value, "")
            case "Action.Submit", (Message() | MessageVersion()) as message if data.get("msteams") == FETCH:
                return await self._task(name, self.open_dialog(name), "task/fetch", data, message.id)
            case "Action.Submit", (Message() | MessageVersion()) as message:
                return await self._submitted(name, message, data)
            case "Action.Execute", Message() | MessageVersion():
                return await self._executed(name, place, action, data)
            case "Action.Execute", _:
                raise SomethingWentWrong("dialogs know Action.Submit only")
            case kind, _:
                raise LookupError(f"{label!r} sends nothing to the app: {kind or 'it has no fallback'}")

    async def use_on_message(
        self, name: str, command: str, html: str = "", *, channel: str | None = None, **more: object
    ) -> Outcome:
        """Uses a message action on a message, in the person's own chat or in a channel; a dialog opens.

        `more` lies over the message as Teams hands it over: `attachments` hold what was forwarded.
        """
        place = self._place(channel)
        where = place.id if place else self.conversation(name)
        message = payloads.a_message(self, html, more)
        dialog, value = self.open_dialog(name, where, command), payloads.on_message(command, message)
        return await self._asked(name, dialog, "composeExtension/fetchTask", value, "")

    async def _executed(self, name: str, place: Message | MessageVersion, action: Json, data: Json) -> Outcome:
        value = payloads.execute(action, data)
        activity = self.invoke(name, "adaptiveCard/action", value, reply_to=place.id, conversation=place.conversation)
        message, before = self.find_message(place.conversation, place.id), len(self.history(name))
        since = len(message.versions)
        answer = await self.deliver(activity)
        match answers.of_action(answer):
            case answers.Words(text):
                self.toast(name, text)
                outcome = Outcome(self, name, answer, activity, before, toast=text)
            case answers.Drawn(card):
                shape = {"attachments": [{"contentType": ADAPTIVE, "content": card}]}
                version = message.draw_for(name, {**message.seen_by(name).activity, **shape}, since)
                outcome = Outcome(self, name, answer, activity, before, card=version)
        self.changed()
        return outcome

    async def _submitted(self, name: str, place: Message | MessageVersion, data: Json) -> Outcome:
        channel = next((each.name for each in self.channels.values() if each.holds(place.conversation)), None)
        legacy: Json = {"legacy": {"replyToId": place.id}, "source": {"name": "message"}}
        activity = self.activity(name, channel=channel, value=data, replyToId=place.id)
        activity["conversation"]["id"] = place.conversation
        activity["channelData"] |= legacy
        before = len(self.history(name))
        answer = await self.deliver(activity)
        answers.arrived(answer, "Action.Submit")
        return Outcome(self, name, answer, activity, before)

    async def _task(self, name: str, dialog: Dialog, invoke: str, data: Json, reply_to: str) -> Outcome:
        return await self._asked(name, dialog, invoke, payloads.task(data), reply_to)

    async def _asked(self, name: str, dialog: Dialog, invoke: str, value: Json, reply_to: str) -> Outcome:
        if dialog.viewer != name:
            raise LookupError(f"{name} does not see this dialog")
        activity = self.invoke(name, invoke, value, reply_to=reply_to, conversation=dialog.conversation)
        before = len(self.history(name))
        answer = await self.deliver(activity)
        toast = ""
        try:
            task = answers.of_task(answer, invoke)
        except SomethingWentWrong:
            dialog.closed = not dialog.cards
            raise
        match task:
            case answers.Words(text):
                dialog.say(text)
                self.toast(name, text)
                toast = text
            case answers.Drawn(card, title):
                dialog.draw(title, card)
            case answers.Close():
                dialog.closed = True
        self.changed()
        return Outcome(self, name, answer, activity, before, toast=toast, dialog=dialog)

    def close(self, name: str, dialog: Dialog) -> None:
        """Closes a dialog; the app is not told."""
        if dialog.viewer != name:
            raise LookupError(f"{name} does not see this dialog")
        dialog.closed = True
        self.changed()


def _card(name: str, place: Place) -> Json:
    if place.viewer not in ("", name):
        raise LookupError(f"{name} does not see what {place.viewer} sees")
    match place:
        case Message():
            if place.deleted:
                raise LookupError("the message is no longer there")
            return place.seen_by(name).card
        case Dialog():
            if place.closed:
                raise LookupError("the dialog is closed")
            return place.card
        case MessageVersion():
            return place.card


def _typed(name: str, place: Place) -> shown.Typed:
    match place:
        case Message():
            return place.typed.get(name, {})
        case Dialog():
            return place.typed
        case MessageVersion():
            return shown.NOTHING
