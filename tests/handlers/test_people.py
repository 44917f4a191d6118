"""Meeting people: one look-up, one record, and two accounts of one human being joined."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from cards.text import plain
from handlers.exports.subject import find_subject
from handlers.people import as_one, link_up
from handlers.request import Invalid, Request, Say
from handlers.turn import Scene
from policy.people import EXEAT, Identity, Known, Person, Standing
from policy.record import Ref
from policy.refused import NotAdmitted
from storage.rows import Shown
from tests.fakes.desk import Desk, open_desk
from tests.fakes.school import ADMIN, COLLEAGUE, HEAD, MONDAY, TEACHER, email, harbour, identity, known

ON_TEAMS = known(TEACHER, platform="teams", tenant="T1")


async def everyone(desk: Desk) -> list[Person]:
    """All the people the store knows."""
    async with desk.store.transaction("harbour") as tx:
        return await tx.find(Person, limit=100)


async def person_of(desk: Desk, who: str) -> Person:
    """Whoever an account belongs to."""
    async with desk.store.transaction("harbour") as tx:
        found = await as_one(tx, str(identity(who)))
    assert found is not None
    return found


async def test_somebody_unknown_is_looked_up_once(desk: Desk) -> None:
    for _ in range(3):
        await desk.ask("newcomer", "posts")
    assert desk.looked_up == [identity("newcomer")]


async def test_a_failed_look_up_is_a_refusal_and_is_tried_again(desk: Desk) -> None:
    who = identity("newcomer")
    desk.strangers[who] = None
    reply = await desk.ask(who, "post.new", fields={"text": "Hello", "account": "page"})
    assert isinstance(reply, Say)
    assert "could not find out who you are" in reply.card.title
    del desk.strangers[who]
    assert isinstance(await desk.ask(who, "posts"), Say)
    assert desk.looked_up == [who, who]


OUTSIDERS = {
    "not on the list": Known(identity("eve"), "Eve", "eve@elsewhere.example"),
    "blocked": known("blocked"),
    **{standing.value: known("eve", standing) for standing in Standing if standing is not Standing.MEMBER},
}


@pytest.mark.parametrize("why", OUTSIDERS)
async def test_whoever_is_not_admitted_is_refused_kindly_and_not_kept(desk: Desk, why: str) -> None:
    before, outsider = await everyone(desk), OUTSIDERS[why]
    desk.strangers[outsider.identity] = outsider
    for _ in range(2):
        reply = await desk.ask(outsider.identity, "posts")
        assert isinstance(reply, Say)
        assert reply.refused
        assert "cannot help you here yet" in reply.card.title
        assert "your account is not on the school's list" in plain(reply.card)
    assert isinstance(await desk.dispatch.met(outsider), NotAdmitted)
    week = {"first": MONDAY.date(), "last": MONDAY.date(), "delegate": outsider.identity}
    reply = await desk.ask(HEAD, "away.new", fields=week)
    assert isinstance(reply, Invalid)
    assert await everyone(desk) == before


async def test_whoever_is_known_and_is_no_longer_admitted_is_kept_up_to_date_and_refused(desk: Desk) -> None:
    assert await desk.dispatch.met(known(TEACHER, Standing.GUEST)) is None
    (tom,) = [each for each in await everyone(desk) if each.id == str(identity(TEACHER))]
    assert [account.standing for account in tom.accounts] == [Standing.GUEST]
    reply = await desk.ask(TEACHER, "posts")
    assert isinstance(reply, Say)
    assert "cannot help you here yet" in reply.card.title


async def test_one_address_on_two_platforms_is_one_person(desk: Desk) -> None:
    post = await desk.write(TEACHER)
    await desk.dispatch.met(ON_TEAMS)
    (tom,) = [each for each in await everyone(desk) if TEACHER in each.name.lower()]
    assert {str(account.identity) for account in tom.accounts} == {"sandbox:demo:tom", "teams:T1:tom"}
    assert desk.looked_up == [ON_TEAMS.identity, identity(TEACHER)]
    await desk.ask(ON_TEAMS.identity, "post.withdraw", post)
    assert (await desk.post(post.id)).state == "withdrawn"


async def test_both_accounts_of_somebody_met_at_the_same_moment_are_one_person(desk: Desk) -> None:
    newcomers = [f"new{n}" for n in range(20)]
    accounts = [known(name, platform=each) for name in newcomers for each in ("slack", "teams")]
    await asyncio.gather(*map(desk.dispatch.met, accounts))
    people = {person.id: person for person in await everyone(desk)}
    for name in newcomers:
        (person,) = [each for each in people.values() if each.emails == {email(name)}]
        assert len(person.accounts) == 2


async def test_a_headteacher_first_met_later_gets_what_waits_once(tmp_path: Path) -> None:
    desk = await open_desk(tmp_path / "late", harbour(), TEACHER, ADMIN)
    post = await desk.write(TEACHER)
    assert ("post", HEAD) not in await desk.sent()
    await desk.dispatch.met(known(HEAD))
    assert await desk.sent() == [("post", HEAD)]
    async with desk.store.transaction("harbour") as tx:
        tx.show(Shown("harbour", "slack", "D1", "1", "post", str(identity(HEAD)), Ref("post", post.id), 1))
    await desk.dispatch.met(replace(known(HEAD), name="Helen Married"))
    assert await desk.sent() == []
    await desk.dispatch.met(known(COLLEAGUE))
    assert await desk.sent() == []
    await desk.store.close()


async def test_records_made_before_the_link_are_theirs_after_it(desk: Desk) -> None:
    apart = replace(ON_TEAMS, email="")
    desk.settle(staff=("*@harbour.example", "teams:tom"))
    await desk.dispatch.met(apart)
    await desk.ask(apart.identity, "post.new", fields={"text": "From Teams", "account": "page"})
    post = await desk.post("P-1")
    refused = await desk.ask(TEACHER, "post.withdraw", post)
    assert isinstance(refused, Say)
    desk.settle(same=(("tom@harbour.example", "teams:tom"),))
    await desk.dispatch.met(known(TEACHER))
    await desk.ask(TEACHER, "post.withdraw", post)
    assert (await desk.post("P-1")).state == "withdrawn"
    listed = await desk.ask(TEACHER, "posts")
    assert isinstance(listed, Say)
    assert "1 post of your own" in listed.card.summary


async def test_a_linked_headteacher_cannot_decide_on_their_other_accounts_post(desk: Desk) -> None:
    apart = Known(Identity("teams", "T1", "h2"), "Helen", "")
    desk.settle(staff=("*@harbour.example", "teams:h2"))
    desk.settle(same=((f"{HEAD}@harbour.example", "teams:h2"),))
    await desk.dispatch.met(apart)
    await desk.ask(apart.identity, "post.new", fields={"text": "My own", "account": "page"})
    post = await desk.post("P-1")
    for who in (identity(HEAD), apart.identity):
        reply = await desk.ask(who, "post.approve", post)
        assert isinstance(reply, Say)
        assert "your own post" in reply.card.title


async def test_a_newcomer_given_a_leavers_address_is_not_the_leaver(desk: Desk) -> None:
    post = await desk.write(TEACHER)
    await desk.dispatch.met(known(TEACHER, Standing.DEACTIVATED))
    newcomer = replace(ON_TEAMS, name="Newcomer")
    await desk.dispatch.met(newcomer)
    reply = await desk.ask(newcomer.identity, "post.withdraw", post)
    assert isinstance(reply, Say)
    assert (await desk.post(post.id)).state == "waiting"


@pytest.mark.parametrize(
    ("today", "kept"),
    [
        (replace(known(TEACHER), email=email("tom.married")), {email("tom.married")}),
        (known(TEACHER, Standing.DEACTIVATED), set()),
        (None, set()),
    ],
    ids=["another address", "left", "not there"],
)
async def test_whoever_is_given_an_address_in_the_same_chat_is_not_whoever_had_it(
    desk: Desk, today: Known | None, kept: set[str]
) -> None:
    """Nobody has said yet that it was given away: a chat may name the newcomer first, or nobody who leaves."""
    post = await desk.write(TEACHER)
    desk.strangers[identity(TEACHER)] = today
    await desk.dispatch.met(replace(known("newcomer"), email=email(TEACHER)))
    reply = await desk.ask("newcomer", "post.withdraw", post)
    assert isinstance(reply, Say)
    assert (await desk.post(post.id)).state == "waiting"
    held = {each.id: set(each.emails) for each in await everyone(desk)}
    assert held[str(identity("newcomer"))] == {email(TEACHER)}
    assert held[str(identity(TEACHER))] == kept


async def test_whoever_could_not_be_found_when_their_address_was_given_away_is_asked_after_when_they_come(
    desk: Desk,
) -> None:
    post, other = await desk.write(TEACHER), email("tom.married")
    desk.strangers[identity(TEACHER)] = None
    await desk.dispatch.met(replace(known("newcomer"), email=email(TEACHER)))
    refused = await desk.ask(TEACHER, "posts")
    assert isinstance(refused, Say)
    assert refused.refused
    desk.strangers[identity(TEACHER)] = replace(known(TEACHER), email=other)
    await desk.ask(TEACHER, "post.withdraw", post)
    assert (await desk.post(post.id)).state == "withdrawn"
    assert (await person_of(desk, TEACHER)).emails == {other}


async def test_two_accounts_that_the_chat_says_have_one_address_today_are_one_persons(desk: Desk) -> None:
    second = replace(known("tom2"), email=email(TEACHER))
    await desk.dispatch.met(second)
    assert desk.looked_up == [second.identity, identity(TEACHER)]
    (tom,) = [each for each in await everyone(desk) if email(TEACHER) in each.emails]
    assert {account.identity.id for account in tom.accounts} == {TEACHER, "tom2"}


async def test_an_address_that_is_still_theirs_in_the_other_chat_joins_their_new_account(desk: Desk) -> None:
    await desk.dispatch.met(ON_TEAMS)
    desk.strangers[ON_TEAMS.identity] = None
    await desk.dispatch.met(replace(ON_TEAMS, identity=Identity("teams", "T1", "tom2")))
    (tom,) = [each for each in await everyone(desk) if email(TEACHER) in each.emails]
    assert {str(account.identity): account.email for account in tom.accounts} == {
        "sandbox:demo:tom": email(TEACHER),
        "teams:T1:tom": "",
        "teams:T1:tom2": email(TEACHER),
    }


@pytest.mark.parametrize("first", [0, 1, 2])
async def test_of_those_who_hand_their_addresses_on_nobody_becomes_another(desk: Desk, first: int) -> None:
    """Whoever of them is heard of first: what is kept of the others is of before."""
    passed_on = [(TEACHER, COLLEAGUE), (COLLEAGUE, HEAD), (HEAD, TEACHER)]
    today = [replace(known(who), email=email(whose)) for who, whose in passed_on]
    desk.strangers |= {each.identity: each for each in today}
    await asyncio.gather(*map(desk.dispatch.met, today[first:] + today[:first]))
    for each in today:
        assert (await person_of(desk, each.identity.id)).accounts == (each,)


async def test_what_is_heard_late_of_an_account_joins_it_to_nobody(desk: Desk) -> None:
    """An event may come again, of a time when it had another's address."""
    desk.strangers[identity(COLLEAGUE)] = known(COLLEAGUE)
    await desk.dispatch.met(replace(known(COLLEAGUE), email=email(TEACHER)))
    assert len((await person_of(desk, COLLEAGUE)).accounts) == 1
    assert (await person_of(desk, COLLEAGUE)).emails == {email(COLLEAGUE)}


