"""Words written to Exeat on Teams: commands, mentions, files and greetings, answered in people's own chats only."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.teams.answers import ADD_ME, POINTER
from bot.teams.translate import MOST_FILES, said, typed
from cards.model import Card, FileRef, Picture
from handlers.entries import FILES
from handlers.needs import staff
from handlers.registry import Registry
from handlers.request import Reply, Say
from handlers.turn import Turn
from policy.people import Known, Person, Standing
from tests.fakes.school import HEAD, MONDAY, TEACHER, email
from tests.fakes.teams import Fault, Message, Outcome
from tests.fakes.teams_desk import TeamsDesk, teams_desk

COMMANDS = frozenset({"draftpost", "posts", "exeat"})


def album(registry: Registry) -> None:
    """A command that shows a picture."""

    @registry.command("album", needs=staff, summary="A picture")
    async def command(turn: Turn) -> Reply:
        return Say(Card("Album", "Album", (Picture("0" * 64, "The hall in spring"),)))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[TeamsDesk]:
    async with teams_desk(tmp_path / "data", also=album) as desk:
        yield desk


async def since(desk: TeamsDesk, outcome: Outcome) -> list[Message]:
    """What Exeat has written to the person since, once it has written all it will."""
    await desk.edge.close()
    return outcome.messages


@pytest.mark.parametrize("words", ["posts", "/posts", "POSTS", "  /Posts \n", "<at>Exeat</at> posts"])
async def test_a_command_is_known_with_and_without_its_slash(desk: TeamsDesk, words: str) -> None:
    activity = desk.teams.activity(TEACHER, text=words)
    mentioned = {"id": desk.teams.bot_id, "name": "Exeat"}
    activity["entities"].append({"type": "mention", "text": "<at>Exeat</at>", "mentioned": mentioned})
    before = len(desk.teams.inbox(TEACHER))
    answer = await desk.teams.deliver(activity)
    assert (answer.status, answer.body) == (200, "")
    await desk.edge.close()
    [told] = desk.teams.inbox(TEACHER)[before:]
    assert "Posts" in told.shown_text()


@pytest.mark.parametrize("words", ["hello there", "postscript", "//posts", "?", "draft post", ""])
async def test_anything_else_is_a_cry_for_help(desk: TeamsDesk, words: str) -> None:
    [told] = await since(desk, await desk.teams.message(TEACHER, words))
    assert "/draftpost" in told.shown_text()


@pytest.mark.parametrize(
    ("sent", "typed_by_them"),
    [
        ("fish &amp; chips &lt;b&gt;", "fish & chips <b>"),
        ("<at>Exeat</at>&nbsp;posts", "posts"),
        ("<at>Exeat</at> posts <at>Exeat</at>", "posts"),
        ("posts by <at>Helen &amp; Dev</at>", "posts by @Helen & Dev"),
        ("&lt;at&gt;Exeat&lt;/at&gt; posts", "<at>Exeat</at> posts"),
        ("one\r\ntwo&#39;s", "one\ntwo's"),
        ("&amp;lt; stays", "&lt; stays"),
        ("a &nbsp; b", "a   b"),
    ],
)
def test_what_teams_escapes_comes_back_as_it_was_typed(sent: str, typed_by_them: str) -> None:
    bot, helen = {"id": "28:bot", "name": "Exeat"}, {"id": "29:helen", "name": "Helen & Dev"}
    entities = [
        {"type": "mention", "text": "<at>Exeat</at>", "mentioned": bot},
        {"type": "mention", "text": "<at>Helen &amp; Dev</at>", "mentioned": helen},
    ]
    assert typed({"text": sent, "recipient": bot, "entities": entities})[0] == typed_by_them


@pytest.mark.parametrize(
    "entities",
    [[None], ["x"], [{"type": "mention"}], [{"type": "mention", "mentioned": "28:bot", "text": 7}], [{"type": []}]],
    ids=str,
)
def test_garbled_mentions_are_no_mention(entities: list[Any]) -> None:
    activity = {"text": "posts", "recipient": {"id": "28:bot"}, "entities": entities}
    assert typed(activity) == ("posts", False)


async def test_a_message_delivered_again_is_answered_again_and_has_no_second_effect(desk: TeamsDesk) -> None:
    sent = await desk.teams.send_file(TEACHER, b"not looked at yet", "a.jpg")
    await desk.teams.again(sent)
    first, second = await since(desk, sent)
    assert len(await desk.posts()) == 1
    assert "P-1" in first.shown_text()
    assert "P-1" in second.shown_text()


def attachment(kind: object, **more: object) -> dict[str, Any]:
    return {"contentType": kind, **more}


DOWNLOAD = "application/vnd.microsoft.teams.file.download.info"


def request(desk: TeamsDesk, text: str, *attachments: object, channel: str | None = None) -> Any:
    """A message with attachments, as a request."""
    activity = desk.teams.activity(TEACHER, channel=channel, text=text, attachments=list(attachments))
    return said(activity, desk.identity(TEACHER), MONDAY, COMMANDS)


async def test_files_alone_go_to_whoever_takes_files_and_with_a_command_along_with_it(desk: TeamsDesk) -> None:
    file = attachment(DOWNLOAD, name="a.jpg", content={"downloadUrl": "https://x.sharepoint.com/a"})
    pasted = attachment("image/*", contentUrl="https://smba.trafficmanager.net/uk/v3/attachments/1")
    words = attachment("text/html", content="<p>posts</p>", contentUrl="https://evil.example/")
    found = {
        "file_1": FileRef("teams", "https://x.sharepoint.com/a", "a.jpg"),
        "file_2": FileRef("teams", "https://smba.trafficmanager.net/uk/v3/attachments/1"),
    }
    alone = request(desk, "", file, words, pasted)
    assert (alone.verb, alone.text, alone.fields, alone.attaches) == (FILES, "", found, False)
    described = request(desk, "the hall &amp; stage", file, pasted)
    assert (described.verb, described.text, described.fields) == (FILES, "the hall & stage", found)
    along = request(desk, "/draftpost Look", file, pasted)
    assert (along.verb, along.text, along.fields) == ("draftpost", "Look", found)
    assert request(desk, "posts", words).fields == {}
    assert request(desk, "draftpost Look", file, channel="staffroom").fields == {}


@pytest.mark.parametrize(
    "odd",
    [
        None,
        "x",
        {},
        attachment(7, contentUrl="https://x.example"),
        attachment("image/png"),
        attachment("image/png", contentUrl=7),
        attachment(DOWNLOAD),
        attachment(DOWNLOAD, content="x"),
        attachment(DOWNLOAD, content={"downloadUrl": ["x"]}),
        attachment("application/vnd.microsoft.card.adaptive", content={}),
    ],
    ids=str,
)
async def test_what_is_no_file_is_not_taken_for_one(desk: TeamsDesk, odd: object) -> None:
    asked = request(desk, "hello", odd)
    assert (asked.verb, asked.text) == ("exeat", "hello")


async def test_of_very_many_files_the_first_are_taken(desk: TeamsDesk) -> None:
    many = [attachment("image/png", contentUrl=f"https://x.example/{n}") for n in range(50)]
    assert len(request(desk, "", *many).fields) == MOST_FILES


async def test_a_mention_in_a_channel_is_answered_in_the_persons_own_chat(desk: TeamsDesk) -> None:
    asked = await desk.teams.message(TEACHER, "posts", channel="staffroom")
    [told] = await since(desk, asked)
    assert "Posts" in told.shown_text()
    [pointer] = desk.teams.channel("staffroom")
    assert (pointer.text, pointer.card) == (POINTER, {})
    form = await (await desk.teams.message(TEACHER, "draftpost Secret words", channel="staffroom")).answered()
    assert form.value("text") == "Secret words"
    await desk.edge.close()
    assert [each.text for each in desk.teams.channel("staffroom")] == [POINTER, POINTER]


async def test_a_concern_in_a_channel_is_not_taken_and_nothing_of_it_is_said_there(desk: TeamsDesk) -> None:
    for command in ("concern", "/reportabuse"):
        asked = await desk.teams.message(TEACHER, f"{command} Mr Quokka shouts", channel="staffroom")
        [told] = await since(desk, asked)
        assert "Please delete what you wrote after the command." in told.shown_text()
        assert "Quokka" not in told.shown_text()
        assert told.buttons() == ["Open"]
        [bare] = await since(desk, await desk.teams.message(TEACHER, command, channel="staffroom"))
        assert (bare.buttons(), "concern" in bare.shown_text()) == (["Open"], False)
    await desk.edge.close()
    assert [each.text for each in desk.teams.channel("staffroom")] == [POINTER] * 4


async def test_in_a_group_chat_it_is_the_same(desk: TeamsDesk) -> None:
    desk.teams.add_channel("trip", group=True)
    [told] = await since(desk, await desk.teams.message(TEACHER, "posts", channel="trip"))
    assert "Posts" in told.shown_text()
    assert [each.text for each in desk.teams.channel("trip")] == [POINTER]


async def test_somebody_who_has_not_written_before_gets_a_chat_of_their_own(desk: TeamsDesk) -> None:
    desk.teams.add_user("nina", "Nina", "nina@harbour.example").installed = True
    asked = await desk.teams.message("nina", "posts", channel="staffroom")
    [told] = await since(desk, asked)
    assert "Posts" in told.shown_text()
    address = desk.surface.addresses.get(desk.identity("nina"))
    assert address is not None
    assert (address.conversation, address.open) == (desk.teams.conversation("nina"), True)


async def test_somebody_who_cannot_be_answered_alone_is_told_how(desk: TeamsDesk) -> None:
    desk.teams.add_user("nina", "Nina", "nina@harbour.example")
    await desk.teams.message("nina", "draftpost Secret words", channel="staffroom")
    await desk.teams.uninstall(HEAD)
    await desk.teams.message(HEAD, "posts", channel="staffroom")
    desk.teams.block(TEACHER)
    await desk.teams.message(TEACHER, "posts", channel="staffroom")
    await desk.edge.close()
    assert [each.text for each in desk.teams.channel("staffroom")] == [ADD_ME] * 3


async def test_a_chat_that_cannot_be_opened_in_time_is_not_waited_for(desk: TeamsDesk) -> None:
    desk.teams.add_user("nina", "Nina", "nina@harbour.example").installed = True
    for trouble in (Fault.BAD_GATEWAY, Fault.RATE_LIMIT(1), Fault.API_ERROR(403, "ForbiddenOperationException")):
        desk.teams.faults.next("open_conversation", trouble, times=3)
        assert (await desk.teams.message("nina", "posts", channel="staffroom")).status == 200
        desk.teams.faults.none()
        await desk.edge.close()
    assert [each.text for each in desk.teams.channel("staffroom")] == [ADD_ME] * 3


async def test_what_is_written_in_a_channel_without_a_mention_is_not_exeats(desk: TeamsDesk) -> None:
    activity = desk.teams.activity(TEACHER, channel="staffroom", text="posts")
    assert (await desk.teams.deliver(activity)).status == 200
    value = desk.teams.activity(TEACHER, channel="staffroom", text="<at>Dev</at> posts")
    value["entities"].append({"type": "mention", "text": "<at>Dev</at>", "mentioned": {"id": "29:dev"}})
    assert (await desk.teams.deliver(value)).status == 200
    await desk.edge.close()
    assert desk.teams.channel("staffroom") == []


async def test_whoever_adds_exeat_is_greeted_once(desk: TeamsDesk) -> None:
    desk.teams.add_user("nina", "Nina", "nina@harbour.example")
    await desk.teams.install("nina")
    await desk.edge.close()
    [greeting] = desk.teams.inbox("nina")
    assert "/draftpost" in greeting.shown_text()
    await desk.teams.install("nina")
    await desk.edge.close()
    assert len(desk.teams.inbox("nina")) == 1
    await desk.teams.uninstall("nina")
    address = desk.surface.addresses.get(desk.identity("nina"))
    assert address is not None
    assert not address.open
    await desk.teams.install("nina")
    await desk.edge.close()
    assert len(desk.teams.inbox("nina")) == 2


async def test_both_notes_of_one_addition_at_the_same_moment_greet_once(desk: TeamsDesk) -> None:
    desk.teams.add_user("nina", "Nina", "nina@harbour.example").installed = True
    notes = [
        desk.teams.activity("nina", "installationUpdate", action="add"),
        desk.teams.activity("nina", "conversationUpdate", membersAdded=[{"id": desk.teams.bot_id}]),
    ]
    await asyncio.gather(*map(desk.teams.deliver, notes))
    await desk.edge.close()
    assert len(desk.teams.inbox("nina")) == 1


async def test_adding_exeat_to_a_team_greets_nobody(desk: TeamsDesk) -> None:
    for activity in (
        desk.teams.activity(TEACHER, "installationUpdate", channel="staffroom", action="add"),
        desk.teams.activity(
            TEACHER, "conversationUpdate", channel="staffroom", membersAdded=[{"id": desk.teams.bot_id}]
        ),
        desk.teams.activity(TEACHER, "installationUpdate", channel="staffroom", action="remove"),
    ):
        assert (await desk.teams.deliver(activity)).status == 200
    await desk.edge.close()
    assert desk.teams.channel("staffroom") == []
    address = desk.surface.addresses.get(desk.identity(TEACHER))
    assert address is not None
    assert address.open


STRANGERS: dict[str, dict[str, Any]] = {
    "a pupil": {"email": "pupil@pupils.harbour.example"},
    "a guest": {"email": "guest@harbour.example", "guest": True},
    "somebody blocked": {"email": "blocked@harbour.example"},
}


@pytest.mark.parametrize("who", STRANGERS)
async def test_whoever_is_not_staff_is_refused_kindly_and_not_greeted(desk: TeamsDesk, who: str) -> None:
    desk.teams.add_user("xan", "Xan", **STRANGERS[who])
    await desk.teams.install("xan")
    await desk.edge.close()
    assert desk.teams.inbox("xan") == []
    for words in ("draftpost We won", "exeat", "hello"):
        [told] = await since(desk, await desk.teams.message("xan", words))
        assert "own staff" in told.shown_text() or "blocked" in told.shown_text()
        assert told.fields() == []
    await desk.teams.message("xan", "posts", channel="staffroom")
    await desk.edge.close()
    assert [each.text for each in desk.teams.channel("staffroom")] == [POINTER]
    assert await desk.posts() == []


async def test_somebody_whom_teams_does_not_know_is_refused_kindly(desk: TeamsDesk) -> None:
    desk.teams.add_user("xan", "Xan", "xan@harbour.example")
    desk.teams.faults.next("member", Fault.API_ERROR(404, "MemberNotFoundInConversation"), times=4)
    [told] = await since(desk, await desk.teams.message("xan", "posts"))
    assert "could not find out who you are" in told.shown_text()


async def test_somebody_who_has_become_a_guest_is_known_as_one(desk: TeamsDesk) -> None:
    await desk.dispatch.met(Known(desk.identity(TEACHER), "Tom", email(TEACHER), Standing.GUEST))
    [told] = await since(desk, await desk.teams.message(TEACHER, "posts"))
    assert "own staff" in told.shown_text()
    async with desk.store.transaction("harbour") as tx:
        found = await tx.find(Person, key=f"identity:{desk.identity(TEACHER)}")
    assert found[0].accounts[0].standing is Standing.GUEST


async def test_the_name_and_address_of_a_guest_are_not_kept(desk: TeamsDesk) -> None:
    desk.teams.add_user("xan", "Xan", "xan@harbour.example", guest=True)
    [told] = await since(desk, await desk.teams.message("xan", "posts"))
    assert "own staff" in told.shown_text()
    async with desk.store.transaction("harbour") as tx:
        assert await tx.find(Person, key=f"identity:{desk.identity('xan')}") == []


@pytest.mark.parametrize(
    "change",
    [
        {"from": {"id": "28:other-bot", "aadObjectId": "x"}},
        {"from": {"id": "29:1", "aadObjectId": "x", "role": "bot"}},
        {"from": {"id": "29:1"}},
        {"from": {"id": "29:1", "aadObjectId": None}},
        {"from": {"id": "29:1", "aadObjectId": ["x"]}},
        {"from": {"id": "29:1", "aadObjectId": "../x:y"}},
        {"from": {"id": "29:1", "aadObjectId": "x" * 65}},
        {"type": "messageUpdate"},
        {"type": "messageDelete"},
        {"type": "messageReaction"},
        {"type": "typing"},
        {"type": "event"},
        {"type": "conversationUpdate", "membersAdded": [{"id": "29:x"}, None, "x"]},
        {"type": "conversationUpdate", "channelData": {"eventType": "teamRenamed"}},
        {"type": "installationUpdate", "action": "x"},
        {"type": "installationUpdate", "action": "add-upgrade"},
        {"type": "installationUpdate", "action": "remove-upgrade"},
        {"type": "something new"},
    ],
    ids=str,
)
async def test_what_is_no_persons_new_message_is_not_answered(desk: TeamsDesk, change: dict[str, Any]) -> None:
    activity = desk.teams.activity(TEACHER, text="posts")
    if "channelData" in change:
        change = {**change, "channelData": {**activity["channelData"], **change["channelData"]}}
    calls = len(desk.teams.calls)
    answer = await desk.teams.deliver({**activity, **change})
    assert (answer.status, answer.body) == (200, "")
    await desk.edge.close()
    assert len(desk.teams.calls) == calls
    address = desk.surface.addresses.get(desk.identity(TEACHER))
    assert address is not None
    assert address.open


async def test_every_personal_activity_teaches_where_somebody_is_reached(desk: TeamsDesk) -> None:
    desk.teams.add_user("nina", "Nina", "nina@harbour.example")
    assert desk.surface.addresses.get(desk.identity("nina")) is None
    activity = desk.teams.activity("nina", "typing")
    await desk.teams.deliver(activity)
    address = desk.surface.addresses.get(desk.identity("nina"))
    assert address is not None
    assert (address.service, address.conversation) == (desk.teams.url, desk.teams.conversation("nina"))
    assert (address.member, address.bot) == (desk.teams.users["nina"].id, desk.teams.bot_id)
    before = address.rev
    await desk.teams.deliver(activity)
    known = desk.surface.addresses.get(desk.identity("nina"))
    assert known is not None
    assert known.rev == before, "what is known is not written again"


async def test_an_answer_whose_picture_cannot_be_had_comes_without_it(desk: TeamsDesk) -> None:
    [told] = await since(desk, await desk.teams.message(TEACHER, "album"))
    assert "The hall in spring" in told.shown_text()
