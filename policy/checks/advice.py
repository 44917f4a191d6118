"""The checks that advise: what the author and the headteacher should look at twice. None of them blocks."""

from collections.abc import Iterable, Iterator

from policy.account import Account
from policy.checks.draft import Draft, Finding


def advice(draft: Draft, accounts: Iterable[Account]) -> Iterator[Finding]:
    """What is worth a second look."""
    yield from ()
