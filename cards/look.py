"""Who looked at an account when, and which nobody has looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from cards.model import Button, Card, ChoiceField, Element, Form, Notice, Row, Text, TextField, Tone
from cards.wording import counted, moment
from policy.account import Account
from policy.clauses import cite
from policy.deadlines import Deadline
from policy.look import CLAUSE, AccountWatch


@dataclass(frozen=True, slots=True)
class Unseen:
    """An account that nobody has looked at in time, the watch on it, and the name of whoever looked last, or ""."""

    account: Account
    kept: AccountWatch
    by: str


def check_form(accounts: Sequence[Account]) -> Form:
    """Which account somebody has looked at, and what they found."""
    parts = (
        ChoiceField(
            "account",
            "Account",
            tuple((each.id, each.name) for each in accounts),
            accounts[0].id if len(accounts) == 1 else "",
            required=True,
        ),
        TextField("note", "Text", hint="Anything worth keeping; leave it empty for nothing new.", longest=300),
    )
    return Form("look.send", "I have looked at an account", parts)


def looked_card(account: Account, kept: AccountWatch, deadline: Deadline | None, zone: ZoneInfo) -> Card:
    """What whoever looked is told: it is kept, and when somebody must look again."""
    at = f"It is kept that you looked, {moment(kept.start, zone)}."
    body: list[Element] = [Text(at)]
    if deadline is not None:
        body.append(Notice(deadline.reason, cite(CLAUSE)))
    body.append(Text("If there was something new, please type /logcomment.", Tone.QUIET))
    return Card(f"{account.name}: looked at", f"{account.name}: {at}", tuple(body))


def unseen_card(found: Sequence[Unseen], zone: ZoneInfo) -> Card:
    """A reminder of the accounts that nobody has looked at."""
    said = f"{counted(len(found), 'account', 'accounts')} to look at."
    notice = Notice("No comments and nobody looking are not the same.", cite(CLAUSE))
    title = "Please look at this account" if len(found) == 1 else "Please look at these accounts"
    return Card(title, said, (Text(said), *unseen_rows(found, zone), notice))


def unseen_rows(found: Sequence[Unseen], zone: ZoneInfo) -> tuple[Element, ...]:
    """Each account on a line: since when nobody has looked, and a button for whoever has."""
    return tuple(_row(each, zone) for each in found)


def unwatched(found: Sequence[Unseen], zone: ZoneInfo) -> tuple[Element, ...]:
    """What stands with a list of comments: that there may be more on accounts that nobody has looked at in time."""
    if not found:
        return ()
    which = "this account" if len(found) == 1 else "these accounts"
    said = f"There may be more: nobody has looked at {which} in time."
    return (Notice(said, cite(CLAUSE)), *unseen_rows(found, zone))


def _row(each: Unseen, zone: ZoneInfo) -> Row:
    last = each.kept.last
    said = f"Nobody has looked since {moment(each.kept.start, zone)}, when the watch on it began."
    if last is not None:
        said = f"Last looked at {moment(last.at, zone)}, by {each.by}: {last.note or 'nothing new'}."
    button = Button(
        "Checked", "look.sign", payload={"account": each.account.id}, about=f"Checked: {each.account.name}"
    )
    return Row(each.account.name, said, (button,))
