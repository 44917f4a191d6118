"""A picture taken by mistake: one question first, then either whom to ring, or what to delete. Never the picture."""

from collections.abc import Mapping

from cards.model import Card, ChoiceField, Element, Form, MomentField, Notice, Part, Text, TextField, Tone
from policy.clauses import cite
from policy.school import Contacts

CLAUSE = "compromising-picture"

YES, NO, UNSURE = "yes", "no", "unsure"

DELETED = (
    ("phone", "From the phone or camera"),
    ("bin", "From recently deleted"),
    ("cloud", "From the cloud and backups"),
)
"""The places from which it is to be deleted, each with the name of its field."""

NOWHERE = "none"

ANSWERS = ((YES, "Yes"), (NO, "Not yet"), (NOWHERE, "There is none there"))

NO_PICTURE = "Do not send the picture here, or show or copy it to anybody."


def child_form() -> Form:
    """The question that comes before everything else."""
    options = ((YES, "Yes"), (UNSURE, "Not sure"), (NO, "No"))
    parts: tuple[Part, ...] = (
        Notice(NO_PICTURE, tone=Tone.WARNING),
        ChoiceField("child", "Could it be a nude or sexual picture of a child?", options, required=True),
    )
    return Form("picture.child", "A picture by mistake", parts, dialog=True)


def stop_card(contacts: Contacts) -> Card:
    """It may show a child: nothing is done with it, and whom to ring."""
    said = "Stop here. Do not look at it again, copy it, send it or delete it."
    body: list[Element] = [Notice(said, tone=Tone.DANGER), Text(_ring(contacts), Tone.STRONG)]
    above = [f"the chair of governors on {contacts.chair_of_governors}"] if contacts.chair_of_governors else []
    above += [f"the LADO on {contacts.lado}"] if contacts.lado else []
    instead = " or ".join(above) or "the chair of governors or the local authority's designated officer (LADO)"
    body.append(Text(f"If the safeguarding lead is in it or has to do with it, ring {instead} instead."))
    body.append(Text(f"If a child is in danger now, ring {contacts.emergency or '999'}."))
    body.append(Text("Nothing of what you chose is kept, and nobody has been told by Exeat.", Tone.QUIET))
    return Card("Please stop, and ring", f"{said} {_ring(contacts)}", tuple(body), dialog=True)


def deletion_form() -> Form:
    """What was deleted from where, for the record."""
    parts: tuple[Part, ...] = (
        Notice("Delete it now, everywhere it is, and then fill this in.", cite(CLAUSE)),
        TextField("where", "Where it was taken", hint="In words; no names of pupils are needed.", required=True),
        MomentField("happened", "When it was taken"),
        *(ChoiceField(name, f"Deleted: {words[0].lower()}{words[1:]}", ANSWERS, NO) for name, words in DELETED),
        TextField("others", "Who else has it or has seen it", hint="Leave it empty for nobody.", longest=300),
    )
    note = "It is kept that you said so; the headteacher gets it."
    return Form("picture.report", "A picture by mistake", parts, note=note, dialog=True)


def still_there(deleted: Mapping[str, str], others: str) -> tuple[Notice, ...]:
    """What whoever said that it is not deleted everywhere is asked to do now; nothing when it is gone."""
    left = [words for name, words in DELETED if deleted.get(name, NO) not in (YES, NOWHERE)]
    if not left and not others:
        return ()
    said = ["Delete it now where it still is."] if left else []
    said += ["Ask whoever else has it to delete it too."] if others else []
    return (Notice(" ".join((*said, "Then press Add note in /incidents and say so.")), cite(CLAUSE), Tone.WARNING),)


def checklist_card() -> Card:
    """The same to do without a record, where none can be kept."""
    said = "Delete it now, everywhere it is, and tell the headteacher yourself."
    rows = tuple(Text(f"{words}.") for _, words in DELETED)
    return Card("A picture by mistake", said, (Notice(said, cite(CLAUSE)), *rows), dialog=True)


def no_files_card() -> Card:
    """What whoever sends a picture along is told."""
    said = "Please delete the message with the picture now. Exeat has not looked at it and keeps nothing of it."
    body = (Notice(said, cite(CLAUSE), Tone.DANGER), Text("Then type the command again without it."))
    return Card("No pictures here", said, body)


def in_words(deleted: Mapping[str, str], others: str) -> str:
    """What was said about the copies, for the record."""
    answers = dict(ANSWERS)
    said = [f"{words}: {answers.get(deleted.get(name, NO), 'Not yet').lower()}." for name, words in DELETED]
    said.append(f"Others who have it or have seen it: {others or 'nobody'}.")
    return "\n".join(said)


def _ring(contacts: Contacts) -> str:
    where = f" on {contacts.dsl}" if contacts.dsl else ""
    return f"Ring the Designated Safeguarding Lead{where} now."
