"""The duties of the school's social media policy, each with a name, its section, and the duty in plain words."""

from dataclasses import dataclass

POLICY = "Social media policy"


@dataclass(frozen=True, slots=True)
class Clause:
    """One duty. `id` is a fixed slug that records quote; `section` is where the policy has it."""

    id: str
    section: str
    duty: str


_ROLES = "Roles"
_ACCOUNTS = "New accounts"
_MONITORING = "Monitoring"
_BEHAVIOUR = "Behaviour"
_LEGAL = "Legal considerations"
_ABUSE = "Handling abuse"
_IMAGES = "Use of images"
_STAFF = "Personal use by staff"
_FAMILIES = "Pupils and parents"
_ABOUT = "Scope"

CLAUSES: tuple[Clause, ...] = (
    Clause("scope", _ABOUT, "These rules hold for all staff, wherever and whenever they write for the school."),
    Clause("games-and-video-count", _ABOUT, "Games and video sites where people can talk to each other count too."),
    Clause("review-yearly", _ABOUT, "The policy, and how it is put to work, is looked at again every year."),
    Clause("approve-posts", _ROLES, "Nothing goes out until the headteacher has agreed to it."),
    Clause("approve-accounts", _ROLES, "No account is opened for the school until the headteacher has agreed to it."),
    Clause("lead-on-incidents", _ROLES, "The headteacher leads when an incident has been reported."),
    Clause(
        "assess-incidents",
        _ROLES,
        "The headteacher weighs up each incident first, then brings in the staff and outside bodies it needs.",
    ),
    Clause("keep-the-policy", _ROLES, "The headteacher writes the policy and sees that it is followed."),
    Clause("training", _ROLES, "The headteacher arranges training in using social media, and staff take part in it."),
    Clause("know-the-policy", _ROLES, "Everyone on the staff knows this policy and keeps to it."),
    Clause(
        "plan-accounts",
        _ACCOUNTS,
        "Whoever wants an account says what it is for, who it is for, how people will hear of it and who may see it.",
    ),
    Clause(
        "community-accounts",
        _ACCOUNTS,
        "A page run by friends of the school goes through the same steps as one run by staff.",
    ),
    Clause("monitor-accounts", _MONITORING, "Somebody looks at each of the school's accounts often."),
    Clause(
        "answer-in-24h",
        _MONITORING,
        "Whoever writes to us hears back inside 24 hours; if they wrote at a weekend, on the next working day.",
    ),
    Clause(
        "step-in-early", _MONITORING, "Bullying and bad behaviour on the school's accounts is noticed and stopped."
    ),
    Clause(
        "professional-conduct",
        _BEHAVIOUR,
        "What staff write online is courteous, and as considered as what they would say at work.",
    ),
    Clause("privacy", _BEHAVIOUR, "Other people's privacy and rights are left unharmed."),
    Clause("no-personal-gain", _BEHAVIOUR, "Nobody makes money or wins favours through the school's accounts."),
    Clause("confidentiality", _BEHAVIOUR, "What is learnt in confidence stays so, also when somebody has left."),
    Clause("declare-who-you-are", _BEHAVIOUR, "People say who they are when they post about the school."),
    Clause("journalists", _BEHAVIOUR, "A reporter who asks about a post is answered only by the agreed route."),
    Clause(
        "report-conduct",
        _BEHAVIOUR,
        "Serious misuse is passed to a senior colleague at once, and a leak of personal data is handled as one.",
    ),
    Clause(
        "use-at-work", _BEHAVIOUR, "A little private browsing at work is fine as long as the work does not suffer."
    ),
    Clause("act-on-breaches", _BEHAVIOUR, "When somebody breaks these rules, the school does something about it."),
    Clause("copyright", _LEGAL, "Other people's pictures, words and music are shared only if they allow it."),
    Clause("data-protection", _LEGAL, "Personal information is handled as data protection law asks."),
    Clause("swift-and-kind", _ABUSE, "Offensive comments are dealt with quickly and with tact."),
    Clause(
        "act-and-explain",
        _ABUSE,
        "When somebody is blocked or a comment taken down, readers are told just why.",
    ),
    Clause("abuse-to-dsl", _ABUSE, "Abuse online by a colleague goes to the Designated Safeguarding Lead."),
    Clause("picture-permission", _IMAGES, "People are pictured only if they agreed, and anyone may say no."),
    Clause(
        "pupil-pictures",
        _IMAGES,
        "Pupils appear only on the school's own accounts, and only where a parent or guardian has said yes.",
    ),
    Clause(
        "picture-judgement", _IMAGES, "Staff ask themselves whether a picture belongs in public before they share it."
    ),
    Clause("compromising-picture", _IMAGES, "A picture that could be misread or misused is not kept."),
    Clause(
        "disclaimer",
        _STAFF,
        "On a personal account that touches on the school, staff say that they speak for themselves.",
    ),
    Clause("no-harm-to-the-school", _STAFF, "What staff do privately online must not damage the school's good name."),
    Clause("no-following-pupils", _FAMILIES, "Staff keep pupils, past and present, off their personal networks."),
    Clause("pupils-safe-online", _FAMILIES, "Lessons teach pupils to look after themselves and others online."),
    Clause(
        "families-conduct", _FAMILIES, "Hurtful comments by pupils or parents are taken up as matters of behaviour."
    ),
    Clause("monitor-public-posts", "Posts about the school", "Staff keep an eye on what is said publicly about us."),
)

_BY_ID = {each.id: each for each in CLAUSES}


def clause(id: str) -> Clause:
    """The duty with that id. Raises LookupError when there is none."""
    try:
        return _BY_ID[id]
    except KeyError:
        raise LookupError(f"the policy has no clause {id!r}") from None


def cite(id: str) -> str:
    """A short citation: "Social media policy, Roles: nothing goes out until the headteacher has agreed to it."

    For "", the clause of rules that are not the policy's, the answer is "". Raises LookupError for an unknown id.
    """
    if not id:
        return ""
    cited = clause(id)
    return f"{POLICY}, {cited.section}: {cited.duty[0].lower()}{cited.duty[1:]}"
