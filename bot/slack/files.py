"""Pictures to and from Slack: uploads that cards show, and downloads of what people attached."""

import asyncio
import io
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from weakref import WeakValueDictionary

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.body import bounded
from bot.pictures.kinds import ending_of
from bot.slack.errors import Outage, asked, retry_after
from bot.surface import Permanent, Transient
from cards.chart import png, sha256_of
from cards.model import Chart, Picture

_FILE_HOST = re.compile(r"files(-[a-z0-9-]+)?\.slack\.com")
_SLACK = URL("https://slack.com/api/")
_REDIRECTS = 2


@dataclass(frozen=True, slots=True)
class Shown:
    """The alt text of something that is shown as a picture, and the chart that it is drawn from, if it is one."""

    alt: str
    chart: Chart | None = None


class Files:
    """Moves pictures. `picture` gives the bytes of a cleaned picture by its sha256."""

    def __init__(
        self,
        client: AsyncWebClient,
        session: aiohttp.ClientSession,
        picture: Callable[[str], Awaitable[bytes]],
        clock: Callable[[], float],
    ) -> None:
        self._client, self._session, self._picture, self._clock = client, session, picture, clock
        self._by_sha: dict[str, str] = {}
        self._at: dict[str, float] = {}
        self._under_way: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def known(self, sha256s: Iterable[str]) -> dict[str, str]:
        """The uploads that stand already."""
        return {sha: self._by_sha[sha] for sha in sha256s if sha in self._by_sha}

    async def uploaded(self, shown: Mapping[str, Shown], known: Mapping[str, str]) -> dict[str, str]:
        """Slack's file ids of what is shown, by sha256; what is not there yet is uploaded once, however many cards
        ask for it together.

        Raises Transient, Ambiguous or Permanent.
        """
        self._by_sha.update(known)
        for sha, each in shown.items():
            async with self._under_way.setdefault(sha, asyncio.Lock()):
                if sha not in self._by_sha:
                    content = png(each.chart) if each.chart else await self._picture(sha)
                    self._by_sha[sha] = await self._upload(sha, content, each.alt)
        return self.known(shown)

    def fresh(self, ids: Mapping[str, str]) -> bool:
        """Whether one of the uploads is so new that Slack may not have looked at it yet."""
        return any(self._clock() - self._at.get(id, float("-inf")) < 60 for id in ids.values())

    async def _upload(self, sha: str, content: bytes, alt: str) -> str:
        name = f"{sha[:12]}.{ending_of(content)}"
        place = await asked(
            self._client.files_getUploadURLExternal(filename=name, length=len(content), alt_txt=alt[:1000] or None),
            idempotent=True,
        )
        try:
            async with self._session.post(place["upload_url"], data=io.BytesIO(content)) as answer:
                if answer.status != 200:
                    raise Transient(f"upload_{answer.status}", retry_after(answer.headers))
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Transient(f"upload_{type(error).__name__}") from error
        id = str(place["file_id"])
        await asked(self._client.files_completeUploadExternal(files=[{"id": id, "title": name}]), idempotent=True)
        self._at[id] = self._clock()
        return id

    async def download(self, id: str, owners: frozenset[str], longest: int) -> bytes:
        """The bytes of a file that one of `owners` (Slack user ids) attached, at most `longest`.

        Raises Permanent for another's, too large, external or gone, and for an address that is not Slack's.
        """
        file = (await asked(self._client.files_info(file=id), idempotent=True)).get("file") or {}
        if file.get("user") not in owners:
            raise Permanent("not_their_file")
        if file.get("is_external") or file.get("mode") in ("tombstone", "hidden_by_limit", "external"):
            raise Permanent("file_not_there")
        if int(file.get("size") or 0) > longest:
            raise Permanent("file_too_large")
        return await self._get(str(file.get("url_private_download") or file.get("url_private") or ""), longest)

    async def _get(self, address: str, longest: int) -> bytes:
        url = URL(address)
        for _ in range(_REDIRECTS + 1):
            if not self._ours(url):
                raise Permanent("foreign_host")
            headers = {"Authorization": f"Bearer {self._client.token}"}
            try:
                async with self._session.get(url, headers=headers, allow_redirects=False) as answer:
                    if answer.status in (301, 302, 303, 307, 308):
                        url = url.join(URL(answer.headers.get("Location", "")))
                        continue
                    return await _content(answer, longest)
            except (aiohttp.ClientError, TimeoutError) as error:
                raise Transient(f"download_{type(error).__name__}") from error
        raise Permanent("too_many_redirects")

    def _ours(self, url: URL) -> bool:
        base = URL(self._client.base_url)
        if base.host != _SLACK.host:
            return (url.scheme, url.host, url.port) == (base.scheme, base.host, base.port)
        return url.scheme == "https" and url.port == 443 and bool(_FILE_HOST.fullmatch(url.host or ""))


async def _content(answer: aiohttp.ClientResponse, longest: int) -> bytes:
    if answer.status == 429 or answer.status >= 500:
        raise Transient(f"download_{answer.status}", retry_after(answer.headers))
    if answer.status != 200:
        raise Permanent(f"download_{answer.status}")
    if answer.content_type == "text/html":
        raise Outage("signed_out_of_files")
    return await bounded(answer, longest)


def shown_of(parts: Iterable[object]) -> dict[str, Shown]:
    """The pictures and charts among the parts of a card or form, by sha256."""
    shown = dict[str, Shown]()
    for part in parts:
        if isinstance(part, Picture):
            shown[part.sha256] = Shown(part.alt)
        elif isinstance(part, Chart):
            shown[sha256_of(part)] = Shown(part.alt, part)
    return shown
