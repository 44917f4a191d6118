"""Who can be written to now: by which accounts, and on the platforms where one must first have added Exeat."""

from handlers.turn import Scene
from policy.address import Address
from policy.people import Known, Person


async def is_reached(scene: Scene, person: Person) -> bool:
    """Whether there is an account by which the person can be written to now."""
    accounts = _served(scene, person)
    needy = [account for account in accounts if account.identity.platform in scene.installed]
    addresses = [await _address(scene, account) for account in needy]
    return len(needy) < len(accounts) or any(address is not None and address.open for address in addresses)


async def has_removed(scene: Scene, person: Person) -> bool:
    """Whether the person could be written to once, of somebody who no longer can."""
    return any([await _address(scene, account) is not None for account in _served(scene, person)])


async def is_gone(scene: Scene, person: Person) -> bool:
    """Whether the person has removed Exeat everywhere. Somebody met a moment ago, whose address is not kept yet, is
    not gone.
    """
    return await has_removed(scene, person) and not await is_reached(scene, person)


def _served(scene: Scene, person: Person) -> list[Known]:
    """The person's active accounts on the platforms that are served."""
    return [each for each in person.active if scene.served is None or each.identity.platform in scene.served]


async def _address(scene: Scene, account: Known) -> Address | None:
    return await scene.tx.get(Address, str(account.identity))
