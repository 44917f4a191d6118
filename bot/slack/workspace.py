"""The Slack workspace that Exeat belongs to: pinned at its first start, and no other from then on."""

from bot.slack.surface import SlackSurface
from bot.surface import Transient
from policy.place import Place
from storage.contract import Store

PLATFORM = "slack"


class OtherWorkspace(Exception):
    """The bot token belongs to another workspace than the one this school's Exeat was first started in."""

    def __init__(self, pinned: str, found: str) -> None:
        super().__init__(
            f"SLACK_BOT_TOKEN belongs to the workspace {found}, but this school's records belong to {pinned}. "
            f"Use the token of {pinned}, or another EXEAT_DATA folder for another school."
        )


async def pin(store: Store, school: str, surface: SlackSurface) -> str:
    """The id of the school's workspace, asked of Slack, kept from the first start on, and told to the surface.

    When Slack cannot be asked just now, the pinned one serves. Raises OtherWorkspace when the token has
    changed sides, and Transient when Slack cannot be asked and nothing is pinned yet.
    """
    async with store.transaction(school) as tx:
        place = await tx.get(Place, PLATFORM)
    try:
        team = await surface.identify()
    except Transient:
        if place is None:
            raise
        surface.team = place.tenant
        return place.tenant
    if place is None:
        async with store.transaction(school) as tx:
            tx.put(Place(PLATFORM, school, team))
    elif place.tenant != team:
        raise OtherWorkspace(place.tenant, team)
    return team
