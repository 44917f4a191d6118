"""What the roles are called: as a label, and in the middle of a sentence."""

from collections.abc import Mapping

from policy.people import Role

TITLES: Mapping[Role, str] = {
    Role.HEADTEACHER: "headteacher",
    Role.DEPUTY: "deputy headteacher",
    Role.DSL: "Designated Safeguarding Lead",
    Role.DEPUTY_DSL: "deputy Designated Safeguarding Lead",
    Role.CHAIR: "chair of governors",
    Role.DPO: "data protection officer",
    Role.OFFICE: "office",
    Role.ADMIN: "admin of Exeat",
}
"""A role as a label, without an article."""

CALLED: Mapping[Role, str] = {
    Role.HEADTEACHER: "the headteacher",
    Role.DEPUTY: "a deputy",
    Role.DSL: "the DSL",
    Role.DEPUTY_DSL: "a deputy DSL",
    Role.CHAIR: "the chair of governors",
    Role.DPO: "the data protection officer",
    Role.OFFICE: "the office",
    Role.ADMIN: "an admin",
}
"""Whoever holds a role, in the middle of a sentence."""
