"""The key that is missed: where alerts rest on it, Exeat does not start without."""

from policy.drill import OPENING, Opening
from policy.school import Concerns, School
from storage.tiny import TinyStore

KEY_MISSED = (
    "Exeat was not started: EXEAT_KEY is not set, and safeguarding concerns rest on it here. Alerts about somebody's "
    "safety would stop without a word. Put EXEAT_KEY back into the environment; exeat keys recover prints "
    "it from the sealed copy of the DSL or the chair. If it is lost for good, read “The key” in docs/running.md: "
    "exeat serve --without-key then serves everything else."
)


async def misses_key(store: TinyStore, school: School) -> bool:
    """Whether there is no key, and something that climbs may be sealed, or could be raised if there were one."""
    if store.sealing or store.unread:
        return store.unread
    async with store.transaction(school.id) as tx:
        opening = await tx.get(Opening, OPENING)
    return school.safeguarding.concerns is not Concerns.OFF and opening is not None and opening.since is not None
