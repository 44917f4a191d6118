"""`exeat export …` as an administrator types it, beside a server that has the records open."""

import asyncio
import json
import stat
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest

from policy.post import Post
from storage.audit import verify_file
from storage.blobs import Blobs
from tests.bot.test_cli import Exeat
from tests.fakes.desk import KEY, Desk, open_desk
from tests.fakes.school import harbour
from tests.handlers.test_exports import HELEN, OTHERS, TOM, Planted, busy, keep

PNG = b"\x89PNG\r\n\x1a\nnot much of a picture"

TOML = """
[school]
id = "harbour"
name = "Harbour Primary"
[people]
headteacher = "helen@harbour.example"
staff = ["*@harbour.example"]
[[accounts]]
name = "Page"
platform = "facebook"
url = "https://example.org/page"
"""

Typed = Callable[..., Awaitable["subprocess.CompletedProcess[str]"]]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A busy school whose records this process has open."""
    (tmp_path / "exeat.toml").write_text(TOML)
    desk = await open_desk(tmp_path / "data", harbour())
    for known in (TOM, *OTHERS):
        await desk.dispatch.met(known)
    sha = await Blobs(tmp_path / "data" / "blobs").put(PNG)
    planted = Planted()
    await keep(desk, *(with_picture(each, sha) if isinstance(each, Post) else each for each in busy(planted)))
    await desk.ask(TOM.identity, "post.new", fields={"text": "Sports day", "account": "page"})
    yield desk
    await desk.store.close()


@pytest.fixture
def typed(tmp_path: Path, desk: Desk) -> Typed:
    """Types a command in the school's folder, with the key unless it is taken away."""

    async def run(*words: str, key: str = KEY) -> "subprocess.CompletedProcess[str]":
        return await asyncio.to_thread(Exeat(tmp_path), *words, EXEAT_KEY=key)

    return run


def with_picture(post: Post, sha: str) -> Post:
    empty, full = post.content.pictures
    pictures = (replace(empty, sha256=sha), full)
    return replace(post, content=replace(post.content, pictures=pictures))


async def test_a_copy_for_somebody_lies_apart_from_the_sheet_about_it(typed: Typed, tmp_path: Path) -> None:
    done = await typed("export", "person", TOM.email, "tom", "--received", "2027-02-26")
    assert done.returncode == 0, done.stderr
    assert "by Tuesday 30 March 2027" in done.stdout
    assert "Somebody has to read the copy" in done.stdout
    assert "note who exported it" in done.stdout
    found = {
        str(each.relative_to(tmp_path / "tom")): each for each in (tmp_path / "tom").rglob("*") if each.is_file()
    }
    (picture,) = [name for name in found if name.endswith(".png")]
    assert set(found) == {
        "for-the-person/index.html",
        "for-the-person/data.json",
        picture,
        "for-the-data-protection-officer/dpo-review.html",
        "for-the-data-protection-officer/dpo-review.json",
    }
    assert {stat.S_IMODE(each.stat().st_mode) for each in found.values()} == {0o600}
    assert found[picture].read_bytes() == PNG
    for name in ("index.html", "data.json"):
        page = (tmp_path / "tom" / "for-the-person" / name).read_text("utf-8")
        assert TOM.name in page
        assert "Halloran" not in page
        assert "Sports day" in page
    assert 'src="data:image/png;base64,' in found["for-the-person/index.html"].read_text("utf-8")
    assert "Halloran" in found["for-the-data-protection-officer/dpo-review.html"].read_text("utf-8")


async def test_what_was_decided_to_be_given_is_given(typed: Typed, tmp_path: Path) -> None:
    await typed("export", "person", TOM.email, "first.zip")
    with ZipFile(tmp_path / "first.zip") as packed:
        sheet = json.loads(packed.read("for-the-data-protection-officer/dpo-review.json"))
        assert "Halloran" not in packed.read("for-the-person/index.html").decode()
    key = next(each["key"] for each in sheet["taken_out"] if each["original"] == HELEN.name)
    wrong = await typed("export", "person", TOM.email, "second.zip", "--give", "nothing")
    assert "Nothing was taken out under nothing" in wrong.stderr
    assert not (tmp_path / "second.zip").exists()
    assert (await typed("export", "person", TOM.email, "second.zip", "--give", key)).returncode == 0
    with ZipFile(tmp_path / "second.zip") as packed:
        assert "Halloran" in packed.read("for-the-person/index.html").decode()
    assert stat.S_IMODE((tmp_path / "second.zip").stat().st_mode) == 0o600


async def test_everything_of_the_school_can_be_read_and_its_audit_checked(typed: Typed, tmp_path: Path) -> None:
    done = await typed("export", "school", "all")
    assert done.returncode == 0, done.stderr
    assert "gone or damaged" in done.stderr, "one of the pictures is not there"
    index = (tmp_path / "all" / "index.html").read_text("utf-8")
    names = ("people", "posts", "wordings", "comments", "incidents", "tasks", "absences", "looks", "breaches")
    for name in names:
        assert f'href="{name}.html"' in index
        assert "<h1>" in (tmp_path / "all" / f"{name}.html").read_text("utf-8")
        assert json.loads((tmp_path / "all" / f"{name}.json").read_bytes())["title"]
    verdict = verify_file(tmp_path / "all" / "audit.jsonl")
    assert verdict.sound
    assert verdict.rows > 0
    assert verdict.head in index
    (picture,) = (tmp_path / "all" / "pictures").iterdir()
    assert picture.read_bytes() == PNG
    assert f'src="pictures/{picture.name}"' in (tmp_path / "all" / "posts.html").read_text("utf-8")


async def test_without_the_key_nothing_confidential_leaves_and_that_is_said(typed: Typed, tmp_path: Path) -> None:
    assert (await typed("export", "school", "all", key="")).returncode == 0
    index = (tmp_path / "all" / "index.html").read_text("utf-8")
    assert "Left out, for there was no key to open them with: Incidents" in index
    assert not (tmp_path / "all" / "incidents.html").exists()
    person = await typed("export", "person", TOM.email, "tom", key="")
    assert person.returncode != 0
    assert "a copy without them is not whole" in person.stderr
    log = await typed("export", "breaches", "breaches.html", key="")
    assert "Set EXEAT_KEY" in log.stderr
    assert {each.name for each in tmp_path.iterdir()} == {"exeat.toml", "data", "all"}


async def test_the_breach_log_is_one_page(typed: Typed, tmp_path: Path) -> None:
    done = await typed("export", "breaches", "breaches.html")
    assert "4 rows" in done.stdout
    page = (tmp_path / "breaches.html").read_text("utf-8")
    assert page.count("<tr>") == 5
    assert "Within 72 hours" in page


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("person", "tom@harbour.example", "data"), "is there already"),
        (("school", "data"), "is there already"),
        (("breaches", "exeat.toml"), "is there already"),
        (("person", "stranger@example.org", "out"), "Exeat knows nobody as stranger@example.org"),
        (("person", "tom@harbour.example", "out", "--received", "yesterday"), "is not a date"),
        (("school", "nowhere/out"), "nowhere/out"),
    ],
)
async def test_what_cannot_be_done_is_said_and_leaves_nothing(
    typed: Typed, tmp_path: Path, words: tuple[str, ...], why: str
) -> None:
    before = {each.name for each in tmp_path.iterdir()}
    done = await typed("export", *words)
    assert done.returncode != 0
    assert why in done.stderr
    assert {each.name for each in tmp_path.iterdir()} == before
