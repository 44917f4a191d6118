"""A file sent along with the command for a concern: the same words on every surface; nobody is asked to delete it."""

from html import unescape
from pathlib import Path
from uuid import uuid4

from bot.sandbox import start_sandbox
from tests.bot.test_sandbox import MONDAY
from tests.fakes.sandbox_page import SandboxPage, Upload
from tests.fakes.school import TEACHER
from tests.fakes.slack_desk import slack_desk, user
from tests.fakes.teams_desk import teams_desk

WORDS = (
    "If it may be an indecent picture of a child, do not open it, copy it, send it or delete it. Ring now.",
    "999",
    "If it is anything else, please delete the message with the file.",
)

PICTURE = {"id": "F0PICTURE", "name": "IMG_1.jpg", "mimetype": "image/jpeg"}


def in_order(said: str) -> bool:
    """Whether it says what is to be said, the picture of a child first."""
    places = [said.find(words) for words in WORDS]
    return -1 not in places and places == sorted(places)


async def test_on_slack_in_a_chat_of_ones_own_and_in_a_channel(tmp_path: Path) -> None:
    tom = user(TEACHER)
    async with slack_desk(tmp_path) as desk:
        desk.slack.add_channel("C0STAFF", "staffroom", (tom, desk.slack.bot_user))
        direct = {"type": "message", "channel_type": "im", "channel": desk.slack.direct(tom), "subtype": "file_share"}
        mention = {"type": "app_mention", "channel": "C0STAFF"}
        for number, where in enumerate((direct, mention), 1):
            sent = {**where, "user": tom, "ts": f"{number}.1", "files": [PICTURE]}
            sent["text"] = "concern" if where is direct else f"<@{desk.slack.bot_user}> reportabuse he did it"
            await desk.slack.event(sent)
            told = await desk.slack.until(lambda n=number: desk.slack.ephemerals[n - 1 :])  # type: ignore[misc]
            assert in_order(told[-1].shown_text())
            assert told[-1].ephemeral_to == tom
            assert told[-1].buttons() == ["Open"]
            assert "IMG_1" not in told[-1].shown_text()


async def test_on_teams_whether_sent_or_pasted(tmp_path: Path) -> None:
    async with teams_desk(tmp_path) as desk:
        pasted = '<p>concern</p><img src="https://x.example/1">'
        activity = desk.teams.activity(TEACHER, text="concern")
        activity["attachments"] = [{"contentType": "text/html", "content": pasted}]
        before = len(desk.teams.inbox(TEACHER))
        await desk.teams.message(TEACHER, "concern", files=[("IMG_1.jpg", b"not looked at")])
        await desk.teams.message(TEACHER, "concern", files=[b"not looked at"])
        await desk.teams.deliver(activity)
        await desk.edge.close()
        told = [each for each in desk.teams.inbox(TEACHER)[before:] if "999" in each.shown_text()]
        assert len(told) == 3
        for each in told:
            assert in_order(each.shown_text())
            assert each.buttons() == ["Open"]


async def test_words_alone_are_no_file_on_teams(tmp_path: Path) -> None:
    async with teams_desk(tmp_path) as desk:
        activity = desk.teams.activity(TEACHER, text="concern he shouts")
        activity["attachments"] = [{"contentType": "text/html", "content": "<p>concern he shouts</p>"}]
        await desk.teams.deliver(activity)
        await desk.edge.close()
        assert "what you wrote after the command" in desk.teams.inbox(TEACHER)[-1].shown_text()


async def test_in_the_sandbox() -> None:
    sandbox = await start_sandbox(start=MONDAY)
    async with SandboxPage(sandbox) as page:
        along = Upload(b"not looked at", "IMG_1.jpg")
        assert await page.answer("say", who="priya", text="/concern", nonce=str(uuid4()), file=along)
        told = await page.card("priya", "A file came with your message")
        assert in_order(unescape(told["html"]))
    await sandbox.close()
