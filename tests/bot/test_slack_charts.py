"""Charts on Slack: uploaded like pictures, and an answer that comes whatever becomes of the upload."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.slack import SlackSurface
from bot.slack.answers import WAITS, Answers
from bot.slack.translate import Incoming
from cards.chart import png, sha256_of
from cards.model import Bar, Bars, Card, Chart, Picture
from handlers.request import Request
from policy.people import Identity
from tests.fakes.school import MONDAY
from tests.fakes.slack import FakeSlack, Fault, Trouble

WORDS = "9 of 10 in time; half within 2 hours"
CHART = Chart(
    (Bars("Harbour page", (Bar("Mar 2027", 9, 10, ("9 of 10",), WORDS),)),), "In time", "Late", ("in time",)
)
CARD = Card("Response times", "9 of 10", (CHART,))
UPLOAD = ("files.getUploadURLExternal", "files.upload", "files.completeUploadExternal")
NOT_READY = Fault.API_ERROR("invalid_blocks")


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        slack.add_user("U0TOM", "Tom Teacher", "tom@harbour.example")
        slack.add_channel("C0STAFF", "staffroom", ("U0TOM",))
        yield slack


@pytest.fixture
async def surface(slack: FakeSlack) -> AsyncIterator[SlackSurface]:
    async def picture(sha: str) -> bytes:
        raise KeyError(sha)

    surface = SlackSurface(slack.bot_token, url=slack.url, school="harbour", picture=picture, seconds=0.5)
    await surface.identify()
    yield surface
    await surface.close()


@pytest.fixture
def waited() -> list[float]:
    """For how many seconds an answer has waited."""
    return []


@pytest.fixture
def answers(surface: SlackSurface, waited: list[float]) -> Answers:
    async def wait(seconds: float) -> None:
        waited.append(seconds)

    return Answers(surface, wait)


def asked(channel: str = "") -> Incoming:
    """Tom's command."""
    return Incoming(Request("slack:1", Identity("slack", "T0SCHOOL", "U0TOM"), "comments", MONDAY), channel)


def pictures(slack: FakeSlack) -> list[str]:
    """The files that the only answer to Tom shows."""
    [told] = slack.ephemerals
    assert WORDS in told.shown_text()
    return [block["slack_file"]["id"] for block in told.blocks if block["type"] == "image"]


async def test_a_chart_is_uploaded_once_and_shown_with_its_numbers(slack: FakeSlack, surface: SlackSurface) -> None:
    assert not surface.has_all(CARD)
    uploads = await surface.uploads(CARD)
    file = slack.files[uploads[sha256_of(CHART)]]
    assert (file.content, file.alt_text) == (png(CHART), CHART.alt)
    assert surface.has_all(CARD)
    assert surface.uploaded(CARD) == await surface.uploads(CARD) == uploads
    assert [call.method for call in slack.calls].count("files.completeUploadExternal") == 1
    assert not surface.has_all(replace(CARD, body=(CHART, Picture("a" * 64, "A boat"))))


async def test_an_answer_shows_the_chart(slack: FakeSlack, answers: Answers, waited: list[float]) -> None:
    await answers.tell(asked(), CARD)
    [file] = pictures(slack)
    assert slack.files[file].content == png(CHART)
    assert waited == []


@pytest.mark.parametrize("method", UPLOAD)
@pytest.mark.parametrize("trouble", [Fault.ERROR_500, Fault.DROP, Fault.API_ERROR("storage_limit_reached")])
async def test_without_an_upload_the_answer_comes_in_words(
    slack: FakeSlack, answers: Answers, method: str, trouble: Trouble
) -> None:
    slack.faults.next(method, trouble)
    await answers.tell(asked(), CARD)
    assert pictures(slack) == []


async def test_a_picture_that_cannot_be_read_does_not_cost_the_answer_nor_the_chart(
    slack: FakeSlack, answers: Answers
) -> None:
    await answers.tell(asked(), replace(CARD, body=(CHART, Picture("a" * 64, "A boat"))))
    assert len(pictures(slack)) == 1
    assert "A boat" in slack.ephemerals[0].shown_text()


async def test_a_new_upload_is_waited_for(slack: FakeSlack, answers: Answers, waited: list[float]) -> None:
    slack.faults.next("chat.postEphemeral", NOT_READY, times=2)
    await answers.tell(asked(), CARD)
    assert len(pictures(slack)) == 1
    assert waited == list(WAITS[:2])


async def test_an_upload_that_never_gets_ready_is_left_out(
    slack: FakeSlack, answers: Answers, waited: list[float]
) -> None:
    slack.faults.next("chat.postEphemeral", NOT_READY, times=len(WAITS) + 1)
    await answers.tell(asked(), CARD)
    assert pictures(slack) == []
    assert waited == list(WAITS)


async def test_where_exeat_is_no_member_a_new_upload_is_waited_for_too(
    slack: FakeSlack, answers: Answers, waited: list[float]
) -> None:
    slack.faults.next("chat.postMessage", NOT_READY)
    await answers.tell(asked("C0STAFF"), CARD)
    [told] = slack.inbox("U0TOM")
    assert [block["type"] for block in told.blocks] == ["header", "image"]
    assert (slack.ephemerals, waited) == ([], [WAITS[0]])
