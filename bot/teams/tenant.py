"""The Microsoft 365 tenant that Exeat belongs to: pinned at its first start, and no other from then on."""

from policy.place import Place
from storage.contract import Store

PLATFORM = "teams"


class OtherTenant(Exception):
    """The settings name another tenant than the one this school's Exeat was first started in."""

    def __init__(self, pinned: str, found: str) -> None:
        super().__init__(
            f"TEAMS_TENANT_ID is {found}, but this school's records belong to the tenant {pinned}. "
            f"Put {pinned} back, or use another EXEAT_DATA folder for another school."
        )


async def pin_tenant(store: Store, school: str, tenant: str) -> None:
    """Keep the tenant from the first start on. Raises OtherTenant when another one is kept."""
    async with store.transaction(school) as tx:
        place = await tx.get(Place, PLATFORM)
        if place is None:
            tx.put(Place(PLATFORM, school, tenant))
    if place is not None and place.tenant != tenant:
        raise OtherTenant(place.tenant, tenant)
