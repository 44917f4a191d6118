"""The pages of what is given out of Exeat: a person's copy and the sheet beside it, and everything of the school."""

from collections.abc import Sequence

from cards.export import Chapter, Copy, Table, Whole
from cards.export_html import (
    PictureUrl,
    chapter_html,
    contents,
    heading,
    listed,
    notice,
    page_html,
    paragraphs,
    table_html,
)
from cards.wording import counted, moment
from policy.retention import CONCERNS, duration
from policy.school import School

READ_FIRST = (
    "What you wrote is given as you wrote it. Other people's names, words and addresses have been taken out: square "
    "brackets, such as [another person], and “a colleague” show where.",
    "They were looked for by a program. In free text it may have missed somebody, or taken out a word that is no "
    "name: somebody at the school should have read this copy before it was given to you. If you find another person "
    "in it, or miss something of yours, please tell the school's data protection officer.",
)

WHY = (
    "Exeat puts the school's social media policy to work: posts are approved before they go out, comments are "
    "answered in time, incidents are dealt with. It keeps what that takes, and who did it, so that the school can "
    "answer for it.",
    "What stands here came from you, from your accounts in the chat, and from what you did in Exeat. Colleagues "
    "whose task it is have seen it there, and the chat that the school uses has carried it. No decision about you is "
    "made by a program.",
)

RIGHTS = (
    "You may ask the school to put right what is wrong, to erase what it need not keep, or to stop using it. The "
    "school's data protection officer decides on that, and says why.",
    "You may complain to the Information Commissioner's Office: ico.org.uk.",
)

NOT_IN_IT = (
    "messages in the chat itself, which Slack or Microsoft keep for the school",
    "the school's other systems and its paper files",
    "backups, which hold the same as stands here until they are deleted",
    "what cannot be given without giving away somebody else, on which the data protection officer decides",
)

FOR_NOBODY_ELSE = (
    "This sheet holds what was taken out of the copy. It is for whoever decides on the request, and must not be "
    "given to the person who asked."
)

BEFORE_GIVING = (
    "Make sure that the request comes from the person it is about.",
    "Read the whole copy. A program has looked for other people in it; in free text it may have missed somebody, "
    "such as a nickname, a pupil's first name or a description.",
    "Decide on each record under “Not in the copy”. Open it in Exeat or in the school export; what may be given is "
    "given by hand.",
    "Decide on each thing under “Taken out of the copy”. To give some of it after all, make the copy anew with "
    "--give and its key, once for each.",
    "Note what was given, when, and why the rest was not.",
)

WITHHELD = ("Record", "Key", "Where", "What stands there", "In the copy", "Why", "Decision")

TOUCHES = ("Record", "Why it touches them", "What to decide", "Decision")

IN_EXEAT = "Confidential: read it in Exeat."


def copy_page(copy: Copy, school: School, picture_url: PictureUrl) -> str:
    """What is given to the person, as one page."""
    made = moment(copy.made_at, school.zone)
    links = [(f"#{each.name}", each.title) for each in copy.chapters]
    links += [("#record", "What you did in Exeat"), ("#why", "Why it is kept, and for how long")]
    links += [("#rights", "Your rights"), ("#elsewhere", "What is not in this copy")]
    body = [
        notice(*READ_FIRST),
        contents(links),
        *(chapter_html(each, picture_url) for each in copy.chapters),
        heading("What you did in Exeat", "record"),
        table_html(copy.audit),
        heading("Why it is kept, and for how long", "why"),
        paragraphs(*WHY),
        listed(kept_for(school)),
        heading("Your rights", "rights"),
        paragraphs(*RIGHTS),
        heading("What is not in this copy", "elsewhere"),
        listed(NOT_IN_IT),
    ]
    title = f"What Exeat keeps about {copy.subject.name}"
    return page_html(title, body, lead=f"{school.name}. As it stood on {made}.")


def kept_for(school: School) -> tuple[str, ...]:
    """How long each sort of record is kept here; of concerns an export says nothing at all."""
    words = {"breaches": "incidents in which personal data were involved"}
    found = [
        f"{words.get(sort, sort)}: {duration(months)} after they ended"
        for sort, months in school.months_kept.items()
        if sort != CONCERNS
    ]
    return (
        *found,
        "what is still open, or has to stay because of a legal claim: for as long as that takes",
        "who you are and your accounts: until the school erases them, after you have left",
    )


