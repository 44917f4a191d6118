"""The checks that advise: what the author and the headteacher should look at twice. None of them blocks."""

import re
from collections.abc import Iterable, Iterator

from policy.account import Account
from policy.checks import contact
from policy.checks.draft import TEXT, Draft, Finding, alt_field
from policy.checks.language import offensive_words
from policy.checks.names import full_names

_CAPITAL_WORDS = re.compile(r"\b[A-Z]{2,}(?:[ ,!-]{1,3}[A-Z]{2,}){4,}\b")
_OWN_GAIN = re.compile(
    r"\b(?=\w)(?:"
    r"my (?:own )?(?:business|company|etsy|online shop|gofundme|justgiving|side hustle|fundrais(?:er|ing))\b"
    r"|(?:buy|order|book) (?:it |them |yours )?from me\b|(?:dm|message|text|call|email) me (?:to|for|if you)\b"
    r"|i(?: am|['’]m) (?:now )?(?:selling|offering|raising money)\b|(?:use|with) my (?:discount )?(?:code|link)\b"
    r"|i (?:also )?(?:sell|offer) |sponsor me\b|hire me\b|my (?:prices|rates) (?:are|start)\b)",
    re.IGNORECASE,
)


def advice(draft: Draft, accounts: Iterable[Account]) -> Iterator[Finding]:
    """What is worth a second look in the text and in the pictures' descriptions, which go out as well.

    `accounts` are the school's own, which may be mentioned freely.
    """
    for field, text in ((TEXT, draft.text), *((alt_field(n), each.alt) for n, each in enumerate(draft.pictures, 1))):
        if text:
            yield from _personal_details(field, text)
            yield from _names(field, text, bool(draft.pictures))
            yield from _tone(field, text)
    yield from _gain(draft.text)
    yield from _mentions(draft.text, accounts)


def _personal_details(field: str, text: str) -> Iterator[Finding]:
    if numbers := _listed(contact.telephone_numbers(text)):
        then = "If it is the school's own, that is fine; if it is somebody's, please take it out."
        yield _advise("phone", field, f"There is a telephone number here: {numbers}.", then, "privacy")
    if emails := _listed(contact.email_addresses(text)):
        then = "If it is the school's own, that is fine; if it is somebody's, please take it out."
        yield _advise("email", field, f"There is an e-mail address here: {emails}.", then, "privacy")
    if found := _listed(contact.addresses(text)):
        then = "If it is a public place, that is fine; if somebody lives there, please take it out."
        yield _advise("address", field, f"This looks like an address: {found}.", then, "privacy")


def _names(field: str, text: str, has_pictures: bool) -> Iterator[Finding]:
    if has_pictures and (names := _listed(full_names(text))):
        message = f"This looks like a full name beside a picture: {names}."
        then = "For a pupil, please use the first name or none; a public figure is fine."
        yield _advise("full-name", field, message, then, "privacy")


def _tone(field: str, text: str) -> Iterator[Finding]:
    if _shouts(text):
        message = "Much of this is in capitals, which reads as shouting and is hard on screen readers."
        yield _advise("shouting", field, message, "Please use ordinary letters.", "professional-conduct")
    if words := _listed(offensive_words(text)):
        then = "If it has an innocent meaning here, that is fine; otherwise please find another word."
        yield _advise("language", field, f"Some readers could be offended by: {words}.", then, "professional-conduct")


def _gain(text: str) -> Iterator[Finding]:
    if links := _listed(contact.sales_links(text)):
        message = f"This looks like a link for buying or giving: {links}."
        then = "If it is the school's own sale or appeal, please say so in the post; otherwise take it out."
        yield _advise("sales-link", TEXT, message, then, "no-personal-gain")
    if found := _OWN_GAIN.search(text):
        message = f"“{found[0].strip()}” sounds like somebody's own business or appeal."
        yield _advise(
            "own-gain", TEXT, message, "Please keep the school's accounts for the school.", "no-personal-gain"
        )


def _mentions(text: str, accounts: Iterable[Account]) -> Iterator[Finding]:
    if mentioned := _listed(contact.mentions(text, accounts)):
        message = f"This mentions an account that is not the school's: {mentioned}."
        then = "If it belongs to a private person, please take it out."
        yield _advise("mention", TEXT, message, then, "privacy")


def _advise(code: str, field: str, message: str, then: str, clause: str) -> Finding:
    return Finding(code, False, field, message, then, clause)


def _listed(found: Iterable[str]) -> str:
    """The first three, each once, as a list for people; "" when there are none."""
    different = list(dict.fromkeys(found))
    more = len(different) - 3
    return ", ".join(different[:3]) + (f" and {more} more" if more > 0 else "")


def _shouts(text: str) -> bool:
    """Whether most letters of a text that is more than a word or two are capitals, or a long run of words is."""
    capitals = sum(map(str.isupper, text))
    if capitals < 8:  # neither most of fifteen letters nor a long run
        return False
    letters = capitals + sum(map(str.islower, text))
    if letters >= 15 and capitals > letters / 2:
        return True
    return any(sum(map(str.isalpha, run[0])) >= 20 for run in _CAPITAL_WORDS.finditer(text))
