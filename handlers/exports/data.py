"""The data of what is given out of Exeat: the same as stands on its pages, for a program."""

from collections.abc import Mapping, Sequence
from typing import Any

from cards.export import Chapter, Copy, Table
from cards.export_pages import NOT_IN_IT, READ_FIRST, RIGHTS, WHY, due_words, kept_for
from policy.school import School
from storage.codec import plain


def copy_data(copy: Copy, school: School) -> dict[str, Any]:
    """What is given to the person."""
    return {
        "school": school.name,
        "about": copy.subject.name,
        "as_of": plain(copy.made_at),
        "read_first": list(READ_FIRST),
        "records": {each.name: plain(each.items) for each in copy.chapters},
        "audit": [dict(zip(copy.audit.heads, row, strict=True)) for row in copy.audit.rows],
        "why": list(WHY),
        "kept_for": list(kept_for(school)),
        "rights": list(RIGHTS),
        "not_in_this_copy": list(NOT_IN_IT),
    }


def review_data(copy: Copy, school: School) -> dict[str, Any]:
    """The sheet for whoever decides on what was left out."""
    return {
        "school": school.name,
        "about": copy.subject.name,
        "known_as": sorted(copy.subject.ids | copy.subject.emails),
        "as_of": plain(copy.made_at),
        "due": plain(copy.due.at) if copy.due else None,
        "why_due": due_words(copy),
        "not_in_the_copy": plain(copy.touches),
        "taken_out": plain(copy.withheld),
    }


def chapter_data(chapter: Chapter, raw: Sequence[Any]) -> dict[str, Any]:
    """A kind's records for a program: laid out as on the page, and as they are kept."""
    return {"title": chapter.title, "laid_out": plain(chapter.items), "as_kept": list(raw)}


def log_data(table: Table) -> dict[str, Any]:
    """A log for a program."""
    rows: list[Mapping[str, str]] = [dict(zip(table.heads, row, strict=True)) for row in table.rows]
    return {"title": table.caption, "rows": rows}
