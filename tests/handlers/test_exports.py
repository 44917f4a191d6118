"""What leaves Exeat: a copy for one person without anybody else in it, and everything of the school."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from cards.export import Copy, Whole
from cards.export_pages import copy_page, review_page
from handlers.everything import everything
from handlers.exports.data import copy_data, review_data
from handlers.exports.person import copy_of
from handlers.exports.school import table_of, whole
from handlers.exports.subject import Unknown
from handlers.turn import Scene
from policy.away import Away
from policy.comment import Act as Moderated
from policy.comment import Comment, Moderation, Said
from policy.comment import Kind as CommentKind
from policy.comment import State as CommentState
from policy.content import Content
from policy.incident import Assessment, Breach, Incident, Outcome, Press, Report, Severity
from policy.incident import Decision as BreachDecision
from policy.incident import State as IncidentState
from policy.incident import Verdict as BreachVerdict
from policy.incident.chronology import Act, Entry
from policy.incident.task import Task
from policy.look import AccountWatch, Look
from policy.people import EXEAT, Identity, Known, Standing
from policy.picture import Picture
from policy.picture import Who as InPicture
from policy.post import Decision, Edition, Post, Verdict
from policy.post import State as PostState
from policy.record import Record
from policy.template import Template, Use
from storage.rows import AuditEntry
from tests.fakes.desk import Desk, open_desk
from tests.fakes.school import MONDAY, harbour

TOM = Known(Identity("slack", "T01", "U0TOM"), "Tom Treadwell", "tom@harbour.example")
TOM_TOO = Known(Identity("teams", "tenant", "tom-object"), "T. Treadwell", "tom@harbour.example")
HELEN = Known(Identity("slack", "T01", "U0HELEN"), "Helen Halloran", "helen@harbour.example")
CARA = Known(Identity("slack", "T01", "U0CARA"), "Cara O’Brien-Nzinga", "cara.obn@harbour.example")
OLU = Known(Identity("slack", "T01", "U0OLU"), "Olúwaṣeun Green", "olu@harbour.example")

OTHERS = (HELEN, CARA, OLU)

HOUR = timedelta(hours=1)

numbers = count(1)


class Planted:
    """Words that were put into records, by whose they are; each is found nowhere else."""

    def __init__(self) -> None:
        self.words: dict[str, list[str]] = {}

    def __call__(self, whose: Known | str) -> str:
        name = whose if isinstance(whose, str) else whose.identity.id
        word = f"zq{name.casefold()}{next(numbers)}x"
        self.words.setdefault(name, []).append(word)
        return word

    def of(self, whose: Known | str) -> list[str]:
        """The words of one of them."""
        return self.words[whose if isinstance(whose, str) else whose.identity.id]

    def of_others(self) -> list[str]:
        """The words of everybody but Tom, and those of his that stand in a confidential file."""
        return [word for name, words in self.words.items() if name != "U0TOM" for word in words]


def id(known: Known) -> str:
    return str(known.identity)


def at(hours: int) -> datetime:
    return MONDAY + hours * HOUR


def busy(planted: Planted) -> list[Record]:
    """A school in which Tom has done everything that somebody can, and everybody else as much."""
    records: list[Record] = []
    for n, author in enumerate((TOM, HELEN, CARA, OLU), 1):
        other = HELEN if author is TOM else TOM
        records += [post(planted, n, author, other), wording(planted, n, author, other)]
        records += [comment(planted, n, author, other), incident(planted, n, author, HELEN)]
        records += [note(planted, n, author), task(planted, n, HELEN, author)]
        records += [Away(f"A-{n}", "harbour", id(author), id(other), date(2027, 3, n), date(2027, 4, n), at(n), None)]
    records.append(Away("A-9", "harbour", id(HELEN), id(TOM), date(2027, 5, 3), date(2027, 5, 4), at(9), None))
    looks = tuple(Look(at(n), id(who), planted(who)) for n, who in enumerate((TOM, *OTHERS)))
    records.append(AccountWatch("page", "harbour", at(0), looks))
    return records


def post(planted: Planted, n: int, author: Known, decider: Known) -> Post:
    """A post in two versions, decided on twice, with two pictures."""
    said = f"{planted(author)}, with thanks to {HELEN.name} and to Nzinga (cara.obn@harbour.example, 01632 960123)"
    empty = Picture("slack", "F1", "beans.png", "a" * 64, 4, 4, f"Beans, {planted(author)}", InPicture.NOBODY)
    full = Picture("slack", "F2", f"{planted(author)}.png", "b" * 64, 4, 4, "Year 4", InPicture.PUPILS_CONSENTED)
    before = Content(f"{planted(author)} and Mr Green", "page")
    decisions = (
        Decision(Verdict.CHANGES, id(decider), "headteacher", 1, "f" * 64, at(1), planted(decider)),
        Decision(Verdict.APPROVE, id(decider), "for X, who is zqaway", 2, "f" * 64, at(2), planted(decider)),
    )
    return Post(
        f"P-{n}", "harbour", id(author), "00", Content(said, "page", pictures=(empty, full)), at(0), version=2,
        status=PostState.POSTED, earlier=(Edition(1, before, at(1)),), decisions=decisions, waiting_since=at(0),
        posted_by=id(author), posted_at=at(3), link=f"https://example.org/{planted(author)}",
    )  # fmt: skip


def wording(planted: Planted, n: int, author: Known, decider: Known) -> Template:
    decision = Decision(Verdict.REJECT, id(decider), "headteacher", 1, "f" * 64, at(1), planted(decider))
    return Template(
        f"T-{n}", "harbour", id(author), "00", planted(author), planted(author), "", Use.ANSWERS, at(0), at(2),
        version=2, decision=decision, before=planted(author),
    )  # fmt: skip


def comment(planted: Planted, n: int, by: Known, other: Known) -> Comment:
    """A comment that one logged and moderated, and another acknowledged, and a third person wrote."""
    return Comment(
        f"C-{n}", "harbour", "page", CommentKind.OFFENSIVE, f"Zebedee Quorn{n}", planted("parent"),
        f"https://example.org/{planted('parent')}", at(0), at(1), id(by), at(24), "Received on Monday.",
        "answer-in-24h", "2027-03", f"ext{planted('parent')}", status=CommentState.MODERATED, assigned=id(by),
        acknowledged=Said(planted(other), planted(other), id(other), at(2), "free"),
        answered=Said(planted(by), planted(by), id(by), at(2), "free"),
        closed_at=at(3), closed_by=id(by), reason=planted(by),
        moderation=Moderation(Moderated.HIDE, f"{planted(by)}, as Zebedee knows", planted(by), id(by), at(3)),
    )  # fmt: skip


def incident(planted: Planted, n: int, by: Known, lead: Known) -> Incident:
    """An incident that one reported, and the headteacher assessed and closed."""
    what = f"{planted(by)}: Oliver Fotheringay wrote to Helen's phone, 07700 900123"
    breach = Breach(
        at(0),
        BreachDecision(BreachVerdict.REPORTED, planted("held"), id(lead), at(80), planted("held")),
    )
    return Incident(
        f"I-{n}", "harbour", Report(what, where=planted(by), link=f"https://example.org/{planted(by)}",
        involved=planted("involved")), id(by), at(1), id(lead), "headteacher", (id(lead),),
        status=IncidentState.CLOSED, breach=breach, press=Press(planted("press"), planted("press")),
        assessment=Assessment(Severity.SERIOUS, planted("held"), (planted("held"),), id(lead), at(2)),
        outcome=Outcome(planted("held"), True, planted("held"), id(lead), at(3)), entries=1,
    )  # fmt: skip


def note(planted: Planted, n: int, by: Known) -> Entry:
    return Entry(f"N-{n}", "harbour", f"I-{n}", 1, at(2), id(by), Act.NOTE, planted(by))


def task(planted: Planted, n: int, by: Known, to: Known) -> Task:
    return Task(f"K-{n}", "harbour", f"I-{n}", id(to), planted("held"), id(by), at(2), planted(to), at(4))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Harbour Primary with everybody met; Tom is in Slack and in Teams."""
    desk = await open_desk(tmp_path / "data", harbour())
    for known in (TOM, TOM_TOO, *OTHERS):
        await desk.dispatch.met(known)
    yield desk
    await desk.store.close()


