"""Safeguarding concerns under examination: all that must be there before they are switched on, and stay there."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime

from bot.doctor.finding import Finding, Verdict, fine, fix, note
from bot.doctor.kept import look_at_store
from bot.doctor.mail import look_at_mail
from bot.doctor.reach import look_at_server
from bot.settings import Environment
from bot.surface import INSTALLED
from cards.drill import Holder
from cards.roles import CALLED, TITLES
from cards.wording import listed
from handlers.safeguarding.pins import confirmers, holder, kept_pins, mailboxes
from handlers.safeguarding.readiness import has_routes, standing
from handlers.turn import Scene
from policy.drill import OPENING, Opening
from policy.people import EXEAT, Role, Roster
from policy.pin import PINNED, Pin, configured
from policy.school import Concerns, School
from policy.term import term_name
from storage.contract import Store

START = "Start Exeat with concerns switched on; it then writes down who holds the roles and sends the test alerts."

WHOSE = {
    "lado": "of the local authority's designated officer (LADO)",
    "emergency": "for emergencies",
    "helplines": "of a helpline",
    "dsl": "of the Designated Safeguarding Lead",
    "chair_of_governors": "of the chair of governors",
}
"""Of each number under [contacts] that must be there, whose it is."""


async def look_before_golive(
    environment: Environment, school: School, clock: Callable[[], datetime], mail_to: str = ""
) -> list[Finding]:
    """Everything that concerns rest on, whether or not they are switched on; a test message goes to `mail_to`, if
    that is given. Waits a few seconds at most.
    """
    findings = [*_switches(environment, school), *_contacts(school), *_roles(school), *_admins(school)]
    findings += [_must(each) for each in await look_at_mail(environment, school, clock, mail_to)]
    running, _ = await look_at_server(environment)
    kept = await look_at_store(environment, school, running)
    try:
        findings += await look_at_safeguarding(environment, kept.store, school, clock())
    finally:
        await kept.close()
    return findings


async def look_at_safeguarding(
    environment: Environment, store: Store | None, school: School, now: datetime
) -> list[Finding]:
    """What the records say: are the roles settled, can each holder be reached, has each acknowledged a test alert."""
    if store is None:
        return [fix("Safeguarding roles", "There are no records yet, so no role is pinned.", START)]
    chats = (("slack", environment.slack), ("teams", environment.teams))
    served = frozenset(name for name, there in chats if there)
    async with store.transaction(school.id) as tx:
        sealing = environment.exeat_key is not None
        scene = Scene(tx, school, now, EXEAT, served=served, installed=INSTALLED, sealing=sealing)
        pins = await kept_pins(scene)
        if not pins:
            return [fix("Safeguarding roles", "No role is pinned yet.", START)]
        of_pins = [finding for kept in pins async for finding in _of_pin(scene, kept)]
        of_pins = of_pins or [fine("Safeguarding roles", "Those for concerns are those in exeat.toml.")]
        of_holders = [finding for each in await standing(scene) async for finding in _of_holder(scene, each)]
        return [*of_pins, *of_holders, *[finding async for finding in _of_opening(scene)]]


def _switches(environment: Environment, school: School) -> Iterator[Finding]:
    if environment.exeat_key is None:
        yield fix(
            "EXEAT_KEY",
            "It is not set, so nothing confidential can be kept.",
            "Make one with exeat keys new, set it, and keep a copy apart from the machine and from its backups.",
        )
    else:
        yield fine("EXEAT_KEY", "There is a key to seal concerns with.")
    concerns = school.safeguarding.concerns
    if concerns is Concerns.OFF:
        yield fix(
            "[safeguarding] concerns",
            "Concerns are switched off.",
            'When all else here is in order, write concerns = "record" or "alert_only" and restart.',
        )
    else:
        yield fine("[safeguarding] concerns", f'It is "{concerns.value}".')


def _contacts(school: School) -> Iterator[Finding]:
    missing = school.contacts.missing
    for key in missing:
        todo = f'Write {key} = "…" under [contacts]: a number that somebody answers.'
        yield fix(f"[contacts] {key}", f"There is no number {WHOSE[key]} to show on the form and the receipt.", todo)
    if not missing:
        yield fine("[contacts]", "All numbers that the form and the receipt show are there. Ring each once.")


def _roles(school: School) -> Iterator[Finding]:
    roster = school.roster
    for role, key in ((Role.DSL, "dsl"), (Role.CHAIR, "chair_of_governors")):
        if not roster.refs(role):
            yield fix(f"[people] {key}", f"Nobody is named as {TITLES[role]}.", f'Write {key} = "…" under [people].')
    for role in (Role.HEADTEACHER, Role.DSL):
        if _shared(roster, role, Role.CHAIR):
            yield fix(
                "[people] chair_of_governors",
                f"The chair of governors is also the {TITLES[role]}, so nobody is left for a concern about them.",
                "Name somebody else.",
            )
    if _shared(roster, Role.HEADTEACHER, Role.DSL):
        yield note(
            "[people] dsl",
            "The headteacher is also the DSL. A concern about them goes to the chair of governors alone.",
            "Name somebody else if you can.",
        )
    if not roster.refs(Role.DEPUTY_DSL):
        yield note(
            "[people] deputy_dsls",
            "There is no deputy DSL, so an alert that the DSL does not see goes to the headteacher next.",
            'Name one: deputy_dsls = ["…"].',
        )


def _admins(school: School) -> Iterator[Finding]:
    roster = school.roster
    if not roster.refs(Role.ADMIN):
        yield fix("[people] admins", "Nobody is told when something is wrong with Exeat.", 'Write admins = ["…"].')
    for role in PINNED:
        if not _shared(roster, role, Role.ADMIN):
            continue
        who = f"{CALLED[role][0].upper()}{CALLED[role][1:]}"
        found = f"{who} is also an admin of Exeat, and a concern about an admin is never taken."
        if role is Role.CHAIR:
            found += " A concern about the headteacher would have no way but through an admin."
            yield fix("[people] admins", found, "Have somebody else look after Exeat.")
        else:
            yield note("[people] admins", found, "Have somebody else look after Exeat if you can.")


def _shared(roster: Roster, one: Role, other: Role) -> bool:
    """Whether somebody holds both roles, under any of their names."""
    names = [{name for each in configured(roster, role) for name in each} for role in (one, other)]
    return not names[0].isdisjoint(names[1])


async def _of_pin(scene: Scene, kept: Pin) -> AsyncIterator[Finding]:
    subject = f"Safeguarding role: {TITLES[kept.role]}"
    if kept.proposed is None:
        return
    named = ", ".join(name for names in kept.proposed for name in names) or "nobody"
    may = listed([person.name for person in await confirmers(scene, kept)], "or")
    if kept.turned_down:
        by = await scene.name(kept.by)
        todo = f"Put exeat.toml back as it was; or, if it is right after all, ask {may or 'a holder'} to confirm it."
        yield fix(subject, f"exeat.toml names {named}, and {by} says that this is not right.", todo)
    else:
        todo = f"Ask {may} to press Confirm in the chat, or Not right."
        if not may:
            todo = "Put somebody who held a safeguarding role back under [people] staff, restart, and ask them."
        yield fix(subject, f"exeat.toml names {named}; until that is confirmed the old holders stand.", todo)
    gone = [names for names in kept.answering if await holder(scene, names) is None]
    for names in gone:
        yield note(subject, f"{names[0]} still holds it for concerns and cannot be reached, so nobody does.")


async def _of_holder(scene: Scene, each: Holder) -> AsyncIterator[Finding]:
    roles = listed([CALLED[role] for role in each.roles])
    if each.person is None:
        todo = (
            "Give them an account in the chat, or correct exeat.toml and have the change confirmed. Until then they "
            "are reached by telephone alone: see that their number is under [contacts], and on the poster."
        )
        nobody = f"Nobody on the staff answers to it ({roles}), so they have not acknowledged a test alert"
        yield fix(each.ref, f"{nobody} and nothing reaches them through Exeat.", todo)
        return
    who = f"{each.person.name} ({roles})"
    if not each.reached:
        todo = "Ask them to open Exeat in the chat and type exeat."
        yield fix(each.ref, f"{who} cannot be written to in any chat.", todo)
    if not await mailboxes(scene, each.person):
        yield fix(
            each.ref,
            f"No e-mail address of {who} is known, so an alert that they do not see in the chat goes nowhere else.",
            "Have it added to their account in the chat, or to a [[people.same]] of theirs.",
        )
    if each.this_term:
        yield fine(each.ref, f"{who} has acknowledged a test alert this term.")
    else:
        term = term_name(scene.now, scene.school.calendar)
        todo = "Ask them to press Acknowledge; /testalert sends it again."
        yield fix(each.ref, f"{who} has not acknowledged a test alert in the {term}.", todo)


async def _of_opening(scene: Scene) -> AsyncIterator[Finding]:
    opening = await scene.tx.get(Opening, OPENING)
    if opening is None or opening.since is None:
        yield fix(
            "Concerns",
            "None are taken yet.",
            "They are as soon as the roles are settled and every holder has acknowledged a test alert.",
        )
    elif not await has_routes(scene):
        yield fix(
            "Concerns",
            "None are taken at present: there is no headteacher or DSL, with a chair beside them, whom alerts reach.",
            "See what stands here of each of them.",
        )
    else:
        yield fine("Concerns", "They were opened when every holder had acknowledged a test alert.")


def _must(finding: Finding) -> Finding:
    """What may be left out otherwise, and not here."""
    return fix(finding.subject, finding.found, finding.todo) if finding.verdict is Verdict.NOTE else finding
