"""The watch: is anything overdue that nobody was told of? What was looked at, and the admins told."""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import structlog

from bot.clock import Clock
from bot.relay import Relay
from bot.surface import Surface
from handlers.dispatch import Dispatch, where
from handlers.letters import tell_admins, warn_of_secret
from handlers.missing import tell_of_unreached
from policy.people import MAIL
from policy.record import is_hidden
from storage.contract import Unavailable
from storage.rows import Count

PATIENCE = 4
"""How many ticks something may be late by before it is said to be."""

LEAST_PATIENCE = 120.0
"""Seconds that are always allowed, however short the ticks."""

STUCK = timedelta(minutes=10)
"""How long a message may wait before it is said to be stuck."""

QUIET = 600.0
"""Seconds for which a trouble must have been over before it counts as a new one."""

LATE_VIEW, STUCK_VIEW = "watch.late", "watch.stuck"

VERB = "watch"
"""The verb by which the watch takes a turn to have somebody told."""

LAST_DAYS = 7
"""From how many days before its end a secret is no longer well."""

log = structlog.get_logger("exeat.watch")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: what of it is to be said in plain words, and whether it is well.

    `vital`: Exeat is not ready while it is not well. `view` is the card that tells the admins, "" for none.
    """

    name: str
    well: bool
    said: str
    vital: bool = False
    view: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """How things stand, but for what is hidden: of that no page shows anything, and the admins are told nothing."""

    checks: tuple[Check, ...]
    count: Count
    broken: int = 0
    """How many records there are whose reminders fail, without those that are hidden."""

    @property
    def ready(self) -> bool:
        """Whether requests can be carried out and their effects shown."""
        return all(check.well for check in self.checks if check.vital)


class Watch:
    """Looks after one school, on a rhythm of its own, so that a clock that stands still is noticed too.

    `surfaces` are the relay's, which say whether their platforms refuse Exeat itself. `secret_ends` is the day
    (local) on which the client secret of Teams ends, if there is one and it is known; `steady` gives monotonic
    seconds, the same as the clock's and the relay's.
    """

    def __init__(
        self,
        dispatch: Dispatch,
        relay: Relay,
        clock: Clock,
        *,
        surfaces: Iterable[Surface] = (),
        secret_ends: date | None = None,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._dispatch, self._store, self._school = dispatch, dispatch.store, dispatch.school
        self._relay, self._clock, self._steady = relay, clock, steady
        self._surfaces, self._secret_ends = tuple(surfaces), secret_ends
        self._began = steady()
        self._told: dict[str, float] = {}
        self._noted = len(self._store.notices)

    async def run(self) -> None:
        """Look and tell, at every tick's length, until cancelled."""
        while True:
            await asyncio.sleep(self._clock.seconds)
            try:
                await self.tell(await self.look())
                await self.warn()
                await self._dispatch.own(VERB, tell_of_unreached)
            except Exception as error:
                log.error("cannot look", kind=type(error).__name__, where=where(error))

    async def look(self) -> Health:
        """How things stand now. Changes nothing."""
        checks = [
            await self._records(),
            self._ticking(),
            await self._reminders(),
            *self._chats(),
            *self._mail(),
            *self._secret(),
        ]
        count = await self._store.count(self._school.id)
        kinds = self._dispatch.registry.kinds
        broken = sum(not is_hidden(kinds[name.kind]) for name in self._clock.broken)
        return Health((*checks, self._waiting(count), _dead(count)), count, broken)

    async def tell(self, health: Health) -> None:
        """Have the admins told of each trouble, once for as long as it lasts; if a chat is silent, by e-mail too.

        What the store has noticed since the last time is for the log.
        """
        for notice in self._store.notices[self._noted :]:
            log.error("records", notice=notice)
        self._noted, now = len(self._store.notices), self._steady()
        views = {check.view for check in health.checks if check.view and not check.well}
        for view, seen in list(self._told.items()):
            if view not in views and now - seen > QUIET:
                del self._told[view]
        silent = any(not check.well for check in self._chats())
        for view in views - self._told.keys():
            mail = silent and self._relay.mails
            await self._dispatch.own(VERB, partial(tell_admins, view=view, mail=mail))
            log.error("trouble", view=view, checks=[check.name for check in health.checks if not check.well])
        self._told.update(dict.fromkeys(views, now))

    async def warn(self) -> None:
        """Have the admins warned that a secret ends, on the days for it."""
        if self._secret_ends is None:
            return
        told = await self._dispatch.own(VERB, partial(warn_of_secret, ends=self._secret_ends))
        if told is not None:
            log.warning("a secret ends", ends=told.ends.isoformat(), days=told.warned)

    @property
    def _patience(self) -> float:
        return max(LEAST_PATIENCE, PATIENCE * self._clock.seconds)

    async def _records(self) -> Check:
        try:
            await self._store.check()
        except Unavailable as error:
            return Check("records", False, f"Records cannot be kept. {error}", vital=True)
        return Check("records", True, "Records can be kept.", vital=True)

    def _ticking(self) -> Check:
        age = self._steady() - (self._began if self._clock.ticked is None else self._clock.ticked)
        said = f"The clock last ticked {age:.0f} seconds ago."
        if self._clock.ticked is None:
            said = f"The clock has not ticked since the start, {age:.0f} seconds ago."
        return Check("clock", age <= self._patience, said, vital=True, view=LATE_VIEW)

    async def _reminders(self) -> Check:
        late = await self._is_late()
        said = "Something that was due has not been done; the log says why." if late else "Nothing is late."
        return Check("reminders", not late, said, view=LATE_VIEW)

    async def _is_late(self) -> bool:
        """Whether something was left undone that the last tick should have done: a machine that slept has not yet had
        the chance. What is to be done after a start is late like anything else.
        """
        if not self._clock.begun and self._steady() - self._began > self._patience:
            return True
        if self._clock.done_by is None:
            return False
        before = self._clock.done_by - timedelta(seconds=self._patience)
        kinds = [due.record for due in self._dispatch.dues() if not is_hidden(due.record)]
        async with self._store.transaction(self._school.id) as tx:
            return any([await tx.find(kind, due_before=before, limit=1) for kind in kinds])

    def _chats(self) -> Iterator[Check]:
        failing, outages = self._relay.failing, {surface.name: surface.outage for surface in self._surfaces}
        for name in self._relay.surfaces:
            for_long = name in failing and self._steady() - failing[name] > LEAST_PATIENCE
            said = f"Messages to {name} do not get through." if for_long else f"Messages to {name} get through."
            if outage := outages.get(name, ""):
                said = f"{name.title()} refuses Exeat itself ({outage}); exeat doctor says what to do."
            yield Check(name, not (outage or for_long), said, vital=True, view=STUCK_VIEW)

    def _mail(self) -> Iterator[Check]:
        if self._relay.mails:
            since = self._relay.failing.get(MAIL)
            well = since is None or self._steady() - since <= LEAST_PATIENCE
            said = "E-mail is handed over." if well else "E-mail is not handed over; exeat doctor says why."
            yield Check("e-mail", well, said, view=STUCK_VIEW)

    def _secret(self) -> Iterator[Check]:
        """The admins are told of it by `warn`; here it stands for whoever watches from outside."""
        if self._secret_ends is not None:
            left = (self._secret_ends - self._school.calendar.today(self._dispatch.clock())).days
            said = f"The client secret of Teams {'ends' if left > 0 else 'ended'} on {self._secret_ends}."
            yield Check("secret", left > LAST_DAYS, said)

    def _waiting(self, count: Count) -> Check:
        oldest = count.oldest_unsent
        stuck = oldest is not None and self._dispatch.clock() - oldest > STUCK
        said = f"{count.outbox} messages are waiting" + (", some for too long." if stuck else ".")
        return Check("outbox", not stuck, said, view=STUCK_VIEW)


def _dead(count: Count) -> Check:
    if not count.dead:
        return Check("undelivered", True, "No message was undeliverable.")
    return Check("undelivered", False, f"{count.dead} messages could not be delivered; exeat doctor names them.")
