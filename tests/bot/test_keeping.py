"""A backup put back: everything is in it but keys, and whatever is not as it was is said."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cli.intact import look
from policy.picture import Picture
from policy.post import Post
from policy.record import Ref
from storage.blobs import Blobs
from storage.tiny import TinyStore
from storage.vault import Vault, new_key
from tests.bot.test_cli import Exeat
from tests.bot.test_exporting import PNG, TOML
from tests.fakes.desk import KEY, Desk, open_desk
from tests.fakes.school import COLLEAGUE, DEPUTY, HEAD, OWNER, TEACHER, harbour
from tests.handlers.test_exports import HELEN, TOM, Planted, incident, keep

Typed = Callable[..., Awaitable["subprocess.CompletedProcess[str]"]]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A school with a post that was changed and approved, one with a picture, a wording and an incident."""
    (tmp_path / "exeat.toml").write_text(TOML)
    desk = await open_desk(tmp_path / "data", harbour(), HEAD, DEPUTY, TEACHER, COLLEAGUE, OWNER)
    post = await desk.write(TEACHER)
    await desk.ask(TEACHER, "post.edit.send", post, fields={"text": "Sports day is on Monday.", "account": "page"})
    post = await desk.post(post.id)
    await desk.ask(HEAD, "post.approve", post)
    await desk.ask(TEACHER, "post.posted.send", await desk.post(post.id), fields={})
    await desk.ask(TEACHER, "template.new", fields={"name": "Thanks", "text": "Thank you.", "use": "acknowledges"})
    other = await desk.write(COLLEAGUE)
    sha = await Blobs(tmp_path / "data" / "blobs").put(PNG)
    await keep(desk, incident(Planted(), 1, TOM, HELEN))
    with_picture = replace(other.content, pictures=(Picture("sandbox", "F1", "a.png", sha, 4, 4, "A ship"),))
    await keep(desk, replace(other, id="P-50", content=with_picture, rev=0))
    yield desk
    await desk.store.close()


@pytest.fixture
def typed(tmp_path: Path) -> Typed:
    async def run(*words: str, key: str = KEY, data: str = "data") -> "subprocess.CompletedProcess[str]":
        return await asyncio.to_thread(Exeat(tmp_path), *words, EXEAT_KEY=key, EXEAT_DATA=data)

    return run


async def test_a_backup_says_that_keys_are_not_in_it_and_what_was_put_back_is_held_to_the_audit(
    desk: Desk, typed: Typed, tmp_path: Path
) -> None:
    done = await typed("backup", "kept.tar.gz")
    assert done.returncode == 0, done.stderr
    assert "and 1 picture of" in done.stdout
    assert "Keys and exeat.toml are not in it" in done.stdout
    assert "1 record in it is sealed, and nobody can read it without EXEAT_KEY." in done.stdout
    assert KEY.encode() not in (tmp_path / "kept.tar.gz").read_bytes()
    back = await typed("restore", "kept.tar.gz", data="elsewhere")
    assert back.returncode == 0, back.stderr
    assert "The audit is sound: " in back.stdout
    assert "3 of them held to a fingerprint" in back.stdout
    assert (tmp_path / "elsewhere" / "blobs").is_dir()
    keyless = await typed("restore", "kept.tar.gz", data="third", key="")
    assert keyless.returncode == 0
    assert "1 record is sealed and was not opened" in keyless.stdout
    other = await typed("restore", "kept.tar.gz", data="fourth", key=new_key())
    assert other.returncode == 1
    assert "cannot be opened with this EXEAT_KEY" in other.stderr


async def test_a_record_that_is_not_what_was_audited_and_a_picture_that_is_gone_are_noticed(
    desk: Desk, typed: Typed, tmp_path: Path
) -> None:
    post = await desk.post("P-1")
    await desk.put(replace(post, content=replace(post.content, text="Something else.")))
    for blob in (tmp_path / "data" / "blobs").iterdir():
        blob.unlink()
    assert isinstance(desk.store, TinyStore)
    blobs, kinds = Blobs(tmp_path / "data" / "blobs"), desk.dispatch.registry.kinds.values()
    found = await look(desk.store, kinds, blobs, Vault([KEY]))
    assert found.altered == [Ref(Post.KIND, "P-1")]
    assert len(found.lost) == 1
    assert (await typed("backup", "kept.tar.gz")).returncode == 0
    back = await typed("restore", "kept.tar.gz", data="elsewhere")
    assert back.returncode == 1
    assert "Not what the audit says they were: post/P-1." in back.stderr
    assert "Pictures that are named and not there: 1." in back.stderr
