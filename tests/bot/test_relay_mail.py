"""The relay and e-mail: alerts that chat does not take, whom it goes to, and what cannot be mailed."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.relay.settle import GIVE_UP, MAIL_AFTER
from bot.surface import Ambiguous, Permanent, Transient
from cards.model import Card, Text
from handlers.letters import REGISTRY as LETTERS
from handlers.registry import Registry, merge
from handlers.turn import ALERT, Scene
from policy.people import Person, Role, Standing
from storage.rows import DeadLetter, Errand
from tests.fakes.school import ADMIN, HEAD, TEACHER, email, harbour, identity, known
from tests.fakes.surface import FakeMailer, Fault
from tests.fakes.world import World, open_world
from tests.storage.note import Note

PEOPLE = (HEAD, TEACHER, ADMIN)
CHAIR = "carol@governors.example"
SECOND = timedelta(seconds=1)

notes = Registry()
notes.knows(Note)


@notes.view("note.sure", Note, sure=True)
@notes.view("note", Note)
async def note_view(scene: Scene, note: Note) -> Card | None:
    """The note, unless it is over."""
    return Card(note.id, note.text, (Text(note.text),)) if note.state == "open" else None


REGISTRY = merge([notes, LETTERS])


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = await open_world(tmp_path / "data", PEOPLE, registry=REGISTRY, mailer=FakeMailer())
    yield world
    await world.close()


def mailer(world: World) -> FakeMailer:
    """What the world's relay mails with."""
    assert world.mailer is not None
    return world.mailer


def chat_down(world: World) -> None:
    """From now on no message gets through in the chat."""
    world.surface.every(1, (Fault.BUSY, Fault.BROKEN, Fault.LOST), seed=1)


async def alert(world: World, to: str, *names: str, **more: object) -> None:
    """Alerts about notes of those names."""
    for name in names:
        await world.queue("note", to, await world.put(Note(name, text="Open Exeat")), lane=ALERT, **more)


async def goes_by(world: World, length: timedelta) -> None:
    """Time passes, and the relay works all the while."""
    for _ in range(int(length / SECOND)):
        world.pass_time(SECOND)
        await world.relay.drain()


async def dead(world: World) -> list[DeadLetter]:
    """What was undeliverable, oldest first."""
    return (await world.store.dead_letters("harbour"))[::-1]


async def test_what_is_to_be_mailed_is_mailed_to_all_addresses_and_not_posted(world: World) -> None:
    await alert(world, HEAD, "a", task=Errand.MAIL)
    await world.settle()
    [letter] = mailer(world).mailed
    assert (letter.to, letter.card.title) == ((email(HEAD),), "a")
    assert world.surface.calls == []


async def test_an_alert_that_chat_takes_is_not_mailed(world: World) -> None:
    await alert(world, HEAD, "a")
    world.surface.next("post", Fault.BUSY, Fault.LOST, Fault.ACCEPTED)
    await goes_by(world, MAIL_AFTER * 2)
    assert world.surface.titles(HEAD) == ["a"]
    assert mailer(world).mailed == []


async def test_an_alert_that_chat_does_not_take_for_minutes_is_mailed_once_and_tried_on(world: World) -> None:
    chat_down(world)
    await alert(world, HEAD, "a")
    await goes_by(world, MAIL_AFTER / 4)
    assert mailer(world).mailed == []
    await goes_by(world, MAIL_AFTER)
    assert mailer(world).titles == ["a"]
    await goes_by(world, timedelta(hours=1))
    assert mailer(world).titles == ["a"]
    world.surface.every(0, seed=1)
    await world.settle()
    assert world.surface.titles(HEAD) == ["a"]
    assert mailer(world).titles == ["a"]
    assert await dead(world) == []


