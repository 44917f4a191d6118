"""Acting as a person in Teams: writing, pressing buttons, filling in and sending forms, adding and removing the app."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.fakes.teams.delivery import Answer
from tests.fakes.teams.outcomes import Outcome
from tests.fakes.teams.surfaces import Dialog, Message, MessageVersion
from tests.fakes.teams.tenant import Tenant
from tests.fakes.teams.wire import Json

Place = Message | MessageVersion | Dialog
File = tuple[str, bytes] | bytes
Value = str | bool | Sequence[str] | None


@dataclass
class Acting(Tenant):
    """A tenant in which tests can act as anybody. All of it goes to the app as a real, signed POST.

    Whatever the Teams client would show as an error raises SomethingWentWrong.
    """

    patience: float = 5.0

    def connect(self, url: str) -> None:
        """Where the app listens: the whole address, ending with /api/messages."""
        raise NotImplementedError

    def token(self, *, key: str = "", headers: Mapping[str, object] | None = None, **claims: object) -> str:
        """A JWT as Microsoft signs them; `claims` and `headers` win, None leaves one out.

        `key`: "" signs with the key of now, "old" with the one before `rotate_keys`, "stranger" with a key that is
        nobody's.
        """
        raise NotImplementedError

    def signed(self, **claims: object) -> dict[str, str]:
        """The Authorization header for `post_raw`."""
        return {"Authorization": f"Bearer {self.token(**claims)}"}  # type: ignore[arg-type]

    async def post_raw(self, body: bytes | Json, headers: Mapping[str, str] | None = None) -> Answer:
        """Sends anything to the app with just these headers (and JSON's content type); nothing is checked."""
        raise NotImplementedError

    async def deliver(self, activity: Json) -> Answer:
        """Sends an activity, signed for it; nothing is checked."""
        raise NotImplementedError

    async def again(self, outcome: Outcome) -> Answer:
        """The same activity reaches the app once more, with the same ids; nothing is checked."""
        raise NotImplementedError

    async def install(self, name: str) -> list[Answer]:
        """The person adds the app."""
        raise NotImplementedError

    async def uninstall(self, name: str) -> list[Answer]:
        """The person removes the app."""
        raise NotImplementedError

    async def message(
        self, name: str, text: str, *, files: Sequence[File] = (), mention: bool = False, channel: str | None = None
    ) -> Outcome:
        """Writes to the app: in the person's own chat, or in a channel (then always with a mention).

        `files`: (name, bytes) is uploaded to the person's OneDrive, bare bytes are pasted as a picture.
        """
        raise NotImplementedError

    async def command(self, name: str, text: str) -> Outcome:
        """Types a command in the person's own chat."""
        return await self.message(name, text)

    async def send_file(self, name: str, content: bytes, filename: str) -> Outcome:
        """Sends a file without a word."""
        return await self.message(name, "", files=[(filename, content)])

    async def paste(self, name: str, content: bytes) -> Outcome:
        """Sends a pasted picture without a word."""
        return await self.message(name, "", files=[content])

    async def press(self, name: str, place: Place, label: str, *, legacy: bool = False) -> Outcome:
        """Presses the button with this label; an old `MessageVersion` is a stale screen.

        `legacy`: as a client that knows no Action.Execute, so that the fallback counts.

        Raises:
            LookupError: there is no such button, or more than one. HeldBack: the client's own checks.
        """
        raise NotImplementedError

    def fill(self, name: str, place: Message | Dialog, values: Mapping[str, Value]) -> None:
        """Types into inputs, by label: text, an option's words, a person's display name, a date or time in ISO form.

        Raises:
            LookupError: no such field, option or person.
        """
        raise NotImplementedError

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

    def close(self, name: str, dialog: Dialog) -> None:
        """Closes a dialog; the app is not told."""
        dialog.closed = True
