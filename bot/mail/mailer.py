"""Handing e-mail over to the school's mail server, and what becomes of it as the relay understands it."""

import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from email.policy import SMTP as AS_SENT

import structlog
from aiosmtplib import SMTP, SMTPDataError, SMTPException, SMTPRecipientRefused, SMTPResponseException
from pydantic import SecretStr

from bot.mail.message import message_of, postal
from bot.mail.server import MailServer, Privacy
from bot.surface import Ambiguous, Permanent, Transient
from cards.model import Card

PATIENCE = 15.0
"""How many seconds the server has for each step."""

PARTING = 2.0
"""How many seconds it has to say goodbye, once a message is handed over."""

log = structlog.get_logger("exeat.mail")


class SmtpMailer:
    """`bot.surface.Mailer` over SMTP, with a connection for each message.

    `sender` is the address that mail comes from, `school` the school's name. `trust` says whose certificates are
    believed; None: those that this machine believes, and at its own server any.
    """

    def __init__(
        self,
        server: MailServer,
        sender: str,
        school: str,
        *,
        trust: ssl.SSLContext | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self.server = server
        self._sender, self._school, self._trust, self._patience = sender, school, trust, patience

    async def send(self, to: Sequence[str], card: Card, mark: str, at: datetime) -> None:
        """As the protocol says. What is wrong with Exeat itself, such as a password that is not taken, is Transient:
        only a person can mend it, and until then everything waits.
        """
        fit = [address for each in to if (address := postal(each)) is not None]
        if not fit:
            raise Permanent("no_address")
        content = message_of(card, fit, self._sender, self._school, mark, at).as_bytes(policy=AS_SENT)
        async with self._connected() as client:
            await self._address(client, [each.addr_spec for each in fit])
            await _hand_over(client, content)

    async def check(self) -> None:
        """Connect and sign in, and send nothing. Raises Transient with the code of what is in the way."""
        async with self._connected():
            pass

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[SMTP]:
        """A connection that is private and signed in; closed however the block ends."""
        server = self.server
        client = SMTP(
            hostname=server.host,
            port=server.port,
            local_hostname=self._sender.rpartition("@")[2],
            timeout=self._patience,
            use_tls=server.privacy is Privacy.ALWAYS,
            start_tls=False,
            validate_certs=server.privacy is not Privacy.OFFERED,
            tls_context=self._trust,
        )
        try:
            await self._begin(client)
            yield client
            with suppress(SMTPException, OSError):
                await client.quit(timeout=PARTING)
        finally:
            client.close()

    async def _begin(self, client: SMTP) -> None:
        privacy = self.server.privacy
        with _or("mail_unreachable"):
            await client.connect()
            await client.ehlo()
        if privacy is Privacy.UPGRADED or (privacy is Privacy.OFFERED and client.supports_extension("starttls")):
            with _or("mail_not_private"):
                await client.starttls()
        if self.server.user:
            with _or("mail_login"):
                await client.login(self.server.user, self.server.password)

    async def _address(self, client: SMTP, to: Sequence[str]) -> None:
        """Say from whom and to whom; it is enough that one of somebody's addresses is taken."""
        refused: list[int] = []
        with _or("mail_sender"):
            await client.mail(self._sender)
        with _or("mail_unreachable"):
            for address in to:
                try:
                    await client.rcpt(address)
                except SMTPRecipientRefused as error:
                    refused.append(error.code)
        if len(refused) == len(to):
            raise _refusal(min(refused))
        if refused:
            log.warning("an address is refused", codes=refused)


@contextmanager
def _or(code: str) -> Iterator[None]:
    """What goes wrong in the block is Transient, under that code and with the server's number if it gave one."""
    try:
        yield
    except SMTPResponseException as error:
        raise Transient(f"{code}:{error.code}") from error
    except (SMTPException, OSError) as error:
        untrusted = isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError)
        raise Transient("mail_not_private" if untrusted else code) from error


async def _hand_over(client: SMTP, content: bytes) -> None:
    """Hand over the words. Nobody knows what became of them until the server says so."""
    try:
        await client.data(content)
    except SMTPDataError as error:
        raise _refusal(error.code) from error
    except (SMTPException, OSError) as error:
        raise Ambiguous from error


def _refusal(code: int) -> Exception:
    """What the server's answer means: from 500 for good, below that for now."""
    return Permanent(f"mail_refused:{code}") if code >= 500 else Transient(f"mail_busy:{code}")


def mailer_of(url: SecretStr | None, sender: str, school: str, *, patience: float = PATIENCE) -> SmtpMailer | None:
    """What mails for the school of that name, if it has named a mail server."""
    return SmtpMailer(MailServer.of(url.get_secret_value()), sender, school, patience=patience) if url else None
