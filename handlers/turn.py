"""One person's turn: what a handler has in hand while it works, and what a view has while it draws."""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from handlers.people import as_one, known_by
from handlers.request import Request
from policy.away import OPEN_KEY, Away, away_on
from policy.deciding import Seats
from policy.joined import part_of
from policy.people import EXEAT, Identity, Known, Person, Role, once, same_person
from policy.record import Record, Ref, ref
from policy.refused import NotFound
from policy.school import School
from storage.contract import Transaction
from storage.rows import AuditEntry, Errand, Outgoing, Seen

ALERT = "alert"
"""The lane of what is about somebody's safety."""

MOST_ABSENCES = 500
"""How many absences are looked at, newest first; those that are over are no longer among them."""


@dataclass(slots=True)
class Scene:
    """The school at a moment, read through one transaction; `viewer` is who it is shown to.

    `first`: it is about to be sent to them, and is not drawn again; what no longer matters need not be. `served`
    names the platforms on which people can be written to, None: any; `installed` those on which somebody must first
    have added Exeat. `sealing`: what is confidential can be kept and read. `by` is the account by which the viewer is
    here, or the id by which they are written to.
    """

    tx: Transaction
    school: School
    now: datetime
    viewer: Person
    first: bool = field(default=False, kw_only=True)
    served: Set[str] | None = field(default=None, kw_only=True)
    installed: Set[str] = field(default=frozenset(), kw_only=True)
    sealing: bool = field(default=False, kw_only=True)
    by: str = field(default="", kw_only=True)
    met: dict[str, Person | None] = field(default_factory=dict, kw_only=True)
    seats: Seats | None = field(default=None, kw_only=True)
    planned: list[Away] | None = field(default=None, kw_only=True)

    async def person(self, id: str) -> Person | None:
        """Somebody by id, as the one person they are known to be; read once in a scene."""
        if id not in self.met:
            self.met[id] = await as_one(self.tx, id)
        return self.met[id]

    @property
    def known(self) -> Person:
        """The viewer as far as it is known, and not only configured, that their accounts are one person's."""
        return part_of(self.viewer, self.by or self.viewer.id)

    async def part(self, id: str) -> Person | None:
        """Somebody by id, with those accounts alone that are known to belong to it."""
        found = await self.person(id)
        return part_of(found, id) if found is not None else None

    async def name(self, id: str) -> str:
        """Somebody's name, for a card."""
        if id == EXEAT.id:
            return EXEAT.name
        found, part = await self.person(id), await self.part(id)
        if found is None or part is None:
            return "somebody who has left"
        return part.name if part.accounts else found.name

    def account_name(self, id: str) -> str:
        """The name of one of the school's accounts; of one that it no longer has, the id."""
        found = self.school.account(id)
        return found.name if found is not None else id

    async def is_viewer(self, id: str) -> bool:
        """Whether the id means the person this is shown to, whichever of their accounts it was."""
        if id in self.viewer.ids:
            return True
        other = await self.person(id)
        return other is not None and same_person(self.viewer, other)

    async def by_refs(self, refs: Iterable[str]) -> list[Person]:
        """The people that roster refs mean, each once; refs that nobody here answers to any more are left out."""
        found = [person for name in refs for person in await known_by(self.tx, name, self.school.roster)]
        return once(person for person in found if person.active)

    async def holders(self, role: Role) -> list[Person]:
        """Who holds the role."""
        return await self.by_refs(self.school.roster.refs(role))

    async def absence(self, person: Person) -> Away | None:
        """The absence that covers today, if the person is away."""
        if self.planned is None:
            self.planned = await self.tx.find(Away, key=OPEN_KEY, limit=MOST_ABSENCES)
        if not self.planned:
            return None
        today = self.school.calendar.today(self.now)
        return away_on(today, (away for away in self.planned if away.person in person.ids))

    def row(self, view: str, to: Person, record: Record | None = None, *, nag: bool = False) -> Outgoing:
        """A row of the outbox, still to be put there, that has a view sent to somebody from now on."""
        return Outgoing(
            self.school.id,
            view,
            to.id,
            record=ref(record) if record else None,
            version=None if nag or record is None else record.version,
            created=self.now,
            not_before=self.now,
        )

    def nothing_there(self) -> NotFound:
        """One refusal for what does not exist and for what may not be seen: the two are not told apart."""
        return NotFound(
            "There is nothing here for you under that name.",
            "It may have been removed, or it may belong to somebody else.",
            "Type /posts to see what is yours.",
        )


@dataclass(slots=True)
class Turn(Scene):
    """A scene in which something is being done. `authority` is set by the permission that let it happen;
    `random` gives so many fresh bytes; `touched` is the record that was saved. `turned_away` are those whom the
    request names and who were looked up, but are not admitted, and so not kept. `strangers` are those it names in a
    quiet request who have not been met, as their platform describes them.
    """

    request: Request
    random: Callable[[int], bytes]
    authority: str = ""
    touched: Ref | None = None
    turned_away: Set[Identity] = frozenset()
    strangers: Mapping[Identity, Known] = field(default_factory=dict)

    def save(self, record: Record, *, fingerprint: str = "") -> None:
        """Keep the record and say in the audit who did what, by which of their accounts, and by what authority."""
        self.tx.put(record)
        self.touched = ref(record)
        if isinstance(record, Away):
            self.seats = self.planned = None
        self.tx.audit(
            AuditEntry(
                at=self.now,
                person=self.known.id,
                verb=self.request.verb,
                record=self.touched,
                version=record.version,
                state=record.state,
                fingerprint=fingerprint,
                authority=self.authority,
            )
        )

    async def once(self, what: str, record: Record | None = None) -> bool:
        """Whether this is the first time, of the record if one is given, and from now on not again. What was done is
        kept for a day or longer, sealed with what is hidden.
        """
        what = f"{what}/{record.id}" if record is not None else what
        if await self.told(what) is not None:
            return False
        self.tx.mark_seen(Seen(f"{EXEAT.id}/{what}", ref(record) if record is not None else None, "", self.now))
        return True

    async def told(self, what: str) -> datetime | None:
        """When it was done `once`; None when it was not, or more than a day ago."""
        seen = await self.tx.seen(f"{EXEAT.id}/{what}")
        return seen.at if seen else None

    def send(self, view: str, to: Person, record: Record | None = None, *, nag: bool = False) -> None:
        """Have a view sent to somebody. A nag waits once however often it is asked for."""
        self.tx.queue(self.row(view, to, record, nag=nag))

    def alert(self, view: str, to: Person, record: Record, *, mail: bool = False) -> None:
        """Have a view sent ahead of everything else, at once. By e-mail, and not in the chat, if so said; in the
        chat, it goes by e-mail too when it does not get through.
        """
        task = Errand.MAIL if mail else Errand.SEND
        self.tx.queue(replace(self.row(view, to, record), task=task, lane=ALERT))

    async def redraw(self, record: Record) -> None:
        """Have every message that shows the record drawn again, though the record itself is as it was."""
        for shown in await self.tx.shown(ref(record)):
            self.tx.queue(
                Outgoing(
                    self.school.id,
                    shown.view,
                    shown.person,
                    record=shown.record,
                    task=Errand.REDRAW,
                    message=shown.key,
                    created=self.now,
                    not_before=self.now,
                )
            )

    def fetch(self, record: Record) -> None:
        """Have the files that the record names fetched and cleaned."""
        self.tx.queue(
            Outgoing(
                self.school.id,
                "",
                self.viewer.id,
                record=ref(record),
                version=record.version,
                task=Errand.FETCH,
                created=self.now,
                not_before=self.now,
            )
        )
