"""The page of a concern that is written to a file."""

from dataclasses import dataclass
from datetime import datetime

from cards.export import Chapter, Table
from cards.export_html import chapter_html, notice, page_html, table_html
from cards.wording import moment
from policy.school import School

CAREFUL = (
    "Keep this to yourself. It is for the person it was made for, who may read the concern in Exeat. Give it to "
    "nobody else, and least of all to anybody it is about.",
    "Keep it where the school keeps its safeguarding files. Delete every other copy, the one on the server first.",
)


@dataclass(frozen=True, slots=True)
class Exported:
    """A concern as it leaves Exeat, for one of those who may read it. `log` is oldest first."""

    reader: str
    made_at: datetime
    chapter: Chapter
    log: Table


def concern_page(found: Exported, school: School) -> str:
    """The concern and its log as one page."""
    body = [notice(*CAREFUL), chapter_html(found.chapter, lambda sha: ""), table_html(found.log)]
    lead = f"{school.name}. For {found.reader}, as it stood on {moment(found.made_at, school.zone)}."
    return page_html(f"Concern {found.chapter.items[0].id}", body, lead=lead)
