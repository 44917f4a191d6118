"""The Slack surface against the stand-in: posting, finding, redrawing, pictures, people, and every trouble."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from yarl import URL

from bot.slack import OtherWorkspace, SlackSurface, pin
from bot.slack.errors import Outage
from bot.surface import Ambiguous, Gone, Permanent, Posted, Transient
from cards.model import Button, Card, FileRef, Picture, Text
from policy.people import Identity, Known, Person, Standing, meet
from policy.place import Place
from storage.tiny import open_tiny
from tests.fakes.slack import FakeSlack, Fault, Trouble

SHA, PNG = "a" * 64, b"\x89PNG\r\n\x1a\n" + b"0" * 2000
CARD = Card("P-1", "P-1 waits", (Text("Waiting."),), (Button("Approve", "post.approve"),))
SHOWN = Card("P-1", "P-1 waits", (Picture(SHA, "A boat", "From the trip"),))


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        slack.add_user("U0TOM", "Tom Teacher", "Tom@Harbour.example")
        slack.add_user("U0ANN", "Ann Other", "ann@harbour.example")
        yield slack


@pytest.fixture
async def surface(slack: FakeSlack) -> AsyncIterator[SlackSurface]:
    async def picture(sha: str) -> bytes:
        return {SHA: PNG}[sha]

    surface = SlackSurface(slack.bot_token, url=slack.url, school="harbour", picture=picture, seconds=0.5)
    await surface.identify()
    yield surface
    await surface.close()


def who(id: str = "U0TOM") -> Identity:
    return Identity("slack", "T0SCHOOL", id)


def tom() -> Person:
    return meet(Known(who(), "Tom", ""), "harbour")


async def test_a_card_is_posted_in_the_persons_own_conversation(slack: FakeSlack, surface: SlackSurface) -> None:
    posted = await surface.post(who(), CARD, "7", {})
    [message] = slack.inbox("U0TOM")
    assert (posted.conversation, posted.message) == (message.channel, message.ts)
    assert (message.text, message.buttons()) == ("P-1 waits", ["Approve"])
    assert message.metadata == {"event_type": "exeat_row", "event_payload": {"row": "7"}}
    again = await surface.post(who(), CARD, "8", {})
    assert again.conversation == posted.conversation
    assert [call.method for call in slack.calls].count("conversations.open") == 1


async def test_what_was_posted_is_found_by_its_row_however_far_back(slack: FakeSlack, surface: SlackSurface) -> None:
    first = await surface.post(who(), CARD, "first", {})
    for number in range(110):
        await surface.post(who(), CARD, f"other-{number}", {})
    assert await surface.find(who(), "first") == Posted(first.conversation, first.message)
    assert await surface.find(who(), "never") is None
    assert await surface.find(who("U0ANN"), "first") is None


async def test_a_redrawn_message_has_new_text_and_new_blocks(slack: FakeSlack, surface: SlackSurface) -> None:
    posted = await surface.post(who(), CARD, "7", {})
    await surface.redraw(posted, Card("P-1", "P-1 is approved", (Text("Approved."),)))
    [message] = slack.inbox("U0TOM")
    assert (message.text, message.buttons(), message.edits) == ("P-1 is approved", [], 1)
    assert "Approved." in message.shown_text()
    assert await surface.find(who(), "7") is not None


async def test_a_message_that_was_deleted_is_gone(slack: FakeSlack, surface: SlackSurface) -> None:
    posted = await surface.post(who(), CARD, "7", {})
    slack.inbox("U0TOM")[0].deleted = True
    with pytest.raises(Gone):
        await surface.redraw(posted, CARD)
    with pytest.raises(Gone):
        await surface.redraw(Posted("D0NOWHERE", posted.message), CARD)


async def test_a_picture_is_uploaded_once_and_shown(slack: FakeSlack, surface: SlackSurface) -> None:
    posted = await surface.post(who(), SHOWN, "7", {})
    [(sha, file)] = posted.files
    assert (sha, slack.files[file].content, slack.files[file].alt_text) == (SHA, PNG, "A boat")
    assert slack.files[file].channels == []
    await surface.redraw(posted, SHOWN)
    await surface.post(who("U0ANN"), SHOWN, "8", {})
    assert [call.method for call in slack.calls].count("files.completeUploadExternal") == 1
    [message] = slack.inbox("U0ANN")
    assert {"id": file} in [block.get("slack_file") for block in message.blocks]


async def test_an_upload_from_before_a_restart_is_used_again(slack: FakeSlack, surface: SlackSurface) -> None:
    slack.add_file("F0OLD", slack.bot_user, "old.png", "image/png", PNG)
    posted = await surface.post(who(), SHOWN, "7", {SHA: "F0OLD"})
    assert posted.files == ((SHA, "F0OLD"),)
    assert "files.getUploadURLExternal" not in [call.method for call in slack.calls]


async def test_a_picture_that_slack_has_not_looked_at_yet_waits(slack: FakeSlack, surface: SlackSurface) -> None:
    slack.faults.next("chat.postMessage", Fault.API_ERROR("invalid_blocks"))
    with pytest.raises(Transient, match="picture_not_ready"):
        await surface.post(who(), SHOWN, "7", {})
    assert len((await surface.post(who(), SHOWN, "7", {})).files) == 1
    assert [call.method for call in slack.calls].count("files.completeUploadExternal") == 1
    slack.faults.next("chat.postMessage", Fault.API_ERROR("invalid_blocks"))
    with pytest.raises(Permanent, match="invalid_blocks"):
        await surface.post(who(), CARD, "8", {})


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.upload", "files.completeUploadExternal"])
async def test_an_upload_in_trouble_is_tried_again(slack: FakeSlack, surface: SlackSurface, method: str) -> None:
    for trouble in (Fault.ERROR_500, Fault.DROP, Fault.RATE_LIMIT(2)):
        slack.faults.next(method, trouble)
        with pytest.raises(Transient):
            await surface.post(who(), SHOWN, "7", {})
    await surface.post(who(), SHOWN, "7", {})
    assert len(slack.inbox("U0TOM")) == 1


@pytest.mark.parametrize("trouble", [Fault.ERROR_500, Fault.DROP, Fault.ACCEPT_THEN_DROP], ids=lambda t: t.kind)
async def test_a_post_that_may_have_arrived_is_ambiguous_and_never_repeated(
    slack: FakeSlack, surface: SlackSurface, trouble: Trouble
) -> None:
    slack.faults.next("chat.postMessage", trouble)
    with pytest.raises(Ambiguous):
        await surface.post(who(), CARD, "7", {})
    assert [call.method for call in slack.calls].count("chat.postMessage") == 1
    assert (await surface.find(who(), "7") is not None) == trouble.acts


async def test_a_post_without_an_answer_in_time_is_ambiguous(slack: FakeSlack, surface: SlackSurface) -> None:
    gate = asyncio.Event()
    slack.faults.next("chat.postMessage", Fault.SLOW(gate))
    with pytest.raises(Ambiguous):
        await surface.post(who(), CARD, "7", {})
    gate.set()


@pytest.mark.parametrize("code", ["internal_error", "fatal_error", "request_timeout"])
async def test_a_failure_inside_slack_is_ambiguous(slack: FakeSlack, surface: SlackSurface, code: str) -> None:
    slack.faults.next("chat.postMessage", Fault.API_ERROR(code))
    with pytest.raises(Ambiguous, match=code):
        await surface.post(who(), CARD, "7", {})


@pytest.mark.parametrize("trouble", [Fault.ERROR_500, Fault.DROP, Fault.ACCEPT_THEN_DROP], ids=lambda t: t.kind)
async def test_a_redraw_may_simply_be_tried_again(slack: FakeSlack, surface: SlackSurface, trouble: Trouble) -> None:
    posted = await surface.post(who(), CARD, "7", {})
    slack.faults.next("chat.update", trouble)
    with pytest.raises(Transient):
        await surface.redraw(posted, CARD)


async def test_slack_says_how_long_to_wait(slack: FakeSlack, surface: SlackSurface) -> None:
    slack.faults.next("chat.postMessage", Fault.RATE_LIMIT(37))
    with pytest.raises(Transient) as told:
        await surface.post(who(), CARD, "7", {})
    assert (told.value.code, told.value.seconds) == ("ratelimited", 37)
    assert slack.inbox("U0TOM") == []


async def test_an_unreachable_slack_surely_got_nothing(slack: FakeSlack) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    async def picture(sha: str) -> bytes:
        return b""

    surface = SlackSurface("xoxb", url=f"http://127.0.0.1:{port}/api/", school="s", picture=picture)
    with pytest.raises(Transient, match="unreachable"):
        await surface.post(who(), CARD, "7", {})
    await surface.close()


@pytest.mark.parametrize("code", ["channel_not_found", "is_archived", "invalid_blocks", "msg_too_long", "no_text"])
async def test_what_can_never_arrive_is_permanent(slack: FakeSlack, surface: SlackSurface, code: str) -> None:
    slack.faults.next("chat.postMessage", Fault.API_ERROR(code))
    with pytest.raises(Permanent) as told:
        await surface.post(who(), CARD, "7", {})
    assert told.value.code == code


async def test_people_who_cannot_be_written_to_are_permanent(slack: FakeSlack, surface: SlackSurface) -> None:
    slack.add_user("U0BOTTY", "Botty", "", bot=True)
    slack.add_user("U0GONE", "Gone", "", deleted=True)
    for id, reason in (
        ("U0BOTTY", "cannot_dm_bot"),
        ("U0GONE", "gone:user_disabled"),
        ("U0NOBODY", "gone:user_not_found"),
    ):
        with pytest.raises(Permanent) as told:
            await surface.post(who(id), CARD, "7", {})
        assert told.value.reason == reason


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "account_inactive", "missing_scope"])
async def test_when_slack_refuses_the_app_everything_waits_and_it_is_known(
    slack: FakeSlack, surface: SlackSurface, code: str
) -> None:
    slack.faults.next("chat.postMessage", Fault.API_ERROR(code))
    with pytest.raises(Outage, match=code):
        await surface.post(who(), CARD, "7", {})
    assert surface.outage == code
    await surface.post(who(), CARD, "7", {})
    assert surface.outage == ""


async def test_a_file_is_downloaded_for_whoever_attached_it(slack: FakeSlack, surface: SlackSurface) -> None:
    slack.add_file("F1", "U0TOM", "boat.png", "image/png", PNG)
    assert await surface.download(FileRef("slack", "F1", "boat.png"), tom(), len(PNG)) == PNG


async def test_a_file_is_refused_that_is_not_theirs_or_too_large(slack: FakeSlack, surface: SlackSurface) -> None:
    slack.add_file("F1", "U0ANN", "boat.png", "image/png", PNG)
    slack.add_file("F2", "U0TOM", "boat.png", "image/png", PNG)
    for file, longest, code in (
        ("F1", 5000, "not_their_file"),
        ("F2", len(PNG) - 1, "file_too_large"),
        ("F3", 5000, "file_not_found"),
    ):
        with pytest.raises(Permanent, match=code):
            await surface.download(FileRef("slack", file), tom(), longest)


async def test_a_file_larger_than_slack_said_is_cut_off(slack: FakeSlack, surface: SlackSurface) -> None:
    class Lying(bytes):
        """Content of which files.info names a smaller size."""

        def __len__(self) -> int:
            return 10

    slack.add_file("F1", "U0TOM", "boat.png", "image/png", Lying(b"x" * 500_000))
    with pytest.raises((Permanent, Transient)):
        await surface.download(FileRef("slack", "F1"), tom(), 1000)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/boat.png",
        "https://files.slack.com.evil.example/x",
        "https://files.slack.com/x",
        "http://127.0.0.1:9/x",
        "file:///etc/passwd",
        "",
    ],
)
async def test_nothing_is_fetched_from_elsewhere(slack: FakeSlack, surface: SlackSurface, address: str) -> None:
    with pytest.raises(Permanent, match="foreign_host"):
        await surface.files._get(address, 1000)


@pytest.mark.parametrize(
    ("address", "ours"),
    [
        ("https://files.slack.com/files-pri/T1-F1/x.png", True),
        ("https://files-edge.slack.com/x", True),
        ("http://files.slack.com/x", False),
        ("https://files.slack.com:8443/x", False),
        ("https://slack.com/x", False),
        ("https://filesxslack.com/x", False),
        ("https://evil.example/files.slack.com", False),
    ],
)
async def test_slacks_own_file_hosts_are_the_only_ones(address: str, ours: bool) -> None:
    async def picture(sha: str) -> bytes:
        return b""

    surface = SlackSurface("xoxb", url="https://slack.com/api/", school="s", picture=picture)
    assert surface.files._ours(URL(address)) is ours
    await surface.close()


async def test_a_download_in_trouble_is_tried_again(slack: FakeSlack, surface: SlackSurface) -> None:
    slack.add_file("F1", "U0TOM", "boat.png", "image/png", PNG)
    for trouble in (Fault.ERROR_500, Fault.DROP, Fault.RATE_LIMIT(5)):
        slack.faults.next("files.download", trouble, times=2)
        with pytest.raises(Transient):
            await surface.download(FileRef("slack", "F1"), tom(), 5000)
        slack.faults.none()


async def test_the_token_stays_with_slack_when_a_file_redirects(slack: FakeSlack, surface: SlackSurface) -> None:
    slack.add_file("F1", "U0TOM", "boat.png", "image/png", PNG)
    surface.client.token, token = "xoxb-wrong", surface.client.token
    address = slack.files["F1"].shape(slack.host, slack.team)["url_private"]
    with pytest.raises(Outage, match="signed_out_of_files"):
        await surface.files._get(address, 5000)
    surface.client.token = token


async def test_everybody_is_listed_with_their_standing(slack: FakeSlack, surface: SlackSurface) -> None:
    slack.add_user("U0GUEST", "Guest", "g@harbour.example", guest=True)
    slack.add_user("U0GONE", "Gone", "gone@harbour.example", deleted=True)
    slack.add_user("U0EXT", "Ext", "head@harbour.example", external_team="T9OTHER")
    for number in range(450):
        slack.add_user(f"U9{number}", f"Person {number}", "")
    found = {person.identity.id: person for person in await surface.everybody()}
    assert len(found) == len(slack.users)
    assert found["U0TOM"] == Known(who(), "Tom Teacher", "tom@harbour.example")
    standings = {id: found[id].standing for id in ("U0GUEST", "U0GONE", "U0EXT", "U0BOT", "USLACKBOT")}
    assert standings == {
        "U0GUEST": Standing.GUEST,
        "U0GONE": Standing.DEACTIVATED,
        "U0EXT": Standing.EXTERNAL,
        "U0BOT": Standing.BOT,
        "USLACKBOT": Standing.BOT,
    }
    assert found["U0EXT"].email == "", "an address from another school proves nothing here"


async def test_somebody_is_looked_up_and_a_failed_look_up_knows_nobody(
    slack: FakeSlack, surface: SlackSurface
) -> None:
    assert await surface.look_up(who()) == Known(who(), "Tom Teacher", "tom@harbour.example")
    assert await surface.look_up(who("U0NOBODY")) is None
    assert await surface.look_up(Identity("slack", "T9OTHER", "U0TOM")) is None
    assert await surface.look_up(Identity("sandbox", "T0SCHOOL", "U0TOM")) is None
    for trouble in (Fault.ERROR_500, Fault.DROP, Fault.RATE_LIMIT(9), Fault.API_ERROR("invalid_auth")):
        slack.faults.next("users.info", trouble, times=2)
        assert await surface.look_up(who()) is None
        slack.faults.none()


async def test_the_workspace_is_pinned_at_the_first_start(
    slack: FakeSlack, surface: SlackSurface, tmp_path: Path
) -> None:
    store = await open_tiny(tmp_path / "data")
    assert await pin(store, "harbour", surface) == "T0SCHOOL"
    async with store.transaction("harbour") as tx:
        place = await tx.get(Place, "slack")
    assert place is not None
    assert place.tenant == "T0SCHOOL"
    slack.faults.next("auth.test", Fault.ERROR_500)
    surface.team = ""
    assert await pin(store, "harbour", surface) == "T0SCHOOL", "a start while Slack is down uses the pinned one"
    assert surface.team == "T0SCHOOL"
    slack.team = "T9OTHER"
    with pytest.raises(OtherWorkspace, match="T9OTHER"):
        await pin(store, "harbour", surface)
    await store.close()


async def test_a_first_start_while_slack_is_down_says_so(
    slack: FakeSlack, surface: SlackSurface, tmp_path: Path
) -> None:
    store = await open_tiny(tmp_path / "data")
    slack.faults.next("auth.test", Fault.DROP)
    with pytest.raises(Transient):
        await pin(store, "harbour", surface)
    await store.close()
