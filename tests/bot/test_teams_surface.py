"""The Teams surface against the stand-in: posting, redrawing, pictures, files, people, and every trouble."""

import asyncio
import io
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog
from PIL import Image

from bot.pictures.cleaning import clean
from bot.surface import Ambiguous, Gone, Permanent, Posted, Transient
from bot.teams.addresses import Addresses
from bot.teams.connector import Connector
from bot.teams.errors import Outage
from bot.teams.surface import AT_ONCE, TeamsSurface, known
from cards.model import Button, Card, FileRef, Form, Picture, Text, TextField
from cards.teams import form_card
from policy.address import Address
from policy.people import Identity, Known, Person, Standing, meet
from storage.contract import Unavailable
from storage.tiny import TinyStore, open_tiny
from tests.fakes.school import MONDAY, harbour
from tests.fakes.teams import FakeTeams, Fault, Trouble

CARD = Card("P-1", "P-1 waits", (Text("Waiting."),), (Button("Approve", "post.approve"),))
SHA = "a" * 64
SHOWN = Card("P-1", "P-1 waits", (Picture(SHA, "A boat", "From the trip"),))


def picture_bytes() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (900, 600), (20, 90, 160)).save(out, "PNG")
    return clean(out.getvalue()).data


BOAT = picture_bytes()


@pytest.fixture
async def teams() -> AsyncIterator[FakeTeams]:
    async with FakeTeams() as teams:
        for name, display in (("tom", "Tom Teacher"), ("ann", "Ann Other")):
            teams.add_user(name, display, f"{name.title()}@Harbour.example").installed = True
        yield teams


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[TinyStore]:
    store = await open_tiny(tmp_path / "data")
    yield store
    await store.close()


@pytest.fixture
async def surface(teams: FakeTeams, store: TinyStore) -> AsyncIterator[TeamsSurface]:
    surface = made(teams, store)
    for name in ("tom", "ann"):
        await surface.addresses.learn(address(teams, name))
    yield surface
    await surface.close()


def made(
    teams: FakeTeams, store: TinyStore, link: Callable[[str], str] | None = None, seconds: float = 0.5
) -> TeamsSurface:
    async def picture(sha: str) -> bytes:
        return {SHA: BOAT}[sha]

    connector = Connector(teams.app_id, teams.password, teams.tenant, login=teams.login_url, seconds=seconds)
    addresses = Addresses(store, "harbour", lambda: MONDAY)
    return TeamsSurface(connector, addresses, tenant=teams.tenant, school=harbour(), picture=picture, link=link)


def who(teams: FakeTeams, name: str = "tom") -> Identity:
    return Identity("teams", teams.tenant, teams.object_id(name))


def address(teams: FakeTeams, name: str = "tom") -> Address:
    user = teams.users[name]
    return Address(str(who(teams, name)), "harbour", teams.url, user.conversation, user.id, teams.bot_id, MONDAY)


def person(teams: FakeTeams, name: str = "tom") -> Person:
    return meet(Known(who(teams, name), name.title(), ""), "harbour")


def is_open(surface: TeamsSurface, identity: Identity) -> bool:
    found = surface.addresses.get(identity)
    return found is not None and found.open


def called(teams: FakeTeams, method: str) -> int:
    return [call.method for call in teams.calls].count(method)


async def test_a_card_is_posted_in_the_persons_own_conversation(teams: FakeTeams, surface: TeamsSurface) -> None:
    posted = await surface.post(who(teams), CARD, "7", {})
    [message] = teams.inbox("tom")
    assert posted == Posted(message.conversation, message.id)
    assert (message.summary, message.text, message.buttons()) == ("P-1 waits", "", ["Approve"])
    assert "Waiting." in message.shown_text()
    assert teams.inbox("ann") == []
    assert teams.warnings == []
    assert (surface.school, surface.zone.key, surface.tenant) == ("harbour", "Europe/London", teams.tenant)


async def test_teams_cannot_look_for_a_message(teams: FakeTeams, surface: TeamsSurface) -> None:
    await surface.post(who(teams), CARD, "7", {})
    assert await surface.find(who(teams), "7") is None


