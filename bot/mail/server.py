"""The mail server as its address names it: where it is, how its connection is kept private, who signs in."""

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from bot.loopback import LOOPBACK


class Privacy(StrEnum):
    """How a connection comes to be encrypted: from its beginning, by STARTTLS, or, on this very machine, by STARTTLS
    where it is offered.
    """

    ALWAYS = "always"
    UPGRADED = "upgraded"
    OFFERED = "offered"


PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server. `user` is "" where nobody signs in."""

    host: str
    port: int
    privacy: Privacy
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, url: str) -> "MailServer":
        """The server at `smtp://user:password@host:port` or `smtps://…`. Raises ValueError for any other address."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("not a mail server's address")
        if bool(parts.username) != bool(parts.password):
            raise ValueError("half of a user and a password")
        if parts.scheme == "smtps":
            privacy = Privacy.ALWAYS
        else:
            privacy = Privacy.OFFERED if parts.hostname in LOOPBACK else Privacy.UPGRADED
        port = parts.port or PORTS[parts.scheme]
        return cls(parts.hostname, port, privacy, unquote(parts.username or ""), unquote(parts.password or ""))