async def test_an_address_that_was_given_away_in_one_chat_joins_nobody_who_is_kept_with_it_in_another(
    desk: Desk,
) -> None:
    post = await desk.write(TEACHER)
    desk.strangers[identity(TEACHER)] = replace(known(TEACHER), email=email("tom.married"))
    newcomer = replace(ON_TEAMS, name="Newcomer", identity=Identity("teams", "T1", "new"))
    await desk.dispatch.met(newcomer)
    await desk.ask(newcomer.identity, "post.withdraw", post)
    assert (await desk.post(post.id)).state == "waiting"
    assert (await person_of(desk, TEACHER)).emails == {email("tom.married")}


async def test_an_address_that_was_given_away_does_not_confirm_what_only_exeat_toml_says(desk: Desk) -> None:
    desk.settle(same=((email(TEACHER), "sandbox:cara"),))
    for who in (TEACHER, COLLEAGUE):
        await desk.dispatch.met(known(who))
    desk.strangers[identity(TEACHER)] = replace(known(TEACHER), email=email("tom.married"))
    await desk.dispatch.met(replace(known(COLLEAGUE), email=email(TEACHER)))
    assert len((await person_of(desk, TEACHER)).apart) == 2


async def test_a_chat_that_does_not_answer_keeps_nobodys_accounts_apart(desk: Desk) -> None:
    desk.strangers |= {identity(TEACHER): None, ON_TEAMS.identity: None}
    await desk.dispatch.met(ON_TEAMS)
    assert (await person_of(desk, TEACHER)).accounts == (known(TEACHER), ON_TEAMS)


