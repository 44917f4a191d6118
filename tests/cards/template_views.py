"""Every view of wordings that are approved beforehand, by name, around words that somebody typed."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from zoneinfo import ZoneInfo

from cards.model import Card, Form
from cards.template import Reader, decided_card, nag_card, nobody_card, receipt_card, template_card
from cards.template_forms import reject_form, template_form
from cards.template_list import Listing, digest_card, list_card
from policy.account import Account, Platform
from policy.checks import Finding
from policy.template import EVERYWHERE, Template, Use, approve, edit, propose, reject, retire
from tests.fakes.school import MONDAY

PEOPLE = {"tom": "Tom Okafor", "helen": "Helen Marsh"}


def template_cards(said: str) -> dict[str, Card]:
    """Every card about wordings."""
    views: dict[str, Callable[[Template, Reader], Card]] = {
        "": template_card,
        ", whole": partial(template_card, in_full=True),
        ", decided": decided_card,
        ", nag": nag_card,
        ", nobody": lambda template, reader: nobody_card(template, replace(reader, deciders=())),
        ", receipt": receipt_card,
    }
    found = {
        f"wording {state}, {who}{name}": view(template, reader)
        for state, template in _states(said).items()
        for who, reader in _readers(said).items()
        for name, view in views.items()
    }
    author = _readers(said)["author"]
    several = tuple((_wording(said, number), author) for number in range(1, 6))
    allowed = tuple((_approved(each), author) for each, _ in several)
    return found | {
        "wordings": list_card(Listing(allowed, several, 0, 3, 4)),
        "wordings, none": list_card(Listing()),
        "wordings, more": list_card(Listing(allowed, (), 5)),
        "wordings, digest": digest_card(Listing((), several, 0, 0, 2)),
    }


def template_forms(said: str) -> dict[str, Form]:
    """Every form about wordings."""
    page = Account("page", said[:60] or "Harbour page", Platform.FACEBOOK, "Facebook", "https://example.org/page")
    accounts = (page, replace(page, id="site", name="Harbour website"))
    return {
        "wording, blank": template_form((page,)),
        "wording, edit": template_form(accounts, _wording(said)),
        "wording, edit once approved": template_form(accounts, _approved(_wording(said))),
        "wording, reject": reject_form(_wording(said)),
    }


def _wording(said: str, number: int = 1) -> Template:
    name, text = " ".join(said.split())[:60] or "Seen", said[:3000] or "Thank you."
    return propose(f"T-{number}", "harbour", "tom", name, text, "page", Use.ANSWERS, "5a" * 32, MONDAY)


def _approved(template: Template) -> Template:
    return approve(template, "helen", "headteacher", MONDAY)


def _states(said: str) -> dict[str, Template]:
    new = _wording(said)
    rejected = reject(new, "helen", "for the headteacher, who is away", MONDAY, said)
    return {
        "proposed": new,
        "approved": _approved(new),
        "rejected": rejected,
        "changed": edit(_approved(new), "Other", f"{said} and more", EVERYWHERE, Use.ACKNOWLEDGES, MONDAY),
        "changed after a rejection": edit(rejected, "Other", f"{said} and more", "gone", Use.ANSWERS, MONDAY),
        "withdrawn": retire(_approved(new), "tom"),
    }


def _readers(said: str) -> dict[str, Reader]:
    advice = Finding("phone", False, "text", said, "Please take it out.", "privacy")
    accounts = {"page": said[:60] or "Harbour page"}
    anybody = Reader(ZoneInfo("Europe/London"), PEOPLE, accounts, ("Helen Marsh",), advice=(advice,))
    return {
        "author": replace(anybody, author=True),
        "decider": replace(anybody, decides=True),
        "colleague": anybody,
    }
