"""A mail server on this machine that keeps what it is handed, with trouble to order."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.fakes.certificate import HERE
from tests.fakes.faults import Faults

USER, PASSWORD = "exeat@harbour.example", "p@ss/word"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One way for a step to go wrong: an answer other than yes, or none. `acts`: what was asked is done all the same.

    `gate`: it is answered only once that is open.
    """

    answer: str = ""
    acts: bool = False
    gate: asyncio.Event | None = None


BUSY, FULL, UNKNOWN = Trouble("451 Later"), Trouble("452 Full"), Trouble("550 Nobody here")
DROP, ACCEPT_THEN_DROP = Trouble(), Trouble(acts=True)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it was handed over: to which addresses, and whether the connection was private."""

    to: tuple[str, ...]
    message: EmailMessage
    private: bool

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """Its words."""
        return "\n".join(str(self.message.get_content()).splitlines())


@dataclass(slots=True)
class Mailbox:
    """The stand-in. `faults` are ordered by step: EHLO, MAIL, RCPT, DATA. `tls` is for STARTTLS, `wrapped` for
    connections that are private from their beginning. With `asks` only USER may send, once the connection is private.
    """

    tls: ssl.SSLContext | None = None
    wrapped: ssl.SSLContext | None = None
    asks: bool = False
    letters: list[Letter] = field(default_factory=list)
    faults: Faults[Trouble] = field(default_factory=Faults)
    commands: list[str] = field(default_factory=list)
    port: int = 0
    _server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Its address, for EXEAT_SMTP_URL."""
        return f"smtp://{HERE}:{self.port}"

    def to(self, address: str) -> list[Letter]:
        """What has come for somebody, oldest first."""
        return [letter for letter in self.letters if address in letter.to]

    async def open(self) -> None:
        """Take connections, at the same port as before if there was one."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._serve, HERE, self.port, ssl=self.wrapped)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Refuse every connection."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        self._server = None

    def _serve(self) -> SMTP:
        return SMTP(
            self,
            hostname="mail.harbour.example",
            loop=asyncio.get_running_loop(),
            tls_context=self.tls,
            auth_required=self.asks,
            authenticator=self._signs_in,
        )

    def _signs_in(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        self.commands.append("AUTH")
        known = LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=given == known, handled=False)

    async def handle_EHLO(  # noqa: N802  the hooks are named so by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        trouble = await self._meets("EHLO", server)
        return [trouble.answer] if trouble and trouble.answer else responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        trouble = await self._meets("MAIL", server)
        if trouble and trouble.answer:
            return trouble.answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        trouble = await self._meets("RCPT", server)
        if trouble and trouble.answer:
            return trouble.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        trouble = self.faults.draw("DATA")
        self.commands.append("DATA")
        if trouble is None or trouble.acts or trouble.gate:
            content = envelope.content if isinstance(envelope.content, bytes) else b""
            message = message_from_bytes(content, policy=default)
            self.letters.append(Letter(tuple(envelope.rcpt_tos), message, session.ssl is not None))
        await self._suffer(trouble, server)
        return trouble.answer if trouble and trouble.answer else "250 Kept"

    async def _meets(self, step: str, server: SMTP) -> Trouble | None:
        self.commands.append(step)
        trouble = self.faults.draw(step)
        await self._suffer(trouble, server)
        return trouble

    async def _suffer(self, trouble: Trouble | None, server: SMTP) -> None:
        if trouble is None or trouble.answer:
            return
        if trouble.gate is not None:
            await trouble.gate.wait()
        elif isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()


@asynccontextmanager
async def mailbox(**more: Any) -> AsyncIterator[Mailbox]:
    """A mailbox that takes connections."""
    box = Mailbox(**more)
    await box.open()
    try:
        yield box
    finally:
        await box.close()
