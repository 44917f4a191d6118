"""Wordings that are approved beforehand: proposed, decided on, and found when a comment is to be answered."""

from dataclasses import dataclass
from typing import assert_never

from cards.model import Card, Element
from cards.template import (
    APPROVED,
    EVERY,
    PROPOSED,
    Listing,
    Reader,
    decided_card,
    digest_card,
    list_card,
    nag_card,
    nobody_card,
    receipt_card,
    reject_form,
    rows,
    template_card,
    template_form,
)
from handlers.needs import staff
from handlers.reach import is_gone
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Nothing, Reply, Say, Show
from handlers.seats import deciders_of, might_decide
from handlers.turn import Scene, Turn
from policy.checks.advice import advice
from policy.checks.draft import Draft
from policy.deciding import CLAUSE as DECIDING
from policy.deciding import authority
from policy.people import Person, same_person
from policy.record import ref
from policy.refused import NotAllowed, OwnWork, Unusable
from policy.retention import wording_kept
from policy.template import (
    CLAUSE,
    EDITABLE,
    EVERYWHERE,
    Rung,
    State,
    Template,
    Use,
    approve,
    check,
    edit,
    fall_due,
    fits,
    name_key,
    noted,
    only,
    propose,
    reject,
    retire,
    schedule,
    usable_key,
    waiting,
)
from policy.text import clean

REGISTRY = Registry()
REGISTRY.retains(Template, wording_kept, "wordings", whose=lambda wording: wording.author)

WHOLE = "template.whole"

MOST = 100
"""How many wordings of one sort are looked at, newest first."""

LONGEST_LIST = 5
"""How many wordings a list shows of each sort before it offers more."""


async def usable(scene: Scene, account: str) -> list[Template]:
    """The approved wordings that may be used on the account with that slug, by name; empty for an unknown one."""
    known = scene.school.account(account)
    if known is None:
        return []
    found = [
        each
        for place in (EVERYWHERE, account)
        for each in await scene.tx.find(Template, key=usable_key(place), limit=MOST)
        if each.usable and fits(each, known)
    ]
    return sorted(found, key=_by_name)


async def reader_of(scene: Scene, template: Template) -> Reader:
    """What the viewer is to the wording, with the names its cards need."""
    may = await deciders_of(scene, template.author)
    ids = {template.author, template.retired_by, template.decision.by if template.decision else ""} - {""}
    return Reader(
        zone=scene.school.zone,
        names={id: await scene.name(id) for id in sorted(ids)},
        accounts={each.id: each.name for each in scene.school.accounts},
        deciders=tuple([each.person.name for each in may if each.told and not await is_gone(scene, each.person)]),
        author=await scene.is_viewer(template.author),
        decides=any(same_person(each.person, scene.viewer) for each in may),
        advice=tuple(advice(Draft(template.text), scene.school.accounts)),
    )


async def may_see(scene: Scene, template: Template) -> bool:
    """Whether the wording is this viewer's to see: all staff once it is approved; else its author, whoever decides
    or decided, and the headteacher.
    """
    if template.status is State.APPROVED or scene.school.is_head(scene.viewer):
        return True
    if await scene.is_viewer(template.author) or await _may_decide(scene, template):
        return True
    return template.decision is not None and await scene.is_viewer(template.decision.by)


async def sees(turn: Turn, template: Template) -> None:
    """Whoever may see it."""
    if not await may_see(turn, template):
        raise turn.nothing_there()


async def writes(turn: Turn, template: Template) -> None:
    """Its author only."""
    if await turn.is_viewer(template.author):
        return
    await sees(turn, template)
    raise NotAllowed(
        "Only its author can do that.",
        f"{template.id} was proposed by {await turn.name(template.author)}.",
        "You can ask them to, or propose a wording of your own with /templates.",
    )


async def decides(turn: Turn, template: Template) -> None:
    """Whoever decides on posts today, and never its author; by what right is kept for the audit."""
    author = await turn.person(template.author)
    if author is None:
        raise turn.nothing_there()
    try:
        turn.authority = authority(turn.viewer, author, await deciders_of(turn, template.author))
    except OwnWork:
        raise OwnWork(
            "You cannot decide on your own wording.",
            "Somebody else has to read it before it is used.",
            "Whoever may decide on it has it.",
            clause=DECIDING,
        ) from None
    except NotAllowed:
        raise NotAllowed(
            "This is not yours to decide.",
            "Wordings are decided by the headteacher, or by whoever the headteacher named while away.",
            "If it is urgent, please speak to the headteacher.",
            clause=DECIDING,
        ) from None


