"""The exeat.toml that `exeat init` writes: the answers given, and everything else as a remark to fill in later."""

from dataclasses import dataclass

import tomlkit

from bot.settings.shape import HELPLINE
from bot.settings.values import slug_of
from policy.retention import RULES, duration

_RETENTION = "\n".join(f'# {sort} = "{duration(months)}"' for sort, months in RULES.items())


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
# blocked = ["former@school.example"]  # never admitted, whatever else holds
# any_hour = ["office@school.example"]  # owners of accounts, reminded of comments outside staffed hours as well

# [[people.same]]  # names of one person that no shared e-mail joins; as often as needed
# identities = ["ann@school.example", "slack:U02AB3CD4"]

[calendar]
# staffed = "08:00-17:00"
# closures = ["2026-12-21/2027-01-01", "2027-06-04"]  # England's bank holidays are known already
# treat_as_weekend = false  # true: comments that come on those days are due as if they came at a weekend
# terms = ["2026-09-02/2026-12-18", "2027-01-05/2027-03-25", "2027-04-12/2027-07-21"]  # for test alerts

[contacts]
# lado = "01632 960123"  # the local authority designated officer
# childrens_social_care = "01632 960124"
# emergency = "999"
# helplines = [{_quoted(HELPLINE)}]
# dsl = "01632 960125"  # the Designated Safeguarding Lead's telephone
# chair_of_governors = "01632 960126"
# agencies = ["Police, 101"]  # to whom else an incident or a concern may be referred

[safeguarding]
# concerns = "off"  # "record" or "alert_only": docs/safeguarding.md first

[policy]  # for exeat doctor alone
# file = "policy.md"  # beside this file
# version = "2026"
# next_review = "2027-03-31"

[comments]
# reminders = ["half time", "going home", "an hour before"]  # before a comment is due; overdue ones always climb
# complaints = "https://www.school.example/complaints"  # where the complaints procedure is

[retention]  # how long records are kept after they ended
{_RETENTION}

[[accounts]]  # once for each of the school's accounts
name = {_quoted(answers.account)}
platform = {_quoted(answers.platform)}  # facebook, instagram, x, youtube, linkedin, bluesky, mastodon, website, other
# platform_name = "ClassDojo"  # what people call the platform, for other
{_one("url", answers.url, "https://www.school.example", "")}
{_list("owners", answers.owners, "office@school.example", "who puts approved posts up, beside their authors")}
# replies = "approved"  # "free": owners answer comments in words of their own, unread
# check_every = "1 working day"  # how often somebody looks at it; "never" for one that takes no comments
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
