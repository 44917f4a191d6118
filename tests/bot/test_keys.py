"""`exeat keys …` and what the other commands say of what is sealed whole, each in a process of its own."""

import json
import os
import pty
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from storage.tiny import open_tiny
from storage.tiny.journal import load
from storage.vault import Vault, new_key
from tests.bot.test_cli import Exeat
from tests.storage.contract_sealed import KEY, NEWER
from tests.storage.whisper import PLANTED, Whisper, raise_it

SCHOOL = "harbour-primary-school"
RING = f"{NEWER}, {KEY}"


@pytest.fixture(scope="module")
def configured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The settings of a school."""
    exeat = Exeat(tmp_path_factory.mktemp("school"))
    exeat.init()
    return exeat.folder / "exeat.toml"


@pytest.fixture
async def exeat(tmp_path: Path, configured: Path) -> Exeat:
    """A school with something that is sealed whole."""
    exeat = Exeat(tmp_path)
    shutil.copy(configured, tmp_path)
    store = await open_tiny(tmp_path / "data", vault=Vault([KEY]))
    async with store.transaction(SCHOOL) as tx:
        raise_it(tx, await tx.new_id(Whisper), school=SCHOOL)
    await store.close()
    return exeat


async def assert_opens(exeat: Exeat, key: str) -> None:
    """The key alone opens it."""
    store = await open_tiny(exeat.folder / "data", vault=Vault([key]))
    async with store.transaction(SCHOOL) as tx:
        assert len(await tx.find(Whisper)) == 1
    await store.close()


def on_a_terminal(exeat: Exeat, *typed: str, **variables: str) -> str:
    """What a person sees who types it."""
    shown, inner = pty.openpty()
    command = [sys.executable, "-m", "bot.cli", *typed]
    environment = exeat.environment({"TERM": "dumb", **variables})
    process = subprocess.Popen(command, cwd=exeat.folder, env=environment, stdin=inner, stdout=inner, stderr=inner)
    os.close(inner)
    seen = b""
    try:
        while piece := os.read(shown, 4096):
            seen += piece
    except OSError:
        pass  # the terminal is gone once the last process has let go of it
    os.close(shown)
    assert process.wait(60) == 0, seen
    return seen.decode().replace("\r\n", "\n")


async def test_the_key_is_changed_and_the_old_one_may_go(exeat: Exeat) -> None:
    done = exeat("keys", "rotate", EXEAT_KEY=RING)
    assert done.returncode == 0, done.stderr
    assert "may be dropped from EXEAT_KEY" in done.stdout
    assert "Older backups still need" in done.stdout
    await assert_opens(exeat, NEWER)
    again = exeat("keys", "rotate", EXEAT_KEY=RING)
    assert again.stdout.startswith("Everything was under the first key already.")
    assert KEY not in done.stdout + done.stderr


async def test_it_is_not_changed_under_a_server(exeat: Exeat) -> None:
    server = await open_tiny(exeat.folder / "data", vault=Vault([KEY]))
    done = exeat("keys", "rotate", EXEAT_KEY=RING)
    await server.close()
    assert done.returncode == 1
    assert "stop the server, run this" in " ".join(done.stderr.split())
    await assert_opens(exeat, KEY)


@pytest.mark.parametrize(("ring", "said"), [("", "There is no EXEAT_KEY"), (KEY, "Put a new one before it")])
async def test_without_a_new_key_there_is_nothing_to_change(exeat: Exeat, ring: str, said: str) -> None:
    done = exeat("keys", "rotate", **({"EXEAT_KEY": ring} if ring else {}))
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())
    await assert_opens(exeat, KEY)


async def test_without_the_old_key_nothing_is_touched(exeat: Exeat) -> None:
    done = exeat("keys", "rotate", EXEAT_KEY=f"{NEWER},{new_key()}")
    assert done.returncode == 1
    assert "cannot be opened with the keys in EXEAT_KEY" in " ".join(done.stderr.split())
    await assert_opens(exeat, KEY)


def test_two_sealed_copies_are_made_and_each_gives_the_key_back(exeat: Exeat) -> None:
    seen = on_a_terminal(exeat, "keys", "escrow", EXEAT_KEY=RING)
    passphrases = re.findall(r"^    ([2-9A-Z]{5}(?:-[2-9A-Z]{5}){4})$", seen, re.MULTILINE)
    assert len(set(passphrases)) == 2
    files = [exeat.folder / f"exeat-key-{who}.txt" for who in ("dsl", "chair")]
    for file, passphrase in zip(files, passphrases, strict=True):
        text = file.read_text()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert "Harbour Primary School" in text
        assert "exeat keys recover" in text
        assert all(secret not in text for secret in (KEY, NEWER, *passphrases))
        done = exeat("keys", "recover", file.name, said=f"{passphrase.lower()}\n")
        assert (done.returncode, done.stdout) == (0, f"EXEAT_KEY={NEWER},{KEY}\n")
    wrong = exeat("keys", "recover", files[0].name, said=f"{passphrases[1]}\n")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "Each file has its own" in wrong.stderr


def test_passphrases_go_to_a_terminal_and_nowhere_else(exeat: Exeat) -> None:
    done = exeat("keys", "escrow", EXEAT_KEY=RING)
    assert (done.returncode, done.stdout) == (2, "")
    assert "terminal" in done.stderr
    assert not list(exeat.folder.glob("exeat-key-*"))


def test_what_is_no_copy_is_said(exeat: Exeat) -> None:
    (exeat.folder / "letter.txt").write_text("Dear chair")
    done = exeat("keys", "recover", "letter.txt", said="ABCDE\n")
    assert done.returncode == 1
    assert "no sealed copy of a key" in " ".join(done.stderr.split())
    assert exeat("keys", "recover", "nothing.txt").returncode == 2


def test_the_audit_is_verified_without_the_key_and_says_what_was_not(exeat: Exeat) -> None:
    done = exeat("audit", "verify")
    assert done.returncode == 0
    assert "Sound: 0 rows" in done.stdout
    assert "was not checked" in " ".join(done.stdout.split())
    assert "EXEAT_KEY" in done.stdout
    with_key = exeat("audit", "verify", EXEAT_KEY=KEY)
    assert with_key.returncode == 0
    assert "The sealed audit is sound too" in with_key.stdout
    assert "1 row" not in with_key.stdout
    wrong = exeat("audit", "verify", EXEAT_KEY=NEWER)
    assert wrong.returncode == 1
    assert "Sound: 0 rows" in wrong.stdout
    assert "cannot be opened with the keys in EXEAT_KEY" in " ".join(wrong.stderr.split())


def test_no_export_of_the_audit_shows_it(exeat: Exeat) -> None:
    for variables in ({}, {"EXEAT_KEY": KEY}):
        file = exeat.folder / f"audit{len(variables)}.jsonl"
        assert exeat("audit", "export", file.name, **variables).returncode == 0
        assert [json.loads(line) for line in file.read_text().splitlines()] == []


def test_a_backup_is_made_and_put_back_without_the_key(exeat: Exeat) -> None:
    assert exeat("backup", "all.tar.gz").returncode == 0
    done = exeat("restore", "all.tar.gz", EXEAT_DATA="other")
    assert done.returncode == 0, done.stderr
    assert load(exeat.folder / "other").rows["sealed"] == load(exeat.folder / "data").rows["sealed"]
    kept = b"".join(path.read_bytes() for path in (exeat.folder / "other").iterdir())
    assert not any(planted.encode() in kept for planted in PLANTED)


def test_the_doctor_says_that_something_is_sealed_and_there_is_no_key(exeat: Exeat) -> None:
    without = " ".join(exeat("doctor").stdout.split())
    assert "Something here is sealed whole" in without
    with_key = " ".join(exeat("doctor", EXEAT_KEY=KEY).stdout.split())
    assert "sealed whole" not in with_key
    assert "whisper" not in without + with_key
    assert "cannot be opened with the keys" in " ".join(exeat("doctor", EXEAT_KEY=NEWER).stdout.split())
