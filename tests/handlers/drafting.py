"""What a teacher does with drafts where forms hold no files, for tests to say in a line."""

from collections.abc import Awaitable
from typing import Any

from cards.model import Card, FileRef, Form
from handlers.entries import FILES
from handlers.request import Ask, Reply, Say
from policy.picture import Arrived, Missing
from policy.post import Post
from policy.record import Ref
from storage.rows import Errand, Outgoing
from tests.fakes.desk import Desk
from tests.fakes.school import TEACHER

TYPED = {"text": "We planted beans", "account": "page"}
HEIC = Missing("The picture “bad.heic” is in HEIC.", "Please send a JPEG.")


def sha(letter: str) -> Arrived:
    """A picture that came, told from others by a letter."""
    return Arrived(letter * 64, 640, 480)


def named(*names: str) -> dict[str, Any]:
    """Files as they come with a message."""
    return {f"file_{at}": FileRef("teams", f"https://files/{name}", name) for at, name in enumerate(names, 1)}


async def teams(desk: Desk, who: str, verb: str, post: Post | None = None, **more: Any) -> Reply:
    """What somebody gets back where forms can hold no file."""
    return await desk.ask(who, verb, post, attaches=False, **more)


async def pictures(desk: Desk, *names: str, who: str = TEACHER, **more: Any) -> Card:
    """Pictures sent to the chat, and what is said to that."""
    reply = await teams(desk, who, FILES, fields=named(*names), **more)
    assert isinstance(reply, Say), reply
    return reply.card


async def kept(desk: Desk, **typed: Any) -> Post:
    """A draft kept from the form."""
    await teams(desk, TEACHER, "post.keep", fields={**TYPED, **typed}, payload={"pictures": "0"})
    return await newest(desk)


async def newest(desk: Desk) -> Post:
    """The post made last."""
    async with desk.store.transaction("harbour") as tx:
        return (await tx.find(Post, limit=1))[0]


async def count(desk: Desk) -> int:
    """How many posts there are."""
    async with desk.store.transaction("harbour") as tx:
        return len(await tx.find(Post, limit=100))


async def arrive(desk: Desk, post: Post, *files: Arrived | Missing) -> Post:
    """What was fetched for that version of the post comes in."""
    await desk.dispatch.arrived(Ref("post", post.id), post.version, files)
    return await desk.post(post.id)


async def form_of(asked: Awaitable[Reply]) -> Form:
    """The form that is put before somebody."""
    reply = await asked
    assert isinstance(reply, Ask), reply
    return reply.form


def filled(form: Form, **typed: Any) -> dict[str, Any]:
    """What a form brings back: what stood in it, with what was typed over that."""
    return {field.name: getattr(field, "value", None) for field in form.fields} | typed


def said_of(*numbers: int) -> dict[str, str]:
    """What is to be said of pictures."""
    said = {f"alt_{number}": f"Beans climbing up cane {number}" for number in numbers}
    return {**said, **{f"who_{number}": "nobody" for number in numbers}, "source": "ours"}


async def sent_from(desk: Desk, form: Form, **typed: Any) -> Reply:
    """The form is sent as it was drawn."""
    return await desk.ask(
        TEACHER,
        form.verb,
        form.record,
        version=form.version,
        fields=filled(form, **typed),
        payload=dict(form.payload),
        attaches=False,
    )


async def card_of(desk: Desk, post: Post, who: str = TEACHER, view: str = "post") -> Card:
    """A card as somebody sees it now."""
    seen = await desk.see(who, view, post)
    assert seen is not None
    return seen.card


def fetches(rows: list[Outgoing]) -> list[tuple[str, int | None]]:
    """What is to be fetched: of which record, which version."""
    return [(row.record.id, row.version) for row in rows if row.task is Errand.FETCH and row.record]


def labels(card: Card) -> list[str]:
    """What can be pressed."""
    return [button.label for button in card.buttons]


async def described(desk: Desk, *names: str) -> Form:
    """A draft with clean pictures, and its form."""
    await kept(desk)
    await pictures(desk, *names)
    post = await arrive(desk, await desk.post("P-1"), *(sha(letter) for letter in "abcd"[: len(names)]))
    await desk.outbox()
    return await form_of(teams(desk, TEACHER, "post.finish", post))


async def edit_form(desk: Desk, post: Post) -> Form:
    """The form of a post that was sent, where forms hold no files."""
    return await form_of(teams(desk, TEACHER, "post.edit", post))
