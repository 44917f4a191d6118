"""The school's accounts: which exist, who looks after them, and what their platform can take."""

from dataclasses import dataclass
from enum import StrEnum


class Platform(StrEnum):
    """Where an account lives. Games and video platforms count too: they are `other`, with a name of their own."""

    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"
    X = "x"
    YOUTUBE = "youtube"
    LINKEDIN = "linkedin"
    BLUESKY = "bluesky"
    MASTODON = "mastodon"
    WEBSITE = "website"
    OTHER = "other"


LONGEST: dict[Platform, int] = {
    Platform.FACEBOOK: 63_206,
    Platform.INSTAGRAM: 2_200,
    Platform.X: 280,
    Platform.YOUTUBE: 5_000,
    Platform.LINKEDIN: 3_000,
    Platform.BLUESKY: 300,
    Platform.MASTODON: 500,
    Platform.WEBSITE: 100_000,
    Platform.OTHER: 100_000,
}
"""The longest text, in characters, that each platform takes."""


class Replies(StrEnum):
    """How an account's owners may answer: with words that were approved first, or freely."""

    APPROVED = "approved"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Account:
    """One of the school's accounts. `id` is a slug of the name; `owners` are roster refs. Somebody looks at it
    every `check_every` working days; 0: no watch is kept.
    """

    id: str
    name: str
    platform: Platform
    platform_name: str
    url: str
    owners: tuple[str, ...] = ()
    replies: Replies = Replies.APPROVED
    check_every: int = 1

    @property
    def longest(self) -> int:
        """The longest text the account's platform takes, in characters."""
        return LONGEST[self.platform]