async def test_nor_is_a_newcomer_who_has_the_address_of_a_closed_account_of_somebody_who_is_still_there(
    desk: Desk,
) -> None:
    post = await desk.write(TEACHER)
    await desk.dispatch.met(ON_TEAMS)
    await desk.dispatch.met(known(TEACHER, Standing.DEACTIVATED))
    await desk.dispatch.met(replace(ON_TEAMS, email=email("tom.married")))
    await desk.dispatch.met(replace(known("newcomer"), email=email(TEACHER)))
    await desk.ask("newcomer", "post.withdraw", post)
    assert (await desk.post(post.id)).state == "waiting"
    await desk.ask(ON_TEAMS.identity, "post.withdraw", post)
    assert (await desk.post(post.id)).state == "withdrawn"


async def test_the_headteachers_new_account_cannot_decide_on_a_post_of_the_old_one(desk: Desk) -> None:
    post = await desk.write(HEAD)
    await desk.dispatch.met(known(HEAD, Standing.DEACTIVATED))
    again = known(HEAD, platform="teams", tenant="T1")
    await desk.dispatch.met(again)
    reply = await desk.ask(again.identity, "post.approve", post)
    assert isinstance(reply, Say)
    assert "your own post" in reply.card.title


async def test_an_account_that_has_left_takes_nobodys_seat(desk: Desk) -> None:
    gone = replace(known(HEAD, Standing.DEACTIVATED, "teams", "T1"))
    await desk.dispatch.met(gone)
    post = await desk.write(TEACHER)
    assert await desk.sent() == [("post", TEACHER), ("post", HEAD)]
    await desk.dispatch.met(known(HEAD, Standing.DEACTIVATED))
    await desk.write(TEACHER, "Nobody at the top")
    assert ("post", "dev") in await desk.sent()
    assert (await desk.post(post.id)).state == "waiting"