async def takes_back(turn: Turn, template: Template) -> None:
    """Its author; once it is approved, also whoever decides."""
    needs = decides if template.status is State.APPROVED and await _may_decide(turn, template) else writes
    await needs(turn, template)


@REGISTRY.command("templates", needs=staff, summary="Words approved for answering comments")
async def templates(turn: Turn) -> Reply:
    """The wordings that may be used, and those that are proposed, for whoever may see them."""
    return Say(list_card(await listing(turn)))


@REGISTRY.button("templates.more", "More", needs=staff)
async def more(turn: Turn) -> Reply:
    """The next of a part of the list."""
    part, said = turn.request.payload.get("part"), turn.request.payload.get("skip", "")
    skip = int(said) if said.isdecimal() and len(said) < 6 else 0
    if part not in (APPROVED, PROPOSED) or not skip:
        return Say(list_card(await listing(turn)))
    return Say(list_card(await listing(turn, (part,), skip)))


@REGISTRY.button("template.open", "Open", needs=sees, record=Template, bound=False)
async def open_template(turn: Turn, template: Template) -> Reply:
    """All of the wording."""
    return Show(ref(template), template_card(template, await reader_of(turn, template), in_full=True), WHOLE)


@REGISTRY.button("template.propose", "Propose a wording", needs=staff, clause=CLAUSE)
async def ask_words(turn: Turn) -> Reply:
    """The form."""
    return Ask(template_form(turn.school.accounts))


@REGISTRY.form("template.new", needs=staff, clause=CLAUSE)
async def new(turn: Turn) -> Reply:
    """A wording is proposed, and goes to whoever decides."""
    try:
        typed = await _typed(turn, None)
    except Unusable as wrong:
        return Invalid(template_form(turn.school.accounts), turn.request.fields, wrong.errors)
    number, salt = await turn.tx.new_id(Template), turn.random(32).hex()
    template = propose(
        number, turn.school.id, turn.viewer.id, typed.name, typed.text, typed.account, typed.use, salt, turn.now
    )
    turn.send("template", turn.viewer, template)
    return await _put_forward(turn, template)


@REGISTRY.button("template.edit", "Edit", needs=writes, record=Template, clause=CLAUSE)
async def edit_form(turn: Turn, template: Template) -> Reply:
    """The form again, with the wording in it."""
    only(template, "changed", *EDITABLE)
    return Ask(template_form(turn.school.accounts, template))


@REGISTRY.form("template.edit.send", needs=writes, record=Template, clause=CLAUSE)
async def edited(turn: Turn, template: Template) -> Reply:
    """A new version goes to be read; what was approved before may no longer be used."""
    only(template, "changed", *EDITABLE)
    try:
        typed = await _typed(turn, template)
    except Unusable as wrong:
        return Invalid(template_form(turn.school.accounts, template), turn.request.fields, wrong.errors)
    return await _put_forward(turn, edit(template, typed.name, typed.text, typed.account, typed.use, turn.now))


@REGISTRY.button("template.withdraw", "Withdraw", needs=takes_back, record=Template, clause=DECIDING)
async def withdraw(turn: Turn, template: Template) -> Reply:
    """It may not be used any more; its author hears of it if it was not they who took it back."""
    template = _keep(turn, retire(template, turn.viewer.id))
    author = await turn.person(template.author)
    if author is not None and not same_person(author, turn.viewer):
        turn.send("template.decided", author, template)
    return Nothing()


@REGISTRY.button("template.approve", "Approve", needs=decides, record=Template, clause=DECIDING)
async def approved(turn: Turn, template: Template) -> Reply:
    """It may be used from now on."""
    by = await _last_decider(turn, template)
    return await _decided(turn, approve(template, turn.viewer.id, turn.authority, turn.now, decided_by=by))


@REGISTRY.button("template.reject", "Reject", needs=decides, record=Template, clause=DECIDING)
async def ask_reason(turn: Turn, template: Template) -> Reply:
    """Asks why not."""
    waiting(template, await _last_decider(turn, template))
    return Ask(reject_form(template))


@REGISTRY.form("template.reject.send", needs=decides, record=Template, clause=DECIDING)
async def rejected(turn: Turn, template: Template) -> Reply:
    """It may not be used, and its author is told why."""
    reason = _field(turn, "reason")
    if not reason:
        wrong = {"reason": "Please give a reason: the author will read it."}
        return Invalid(reject_form(template), turn.request.fields, wrong)
    by = await _last_decider(turn, template)
    return await _decided(turn, reject(template, turn.viewer.id, turn.authority, turn.now, reason, decided_by=by))


