"""Wordings laid out to be read outside Exeat."""

from cards.export import Fact, Part, Piece, Sheet, When, Who, Words
from handlers.posts.exporting import decision_part
from handlers.registry import Registry
from handlers.turn import Scene
from policy.template import WORDS as STANDS
from policy.template import Template

registry = Registry()


@registry.exports("wordings", "Wordings to acknowledge and answer with", Template)
async def template(scene: Scene, template: Template) -> Sheet:
    """A wording: its author's, and the decision on it its author's and whoever took it."""
    author = template.author
    pieces: list[Piece] = [
        Who("Written by", author),
        When("First proposed", template.made_at),
        When("Proposed as it stands", template.waiting_since),
        Fact("Stands as", STANDS[template.status]),
        Fact("Version", str(template.version)),
        Fact("For", scene.account_name(template.account) if template.account else "every account"),
        Fact("Use", template.use.label),
        Words("Name", template.name, author),
        Words("Words", template.text, author),
    ]
    pieces += [Words("Words before", template.before, author)] if template.before else []
    parts = [Part("The wording", (author,), tuple(pieces))]
    parts += [decision_part(template.decision, author)] if template.decision else []
    if template.retired_by:
        parts.append(Part("Withdrawn", (template.retired_by,), (Who("Withdrawn by", template.retired_by),)))
    return Sheet(template.KIND, template.id, f"Wording {template.id}", tuple(parts))
