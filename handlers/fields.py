"""What a form brought back, as handlers read it: clean text, whole addresses, moments."""

from datetime import datetime
from urllib.parse import urlsplit

from handlers.request import Request
from policy.refused import Unusable
from policy.text import clean


def text(request: Request, name: str) -> str:
    """A field as clean text; "" when there is none."""
    value = request.fields.get(name)
    return clean(value).strip() if isinstance(value, str) else ""


def needed(request: Request, name: str, otherwise: str) -> str:
    """A field that may not be empty. Raises Unusable with what is wrong otherwise."""
    if not (found := text(request, name)):
        raise Unusable({name: otherwise})
    return found


def link(request: Request, name: str) -> str:
    """A web address, or "". Raises Unusable for anything else."""
    found = text(request, name)
    if found and not is_link(found):
        raise Unusable({name: "Please paste the whole address, beginning with https://, or leave it empty."})
    return found


def moment(request: Request, name: str) -> datetime | None:
    """A moment (UTC), or None when none was given."""
    found = request.fields.get(name)
    return found if isinstance(found, datetime) else None


def is_link(found: str) -> bool:
    """Whether the text is a whole web address, and nothing beside it."""
    if found.split() != [found]:
        return False
    try:
        parts = urlsplit(found)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
