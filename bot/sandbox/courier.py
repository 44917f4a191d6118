"""A stand-in for the relay while that is being built."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.sandbox.surface import SandboxSurface
from bot.surface import Posted
from handlers.dispatch import Dispatch
from storage.contract import Outgoing, Shown, Store, Task


class Courier:
    def __init__(
        self, store: Store, dispatch: Dispatch, surface: SandboxSurface, clock: Callable[[], datetime]
    ) -> None:
        self.store, self.dispatch, self.surface, self.clock = store, dispatch, surface, clock

    async def drain(self) -> None:
        school = self.dispatch.school.id
        while rows := await self.store.claim(school, self.clock(), timedelta(seconds=30), 50):
            for row in rows:
                await self._carry(row)

    async def _carry(self, row: Outgoing) -> None:
        drawn = None if row.task is Task.FETCH else await self.dispatch.draw(row.view, row.record, row.person)
        shown = None
        if drawn is not None:
            to = drawn.to.accounts[0].identity
            if row.task is Task.REDRAW:
                _, talk, message = row.message.split("|")
                at = await self.surface.redraw(Posted(talk, message), drawn.card)
            else:
                at = await self.surface.post(to, drawn.card, str(row.id), {})
            shown = Shown(
                row.school, "sandbox", at.conversation, at.message, row.view, row.person, row.record, drawn.rev
            )
        async with self.store.transaction(row.school) as tx:
            if shown is not None:
                tx.show(shown)
            tx.done(row)
