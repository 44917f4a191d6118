"""The page and the data of a concern that is written to a file."""

from typing import Any

from cards.export_html import chapter_html, notice, page_html, table_html
from cards.wording import moment
from handlers.concerns.exporting import Exported
from handlers.turn import Scene
from storage.codec import plain

CAREFUL = (
    "Keep this to yourself. It is for the person it was made for, who may read the concern in Exeat. Give it to "
    "nobody else, and least of all to anybody it is about.",
    "Keep it where the school keeps its safeguarding files. Delete every other copy, the one on the server first.",
)


def concern_page(found: Exported, scene: Scene) -> str:
    """The concern and its log as one page."""
    body = [notice(*CAREFUL), chapter_html(found.chapter, lambda sha: ""), table_html(found.log)]
    lead = f"{scene.school.name}. For {found.reader}, as it stood on {moment(found.made_at, scene.school.zone)}."
    return page_html(f"Concern {found.chapter.items[0].id}", body, lead=lead)


def concern_data(found: Exported, scene: Scene) -> dict[str, Any]:
    """The same for a program."""
    return {
        "school": scene.school.name,
        "for": found.reader,
        "as_of": plain(found.made_at),
        "read_first": list(CAREFUL),
        "concern": plain(found.chapter.items[0]),
        "log": [dict(zip(found.log.heads, row, strict=True)) for row in found.log.rows],
    }
