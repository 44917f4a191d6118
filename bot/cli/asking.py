"""Commands that answer a question: when is a reply due, is everything in order.

The doctor is imported as it begins: it looks at every chat, and their libraries take long to load.
"""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from bot.cli.speaking import FAILED, out, plainly, refuse, say
from bot.clock import utc_now
from bot.logs import set_up_logs
from bot.settings import config_path, read_school
from policy.calendar import Calendar, NeverOpen, as_utc, day_in_words
from policy.clauses import cite
from policy.deadlines import reply_due

if TYPE_CHECKING:
    from bot.doctor import Finding


def due(
    received: Annotated[str, typer.Argument(metavar="TIME", help="When it was received, such as 2027-03-27T10:00.")],
) -> None:
    """When must a comment received at TIME be answered?

    Prints the reason and the policy's clause, and the moment itself on the last line. A TIME without an
    offset is in the school's zone. The school's own hours and closures count where exeat.toml is found.

    \b
    Example:
      exeat due 2027-03-27T10:00
      exeat due 2027-03-27T10:00+00:00
    """
    with plainly():
        calendar = read_school(config_path()).calendar if config_path().exists() else Calendar()
    try:
        moment = datetime.fromisoformat(received)
    except ValueError:
        refuse(f'"{received}" is not a time. Write the date, a T and the time, such as 2027-03-27T10:00.')
    if len(received) <= len("2027-03-27"):
        refuse(f'"{received}" gives no time of day. Write, for example, {received}T10:00.')
    try:
        _print_due(moment, calendar)
    except (NeverOpen, OverflowError) as error:
        refuse(f"No deadline can be worked out for that: {error}.", FAILED)


def _print_due(moment: datetime, calendar: Calendar) -> None:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=calendar.zone)
        if as_utc(moment).astimezone(calendar.zone).replace(tzinfo=None) != moment.replace(tzinfo=None):
            say("The clocks go forward over that time, so it was never on a clock; it is taken an hour on.")
        elif moment.utcoffset() != moment.replace(fold=1).utcoffset():
            say("The clocks go back over that time, so it came twice; it is taken as the first.")
    answer = reply_due(moment, calendar)
    at = calendar.local(answer.at)
    say(answer.reason)
    say(f"{cite(answer.clause)} ({answer.clause})")
    if answer.target is not None:
        target = calendar.local(answer.target)
        say(f"Better by {target:%H:%M} on {day_in_words(target.date())}, while staff are still there.")
    say(at.isoformat(timespec="seconds"))


def doctor(
    mail: Annotated[str, typer.Option(metavar="ADDRESS", help="Send a test message to this address as well.")] = "",
    golive: Annotated[
        bool, typer.Option("--golive", help="Look at all that safeguarding concerns need, and at nothing else.")
    ] = False,
) -> None:
    """Is everything in order? Looks at the configuration, the records, the clock, the chat and the mail server, and
    says what to do.

    Leaves with 1 when something must be put right. May be run while Exeat is serving.

    \b
    Example:
      exeat doctor
      exeat doctor --mail office@school.example
      exeat doctor --golive
    """
    from bot.doctor import Verdict, examine

    set_up_logs(quiet=True)
    with plainly():
        findings = asyncio.run(examine(utc_now, mail_to=mail, golive=golive))
    for title, verdict in (
        ("To put right", Verdict.FIX),
        ("To think about", Verdict.NOTE),
        ("Left to its default", Verdict.DEFAULT),
        ("In order", Verdict.FINE),
    ):
        _print_findings(title, [finding for finding in findings if finding.verdict is verdict])
    if fixes := sum(finding.verdict is Verdict.FIX for finding in findings):
        refuse(f"{'One thing' if fixes == 1 else f'{fixes} things'} to put right.", FAILED)
    say("Nothing needs putting right.")


def _print_findings(title: str, findings: "list[Finding]") -> None:
    if not findings:
        return
    table = Table(title=title, title_justify="left", title_style="bold", show_header=False, box=None, pad_edge=False)
    table.add_column(no_wrap=False, max_width=34, style="bold")
    table.add_column()
    for finding in findings:
        table.add_row(Text(finding.subject), Text(f"{finding.found} {finding.todo}".strip()))
    out.print(table, soft_wrap=False)
    say()