async def test_a_form_is_put_before_somebody(teams: FakeTeams, surface: TeamsSurface) -> None:
    form = Form("post.send", "Write a post", (TextField("text", "Text", required=True),))
    content = form_card(form, school="harbour", nonce="ab" * 16, zone=surface.zone)
    posted = await surface.ask(address(teams), content, "Write a post")
    [message] = teams.inbox("tom")
    assert (message.id, message.summary, message.fields()) == (posted.message, "Write a post", ["Text"])
    told = await surface.tell(address(teams), CARD)
    assert teams.inbox("tom")[1].id == told.message


async def test_a_redrawn_message_shows_the_new_card(teams: FakeTeams, surface: TeamsSurface) -> None:
    posted = await surface.post(who(teams), CARD, "7", {})
    assert await surface.redraw(posted, Card("P-1", "P-1 is approved", (Text("Approved."),))) == posted
    [message] = teams.inbox("tom")
    assert (message.summary, message.buttons(), message.edits) == ("P-1 is approved", [], 1)
    assert "Approved." in message.shown_text()


async def test_a_message_that_was_deleted_is_gone(teams: FakeTeams, surface: TeamsSurface) -> None:
    posted = await surface.post(who(teams), CARD, "7", {})
    teams.inbox("tom")[0].deleted = True
    for at in (posted, Posted("a:nowhere", posted.message), Posted(posted.conversation, "")):
        with pytest.raises(Gone):
            await surface.redraw(at, CARD)


async def test_a_picture_is_shown_small_with_a_link_to_it_whole(teams: FakeTeams, store: TinyStore) -> None:
    surface = made(teams, store, link=lambda sha: f"https://exeat.harbour.example/pictures/{sha[:8]}")
    await surface.addresses.learn(address(teams))
    posted = await surface.post(who(teams), SHOWN, "7", {})
    drawn = str(teams.inbox("tom")[0].card)
    assert "data:image/jpeg;base64," in drawn
    assert "https://exeat.harbour.example/pictures/aaaaaaaa" in drawn
    assert "A boat" in drawn
    assert posted.files == ()
    await surface.redraw(posted, SHOWN)
    form = Form("post.edit", "Edit", (Picture(SHA, "A boat"), Picture(SHA, "A boat")))
    found = await surface.pictures(form)
    assert list(found.thumbnails) == list(found.links) == [SHA]
    assert len(found.thumbnails[SHA]) < 12_500
    await surface.close()


async def test_without_a_public_address_there_are_no_links(teams: FakeTeams, surface: TeamsSurface) -> None:
    assert (await surface.pictures(SHOWN)).links == {}
    assert (await surface.pictures(CARD)).thumbnails == {}


@pytest.mark.parametrize("name", ["nobody", "other tenant", "sandbox", "closed"])
async def test_nobody_is_written_to_who_has_not_added_exeat(
    teams: FakeTeams, surface: TeamsSurface, name: str
) -> None:
    to = {
        "nobody": who(teams, "nobody"),
        "other tenant": replace(who(teams), tenant="t-other"),
        "sandbox": replace(who(teams), platform="sandbox"),
        "closed": who(teams),
    }[name]
    await surface.addresses.close(who(teams))
    with pytest.raises(Permanent, match="not_installed"):
        await surface.post(to, CARD, "7", {})
    assert teams.calls == []


async def test_an_exeat_that_was_blocked_stops_writing_until_it_is_heard_from(
    teams: FakeTeams, surface: TeamsSurface
) -> None:
    teams.block("tom")
    with pytest.raises(Permanent, match="MessageWritesBlocked"):
        await surface.post(who(teams), CARD, "7", {})
    assert not is_open(surface, who(teams))
    assert is_open(surface, who(teams, "ann"))
    with pytest.raises(Permanent, match="not_installed"):
        await surface.post(who(teams), CARD, "7", {})
    assert called(teams, "send") == 1
    teams.unblock("tom")
    await surface.addresses.learn(address(teams))
    await surface.post(who(teams), CARD, "8", {})
    assert len(teams.inbox("tom")) == 1


