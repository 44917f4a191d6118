"""A card as an e-mail: plain words, which nobody's name or title can turn into a header."""

from collections.abc import Sequence
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from cards.model import Card
from cards.text import clip, plain

LONGEST_SUBJECT = 150


def postal(address: str) -> Address | None:
    """The address as a message names it; None for what is no address that every mail server takes."""
    if not (address.isascii() and address.isprintable()):
        return None
    try:
        found = Address(addr_spec=address)
    except (ValueError, IndexError, MessageError):
        return None
    return found if found.username and found.domain and found.addr_spec == address else None


def message_of(card: Card, to: Sequence[Address], sender: str, school: str, mark: str, at: datetime) -> EmailMessage:
    """The message that shows the card. `school` is the school's name; `at` is aware.

    The same `mark` gives the same Message-ID, so that a message that comes twice is known for one.
    """
    message = EmailMessage()
    message["From"] = Address("Exeat", addr_spec=sender)
    message["To"] = to
    message["Subject"] = clip(card.title, LONGEST_SUBJECT)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<exeat.{mark}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(f"{plain(card)}\n\n-- \n{_foot(school)}\n", cte="quoted-printable")
    return message


def _foot(school: str) -> str:
    return f"Sent by Exeat for {clip(school, LONGEST_SUBJECT)}. Nobody reads what is sent back to this address."
