"""What people see in Slack: messages with their versions, ephemerals and views with what was typed in them."""

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack import shown
from tests.fakes.slack.wire import Json


@dataclass(frozen=True, slots=True)
class MessageVersion:
    """A message as it stood once; it can still be pressed, like a card on a screen that has not caught up."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: tuple[Json, ...]
    metadata: Json | None = None
    ephemeral_to: str = ""

    def shown_text(self) -> str:
        """Every word a person reads: the blocks, or the text when there are none."""
        return shown.shown_in_blocks(list(self.blocks)) if self.blocks else shown.rendered(self.text)

    def buttons(self) -> list[str]:
        """Labels of its buttons, in reading order."""
        return shown.button_labels(list(self.blocks))

    def fields(self) -> list[str]:
        """Labels of its input blocks, in reading order."""
        return shown.field_labels(list(self.blocks))

    def live_entities(self) -> list[str]:
        """Mentions and links that would work in its blocks or its text; empty when user text came out inert.

        A bare link in the text counts only when there are no blocks, for only then is it drawn.
        """
        return shown.alive_in_blocks(list(self.blocks)) + shown.alive_in_mrkdwn(self.text, verbatim=bool(self.blocks))


@dataclass(slots=True)
class Message:
    """A message in a conversation, with all its versions, oldest first."""

    versions: list[MessageVersion]
    thread_ts: str = ""
    deleted: bool = False

    @property
    def latest(self) -> MessageVersion:
        return self.versions[-1]

    @property
    def channel(self) -> str:
        return self.latest.channel

    @property
    def ts(self) -> str:
        return self.latest.ts

    @property
    def user(self) -> str:
        return self.latest.user

    @property
    def text(self) -> str:
        return self.latest.text

    @property
    def blocks(self) -> list[Json]:
        return list(self.latest.blocks)

    @property
    def metadata(self) -> Json | None:
        return self.latest.metadata

    @property
    def edits(self) -> int:
        return len(self.versions) - 1

    def shown_text(self) -> str:
        """See `MessageVersion.shown_text`."""
        return self.latest.shown_text()

    def buttons(self) -> list[str]:
        """See `MessageVersion.buttons`."""
        return self.latest.buttons()

    def fields(self) -> list[str]:
        """See `MessageVersion.fields`."""
        return self.latest.fields()

    def live_entities(self) -> list[str]:
        """See `MessageVersion.live_entities`."""
        return self.latest.live_entities()


@dataclass(slots=True)
class View:
    """A modal or a Home tab. `values` is its state: block id -> action id -> what is in the field now."""

    id: str
    user: str
    body: Json
    hash: str
    root: str
    previous: str | None = None
    values: dict[str, dict[str, Json]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    history: list[Json] = field(default_factory=list)
    closed: bool = False

    @property
    def blocks(self) -> list[Json]:
        return list(self.body["blocks"])

    @property
    def callback_id(self) -> str:
        return str(self.body.get("callback_id", ""))

    @property
    def private_metadata(self) -> str:
        return str(self.body.get("private_metadata", ""))

    @property
    def title(self) -> str:
        return str(self.body.get("title", {}).get("text", ""))

    @property
    def submit_label(self) -> str:
        return str((self.body.get("submit") or {}).get("text", ""))

    def shown_text(self) -> str:
        """Every word a person reads: title, blocks, what is typed, errors under the fields, Send and Cancel."""
        typed = [words for fields in self.values.values() for words in _typed(fields)]
        ends = [str((self.body.get(name) or {}).get("text", "")) for name in ("submit", "close")]
        parts = [self.title, shown.shown_in_blocks(self.blocks), *typed, *self.errors.values(), *ends]
        return "\n".join(part for part in parts if part)

    def buttons(self) -> list[str]:
        """Labels of its buttons, in reading order, without submit and close."""
        return shown.button_labels(self.blocks)

    def fields(self) -> list[str]:
        """Labels of its input blocks, in reading order."""
        return shown.field_labels(self.blocks)

    def error_labels(self) -> dict[str, str]:
        """The errors now standing in the form, by the label of their field."""
        labels = {b["block_id"]: b["label"]["text"] for b in self.blocks if b["type"] == "input"}
        return {labels[block]: message for block, message in self.errors.items() if block in labels}

    def value(self, label: str) -> Any:
        """What the field with this label holds now, in Slack's shape without the type."""
        for block, element in shown.placed_elements(self.blocks):
            if block["type"] == "input" and block["label"]["text"] == label:
                held = self.values.get(block["block_id"], {}).get(element["action_id"], {})
                rest = [part for name, part in held.items() if name != "type"]
                return rest[0] if rest else None
        raise LookupError(f"no field {label!r}; there are {self.fields()}")

    def live_entities(self) -> list[str]:
        """Mentions and links in its blocks that would work."""
        return shown.alive_in_blocks(self.blocks)


def _typed(fields: dict[str, Json]) -> list[str]:
    words: list[str] = []
    for held in fields.values():
        options = [held.get("selected_option"), *held.get("selected_options", [])]
        words += [option["text"]["text"] for option in options if option]
        words += [held["value"]] if held.get("value") else []
    return words
