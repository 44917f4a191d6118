"""The exeat.toml that `exeat init` writes: the answers given, and everything else as a remark to fill in later."""

from dataclasses import dataclass

import tomlkit

from bot.settings.values import slug_of


@dataclass(frozen=True, slots=True)
class Answers:
    """What was asked. Lists may be empty and words "", where the file may do without."""

    name: str
    headteacher: str
    staff: tuple[str, ...]
    deputies: tuple[str, ...]
    dsl: str
    office: tuple[str, ...]
    admins: tuple[str, ...]
    account: str
    platform: str
    url: str
    owners: tuple[str, ...]


def written(answers: Answers) -> str:
    """The text of the file."""
    return f"""\
# This school, as Exeat knows it. What may stand here: docs/configuration.md.
# After every change run `exeat doctor`, then restart Exeat.

[school]
id = {_quoted(slug_of(answers.name)[:40].strip("-"))}  # every record carries it: leave it as it is from now on
name = {_quoted(answers.name)}
# timezone = "Europe/London"
# head_may_approve_own = false  # true lets the headteacher approve their own posts; the record then says so

[people]  # an e-mail, "slack:U…" (a member ID), or "teams:…" (an Entra object ID)
{_list("staff", answers.staff, "*@school.example", "who is admitted; without it, on Slack, all full members")}
headteacher = {_quoted(answers.headteacher)}
{_list("deputies", answers.deputies, "deputy@school.example", "they decide on the headteacher's posts, or when away")}
{_one("dsl", answers.dsl, "dsl@school.example", "the Designated Safeguarding Lead")}
# deputy_dsls = ["second.dsl@school.example"]
# chair_of_governors = "chair@school.example"
# data_protection_officer = "dpo@school.example"
{_list("office", answers.office, "office@school.example", "who looks after the school's comments")}
{_list("admins", answers.admins, "it@school.example", "who is told when a message cannot be delivered")}
# blocked = []

[calendar]
# staffed = "08:00-17:00"
# closures = ["2026-12-21/2027-01-01", "2027-06-04"]  # England's bank holidays are known already
# treat_as_weekend = false

[contacts]
# lado = "01632 960123"
# emergency = "999"
# dsl = "01632 960125"  # the Designated Safeguarding Lead's telephone
# chair_of_governors = "01632 960126"

[safeguarding]
# concerns = "off"  # "record" or "alert_only": docs/safeguarding.md first

[policy]
# file = "policy.md"
# version = "2026"
# next_review = "2027-03-31"

[[accounts]]  # once for each of the school's accounts
name = {_quoted(answers.account)}
platform = {_quoted(answers.platform)}  # facebook, instagram, x, youtube, linkedin, bluesky, mastodon, website, other
{_one("url", answers.url, "https://www.school.example", "")}
{_list("owners", answers.owners, "office@school.example", "who puts approved posts up, beside their authors")}
"""


def _one(key: str, value: str, example: str, why: str) -> str:
    return _remark(f"{key} = {_quoted(value)}" if value else f'# {key} = "{example}"', why)


def _list(key: str, values: tuple[str, ...], example: str, why: str) -> str:
    line = f"{key} = [{', '.join(map(_quoted, values))}]" if values else f'# {key} = ["{example}"]'
    return _remark(line, why)


def _remark(line: str, why: str) -> str:
    return f"{line}  # {why}" if why else line


def _quoted(text: str) -> str:
    return tomlkit.string(text).as_string()
