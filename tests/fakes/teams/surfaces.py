"""What people see in Teams: messages with their versions, and dialogs."""

from dataclasses import dataclass, field

from tests.fakes.teams import fields, markdown, shown
from tests.fakes.teams.cards import ADAPTIVE
from tests.fakes.teams.wire import Json


@dataclass(frozen=True, slots=True)
class MessageVersion:
    """A message as it stood once; it can still be pressed, like a card on a screen that has not caught up.

    `viewer` is the name of the one person whose chat it is in, "" in a channel. `only_for` is the one person who sees
    it so: it came as the answer to what they pressed.
    """

    conversation: str
    id: str
    activity: Json
    viewer: str = ""
    only_for: str = ""

    @property
    def text(self) -> str:
        """What stands above the card, if anything."""
        return str(self.activity.get("text") or "")

    @property
    def summary(self) -> str:
        """What phones and the activity feed show."""
        return str(self.activity.get("summary") or "")

    @property
    def card(self) -> Json:
        """The Adaptive Card's content; {} when there is none."""
        cards = [
            each["content"] for each in self.activity.get("attachments") or [] if each["contentType"] == ADAPTIVE
        ]
        return cards[0] if cards else {}

    def shown_text(self, typed: shown.Typed = shown.NOTHING) -> str:
        """Every word a person reads; buttons as `[Label]`."""
        plain = self.activity.get("textFormat") == "plain"
        words = self.text if plain else markdown.rendered(self.text)
        return "\n".join(part for part in (words, shown.text_of(self.card, typed)) if part)

    def buttons(self) -> list[str]:
        """Labels that can be pressed, in reading order; links among them."""
        return [action["title"] for action in shown.actions(self.card)]

    def links(self) -> dict[str, str]:
        """The buttons that only open an address: label -> address."""
        return {each["title"]: each["url"] for each in shown.actions(self.card) if each["type"] == "Action.OpenUrl"}

    def fields(self) -> list[str]:
        """Labels of its inputs, in reading order."""
        return shown.field_labels(self.card)

    def live_entities(self) -> list[str]:
        """Links, dates and mentions in its text that would work; empty when user text came out inert."""
        known = shown.mentions(self.activity.get("entities"))
        plain = self.activity.get("textFormat") == "plain"
        find = markdown.alive_anyway if plain else markdown.alive
        return find(self.text, known) + shown.alive(self.card)


@dataclass(slots=True)
class Message:
    """A message in a conversation, with all its versions, oldest first.

    `viewer` is whose chat it is in ("" in a channel), `sender` the person who wrote it ("" for the app). `typed` is
    what people have put into its inputs since it was last drawn: name -> input id -> value.
    """

    versions: list[MessageVersion]
    viewer: str = ""
    sender: str = ""
    deleted: bool = False
    typed: dict[str, dict[str, str | None]] = field(default_factory=dict)

    def seen_by(self, name: str) -> MessageVersion:
        """What this person sees of it now."""
        return [version for version in self.versions if version.only_for in ("", name)][-1]

    def draw(self, activity: Json) -> None:
        """Puts something else in its place for everybody and for good; what was typed there goes."""
        self.versions.append(MessageVersion(self.conversation, self.id, activity, self.viewer))
        self.typed.clear()

    def draw_for(self, name: str, activity: Json, since: int) -> MessageVersion:
        """Puts something else in its place for one person, until the next update.

        An update that came while the app was still answering, when there were `since` versions, is the newer one.
        """
        version = MessageVersion(self.conversation, self.id, activity, self.viewer, name)
        updates = [place for place in range(since, len(self.versions)) if not self.versions[place].only_for]
        self.versions.insert(updates[0] if updates else len(self.versions), version)
        self.typed.pop(name, None)
        return version

    @property
    def latest(self) -> MessageVersion:
        """What the person whose chat it is sees now; in a channel, what everybody does."""
        return self.seen_by(self.viewer)

    @property
    def id(self) -> str:
        return self.versions[0].id

    @property
    def conversation(self) -> str:
        return self.versions[0].conversation

    @property
    def text(self) -> str:
        return self.latest.text

    @property
    def summary(self) -> str:
        return self.latest.summary

    @property
    def card(self) -> Json:
        return self.latest.card

    @property
    def edits(self) -> int:
        """How often it was redrawn, for anybody."""
        return len(self.versions) - 1

    def shown_text(self) -> str:
        """See `MessageVersion.shown_text`; with what was typed."""
        return self.latest.shown_text(self.typed.get(self.viewer, {}))

    def buttons(self) -> list[str]:
        """See `MessageVersion.buttons`."""
        return self.latest.buttons()

    def links(self) -> dict[str, str]:
        """See `MessageVersion.links`."""
        return self.latest.links()

    def fields(self) -> list[str]:
        """See `MessageVersion.fields`."""
        return self.latest.fields()

    def live_entities(self) -> list[str]:
        """See `MessageVersion.live_entities`."""
        return self.latest.live_entities()

    def value(self, label: str) -> str | None:
        """What the field with this label holds now, for the person whose chat it is; None when empty."""
        return shown.value_of(fields.find(self.card, label), self.typed.get(self.viewer, {}))


@dataclass(slots=True)
class Dialog:
    """A dialog on somebody's screen.

    `cards` are all that it has shown, oldest first; `said` is the sentence that took their place, if one did.
    `typed` is what was put into the inputs since it was last drawn. `command` is the message action that opened it.
    """

    viewer: str
    conversation: str
    command: str = ""
    title: str = ""
    cards: list[Json] = field(default_factory=list)
    said: str = ""
    closed: bool = False
    typed: dict[str, str | None] = field(default_factory=dict)

    def draw(self, title: str, card: Json) -> None:
        """Puts a card on the screen; what was typed goes."""
        self.title = title
        self.cards.append(card)
        self.typed.clear()

    def say(self, words: str) -> None:
        """Ends it with a sentence."""
        self.said, self.closed = words, True

    @property
    def card(self) -> Json:
        return self.cards[-1] if self.cards else {}

    def shown_text(self) -> str:
        """Every word a person reads, the title first, with what was typed; buttons as `[Label]`."""
        return "\n".join(part for part in (self.title, self.said or shown.text_of(self.card, self.typed)) if part)

    def buttons(self) -> list[str]:
        """Labels that can be pressed, in reading order; links among them."""
        return [action["title"] for action in shown.actions(self.card)]

    def links(self) -> dict[str, str]:
        """The buttons that only open an address: label -> address."""
        return {each["title"]: each["url"] for each in shown.actions(self.card) if each["type"] == "Action.OpenUrl"}

    def fields(self) -> list[str]:
        """Labels of its inputs, in reading order."""
        return shown.field_labels(self.card)

    def live_entities(self) -> list[str]:
        """Links, dates and mentions in its text that would work."""
        return shown.alive(self.card)

    def value(self, label: str) -> str | None:
        """What the field with this label holds now; None when empty."""
        return shown.value_of(fields.find(self.card, label), self.typed)
