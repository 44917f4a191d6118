"""The one road from a request to its effect: seen before? who is it? may they? handler, one commit, reply."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import structlog

from cards.model import Card
from cards.refusal import refusal_card
from handlers.dispatch.meeting import Meeting
from handlers.dispatch.trouble import Trouble, where
from handlers.dispatch.turns import Named
from handlers.entries import Brought, Due, Landed, Spec, Taking
from handlers.request import Nothing, Reply, Request, Say, Show
from handlers.turn import Scene, Turn
from policy.joined import part_of
from policy.people import Person, is_staff
from policy.record import Record, Ref, is_hidden, is_sealed, ref
from policy.refused import AlreadyReceived, NotAdmitted, NotFound, Refused, Stale
from storage.contract import Transaction, Unavailable
from storage.rows import Errand, Outgoing, Seen

UNKNOWN = "exeat"
"""The verb that answers whatever nothing else answers to."""

log = structlog.get_logger("exeat.dispatch")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A card ready to be sent: for whom, and from which revision of its record."""

    card: Card
    to: Person
    rev: int


class _Undone(Exception):
    """What was brought is not kept. `landed` says what would have become of it."""

    def __init__(self, landed: Sequence[Landed]) -> None:
        super().__init__()
        self.landed = landed


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of the records that had fallen due: how many ran, and which could not be worked out; and how many
    of those that ran are hidden, and so are not to be counted where anybody may see it.
    """

    ran: int
    failed: tuple[Ref, ...] = ()
    hidden: int = 0

    def __bool__(self) -> bool:
        return self.ran > 0


class Dispatch(Meeting):
    """Carries requests, due records and fetched files to their handlers, each in one transaction.

    `clock` gives aware UTC; for `look_up` see `Meeting`. `served` names the platforms on which people can be written
    to, the post among them; None: any. `installed` names those on which somebody can be written to only once they
    have added Exeat.
    """

    async def __call__(self, request: Request) -> Reply:
        """Carry out a request. A refusal is a reply; raises Trouble when nothing could be done."""
        try:
            named = await self._named(request)
            try:
                return await self._rerun(lambda tx: self._take(tx, request, named))
            except NotAdmitted:
                if await self._is_met(request.identity):
                    raise
                if (refused := await self._meet(request.identity)) is not None:
                    raise refused from None
                return await self._rerun(lambda tx: self._take(tx, request, named))
        except Refused as refused:
            log.info("refused", verb=self._known(request.verb), why=type(refused).__name__)
            return Say(refusal_card(refused), refused=True)
        except Trouble:
            raise
        except Exception as error:
            raise self._trouble(self._known(request.verb), error) from error

    async def begin(self) -> None:
        """Do what is to be done after every start. Raises Unavailable when nothing can be kept."""

        async def work(turn: Turn) -> None:
            for handler in self.registry.beginnings:
                await handler(turn)

        await self.own("begins", work)

    def dues(self) -> list[Due]:
        """What can fall due here: sealed records do not where there is no key to read them by."""
        return [due for due in self.registry.dues.values() if self.store.sealing or not is_sealed(due.record)]

    async def due(self, limit: int = 100, skip: Collection[Ref] = ()) -> Ran:
        """Run the handlers of every record that has fallen due, up to `limit` of each kind, except `skip`.

        A record whose handler fails keeps none of the others waiting. Raises Unavailable when nothing can be kept.
        """
        ran, hidden, failed = 0, 0, list[Ref]()
        for due in self.dues():
            most = limit + sum(name.kind == due.record.KIND for name in skip)
            async with self.store.transaction(self.school.id) as tx:
                waiting = await tx.find(due.record, due_before=self.clock(), limit=most)
            for name in (ref(record) for record in waiting):
                if name in skip:
                    continue
                try:
                    done = await self._rerun(lambda tx, due=due, name=name: self._run_due(tx, due, name))  # type: ignore[misc]
                    ran, hidden = ran + done, hidden + done * is_hidden(due.record)
                except Unavailable:
                    raise
                except Exception as error:
                    told = {} if is_hidden(due.record) else {"record": str(name)}
                    self._trouble(f"due.{name.kind}" if told else "due", error, **told)
                    failed.append(name)
        return Ran(ran, tuple(failed), hidden)

    async def _run_due(self, tx: Transaction, due: Due, name: Ref) -> int:
        record = await tx.get(due.record, name.id)
        if record is None or record.next_due is None or record.next_due > self.clock():
            return 0
        await due.handler(self._own_turn(tx, "due", record), record)
        return 1

    async def falters(self, name: Ref) -> None:
        """Have its kind's handler tell somebody that a hidden record that is due cannot be worked out."""
        handler = self.registry.falterers.get(name.kind)
        if handler is None:
            return

        async def work(tx: Transaction) -> None:
            record = await tx.get(self.registry.kinds[name.kind], name.id)
            if record is not None:
                await handler(self._own_turn(tx, "falters", record), record)

        await self._rerun(work)

    async def arrived(self, name: Ref, version: int, files: object) -> None:
        """Hand what was fetched for a record to its kind's handler, unless the record has moved on."""
        kind, handler = self.registry.kinds[name.kind], self.registry.arrivals[name.kind]

        async def work(tx: Transaction) -> None:
            record = await tx.get(kind, name.id)
            if record is not None and record.version == version:
                await handler(self._own_turn(tx, "fetched", record), record, files)

        await self._rerun(work)

    async def carried(self, tx: Transaction, row: Outgoing, *, arrived: bool) -> None:
        """Have its kind's handler note, in the transaction that settles the row, whether a message has arrived."""
        handler = self.registry.carriers.get(row.record.kind) if row.record else None
        if row.record is None or handler is None or row.task not in (Errand.SEND, Errand.MAIL):
            return
        record = await tx.get(self.registry.kinds[row.record.kind], row.record.id)
        if record is not None:
            await handler(self._own_turn(tx, "carried", record), record, row, arrived)

    async def brought(
        self, verb: str, take: Taking, items: Sequence[Brought], *, whole: bool = True, dry: bool = False
    ) -> Sequence[Landed]:
        """Have a hook or an importer take what was brought, in one commit; what became of each, in its place.

        `whole`: when one has errors, nothing is kept of any. `dry`: nothing is kept at all. Raises Unavailable when
        nothing can be kept, and Trouble when it could not be carried out.
        """

        async def work(tx: Transaction) -> Sequence[Landed]:
            landed = await take(self._own_turn(tx, verb), items)
            if dry or (whole and any(each.errors for each in landed)):
                raise _Undone(landed)
            return landed

        try:
            return await self._rerun(work)
        except _Undone as undone:
            return undone.landed
        except Unavailable:
            raise
        except Exception as error:
            raise self._trouble(verb, error) from error

    async def draw(self, view: str, name: Ref | None, person: str, *, first: bool = False) -> Drawn | None:
        """The card of a view as it stands now, or None when there is nothing left to say to that person.

        Nothing is drawn for somebody whom the school no longer admits. Whoever has no account left is not written to.
        """
        async with self.store.transaction(self.school.id) as tx:
            viewer = await self._recipient(tx, view, person)
            if viewer is None or (viewer.active and not is_staff(viewer, self.school.roster)):
                return None
            scene = Scene(
                tx,
                self.school,
                self.clock(),
                viewer,
                first=first,
                served=self.served,
                installed=self.installed,
                sealing=self.store.sealing,
                by=person,
            )
            record = await tx.get(self.registry.kinds[name.kind], name.id) if name else None
            if name is not None and record is None:
                return None
            card = await self.registry.views[view](scene, record)
            return Drawn(card, viewer, record.rev if record else 0) if card else None

    async def _take(self, tx: Transaction, request: Request, named: Named) -> Reply:
        person = await self._admitted(tx, request)
        viewer = part_of(person, str(request.identity)) if self._is_quiet(request) else person
        reply = await self._carry_out(tx, viewer, request, named)
        await self._note_use(tx, person, request)
        return reply

    async def _carry_out(self, tx: Transaction, person: Person, request: Request, named: Named) -> Reply:
        if request.unasked:
            await self._comes(tx, person)
        turn = self._turn(tx, person, request, named)
        key = f"{request.identity}/{request.key}"
        if (seen := await tx.seen(key)) is not None:
            return await self._again(turn, seen)
        if request.school not in ("", self.school.id):
            raise NotFound("That belongs to another school.", then="Please ask there.")
        spec = self.registry.specs.get(request.verb) or self.registry.specs[UNKNOWN]
        record = await self._record(turn, spec)
        await spec.needs(turn, record)
        if record is not None and spec.bound and request.version != record.version:
            return await self._stale(turn, record, spec.clause)
        reply = await (spec.handler(turn) if spec.record is None else spec.handler(turn, record))
        if turn.touched is not None:
            tx.mark_seen(Seen(key, turn.touched, request.digest, request.at))
        return reply

    async def _record(self, turn: Turn, spec: Spec) -> Record | None:
        """The record that the request names, which the verb must be about."""
        if spec.record is None:
            return None
        name = turn.request.record
        record = await turn.tx.get(spec.record, name.id) if name and name.kind == spec.record.KIND else None
        if record is None:
            raise turn.nothing_there()
        return record

    async def _again(self, turn: Turn, seen: Seen) -> Reply:
        """A redelivery is answered from the record; other words under the same key are refused."""
        if seen.digest != turn.request.digest:
            raise AlreadyReceived(
                f"This form was already received{f' as {seen.record.id}' if seen.record else ''}.",
                "What you sent the first time has been kept as it was.",
                "Its card shows what can still be changed.",
            )
        return await self._show(turn, seen.record) if seen.record else Nothing()

    async def _show(self, turn: Turn, name: Ref) -> Reply:
        record = await turn.tx.get(self.registry.kinds[name.kind], name.id)
        spec = self.registry.specs.get(turn.request.verb)
        if record is not None and spec is not None and spec.again is not None:
            return await spec.again(turn, record)
        card = await self.registry.views[name.kind](turn, record) if record is not None else None
        return Show(name, card) if card is not None else Nothing()

    async def _stale(self, turn: Turn, record: Record, clause: str) -> Reply:
        """A press on an older version is refused, with the new one beneath."""
        stale = Stale(
            f"{record.id} has changed since this card was drawn, so nothing was done.",
            "What you press counts only for what was in front of you.",
            "Here it is as it stands now. Please look again.",
            clause=clause,
        )
        log.info("refused", verb=self._known(turn.request.verb), why="Stale")
        card = await self.registry.views[record.KIND](turn, record)
        typed = [value for value in turn.request.fields.values() if isinstance(value, str) and " " in value]
        return Say(refusal_card(stale, card, typed))

    def _known(self, verb: str) -> str:
        """A verb that may stand in the log: no quiet one, and none that anybody made up."""
        spec = self.registry.specs.get(verb)
        return verb if spec is not None and not spec.quiet else UNKNOWN

    def _trouble(self, verb: str, error: Exception, **ids: str) -> Trouble:
        number = secrets.token_hex(4)
        log.error("trouble", error=number, verb=verb, kind=type(error).__name__, where=where(error), **ids)
        return Trouble(number)
