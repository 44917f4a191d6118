"""What people see in Teams: messages with their versions, and dialogs."""

from dataclasses import dataclass, field

from tests.fakes.teams.wire import Json


@dataclass(frozen=True, slots=True)
class MessageVersion:
    """A message as it stood once; it can still be pressed, like a card on a screen that has not caught up.

    `only_for` is the name of the one person who sees it so: it came as the answer to what they pressed.
    """

    conversation: str
    id: str
    activity: Json
    only_for: str = ""

    @property
    def text(self) -> str:
        """What stands above the card, if anything."""
        raise NotImplementedError

    @property
    def summary(self) -> str:
        """What phones and the activity feed show."""
        raise NotImplementedError

    @property
    def card(self) -> Json:
        """The Adaptive Card's content; {} when there is none."""
        raise NotImplementedError

    def shown_text(self) -> str:
        """Every word a person reads; buttons as `[Label]`."""
        raise NotImplementedError

    def buttons(self) -> list[str]:
        """Labels that can be pressed, in reading order."""
        raise NotImplementedError

    def fields(self) -> list[str]:
        """Labels of its inputs, in reading order."""
        raise NotImplementedError

    def live_entities(self) -> list[str]:
        """Mentions and links in its text that would work; empty when user text came out inert."""
        raise NotImplementedError


@dataclass(slots=True)
class Message:
    """A message in a conversation, with all its versions, oldest first. `viewer` is whose chat it is in."""

    versions: list[MessageVersion]
    viewer: str = ""
    sender: str = ""
    deleted: bool = False
    typed: dict[str, Json] = field(default_factory=dict)

    def seen_by(self, name: str) -> MessageVersion:
        """What this person sees of it now."""
        raise NotImplementedError

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

    def value(self, label: str) -> str | None:
        """What the field with this label holds now, for the person whose chat it is."""
        raise NotImplementedError


@dataclass(slots=True)
class Dialog:
    """A dialog on somebody's screen. `cards` are all that it has shown, oldest first; `said` is its last word."""

    viewer: str
    title: str
    cards: list[Json]
    message: str = ""
    said: str = ""
    closed: bool = False
    typed: Json = field(default_factory=dict)

    @property
    def card(self) -> Json:
        return self.cards[-1]

    def shown_text(self) -> str:
        """Every word a person reads, the title first, and what is typed in it; buttons as `[Label]`."""
        raise NotImplementedError

    def buttons(self) -> list[str]:
        """Labels that can be pressed, in reading order."""
        raise NotImplementedError

    def fields(self) -> list[str]:
        """Labels of its inputs, in reading order."""
        raise NotImplementedError

    def value(self, label: str) -> str | None:
        """What the field with this label holds now."""
        raise NotImplementedError
