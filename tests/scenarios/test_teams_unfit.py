"""Files on Teams that are no fit pictures, are gone, or lie where Exeat does not look: said in words, and mended."""

import socket
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.school import HEAD, TEACHER
from tests.fakes.teams import Fault
from tests.fakes.teams.payloads import download
from tests.scenarios.on_teams import OnTeams, teams
from tests.scenarios.school import School
from tests.scenarios.serving import post_of, serving
from tests.scenarios.teams_pictures import FINISH, SENT, described, kept_draft, mended, posts, send, sent_as
from tests.scenarios.test_pictures import UNFIT, another_machine, phone_picture


@pytest.mark.parametrize("what", UNFIT)
async def test_what_is_no_fit_picture_is_said_and_can_be_mended(tmp_path: Path, what: str) -> None:
    content, told = UNFIT[what]
    async with teams() as chat, serving(chat, tmp_path / "data") as program:
        await kept_draft(chat)
        await send(chat, ("IMG_1.jpg", content))
        await School(chat).card(TEACHER, "“IMG_1.jpg”", told)
        assert (await post_of(program)).pictures == ()
        await mended(chat, told)


async def test_a_file_without_a_length_is_not_read_beyond_what_is_allowed(tmp_path: Path) -> None:
    async with teams() as chat, serving(chat, tmp_path / "data"):
        await kept_draft(chat)
        file = ("IMG_1.jpg", phone_picture() + bytes(11 << 20))
        attachment = chat.teams.attached(file)
        chat.teams.uploads[-1].unsized = True
        await sent_as(chat, attachment)
        await mended(chat, "is larger than 10 MB")


async def test_one_that_is_no_picture_leaves_the_others_in_peace(tmp_path: Path) -> None:
    async with teams() as chat, serving(chat, tmp_path / "data") as program:
        await kept_draft(chat)
        await send(chat, ("a.jpg", phone_picture()), ("bad.jpg", b"%PDF-1.7"), ("c.jpg", phone_picture()))
        await School(chat).card(TEACHER, "“bad.jpg”", "is not a picture that Exeat can read", button=FINISH)
        assert [each.name for each in (await post_of(program)).pictures] == ["a.jpg", "c.jpg"]


async def test_what_is_no_picture_at_all_is_answered_and_begins_nothing(tmp_path: Path) -> None:
    async with teams() as chat, serving(chat, tmp_path / "data") as program:
        page = {"contentType": "text/html", "content": "<p>Dear parents</p>"}
        before = len(chat.teams.inbox(TEACHER))
        await sent_as(chat, page, {"contentType": "application/vnd.microsoft.card.adaptive", "content": {}})
        await chat.teams.until(lambda: len(chat.teams.inbox(TEACHER)) > before)
        assert await posts(program) == []


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_a_file_that_is_gone_is_said_and_can_be_mended(tmp_path: Path, status: int) -> None:
    async with teams() as chat, serving(chat, tmp_path / "data"):
        await kept_draft(chat)
        chat.teams.faults.next("file", Fault.API_ERROR(status, "itemNotFound"))
        await send(chat, ("IMG_1.jpg", phone_picture()))
        await mended(chat, "could not be fetched")
        assert chat.teams.token_fetches == 1, "a link that has run out says nothing of Exeat's own token"


@pytest.mark.parametrize("how", SENT)
async def test_what_goes_wrong_on_the_way_is_tried_again_and_troubles_nobody(tmp_path: Path, how: str) -> None:
    packed, method = SENT[how]
    async with teams() as chat, serving(chat, tmp_path / "data"):
        await kept_draft(chat)
        for trouble in (Fault.DROP, Fault.BAD_GATEWAY):
            chat.teams.faults.next(method, trouble)
        await send(chat, packed(phone_picture()))
        await described(chat)
        await School(chat).card(HEAD, "A pond with two ducks", button="Approve")
        assert len(chat.teams.faults.applied) == 2
        assert len(School(chat).inbox(TEACHER)) == 1


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hosts that anybody in this process has looked up or called."""
    asked: list[str] = []
    look_up, connect = socket.getaddrinfo, socket.socket.connect

    def looked_up(host: Any, *more: Any, **options: Any) -> Any:
        asked.append(str(host))
        return look_up(host, *more, **options)

    def connected(self: socket.socket, address: Any) -> None:
        asked.append(str(address[0]))
        connect(self, address)

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    monkeypatch.setattr(socket.socket, "connect", connected)
    return asked


FOREIGN = (
    "https://elsewhere.example/IMG_1.jpg",
    "https://school.sharepoint.com.elsewhere.example/IMG_1.jpg",
    "http://192.0.2.1/IMG_1.jpg",
    "https://169.254.169.254/metadata/identity/oauth2/token",
    "file:///etc/passwd",
    "//elsewhere.example/IMG_1.jpg",
    "not an address",
)


@pytest.mark.parametrize("pasted", [False, True], ids=["file", "pasted"])
@pytest.mark.parametrize("url", FOREIGN)
async def test_a_file_on_a_foreign_host_is_not_asked_for(
    tmp_path: Path, asked_for: list[str], url: str, pasted: bool
) -> None:
    async with teams() as chat, serving(chat, tmp_path / "data"):
        await kept_draft(chat)
        shape = {"contentType": "image/*", "contentUrl": url, "name": "IMG_1.jpg"}
        await sent_as(chat, shape if pasted else download(url, "IMG_1.jpg", "1"))
        await mended(chat, "could not be fetched")
    assert {host for host in asked_for if host not in ("127.0.0.1", "localhost", "::1")} == set()


async def send_leading_to(chat: OnTeams, url: str, *, pasted: bool) -> None:
    """A picture is sent whose host says that it lies elsewhere."""
    attachment = chat.teams.attached(phone_picture() if pasted else ("IMG_1.jpg", phone_picture()))
    chat.teams.uploads[-1].redirect = url
    await sent_as(chat, {**attachment, "name": "IMG_1.jpg"})


@pytest.mark.parametrize("pasted", [False, True], ids=["file", "pasted"])
async def test_a_file_that_leads_to_a_foreign_host_is_not_followed(
    tmp_path: Path, asked_for: list[str], pasted: bool
) -> None:
    async with teams() as chat, serving(chat, tmp_path / "data"):
        await kept_draft(chat)
        await send_leading_to(chat, "https://elsewhere.example/IMG_1.jpg", pasted=pasted)
        await mended(chat, "could not be fetched")
    assert "elsewhere.example" not in asked_for


@pytest.mark.parametrize("pasted", [False, True], ids=["file", "pasted"])
async def test_the_token_goes_to_nobody_but_teams(tmp_path: Path, pasted: bool) -> None:
    async with teams() as chat, another_machine() as (url, asked), serving(chat, tmp_path / "data"):
        fake = chat.teams
        await kept_draft(chat)
        await send_leading_to(chat, url, pasted=pasted)
        await School(chat).card(TEACHER, "“IMG_1.jpg”. Not described yet.")
        assert asked == [""], "a file's own host is asked without it"
        share = fake.attached(("IMG_2.jpg", phone_picture()))
        inline = {"contentType": "image/jpeg", "contentUrl": share["content"]["downloadUrl"], "name": "IMG_2.jpg"}
        await sent_as(chat, inline)
        await School(chat).card(TEACHER, "“IMG_2.jpg”. Not described yet.")
        assert fake.leaks == []
