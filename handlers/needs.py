"""Who may: the permissions that the registry is made with. Each raises Refused, or lets the turn go on."""

from typing import Any

from handlers.turn import Turn


async def staff(turn: Turn, record: Any) -> None:
    """Anybody whom the school admits, which dispatch has made sure of."""


async def own(turn: Turn, record: Any) -> None:
    """Only the person whose record it is; for anybody else it is as if there were none."""
    if not await turn.is_viewer(record.owner):
        raise turn.nothing_there()
