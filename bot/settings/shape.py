"""The shape of `exeat.toml`: its sections and keys, what each may hold, and an example of each."""

from collections.abc import Mapping
from datetime import time
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from bot.settings.values import (
    Address,
    Closure,
    ConcernsMode,
    Day,
    Hours,
    HowToReply,
    Months,
    OnPlatform,
    Ref,
    Reminder,
    Rhythm,
    Slug,
    StaffRef,
    TermDates,
    Words,
    YesOrNo,
    Zone,
)
from policy.account import Replies
from policy.comment.due import BEFORE
from policy.retention import RULES, duration
from policy.school import Concerns

HELPLINE = "NSPCC whistleblowing advice line, 0800 028 0285"
"""Shown where a school names no helpline of its own."""


class Section(BaseModel):
    """A table of the file, which may hold only the keys it knows."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class SchoolSection(Section):
    """`[school]`"""

    name: Words
    id: Slug = ""
    timezone: Zone = ZoneInfo("Europe/London")
    head_may_approve_own: YesOrNo | None = None


class SamePerson(Section):
    """`[[people.same]]`: names that mean one person."""

    identities: list[Ref] = Field(min_length=2)


class PeopleSection(Section):
    """`[people]`"""

    headteacher: Ref
    staff: list[StaffRef] = []
    deputies: list[Ref] = []
    dsl: Ref = ""
    deputy_dsls: list[Ref] = []
    chair_of_governors: Ref = ""
    data_protection_officer: Ref = ""
    office: list[Ref] = []
    admins: list[Ref] = []
    blocked: list[Ref] = []
    any_hour: list[Ref] = []
    same: list[SamePerson] = []


class CalendarSection(Section):
    """`[calendar]`"""

    staffed: Hours = (time(8), time(17))
    closures: list[Closure] = []
    treat_as_weekend: YesOrNo = False
    terms: list[TermDates] = []


class ContactsSection(Section):
    """`[contacts]`"""

    lado: Words = ""
    childrens_social_care: Words = ""
    emergency: Words = "999"
    helplines: list[Words] = [HELPLINE]
    dsl: Words = ""
    chair_of_governors: Words = ""
    agencies: list[Words] = []


class PolicySection(Section):
    """`[policy]`"""

    file: Words = ""
    version: Words = ""
    next_review: Day | None = None


class AccountSection(Section):
    """`[[accounts]]`"""

    name: Words
    platform: OnPlatform
    platform_name: Words = ""
    url: Address = ""
    owners: list[Ref] = []
    replies: HowToReply = Replies.APPROVED
    check_every: Rhythm = 1


class CommentsSection(Section):
    """`[comments]`"""

    reminders: list[Reminder] = list(BEFORE)
    complaints: Words = ""


class RetentionSection(Section):
    """`[retention]`: how long each sort of record is kept after it ended, in months."""

    posts: Months = RULES["posts"]
    comments: Months = RULES["comments"]
    incidents: Months = RULES["incidents"]
    breaches: Months = RULES["breaches"]
    wordings: Months = RULES["wordings"]
    absences: Months = RULES["absences"]
    concerns: Months = RULES["concerns"]


class SafeguardingSection(Section):
    """`[safeguarding]`"""

    concerns: ConcernsMode = Concerns.OFF


class SchoolFile(Section):
    """The whole file."""

    school: SchoolSection
    people: PeopleSection
    accounts: list[AccountSection] = Field(min_length=1)
    calendar: CalendarSection = CalendarSection()
    contacts: ContactsSection = ContactsSection()
    policy: PolicySection = PolicySection()
    comments: CommentsSection = CommentsSection()
    retention: RetentionSection = RetentionSection()
    safeguarding: SafeguardingSection = SafeguardingSection()


SECTIONS: Mapping[tuple[str, ...], type[Section]] = {
    (): SchoolFile,
    ("school",): SchoolSection,
    ("people",): PeopleSection,
    ("people", "same"): SamePerson,
    ("calendar",): CalendarSection,
    ("contacts",): ContactsSection,
    ("policy",): PolicySection,
    ("comments",): CommentsSection,
    ("retention",): RetentionSection,
    ("safeguarding",): SafeguardingSection,
    ("accounts",): AccountSection,
}
"""Which section stands where, list positions left out."""

EXAMPLES: Mapping[tuple[str, ...], str] = {
    ("school",): '[school], and under it name = "Harbour Primary School"',
    ("school", "name"): 'name = "Harbour Primary School"',
    ("people",): '[people], and under it headteacher = "head@school.example"',
    ("people", "headteacher"): 'headteacher = "head@school.example"',
    ("people", "staff"): 'staff = ["*@school.example"]',
    ("people", "deputies"): 'deputies = ["deputy@school.example"]',
    ("people", "dsl"): 'dsl = "dsl@school.example"',
    ("people", "deputy_dsls"): 'deputy_dsls = ["second.dsl@school.example"]',
    ("people", "chair_of_governors"): 'chair_of_governors = "chair@school.example"',
    ("people", "data_protection_officer"): 'data_protection_officer = "dpo@school.example"',
    ("people", "office"): 'office = ["office@school.example"]',
    ("people", "admins"): 'admins = ["it@school.example"]',
    ("people", "blocked"): 'blocked = ["former@school.example"]',
    ("people", "any_hour"): 'any_hour = ["office@school.example"]',
    ("people", "same"): '[[people.same]], and under it identities = ["ann@school.example", "slack:U02AB3CD4"]',
    ("people", "same", "identities"): 'identities = ["ann@school.example", "slack:U02AB3CD4"]',
    ("calendar",): '[calendar], and under it staffed = "08:00-17:00"',
    ("calendar", "closures"): 'closures = ["2026-12-21/2027-01-01", "2027-06-04"]',
    ("calendar", "terms"): 'terms = ["2026-09-02/2026-12-18", "2027-01-05/2027-03-25", "2027-04-12/2027-07-21"]',
    ("contacts",): '[contacts], and under it lado = "01632 960123"',
    ("contacts", "helplines"): f'helplines = ["{HELPLINE}"]',
    ("contacts", "agencies"): 'agencies = ["Police, 101"]',
    ("policy",): '[policy], and under it version = "2026"',
    ("accounts",): '[[accounts]], and under it name = "Harbour on Facebook" and platform = "facebook"',
    ("accounts", "name"): 'name = "Harbour on Facebook"',
    ("accounts", "platform"): 'platform = "facebook"',
    ("accounts", "owners"): 'owners = ["office@school.example"]',
    ("accounts", "replies"): 'replies = "approved"',
    ("accounts", "check_every"): 'check_every = "1 working day"',
    ("comments",): '[comments], and under it reminders = ["half time"]',
    ("comments", "reminders"): 'reminders = ["half time", "going home", "an hour before"]',
    ("safeguarding",): '[safeguarding], and under it concerns = "record"',
    ("safeguarding", "concerns"): 'concerns = "record"',
    ("comments", "complaints"): 'complaints = "https://www.school.example/complaints"',
    ("retention",): '[retention], and under it posts = "3 years"',
    **{("retention", sort): f'{sort} = "{duration(months)}"' for sort, months in RULES.items()},
}
"""What to write, for messages."""
