"""People whom the school's configuration names and Exeat cannot reach, as the admins are told of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from cards.model import Card, Element, Facts, Notice, Text, Tone
from cards.roles import CALLED
from cards.wording import counted
from policy.people import Role

LONGEST_LIST = 15
"""How many of them one card names."""


@dataclass(frozen=True, slots=True)
class Unreached:
    """A name in `exeat.toml` that nobody can be reached by: the roles it holds, the accounts it looks after, and
    whether somebody was known by it who has since removed or blocked Exeat.
    """

    ref: str
    roles: tuple[Role, ...] = ()
    accounts: tuple[str, ...] = ()
    removed: bool = False


def missing_card(people: Sequence[Unreached]) -> Card:
    """Whom Exeat cannot reach, and what to do."""
    said = f"{counted(len(people), 'person', 'people')} named in exeat.toml cannot be reached by Exeat."
    return Card("People Exeat cannot reach", said, (Text(said), *missing_rows(people)))


def missing_part(people: Sequence[Unreached]) -> tuple[Element, ...]:
    """The same as a part of the home page; nothing when everybody can be reached."""
    return (Text("People Exeat cannot reach", Tone.STRONG), *missing_rows(people)) if people else ()


def missing_rows(people: Sequence[Unreached]) -> tuple[Element, ...]:
    """Each with what they are to the school, and what can be done about it."""
    shown, rest = people[:LONGEST_LIST], len(people) - LONGEST_LIST
    body: list[Element] = [Facts(tuple((each.ref, _about(each)) for each in shown))]
    if rest > 0:
        body.append(Text(f"And {rest} more: exeat doctor on the server names them all.", Tone.QUIET))
    body.append(Text("What Exeat has to say to them goes to nobody, or to whoever stands in for them."))
    if any(not each.removed for each in people):
        body.append(
            Notice(
                "Whoever has not been met: ask them to add Exeat in the chat and write it a word. If they have, "
                "check that exeat.toml gives the address they sign in with.",
                tone=Tone.WARNING,
            )
        )
    if any(each.removed for each in people):
        body.append(Notice("Whoever has removed or blocked Exeat: ask them to add it again.", tone=Tone.WARNING))
    return tuple(body)


def _about(each: Unreached) -> str:
    held = "; ".join([*(CALLED[role] for role in each.roles), *(f"looks after {name}" for name in each.accounts)])
    why = "has removed or blocked Exeat" if each.removed else "not met yet"
    return f"{held[:1].upper()}{held[1:]}: {why}"
