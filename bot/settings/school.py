"""The school as `exeat.toml` describes it: read, checked whole, and turned into what the rules know."""

from collections.abc import Iterator
from pathlib import Path as File
from typing import Any, assert_never

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.settings.checks import findings
from bot.settings.fault import Fault, Misconfigured, nearest
from bot.settings.lines import Document, Path, Unreadable, read_document
from bot.settings.shape import EXAMPLES, SECTIONS, AccountSection, ContactsSection, PeopleSection, SchoolFile
from bot.settings.values import quoted, slug_of
from policy.account import Account, Platform
from policy.calendar import Calendar
from policy.people import Role, Roster
from policy.school import CommentRules, Contacts, PolicyDocument, Safeguarding, School


def read_school(file: File) -> School:
    """The school that the file describes. Raises Misconfigured with everything that is wrong with it."""
    try:
        text = file.read_bytes().decode()
    except FileNotFoundError:
        raise _unread(file, "There is no such file.", _START) from None
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        raise _unread(file, "It is not UTF-8 text.", "Save it as UTF-8 in your editor.", line) from None
    except OSError as error:
        raise _unread(file, f"It cannot be read: {error.strerror}.", "Check the path and who may read it.") from None
    return parse_school(text, file)


_START = "Run exeat init to write one, or say where yours is with EXEAT_CONFIG."


def parse_school(text: str, file: File) -> School:
    """The school that the text of a file describes; `file` names it in messages and is where paths begin.

    Raises Misconfigured with every fault: what is not TOML, unknown and missing keys, values, and rules between them.
    """
    document = read_document(text)
    faults = [_syntax(file, one) for one in document.unreadable]
    try:
        shape = SchoolFile.model_validate(document.data, strict=True)
    except ValidationError as error:
        shape = None
        faults += [fault for one in error.errors() if (fault := _fault(file, document, one, bool(faults)))]
    faults += [_at(file, document, path, what, instead) for path, what, instead in findings(document.data)]
    if shape is None or faults:
        raise Misconfigured(dict.fromkeys(faults))
    return _school(shape, file)


def _school(shape: SchoolFile, file: File) -> School:
    school, calendar, policy = shape.school, shape.calendar, shape.policy
    own = school.head_may_approve_own
    return School(
        id=school.id or slug_of(school.name),
        name=school.name,
        calendar=Calendar(
            zone=school.timezone,
            opens=calendar.staffed[0],
            closes=calendar.staffed[1],
            closures=tuple(calendar.closures),
            treat_as_weekend=calendar.treat_as_weekend,
        ),
        roster=_roster(shape.people),
        accounts=tuple(_account(account) for account in shape.accounts),
        contacts=_contacts(shape.contacts),
        policy=PolicyDocument(
            file=str(file.parent / policy.file) if policy.file else "",
            version=policy.version,
            next_review=policy.next_review,
        ),
        comments=CommentRules(tuple(dict.fromkeys(shape.comments.reminders)), shape.comments.complaints),
        safeguarding=Safeguarding(shape.safeguarding.concerns),
        head_may_approve_own=own if own is not None else not shape.people.deputies,
    )


def _roster(people: PeopleSection) -> Roster:
    held = ((role, getattr(people, role.value)) for role in Role)
    roles = ((role, (refs,) if isinstance(refs, str) else tuple(refs)) for role, refs in held if refs)
    return Roster(
        staff=tuple(people.staff),
        blocked=tuple(people.blocked),
        roles=tuple(roles),
        same=tuple(tuple(group.identities) for group in people.same),
        any_hour=tuple(people.any_hour),
    )


def _contacts(contacts: ContactsSection) -> Contacts:
    return Contacts(
        lado=contacts.lado,
        childrens_social_care=contacts.childrens_social_care,
        emergency=contacts.emergency,
        helplines=tuple(contacts.helplines),
        dsl=contacts.dsl,
        chair_of_governors=contacts.chair_of_governors,
        agencies=tuple(contacts.agencies),
    )


def _account(account: AccountSection) -> Account:
    name = account.platform_name or _called(account.platform)
    return Account(
        id=slug_of(account.name),
        name=account.name,
        platform=account.platform,
        platform_name=name,
        url=account.url,
        owners=tuple(account.owners),
        replies=account.replies,
        check_every=account.check_every,
    )


