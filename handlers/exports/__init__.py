"""How records leave Exeat: laid out by kind, with whose each piece is. A kind that is not here never leaves it."""

from handlers.exports import of_comments, of_holds, of_incidents, of_people, of_posts, of_safeguarding
from handlers.registry import merge

REGISTRY = merge(
    [
        of_people.registry,
        of_posts.registry,
        of_comments.registry,
        of_incidents.registry,
        of_safeguarding.registry,
        of_holds.registry,
    ]
)