@pytest.mark.parametrize(
    ("status", "code", "open"),
    [
        (403, "BotNotInConversationRoster", False),
        (403, "ConversationBlockedByUser", False),
        (403, "ForbiddenOperationException", False),
        (404, "ConversationNotFound", False),
        (403, "BotDisabledByAdmin", True),
        (403, "InvalidBotApiHost", True),
        (413, "MessageSizeTooBig", True),
        (400, "BadArgument", True),
    ],
)
async def test_only_what_is_about_the_conversation_closes_it(
    teams: FakeTeams, surface: TeamsSurface, status: int, code: str, open: bool
) -> None:
    teams.faults.next("send", Fault.API_ERROR(status, code))
    with pytest.raises(Permanent) as told:
        await surface.post(who(teams), CARD, "7", {})
    assert told.value.code == code
    assert is_open(surface, who(teams)) is open
    assert surface.outage == ""


async def test_an_old_conversation_that_is_refused_does_not_close_the_new_one(
    teams: FakeTeams, surface: TeamsSurface
) -> None:
    with pytest.raises(Permanent, match="ConversationNotFound"):
        await surface.tell(replace(address(teams), conversation="a:old"), CARD)
    assert is_open(surface, who(teams))


async def test_a_refusal_on_its_way_does_not_close_the_address_of_somebody_who_is_back(
    teams: FakeTeams, surface: TeamsSurface, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = surface.connector.send

    async def late(*call: Any) -> str:
        try:
            return await send(*call)
        finally:
            surface.addresses.note(address(teams))

    monkeypatch.setattr(surface.connector, "send", late)
    teams.block("tom")
    with pytest.raises(Permanent, match="MessageWritesBlocked"):
        await surface.post(who(teams), CARD, "7", {})
    assert is_open(surface, who(teams))


async def test_what_stands_where_exeat_was_removed_is_gone(teams: FakeTeams, surface: TeamsSurface) -> None:
    posted = await surface.post(who(teams), CARD, "7", {})
    teams.users["tom"].removed = True
    with pytest.raises(Gone):
        await surface.redraw(posted, CARD)
    assert not is_open(surface, who(teams))
    with pytest.raises(Gone):
        await surface.redraw(posted, CARD)
    assert called(teams, "update") == 1


async def test_a_refusal_is_told_also_when_it_cannot_be_kept(teams: FakeTeams, surface: TeamsSurface) -> None:
    class Full:
        def transaction(self, school: str) -> None:
            raise Unavailable("the disk is full")

    surface.addresses._store = Full()  # type: ignore[assignment]
    teams.block("tom")
    with pytest.raises(Permanent, match="MessageWritesBlocked"):
        await surface.post(who(teams), CARD, "7", {})


UNSURE = [Fault.ERROR_500, Fault.BAD_GATEWAY, Fault.UNAVAILABLE, Fault.GATEWAY_TIMEOUT, Fault.DROP]
UNSURE.append(Fault.ACCEPT_THEN_DROP)


@pytest.mark.parametrize("trouble", UNSURE, ids=lambda t: t.kind)
async def test_a_post_that_may_have_arrived_is_ambiguous_and_never_repeated(
    teams: FakeTeams, surface: TeamsSurface, trouble: Trouble
) -> None:
    teams.faults.next("send", trouble)
    with pytest.raises(Ambiguous):
        await surface.post(who(teams), CARD, "7", {})
    assert called(teams, "send") == 1
    assert (len(teams.inbox("tom")) == 1) == trouble.acts
    assert is_open(surface, who(teams))


async def test_a_post_without_an_answer_in_time_is_ambiguous(teams: FakeTeams, surface: TeamsSurface) -> None:
    gate = asyncio.Event()
    teams.faults.next("send", Fault.LATE(gate))
    with pytest.raises(Ambiguous):
        await surface.post(who(teams), CARD, "7", {})
    gate.set()
    assert len(teams.inbox("tom")) == 1


@pytest.mark.parametrize("trouble", [*UNSURE, Fault.PRECONDITION], ids=lambda t: t.kind)
async def test_a_redraw_may_simply_be_tried_again(teams: FakeTeams, surface: TeamsSurface, trouble: Trouble) -> None:
    posted = await surface.post(who(teams), CARD, "7", {})
    teams.faults.next("update", trouble, times=2)
    with pytest.raises(Transient):
        await surface.redraw(posted, CARD)
    teams.faults.none()
    await surface.redraw(posted, CARD)


async def test_teams_says_how_long_to_wait(teams: FakeTeams, surface: TeamsSurface) -> None:
    teams.faults.next("send", Fault.RATE_LIMIT(37))
    with pytest.raises(Transient) as told:
        await surface.post(who(teams), CARD, "7", {})
    assert (told.value.code, told.value.seconds) == ("Throttled", 37)
    teams.faults.next("send", Fault.RATE_LIMIT(None))
    with pytest.raises(Transient) as told:
        await surface.post(who(teams), CARD, "7", {})
    assert told.value.seconds is None
    assert teams.inbox("tom") == []


async def test_an_unreachable_teams_surely_got_nothing(teams: FakeTeams, surface: TeamsSurface) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/uk/"
    await surface.addresses.learn(replace(address(teams), service=nobody))
    with pytest.raises(Transient, match="unreachable"):
        await surface.post(who(teams), CARD, "7", {})


async def test_when_the_secret_is_refused_everything_waits_and_it_is_known(
    teams: FakeTeams, surface: TeamsSurface
) -> None:
    teams.login_rejects = True
    with structlog.testing.capture_logs() as logs:
        for _ in range(2):
            with pytest.raises(Outage, match="invalid_client"):
                await surface.post(who(teams), CARD, "7", {})
    assert surface.outage == "invalid_client"
    assert [log["event"] for log in logs] == ["teams refuses the app"]
    assert teams.password not in str(logs)
    assert called(teams, "send") == 0
    teams.login_rejects = False
    await surface.post(who(teams), CARD, "7", {})
    assert surface.outage == ""


async def test_a_token_that_teams_no_longer_takes_is_fetched_again(teams: FakeTeams, surface: TeamsSurface) -> None:
    await surface.post(who(teams), CARD, "7", {})
    teams.expire_tokens()
    await surface.post(who(teams), CARD, "8", {})
    assert (len(teams.inbox("tom")), teams.token_fetches) == (2, 2)
    teams.faults.next("send", Fault.UNAUTHORIZED, times=2)
    with pytest.raises(Outage):
        await surface.post(who(teams), CARD, "9", {})
    assert surface.outage == "Unauthorized"


async def test_what_somebody_attached_is_downloaded(teams: FakeTeams, surface: TeamsSurface) -> None:
    teams.attached(("a boat.png", b"from OneDrive"))
    teams.attached(b"pasted")
    for upload in teams.uploads:
        found = await surface.download(FileRef("teams", upload.url), person(teams), len(upload.content))
        assert found == upload.content
    assert teams.leaks == []


async def test_a_file_is_refused_that_is_too_large_or_gone_or_whose_sender_is_unknown(
    teams: FakeTeams, surface: TeamsSurface
) -> None:
    teams.attached(("boat.png", b"x" * 300_000))
    [upload] = teams.uploads
    file = FileRef("teams", upload.url)
    for unsized in (False, True):
        upload.unsized = unsized
        with pytest.raises(Permanent, match="file_too_large"):
            await surface.download(file, person(teams), 299_999)
    assert len(await surface.download(file, person(teams), 300_000)) == 300_000
    with pytest.raises(Permanent, match="http_403"):
        await surface.download(FileRef("teams", upload.url.replace("tempauth=", "tempauth=x")), person(teams), 9)
    with pytest.raises(Permanent, match="http_404"):
        await surface.download(FileRef("teams", f"{teams.url}v3/attachments/x/views/original"), person(teams), 9)
    with pytest.raises(Permanent, match="not_their_file"):
        await surface.download(file, person(teams, "nobody"), 300_000)


async def test_a_file_that_has_moved_takes_no_token_along_and_leads_nowhere_else(
    teams: FakeTeams, surface: TeamsSurface
) -> None:
    teams.attached(b"pasted")
    teams.attached(("boat.png", b"shared"))
    pasted, shared = teams.uploads
    pasted.redirect = shared.url
    assert await surface.download(FileRef("teams", pasted.url), person(teams), 9) == b"shared"
    assert teams.leaks == []
    pasted.redirect = "https://evil.example/x"
    with pytest.raises(Permanent, match="foreign_host"):
        await surface.download(FileRef("teams", pasted.url), person(teams), 9)
    pasted.redirect = pasted.url
    with pytest.raises(Permanent, match="too_many_redirects"):
        await surface.download(FileRef("teams", pasted.url), person(teams), 9)


async def test_only_a_call_with_the_apps_own_token_ends_an_outage(teams: FakeTeams, surface: TeamsSurface) -> None:
    teams.attached(b"pasted")
    teams.attached(("boat.png", b"shared"))
    pasted, shared = teams.uploads
    surface.outage = "invalid_client"
    await surface.download(FileRef("teams", shared.url), person(teams), 9)
    assert surface.outage == "invalid_client"
    await surface.download(FileRef("teams", pasted.url), person(teams), 9)
    assert surface.outage == ""


async def test_a_download_in_trouble_is_tried_again(teams: FakeTeams, surface: TeamsSurface) -> None:
    teams.attached(b"pasted")
    teams.attached(("boat.png", b"shared"))
    for method, upload in zip(("attachment", "file"), teams.uploads, strict=True):
        for trouble in (Fault.ERROR_500, Fault.DROP, Fault.RATE_LIMIT(5)):
            teams.faults.next(method, trouble, times=2)
            with pytest.raises(Transient):
                await surface.download(FileRef("teams", upload.url), person(teams), 9)
            teams.faults.none()
    teams.faults.next("attachment", Fault.UNAUTHORIZED)
    assert await surface.download(FileRef("teams", teams.uploads[0].url), person(teams), 9) == b"pasted"


async def test_somebody_is_looked_up_and_a_failed_look_up_knows_nobody(
    teams: FakeTeams, surface: TeamsSurface
) -> None:
    assert await surface.look_up(who(teams)) == Known(who(teams), "Tom Teacher", "tom@harbour.example")
    assert await surface.look_up(who(teams, "nobody")) is None
    assert await surface.look_up(replace(who(teams), tenant="t-other")) is None
    assert await surface.look_up(replace(who(teams), platform="sandbox")) is None
    assert called(teams, "member") == 1
    for trouble in (Fault.ERROR_500, Fault.DROP, Fault.RATE_LIMIT(9), Fault.API_ERROR(403, "Forbidden")):
        teams.faults.next("member", trouble, times=2)
        assert await surface.look_up(who(teams)) is None
        teams.faults.none()
    teams.remove_user("tom")
    assert await surface.look_up(who(teams)) is None


async def test_a_look_up_that_takes_too_long_knows_nobody(
    teams: FakeTeams, store: TinyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.teams.surface.LOOK_UP_SECONDS", 0.05)
    surface = made(teams, store, seconds=60)
    await surface.addresses.learn(address(teams))
    gate = asyncio.Event()
    teams.faults.next("member", Fault.SLOW(gate))
    async with asyncio.timeout(30):
        assert await surface.look_up(who(teams)) is None
    gate.set()
    await surface.close()


async def test_an_account_of_another_home_is_not_a_members(teams: FakeTeams) -> None:
    shape = teams.users["tom"].shape()
    assert known(shape, who(teams)) == Known(who(teams), "Tom Teacher", "tom@harbour.example")

    def standing(**changed: object) -> tuple[Standing, str]:
        found = known({**shape, **changed}, who(teams))
        assert found is not None
        return found.standing, found.email

    principal = "Tom.T@Harbour.example"
    assert standing(email=None, userPrincipalName=principal) == (Standing.MEMBER, principal.casefold())
    assert standing(email="", userPrincipalName="tom_other.example#EXT#@x.example") == (Standing.GUEST, "")
    assert standing(userPrincipalName="tom_other.example#EXT#@x.example")[0] is Standing.GUEST
    assert standing(userRole="guest")[0] is Standing.GUEST
    assert standing(userRole="anonymous") == (Standing.EXTERNAL, "")
    assert standing(tenantId="t-other") == (Standing.EXTERNAL, "")
    assert standing(id="28:bot")[0] is Standing.BOT
    assert standing(userRole=None, tenantId=None) == (Standing.MEMBER, "tom@harbour.example")
    assert known({**shape, "aadObjectId": "another"}, who(teams)) is None
    assert known({"name": "Tom"}, who(teams)) is None
    upper = replace(who(teams), id=who(teams).id.upper())
    assert known({**shape, "aadObjectId": None}, upper) == Known(upper, "Tom Teacher", "tom@harbour.example")


async def crowd(teams: FakeTeams, surface: TeamsSurface, many: int) -> None:
    for number in range(many):
        name = f"person{number}"
        teams.add_user(name, f"Person {number}", f"{name}@harbour.example").installed = True
        await surface.addresses.learn(address(teams, name))


async def test_everybody_who_has_exeat_is_asked_after_a_few_at_a_time(
    teams: FakeTeams, surface: TeamsSurface
) -> None:
    await crowd(teams, surface, 18)
    guest = teams.add_user("guest", "Guest", "g@other.example", guest=True)
    guest.installed = True
    await surface.addresses.learn(address(teams, "guest"))
    gate, under_way = asyncio.Event(), called(teams, "member")
    teams.faults.next("member", Fault.SLOW(gate), times=AT_ONCE)
    asking = asyncio.create_task(surface.everybody())
    await teams.until(lambda: called(teams, "member") == under_way + AT_ONCE)
    gate.set()
    found = {each.identity: each for each in await asking}
    assert len(found) == 21
    assert found[who(teams)] == Known(who(teams), "Tom Teacher", "tom@harbour.example")
    assert found[who(teams, "guest")].standing is Standing.GUEST
    assert called(teams, "member") == under_way + 21


async def test_those_who_have_left_or_cannot_be_asked_after_keep_nobody_from_being_known(
    teams: FakeTeams, surface: TeamsSurface
) -> None:
    await crowd(teams, surface, 10)
    teams.remove_user("person1")
    teams.users["person2"].removed = True
    await surface.addresses.close(who(teams, "person3"))
    teams.faults.next("member", Fault.ERROR_500)
    found = {each.name for each in await surface.everybody()}
    assert len(found) == 12 - 3 - 1
    assert "Person 0" in found
    assert not found & {"Person 1", "Person 2", "Person 3"}


async def test_when_nobody_can_be_asked_after_it_is_said_soon(teams: FakeTeams, surface: TeamsSurface) -> None:
    await crowd(teams, surface, 20)
    teams.faults.next("member", Fault.UNAVAILABLE, times=100)
    with pytest.raises(Transient):
        await surface.everybody()
    assert called(teams, "member") == AT_ONCE
    teams.faults.none()
    teams.login_rejects = True
    teams.expire_tokens()
    with pytest.raises(Outage):
        await surface.everybody()


async def test_a_few_who_removed_exeat_do_not_hide_the_others(teams: FakeTeams, surface: TeamsSurface) -> None:
    await crowd(teams, surface, AT_ONCE)
    first = [Identity.parse(each.id) for each in surface.addresses.all()[:AT_ONCE]]
    for user in teams.users.values():
        user.removed = who(teams, user.name) in first
    assert len(await surface.everybody()) == 2
    for user in teams.users.values():
        user.removed = True
    with pytest.raises(Permanent, match="BotNotInConversationRoster"):
        await surface.everybody()


async def test_where_nobody_has_exeat_yet_there_is_nobody(teams: FakeTeams, store: TinyStore) -> None:
    surface = made(teams, store)
    assert await surface.everybody() == []
    await surface.close()
