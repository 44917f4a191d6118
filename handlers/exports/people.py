"""People and their conversations with Exeat, which belong to no workflow, laid out to be read outside Exeat."""

from cards.export import Fact, Part, Piece, Sheet, When
from cards.roles import TITLES
from handlers.registry import Registry
from handlers.turn import Scene
from policy.address import Address
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