async def keep(desk: Desk, *records: Record) -> None:
    async with desk.store.transaction("harbour") as tx:
        for record in records:
            tx.put(record)


async def export(desk: Desk, said: str = "tom@harbour.example", **more: Any) -> Copy:
    async with desk.store.transaction("harbour") as tx:
        scene = Scene(tx, desk.school, desk.now, EXEAT, sealing=desk.store.sealing)
        rows = desk.store.audit_rows("harbour")
        return await copy_of(scene, said, desk.dispatch.registry, await desk.store.count("harbour"), rows, **more)


def pages(desk: Desk, copy: Copy) -> tuple[str, str]:
    """The words of the page, and the data, that the person gets."""
    page = copy_page(copy, desk.school, lambda sha: f"data:{sha}")
    return words(page), json.dumps(copy_data(copy, desk.school), ensure_ascii=False)


def sheet(desk: Desk, copy: Copy) -> tuple[str, dict[str, Any]]:
    """The words of the sheet for the data protection officer, and its data."""
    return words(review_page(copy, desk.school)), review_data(copy, desk.school)


def words(page: str) -> str:
    """What a page says, without its markup but with its addresses."""
    return unescape(re.sub(r"</?bdi>", "", page))


async def test_a_busy_persons_copy_has_all_of_theirs_and_nobody_elses(desk: Desk) -> None:
    planted = Planted()
    await keep(desk, *busy(planted))
    page, data = pages(desk, await export(desk))
    for said in (page, data):
        assert [word for word in planted.of(TOM) if word not in said] == []
        assert [word for word in planted.of_others() if word in said] == []
        for name in (
            "Helen",
            "Halloran",
            "Cara",
            "Brien",
            "Nzinga",
            "Olú",
            "Green",
            "Zebedee",
            "Quorn",
            "Fotheringay",
        ):
            assert name.casefold() not in said.casefold(), name
        for address in ("helen@", "cara.obn@", "olu@", "U0HELEN", "U0CARA", "U0OLU", "960123", "900123", "zqaway"):
            assert address not in said, address
        for own in (TOM.name, TOM_TOO.name, TOM.email, id(TOM), id(TOM_TOO)):
            assert own in said, own


