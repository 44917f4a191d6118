"""Finding telephone numbers, e-mail addresses, home addresses, links and mentions in a text."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from phonenumbers import Leniency, PhoneNumberMatcher, is_valid_number

from policy.account import Account

_EMAIL = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_POSTCODE = re.compile(r"\b(?:[BEGLMNSW]|[A-PR-UWYZ][A-HK-Y])\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\b", re.IGNORECASE)
_ORDINALS = ("st", "nd", "rd", "th")
_STREET = re.compile(
    r"(?=\d)(?<!Year )(?<!Years )(?<!Class )(?<!Stage )(?<![\d.£,])\b\d{1,4}[a-d]?,? (?:[A-Z][a-z’'-]{1,20} ){1,3}"
    r"(?:Road|Street|Lane|Avenue|Close|Crescent|Drive|Terrace|Grove|Mews|Gardens|Way|Court|Rd|Ave|Cres|Ln)\b"
)
_LINK = re.compile(
    r"https?://\S{1,2000}|\bwww\.\S{1,2000}|\b[\w-]{1,63}(?:\.[a-z]{2,24}){1,4}/\S{0,2000}", re.IGNORECASE
)
_SALES = re.compile(
    r"amzn\.to|amazon\.|ebay\.|etsy\.|vinted\.|depop\.|gumtree\.|shopify|gofundme|justgiving|crowdfunder|kickstarter"
    r"|patreon|buymeacoffee|paypal\.me|ko-fi\.com|/shop\b|\bshop\.|/store\b|\bstore\.|/basket|/checkout|/buy\b"
    r"|affiliate|awin1|[?&](?:tag|aff|ref|referral|promo|coupon|discount)=|fundrais|/donate",
)
_SEVEN_DIGITS = re.compile(r"\d(?:[\W_]{0,4}\d){6}")
"""Where no seven digits stand together there is no telephone number, and none is searched for."""

_MENTION = re.compile(r"(?<![\w@./+-])@(?!\d{1,2}(?:am|pm)?\b)\w[\w.-]{1,62}")


def telephone_numbers(text: str) -> Iterator[str]:
    """Numbers that could be rung from England, as they were typed; numbers kept for films and books too."""
    if not _SEVEN_DIGITS.search(text):
        return
    for match in PhoneNumberMatcher(text, "GB", leniency=Leniency.POSSIBLE):
        digits = sum(each.isdigit() for each in match.raw_string)
        looks_dialled = match.raw_string.lstrip("(").startswith(("0", "+44")) and digits in (11, 12)
        if is_valid_number(match.number) or looks_dialled:
            yield match.raw_string


def email_addresses(text: str) -> Iterator[str]:
    """E-mail addresses, as they were typed."""
    return (match[0] for match in _EMAIL.finditer(text)) if "@" in text else iter(())


def addresses(text: str) -> Iterator[str]:
    """House numbers with a street, and postcodes: a guess from the way that addresses are written here."""
    yield from (match[0] for match in _STREET.finditer(text))
    for match in _POSTCODE.finditer(text):
        found = match[0]
        if found.isupper() or not found.casefold().endswith(_ORDINALS):
            yield found


def sales_links(text: str) -> Iterator[str]:
    """Links that look like a shop, a fundraiser, or a reward for whoever passes them on."""
    if "/" not in text and "www." not in text.casefold():
        return iter(())
    return (match[0].rstrip(".,;:!?)") for match in _LINK.finditer(text) if _SALES.search(match[0].casefold()))


def mentions(text: str, accounts: Iterable[Account]) -> Iterator[str]:
    """Mentions (@name) of anybody but the school's own accounts."""
    if "@" not in text:
        return
    ours = {handle for account in accounts for handle in _handles(account)}
    for match in _MENTION.finditer(text):
        handle = match[0].rstrip(".-")
        if handle[1:].casefold() not in ours:
            yield handle


def _handles(account: Account) -> Iterator[str]:
    """What an account may be mentioned by: the last part of its address, and its name in one word."""
    parts = urlsplit(account.url).path.casefold().strip("/").split("/")
    handle = parts[-1].removeprefix("@")
    yield from (handle, handle.split(".")[0], account.id.casefold(), account.id.replace("-", "").casefold())