@pytest.mark.parametrize("at", [1, 30, 200, 290, 400])
async def test_a_restart_in_between_mails_it_neither_twice_nor_never(world: World, at: int) -> None:
    chat_down(world)
    await alert(world, HEAD, "a")
    await goes_by(world, SECOND * at)
    await world.restart()
    await goes_by(world, MAIL_AFTER * 3)
    assert mailer(world).titles == ["a"]


async def test_alerts_about_other_things_do_not_wait_for_one_that_fails(world: World) -> None:
    chat_down(world)
    await alert(world, HEAD, "a")
    await goes_by(world, MAIL_AFTER * 3)
    await alert(world, HEAD, "b")
    await goes_by(world, MAIL_AFTER * 2)
    assert mailer(world).titles == ["a", "b"]


async def test_an_alert_that_can_never_be_in_the_chat_is_mailed_at_once_and_admins_told(world: World) -> None:
    world.surface.next("post", Fault.REFUSED)
    await alert(world, HEAD, "a")
    await world.relay.drain()
    assert mailer(world).titles == ["a"]
    assert [letter.reason for letter in await dead(world)] == ["gone:channel_not_found"]
    assert world.surface.titles(ADMIN) == ["Messages not delivered"]


async def test_neither_the_log_nor_the_metrics_say_what_an_alert_is_about(world: World) -> None:
    world.surface.next("post", Fault.REFUSED)
    with capture_logs() as logs:
        await alert(world, HEAD, "a")
        await world.settle()
    assert [line["view"] for line in logs if line["event"] == "dead letter"] == ["alert"]
    assert "note" not in str(logs)
    assert set(world.relay.tally) == {"dead", "posted"}


async def test_one_that_was_mailed_already_is_not_mailed_again_when_it_is_given_up(world: World) -> None:
    chat_down(world)
    await alert(world, HEAD, "a")
    await goes_by(world, MAIL_AFTER * 2)
    world.surface.every(1, (Fault.REFUSED,), seed=1)
    await goes_by(world, MAIL_AFTER * 4)
    assert [letter.reason for letter in await dead(world)][:1] == ["gone:channel_not_found"]
    assert mailer(world).titles.count("a") == 1


async def test_what_is_no_alert_is_not_mailed(world: World) -> None:
    chat_down(world)
    await world.queue("note", HEAD, await world.put(Note("a")))
    await goes_by(world, MAIL_AFTER * 2)
    assert mailer(world).mailed == []


async def test_news_of_a_dead_letter_goes_by_mail_to_an_admin_who_has_no_chat(world: World) -> None:
    await alert(world, HEAD, "a", task=Errand.MAIL)
    mailer(world).next.append(Permanent("mail_refused:550"))
    world.surface.next("post", Fault.REFUSED)
    await world.settle()
    [letter] = mailer(world).mailed
    assert (letter.to, letter.card.title) == ((email(ADMIN),), "Messages not delivered")
    assert "the mail server refuses their address" in str(letter.card)


async def test_what_is_over_is_not_mailed(world: World) -> None:
    await alert(world, HEAD, "a", task=Errand.MAIL)
    await world.put((await world.get(Note("a"))).but(state="over"))
    await world.settle()
    assert mailer(world).mailed == []
    assert await dead(world) == []


async def test_mail_may_come_twice_under_one_name_and_never_not_at_all(world: World) -> None:
    await alert(world, HEAD, "a", task=Errand.MAIL)
    mailer(world).next.extend([Transient("mail_unreachable"), Ambiguous()])
    await world.settle()
    assert mailer(world).titles == ["a", "a"]
    assert len({letter.mark for letter in mailer(world).mailed}) == 1


async def test_mail_is_given_up_after_a_day_and_admins_told(world: World) -> None:
    age, attempts = GIVE_UP
    await alert(world, HEAD, "a", task=Errand.MAIL)
    mailer(world).next.extend([Transient("mail_login:535")] * 1000)
    for _ in range(attempts + 1):
        await world.relay.drain()
        world.pass_time(timedelta(minutes=11))
    assert world.relay.failing["mail"] == 0.0
    world.pass_time(age)
    await world.relay.drain()
    assert [letter.reason for letter in await dead(world)] == ["given_up_mail:mail_login:535"]
    assert "the mail server did not take it" in str(world.surface.messages(ADMIN)[0].card)


