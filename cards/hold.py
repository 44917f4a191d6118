"""What is held, as people see it: the list and the form."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from cards.model import Button, Card, Form, Row, Text, TextField, Tone
from cards.wording import counted, moment
from policy.hold import LONGEST_REASON, Hold
from policy.record import ref


@dataclass(frozen=True, slots=True)
class Listed:
    """A hold, and the name of whoever put it."""

    hold: Hold
    by: str


def hold_form() -> Form:
    """Which record, and why."""
    return Form(
        "hold.new",
        "Hold a record",
        (
            TextField("record", "Record", hint="As its card names it: P-12, C-40 or I-3.", required=True, longest=20),
            TextField(
                "reason",
                "Why",
                hint="Such as a case number. Leave out names.",
                required=True,
                lines=2,
                longest=LONGEST_REASON,
            ),
        ),
        note="Until you release it, it is not deleted: not when its time is over, nor for anybody who asks for it.",
    )


def holds_card(found: Sequence[Listed], more: bool, zone: ZoneInfo) -> Card:
    """What is held, newest first. `more`: there are others before them."""
    many = f"{'More than ' if more else ''}{counted(len(found), 'record is', 'records are')}"
    said = f"{many} held." if found else "No record is held."
    rest = (Text("On the server, exeat retention holds lists all of them.", Tone.QUIET),) if more else ()
    another = Button("Hold", "hold.ask", tone=Tone.PRIMARY, about="Hold a record")
    return Card("Held records", said, (Text(said), *(_row(each, zone) for each in found), *rest), (another,))


def _row(each: Listed, zone: ZoneInfo) -> Row:
    hold = each.hold
    release = Button("Release", "hold.release", ref(hold), hold.version, about=f"Release {hold.record.id}")
    return Row(f"{hold.record.id}: {hold.reason}", f"By {each.by}, {moment(hold.at, zone)}.", (release,))
