"""Teams: the way in, the way out, and who may come in."""

from bot.teams.addresses import Addresses
from bot.teams.authentication import Authentication
from bot.teams.connector import Connector
from bot.teams.edge import TeamsEdge
from bot.teams.surface import TeamsSurface
from bot.teams.tenant import OtherTenant, pin_tenant

__all__ = [
    "Addresses",
    "Authentication",
    "Connector",
    "OtherTenant",
    "TeamsEdge",
    "TeamsSurface",
    "pin_tenant",
]
