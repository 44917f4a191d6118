"""Who holds the safeguarding roles for concerns, and a change of one that waits to be confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from cards.model import Button, Card, Element, Facts, Notice, Row, Text, Tone
from cards.roles import TITLES
from cards.wording import listed
from policy.people import Role
from policy.pin import Names, Pin
from policy.record import ref


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody in a role: what they are called in the chat, "" for nobody there; all their names; whether concerns
    can reach them.
    """

    name: str
    refs: Names
    reached: bool = True

    @property
    def shown(self) -> str:
        """The name with the addresses, by which one person is told from another of that name."""
        refs = ", ".join(self.refs)
        return f"{self.name} ({refs})" if self.name else refs


@dataclass(frozen=True, slots=True)
class Change:
    """A pin and the words its card needs. `may` names those who may confirm the change, `mine`: the viewer may;
    `by` is who decided last.
    """

    kept: Pin
    zone: ZoneInfo
    held: tuple[Seat, ...]
    proposed: tuple[Seat, ...] | None = None
    may: tuple[str, ...] = ()
    mine: bool = False
    by: str = ""


def pin_card(change: Change) -> Card:
    """The change: what would change, who may confirm it, or what became of it."""
    title = f"Safeguarding role: {TITLES[change.kept.role]}"
    status = _status(change)
    body: list[Element] = [Text(status, Tone.STRONG), _who(change)]
    if change.kept.proposed is not None:
        body += _waiting(change)
    return Card(title, f"{title}. {status}", tuple(body), _buttons(change))


def pins_card(changes: Sequence[Change]) -> Card:
    """Who holds each role for concerns, when that was first written down."""
    said = "Exeat has noted who holds the safeguarding roles. Safeguarding concerns go by this list."
    rows = tuple((_titled(change.kept.role), _people(change.held, gone=True)) for change in changes)
    body = (
        Text(said),
        Facts(rows),
        Text("A change in exeat.toml counts for concerns once somebody else on this list has confirmed it here."),
        Notice("If a name is wrong, tell whoever looks after Exeat, and the headteacher, now.", tone=Tone.WARNING),
    )
    return Card("Safeguarding roles", said, body)


def pin_row(change: Change) -> Row:
    """The change on somebody's home page."""
    return Row(f"Safeguarding role: {TITLES[change.kept.role]}", _status(change), _buttons(change))


def _status(change: Change) -> str:
    kept = change.kept
    if kept.proposed is not None:
        if kept.turned_down:
            return f"{change.by} says that the change is not right. For concerns, nothing has changed."
        return "exeat.toml has changed. For concerns, nothing changes until it is confirmed."
    if kept.by and kept.at == kept.since:
        return f"Confirmed by {change.by}. This now holds for concerns."
    return "exeat.toml is as it was. There is nothing to decide."


def _who(change: Change) -> Facts:
    if change.proposed is None:
        return Facts((("Now", _people(change.held, gone=True)),))
    return Facts(
        (("For concerns, until now", _people(change.held, gone=True)), ("In exeat.toml", _people(change.proposed)))
    )


def _people(seats: Sequence[Seat], *, gone: bool = False) -> str:
    """The people on a line each; `gone`: it is said of whom concerns cannot reach."""
    without = "concerns cannot reach them" if gone else "Exeat has not met them yet"
    said = (each.shown if each.reached else f"{each.shown}: {without}" for each in seats)
    return "\n".join(said) or "Nobody"


def _waiting(change: Change) -> list[Element]:
    if change.mine:
        ask = "Ask the people themselves, or ring the school, before you press. Do not go by a message alone."
        if change.kept.turned_down:
            ask = f"If it is right after all, you can still confirm it. {ask}"
        return [
            Notice(ask, tone=Tone.WARNING),
            Text("All on both lists, and the admins, are told.", Tone.QUIET),
        ]
    if change.may:
        said = f"It can be confirmed by {listed(change.may, 'or')}."
        return [Text(said), Text("If it is not right, tell one of them and the school.", Tone.QUIET)]
    said = (
        "Nobody is left who may confirm it. Whoever looks after Exeat: put somebody who held a safeguarding role "
        "back under [people] staff in exeat.toml, restart Exeat, and ask them to press Confirm."
    )
    return [Notice(said, tone=Tone.WARNING)]


def _buttons(change: Change) -> tuple[Button, ...]:
    kept = change.kept
    if kept.proposed is None or not change.mine:
        return ()
    about = f"the change of {TITLES[kept.role]}"
    yes = Button("Confirm", "pin.confirm", ref(kept), kept.version, Tone.PRIMARY, about=f"Confirm {about}")
    no = Button("Not right", "pin.refuse", ref(kept), kept.version, Tone.DANGER, about=f"Not right: {about}")
    return (yes,) if kept.turned_down else (yes, no)


def _titled(role: Role) -> str:
    return f"{TITLES[role][0].upper()}{TITLES[role][1:]}"
