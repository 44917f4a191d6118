"""The configuration under examination: what was left to its default, what is misspelt, what has run out."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bot.doctor.finding import Finding, Verdict, fine, fix, note
from bot.settings import Environment, misspelt
from bot.settings.defaults import left_out
from bot.settings.lines import read_document
from policy.people import Role
from policy.school import School


def school_findings(school: School, file: Path, now: datetime) -> Iterator[Finding]:
    """The school's file, which has been read without a fault."""
    yield fine(str(file), f"{school.name}, {_count(len(school.accounts), 'account')}; read without a fault.")
    data = read_document(file.read_text("utf-8")).data
    if "id" not in data["school"]:
        todo = f'Fix it now: write id = "{school.id}" under [school].'
        yield note(
            "[school] id", "It is made from the name, so renaming the school would part it from its records.", todo
        )
    for key, meaning in left_out(data):
        if key != "[school] id":
            yield Finding(Verdict.DEFAULT, key, meaning)
    for number, account in enumerate(school.accounts):
        if not account.owners:
            yield note(
                account.name,
                "Nobody looks after it, so only the author of a post is asked to put it up.",
                f'Name somebody under accounts, number {number + 1}: owners = ["…"].',
            )
    yield from _policy(school, now)
    yield from _deciding(school)
    yield from _leading(school)


def _leading(school: School) -> Iterator[Finding]:
    if not school.roster.refs(Role.CHAIR):
        yield note(
            "[people] chair_of_governors",
            "Nobody is named, so nobody can be told of an incident that is about the headteacher.",
            'Name them: chair_of_governors = "…".',
        )
    if not school.roster.refs(Role.DPO):
        yield note(
            "[people] data_protection_officer",
            "Nobody is named, so only whoever leads on an incident hears of a personal data breach.",
            'Name them: data_protection_officer = "…".',
        )


def _deciding(school: School) -> Iterator[Finding]:
    if school.roster.refs(Role.DEPUTY):
        if school.head_may_approve_own:
            yield note(
                "[school] head_may_approve_own",
                "The headteacher may approve their own posts, though there are "
                "deputies. The record says so each time.",
                "Take the line out if that is not meant.",
            )
    elif school.head_may_approve_own:
        yield note(
            "[people] deputies",
            "There is no deputy, so the headteacher may approve their own posts.",
            'Name one, and nobody need decide on their own work: deputies = ["…"].',
        )
    else:
        yield fix(
            "[people] deputies",
            "There is no deputy, and the headteacher may not approve their own posts: nobody can.",
            "Name a deputy, or take head_may_approve_own = false out.",
        )


def _policy(school: School, now: datetime) -> Iterator[Finding]:
    policy = school.policy
    if policy.file and not Path(policy.file).is_file():
        yield note(
            "[policy] file", f"There is no file {policy.file}.", "Put the school's policy there, or correct the path."
        )
    if policy.next_review is None:
        return
    today = school.calendar.today(now)
    called = f"The policy, version {policy.version}," if policy.version else "The policy"
    if policy.next_review < today:
        yield note(
            "[policy] next_review",
            f"{called} was to be reviewed by {policy.next_review}, which has passed.",
            "Review it with the governors, then write the new version and date under [policy].",
        )
    else:
        yield fine("[policy] next_review", f"{called} is next reviewed by {policy.next_review}.")


def environment_findings(environment: Environment) -> Iterator[Finding]:
    """The environment, which has been read without a fault."""
    for name, meant in misspelt():
        yield note(name, "Exeat knows no such variable and leaves it alone.", f"Did you mean {meant}?")
    if not environment.slack and not environment.teams:
        yield fix(
            "Chat",
            "No chat is configured, so exeat serve cannot start.",
            "Follow docs/slack.md or docs/teams.md; exeat demo needs neither.",
        )
    if environment.slack and environment.slack_app_token is None and not environment.exeat_public_url:
        yield note(
            "EXEAT_PUBLIC_URL",
            "It is not set, so the manifest cannot say where Slack reaches Exeat.",
            "Set it to the https address that your web server passes on to Exeat.",
        )
    elif environment.teams and not environment.exeat_public_url:
        yield note(
            "EXEAT_PUBLIC_URL",
            "It is not set, so the doctor cannot try it, and on Teams pictures are shown small and nowhere in full.",
            "Set it to the https address that your web server passes on to Exeat.",
        )
    if environment.exeat_public_url.startswith("http://"):
        yield fix(
            "EXEAT_PUBLIC_URL",
            "It is not https, and neither Slack nor Teams sends anything to such an address.",
            "Put Exeat behind your web server's https (docs/running.md).",
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
