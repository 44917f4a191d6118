"""Pictures sent one after another to a draft, fetched by the relay in earnest while more come."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.pictures import PictureFetching
from bot.pictures.worker import Pictures
from cards.model import FileRef
from handlers.entries import FILES
from handlers.request import Request, Say
from policy.people import Person
from policy.post import Post, State
from policy.record import Ref
from storage.blobs import Blobs
from storage.rows import Errand
from tests.bot.test_pictures import painted, saved
from tests.fakes.school import HEAD, TEACHER, identity
from tests.fakes.surface import FakeSurface, Fault
from tests.fakes.world import World, open_world, until


class Slow(FakeSurface):
    """A surface whose first download waits until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go, self.fetched = asyncio.Event(), list[str]()

    async def download(self, file: FileRef, by: Person, longest: int) -> bytes:
        """As the protocol says, once it is let go."""
        self.fetched.append(file.id)
        await self.go.wait()
        return await super().download(file, by, longest)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A school whose relay fetches pictures in earnest, from a surface that waits."""
    world = await open_world(tmp_path / "data", (HEAD, TEACHER))
    world.surfaces = [Slow()]
    blobs = Blobs(tmp_path / "data" / "blobs")
    world.fetching = PictureFetching(world.dispatch, world.surfaces, Pictures(), blobs)
    world.connect()
    yield world
    await world.close()


def slow(world: World) -> Slow:
    """The surface."""
    assert isinstance(world.surface, Slow)
    return world.surface


async def ask(world: World, verb: str, key: str, post: Post | None = None, **more: Any) -> None:
    """Something the teacher does where forms hold no files, which must be taken."""
    record, version = (Ref("post", post.id), post.version) if post else (None, None)
    who = identity(TEACHER)
    asked = Request(key, who, verb, world.now, record=record, version=version, attaches=False, **more)
    reply = await world.dispatch(asked)
    assert isinstance(reply, Say), reply
    assert not reply.refused


async def picture(world: World, name: str, data: bytes | None = None) -> None:
    """A picture the teacher sends to the chat."""
    size = (sum(name.encode()), 48)
    world.surface.files[name] = (identity(TEACHER), data or saved(painted(size), "PNG"))
    await ask(world, FILES, f"message-{name}", fields={"file_1": FileRef("sandbox", name, f"{name}.png")})


async def draft(world: World) -> Post:
    """The post as it stands."""
    async with world.store.transaction("harbour") as tx:
        (post,) = await tx.find(Post)
        return post


async def under_way(world: World) -> "asyncio.Task[None]":
    """The relay at work, as far as the first picture's download."""
    task = asyncio.create_task(world.settle())
    await until(lambda: bool(slow(world).fetched))
    return task


async def test_a_picture_sent_while_another_is_fetched_is_taken_in_too(world: World, tmp_path: Path) -> None:
    await picture(world, "a")
    task = await under_way(world)
    await picture(world, "b")
    await picture(world, "c")
    slow(world).go.set()
    await task
    post = await draft(world)
    assert [each.name for each in post.pictures] == ["a.png", "b.png", "c.png"]
    assert all(each.cleaned for each in post.pictures)
    assert {each.sha256 for each in post.pictures} <= set(Blobs(tmp_path / "data" / "blobs").names())
    assert (post.status, post.trouble) == (State.DRAFT, "")
    assert world.surface.titles(TEACHER) == ["P-1: a draft"]
    assert world.surface.titles(HEAD) == []


async def test_one_that_is_no_picture_leaves_the_others_in_peace(world: World) -> None:
    slow(world).go.set()
    await picture(world, "a")
    await picture(world, "bad", b"%PDF-1.7")
    await picture(world, "c")
    world.surface.next("download", Fault.BUSY, Fault.LOST)
    await world.settle()
    post = await draft(world)
    assert [each.name for each in post.pictures if each.cleaned] == ["a.png", "c.png"]
    assert len(post.pictures) == 2
    assert "“bad.png” is not a picture that Exeat can read. It is left out." in post.trouble
    assert len(world.surface.titles(TEACHER)) == 2


async def test_sent_while_its_picture_is_fetched_the_head_is_asked_once_and_sees_it(world: World) -> None:
    await picture(world, "a")
    task = await under_way(world)
    fields = {"text": "Ours", "account": "page", "alt_1": "Beans on canes", "who_1": "nobody", "source": "ours"}
    post = await draft(world)
    form = await world.dispatch(
        Request("finish", identity(TEACHER), "post.finish", world.now, record=Ref("post", post.id), attaches=False)
    )
    await ask(world, "post.finish.send", "form-1", post, fields=fields, payload=dict(form.form.payload))  # type: ignore[union-attr]
    slow(world).go.set()
    await task
    post = await draft(world)
    assert post.status is State.WAITING
    assert [each.cleaned for each in post.pictures] == [True]
    assert len(world.surface.titles(HEAD)) == 1


async def test_withdrawn_while_its_picture_is_fetched_nothing_more_comes_of_it(world: World) -> None:
    await picture(world, "a")
    task = await under_way(world)
    post = await draft(world)
    await world.dispatch(
        Request("w", identity(TEACHER), "post.withdraw", world.now, record=Ref("post", post.id), version=post.version)
    )
    slow(world).go.set()
    await task
    assert (await draft(world)).status is State.WITHDRAWN
    assert len(world.surface.titles(TEACHER)) == 1


async def test_a_fetch_that_is_done_again_after_a_crash_changes_nothing(world: World) -> None:
    slow(world).go.set()
    await picture(world, "a")
    await world.settle()
    post = await draft(world)
    await world.queue("", TEACHER, post, task=Errand.FETCH)
    await world.settle()
    assert await draft(world) == post
    assert slow(world).fetched == ["a"]
