"""Whom words for the readers of an account seem to name."""

from policy.checks.names import full_names, titled_names

ANYBODY = frozenset({"anonymous", "parent", "parents", "somebody", "someone", "unknown", "the", "user"})
"""Words for a writer that name nobody."""

PUNCTUATION = ".,;:!?'’\"“”()"


def seems_to_name(told: str, writer: str) -> str:
    """Whom the words given to readers seem to name, for a warning; "" when nobody."""
    parts = {part for part in _words(writer) if len(part) > 2 and part not in ANYBODY}
    own = (word for word in told.split() if parts.intersection(_words(word)))
    return ", ".join(
        dict.fromkeys((*full_names(told), *titled_names(told), *(word.strip(PUNCTUATION) for word in own)))
    )


def _words(text: str) -> list[str]:
    return [word.strip(PUNCTUATION) for word in text.casefold().split()]
