"""`exeat doctor --golive`: what is missing before safeguarding concerns are taken, and what to do about it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bot.doctor import Finding, Verdict, examine
from bot.settings import read_school
from bot.surface import INSTALLED
from handlers.dispatch import Dispatch
from handlers.everything import everything
from handlers.request import Request
from policy.people import Identity, Known, Standing
from policy.record import Ref
from storage.tiny import open_tiny
from storage.vault import new_key
from tests.fakes.golive import CHAIR, DEPUTY_DSL, DSL, HOLDERS
from tests.fakes.mailbox import mailbox
from tests.fakes.school import ADMIN, HEAD, MONDAY, TEACHER, email

TOML = """\
[school]
id = "harbour"
name = "Harbour Primary"
[people]
staff = ["*@harbour.example"]
headteacher = "helen@harbour.example"
deputies = ["dev@harbour.example"]
dsl = "dora@harbour.example"
deputy_dsls = ["dev@harbour.example"]
chair_of_governors = "cara@harbour.example"
admins = ["ada@harbour.example"]
[contacts]
lado = "01632 960123"
dsl = "01632 960125"
chair_of_governors = "01632 960126"
[safeguarding]
concerns = "record"
[[accounts]]
name = "Page"
platform = "facebook"
owners = ["helen@harbour.example"]
"""

EVERYBODY = (*HOLDERS, ADMIN, TEACHER)

Write = Callable[[str], None]


@pytest.fixture
async def write(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Write]:
    """Writes the school's file, in an environment that lacks nothing."""
    async with mailbox() as box:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
        monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
        monkeypatch.setenv("EXEAT_PORT", "9")
        monkeypatch.setenv("EXEAT_DATA", str(tmp_path / "data"))
        monkeypatch.setenv("EXEAT_KEY", new_key())
        monkeypatch.setenv("EXEAT_SMTP_URL", box.url)
        monkeypatch.setenv("EXEAT_MAIL_FROM", "exeat@harbour.example")

        def write(text: str) -> None:
            Path("exeat.toml").write_text(text, "utf-8")

        write(TOML)
        yield write


def account(name: str) -> Identity:
    return Identity("slack", "T0SCHOOL", f"U0{name.upper()}")


def known(name: str) -> Known:
    return Known(account(name), name.title(), email(name))


async def served(
    *acknowledging: str, met: tuple[str, ...] = EVERYBODY, left: str = "", presses: tuple[tuple[str, str], ...] = ()
) -> None:
    """The server runs for a while: people are met, some acknowledge, some press about the DSL, one leaves."""
    store = await open_tiny(Path("data"))

    async def nobody(_: Identity) -> Known | None:
        return None

    served = frozenset({"slack"})
    school = read_school(Path("exeat.toml"))
    dispatch = Dispatch(store, school, everything(), nobody, lambda: MONDAY, installed=INSTALLED, served=served)
    for name in met:
        await dispatch.met(known(name))
    await dispatch.begin()
    await dispatch.due()
    asked = [(name, "drill.acknowledge", await _drill(dispatch, name)) for name in acknowledging]
    asked += [(name, verb, Ref("pin", "dsl")) for name, verb in presses]
    for name, verb, about in asked:
        await dispatch(Request(f"{name}-{verb}", account(name), verb, MONDAY, "harbour", about, version=2))
    if left:
        await dispatch.met(replace(known(left), standing=Standing.DEACTIVATED))
    await store.close()


async def _drill(dispatch: Dispatch, name: str) -> Ref:
    drills = dispatch.registry.kinds["drill"]
    async with dispatch.store.transaction("harbour") as tx:
        found = await tx.find(drills, owner=str(account(name)), limit=1)
    return Ref("drill", found[0].id)


async def found(verdict: Verdict = Verdict.FIX, now: datetime = MONDAY) -> dict[str, Finding]:
    """What is found of one kind, by subject."""
    return {each.subject: each for each in await examine(lambda: now, golive=True) if each.verdict is verdict}


async def test_a_school_that_lacks_nothing(write: Write) -> None:
    await served(*HOLDERS)
    assert await found() == {}
    assert {"EXEAT_KEY", "[contacts]", "E-mail", "Safeguarding roles", "Concerns"} <= set(await found(Verdict.FINE))


