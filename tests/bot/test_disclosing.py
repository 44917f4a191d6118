"""`exeat export concern …` as an administrator types it, and that no other export knows of any concern."""

import asyncio
import json
import re
import stat
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from policy.concern.entry import Act
from tests.bot.test_cli import Exeat
from tests.fakes.desk import CENTURY, KEY, Desk, open_desk
from tests.fakes.safeguarding import (
    CHAIR,
    DSL,
    OUTSIDER,
    SECOND_DSL,
    SECRET,
    do,
    log,
    raised,
    safe_desk,
    safe_harbour,
)
from tests.fakes.school import ADMIN, COLLEAGUE, HEAD, TEACHER, email, identity
from tests.handlers.test_concerns import hidden_audit

Typed = Callable[..., Awaitable["subprocess.CompletedProcess[str]"]]

TOML = f"""
[school]
id = "harbour"
name = "Harbour Primary"
[people]
headteacher = "{email(HEAD)}"
dsl = "{email(DSL)}"
deputy_dsls = ["{email(SECOND_DSL)}"]
chair_of_governors = "{email(CHAIR)}"
admins = ["{email(ADMIN)}"]
staff = ["*@{email(HEAD).partition("@")[2]}"]
[[accounts]]
name = "Page"
platform = "facebook"
url = "https://example.org/page"
"""


@pytest.fixture
def typed(tmp_path: Path) -> Typed:
    """Types a command in the school's folder, with the key unless it is taken away."""
    (tmp_path / "exeat.toml").write_text(TOML)

    async def run(*words: str, key: str = KEY) -> "subprocess.CompletedProcess[str]":
        return await asyncio.to_thread(Exeat(tmp_path), *words, EXEAT_KEY=key)

    return run


async def with_concern(tmp_path: Path, **answers: Any) -> tuple[Desk, str]:
    """A school where one concern has been raised and opened, its records closed; and the reference."""
    desk = await safe_desk(tmp_path / "data")
    found = await raised(desk, **answers)
    await do(desk, DSL, "concern.open", found)
    await desk.outbox()
    await desk.store.close()
    return desk, found.id


async def reopened(tmp_path: Path) -> Desk:
    """The school's records, open again."""
    return await open_desk(tmp_path / "data", safe_harbour())


def said(done: "subprocess.CompletedProcess[str]") -> tuple[int, str, str]:
    return done.returncode, done.stdout, done.stderr


async def test_a_reader_gets_the_concern_and_its_log_and_all_readers_hear_of_it(typed: Typed, tmp_path: Path) -> None:
    desk = await safe_desk(tmp_path / "data")
    found, other = await raised(desk), await raised(desk, what="The lion came by day", person=OUTSIDER)
    await do(desk, DSL, "concern.acknowledge", found)
    await do(desk, DSL, "concern.reader.send", found, person=identity(OUTSIDER))
    await desk.outbox()
    clear = len(await desk.audit())
    await desk.store.close()
    done = await typed("export", "concern", found.id.lower(), "case", "--reader", email(DSL))
    assert done.returncode == 0, done.stderr
    assert "delete it here" in done.stdout
    files = sorted((tmp_path / "case").iterdir())
    assert [each.name for each in files] == ["data.json", "index.html"]
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}
    for file in files:
        words = file.read_text("utf-8")
        for word in (SECRET, found.id, "Acknowledged", "For "):
            assert word in words
        assert "lion" not in words
        assert other.id not in words
    data = json.loads((tmp_path / "case" / "data.json").read_bytes())
    assert Act.EXPORTED.label in [each["What"] for each in data["log"]]
    desk = await reopened(tmp_path)
    assert [each.text for each in await log(desk, found) if each.act is Act.EXPORTED] == [f"For {data['for']}"]
    assert not any(each.act is Act.EXPORTED for each in await log(desk, other))
    desk.now += CENTURY
    rows = [row for row in await desk.outbox() if row.record and row.record.id == found.id]
    assert {(row.view, row.person.rpartition(":")[2], row.lane) for row in rows} == {
        ("concern.waits", DSL, "alert"),
        ("concern.waits", OUTSIDER, "alert"),
    }
    assert len(await desk.audit()) == clear
    last = (await hidden_audit(desk))[-1].entry
    assert (last.verb, last.record and last.record.id) == ("export.concern", found.id)
    assert str(identity(DSL)) in last.authority
    await desk.store.close()


