"""Teams as the relay and dispatch need it: posting, redrawing, downloading, looking people up."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

import structlog

from bot.pictures.thumbnails import Thumbnails
from bot.surface import Gone, Permanent, Posted, Transient
from bot.teams.addresses import Addresses
from bot.teams.connector import Connector
from bot.teams.errors import CLOSED, Outage
from bot.teams.files import Files
from cards.model import Card, FileRef, Form, Picture
from cards.teams import Pictures, message, summary
from policy.address import Address
from policy.people import Identity, Known, Person, Standing
from policy.school import School
from policy.text import clean
from storage.contract import Unavailable

Json = dict[str, Any]
T = TypeVar("T")

CARD = "application/vnd.microsoft.card.adaptive"
NOT_INSTALLED = "not_installed"
GUEST = "#ext#"
"""What stands in the principal name of a guest."""

LOOK_UP_SECONDS = 2.0
"""How long a look-up may take while somebody's press waits for its answer."""

WAITS = (1.0, 4.0, 15.0, 60.0)
"""Seconds between two tries of a look-up that nobody waits for, unless Teams says how many."""

LONGEST_WAIT = 300.0
"""For how many seconds Teams may ask before such a look-up is given up."""

AT_ONCE = 8
"""About how many people Teams is asked at once."""

log = structlog.get_logger("exeat.teams")


class TeamsSurface:
    """One Microsoft 365 tenant through one app registration. `close` it at the end.

    `school` is the slug that buttons carry, `zone` the school's. `picture` gives the bytes of a cleaned picture by
    its sha256, and `link` the https address of the picture itself, if there is one. `outage` is the code with which
    Teams or its login refuses the app itself, while it does.
    """

    name = "teams"

    def __init__(
        self,
        connector: Connector,
        addresses: Addresses,
        *,
        tenant: str,
        school: School,
        picture: Callable[[str], Awaitable[bytes]],
        link: Callable[[str], str] | None,
    ) -> None:
        self.connector, self.addresses, self.tenant = connector, addresses, tenant
        self.school, self.zone, self.outage = school.id, school.zone, ""
        self.files = Files(connector, self.asked)
        self._thumbnails, self._link = Thumbnails(picture), link

    async def close(self) -> None:
        """Let go of the connections."""
        await self.connector.close()

    async def pictures(self, card: Card | Form) -> Pictures:
        """Small copies of the pictures shown, and where the pictures themselves are."""
        parts = card.body if isinstance(card, Card) else card.parts
        shown = dict.fromkeys(part.sha256 for part in parts if isinstance(part, Picture))
        small = {sha: await self._thumbnails.get(sha) for sha in shown}
        return Pictures(small, {sha: self._link(sha) for sha in shown} if self._link else {})

    async def tell(self, address: Address, card: Card) -> Posted:
        """Say something to somebody whose address is at hand. Raises as `post` does."""
        return await self.ask(address, await self._drawn(card), summary(card))

    async def ask(self, address: Address, form: Json, summary: str) -> Posted:
        """Put a form, drawn already, before somebody. `summary` is what a notification says. Raises as `post`."""
        began = self.addresses.moment
        call = self.connector.send(address.service, address.conversation, _activity(form, summary))
        try:
            return Posted(address.conversation, await self.asked(call))
        except Permanent as refused:
            if refused.code in CLOSED:
                await self._close(address, began)
            raise

    async def post(self, to: Identity, card: Card, row: str, files: Mapping[str, str]) -> Posted:
        """See `Surface.post`. A failure after sending is Ambiguous, and Teams does not tell whether it arrived."""
        address = self.addresses.get(to)
        if address is None or not address.open:
            raise Permanent(NOT_INSTALLED)
        return await self.tell(address, card)

    async def find(self, to: Identity, row: str) -> Posted | None:
        """See `Surface.find`: Teams lets no app look."""
        return None

    async def redraw(self, at: Posted, card: Card) -> Posted:
        """See `Surface.redraw`. What stands in a conversation that Exeat was removed from is gone."""
        address = self.addresses.at(at.conversation)
        if address is None or not address.open or not at.message:
            raise Gone
        activity = {**_activity(await self._drawn(card), summary(card)), "id": at.message}
        began = self.addresses.moment
        try:
            await self.asked(self.connector.update(address.service, at.conversation, at.message, activity))
        except Permanent as refused:
            if refused.code not in CLOSED:
                raise
            await self._close(address, began)
            raise Gone from refused
        return at

    async def download(self, file: FileRef, by: Person, longest: int) -> bytes:
        """See `Surface.download`; `longest` is in bytes. Files are named by their addresses, which only the sender's
        own activity has brought.
        """
        ours = (
            each.identity for each in by.accounts if (each.identity.platform, each.identity.tenant) == self._place
        )
        address = next(filter(None, map(self.addresses.get, ours)), None)
        if address is None:
            raise Permanent("not_their_file")
        return await self.files.download(file.id, address.service, longest)

    async def look_up(self, identity: Identity) -> Known | None:
        """See `Surface.look_up`; None also when Teams cannot say within two seconds, for somebody waits."""
        address = self.addresses.get(identity)
        if address is None or (identity.platform, identity.tenant) != self._place:
            return None
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                return await self._known(address)
        except (Transient, Permanent, TimeoutError) as error:
            log.warning("look-up failed", why=str(error) or type(error).__name__)
            return None

    async def find_out(self, identity: Identity) -> Known | None:
        """The same where nobody waits: tried again, and never sooner than Teams asks, while there is trouble."""
        address = self.addresses.get(identity)
        if address is None:
            return None
        for wait in (*WAITS, None):
            try:
                return await self._known(address)
            except (Transient, Permanent) as error:
                wished = error.seconds if isinstance(error, Transient) else None
                if isinstance(error, Permanent) or wait is None or (wished or 0.0) > LONGEST_WAIT:
                    log.warning("look-up failed", why=str(error))
                    return None
                await asyncio.sleep(wait if wished is None else wished)
        return None

    async def everybody(self) -> Sequence[Known]:
        """Everybody who has Exeat and can be asked after. Teams says nothing of those who have left, so they stay as
        they were known.

        Raises what stands in the way of all of them, once it is plain.
        """
        asked = [address for address in self.addresses.all() if address.open]
        people, failures = list[Known](), list[Exception]()
        answers = 0
        for start in range(0, len(asked), AT_ONCE):
            for found in await self._ask_after(asked[start : start + AT_ONCE]):
                if isinstance(found, Exception):
                    log.warning("not known", why=str(found))
                    failures.append(found)
                    continue
                answers += 1
                people += [found] if found else []
            if not answers and all(isinstance(each, Transient) for each in failures):
                break
        if failures and not answers:
            raise failures[0]
        return people

    async def asked(self, call: Awaitable[T]) -> T:
        """A call's answer, with the outage noted when the app itself is refused, and when that is over."""
        try:
            answer = await call
        except Outage as outage:
            if outage.code != self.outage:
                log.error("teams refuses the app", code=outage.code)
            self.outage = outage.code
            raise
        self.outage = ""
        return answer

    @property
    def _place(self) -> tuple[str, str]:
        return self.name, self.tenant

    async def _drawn(self, card: Card) -> Json:
        return message(card, school=self.school, pictures=await self.pictures(card))

    async def _close(self, address: Address, began: int) -> None:
        """Note that a conversation takes nothing more, unless the person is reached elsewhere by now, or was heard
        from since the refused call began.
        """
        identity = Identity.parse(address.id)
        now = self.addresses.get(identity)
        if now is None or now.conversation != address.conversation:
            return
        try:
            await self.addresses.close(identity, began)
        except Unavailable as error:
            log.warning("address not closed", why=str(error))

    async def _ask_after(self, addresses: Sequence[Address]) -> list[Known | Transient | Permanent | None]:
        async def one(address: Address) -> Known | Transient | Permanent | None:
            try:
                return await self._known(address)
            except (Transient, Permanent) as error:
                return error

        return await asyncio.gather(*map(one, addresses))

    async def _known(self, address: Address) -> Known | None:
        identity = Identity.parse(address.id)
        call = self.connector.member(address.service, address.conversation, address.member or identity.id)
        member = await self.asked(call)
        return known(member, identity) if member else None


