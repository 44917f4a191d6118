"""What somebody is shown when something was refused, or could not be done."""

from collections.abc import Sequence

from cards.model import Card, Copy, Element, Notice, Text, Tone
from policy.clauses import cite
from policy.refused import Refused


def refusal_card(refused: Refused, now: Card | None = None, typed: Sequence[str] = ()) -> Card:
    """What happened, why and what to do next; with what had been typed, to be copied, and the card of how things
    stand now beneath, if given.
    """
    words = " ".join(part for part in (refused.why, refused.then) if part)
    clause = cite(refused.clause) if refused.clause else ""
    notice: tuple[Element, ...] = (Notice(words, clause, Tone.WARNING),) if words or clause else ()
    summary = f"{refused.what} {words}".strip()
    if now is None:
        return Card(refused.what, summary, notice)
    kept = (Copy(text, "What you had typed") for text in typed)
    return Card(now.title, summary, (Text(refused.what, Tone.STRONG), *notice, *kept, *now.body), now.buttons)


def trouble_card(error: str) -> Card:
    """Something went wrong on Exeat's side; the error's number finds it in the log."""
    words = "Nothing was saved and nobody was told. Please try again in a minute."
    help_ = f"If it happens again, give your school's administrator this number: {error}."
    return Card("That did not work", f"That did not work. {words} {help_}", (Text(words), Text(help_, Tone.QUIET)))