async def test_two_links_after_one_another_lead_to_one_person(desk: Desk) -> None:
    first, second = (Known(Identity("teams", "T1", name), "Cara", "") for name in ("c1", "c2"))
    desk.settle(staff=("*@harbour.example", "teams:c1", "teams:c2"))
    for account in (first, second):
        await desk.dispatch.met(account)
    desk.settle(same=(("teams:c1", "teams:c2"),))
    await desk.dispatch.met(first)
    desk.settle(same=(("teams:c1", "teams:c2", "cara@harbour.example"),))
    await desk.dispatch.met(known("cara"))
    async with desk.store.transaction("harbour") as tx:
        ends = [await as_one(tx, str(each.identity)) for each in (first, second, known("cara"))]
    assert ends[0] is not None
    assert ends == [ends[0]] * 3


@pytest.mark.parametrize("first", [TEACHER, COLLEAGUE])
async def test_two_who_were_joined_by_mistake_are_two_again_once_exeat_toml_no_longer_says_so(
    desk: Desk, first: str
) -> None:
    second = {TEACHER: COLLEAGUE, COLLEAGUE: TEACHER}[first]
    mine = await desk.write(TEACHER, "Tom's own")
    before = {each.id: replace(each, rev=0) for each in await everyone(desk)}
    desk.settle(same=((email(TEACHER), email(COLLEAGUE)),))
    for who in (first, second):
        await desk.dispatch.met(known(who))
    for who in (first, second):
        await desk.ask(who, "posts")
    joined = await person_of(desk, TEACHER)
    assert (len(joined.accounts), joined.uses) == (2, str(identity(second)))
    desk.settle(same=())
    for who in (second, first):
        await desk.dispatch.met(known(who))
    assert {each.id: replace(each, rev=0) for each in await everyone(desk)} == before
    refused = await desk.ask(COLLEAGUE, "post.withdraw", mine)
    assert isinstance(refused, Say)
    assert (await desk.post(mine.id)).state == "waiting"
    async with desk.store.transaction("harbour") as tx:
        subject, _ = await find_subject(Scene(tx, desk.school, desk.now, EXEAT), email(COLLEAGUE))
    assert subject.emails == {email(COLLEAGUE)}


