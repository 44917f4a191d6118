"""What each setting that was left out means, in a sentence for whoever looks after Exeat."""

from collections.abc import Iterator, Mapping
from typing import Any

from policy.retention import RULES, duration

MEANINGS: Mapping[tuple[str, str], str] = {
    ("school", "id"): "It is made from the name. Write it down before the first post: records belong to it, so a "
    "school that is renamed later would lose sight of them.",
    ("school", "timezone"): "Europe/London.",
    ("school", "head_may_approve_own"): "Only where there is no deputy may the headteacher approve their own posts, "
    "and the record says so.",
    ("people", "staff"): "On Slack, every full member of the workspace is staff; guests never are.",
    ("people", "deputies"): "Nobody decides in the headteacher's place, unless /away names somebody.",
    ("people", "dsl"): "Nobody is named as Designated Safeguarding Lead.",
    ("people", "deputy_dsls"): "Nobody stands in for the Designated Safeguarding Lead.",
    ("people", "chair_of_governors"): "Nobody is named as chair of governors.",
    ("people", "data_protection_officer"): "Nobody is named as data protection officer.",
    ("people", "office"): "Nobody is named as the office.",
    ("people", "admins"): "Nobody is told in the chat when a message cannot be delivered; exeat doctor says so.",
    ("people", "blocked"): "Nobody is shut out by name.",
    ("people", "any_hour"): "Everybody is reminded of comments in staffed hours only, unless none are left.",
    ("people", "same"): "Accounts of one person are known by their verified e-mail alone.",
    ("calendar", "staffed"): "08:00 to 17:00 on working days.",
    ("calendar", "closures"): "The school is closed at weekends and on England's bank holidays only.",
    ("calendar", "treat_as_weekend"): "A comment that comes on a bank holiday or closure day is due after 24 hours.",
    ("calendar", "terms"): "The autumn term begins on 1 September, the spring term on 1 January, the summer term on "
    "the day after Easter Monday.",
    ("contacts", "lado"): "No number for the local authority designated officer is shown.",
    ("contacts", "childrens_social_care"): "No number for children's social care is shown.",
    ("contacts", "emergency"): "999.",
    ("contacts", "helplines"): "The NSPCC whistleblowing advice line.",
    ("contacts", "dsl"): "No telephone number of the Designated Safeguarding Lead is shown.",
    ("contacts", "chair_of_governors"): "No telephone number of the chair of governors is shown.",
    ("contacts", "agencies"): "No other agencies are listed.",
    ("policy", "file"): "Nobody looks whether the school's policy is in its place. Exeat quotes its own summary of "
    "it in any case.",
    ("policy", "version"): "The doctor names the policy without a version.",
    ("policy", "next_review"): "Nobody is reminded that the policy wants reviewing.",
    (
        "comments",
        "reminders",
    ): "Reminders of a comment come at half time, before going home and an hour before it is due.",
    ("safeguarding", "concerns"): "Off: Exeat takes no safeguarding concerns, and sends no test alerts.",
    ("comments", "complaints"): "Complaints are said to go by the complaints procedure, but not where it is.",
    **{
        ("retention", sort): f"{sort.capitalize()} are deleted {duration(months)} after they ended."
        for sort, months in RULES.items()
    },
}


def left_out(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each setting that the file does not give, as `[section] key`, and what that means."""
    for (section, key), meaning in MEANINGS.items():
        given = data.get(section)
        if not isinstance(given, dict) or key not in given:
            yield f"[{section}] {key}", meaning