@REGISTRY.comes
async def comes(turn: Turn, person: Person) -> None:
    """Somebody who decides is met, or comes back: they get what waits."""
    if await might_decide(turn, person):
        await hand_over(turn)


async def hand_over(turn: Turn) -> None:
    """Put every wording that waits before whoever decides now, except those who have its card already."""
    after: str | None = None
    while page := await turn.tx.find(Template, state=State.PROPOSED.value, after=after, limit=MOST):
        for template in page:
            have = {shown.person for shown in await turn.tx.shown(ref(template)) if shown.view == "template"}
            for person in await _asked(turn, template):
                if have.isdisjoint(person.ids):
                    turn.send("template", person, template)
        after = page[-1].id


@REGISTRY.due(Template)
async def due(turn: Turn, template: Template) -> None:
    """Remind whoever decides, once, and move the wording on in the same commit."""
    moved, rung = fall_due(template, turn.now, turn.school.calendar)
    turn.tx.put(moved)
    if rung is None:
        return
    asked = await _asked(turn, moved)
    if all([await is_gone(turn, person) for person in asked]):
        await _tell_nobody_can(turn, moved)
    today = turn.school.calendar.today(turn.now)
    for person in asked:
        match rung:
            case Rung.FIRST:
                turn.send("template.nag", person, moved, nag=True)
            case Rung.MORNING:
                if await turn.once(f"wordings/{person.id}/{today}"):
                    turn.send("templates.digest", person, nag=True)
            case _:
                assert_never(rung)


@REGISTRY.view("template", Template)
async def template_view(scene: Scene, template: Template) -> Card | None:
    """The wording's own card."""
    found = await _look(scene, template)
    return template_card(template, found) if found else None


@REGISTRY.view(WHOLE, Template)
async def whole_view(scene: Scene, template: Template) -> Card | None:
    """All of the wording, where it was opened."""
    found = await _look(scene, template)
    return template_card(template, found, in_full=True) if found else None


@REGISTRY.view("template.decided", Template)
async def decided_view(scene: Scene, template: Template) -> Card | None:
    """What the author hears of a decision."""
    found = await _look(scene, template)
    return decided_card(template, found) if found else None


@REGISTRY.view("template.nag", Template)
async def nag_view(scene: Scene, template: Template) -> Card | None:
    """It still waits. Nothing to say once it does not."""
    if scene.first and template.status is not State.PROPOSED:
        return None
    found = await _look(scene, template)
    return nag_card(template, found) if found else None


@REGISTRY.view("template.nobody", Template)
async def nobody_view(scene: Scene, template: Template) -> Card | None:
    """It waits, and nobody can decide on it."""
    found = await _look(scene, template)
    if scene.first and (template.status is not State.PROPOSED or (found and found.deciders)):
        return None
    return nobody_card(template, found) if found else None


@REGISTRY.view("templates.digest")
async def digest_view(scene: Scene, record: None) -> Card | None:
    """Every wording that waits for the viewer this morning; None when nothing does any more."""
    found = await _waiting_for(scene)
    return digest_card(found) if found.proposed else None


@REGISTRY.home
async def at_home(scene: Scene) -> tuple[Element, ...]:
    """The wordings that wait for the viewer."""
    return rows(await _waiting_for(scene))


async def listing(scene: Scene, parts: tuple[str, ...] = (APPROVED, PROPOSED), skip: int = 0) -> Listing:
    """The approved wordings by name, and the proposed ones that the viewer may see, oldest first; from `skip` on."""
    found = sorted(await scene.tx.find(Template, state=State.APPROVED.value, limit=MOST), key=_by_name)
    return await _listed(
        scene,
        found if APPROVED in parts else [],
        [each for each in await _proposed(scene) if await may_see(scene, each)] if PROPOSED in parts else [],
        skip,
    )


async def _waiting_for(scene: Scene) -> Listing:
    """What waits for the viewer's decision, oldest first."""
    if not await might_decide(scene, scene.viewer):
        return Listing()
    return await _listed(scene, [], [each for each in await _proposed(scene) if await _may_decide(scene, each)])


