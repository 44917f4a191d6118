"""One attempt at a row of the outbox: look, draw, then post, redraw, fetch or mail."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import TypeVar, assert_never

import structlog

from bot.relay.outcome import Again, Dead, Fetching, Outcome, Settled, mark, told
from bot.relay.tally import Tally
from bot.surface import Ambiguous, Gone, Mailer, Permanent, Posted, Surface, Transient
from cards.letters import no_longer_card
from handlers.dispatch import Dispatch, where
from handlers.safeguarding.pins import mailboxes
from handlers.turn import ALERT, Scene
from policy.people import EXEAT, MAIL, Identity, Person
from storage.contract import Conflict, Unavailable
from storage.rows import Errand, Outgoing, Shown

T = TypeVar("T")

LONGEST_CALL, LONGEST_FETCH = 60.0, 300.0
"""Seconds after which an attempt to show or to fetch is given up as ambiguous."""

log = structlog.get_logger("exeat.relay")


class Attempts:
    """Carries rows, one attempt at a time. `tally` counts what became of things.

    `failing` says since when (monotonic seconds) each surface, or the mail server as `MAIL`, has not answered as it
    should. `mailer`: what mails, if the school has a mail server.
    """

    def __init__(
        self,
        dispatch: Dispatch,
        surfaces: Iterable[Surface],
        fetching: Fetching,
        tally: Tally,
        steady: Callable[[], float] = time.monotonic,
        mailer: Mailer | None = None,
    ) -> None:
        self.surfaces = {surface.name: surface for surface in surfaces}
        self.failing: dict[str, float] = {}
        self.tally = tally
        self._dispatch, self._store, self._school = dispatch, dispatch.store, dispatch.school
        self._fetching, self._steady, self._mailer = fetching, steady, mailer

    async def __call__(self, row: Outgoing) -> Outcome:
        """Do what the row asks for, once. Raises nothing but what cancels the task."""
        try:
            async with asyncio.timeout(LONGEST_FETCH if row.task is Errand.FETCH else LONGEST_CALL):
                return await self._do(row)
        except Transient as held:
            return Again(held.code, held.seconds)
        except (Ambiguous, TimeoutError):
            return Again("no_answer", doubtful=True)
        except Permanent as refused:
            return Dead(refused.reason, row.message)
        except (Conflict, Unavailable) as late:
            return Again(type(late).__name__.lower())
        except Exception as error:
            log.error("fault", row=row.id, view=told(row), kind=type(error).__name__, where=where(error))
            return Again("fault", doubtful=True, fault=True)

    async def _do(self, row: Outgoing) -> Outcome:
        match row.task:
            case Errand.SEND:
                return await self._send(row)
            case Errand.REDRAW:
                return await self._redraw(row)
            case Errand.FETCH:
                return await self._fetch(row)
            case Errand.MAIL:
                return await self._mail(row)
            case _:
                assert_never(row.task)

    async def _send(self, row: Outgoing) -> Outcome:
        to, uploads = await self._dispatch.recipient(row.view, row.person), await self._uploads(row)
        accounts, held = self._accounts(to) if to else [], list[Transient | Ambiguous]()
        if row.doubtful and (found := await self._find(accounts, row, held)) is not None:
            return found
        drawn = await self._dispatch.draw(row.view, row.record, row.person, first=True)
        if drawn is None:
            return Settled()
        refused = Permanent("no_account")
        for account in accounts:
            surface, files = self.surfaces[account.platform], uploads.get(account.platform, {})
            try:
                at = await self._call(account.platform, surface.post(account, drawn.card, mark(row), files))
            except Permanent as error:
                refused = error
                continue
            except Transient as error:
                self._hold(row, error, held)
                continue
            self.tally.note(row, "posted")
            return Settled(_shown(row, account.platform, at, drawn.rev), arrived=True)
        raise held[0] if held else refused

    def _hold(self, row: Outgoing, error: Transient | Ambiguous, held: list[Transient | Ambiguous]) -> None:
        """An alert does not wait for one chat while somebody can be reached by another; all else keeps its place."""
        if row.lane != ALERT:
            raise error
        held.append(error)

    async def _uploads(self, row: Outgoing) -> dict[str, dict[str, str]]:
        """The uploads that show the row's record already: by platform, sha256 -> name."""
        uploads: dict[str, dict[str, str]] = {}
        async with self._store.transaction(self._school.id) as tx:
            for shown in await tx.shown(row.record) if row.record else ():
                uploads.setdefault(shown.platform, {}).update(shown.files)
        return uploads

    def _accounts(self, to: Person) -> list[Identity]:
        """The accounts by which somebody can be reached, the one last used first."""
        reachable = [known.identity for known in to.active if known.identity.platform in self.surfaces]
        return sorted(reachable, key=lambda identity: str(identity) != to.uses)

    async def _find(
        self, accounts: list[Identity], row: Outgoing, held: list[Transient | Ambiguous]
    ) -> Settled | None:
        """An earlier attempt that did arrive: a message that may show less than its record is now. Of an alert those
        accounts are taken out where it cannot be looked now.
        """
        for account in tuple(accounts):
            try:
                at = await self._call(account.platform, self.surfaces[account.platform].find(account, mark(row)))
            except Permanent as error:
                log.info("cannot look", row=row.id, platform=account.platform, code=error.code)
                continue
            except (Transient, Ambiguous) as error:
                self._hold(row, error, held)
                accounts.remove(account)
                continue
            if at is not None:
                self.tally.note(row, "found")
                return Settled(_shown(row, account.platform, at, 0), arrived=True)
        return None

    async def _redraw(self, row: Outgoing) -> Outcome:
        shown, rev = await self._standing(row)
        surface = self.surfaces.get(shown.platform) if shown else None
        if shown is None or surface is None:
            return Settled()
        drawn = await self._dispatch.draw(shown.view, shown.record, shown.person)
        at = Posted(shown.conversation, shown.message, shown.files)
        try:
            at = await self._call(shown.platform, surface.redraw(at, drawn.card if drawn else no_longer_card()))
        except Gone:
            return Settled(forget=shown.key)
        self.tally.note(row, "redrawn")
        if drawn is None and (not rev or not await self._is_known(row.person)):
            return Settled(forget=shown.key)
        now = replace(shown, conversation=at.conversation, message=at.message, files=at.files)
        now = replace(now, rev=drawn.rev if drawn else rev)
        return Settled(now, "" if now.key == shown.key else shown.key)

    async def _is_known(self, person: str) -> bool:
        async with self._store.transaction(self._school.id) as tx:
            return await Scene(tx, self._school, self._dispatch.clock(), EXEAT).person(person) is not None

    async def _standing(self, row: Outgoing) -> tuple[Shown | None, int]:
        """The message to be drawn again, and the revision of its record: 0 when there is none any more."""
        if row.record is None:
            return None, 0
        async with self._store.transaction(self._school.id) as tx:
            shown = next((each for each in await tx.shown(row.record) if each.key == row.message), None)
            record = await tx.get(self._dispatch.registry.kinds[row.record.kind], row.record.id)
        return shown, record.rev if record else 0

    async def _fetch(self, row: Outgoing) -> Outcome:
        if row.record is not None and row.version is not None:
            await self._fetching.fetch(row.record, row.version, row.person)
            self.tally.note(row, "fetched")
        return Settled()

    async def _mail(self, row: Outgoing) -> Outcome:
        drawn = await self._dispatch.draw(row.view, row.record, row.person, first=True)
        if drawn is None:
            return Settled()
        if self._mailer is None:
            raise Permanent("no_mail")
        addresses = await self._addresses(row, drawn.to)
        if not addresses:
            raise Permanent("no_address")
        await self._call(MAIL, self._mailer.send(addresses, drawn.card, mark(row), self._dispatch.clock()))
        self.tally.note(row, "posted")  # not told apart: hardly anything but alerts is mailed
        return Settled(arrived=True)

    async def _addresses(self, row: Outgoing, to: Person) -> tuple[str, ...]:
        """Where to mail: what is about somebody's safety nowhere on the word of the configuration alone."""
        if row.lane != ALERT:
            return self._school.roster.addresses(to)
        async with self._store.transaction(self._school.id) as tx:
            return await mailboxes(Scene(tx, self._school, self._dispatch.clock(), EXEAT), to)

    async def _call(self, platform: str, call: Awaitable[T]) -> T:
        """A call to a surface or the mail server, noted as one that it answered or did not."""
        try:
            answer = await call
        except (Gone, Permanent):
            self.failing.pop(platform, None)
            raise
        except BaseException:
            self.failing.setdefault(platform, self._steady())
            raise
        self.failing.pop(platform, None)
        return answer


def _shown(row: Outgoing, platform: str, at: Posted, rev: int) -> Shown | None:
    """The message as the store is to remember it; nothing when it shows no record that could change."""
    if row.record is None:
        return None
    return Shown(row.school, platform, at.conversation, at.message, row.view, row.person, row.record, rev, at.files)