async def test_of_three_who_were_joined_each_has_what_was_theirs_before(desk: Desk) -> None:
    """Also two that were one already, and an account that was met when it was said."""
    desk.settle(same=((email(TEACHER), email(COLLEAGUE), email("third")),))
    await desk.dispatch.met(ON_TEAMS)
    for who in (COLLEAGUE, "third", TEACHER):
        await desk.dispatch.met(known(who))
    assert len((await person_of(desk, "third")).accounts) == 4
    desk.settle(same=())
    await desk.dispatch.met(known(TEACHER))
    assert {str(each.identity) for each in (await person_of(desk, TEACHER)).accounts} == {
        "sandbox:demo:tom",
        "teams:T1:tom",
    }
    for who in (COLLEAGUE, "third"):
        found = await person_of(desk, who)
        assert (found.id, found.ids) == (str(identity(who)), (str(identity(who)),))
        assert [account.identity for account in found.accounts] == [identity(who)]


async def test_what_was_made_under_an_earlier_id_goes_with_whose_it_was(desk: Desk) -> None:
    mine, theirs = await desk.write(TEACHER, "Tom's own"), await desk.write(COLLEAGUE, "Cara's own")
    other = replace(ON_TEAMS, email="")
    desk.settle(staff=("*@harbour.example", "teams:tom"), same=((email(TEACHER), email(COLLEAGUE)),))
    for known_as in (other, known(COLLEAGUE), ON_TEAMS):
        await desk.dispatch.met(known_as)
    desk.settle(same=())
    await desk.dispatch.met(ON_TEAMS)
    for id, whose in ((mine.author, TEACHER), (theirs.author, COLLEAGUE)):
        async with desk.store.transaction("harbour") as tx:
            found = await as_one(tx, id)
        assert found is not None
        assert {account.email for account in found.accounts} == {email(whose)}
    await desk.ask(ON_TEAMS.identity, "post.withdraw", mine)
    assert (await desk.post(mine.id)).state == "withdrawn"


async def test_what_exeat_toml_goes_on_to_say_of_one_of_them_leaves_them_one(desk: Desk) -> None:
    """As after a wedding: the address that it names is nobody's any more."""
    desk.settle(same=((email(TEACHER), "sandbox:cara"),))
    for who in (TEACHER, COLLEAGUE):
        await desk.dispatch.met(known(who))
    await desk.dispatch.met(replace(known(TEACHER), email=email("tom.married")))
    assert len((await person_of(desk, TEACHER)).accounts) == 2


async def test_the_same_key_from_somebody_else_is_something_else(desk: Desk) -> None:
    fields = {"text": "Mine", "account": "page"}
    await desk.ask(TEACHER, "post.new", key="k", fields=fields)
    reply = await desk.ask("cara", "post.new", key="k", fields=fields)
    assert isinstance(reply, Say)
    assert "P-2 is on its way" in reply.card.summary


async def test_meeting_somebody_unchanged_writes_nothing(desk: Desk) -> None:
    before = await everyone(desk)
    async with desk.store.transaction("harbour") as tx:
        await link_up(tx, desk.school, known(TEACHER))
    assert await everyone(desk) == before


async def test_the_account_that_somebody_with_two_last_used_is_kept(desk: Desk) -> None:
    for platform in ("slack", "teams"):
        await desk.dispatch.met(known(TEACHER, platform=platform))
    for platform in ("teams", "slack"):
        await desk.ask(identity(TEACHER, platform), "posts")
        async with desk.store.transaction("harbour") as tx:
            (person,) = await tx.find(Person, key=f"identity:{identity(TEACHER, platform)}")
        assert person.uses == str(identity(TEACHER, platform))
    before = await everyone(desk)
    await desk.ask(identity(TEACHER, "slack"), "posts")
    await desk.ask(COLLEAGUE, "posts")
    await desk.dispatch(Request("greeting", identity(TEACHER, "teams"), "exeat", desk.now, unasked=True))
    assert await everyone(desk) == before


CHAIR = "carol@governors.example"


async def test_an_address_by_which_nobody_was_met_is_nobody(desk: Desk) -> None:
    async with desk.store.transaction("harbour") as tx:
        scene = Scene(tx, desk.school, desk.now, EXEAT)
        assert [person.id for person in await scene.by_refs([CHAIR, email(HEAD)])] == [str(identity(HEAD))]


async def test_nobody_can_pick_or_be_somebody_by_an_address(desk: Desk) -> None:
    carol = Identity("mail", "harbour", CHAIR)
    desk.strangers[carol] = None
    reply = await desk.ask(carol, "posts")
    assert isinstance(reply, Say)
    assert reply.refused
