"""Rules between the values of `exeat.toml`, asked of whatever could be read, so that one mistake hides no other."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bot.settings.lines import Path
from bot.settings.values import quoted, slug_of

Finding = tuple[Path, str, str]
"""Where it stands, what is wrong, and what to write instead."""

ONE_PERSON = ("headteacher", "dsl", "chair_of_governors", "data_protection_officer")
SEVERAL = ("deputies", "deputy_dsls", "office", "admins")

Holding = tuple[Path, str]
"""Where somebody is named, and the ref, lower-case."""


def findings(data: Mapping[str, Any]) -> Iterator[Finding]:
    """Everything wrong between values: repeats, a blocked head, a head who is their own deputy, two of one name,
    terms that overlap.
    """
    people = data.get("people")
    accounts = data.get("accounts")
    if isinstance(calendar := data.get("calendar"), dict):
        yield from _terms(calendar)
    if isinstance(people, dict):
        groups = list(_groups(people))
        for check in (_repeats, _own_deputy, _blocked, _overlaps):
            yield from check(people, groups)
    if isinstance(accounts, list):
        yield from _accounts(accounts)
    if isinstance(people, dict) and isinstance(accounts, list):
        yield from _at_any_hour(people, accounts, groups)


def _at_any_hour(people: Mapping[str, Any], accounts: Sequence[Any], groups: "Groups") -> Iterator[Finding]:
    owners = {ref for account in _tables(accounts) for _, ref in _list(account, "owners", ())}
    for path, ref in _list(people, "any_hour", ("people",)):
        if not any(_one(ref, owner, groups) for owner in owners):
            yield (
                path,
                f"{quoted(ref)} looks after none of the accounts, so there is nothing to remind them of.",
                "Name them among the owners of an account, or take them out of any_hour.",
            )


Groups = Sequence[frozenset[str]]


def _groups(people: Mapping[str, Any]) -> Iterator[frozenset[str]]:
    for group in _tables(people.get("same")):
        yield frozenset(ref for _, ref in _list(group, "identities", ()))


def _repeats(people: Mapping[str, Any], groups: Groups) -> Iterator[Finding]:
    for key in ("staff", "blocked", *SEVERAL):
        first: dict[str, str] = {}
        for path, ref in _list(people, key, ("people",)):
            if (same := next((r for r in first if _one(r, ref, groups)), None)) is not None:
                yield path, f"{quoted(ref)} stands here twice{_as(ref, same)}.", "Take one of them out."
            first[ref] = ref


def _own_deputy(people: Mapping[str, Any], groups: Groups) -> Iterator[Finding]:
    for head, deputies, who in (("headteacher", "deputies", "headteacher"), ("dsl", "deputy_dsls", "DSL")):
        lead = _text(people.get(head))
        for path, ref in _list(people, deputies, ("people",)):
            if lead and _one(lead, ref, groups):
                yield (
                    path,
                    f"{quoted(ref)} is the {who}{_as(ref, lead)}, and nobody stands in for themselves.",
                    f"Take them out of {deputies}.",
                )


def _blocked(people: Mapping[str, Any], groups: Groups) -> Iterator[Finding]:
    held = [(key, ref) for key in ONE_PERSON if (ref := _text(people.get(key)))]
    held += [(key, ref) for key in SEVERAL for _, ref in _list(people, key, ())]
    for path, blocked in _list(people, "blocked", ("people",)):
        roles = [key for key, ref in held if _one(ref, blocked, groups)]
        if roles:
            yield (
                path,
                f"{quoted(blocked)} is blocked and also holds a role ({', '.join(dict.fromkeys(roles))}).",
                "Take them out of blocked, or give the role to somebody else.",
            )


def _overlaps(people: Mapping[str, Any], groups: Groups) -> Iterator[Finding]:
    for number, group in enumerate(groups):
        for earlier in groups[:number]:
            if shared := sorted(group & earlier):
                yield (
                    ("people", "same", number, "identities"),
                    f"{quoted(shared[0])} already stands in another [[people.same]].",
                    "Write all the names of one person in one of them.",
                )


def _accounts(accounts: Sequence[Any]) -> Iterator[Finding]:
    names: dict[str, str] = {}
    addresses: dict[str, str] = {}
    for number, account in enumerate(accounts):
        name, url = (account.get("name"), account.get("url")) if isinstance(account, dict) else (None, None)
        if isinstance(name, str) and name.strip():
            first = names.setdefault(slug_of(name), name)
            if first is not name:
                yield (
                    ("accounts", number, "name"),
                    f"{quoted(name)} cannot be told from the account {quoted(first)}.",
                    'Give each account a name of its own, such as "Harbour on Instagram".',
                )
        if isinstance(url, str) and url.strip():
            where = url.strip().rstrip("/").casefold()
            if where in addresses:
                yield (
                    ("accounts", number, "url"),
                    f"{quoted(url)} is already the address of {quoted(addresses[where])}.",
                    "Check both addresses, or take one of the two accounts out.",
                )
            addresses[where] = str(name)
        owners = account if isinstance(account, dict) else {}
        yield from _twice(_list(owners, "owners", ("accounts", number)))


def _terms(calendar: Mapping[str, Any]) -> Iterator[Finding]:
    terms = calendar.get("terms")
    read: dict[str, str] = {}
    for number, value in enumerate(terms if isinstance(terms, list) else ()):
        first, slash, last = value.partition("/") if isinstance(value, str) else ("", "", "")
        if not slash:
            continue
        if over := [each for each, end in read.items() if each <= last.strip() and first.strip() <= end]:
            yield (
                ("calendar", "terms", number),
                f"{quoted(value)} overlaps the term that begins on {over[0]}.",
                "Give each term its own days.",
            )
        read[first.strip()] = last.strip()


def _twice(refs: Iterator[Holding]) -> Iterator[Finding]:
    seen: set[str] = set()
    for path, ref in refs:
        if ref in seen:
            yield path, f"{quoted(ref)} stands here twice.", "Take one of them out."
        seen.add(ref)


def _one(ref: str, other: str, groups: Groups) -> bool:
    """Whether two refs mean one person."""
    return ref == other or any(ref in group and other in group for group in groups)


def _as(ref: str, other: str) -> str:
    return "" if ref == other else f", under [[people.same]] also known as {quoted(other)}"


def _text(value: Any) -> str:
    return value.strip().casefold() if isinstance(value, str) else ""


def _list(table: Mapping[str, Any], key: str, above: Path) -> Iterator[Holding]:
    values = table.get(key)
    for number, value in enumerate(values if isinstance(values, list) else ()):
        if text := _text(value):
            yield (*above, key, number), text


def _tables(value: Any) -> Iterator[Mapping[str, Any]]:
    return (one for one in (value if isinstance(value, list) else ()) if isinstance(one, dict))


Check = Callable[[Mapping[str, Any], Groups], Iterator[Finding]]
