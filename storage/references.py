"""Random letters for people to read out and to copy: none of them looks like another."""

from secrets import choice

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def grouped(groups: int, each: int) -> str:
    """So many groups of so many random letters, with hyphens between."""
    return "-".join("".join(choice(ALPHABET) for _ in range(each)) for _ in range(groups))


def reference() -> str:
    """What names a hidden record, and tells nothing of it, such as K7Q4-9M2X."""
    return grouped(2, 4)
