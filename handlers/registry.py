"""The one table of what Exeat can do, and who may."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from handlers.entries import (
    Beginning,
    Carrying,
    Column,
    Coming,
    Due,
    Exporter,
    Exporting,
    Faltering,
    Handler,
    Home,
    Hook,
    Importer,
    Keeping,
    Kind,
    Leaving,
    Log,
    Logging,
    Needs,
    Retained,
    Spec,
    Taking,
    View,
    Waiting,
)
from policy.record import Record
from policy.retention import RULES

T = TypeVar("T")


@dataclass(slots=True)
class Registry:
    """Commands, buttons, forms, views and dues by name: one per handlers module, `merge`d into one."""

    specs: dict[str, Spec] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    sure: set[str] = field(default_factory=set)
    dues: dict[str, Due] = field(default_factory=dict)
    falterers: dict[str, Faltering] = field(default_factory=dict)
    arrivals: dict[str, Callable[..., Awaitable[None]]] = field(default_factory=dict)
    carriers: dict[str, Carrying] = field(default_factory=dict)
    homes: list[Home] = field(default_factory=list)
    comers: list[Coming] = field(default_factory=list)
    beginnings: list[Beginning] = field(default_factory=list)
    hooks: dict[str, Hook] = field(default_factory=dict)
    importers: dict[str, Importer] = field(default_factory=dict)
    exporters: dict[str, Exporter] = field(default_factory=dict)
    logs: dict[str, Log] = field(default_factory=dict)
    retained: dict[str, Retained] = field(default_factory=dict)
    kinds: dict[str, type[Record]] = field(default_factory=dict)

    def command(
        self, name: str, *, needs: Needs, summary: str, hint: str = "", quiet: bool = False
    ) -> Callable[[Handler], Handler]:
        """`/name`, typed; `summary` and `hint` stand in the help and the platforms' menus."""
        return self._add(name, Kind.COMMAND, needs, label=f"/{name}", summary=summary, hint=hint, quiet=quiet)

    def shortcut(self, verb: str, label: str, *, needs: Needs, summary: str) -> Callable[[Handler], Handler]:
        """Something done to a message of the chat (`Request.message`), from the menu that the chat has for each."""
        return self._add(verb, Kind.SHORTCUT, needs, label=label, summary=summary)

    def button(
        self,
        verb: str,
        label: str,
        *,
        needs: Needs,
        record: type[Record] | None = None,
        bound: bool = True,
        clause: str = "",
        quiet: bool = False,
    ) -> Callable[[Handler], Handler]:
        """A button on a card. Unless `bound=False`, a press on an older version of the record is refused;
        `clause` is the id of the policy clause that this stands on, if any.
        """
        more = {"bound": bound, "label": label, "clause": clause, "quiet": quiet}
        return self._add(verb, Kind.BUTTON, needs, record=record, **more)

    def form(
        self,
        verb: str,
        *,
        needs: Needs,
        record: type[Record] | None = None,
        bound: bool = True,
        clause: str = "",
        quiet: bool = False,
        again: Handler | None = None,
    ) -> Callable[[Handler], Handler]:
        """A form that was sent. `bound` and `clause` are as for a button; `again` as in `Spec`."""
        more = {"bound": bound, "clause": clause, "quiet": quiet, "again": again}
        return self._add(verb, Kind.FORM, needs, record=record, **more)

    def due(self, record: type[Record]) -> Callable[[Any], Any]:
        """What the clock does with a record of this kind whose `next_due` has come."""

        def keep(handler: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
            self._know(record)
            self.dues[record.KIND] = Due(record, handler)
            return handler

        return keep

    def falters(self, record: type[Record]) -> Callable[[Faltering], Faltering]:
        """Who is told when the handler of a hidden record that is due fails again and again: nothing else says so of
        what is hidden. It is asked at each failure from the second on.
        """

        def keep(handler: Faltering) -> Faltering:
            self._know(record)
            self.falterers[record.KIND] = handler
            return handler

        return keep

    def arrival(self, record: type[Record]) -> Callable[[Any], Any]:
        """What happens when files that a record of this kind named have been fetched, or could not be."""

        def keep(handler: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
            self._know(record)
            self.arrivals[record.KIND] = handler
            return handler

        return keep

    def carried(self, record: type[Record]) -> Callable[[Carrying], Carrying]:
        """What is done when a message about a record of this kind has arrived, or turns out never to: in the commit
        that settles its row.
        """

        def keep(handler: Carrying) -> Carrying:
            self._know(record)
            self.carriers[record.KIND] = handler
            return handler

        return keep

    def home(self, part: Home) -> Home:
        """A part of the home page and of the answer to /exeat: what waits for the viewer, what they have sent."""
        self.homes.append(part)
        return part

    def comes(self, handler: Coming) -> Coming:
        """What is done when somebody is met, known better, or comes back: what waits for them is put before them."""
        self.comers.append(handler)
        return handler

    def begins(self, handler: Beginning) -> Beginning:
        """What is done once after every start: what the configuration has changed is made good."""
        self.beginnings.append(handler)
        return handler

    def hook(self, name: str) -> Callable[[Taking], Taking]:
        """What a program may bring to `POST /hooks/name`, many at a time: all of a request is taken, or nothing."""

        def keep(handler: Taking) -> Taking:
            self.hooks[name] = Hook(name, handler)
            return handler

        return keep

    def importer(
        self, name: str, summary: str, columns: Sequence[Column], example: Sequence[str]
    ) -> Callable[[Taking], Taking]:
        """What `exeat import name FILE.csv` takes, some hundred rows at a time; a row with errors is left out."""

        def keep(handler: Taking) -> Taking:
            self.importers[name] = Importer(name, handler, summary, tuple(columns), tuple(example))
            return handler

        return keep

    def exports(self, name: str, title: str, record: type[Record]) -> Callable[[Exporting], Exporting]:
        """How a record of this kind is laid out in `exeat export`: `async (scene, record) -> Sheet | None`."""

        def keep(handler: Exporting) -> Exporting:
            self._know(record)
            self.exporters[name] = Exporter(name, title, record, handler)
            return handler

        return keep

    def log(self, name: str, title: str, record: type[Record], heads: Sequence[str]) -> Callable[[Logging], Logging]:
        """A table in `exeat export school`, to be printed: `async (scene, record) -> tuple[str, ...] | None`."""

        def keep(handler: Logging) -> Logging:
            self._know(record)
            self.logs[name] = Log(name, title, record, tuple(heads), handler)
            return handler

        return keep

    def retains(
        self,
        record: type[Record],
        kept: Keeping,
        *sorts: str,
        parts: Sequence[type[Record]] = (),
        whose: Callable[[Any], str] = lambda record: "",
        leaving: Leaving | None = None,
        waits: Waiting | None = None,
    ) -> None:
        """How long records of this kind are kept, by which of the rules (`policy.retention.RULES`), if by any; none
        goes while it `waits`. A kind of which nothing is said is never deleted by time.
        """
        if unknown := [name for name in sorts if name not in RULES]:
            raise ValueError(f"there is no rule for how long {', '.join(unknown)} are kept")
        for each in (record, *parts):
            self._know(each)
        self.retained[record.KIND] = Retained(record, kept, sorts, tuple(parts), whose, leaving, waits)

    def view(self, name: str, record: type[Record] | None = None, *, sure: bool = False) -> Callable[[View], View]:
        """A card that the relay builds when it sends or redraws: `async (scene, record) -> Card | None`.

        `sure`: it is for those accounts alone that are known to belong to the id it is sent to.
        """

        def keep(view: View) -> View:
            if name in self.views:
                raise ValueError(f"two views are called {name!r}")
            if record is not None:
                self._know(record)
            self.views[name] = view
            self.sure |= {name} if sure else set()
            return view

        return keep

    def knows(self, record: type[Record]) -> None:
        """Make a kind of record known by name, for payloads that refer to it."""
        self._know(record)

    def commands(self) -> Iterator[Spec]:
        """The commands, in the order in which they were written down."""
        return (spec for spec in self.specs.values() if spec.kind is Kind.COMMAND)

    def shortcuts(self) -> Iterator[Spec]:
        """What can be done to a message of the chat, in the order in which it was written down."""
        return (spec for spec in self.specs.values() if spec.kind is Kind.SHORTCUT)

    def _add(self, verb: str, kind: Kind, needs: Needs, **more: Any) -> Callable[[Handler], Handler]:
        if not callable(needs):
            raise TypeError(f"{verb!r} does not say who may use it")

        def keep(handler: Handler) -> Handler:
            if verb in self.specs:
                raise ValueError(f"two things are called {verb!r}")
            spec = Spec(verb, kind, handler, needs, **more)
            if spec.record is not None:
                self._know(spec.record)
            self.specs[verb] = spec
            return handler

        return keep

    def _know(self, record: type[Record]) -> None:
        known = self.kinds.setdefault(record.KIND, record)
        if known is not record:
            raise ValueError(f"two kinds of record are called {record.KIND!r}")
        if record.PREFIX and [each.PREFIX for each in self.kinds.values()].count(record.PREFIX) > 1:
            raise ValueError(f"two kinds of record are numbered {record.PREFIX}-1, {record.PREFIX}-2, …")


def merge(parts: Iterable[Registry]) -> Registry:
    """One registry of all the parts. Raises ValueError when two claim one name."""
    whole = Registry()
    for part in parts:
        _claim(whole.specs, part.specs)
        _claim(whole.views, part.views)
        _claim(whole.dues, part.dues)
        _claim(whole.falterers, part.falterers)
        _claim(whole.arrivals, part.arrivals)
        _claim(whole.carriers, part.carriers)
        _claim(whole.hooks, part.hooks)
        _claim(whole.importers, part.importers)
        _claim(whole.exporters, part.exporters)
        _claim(whole.logs, part.logs)
        _claim(whole.retained, part.retained)
        whole.sure |= part.sure
        whole.homes += part.homes
        whole.comers += part.comers
        whole.beginnings += part.beginnings
        for record in part.kinds.values():
            whole.knows(record)
    return whole


def _claim(mine: dict[str, T], theirs: dict[str, T]) -> None:
    if twice := set(mine) & set(theirs):
        raise ValueError(f"claimed twice: {', '.join(sorted(twice))}")
    mine.update(theirs)
