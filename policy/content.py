"""What a post would show: its words, pictures and place, and the fingerprint that an approval is bound to."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime

from policy.picture import Picture, Source


@dataclass(frozen=True, slots=True)
class Content:
    """What would be seen: all that an approval is bound to. `planned` is UTC, None for as soon as approved."""

    text: str
    account: str
    planned: datetime | None = None
    pictures: tuple[Picture, ...] = ()
    source: Source | None = None
    source_note: str = ""


def fingerprint(content: Content, salt: str) -> str:
    """A salted SHA-256 over everything an approval is bound to (hex, 64 characters)."""
    pictures = [[p.sha256 or f"{p.surface}:{p.file_id}", p.alt, p.who] for p in content.pictures]
    planned = content.planned.isoformat() if content.planned else None
    parts = [content.text, content.account, planned, pictures, content.source, content.source_note]
    return hmac.new(bytes.fromhex(salt), json.dumps(parts).encode(), hashlib.sha256).hexdigest()
