"""Wordings that are approved beforehand: proposed, decided on, and found when a comment is to be answered."""

from handlers.registry import Registry
from handlers.turn import Scene
from policy.template import EVERYWHERE, Template, fits, usable_key

REGISTRY = Registry()

MOST = 100
"""How many wordings of one sort are looked at, newest first."""


async def usable(scene: Scene, account: str) -> list[Template]:
    """The approved wordings that may be used on the account with that slug, by name; empty for an unknown one."""
    known = scene.school.account(account)
    if known is None:
        return []
    found = [
        each
        for place in (EVERYWHERE, account)
        for each in await scene.tx.find(Template, key=usable_key(place), limit=MOST)
        if each.usable and fits(each, known)
    ]
    return sorted(found, key=lambda each: each.name.casefold())
