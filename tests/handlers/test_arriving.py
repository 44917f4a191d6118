"""Comments that a program or a file brings: kept once, moved on by what is said later, told of in one message."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.text import plain
from handlers.comments.brought import LARGEST_NUMBER, read, when
from handlers.entries import Landed
from handlers.request import Invalid, Reply, Say
from policy.comment import Comment, Kind, State
from policy.people import EXEAT
from policy.record import Ref
from policy.refused import Unusable
from tests.fakes.desk import Desk
from tests.fakes.school import HEAD, MONDAY, OWNER, TEACHER, harbour

HOUR = timedelta(hours=1)
LONDON = ZoneInfo("Europe/London")


def item(**more: Any) -> dict[str, Any]:
    """A comment as a program sends it."""
    said = {"account": "page", "id": "17", "text": "When does term begin?", "received": MONDAY.isoformat()}
    return said | more


def row(**more: str) -> dict[str, str]:
    """A row of a file."""
    return {"account": "page", "text": "When does term begin?", "received": "01/03/2027 08:30", "id": "17"} | more


async def hook(desk: Desk, *items: Any) -> Sequence[Landed]:
    """What became of what a program brought in one request."""
    return await desk.dispatch.brought("comments.hook", desk.dispatch.registry.hooks["comments"].handler, items)


async def load(desk: Desk, *rows: Any, dry: bool = False) -> Sequence[Landed]:
    """What became of rows of a file."""
    importer = desk.dispatch.registry.importers["comments"]
    return await desk.dispatch.brought("comments.import", importer.handler, rows, whole=False, dry=dry)


async def kept(desk: Desk) -> list[Comment]:
    """All comments, newest first."""
    async with desk.store.transaction("harbour") as tx:
        return await tx.find(Comment, limit=1000)


def became(landed: Sequence[Landed]) -> list[tuple[str, str]]:
    """What became of each, with its record."""
    return [(str(each.became), each.record) for each in landed]


async def test_a_comment_that_is_brought_is_logged_and_its_owner_has_its_card_at_once(desk: Desk) -> None:
    landed = await hook(desk, item(kind="question", writer="A parent", link="https://example.org/1"))
    assert became(landed) == [("logged", "C-1")]
    [comment] = await kept(desk)
    assert (comment.kind, comment.writer, comment.link) == (Kind.QUESTION, "A parent", "https://example.org/1")
    assert (comment.received_at, comment.by, comment.external) == (MONDAY, EXEAT.id, "17")
    assert comment.due == MONDAY + 24 * HOUR
    assert await desk.sent() == [("comment", OWNER)]
    [entry] = [row.entry for row in await desk.audit()]
    assert (entry.person, entry.verb, entry.record) == (EXEAT.id, "comments.hook", Ref("comment", "C-1"))


async def test_brought_a_hundred_times_it_is_one(desk: Desk) -> None:
    landed = [(await hook(desk, item()))[0] for _ in range(100)]
    assert became(landed) == [("logged", "C-1")] + [("known", "C-1")] * 99
    assert len(await kept(desk)) == 1
    assert len(await desk.audit()) == 1
    assert await desk.sent() == [("comment", OWNER)]


async def test_brought_by_many_at_the_same_moment_it_is_one(desk: Desk) -> None:
    landed = await asyncio.gather(*(hook(desk, item()) for _ in range(4)))
    assert sorted(str(one.became) for (one,) in landed) == ["known"] * 3 + ["logged"]
    assert {one.record for (one,) in landed} == {(await kept(desk))[0].id}


async def test_one_id_on_two_accounts_means_two_comments(desk: Desk) -> None:
    assert became(await hook(desk, item(), item(account="short"))) == [("logged", "C-1"), ("logged", "C-2")]


async def test_several_at_once_make_one_message(desk: Desk) -> None:
    await hook(desk, *(item(id=str(n)) for n in range(100)))
    assert len(await kept(desk)) == 100
    assert await desk.sent() == [("comments.nag", OWNER)]


async def test_what_comes_after_a_message_has_one_of_its_own_and_does_not_hide_behind_it(desk: Desk) -> None:
    for number in range(3):
        await hook(desk, item(id=f"a{number}"), item(id=f"b{number}"))
        assert await desk.sent() == [("comments.nag", OWNER)]
        desk.now += timedelta(minutes=5)


@pytest.mark.parametrize("together", [1, 2])
async def test_what_comes_one_by_one_all_morning_is_a_few_messages(desk: Desk, together: int) -> None:
    sent = list[tuple[str, str]]()
    logged = 0
    while desk.now < MONDAY + 2 * HOUR:
        await hook(
            desk, *(item(id=str(logged := logged + 1), received=desk.now.isoformat()) for _ in range(together))
        )
        for _ in range(2):
            while await desk.dispatch.due():
                pass
            sent += await desk.sent()
            desk.now += timedelta(seconds=30)
    desk.now += timedelta(minutes=30)
    while await desk.dispatch.due():
        pass
    sent += await desk.sent()
    assert len(sent) <= 5 * 5, "three at once and two together in each half hour"
    assert {name for _, name in sent} == {OWNER}
    found = await kept(desk)
    assert len(found) == 120 * together
    assert all("logged" in comment.told for comment in found)


async def test_what_is_urgent_does_not_wait_behind_what_is_not(desk: Desk) -> None:
    for number in range(5):
        await hook(desk, item(id=f"a{number}"))
        await desk.dispatch.due()
        desk.now += timedelta(minutes=1)
    await desk.sent()
    await hook(desk, item(id="b", kind="complaint"))
    assert sorted(await desk.sent()) == sorted([("comment", OWNER), ("comment", HEAD)])


async def test_what_waits_for_a_message_is_told_before_everybody_goes_home(desk: Desk) -> None:
    desk.now = MONDAY.replace(hour=16, minute=40)
    for number in range(8):
        await hook(desk, item(id=str(number), received=desk.now.isoformat()))
        await desk.dispatch.due()
        desk.now += timedelta(seconds=30)
    assert await desk.sent() == [("comment", OWNER)] * 3 + [("comments.nag", OWNER)]
    desk.now = MONDAY.replace(hour=17)
    while await desk.dispatch.due():
        pass
    assert await desk.sent() == [("comments.nag", OWNER)]
    assert all("logged" in comment.told for comment in await kept(desk))


LONG = "Why is the school gate locked at half past eight?"


async def by_hand(desk: Desk, **more: Any) -> Reply:
    """What somebody gets back who logs it by hand."""
    said = {"text": LONG, "account": "page", "kind": "question", "received": desk.now}
    return await desk.ask(TEACHER, "comment.new", fields=said | more)


async def test_one_that_was_logged_by_hand_is_known_when_a_program_brings_it(desk: Desk) -> None:
    await by_hand(desk, writer="A parent")
    await desk.sent()
    again = item(text=f" {LONG.upper()} ", writer="Jo Swift", received=(desk.now - 2 * HOUR).isoformat())
    assert became(await hook(desk, again, again)) == [("known", "C-1"), ("known", "C-1")]
    [comment] = await kept(desk)
    assert (comment.external, comment.text) == ("17", LONG)
    assert comment.due == MONDAY + 22 * HOUR, "the time runs from when it was received"
    assert await desk.sent() == []
    assert became(await hook(desk, {"account": "page", "id": "17", "deleted": True})) == [("deleted", "C-1")]


async def test_one_that_was_logged_by_hand_is_closed_by_a_reply_that_comes_with_it(desk: Desk) -> None:
    await by_hand(desk)
    replied = {"at": desk.now.isoformat(), "text": "So that nobody is run over."}
    assert became(await hook(desk, item(text=LONG, replied=replied))) == [("answered", "C-1")]
    assert became(await hook(desk, item(text=LONG))) == [("known", "C-1")]


@pytest.mark.parametrize(
    ("logged", "brought"),
    [
        ({"text": "Thank you"}, {"text": "Thank you"}),
        ({"writer": "Ann Lee"}, {"writer": "Jo Swift"}),
        ({"account": "short"}, {}),
        ({"received": MONDAY - 26 * HOUR}, {}),
        ({"text": f"{LONG} And why?"}, {}),
    ],
)
async def test_what_may_be_somebody_elses_is_logged_beside_it(
    desk: Desk, logged: dict[str, Any], brought: dict[str, str]
) -> None:
    await by_hand(desk, **logged)
    assert became(await hook(desk, item(**({"text": LONG} | brought)))) == [("logged", "C-2")]


async def test_two_that_a_program_brings_are_not_both_the_one_that_was_logged_by_hand(desk: Desk) -> None:
    await by_hand(desk)
    both = await hook(desk, item(text=LONG), item(text=LONG, id="18"))
    assert became(both) == [("known", "C-1"), ("logged", "C-2")]


async def test_whoever_logs_what_is_there_already_is_asked_first(desk: Desk) -> None:
    await hook(desk, item(text=LONG))
    warned = await by_hand(desk)
    assert isinstance(warned, Invalid)
    assert "C-1 has the same words and is open" in warned.errors["text"]
    assert len(await kept(desk)) == 1
    said = {"text": LONG, "account": "page", "kind": "question", "received": desk.now}
    forged = await desk.ask(TEACHER, "comment.new", fields=said, payload={"twin": "C-7"})
    assert isinstance(forged, Invalid)
    sure = await desk.ask(TEACHER, "comment.new", fields=said, payload=dict(warned.form.payload))
    assert isinstance(sure, Say)
    assert [comment.id for comment in await kept(desk)] == ["C-2", "C-1"]


async def test_the_same_twice_in_one_request_is_one(desk: Desk) -> None:
    replied = {"at": MONDAY.isoformat(), "text": "On Tuesday."}
    assert became(await hook(desk, item(), item(), item(replied=replied), item())) == [
        ("logged", "C-1"),
        ("known", "C-1"),
        ("answered", "C-1"),
        ("known", "C-1"),
    ]
    assert [comment.status for comment in await kept(desk)] == [State.ANSWERED]
    assert await desk.sent() == []


async def test_a_reply_that_is_reported_later_answers_it(desk: Desk) -> None:
    await hook(desk, item(link="https://example.org/1"))
    desk.now += 2 * HOUR
    at = MONDAY + HOUR
    later = {"account": "page", "id": "17", "replied": {"at": at.isoformat(), "text": "On Tuesday."}}
    assert became(await hook(desk, later)) == [("answered", "C-1")]
    [comment] = await kept(desk)
    assert comment.status is State.ANSWERED
    assert comment.answered is not None
    said = comment.answered
    assert (said.words, said.where, said.by, said.right) == (
        "On Tuesday.",
        "https://example.org/1",
        EXEAT.id,
        "reported",
    )
    assert (said.at, comment.responded_at, comment.closed_at, comment.next_due) == (at, at, at, None)
    assert became(await hook(desk, later)) == [("known", "C-1")]


async def test_one_that_has_been_replied_to_already_is_logged_as_answered_and_nobody_is_told(desk: Desk) -> None:
    desk.now += HOUR
    replied = {"at": MONDAY.isoformat(), "where": "https://example.org/1#reply"}
    assert became(await hook(desk, item(replied=replied))) == [("answered", "C-1")]
    [comment] = await kept(desk)
    assert comment.answered is not None
    assert (comment.answered.words, comment.answered.where) == ("", "https://example.org/1#reply")
    assert await desk.sent() == []


async def test_one_that_was_taken_down_is_closed(desk: Desk) -> None:
    await hook(desk, item())
    assert became(await hook(desk, {"account": "page", "id": "17", "deleted": True})) == [("deleted", "C-1")]
    [comment] = await kept(desk)
    assert (comment.status, comment.text) == (State.DELETED, "When does term begin?")
    assert comment.reason
    assert became(await hook(desk, {"account": "page", "id": "18", "deleted": True})) == [("nothing", "")]
    assert len(await kept(desk)) == 1


async def test_other_words_under_one_id_are_not_kept_and_that_is_said(desk: Desk) -> None:
    await hook(desk, item())
    [landed] = await hook(desk, item(text="Something else"))
    assert (str(landed.became), landed.record) == ("known", "C-1")
    assert "Those are kept" in landed.note
    assert [comment.text for comment in await kept(desk)] == ["When does term begin?"]
    [same] = await hook(desk, item(text=" When does term begin?\r\n"))
    assert "Those are kept" not in same.note


async def test_when_one_is_wrong_none_of_the_request_is_kept(desk: Desk) -> None:
    landed = await hook(desk, item(), item(id="18", account="nowhere"), {"account": "page", "id": "19"})
    assert [list(each.errors) for each in landed] == [[], ["account"], ["text", "received"]]
    assert await kept(desk) == []
    assert await desk.audit() == []
    assert await desk.sent() == []


@pytest.mark.parametrize(
    ("given", "field", "why"),
    [
        ({"account": "nowhere"}, "account", "page, short"),
        ({"account": None}, "account", "page, short"),
        ({"id": ""}, "id", "not logged twice"),
        ({"id": None}, "id", "not logged twice"),
        ({"id": 1.5}, "id", "quotation marks"),
        ({"id": True}, "id", "quotation marks"),
        ({"id": LARGEST_NUMBER}, "id", "not kept exactly"),
        ({"id": "1" * 301}, "id", "300 are the most"),
        ({"kind": "praise"}, "kind", "question"),
        ({"text": " \n"}, "text", "word for word"),
        ({"text": 5}, "text", "quotation marks"),
        ({"text": "x" * 20_001}, "text", "20,000 are the most"),
        ({"link": "example.org"}, "link", "https://"),
        ({"received": ""}, "received", "when it was received"),
        ({"received": "yesterday"}, "received", "not a time"),
        ({"received": "2027-03-01"}, "received", "not a time"),
        ({"received": "0001-01-01T00:00:00+14:00"}, "received", "not a time"),
        ({"received": (MONDAY + HOUR).isoformat()}, "received", "not come yet"),
        ({"received": "2026-02-01T10:00Z"}, "received", "more than a year ago"),
        ({"replied": "yes"}, "replied", "the time"),
        ({"replied": {}}, "replied.at", "when the school replied"),
        ({"replied": {"at": "soon"}}, "replied.at", "not a time"),
        ({"replied": {"at": "2027-02-01T10:00Z"}}, "replied.at", "before it was received"),
        ({"replied": {"at": MONDAY.isoformat(), "by": "Olu"}}, "replied.by", "at, text, where"),
        ({"deleted": "perhaps"}, "deleted", "true or false"),
        ({"deleted": 0}, "deleted", "true or false"),
        ({"recieved": "now"}, "recieved", "received"),
    ],
)
async def test_what_cannot_be_taken_is_said_of_its_field(desk: Desk, given: Any, field: str, why: str) -> None:
    [landed] = await hook(desk, item(**given))
    assert list(landed.errors) == [field]
    assert why in landed.errors[field]
    assert await kept(desk) == []


async def test_a_reply_to_what_was_never_brought_keeps_nothing_else_from_being_taken(desk: Desk) -> None:
    replied = {"at": MONDAY.isoformat()}
    landed = await hook(desk, {"account": "page", "id": "9", "replied": replied}, item())
    assert became(landed) == [("nothing", ""), ("logged", "C-1")]
    assert "Nothing was known of it" in landed[0].note
    [half] = await hook(desk, {"account": "page", "id": "9", "text": "Term?", "replied": replied})
    assert list(half.errors) == ["received"]
    [of_a_file] = await load(desk, row(id="9", text="", received="", replied="01/03/2027 08:45"))
    assert sorted(of_a_file.errors) == ["received", "text"]


async def test_a_reply_before_the_comment_it_answers_is_refused_also_later(desk: Desk) -> None:
    await hook(desk, item())
    [landed] = await hook(desk, {"account": "page", "id": "17", "replied": {"at": "2027-02-01T10:00Z"}})
    assert list(landed.errors) == ["replied.at"]
    assert [comment.status for comment in await kept(desk)] == [State.OPEN]


async def test_a_platforms_clock_may_be_a_little_ahead(desk: Desk) -> None:
    [landed] = await hook(desk, item(received=(MONDAY + timedelta(minutes=4)).isoformat()))
    assert landed.record == "C-1"
    assert (await kept(desk))[0].received_at == MONDAY


async def test_an_account_may_be_named_as_people_name_it_and_an_id_be_a_number(desk: Desk) -> None:
    await hook(desk, item(account="Harbour Page", id=17, deleted="false", kind=None))
    assert became(await hook(desk, item())) == [("known", "C-1")]


async def test_a_writers_name_is_one_line(desk: Desk) -> None:
    await hook(desk, item(writer="A parent\nAccount: another"))
    assert [comment.writer for comment in await kept(desk)] == ["A parent Account: another"]


async def test_an_offensive_one_is_due_within_a_staffed_hour(desk: Desk) -> None:
    await hook(desk, item(kind="offensive"))
    assert (await kept(desk))[0].due == MONDAY + HOUR


async def test_what_came_outside_staffed_hours_waits_for_the_next(desk: Desk) -> None:
    desk.now = datetime(2027, 3, 1, 20, 0, tzinfo=UTC)
    await hook(desk, item(received=desk.now.isoformat()))
    assert await desk.sent() == []
    desk.now = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)
    await desk.dispatch.due()
    assert await desk.sent() == [("comment.nag", OWNER)]


async def test_rows_of_a_file_are_kept_and_the_clock_puts_them_into_one_message(desk: Desk) -> None:
    landed = await load(desk, *(row(id=str(n)) for n in range(20)))
    assert [str(each.became) for each in landed] == ["logged"] * 20
    assert await desk.sent() == []
    assert {row.entry.verb for row in await desk.audit()} == {"comments.import"}
    await desk.dispatch.due()
    assert await desk.sent() == [("comments.nag", OWNER)]
    await desk.dispatch.due()
    assert await desk.sent() == []


async def test_rows_that_are_late_already_are_told_of_once_to_owner_and_head(desk: Desk) -> None:
    await load(desk, *(row(id=str(n), received="12/02/2027 10:00") for n in range(20)))
    await desk.dispatch.due()
    assert sorted(await desk.sent()) == [("comments.nag", OWNER), ("comments.overdue", HEAD)]


async def test_a_bad_row_is_left_out_and_the_others_are_kept(desk: Desk) -> None:
    landed = await load(desk, row(), row(id="18", received="1 March"), row(id="19", reply="On Tuesday."))
    assert [list(each.errors) for each in landed] == [[], ["received"], ["replied"]]
    assert [comment.external for comment in await kept(desk)] == ["17"]


async def test_a_row_that_was_replied_to_is_closed_as_answered(desk: Desk) -> None:
    replied = row(replied="01/03/2027 08:45", reply="On Tuesday.", link="https://example.org/1")
    assert became(await load(desk, replied)) == [("answered", "C-1")]
    [comment] = await kept(desk)
    assert comment.answered is not None
    assert comment.answered.at == MONDAY - timedelta(minutes=15)
    assert (comment.answered.words, comment.answered.where, comment.answered.right) == (
        "On Tuesday.",
        "https://example.org/1",
        "reported",
    )


async def test_rows_are_not_taken_twice_whether_they_have_an_id_or_not(desk: Desk) -> None:
    nameless = row(id="", writer="A parent")
    assert became(await load(desk, row(), nameless)) == [("logged", "C-1"), ("logged", "C-2")]
    again = row(id=" ", writer="A parent", received="2027-03-01T08:30:00Z")
    assert became(await load(desk, row(), nameless, again)) == [("known", "C-1"), ("known", "C-2"), ("known", "C-2")]
    other = row(id="", writer="Another parent")
    assert became(await load(desk, other)) == [("logged", "C-3")]


async def test_a_file_and_a_program_know_a_comment_by_the_same_id(desk: Desk) -> None:
    await load(desk, row())
    assert became(await hook(desk, item())) == [("known", "C-1")]


async def test_a_dry_run_says_what_would_happen_and_keeps_nothing(desk: Desk) -> None:
    assert [str(each.became) for each in await load(desk, row(), dry=True)] == ["logged"]
    assert await kept(desk) == []
    assert await desk.audit() == []


async def test_one_that_was_brought_is_seen_by_its_owner_and_by_no_other_teacher(desk: Desk) -> None:
    await hook(desk, item())
    seen = await desk.see(OWNER, "comment", Ref("comment", "C-1"))
    assert seen is not None
    assert "When does term begin?" in plain(seen.card)
    assert await desk.see(TEACHER, "comment", Ref("comment", "C-1")) is None


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("2027-03-02T14:30:00Z", datetime(2027, 3, 2, 14, 30, tzinfo=UTC)),
        ("2027-03-02T14:30:00+0000", datetime(2027, 3, 2, 14, 30, tzinfo=UTC)),
        ("2027-06-02 14:30", datetime(2027, 6, 2, 13, 30, tzinfo=UTC)),
        ("2027-06-02T14:30:00.123+02:00", datetime(2027, 6, 2, 12, 30, 0, 123000, tzinfo=UTC)),
        ("02/03/2027 14:30", datetime(2027, 3, 2, 14, 30, tzinfo=UTC)),
        ("2/6/2027 9:05:07", datetime(2027, 6, 2, 8, 5, 7, tzinfo=UTC)),
        ("02/06/2027, 09:05", datetime(2027, 6, 2, 8, 5, tzinfo=UTC)),
        ("31/10/2027 01:30", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_as_it_is_written(said: str, moment: datetime) -> None:
    assert when(said, LONDON) == moment


@pytest.mark.parametrize(
    "said", ["2027-03-02", "20270302", "31/02/2027 10:00", "2/3/27 10:00", "14:30", "1772461800"]
)
def test_what_is_no_time_is_not_guessed(said: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        when(said, LONDON)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
TIMES = st.datetimes().map(str) | st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat)


@settings(max_examples=300)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "account": JSON | st.just("page"),
            "id": JSON,
            "kind": JSON | st.sampled_from(sorted(Kind)),
            "text": JSON,
            "received": JSON | TIMES,
            "link": JSON,
            "writer": JSON,
            "deleted": JSON,
            "replied": JSON | st.dictionaries(st.sampled_from(["at", "text", "where"]), JSON | TIMES),
        },
    )
)
def test_whatever_is_said_is_read_or_refused(given: dict[str, Any]) -> None:
    try:
        arrived = read(given, harbour(), MONDAY)
    except Unusable as wrong:
        said = " ".join(wrong.errors.values())
    else:
        assert arrived.received is None or arrived.received <= MONDAY
        said = arrived.account and arrived.id
    assert said