def _called(platform: Platform) -> str:
    """What people call a platform."""
    match platform:
        case Platform.LINKEDIN:
            return "LinkedIn"
        case Platform.YOUTUBE:
            return "YouTube"
        case Platform.WEBSITE:
            return "the school's website"
        case Platform.OTHER:
            return "another platform"
        case Platform.FACEBOOK | Platform.INSTAGRAM | Platform.X | Platform.BLUESKY | Platform.MASTODON:
            return platform.value.capitalize()
        case _:
            assert_never(platform)


def _unread(file: File, what: str, instead: str, line: int = 0) -> Misconfigured:
    return Misconfigured([Fault(str(file), line, "", what, instead)])


def _syntax(file: File, one: Unreadable) -> Fault:
    """A statement that is not TOML, in words for somebody who has never heard of it."""
    said = one.text.strip(" \t\n").split("\n")[0]
    twice = one.why.startswith("Cannot")
    match said.startswith("["), "=" in said:
        case True, _ if twice:
            what, instead = "This section is begun a second time.", "Put everything of a section under one heading."
        case True, _:
            what, instead = f"The heading cannot be read ({one.why}).", "Write it as [school] or [[accounts]]."
        case False, True if twice:
            what, instead = "It is given a second time in this section.", "Keep one of the two lines."
        case False, True:
            what = f"What follows the equals sign cannot be read ({one.why[:1].lower()}{one.why[1:]})."
            instead = "Check its quotation marks, brackets and commas: text stands in quotation marks, lists in [ ]."
        case _:
            what, instead = "This line says nothing Exeat can read.", 'Write key = "value", or begin a remark with #.'
    key = said.split("=")[0].strip()[:60]
    return Fault(file.name, one.line, key if key.isprintable() else ascii(key), what, instead)


def _fault(file: File, document: Document, error: ErrorDetails, unreadable: bool) -> Fault | None:
    """One of pydantic's errors as a fault; None for what is missing only because its line could not be read."""
    path: Path = error["loc"]
    plain = tuple(part for part in path if isinstance(part, str))
    example = EXAMPLES.get(plain, "")
    example = f"Write, for example, {example}." if example else ""
    match error["type"]:
        case "exeat":
            what, instead = error["ctx"]["what"], error["ctx"]["instead"]
        case "extra_forbidden":
            what, instead = "Exeat knows no such key here.", _meant(plain)
        case "missing":
            if unreadable:
                return None
            what, instead = "It is missing, and Exeat cannot do without it.", example.replace("Write", "Add", 1)
        case "too_short" if plain == ("accounts",):
            what, instead = "There is no account, and Exeat needs at least one.", example.replace("Write", "Add", 1)
        case "too_short":
            what, instead = "It needs at least two names to say that they are one person.", example
        case "list_type":
            what, instead = f"{quoted(error['input'])} stands alone where a list belongs.", example
            if isinstance(error["input"], dict):
                what = "It is written as one section, and there may be several."
        case "model_type" | "model_attributes_type" | "dict_type":
            what, instead = f"{quoted(error['input'])} stands where a section belongs.", example
        case _:
            what, instead = f"{quoted(error['input'])} cannot be used here.", example
    return _at(file, document, path, what, instead)


def _meant(plain: tuple[str, ...]) -> str:
    """What an unknown key was probably meant to be: another of its section, or one of another section."""
    *above, key = plain
    known = list(SECTIONS[tuple(above)].model_fields) if tuple(above) in SECTIONS else []
    for section, shape in SECTIONS.items():
        if section and section != tuple(above) and key in shape.model_fields:
            return f"Did you mean {key} under {_heading(section)}? Move the line there."
    if meant := nearest(key, known):
        return f"Did you mean {meant}?" if above else f"Did you mean {_heading((meant,))}?"
    return f"Take it out; what may stand here: {', '.join(known)}."


def _heading(section: tuple[str, ...]) -> str:
    name = ".".join(section)
    return f"[[{name}]]" if section[-1] in ("accounts", "same") else f"[{name}]"


def _at(file: File, document: Document, path: Path, what: str, instead: str) -> Fault:
    return Fault(file.name, document.line(path), "".join(_named(path)), what, instead)


def _named(path: Path) -> Iterator[Any]:
    """A path as an administrator says it: `people.deputies, item 2`, `accounts, number 1, platform`."""
    for number, part in enumerate(path):
        if isinstance(part, int):
            yield f", {'item' if number == len(path) - 1 else 'number'} {part + 1}"
        else:
            before = path[number - 1] if number else None
            yield f"{'' if before is None else ', ' if isinstance(before, int) else '.'}{part}"
