"""The whole examination, in the order in which one thing rests on another."""

from collections.abc import Callable
from datetime import datetime

from bot.doctor.configured import environment_findings, school_findings
from bot.doctor.finding import Finding, fix
from bot.doctor.golive import look_at_safeguarding, look_before_golive
from bot.doctor.kept import Kept, look_at_store
from bot.doctor.mail import look_at_mail
from bot.doctor.people import people_findings
from bot.doctor.reach import look_at_server
from bot.doctor.tenant import look_at_teams, teams_people
from bot.doctor.workspace import look_at_slack
from bot.settings import Environment, Fault, Misconfigured, config_path, read_environment, read_school, together
from bot.settings.fault import either
from policy.people import Known
from policy.school import Concerns, School


async def examine(clock: Callable[[], datetime], *, mail_to: str = "", golive: bool = False) -> list[Finding]:
    """Everything found; with `golive`, what must be there before safeguarding concerns are taken, and no more.

    `clock` gives aware UTC; a test message goes to the address `mail_to`, if there is one. Waits at most a few
    seconds for each thing out of reach.
    """
    findings: list[Finding] = []
    environment, school = _environment(findings), _school(findings)
    if golive and environment is not None and school is not None:
        return await look_before_golive(environment, school, clock, mail_to)
    if environment is not None:
        findings += environment_findings(environment)
    if school is not None:
        findings += school_findings(school, config_path(), clock())
    if environment is None or school is None:
        return findings
    findings += [_of(fault) for fault in together(environment, school, config_path())]
    running, said = await look_at_server(environment)
    known, of_slack = await look_at_slack(environment, school, clock)
    of_teams = await look_at_teams(environment, school, clock, running)
    kept = await look_at_store(environment, school, running)
    findings += [*said, *kept.findings, *of_slack, *of_teams]
    findings += await look_at_mail(environment, school, clock, mail_to)
    findings += await _people(environment, kept, known, school, clock())
    if school.safeguarding.concerns is not Concerns.OFF:
        findings += await look_at_safeguarding(environment, kept.store, school, clock())
    await kept.close()
    return findings


async def _people(
    environment: Environment, kept: Kept, known: list[Known] | None, school: School, now: datetime
) -> list[Finding]:
    ways = (
        ("invite them to the workspace", environment.slack),
        ("have Exeat added for them in Teams", environment.teams),
    )
    meeting = either([way for way, there in ways if there]) or "set up the chat they use"
    of_all = [finding async for finding in people_findings(kept.store, known, school, now, meeting)]
    return [*of_all, *[finding async for finding in teams_people(environment, kept.store, school, now)]]


def _environment(findings: list[Finding]) -> Environment | None:
    try:
        return read_environment()
    except Misconfigured as error:
        findings += [fix(fault.key, fault.what, fault.instead) for fault in error.faults]
        return None


def _school(findings: list[Finding]) -> School | None:
    try:
        return read_school(config_path())
    except Misconfigured as error:
        findings += [_of(fault) for fault in error.faults]
        return None


def _of(fault: Fault) -> Finding:
    return fix(
        f"{fault.place}, line {fault.line}" if fault.line else fault.place,
        f"{fault.key}: {fault.what}" if fault.key else fault.what,
        fault.instead,
    )
