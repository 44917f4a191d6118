"""Whom a writer's name means, and whom words for the readers of an account seem to name."""

from policy.checks.names import full_names, titled_names

ANYBODY = frozenset(
    {"anonymous", "carer", "dad", "father", "grandad", "grandma", "grandparent", "grandparents", "mother", "mum"}
    | {
        "neighbour",
        "parent",
        "parents",
        "pupil",
        "somebody",
        "someone",
        "student",
        "the",
        "unknown",
        "user",
        "visitor",
    }
)
"""Words for a writer that name nobody."""

PUNCTUATION = ".,;:!?'’\"“”()"


def names_in(writer: str) -> frozenset[str]:
    """The parts of a writer's name by which somebody would know them, in small letters; none of "A parent"."""
    return frozenset(part for part in _words(writer) if len(part) > 2 and part not in ANYBODY)


def seems_to_name(told: str, writer: str) -> str:
    """Whom the words given to readers seem to name, for a warning; "" when nobody."""
    parts = names_in(writer)
    own = (word for word in told.split() if parts.intersection(_words(word)))
    return ", ".join(
        dict.fromkeys((*full_names(told), *titled_names(told), *(word.strip(PUNCTUATION) for word in own)))
    )


def _words(text: str) -> list[str]:
    return [word.strip(PUNCTUATION) for word in text.casefold().split()]
