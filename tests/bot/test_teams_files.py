"""What people attach on Teams: from which hosts it may come, who gets the token, and how much is taken."""

import json
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.surface import Permanent, Transient
from bot.teams.errors import Outage
from bot.teams.files import REDIRECTS, Files

SERVICE = "https://smba.trafficmanager.net/uk/tenant-1/"
PASTED = "https://smba.trafficmanager.net/uk/tenant-1/v3/attachments/0-ab/views/original"
SHARED = "https://school-my.sharepoint.com/personal/tom/_layouts/15/download.aspx?UniqueId=1&tempauth=v1.a%2Bb"


@dataclass
class Web:
    """Stands in for the connector: `there` is what each address holds, or where it has moved to."""

    there: dict[str, bytes | str | Exception] = field(default_factory=dict)
    asked: list[tuple[str, bool]] = field(default_factory=list)

    async def fetch(self, url: str, longest: int, *, signed: bool) -> bytes | str:
        self.asked.append((url, signed))
        found = self.there.get(url, b"a picture")
        if isinstance(found, Exception):
            raise found
        return found


async def plainly(call: Awaitable[bytes | str]) -> bytes | str:
    return await call


async def download(address: str, web: Web, service: str = SERVICE) -> bytes:
    fetching: Any = web
    return await Files(fetching, plainly).download(address, service, 100)


@pytest.mark.parametrize(
    ("address", "signed"),
    [
        (PASTED, True),
        (SHARED, False),
        ("https://school.sharepoint.com/x", False),
        ("https://school-my.sharepoint.us/x", False),
        ("https://school-my.sharepoint-mil.us/x", False),
    ],
)
async def test_files_come_from_onedrive_and_pasted_pictures_from_teams_with_the_token(
    address: str, signed: bool
) -> None:
    web = Web()
    assert await download(address, web) == b"a picture"
    assert web.asked == [(address, signed)]


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/x",
        "https://sharepoint.com/x",
        "https://sharepoint.com.evil.example/x",
        "https://evilsharepoint.com/x",
        "https://school.sharepoint.com.evil.example/x",
        "https://school.sharepoint.com@evil.example/x",
        "https://tom@school.sharepoint.com/x",
        "https://school.sharepoint.com:8443/x",
        "http://school.sharepoint.com/x",
        "http://127.0.0.1:9/x",
        "http://169.254.169.254/metadata",
        "http://[::1]/x",
        "https://localhost/x",
        "https://smba.trafficmanager.net/uk/tenant-1/v3/conversations/a/members",
        "https://smba.trafficmanager.net/v3/attachments/../conversations",
        "https://smba.trafficmanager.net/v3/attachments/%2e%2e/conversations",
        "https://smba.trafficmanager.net/v3/attachments/..%2fconversations",
        "https://smba.trafficmanager.net:8443/v3/attachments/1",
        "http://smba.trafficmanager.net/v3/attachments/1",
        "https://smba.example/v3/attachments/1",
        "https://tom@smba.trafficmanager.net/v3/attachments/1",
        "file:///etc/passwd",
        "//school.sharepoint.com/x",
        "https://[bad",
        "x",
        "",
    ],
)
async def test_nothing_is_fetched_from_elsewhere(address: str) -> None:
    web = Web()
    with pytest.raises(Permanent, match="foreign_host"):
        await download(address, web)
    assert web.asked == []


async def test_every_hop_is_looked_at() -> None:
    web = Web({SHARED: "/other?x=1"})
    assert await download(SHARED, web) == b"a picture"
    assert web.asked[1] == ("https://school-my.sharepoint.com/other?x=1", False)
    for elsewhere in ("https://evil.example/x", "http://127.0.0.1/x", "http://[bad", "//evil.example"):
        web = Web({SHARED: elsewhere})
        with pytest.raises(Permanent, match="foreign_host"):
            await download(SHARED, web)
        assert len(web.asked) == 1


async def test_the_token_stays_with_teams_when_a_picture_has_moved() -> None:
    web = Web({PASTED: SHARED})
    assert await download(PASTED, web) == b"a picture"
    assert web.asked == [(PASTED, True), (SHARED, False)]


async def test_a_file_that_leads_round_in_circles_is_given_up() -> None:
    for place in (SHARED, PASTED):
        web = Web({place: place})
        with pytest.raises(Permanent, match="too_many_redirects"):
            await download(place, web)
        assert len(web.asked) == REDIRECTS + 1
    with pytest.raises(Permanent, match="too_many_redirects"):
        await download(SHARED, Web({SHARED: ""}))


async def test_a_link_that_has_run_out_is_no_outage_of_the_app() -> None:
    with pytest.raises(Permanent, match="file_not_there"):
        await download(SHARED, Web({SHARED: Outage("http_401")}))
    with pytest.raises(Outage):
        await download(PASTED, Web({PASTED: Outage("http_401")}))
    with pytest.raises(Transient):
        await download(SHARED, Web({SHARED: Transient("http_503")}))


async def test_a_stand_in_on_this_machine_has_its_files_on_this_machine() -> None:
    here, files = "http://127.0.0.1:5000/uk/", "http://127.0.0.1:5001/file"
    pasted = "http://127.0.0.1:5000/uk/v3/attachments/1/views/original"
    web = Web()
    await download(files, web, here)
    await download(pasted, web, here)
    assert web.asked == [(files, False), (pasted, True)]
    for elsewhere in ("https://evil.example/x", "file:///etc/passwd", "http://10.0.0.1/x"):
        with pytest.raises(Permanent, match="foreign_host"):
            await download(elsewhere, web, here)


async def test_addresses_with_their_secrets_stand_in_no_error() -> None:
    for trouble in ("https://evil.example/?tempauth=secret", "https://[secret"):
        with pytest.raises(Permanent) as told:
            await download(trouble, Web())
        assert "secret" not in json.dumps([str(told.value), repr(told.value)])