async def test_without_a_mail_server_it_is_a_dead_letter_and_admins_are_told(tmp_path: Path) -> None:
    world = await open_world(tmp_path, PEOPLE, registry=REGISTRY)
    await alert(world, HEAD, "a", task=Errand.MAIL)
    await world.settle()
    assert [letter.reason for letter in await dead(world)] == ["no_mail"]
    assert "no mail server is set up" in str(world.surface.messages(ADMIN)[0].card)
    world.surface.next("post", Fault.REFUSED)
    await alert(world, HEAD, "b")
    await world.settle()
    assert [letter.reason for letter in await dead(world)] == ["no_mail", "gone:channel_not_found"]
    await world.close()


async def test_somebody_who_has_left_gets_nothing_at_any_address(world: World) -> None:
    await world.dispatch.met(known(HEAD, Standing.DEACTIVATED))
    await alert(world, HEAD, "a", task=Errand.MAIL)
    await world.settle()
    assert mailer(world).mailed == []
    assert [letter.reason for letter in await dead(world)] == ["no_address"]


async def test_the_address_of_an_account_that_has_left_gets_nothing(world: World) -> None:
    roster = harbour().roster
    same = ((CHAIR, "slack:carol", "teams:carol"),)
    world.school = replace(
        harbour(), roster=replace(roster, roles=(*roster.roles, (Role.CHAIR, (CHAIR,))), same=same)
    )
    world.connect()
    slack, teams = known("carol", platform="slack"), known("carol", platform="teams")
    await world.dispatch.met(replace(slack, email="carol@school.example"))
    await world.dispatch.met(replace(teams, email="carol@trust.example"))
    await world.dispatch.met(replace(teams, email="carol@trust.example", standing=Standing.DEACTIVATED))
    await alert(world, str(slack.identity), "a", task=Errand.MAIL)
    await world.settle()
    assert [letter.to for letter in mailer(world).mailed] == [(CHAIR, "carol@school.example")]


async def test_what_is_for_known_accounts_goes_to_none_that_the_configuration_joins(world: World) -> None:
    """Though it was the one last used, and whatever else goes there."""
    world.school = replace(harbour(), roster=replace(harbour().roster, same=((email(TEACHER), email("mallory")),)))
    world.connect()
    await world.dispatch.met(known("mallory"))
    async with world.store.transaction("harbour") as tx:
        (teacher,) = await tx.find(Person, key=f"identity:{identity(TEACHER)}")
        tx.put(replace(teacher, uses=str(identity("mallory"))))
    for view, name in (("note", "any"), ("note.sure", "sure")):
        await world.queue(view, TEACHER, await world.put(Note(name, text="Open Exeat")), lane=ALERT)
        await world.queue(
            view, TEACHER, await world.put(Note(f"{name}, mailed", text="x")), lane=ALERT, task=Errand.MAIL
        )
    await world.settle()
    assert (world.surface.titles("mallory"), world.surface.titles(TEACHER)) == (["any"], ["sure"])
    assert [letter.to for letter in mailer(world).mailed] == [(email("mallory"), email(TEACHER)), (email(TEACHER),)]


async def test_an_alert_is_mailed_to_no_address_that_is_only_configured(world: World) -> None:
    world.school = replace(harbour(), roster=replace(harbour().roster, same=((email(TEACHER), "spy@x.example"),)))
    world.connect()
    await alert(world, TEACHER, "a", task=Errand.MAIL)
    await world.queue("note", TEACHER, await world.put(Note("b", text="x")), task=Errand.MAIL)
    await world.settle()
    assert sorted(letter.to for letter in mailer(world).mailed) == [
        ("spy@x.example", email(TEACHER)),
        (email(TEACHER),),
    ]
