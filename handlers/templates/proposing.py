"""Wordings proposed, changed and withdrawn."""

from dataclasses import dataclass

from cards.template import receipt_card
from cards.template_forms import EVERY, template_form
from handlers.fields import text
from handlers.needs import staff
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Nothing, Reply, Say
from handlers.templates.access import asked, keep, reader_of, takes_back, writes
from handlers.turn import Turn
from policy.deciding import CLAUSE as DECIDING
from policy.people import same_person
from policy.refused import Unusable
from policy.template import CLAUSE, EDITABLE, EVERYWHERE, Template, Use, check, edit, name_key, only, propose, retire
from policy.template.kept import wording_kept

registry = Registry()
registry.retains(Template, wording_kept, "wordings", whose=lambda wording: wording.author)


@registry.button("template.propose", "Propose a wording", needs=staff, clause=CLAUSE)
async def ask_words(turn: Turn) -> Reply:
    """The form."""
    return Ask(template_form(turn.school.accounts))


@registry.form("template.new", needs=staff, clause=CLAUSE)
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


@registry.button("template.edit", "Edit", needs=writes, record=Template, clause=CLAUSE)
async def edit_form(turn: Turn, template: Template) -> Reply:
    """The form again, with the wording in it."""
    only(template, "changed", *EDITABLE)
    return Ask(template_form(turn.school.accounts, template))


@registry.form("template.edit.send", needs=writes, record=Template, clause=CLAUSE)
async def edited(turn: Turn, template: Template) -> Reply:
    """A new version goes to be read; what was approved before may no longer be used."""
    only(template, "changed", *EDITABLE)
    try:
        typed = await _typed(turn, template)
    except Unusable as wrong:
        return Invalid(template_form(turn.school.accounts, template), turn.request.fields, wrong.errors)
    return await _put_forward(turn, edit(template, typed.name, typed.text, typed.account, typed.use, turn.now))


@registry.button("template.withdraw", "Withdraw", needs=takes_back, record=Template, clause=DECIDING)
async def withdraw(turn: Turn, template: Template) -> Reply:
    """It may not be used any more; its author hears of it if it was not they who took it back."""
    template = keep(turn, retire(template, turn.viewer.id))
    author = await turn.person(template.author)
    if author is not None and not same_person(author, turn.viewer):
        turn.send("template.decided", author, template)
    return Nothing()


async def _put_forward(turn: Turn, template: Template) -> Reply:
    """Put it before whoever decides today, and say so."""
    template = keep(turn, template)
    for person in await asked(turn, template):
        turn.send("template", person, template)
    return Say(receipt_card(template, await reader_of(turn, template)))


@dataclass(frozen=True, slots=True)
class Typed:
    """A wording as it was typed."""

    name: str
    text: str
    account: str
    use: Use


async def _typed(turn: Turn, template: Template | None) -> Typed:
    """The wording that was typed. Raises Unusable, by field, for what cannot be taken as it is."""
    request = turn.request
    name, words = " ".join(text(request, "name").split()), text(request, "text")
    chosen, use = text(request, "account"), text(request, "use")
    account = turn.school.account(chosen)
    everywhere = chosen in (EVERYWHERE, EVERY)
    wrong = check(name, words, turn.school.accounts if everywhere else (account,) if account else ())
    if account is None and not everywhere:
        wrong["account"] = "Please choose one of the school's accounts, or every account."
    if use not in set(Use):
        wrong["use"] = "Please say whether it is to acknowledge or to answer."
    if "name" not in wrong and (other := await _namesake(turn, name, template)) is not None:
        wrong["name"] = f"There is a wording of that name already: {other.id}. Please choose another name."
    if wrong:
        raise Unusable(wrong)
    await _hold(turn, name)
    return Typed(name, words, account.id if account else EVERYWHERE, Use(use))


async def _hold(turn: Turn, name: str) -> None:
    """Of two wordings of one name that are sent at one moment, the second is run again and finds the first."""
    newest = await turn.tx.find(Template, limit=1)
    await turn.once(f"wording/{name_key(name)}/{newest[0].id if newest else ''}")


async def _namesake(turn: Turn, name: str, template: Template | None) -> Template | None:
    """Another wording of that name that is in use or proposed."""
    found = await turn.tx.find(Template, key=name_key(name), limit=2)
    return next((each for each in found if template is None or each.id != template.id), None)
