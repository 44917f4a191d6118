"""How records leave Exeat: for one person, and for the school. A kind that no workflow lays out never leaves it."""

from handlers.exports import people

REGISTRY = people.registry