async def test_each_thing_taken_out_is_in_the_sheet(desk: Desk) -> None:
    planted = Planted()
    await keep(desk, *busy(planted))
    copy = await export(desk)
    page, data = sheet(desk, copy)
    taken = {each["original"] for each in data["taken_out"]}
    for original in (HELEN.name, "Nzinga", "Mr Green", "cara.obn@harbour.example", "01632 960123", "Zebedee"):
        assert original in taken, original
    for original in ("Oliver Fotheringay", "Helen", "07700 900123", "Zebedee Quorn1", f"picture {'b' * 64}"):
        assert original in taken, original
    assert {word for word in planted.of("parent") if word in "".join(taken)} == set(planted.of("parent")[:3])
    for each in data["taken_out"]:
        assert each["key"] in page
        assert each["why"] in page
    shown = "".join(line.text for chapter in copy.chapters for item in chapter.items for section in item.sections
                    for line in section.lines)  # fmt: skip
    for each in data["taken_out"]:
        assert each["instead"] in shown, "what stands in the sheet as taken out is taken out"


async def test_what_is_confidential_is_not_quoted_in_the_sheet(desk: Desk) -> None:
    planted = Planted()
    await keep(desk, *busy(planted))
    page, data = sheet(desk, await export(desk))
    for word in (*planted.of("held"), *planted.of("involved"), *planted.of("press")):
        assert word not in page
        assert word not in json.dumps(data)
    assert "read it in Exeat" in page