async def _listed(scene: Scene, approved: list[Template], proposed: list[Template], skip: int = 0) -> Listing:
    """A page of each part, with what the viewer is to each wording."""
    end = skip + LONGEST_LIST
    return Listing(
        approved=tuple([(each, await reader_of(scene, each)) for each in approved[skip:end]]),
        proposed=tuple([(each, await reader_of(scene, each)) for each in proposed[skip:end]]),
        skipped=skip,
        more_approved=max(0, len(approved) - end),
        more_proposed=max(0, len(proposed) - end),
    )


async def _proposed(scene: Scene) -> list[Template]:
    found = await scene.tx.find(Template, state=State.PROPOSED.value, limit=MOST)
    return sorted(found, key=lambda each: each.waiting_since)


async def _look(scene: Scene, template: Template) -> Reader | None:
    """How the viewer sees the wording; None when it is not theirs to see."""
    return await reader_of(scene, template) if await may_see(scene, template) else None


async def _may_decide(scene: Scene, template: Template) -> bool:
    return any(same_person(each.person, scene.viewer) for each in await deciders_of(scene, template.author))


async def _asked(scene: Scene, template: Template) -> list[Person]:
    """Who is asked to decide today."""
    return [each.person for each in await deciders_of(scene, template.author) if each.told]


async def _put_forward(turn: Turn, template: Template) -> Reply:
    """Put it before whoever decides today, and say so."""
    template = _keep(turn, template)
    for person in await _asked(turn, template):
        turn.send("template", person, template)
    return Say(receipt_card(template, await reader_of(turn, template)))


async def _decided(turn: Turn, template: Template) -> Reply:
    """Keep the decision, and tell the author."""
    template = _keep(turn, template)
    author = await turn.person(template.author)
    if author is not None:
        turn.send("template.decided", author, template)
    return Nothing()


async def _tell_nobody_can(turn: Turn, template: Template) -> None:
    """Tell the author, at most once a day for each version, that nobody can decide on it."""
    author = await turn.person(template.author)
    if author is not None and await turn.once(f"nobody/{template.id}/{template.version}"):
        turn.send("template.nobody", author, template, nag=True)


async def _last_decider(turn: Turn, template: Template) -> str:
    return await turn.name(template.decision.by) if template.decision else ""


def _keep(turn: Turn, template: Template) -> Template:
    """Save the wording with the moment of its next reminder, and say in the audit what was done."""
    template = schedule(noted(template, turn.now), turn.school.calendar)
    turn.save(template, fingerprint=template.fingerprint)
    return template


@dataclass(frozen=True, slots=True)
class Typed:
    """A wording as it was typed."""

    name: str
    text: str
    account: str
    use: Use


async def _typed(turn: Turn, template: Template | None) -> Typed:
    """The wording that was typed. Raises Unusable, by field, for what cannot be taken as it is."""
    name, text = " ".join(_field(turn, "name").split()), _field(turn, "text")
    chosen, use = _field(turn, "account"), _field(turn, "use")
    account = turn.school.account(chosen)
    everywhere = chosen in (EVERYWHERE, EVERY)
    wrong = check(name, text, turn.school.accounts if everywhere else (account,) if account else ())
    if account is None and not everywhere:
        wrong["account"] = "Please choose one of the school's accounts, or every account."
    if use not in set(Use):
        wrong["use"] = "Please say whether it is to acknowledge or to answer."
    if "name" not in wrong and (other := await _namesake(turn, name, template)) is not None:
        wrong["name"] = f"There is a wording of that name already: {other.id}. Please choose another name."
    if wrong:
        raise Unusable(wrong)
    await _hold(turn, name)
    return Typed(name, text, account.id if account else EVERYWHERE, Use(use))


async def _hold(turn: Turn, name: str) -> None:
    """Of two wordings of one name that are sent at one moment, the second is run again and finds the first."""
    newest = await turn.tx.find(Template, limit=1)
    await turn.once(f"wording/{name_key(name)}/{newest[0].id if newest else ''}")


async def _namesake(turn: Turn, name: str, template: Template | None) -> Template | None:
    """Another wording of that name that is in use or proposed."""
    found = await turn.tx.find(Template, key=name_key(name), limit=2)
    return next((each for each in found if template is None or each.id != template.id), None)


def _field(turn: Turn, name: str) -> str:
    """A field as clean text; "" when there is none."""
    value = turn.request.fields.get(name)
    return clean(value).strip() if isinstance(value, str) else ""


def _by_name(template: Template) -> tuple[str, str]:
    return template.name.casefold(), template.id
