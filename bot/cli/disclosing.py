"""`exeat export concern`: one safeguarding concern, for somebody who may read it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.files import must_be_new
from bot.cli.opening import opened
from bot.cli.parcel import Written, as_json, parcel
from bot.cli.speaking import plainly, refuse, say
from cards.concern_pages import concern_page
from handlers.concerns.exporting import VERB, concern_data, laid_out, note_export
from handlers.registry import Registry
from policy.refused import NotFound

SERVING = (
    "A concern cannot be exported beside it, because its log has to say so: stop Exeat for as long as that takes."
)

NOTHING = "There is nothing of that reference which that person may read. Nothing was written."


def concern_command(registry: Registry) -> Callable[..., None]:
    """The command."""

    def concern(
        reference: Annotated[str, typer.Argument(metavar="REF", help="Its reference, as the alert gives it.")],
        folder: Written,
        reader: Annotated[str, typer.Option(metavar="EMAIL", help="For whom: somebody who may read it in Exeat.")],
    ) -> None:
        """One safeguarding concern with its log, as a page and as data, for somebody who may read it.

        Whoever types this can read what is written. So the reader is present, and takes the files away. The log of
        the concern says for whom it was written, and everybody who may read it is alerted once Exeat serves again.
        Whom it is hidden from, and a reference that there is not, get the same answer.

        Exeat must not be serving. EXEAT_KEY must be set.

        \b
        Example:
          exeat export concern K7QM-2XPD case --reader dsl@school.example
        """
        must_be_new(folder)
        with plainly():
            try:
                asyncio.run(_write(registry, reference, reader, folder))
            except NotFound:
                refuse(NOTHING)
        say(f"Written to {folder}. Hand it over, and delete it here.")
        say("Its log says so. Everybody who may read it is alerted once Exeat serves again.")

    return concern


async def _write(registry: Registry, reference: str, reader: str, folder: Path) -> None:
    async with opened(registry, reading=False, serving=SERVING) as records:
        if not records.store.sealing:
            refuse("Concerns are sealed, and there is no key to open them with. Set EXEAT_KEY.")
        with parcel(folder) as out:
            concern, person = await records.dispatch.own(VERB, lambda turn: note_export(turn, reference, reader))
            async with records.scene() as scene:
                found = await laid_out(scene, concern, person)
            out.put("index.html", concern_page(found, scene.school).encode())
            out.put("data.json", as_json(concern_data(found, scene.school)))
