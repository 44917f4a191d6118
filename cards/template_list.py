"""Several wordings at once: those that may be used, and those that wait for a decision."""

from dataclasses import dataclass

from cards.model import Button, Card, Element, Notice, Row, Text, Tone, only
from cards.template import PURPOSE, Reader, buttons, press, quote_of
from cards.wording import counted, moment
from policy.clauses import cite
from policy.template import CLAUSE, Template

APPROVED, PROPOSED = "approved", "proposed"
"""The parts of the list, as the button for more names them."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The wordings to be listed, each as the viewer sees it, and how many of each part were passed over before and
    come after.
    """

    approved: tuple[tuple[Template, Reader], ...] = ()
    proposed: tuple[tuple[Template, Reader], ...] = ()
    skipped: int = 0
    more_approved: int = 0
    more_proposed: int = 0


def list_card(listing: Listing) -> Card:
    """The answer to /templates: the words that may be used, then those that are proposed."""
    body: list[Element] = []
    if listing.approved:
        body.append(Text("Approved: these may be used word for word", Tone.STRONG))
        for template, reader in listing.approved:
            body += [_row(template, reader, _purpose(template, reader)), quote_of(template)]
        body += _more(APPROVED, listing.skipped + len(listing.approved), listing.more_approved)
    if listing.proposed:
        body.append(Text("Proposed: these wait for a decision", Tone.STRONG))
        for template, reader in listing.proposed:
            body += [_row(template, reader, _waits(template, reader)), quote_of(template)]
        body += _more(PROPOSED, listing.skipped + len(listing.proposed), listing.more_proposed)
    count = len(listing.approved) + listing.more_approved
    said = "More wordings." if listing.skipped else f"{counted(count, 'wording', 'wordings')} may be used."
    if not count and not listing.skipped:
        said = "No wording is approved yet."
        body.insert(0, Notice(f"{said} Approved words can be used at once, whoever is here.", cite(CLAUSE)))
    return Card("Wordings", said, tuple(body), (Button("Propose a wording", "template.propose"),))


def digest_card(listing: Listing) -> Card:
    """The morning's reminder to whoever decides."""
    count = counted(len(listing.proposed) + listing.more_proposed, "wording waits", "wordings wait")
    lead = f"Good morning. {count} for your decision."
    return Card("Wordings waiting for you", lead, (Text(lead), *rows(listing)))


def rows(listing: Listing) -> tuple[Element, ...]:
    """What waits for whoever looks, a line each; nothing when nothing does."""
    each = tuple(_row(template, reader, _waits(template, reader), "Open") for template, reader in listing.proposed)
    return (*each, *_more(PROPOSED, len(listing.proposed), listing.more_proposed))


def _purpose(template: Template, reader: Reader) -> str:
    return f"Words {PURPOSE[template.use]} on {reader.place(template)}"


def _waits(template: Template, reader: Reader) -> str:
    since = moment(template.waiting_since, reader.zone)
    return f"{_purpose(template, reader)}, from {reader.name(template.author)}, waiting since {since}"


def _row(template: Template, reader: Reader, detail: str, *labels: str) -> Row:
    found = (*buttons(template, reader), press(template, "Open", "template.open"))
    return Row(f"{template.id}: {template.name}", detail, only(found, *(labels or ("Edit", "Withdraw", "Open"))))


def _more(part: str, skip: int, beyond: int) -> tuple[Row, ...]:
    """The way to the rest of a part of the list."""
    if not beyond:
        return ()
    button = Button(
        "More", "templates.more", payload={"part": part, "skip": str(skip)}, about=f"More {part} wordings"
    )
    return (Row("There are more", "", (button,)),)