async def test_everything_that_is_missing_is_named_with_what_to_do(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(TOML.partition("deputy_dsls")[0] + "[[accounts]]" + TOML.partition("[[accounts]]")[2])
    monkeypatch.delenv("EXEAT_KEY")
    monkeypatch.delenv("EXEAT_SMTP_URL")
    missing = await found()
    assert set(missing) == {
        "EXEAT_KEY",
        "[safeguarding] concerns",
        "[contacts] lado",
        "[contacts] dsl",
        "[contacts] chair_of_governors",
        "[people] chair_of_governors",
        "[people] admins",
        "E-mail",
        "Safeguarding roles",
    }
    assert all(each.todo for each in missing.values())
    assert "exeat keys new" in missing["EXEAT_KEY"].todo
    assert "[people] deputy_dsls" in await found(Verdict.NOTE)


async def test_each_holder_who_has_not_acknowledged_is_named(write: Write) -> None:
    await served(HEAD, CHAIR)
    missing = await found()
    assert set(missing) == {email(DSL), email(DEPUTY_DSL), "Concerns"}
    said = "Dora (the DSL) has not acknowledged a test alert in the spring term 2027."
    assert missing[email(DSL)].found == said
    assert "/testalert" in missing[email(DSL)].todo


async def test_a_term_later_everybody_is_asked_for_again_and_concerns_stay_open(write: Write) -> None:
    await served(*HOLDERS)
    missing = await found(now=MONDAY.replace(month=4))
    assert set(missing) == {email(name) for name in HOLDERS}


async def test_a_holder_whom_nobody_has_met(write: Write) -> None:
    await served(HEAD, DSL, DEPUTY_DSL, met=(HEAD, DSL, DEPUTY_DSL, ADMIN))
    missing = await found()
    found_of_chair = missing[email(CHAIR)]
    assert "Nobody on the staff answers to it (the chair of governors)" in found_of_chair.found
    assert "have not acknowledged a test alert and nothing reaches them through Exeat" in found_of_chair.found
    assert "by telephone" in found_of_chair.todo


async def test_a_change_that_nobody_has_confirmed(write: Write) -> None:
    await served(*HOLDERS)
    write(TOML.replace('dsl = "dora', 'dsl = "tom'))
    await served()
    pending = (await found())["Safeguarding role: Designated Safeguarding Lead"]
    assert "exeat.toml names tom@harbour.example; until that is confirmed the old holders stand." in pending.found
    assert pending.todo == "Ask Helen, Dev or Cara to press Confirm in the chat, or Not right."
    await served(presses=((HEAD, "pin.confirm"),))
    assert set(await found()) == {email(TEACHER)}


async def test_a_change_that_is_not_right(write: Write) -> None:
    await served(*HOLDERS)
    write(TOML.replace('dsl = "dora', 'dsl = "tom'))
    await served(presses=((CHAIR, "pin.refuse"),))
    turned_down = (await found())["Safeguarding role: Designated Safeguarding Lead"]
    assert "Cara says that this is not right" in turned_down.found
    assert "Put exeat.toml back as it was" in turned_down.todo


async def test_an_old_holder_who_has_left_while_the_change_waits(write: Write) -> None:
    await served(*HOLDERS)
    write(TOML.replace('dsl = "dora', 'dsl = "tom'))
    await served(left=DSL)
    notes = await found(Verdict.NOTE)
    assert "cannot be reached, so nobody does" in notes["Safeguarding role: Designated Safeguarding Lead"].found


@pytest.mark.parametrize(
    ("before", "after", "subject", "verdict", "words"),
    [
        (
            'chair_of_governors = "cara',
            'chair_of_governors = "helen',
            "[people] chair_of_governors",
            "fix",
            "also",
        ),
        ('\ndsl = "dora', '\ndsl = "helen', "[people] dsl", "note", "The headteacher is also the DSL"),
        ('admins = ["ada', 'admins = ["cara', "[people] admins", "fix", "no way but through an admin"),
        ('admins = ["ada', 'admins = ["dora', "[people] admins", "note", "The DSL is also an admin"),
    ],
)
async def test_one_person_in_two_places(
    write: Write, before: str, after: str, subject: str, verdict: str, words: str
) -> None:
    write(TOML.replace(before, after))
    assert words in (await found(Verdict(verdict)))[subject].found


async def test_the_same_person_under_another_name_is_found(write: Write) -> None:
    same = '[[people.same]]\nidentities = ["cara@harbour.example", "ada@harbour.example"]\n[contacts]'
    write(TOML.replace("[contacts]", same))
    assert "no way but through an admin" in (await found())["[people] admins"].found


async def test_the_plain_doctor_speaks_of_it_too_once_concerns_are_switched_on(write: Write) -> None:
    await served(HEAD)
    assert email(DSL) in {each.subject for each in await examine(lambda: MONDAY) if each.verdict is Verdict.FIX}
    write(TOML.replace('"record"', '"off"'))
    found = [each for each in await examine(lambda: MONDAY) if "test alert" in each.found]
    assert [each for each in found if each.verdict is Verdict.FIX] == []


async def test_the_plain_doctor_says_that_exeat_does_not_start_without_the_key(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    await served(*HOLDERS)
    monkeypatch.delenv("EXEAT_KEY")
    fixes = {each.subject: each for each in await examine(lambda: MONDAY) if each.verdict is Verdict.FIX}
    assert "does not start without it" in fixes["EXEAT_KEY"].found
    assert "exeat keys recover" in fixes["EXEAT_KEY"].todo
    write(TOML.replace('"record"', '"off"'))
    assert not [each for each in await examine(lambda: MONDAY) if "does not start" in each.found]
