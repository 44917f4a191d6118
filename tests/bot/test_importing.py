"""`exeat import comments`, as an administrator types it: rows taken once, and bad ones named by their line."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.commands import commands
from policy.comment import Comment
from storage.tiny import open_tiny, read_tiny

TOML = """\
[school]
id = "harbour"
name = "Harbour Primary"

[people]
headteacher = "helen@harbour.example"

[[accounts]]
name = "Page"
platform = "facebook"
"""
HEADINGS = "account,text,received,id"
RECENTLY = datetime.now(UTC) - timedelta(days=30)
WHEN = RECENTLY.strftime("%d/%m/%Y %H:%M")

Import = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Import:
    """`exeat import comments` typed in the school's folder, with a file of these lines."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bot.cli.importing.set_up_logs", lambda *, quiet: None)
    monkeypatch.setenv("EXEAT_CONFIG", str(tmp_path / "exeat.toml"))
    monkeypatch.setenv("EXEAT_DATA", str(tmp_path / "data"))
    (tmp_path / "exeat.toml").write_text(TOML, "utf-8")
    (tmp_path / "data").mkdir()

    def typed(*lines: str, options: tuple[str, ...] = (), encoding: str = "utf-8") -> Result:
        (tmp_path / "comments.csv").write_bytes("\r\n".join(lines).encode(encoding))
        return CliRunner().invoke(commands, ["import", "comments", "comments.csv", *options])

    return typed


def kept(folder: Path = Path("data")) -> list[Comment]:
    """All comments in the records."""

    async def read() -> list[Comment]:
        store = await read_tiny(folder)
        async with store.transaction("harbour") as tx:
            return await tx.find(Comment, limit=10_000)

    return asyncio.run(read())


def row(number: int, text: str = "Term?") -> str:
    """A good row."""
    return f"page,{text},{WHEN},{number}"


def test_rows_are_taken_in_and_a_second_time_none(run: Import) -> None:
    lines = [HEADINGS, *(row(n) for n in range(600))]
    done = run(*lines)
    assert (done.exit_code, done.stdout.strip()) == (0, "600 rows: 600 logged.")
    assert len(kept()) == 600
    again = run(*lines, row(600))
    assert (again.exit_code, again.stdout.strip()) == (0, "601 rows: 600 known, 1 logged.")
    assert len(kept()) == 601


def test_a_bad_row_is_named_by_its_line_and_the_others_are_kept(run: Import) -> None:
    done = run(HEADINGS, row(1, '"Two\nlines"'), f"nowhere,Term?,{WHEN},2", "", "page,Term?,soon,3", row(4) + ",more")
    assert done.exit_code == 1
    assert "Line 4: account: Please name one of the school's accounts: page." in done.stderr
    assert "Line 6: received: That is not a time." in done.stderr
    assert "Line 7: It has more cells" in done.stderr
    assert "3 rows were not taken" in done.stderr
    assert [comment.text for comment in kept()] == ["Two\nlines"]


def test_a_dry_run_says_what_would_be_taken_and_keeps_nothing(run: Import) -> None:
    twice = [row(n) for n in range(300)] * 2
    done = run(HEADINGS, *twice, options=("--dry-run",))
    assert done.exit_code == 0
    assert "600 rows: 300 known, 300 logged. Nothing was kept" in done.stdout
    assert kept() == []


async def serving(run: Import, *options: str) -> Result:
    """What an import says while another process has the records."""
    store = await open_tiny(Path("data"))
    try:
        return await asyncio.to_thread(run, HEADINGS, row(1), options=options)
    finally:
        await store.close()


async def test_while_exeat_serves_it_is_refused_and_a_dry_run_is_not(run: Import) -> None:
    refused = await serving(run)
    assert refused.exit_code == 1
    assert "docs/hooks.md" in refused.stderr
    assert (await serving(run, "--dry-run")).exit_code == 0


@pytest.mark.parametrize(
    ("lines", "encoding", "why"),
    [
        ((), "utf-8", "no account and no text and no received"),
        (("account,text",), "utf-8", "no received"),
        (("account,text,received,text",), "utf-8", "there twice"),
        ((HEADINGS, row(1, "caf\u00e9")), "cp1252", "not in UTF-8"),
        ((HEADINGS, 'page,"Term? ,x'), "utf-8", "cannot be read|can be read"),
    ],
)
def test_a_file_that_is_no_table_of_comments_is_refused(
    run: Import, lines: tuple[str, ...], encoding: str, why: str
) -> None:
    done = run(*lines, encoding=encoding)
    assert done.exit_code == 2
    assert any(each in done.stderr for each in why.split("|"))
    assert done.stdout == ""


def test_what_spreadsheets_write_is_read(run: Import) -> None:
    done = run("Account;Text;Received;Shop", f"Page;Term, when?;{WHEN};x", encoding="utf-8-sig")
    assert done.exit_code == 0, done.stderr
    assert "Left aside: shop." in done.stdout
    assert [comment.text for comment in kept()] == ["Term, when?"]


def test_a_row_whose_words_are_left_out_for_others_of_its_id_is_named(run: Import) -> None:
    done = run(HEADINGS, row(1), row(2), row(1, "Something else"), row(2))
    assert done.exit_code == 0
    assert done.stderr.split("\n")[0].startswith("Line 4: Other words came under this id before.")
    assert "Line 5" not in done.stderr
    again = run(HEADINGS, row(1, "Something else"))
    assert "Line 2: Other words" in again.stderr


def test_an_id_that_a_spreadsheet_shortened_is_not_one_for_many(run: Import) -> None:
    lines = [f"page,{text},{WHEN},1.78957E+16" for text in ("Term?", "Lunch?")]
    done = run(HEADINGS, *lines, row(3))
    assert done.exit_code == 1
    assert "Line 2: id: A spreadsheet has shortened this number." in done.stderr
    assert len(kept()) == 1


@pytest.mark.parametrize("cell", ['"Term" soon', '"' + "x" * (1 << 20) + 'x"'], ids=["quotes", "too long"])
def test_where_a_file_cannot_be_read_any_further_is_said(run: Import, cell: str) -> None:
    done = run(HEADINGS, row(1), row(2, cell), row(3))
    assert done.exit_code == 2
    assert "near line 3" in done.stderr.replace("\n", " ")
    assert not list(Path("data").iterdir())


def test_a_heading_does_not_command_the_terminal(run: Import) -> None:
    done = run(f"{HEADINGS},\x1b[31mred", f"{row(1)},x")
    assert done.exit_code == 0
    assert "Left aside: [31mred." in done.stdout


def test_help_teaches_the_columns_by_an_example() -> None:
    done = CliRunner().invoke(commands, ["import", "comments", "--help"])
    assert done.exit_code == 0
    for word in ("account", "received", "replied", "--dry-run", "exeat import comments FILE.csv", "02/03/2027 14:30"):
        assert word in done.stdout


def test_nothing_is_taken_into_the_records_of_a_school_whose_id_has_changed(run: Import, tmp_path: Path) -> None:
    assert run(HEADINGS, f"Page,Lovely,{WHEN},1").exit_code == 0
    (tmp_path / "exeat.toml").write_text(TOML.replace('"harbour"', '"harbor"', 1), "utf-8")
    result = run(HEADINGS, f"Page,Again,{WHEN},2")
    assert result.exit_code == 2
    assert len(kept()) == 1