MOMENT = re.compile(rb'As it stood on [^.<]*|"as_of": "[^"]*"')


async def exported(typed: Typed, tmp_path: Path, name: str) -> dict[str, bytes]:
    """Everything that the exports of people and of the school hold, but for the moment at which they were made."""
    done = [await typed("export", "school", f"{name}/school")]
    for who in (TEACHER, COLLEAGUE, DSL, HEAD):
        done.append(await typed("export", "person", email(who), f"{name}/{who}"))
    assert [each.returncode for each in done] == [0] * len(done), done
    files = [each for each in (tmp_path / name).rglob("*") if each.is_file()]
    found = {str(each.relative_to(tmp_path / name)): MOMENT.sub(b"", each.read_bytes()) for each in files}
    said = "".join(each.stdout + each.stderr for each in done)
    return found | {"what was said": said.replace(f"{name}/", "").encode()}


async def test_whoever_may_not_read_it_is_told_what_there_is_for_an_unknown_reference(
    typed: Typed, tmp_path: Path
) -> None:
    _, id = await with_concern(tmp_path, about="colleague", person=COLLEAGUE)
    unknown = said(await typed("export", "concern", "AAAA-AAAA", "case", "--reader", email(DSL)))
    assert unknown[0] == 2
    assert "Nothing was written" in unknown[2]
    for who in (COLLEAGUE, TEACHER, ADMIN, HEAD, CHAIR, OUTSIDER, "nobody"):
        assert said(await typed("export", "concern", id, "case", "--reader", email(who))) == unknown, who
    assert not (tmp_path / "case").exists()


async def test_it_takes_the_key_and_a_server_that_is_stopped(typed: Typed, tmp_path: Path) -> None:
    _, id = await with_concern(tmp_path)
    told = {
        said(await typed("export", "concern", each, "case", "--reader", email(DSL), key=""))
        for each in (id, "AAAA-AAAA")
    }
    ((code, _, why),) = told
    assert code != 0
    assert "EXEAT_KEY" in why
    desk = await reopened(tmp_path)
    beside = await typed("export", "concern", id, "case", "--reader", email(DSL))
    await desk.store.close()
    assert beside.returncode == 1
    assert "stop Exeat" in beside.stderr
    assert not (tmp_path / "case").exists()


async def test_no_other_export_is_a_byte_longer_for_a_concern(typed: Typed, tmp_path: Path) -> None:
    """For whoever raised it, whoever it is about, and whoever may read it; and for everything of the school."""
    desk = await safe_desk(tmp_path / "data")
    await desk.store.close()
    for name in ("without", "with"):
        (tmp_path / name).mkdir()
    without = await exported(typed, tmp_path, "without")
    desk = await reopened(tmp_path)
    found = await raised(desk, about="colleague", person=COLLEAGUE)
    await do(desk, DSL, "concern.open", found)
    await desk.store.close()
    assert await exported(typed, tmp_path, "with") == without
    assert len(without) > 10


@pytest.mark.parametrize(
    "words", [("retention", "hold", "--reason", "A claim"), ("retention", "release"), ("erase", "record")]
)
async def test_what_is_typed_about_keeping_is_answered_alike_with_and_without_one(
    typed: Typed, tmp_path: Path, words: tuple[str, ...]
) -> None:
    _, id = await with_concern(tmp_path)
    told = {said(await typed(*words, f"concern/{each}")) for each in (id, "AAAA-AAAA")}
    ((code, _, why),) = told
    assert code == 2
    assert "No record of the kind concern can be named here" in why


async def test_what_goes_by_time_is_told_without_concerns(typed: Typed, tmp_path: Path) -> None:
    await (await safe_desk(tmp_path / "data")).store.close()
    told = [said(await typed("retention", "--dry-run", key=key)) for key in (KEY, "")]
    desk = await reopened(tmp_path)
    await raised(desk)
    await desk.store.close()
    assert [said(await typed("retention", "--dry-run", key=key)) for key in (KEY, "")] == told
    assert "concern" not in str(told).casefold()