async def test_what_stands_in_its_place_says_whose_words_were_taken_out(desk: Desk) -> None:
    planted = Planted()
    await keep(desk, *busy(planted))
    _, data = sheet(desk, await export(desk))
    stands = {each["original"]: each["instead"] for each in data["taken_out"]}
    assert {stands[word] for word in planted.of(HELEN) if word in stands} == {"[words of a colleague]"}
    assert "[words of another person]" in {stands[word] for word in planted.of("parent") if word in stands}


async def test_what_they_wrote_in_a_confidential_file_waits_for_the_officer(desk: Desk) -> None:
    planted = Planted()
    await keep(desk, *busy(planted), incident(planted, 9, HELEN, TOM))
    copy = await export(desk)
    page, data = sheet(desk, copy)
    held = [each for each in data["taken_out"] if each["why"] == "their own words in a confidential file"]
    assert {each["instead"] for each in held} == {"[kept back until the data protection officer has decided]"}
    given = "".join(pages(desk, copy))
    assert not [word for word in planted.of("held") if word in given or word in page]


async def test_the_page_and_the_data_say_the_same(desk: Desk) -> None:
    await keep(desk, *busy(Planted()))
    copy = await export(desk)
    page, data = pages(desk, copy)
    records = json.loads(data)["records"]
    lines = [
        (item["title"], section["title"], line["label"], line["text"])
        for items in records.values()
        for item in items
        for section in item["sections"]
        for line in section["lines"]
    ]
    assert len(lines) > 60
    for parts in lines:
        for part in parts:
            assert part in page
    assert page.count('<th scope="row">') == len(lines) + len(json.loads(data)["audit"])
    assert set(records) == {"posts", "wordings", "comments", "incidents", "tasks", "people", "absences", "looks"}


async def test_decisions_are_theirs_by_id_and_date_and_not_the_post(desk: Desk) -> None:
    planted = Planted()
    made = post(planted, 2, HELEN, TOM)
    await keep(desk, made)
    (chapter,) = [each for each in (await export(desk)).chapters if each.name == "posts"]
    (item,) = chapter.items
    assert item.id == "P-2"
    assert [section.title for section in item.sections] == ["Decision on version 1", "Decision on version 2"]
    said = [line.text for section in item.sections for line in section.lines]
    assert "Mon 1 March 2027, 10:00" in said
    assert planted.of(TOM)[0] in said


async def test_incidents_about_them_are_for_the_officer_alone(desk: Desk) -> None:
    planted = Planted()
    plain = incident(planted, 1, CARA, HELEN)
    about = replace(plain, report=replace(plain.report, about=id(TOM)), hidden=(id(TOM),))
    named = replace(incident(planted, 2, CARA, HELEN), report=Report("Treadwell was rude to a parent"))
    mailed = replace(incident(planted, 3, OLU, HELEN), report=Report("He", involved="tom@harbour.example"))
    other = incident(planted, 4, OLU, HELEN)
    without = pages(desk, await export(desk))
    await keep(desk, about, named, mailed, other)
    copy = await export(desk)
    assert pages(desk, copy) == without, "the copy is what it would be if there were none"
    touches = {each["id"]: each["why"] for each in sheet(desk, copy)[1]["not_in_the_copy"]}
    assert set(touches) == {"I-1", "I-2", "I-3"}
    assert "It was reported as being about them." in touches["I-1"]
    assert "It is kept from them" in touches["I-1"]
    assert "“Treadwell” stands in it" in touches["I-2"]
    assert "“tom@harbour.example” stands in it" in touches["I-3"]


async def test_words_of_a_colleague_that_name_them_are_for_the_officer(desk: Desk) -> None:
    await keep(desk, replace(post(Planted(), 1, CARA, HELEN), content=Content("Well done, Tom’s class", "page")))
    (touch,) = (await export(desk)).touches
    assert (touch.kind, touch.id) == ("post", "P-1")
    assert touch.why.startswith("“Tom” stands in it")


