"""People, their absences and their looks at accounts laid out to be read outside Exeat."""

from cards.export import Fact, Part, Piece, Sheet, When, Who, Words
from cards.roles import TITLES
from handlers.exports.of_posts import place
from handlers.registry import Registry
from handlers.turn import Scene
from policy.address import Address
from policy.away import Away
from policy.look import AccountWatch
from policy.people import Person

registry = Registry()


@registry.exports("people", "People and their accounts", Person)
async def person(scene: Scene, person: Person) -> Sheet:
    """Somebody: what the platforms say of their accounts, and what the school's settings name them as."""
    held = [words for role, words in TITLES.items() if scene.school.roster.holds(person, role)]
    known: list[Piece] = [Fact("Known as", person.id)]
    known += [Fact("Known before as", each) for each in person.formerly]
    known += [Fact("Is the same as", person.same_as)] if person.same_as else []
    known += [Fact("Role, by the school's settings", ", ".join(held))] if held else []
    owned = [each.name for each in scene.school.accounts if scene.school.owns(person, each)]
    known += [Fact("Looks after, by the school's settings", ", ".join(owned))] if owned else []
    if not scene.school.roster.names(person).isdisjoint(scene.school.roster.any_hour):
        known.append(Fact("Is reminded", "also outside staffed hours"))
    if not scene.school.roster.names(person).isdisjoint(scene.school.roster.blocked):
        known.append(Fact("Is kept out", "by the school's settings"))
    known += [Fact("The account used last", person.uses)] if person.uses else []
    parts = [Part("In Exeat", person.ids, tuple(known))]
    for account in person.accounts:
        pieces = [Fact("Account", str(account.identity)), Fact("Name", account.name)]
        pieces += [Fact("E-mail", account.email)] if account.email else []
        pieces += [Fact("Standing", account.standing.value)]
        parts.append(Part(f"An account on {account.identity.platform.title()}", person.ids, tuple(pieces)))
    return Sheet(person.KIND, person.id, person.name, tuple(parts))


@registry.exports("conversations", "Conversations with Exeat on Teams", Address)
async def address(scene: Scene, address: Address) -> Sheet:
    """Where somebody is written to."""
    pieces = (
        Fact("Account", address.id),
        Fact("Conversation", address.conversation),
        Fact("The platform's id of the person", address.member),
        Fact("May be written to", "yes" if address.open else "no"),
        When("Learnt", address.at),
    )
    return Sheet(address.KIND, address.id, f"Conversation of {address.id}", (Part("Where", (address.id,), pieces),))


@registry.exports("absences", "Absences", Away)
async def away(scene: Scene, away: Away) -> Sheet:
    """An absence: theirs who were away and, as a time of standing in, the delegate's."""
    days = (When("First day", away.first), When("Last day", away.last))
    planned = (Who("Away", away.person), *days, When("Exeat was told", away.made_at), Fact("Stands as", away.state))
    parts = [Part("Away", (away.person,), planned)]
    if away.delegate:
        acting = (Who("Stood in", away.delegate), Who("For", away.person), *days)
        parts[0] = Part("Away", (away.person,), (*planned, Who("Acted for them", away.delegate)))
        parts.append(Part("Standing in", (away.delegate,), acting))
    return Sheet(away.KIND, away.id, f"Absence {away.id}", tuple(parts))


@registry.exports("looks", "Looks at the school's accounts", AccountWatch)
async def watch(scene: Scene, watch: AccountWatch) -> Sheet:
    """The latest looks at an account: each theirs who looked."""
    name, parts = place(scene, watch.id), list[Part]()
    for look in watch.looks:
        pieces: list[Piece] = [Fact("At", name), When("When", look.at), Who("By", look.by)]
        pieces += [Words("What they found", look.note, look.by)] if look.note else []
        parts.append(Part("A look", (look.by,), tuple(pieces)))
    return Sheet(watch.KIND, watch.id, f"Looks at {name}", tuple(parts))