def review_page(copy: Copy, school: School) -> str:
    """The sheet for whoever decides on what was left out."""
    touches = tuple((each.title, each.why, each.decide, "") for each in copy.touches)
    withheld = tuple(
        (each.title, each.key, each.where, each.original or IN_EXEAT, each.instead, each.why, "")
        for each in copy.withheld
    )
    known = [f"{id}" for id in sorted(copy.subject.ids)] + sorted(copy.subject.emails)
    body = [
        notice(FOR_NOBODY_ELSE),
        heading("By when"),
        paragraphs(due_words(copy)),
        heading("Who asks"),
        paragraphs(f"{copy.subject.name}, known to Exeat as:"),
        listed(known),
        heading("Before the copy is given"),
        listed(BEFORE_GIVING),
        heading("Not in the copy"),
        table_html(Table("Records that touch them and are not in the copy", TOUCHES, touches)),
        heading("Taken out of the copy"),
        table_html(Table("What was taken out because it is, or may be, somebody else's", WITHHELD, withheld)),
    ]
    title = f"For the data protection officer: what was left out for {copy.subject.name}"
    made = moment(copy.made_at, school.zone)
    return page_html(title, body, lead=f"{school.name}. As it stood on {made}.")


def due_words(copy: Copy) -> str:
    """By when the request must be answered, and why then."""
    if copy.due is None:
        return "Within one month of the day on which the request was received. Give that day with --received."
    return copy.due.reason


def chapter_page(chapter: Chapter, school: School, picture_url: PictureUrl) -> str:
    """The records of a kind as a page of its own."""
    back = contents([("index.html", "Everything"), (f"{chapter.name}.json", "The same for a program")], "Elsewhere")
    return page_html(chapter.title, [back, chapter_html(chapter, picture_url)], lead=school.name)


def log_page(table: Table, school: School, *, back: bool) -> str:
    """A log as a page of its own. `back`: it lies beside the index of all pages."""
    links = [contents([("index.html", "Everything")], "Elsewhere")] if back else []
    return page_html(table.caption, [*links, table_html(table)], lead=school.name)


def index_page(found: Whole, school: School, audit: Sequence[str]) -> str:
    """What there is, and how to check it. `audit` is what `audit_words` says."""
    made = moment(found.made_at, school.zone)
    links = [
        (f"{each.name}.html", f"{each.title} ({counted(len(each.items), 'record', 'records')})")
        for each in found.chapters
    ]
    links += [
        (f"{name}.html", f"{table.caption} ({counted(len(table.rows), 'row', 'rows')})")
        for name, table in found.logs.items()
    ]
    titles = ", ".join(found.left_out)
    out = f"Left out, for there was no key to open them with: {titles}. Set EXEAT_KEY and export anew."
    body = [
        *([notice(out)] if found.left_out else []),
        heading("What is here"),
        contents(links, "What is here"),
        paragraphs(
            "Each page lies beside a file of the same name ending in .json, with the same for a program and the "
            "records as they are kept. Pictures are in the folder pictures, named by what they hold.",
            "It holds personal data of everybody at the school and of others. Keep it safe, and delete it when it "
            "has served.",
        ),
        heading("The record of who did what"),
        paragraphs(*audit),
    ]
    return page_html(f"{school.name}: everything Exeat keeps", body, lead=f"As it stood on {made}.")


def audit_words(rows: int, head: str, broken: int | None, why: str) -> tuple[str, ...]:
    """What a look at the record of who did what has found: how many rows read as they were written, and the hash of
    the last of them; the first row that does not, if any, and why.
    """
    counting = counted(rows, "row", "rows")
    if broken is not None:
        return (f"audit.jsonl is not as it was written: row {broken} does not: {why}. The {counting} before it do.",)
    return (
        f"audit.jsonl holds {counting} and reads as it was written. The last hash is {head}.",
        "To check that on another machine: exeat audit verify audit.jsonl. Without Exeat: each row's hash is the "
        "SHA-256 of the row without it, as JSON with its names sorted and no spaces; the next row names it too.",
    )