async def test_what_the_officer_decides_to_give_is_given(desk: Desk) -> None:
    planted = Planted()
    await keep(desk, *busy(planted))
    first = await export(desk)
    one = next(each for each in first.withheld if each.original == HELEN.name and each.kind == "post")
    reason = next(each for each in first.withheld if each.original == planted.of(HELEN)[0])
    again = await export(desk, given={one.key, reason.key})
    page, _ = pages(desk, again)
    assert HELEN.name in page
    assert reason.original in page
    assert not again.unused
    assert (await export(desk, given={"12345678"})).unused == {"12345678"}
    assert {each.key for each in first.withheld} - {each.key for each in again.withheld} == {one.key, reason.key}


async def test_the_audit_rows_are_theirs_and_of_kinds_that_leave_exeat(desk: Desk) -> None:
    await desk.ask(TOM.identity, "post.new", fields={"text": "Sports day", "account": "page"})
    await desk.ask(CARA.identity, "post.new", fields={"text": "Harvest", "account": "page"})
    copy = await export(desk)
    assert [(row[1], row[2]) for row in copy.audit.rows] == [("post.new", "post/P-1")]
    del desk.dispatch.registry.exporters["posts"]
    assert (await export(desk)).audit.rows == ()


async def test_a_kind_without_a_way_out_is_in_no_export(desk: Desk) -> None:
    planted = Planted()
    await keep(desk, *busy(planted))
    del desk.dispatch.registry.exporters["wordings"]
    copy, found = await export(desk), await school(desk)
    assert "T-1" not in "".join(pages(desk, copy))
    assert "template" not in {each.kind for each in copy.touches}
    assert "template" not in {item.kind for each in found.chapters for item in each.items}
    assert "wordings" not in found.raw


def test_nothing_of_a_concern_has_a_way_out() -> None:
    found = everything()
    assert {"concern", "concern_entry"} <= found.kinds.keys()
    assert [each.name for each in found.exporters.values() if each.record.KIND.startswith("concern")] == []
    assert [each.name for each in found.logs.values() if each.record.KIND.startswith("concern")] == []


async def test_somebody_may_be_asked_for_under_any_of_their_accounts(desk: Desk) -> None:
    for said in ("tom@harbour.example", " TOM@harbour.example ", "slack:u0tom", id(TOM)):
        copy = await export(desk, said)
        assert copy.subject.ids >= {id(TOM), id(TOM_TOO)}


async def test_accounts_that_the_settings_name_as_one_are_one_person(desk: Desk) -> None:
    await keep(desk, post(Planted(), 1, OLU, HELEN))
    desk.settle(same=(("tom@harbour.example", "olu@harbour.example"),))
    copy = await export(desk)
    assert {id(TOM), id(OLU)} <= copy.subject.ids
    assert "posts" in {each.name for each in copy.chapters}


async def test_an_address_that_two_people_have_had_is_not_guessed_at(desk: Desk) -> None:
    await desk.dispatch.met(replace(OLU, standing=Standing.DEACTIVATED))
    await desk.dispatch.met(Known(Identity("slack", "T01", "U0NEW"), "Olive New", OLU.email))
    with pytest.raises(Unknown, match="More than one person") as caught:
        await export(desk, OLU.email)
    assert id(OLU) in str(caught.value)
    assert (await export(desk, id(OLU))).subject.ids == {id(OLU)}


async def test_nobody_is_known_by_another_address(desk: Desk) -> None:
    with pytest.raises(Unknown, match="knows nobody"):
        await export(desk, "stranger@example.org")


async def test_by_when_it_is_to_be_answered_stands_in_the_sheet(desk: Desk) -> None:
    page, data = sheet(desk, await export(desk, received=date(2027, 2, 26)))
    assert "by Tuesday 30 March 2027" in page
    assert data["due"] == "2027-03-30T22:59:00.000000+00:00"


