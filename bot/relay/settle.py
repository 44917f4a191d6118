"""What is kept of an attempt: one commit that settles the row, puts it off, or buries it and tells the admins.

Of a row about something hidden they are told nothing, and the log says nothing: its kind's handler does what is to be
done instead.
"""

import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from bot.relay.outcome import Again, Dead, Fetching, Outcome, Settled, told
from bot.relay.tally import Tally
from handlers.dispatch import Dispatch, where
from handlers.letters import to_admins
from handlers.turn import ALERT, Scene
from policy.people import EXEAT
from policy.record import is_hidden
from storage.contract import Conflict, Transaction, Unavailable
from storage.rows import Errand, Outgoing

LONGEST_DELAY = 600.0
"""The longest back-off of our own, in seconds."""

GIVE_UP, FETCH_GIVE_UP = (timedelta(hours=24), 20), (timedelta(minutes=30), 6)
"""A row is given up once it is so old and has failed so often: an outage alone is no reason."""

MOST_FAULTS = 5
"""How often a row is tried over which something in Exeat itself stumbles."""

DEAD_VIEW = "relay.dead"
"""The view that tells the admins of dead letters."""

MAIL_AFTER = timedelta(minutes=5)
"""How long an alert, or the news of a dead letter, is tried in the chat alone."""

TRIES = 5

log = structlog.get_logger("exeat.relay")


class Settling:
    """Keeps what came of attempts. `now` never goes back, whatever is done to the machine's clock. `mails`: there is
    a mail server.
    """

    def __init__(
        self,
        dispatch: Dispatch,
        fetching: Fetching,
        tally: Tally,
        chance: Callable[[], float] = random.random,
        steady: Callable[[], float] = time.monotonic,
        *,
        mails: bool = False,
    ) -> None:
        self._dispatch, self._store, self._school = dispatch, dispatch.store, dispatch.school
        self._fetching, self._tally, self._chance, self._steady = fetching, tally, chance, steady
        self._began, self._began_steady, self._mails = dispatch.clock(), steady(), mails

    @property
    def now(self) -> datetime:
        """The school's time, or the time that must have come by the monotonic clock if that is later (UTC)."""
        passed = timedelta(seconds=self._steady() - self._began_steady)
        return max(self._dispatch.clock(), self._began + passed)

    async def __call__(self, row: Outgoing, outcome: Outcome) -> None:
        """Keep the outcome. Raises Unavailable when the store cannot: the row then stands as it was.

        Where its kind's handler fails over it, it is kept without: it would be sent over and over.
        """
        if isinstance(outcome, Again) and self._is_hopeless(row, outcome):
            code = "given_up_mail" if row.task is Errand.MAIL and not outcome.fault else "given_up"
            outcome = Dead(f"{code}:{outcome.code}", row.message)
        if isinstance(outcome, Dead) and row.task is Errand.FETCH and row.record and row.version is not None:
            await self._fetching.give_up(row.record, row.version)
            outcome = Settled()
        try:
            await self._commit(row, outcome, noted=True)
        except (Conflict, Unavailable):
            raise
        except Exception as error:
            log.error("fault", row=row.id, view=told(row), kind=type(error).__name__, where=where(error))
            await self._commit(row, outcome, noted=False)

    async def _commit(self, row: Outgoing, outcome: Outcome, *, noted: bool) -> None:
        for attempt in range(TRIES):
            try:
                async with self._store.transaction(self._school.id) as tx:
                    await self._keep(tx, row, outcome)
                    if noted and not isinstance(outcome, Again):
                        await self._dispatch.carried(
                            tx, row, arrived=isinstance(outcome, Settled) and outcome.arrived
                        )
                return
            except Conflict:
                if attempt == TRIES - 1:
                    raise

    async def _keep(self, tx: Transaction, row: Outgoing, outcome: Outcome) -> None:
        match outcome:
            case Settled():
                tx.done(row)
                if outcome.shown:
                    tx.show(outcome.shown)
            case Again():
                self._tally.note(row, "put off")
                later = self.now + self._delay(row, outcome)
                tx.retry(row, later, doubtful=outcome.doubtful)
                self._mail_too(tx, row, later)
                if not self._is_hidden(row):
                    log.info("put off", row=row.id, code=outcome.code, attempts=row.attempts + 1)
                return
            case Dead():
                self._tally.note(row, "dead")
                tx.bury(row, outcome.code, self.now)
                self._mail_too(tx, row, datetime.max.replace(tzinfo=UTC))
                if not self._is_hidden(row):
                    log.error("dead letter", row=row.id, view=told(row), code=outcome.code)
                    if row.view != DEAD_VIEW:
                        for each in await to_admins(Scene(tx, self._school, self.now, EXEAT), DEAD_VIEW):
                            tx.queue(each)
        if outcome.forget:
            tx.unshow(outcome.forget)

    def _is_hidden(self, row: Outgoing) -> bool:
        """Whether nobody but those who may know of its record is to hear that there is such a row."""
        return row.record is not None and is_hidden(self._dispatch.registry.kinds[row.record.kind])

    def _mail_too(self, tx: Transaction, row: Outgoing, later: datetime) -> None:
        """Have it mailed as well when it is not in the chat within `MAIL_AFTER`, for it is tried again only `later`.
        Once: whether that was so at an earlier attempt shows from the moment that was set for this one.
        """
        if not self._mails or row.task is not Errand.SEND or not (row.lane == ALERT or row.view == DEAD_VIEW):
            return
        created = row.created or self.now
        if (row.not_before or created) <= created + MAIL_AFTER < later:
            fresh = replace(row, task=Errand.MAIL, id=0, attempts=0, doubtful=False)
            tx.queue(replace(fresh, created=self.now, not_before=self.now))

    def _delay(self, row: Outgoing, again: Again) -> timedelta:
        """At least what the platform asked for; else twice as long each time, spread so that not all come at once."""
        if again.seconds is not None:
            return timedelta(seconds=again.seconds + self._chance())
        longest = min(LONGEST_DELAY, 2.0 ** min(row.attempts, 16))
        return timedelta(seconds=longest * (0.5 + self._chance() / 2))

    def _is_hopeless(self, row: Outgoing, again: Again) -> bool:
        if again.fault and row.attempts + 1 >= MOST_FAULTS:
            return True
        age, attempts = FETCH_GIVE_UP if row.task is Errand.FETCH else GIVE_UP
        return row.attempts >= attempts and (row.created is None or self.now - row.created >= age)
