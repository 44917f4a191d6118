"""The forms of a wording: proposing it, changing it, and saying why not."""

from cards.model import ChoiceField, Form, Quote, TextField
from cards.wording import opening
from policy.account import Account
from policy.record import ref
from policy.template import LONGEST_NAME, State, Template, Use

EVERY = "*"
"""What a form holds for every account."""


def template_form(accounts: tuple[Account, ...], template: Template | None = None) -> Form:
    """Propose a wording, or change one."""
    places = ((EVERY, "Every account"), *((account.id, account.name) for account in accounts))
    uses = tuple((use.value, use.label) for use in Use)
    note = "Once it is approved, colleagues may use it word for word, at once."
    if template is not None and template.status is State.APPROVED:
        note = "The words approved now may not be used any more once you send this, until the new ones are approved."
    return Form(
        verb="template.edit.send" if template else "template.new",
        title=f"Edit {template.id}" if template else "Propose a wording",
        parts=(
            TextField(
                "name",
                "Name",
                template.name if template else "",
                "A few words by which colleagues will know it.",
                required=True,
                longest=LONGEST_NAME,
            ),
            TextField(
                "text",
                "Text",
                template.text if template else "",
                "Exactly as it will be said. Please name nobody in it.",
                required=True,
                lines=5,
            ),
            ChoiceField(
                "use",
                "What it is for",
                uses,
                template.use.value if template else Use.ACKNOWLEDGES.value,
                "To acknowledge: to say that it was seen. To answer: nothing more has to be said.",
                required=True,
            ),
            ChoiceField("account", "Account", places, (template.account or EVERY) if template else EVERY),
        ),
        record=ref(template) if template else None,
        version=template.version if template else 0,
        note=note,
    )


def reject_form(template: Template) -> Form:
    """One box for why not, under the words it is about."""
    box = TextField("reason", "The reason", hint="The author reads this.", required=True, lines=4, longest=1000)
    parts = (Quote(opening(template.text, 200)), box)
    return Form("template.reject.send", f"Reject {template.id}", parts, ref(template), template.version)