async def school(desk: Desk) -> Whole:
    async with desk.store.transaction("harbour") as tx:
        scene = Scene(tx, desk.school, desk.now, EXEAT, sealing=desk.store.sealing)
        return await whole(scene, desk.dispatch.registry, await desk.store.count("harbour"))


async def test_the_schools_export_has_everybodys_words_and_names(desk: Desk) -> None:
    planted = Planted()
    await keep(desk, *busy(planted))
    found = await school(desk)
    said = "".join(
        line.text for each in found.chapters for item in each.items for part in item.sections for line in part.lines
    )
    assert [word for words in planted.words.values() for word in words if word not in said] == []
    assert all(each.name in said for each in OTHERS)
    assert found.pictures == {"a" * 64, "b" * 64}
    assert {name for name, records in found.raw.items() if records} == {
        "posts", "wordings", "comments", "incidents", "tasks", "people", "absences", "looks"
    }  # fmt: skip


async def test_chapters_come_in_the_order_in_which_they_are_read(desk: Desk) -> None:
    order = ["people", "conversations", "absences", "looks", "posts", "wordings", "comments"]
    order += ["incidents", "tasks", "test-alerts", "safeguarding-roles", "holds"]
    await keep(desk, *busy(Planted()))
    assert [each.name for each in (await school(desk)).chapters] == order
    copied = [each.name for each in (await export(desk)).chapters]
    assert copied == [name for name in order if name in copied]
    assert {"people", "posts", "comments"} <= {*copied}


async def test_without_the_key_the_school_s_export_says_what_it_lacks(tmp_path: Path) -> None:
    desk = await open_desk(tmp_path / "keyless", harbour(), keyless=True)
    await keep(desk, post(Planted(), 1, TOM, HELEN))
    found = await school(desk)
    assert set(found.left_out) == {"Incidents", "Tasks given because of an incident", "Personal data breaches"}
    assert "breaches" not in found.logs
    await desk.store.close()


@pytest.mark.parametrize(
    ("decided", "verdict", "kept"),
    [
        (72, BreachVerdict.REPORTED, "Yes"),
        (73, BreachVerdict.REPORTED, "No"),
        (71, BreachVerdict.NOT_REPORTABLE, "Yes"),
        (2, BreachVerdict.REPORTABLE, "They still run"),
        (None, BreachVerdict.REPORTABLE, "They still run"),
    ],
)
async def test_the_breach_log_says_whether_72_hours_were_kept(
    desk: Desk, decided: int | None, verdict: BreachVerdict, kept: str
) -> None:
    aware = datetime(2027, 3, 26, 14, tzinfo=UTC)
    decision = None
    if decided is not None:
        decision = BreachDecision(verdict, "It was a list.", id(HELEN), aware + decided * HOUR, "IC-1")
    made = replace(incident(Planted(), 1, TOM, HELEN), breach=Breach(aware, decision))
    await keep(desk, made, replace(made, id="I-2", breach=None))
    desk.now = aware + 72 * HOUR
    (row,) = (await log(desk)).rows
    assert row[0] == "I-1"
    assert row[1] == "Fri 26 March 2027, 14:00"
    assert row[2] == TOM.name
    assert row[-1] == kept
    assert ("It was a list." in row[4]) is (decision is not None)
    desk.now = aware + 73 * HOUR
    (row,) = (await log(desk)).rows
    assert row[-1] == (kept if "still" not in kept else "No: nothing is settled, and they are over")


async def log(desk: Desk) -> Any:
    async with desk.store.transaction("harbour") as tx:
        scene = Scene(tx, desk.school, desk.now, EXEAT, sealing=True)
        return await table_of(scene, desk.dispatch.registry.logs["breaches"])


async def test_what_others_did_is_not_in_the_audit_of_theirs(desk: Desk) -> None:
    async with desk.store.transaction("harbour") as tx:
        tx.audit(AuditEntry(desk.now, id(TOM), "checked"))
        tx.audit(AuditEntry(desk.now, id(CARA), "checked"))
    assert len((await export(desk)).audit.rows) == 1
