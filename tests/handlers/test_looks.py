"""Looking at the accounts: signed off, reminded of, and "no comments" told from "nobody looked"."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cards.model import Row
from cards.text import plain
from handlers.request import Ask, Invalid, Nothing, Say, Show
from policy.calendar import Calendar
from policy.look import MOST_KEPT, AccountWatch, Look, look_due, looked, remind, watch
from policy.school import School
from tests.fakes.desk import Desk, open_desk
from tests.fakes.school import COLLEAGUE, HEAD, MONDAY, OWNER, PAGE, SHORT, TEACHER, harbour

EVERY_DAY = Calendar()


def school(*, page: int = 1, short: int = 0) -> School:
    """The school, with so many working days between two looks at each account."""
    return replace(harbour(), accounts=(replace(PAGE, check_every=page), replace(SHORT, check_every=short)))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = await open_desk(tmp_path / "looks", school(), TEACHER, COLLEAGUE, OWNER, HEAD)
    await desk.dispatch.begin()
    yield desk
    await desk.store.close()


async def kept(desk: Desk, account: str = "page") -> AccountWatch:
    """The watch on an account."""
    async with desk.store.transaction("harbour") as tx:
        found = await tx.get(AccountWatch, account)
        assert found is not None
        return found


async def play(desk: Desk, until: datetime) -> dict[datetime, list[tuple[str, str]]]:
    """What is sent from now on, every ten minutes."""
    sent: dict[datetime, list[tuple[str, str]]] = {}
    while desk.now < until:
        desk.now += timedelta(minutes=10)
        while await desk.dispatch.due():
            pass
        if rows := await desk.sent():
            sent[desk.now] = rows
    return sent


async def test_signed_off_with_a_word(desk: Desk) -> None:
    for typed in ("page", "Harbour page", "harbour P"):
        reply = await desk.ask(OWNER, "checked", text=typed)
        assert isinstance(reply, Say)
        assert "Harbour page: looked at" in reply.card.title
        assert "the next look is due on Tuesday 2 March" in plain(reply.card)
        assert "Social media policy, Monitoring" in plain(reply.card)
    assert [look.at for look in (await kept(desk)).looks] == [MONDAY] * 3
    [row, *_] = await desk.audit()
    assert row.entry.verb == "checked"


async def test_delivered_twice_it_is_one_look(desk: Desk) -> None:
    first = await desk.ask(OWNER, "checked", text="page", key="one")
    assert isinstance(first, Say)
    desk.now += timedelta(minutes=1)
    again = await desk.ask(OWNER, "checked", text="page", key="one")
    assert isinstance(again, Show)
    assert again.card == first.card
    assert len((await kept(desk)).looks) == 1
    await desk.ask(HEAD, "checked", text="page")
    assert await desk.ask(OWNER, "checked", text="page", key="one") == Nothing(), "that look was another's"


async def test_without_a_clear_name_it_asks_which(desk: Desk) -> None:
    for typed in ("", "Harbour", "TikTok"):
        reply = await desk.ask(HEAD, "checked", text=typed)
        assert isinstance(reply, Ask)
    fields = {"account": "short", "note": "Two new followers"}
    reply = await desk.ask(HEAD, "look.send", fields=fields)
    assert isinstance(reply, Say)
    wrong = await desk.ask(OWNER, "look.send", fields=fields)
    assert isinstance(wrong, Invalid), "not an account of theirs"


async def test_only_whoever_looks_after_an_account_signs_it_off(desk: Desk) -> None:
    for verb, more in (("checked", {}), ("look.send", {"fields": {"account": "page"}})):
        reply = await desk.ask(TEACHER, verb, **more)  # type: ignore[arg-type]
        assert isinstance(reply, Say)
        assert reply.refused
        assert "You look after none of these accounts." in plain(reply.card)
    pressed = await desk.ask(TEACHER, "look.sign", payload={"account": "page"})
    assert isinstance(pressed, Say)
    assert pressed.refused
    assert (await kept(desk)).looks == ()


async def test_a_comment_that_is_logged_by_them_is_a_look(desk: Desk) -> None:
    fields = {"text": "Hello", "account": "page", "kind": "comment", "received": MONDAY}
    await desk.ask(TEACHER, "comment.new", fields=fields)
    assert (await kept(desk)).last is None, "a teacher who heard of one has not looked for others"
    await desk.ask(OWNER, "comment.new", fields=fields)
    last = (await kept(desk)).last
    assert last is not None
    assert last.note == "a comment"


async def test_a_comment_that_a_program_brings_is_nobodys_look(desk: Desk) -> None:
    before = await kept(desk)
    item = {"account": "page", "id": "1", "text": "Term?", "received": MONDAY.isoformat()}
    for verb, take in (("hook", desk.dispatch.registry.hooks), ("import", desk.dispatch.registry.importers)):
        await desk.dispatch.brought(f"comments.{verb}", take["comments"].handler, [item | {"id": verb}])
    assert await kept(desk) == before


async def test_nobody_looks_and_it_climbs(desk: Desk) -> None:
    sent = await play(desk, datetime(2027, 3, 4, 18, tzinfo=UTC))
    said = {(at.day, at.hour, at.minute): rows for at, rows in sent.items()}
    digest = "looks.digest"
    assert said == {
        (2, 16, 0): [(digest, OWNER)],
        (3, 8, 0): [(digest, OWNER)],
        (4, 8, 0): [(digest, OWNER), (digest, HEAD)],
    }
    seen = await desk.see(OWNER, digest, None)
    assert seen is not None
    assert "Nobody has looked since Mon 1 March 2027, 09:00" in plain(seen.card)
    [row] = [element for element in seen.card.body if isinstance(element, Row)]
    await desk.ask(OWNER, row.buttons[0].verb, payload=dict(row.buttons[0].payload))
    assert await desk.see(OWNER, digest, None) is None
    assert await play(desk, datetime(2027, 3, 5, 15, 50, tzinfo=UTC)) == {}


async def test_several_accounts_make_one_message(tmp_path: Path) -> None:
    both = replace(
        school(short=1), accounts=tuple(replace(each, owners=PAGE.owners) for each in school(short=1).accounts)
    )
    desk = await open_desk(tmp_path / "both", both, OWNER, HEAD)
    await desk.dispatch.begin()
    sent = await play(desk, datetime(2027, 3, 2, 17, tzinfo=UTC))
    assert list(sent.values()) == [[("looks.digest", OWNER)]]
    seen = await desk.see(OWNER, "looks.digest", None)
    assert seen is not None
    assert "2 accounts to look at." in seen.card.summary
    await desk.store.close()


async def test_a_message_that_leaves_at_once_names_the_accounts_that_fall_due_with_it(tmp_path: Path) -> None:
    both = replace(
        school(short=1), accounts=tuple(replace(each, owners=PAGE.owners) for each in school(short=1).accounts)
    )
    desk = await open_desk(tmp_path / "both", both, OWNER, HEAD)
    await desk.dispatch.begin()
    desk.now = datetime(2027, 3, 2, 16, tzinfo=UTC)
    await desk.dispatch.due(limit=1)
    assert await desk.sent() == [("looks.digest", OWNER)]
    seen = await desk.see(OWNER, "looks.digest", None)
    assert seen is not None
    assert "2 accounts to look at." in seen.card.summary
    while await desk.dispatch.due():
        pass
    assert await desk.sent() == []
    await desk.store.close()


async def again(desk: Desk, school: School) -> None:
    """Exeat starts again with other settings."""
    desk.school = desk.dispatch.school = school
    await desk.dispatch.begin()


async def test_whoever_may_look_less_often_from_now_on_is_reminded_no_more_until_then(desk: Desk) -> None:
    await play(desk, datetime(2027, 3, 3, 9, tzinfo=UTC))
    await again(desk, school(page=5))
    assert await desk.see(OWNER, "looks.digest", None) is None
    sent = await play(desk, datetime(2027, 3, 9, 9, tzinfo=UTC))
    assert {(at.day, at.hour): rows for at, rows in sent.items()} == {
        (8, 16): [("looks.digest", OWNER)],
        (9, 8): [("looks.digest", OWNER)],
    }


async def test_a_watch_that_was_given_up_for_a_while_begins_anew(desk: Desk) -> None:
    await desk.ask(OWNER, "checked", text="page")
    await play(desk, datetime(2027, 3, 3, 9, tzinfo=UTC))
    await again(desk, school(page=0))
    assert (await kept(desk)).next_due is None
    desk.now = datetime(2027, 4, 12, 9, tzinfo=UTC)
    await again(desk, school())
    sent = await play(desk, datetime(2027, 4, 14, 9, tzinfo=UTC))
    assert {(at.day, at.hour): rows for at, rows in sent.items()} == {
        (13, 15): [("looks.digest", OWNER)],
        (14, 7): [("looks.digest", OWNER)],
    }


async def test_home_shows_what_nobody_looked_at_in_time(desk: Desk) -> None:
    home = await desk.ask(OWNER, "home")
    assert isinstance(home, Say)
    assert "Harbour page" not in plain(home.card)
    desk.now += timedelta(days=2)
    for who, shown in ((OWNER, True), (HEAD, True), (TEACHER, False)):
        home = await desk.ask(who, "home")
        assert isinstance(home, Say)
        assert ("Nobody has looked since" in plain(home.card)) is shown


async def test_an_account_that_is_watched_no_more_reminds_nobody(desk: Desk) -> None:
    desk.school = school(page=0)
    desk.dispatch.school = desk.school
    await desk.dispatch.begin()
    assert await play(desk, datetime(2027, 3, 4, 18, tzinfo=UTC)) == {}
    desk.school = replace(desk.school, accounts=(SHORT,))
    desk.dispatch.school = desk.school
    assert await play(desk, datetime(2027, 3, 5, 18, tzinfo=UTC)) == {}


async def test_a_new_account_is_watched_from_the_next_start(desk: Desk) -> None:
    desk.school = school(short=1)
    desk.dispatch.school = desk.school
    await desk.dispatch.begin()
    assert (await kept(desk, "short")).since == MONDAY
    before = await kept(desk)
    await desk.dispatch.begin()
    assert await kept(desk) == before, "a start changes nothing else"


@pytest.mark.parametrize(
    ("looked_at", "every", "due"),
    [
        ("2027-03-01T09:00", 1, "2027-03-02T17:00"),
        ("2027-03-05T16:59", 1, "2027-03-08T17:00"),
        ("2027-03-06T12:00", 1, "2027-03-08T17:00"),
        ("2027-03-25T09:00", 1, "2027-03-30T16:00"),
        ("2027-03-01T09:00", 5, "2027-03-08T17:00"),
    ],
)
def test_the_next_look_is_due_at_the_end_of_a_working_day(looked_at: str, every: int, due: str) -> None:
    at = datetime.fromisoformat(looked_at).replace(tzinfo=UTC)
    deadline = look_due(at, every, EVERY_DAY)
    assert deadline.at == datetime.fromisoformat(due).replace(tzinfo=UTC)
    assert deadline.clause == "monitor-accounts"


def test_only_so_many_looks_are_kept() -> None:
    found = watch("page", "harbour", 1, MONDAY, EVERY_DAY)
    for minute in range(MOST_KEPT + 5):
        found = looked(found, Look(MONDAY + timedelta(minutes=minute), "olu"), 1, EVERY_DAY)
    assert len(found.looks) == MOST_KEPT
    assert found.looks[0].at == MONDAY + timedelta(minutes=5)


def test_what_fell_due_by_night_waits_for_the_morning() -> None:
    found = watch("page", "harbour", 1, MONDAY, EVERY_DAY)
    late = datetime(2027, 3, 2, 22, tzinfo=UTC)
    moved, said = remind(found, 1, late, EVERY_DAY)
    assert not said
    assert moved.next_due == datetime(2027, 3, 3, 8, tzinfo=UTC)
