"""Who asks: everything by which somebody is known, whichever of their accounts it is."""

from collections.abc import Sequence

from handlers.exports.reading import all_of
from handlers.turn import Scene
from policy.joined import Subject
from policy.people import EXEAT, Person, Roster, same_person


class Unknown(Exception):
    """Nobody is known by what was given, or more than one. The message says so, and what to do."""


async def find_subject(scene: Scene, said: str) -> tuple[Subject, list[Person]]:
    """Whoever is known by an address or by another name that `exeat.toml` could give them, and everybody else.

    Raises Unknown when nobody is, or several who are not known to be one.
    """
    everybody = [each async for each in all_of(scene, Person) if isinstance(each, Person)]
    wanted = said.strip().casefold()
    meant = [each for each in everybody if wanted in each.refs or wanted in [id.casefold() for id in each.ids]]
    if not meant:
        raise Unknown(
            f"Exeat knows nobody as {said}. Only staff have a record of their own: what parents and others wrote or "
            "are named in is found by reading `exeat export school`."
        )
    own = _with_all_accounts(meant[0], everybody, scene.school.roster)
    apart = [each for each in meant if each not in own]
    if apart:
        ids = ", ".join(each.id for each in (meant[0], *apart))
        raise Unknown(
            f"More than one person has been known as {said}: {ids}. If they are one, say so under [[people.same]] in "
            "exeat.toml; if not, give one of these ids instead of the address."
        )
    identities = [str(account.identity) for each in own for account in each.accounts]
    subject = Subject(
        people=tuple(own),
        ids=frozenset(identities).union(*(each.ids for each in own)),
        names=tuple(dict.fromkeys(account.name for each in own for account in each.accounts if account.name)),
        emails=frozenset(account.email for each in own for account in each.accounts if account.email),
    )
    return subject, [each for each in everybody if each not in own and each.id != EXEAT.id]


def _with_all_accounts(person: Person, everybody: Sequence[Person], roster: Roster) -> list[Person]:
    """The records of one human being: linked, of one verified address, or named as one in the configuration."""
    own, grew = [person], True
    while grew:
        more = [
            each
            for each in everybody
            if each not in own
            and any(
                same_person(each, other) or not _named(each, roster).isdisjoint(_named(other, roster))
                for other in own
            )
        ]
        own += more
        grew = bool(more)
    return own


def _named(person: Person, roster: Roster) -> frozenset[str]:
    """The names that the configuration says are one person's; none for whoever it does not mention."""
    names = frozenset(person.ids) | frozenset(account.email for account in person.active if account.email)
    refs = names | frozenset(ref for ref in person.refs if ":" in ref)
    groups = [frozenset(group) for group in roster.same if refs.intersection(group)]
    return frozenset().union(*groups) if groups else frozenset()