def known(member: Json, identity: Identity) -> Known | None:
    """An account as a roster gives it; None when that is about somebody else.

    https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context. The address counts only for
    somebody of the tenant, and a guest's principal name is none.
    """
    id = _text(member, "aadObjectId") or _text(member, "objectId")
    if id.casefold() != identity.id.casefold():
        return None
    principal = _text(member, "userPrincipalName").casefold()
    standing = _standing(member, identity.tenant, principal)
    email = _text(member, "email").casefold() or ("" if GUEST in principal else principal)
    return Known(identity, clean(_text(member, "name")), "" if standing is Standing.EXTERNAL else email, standing)


def _standing(member: Json, tenant: str, principal: str) -> Standing:
    role, of = _text(member, "userRole").casefold(), _text(member, "tenantId").casefold()
    if _text(member, "id").startswith("28:"):
        return Standing.BOT
    if (of and of != tenant.casefold()) or role not in ("", "user", "guest"):
        return Standing.EXTERNAL
    return Standing.GUEST if role == "guest" or GUEST in principal else Standing.MEMBER


def _text(member: Json, name: str) -> str:
    value = member.get(name)
    return value if isinstance(value, str) else ""


def _activity(content: Json, summary: str) -> Json:
    return {
        "type": "message",
        "summary": summary,
        "attachments": [{"contentType": CARD, "content": content}],
    }
