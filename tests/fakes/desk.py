"""The handlers over a real store, with people at hand and a clock that is moved by hand."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from bot.surface import INSTALLED
from cards.text import plain
from handlers.dispatch import Dispatch, Drawn
from handlers.everything import everything
from handlers.request import Reply, Request, Say
from policy.people import Identity, Known
from policy.post import Post
from policy.record import Ref
from policy.refused import NotAdmitted
from policy.school import School
from storage.contract import Store
from storage.rows import AuditRow, Outgoing
from storage.tiny import open_tiny
from storage.vault import Vault, new_key
from tests.fakes.school import MONDAY, harbour, identity, known

KEY = new_key()
"""What the fakes' records are sealed with."""

CENTURY = timedelta(days=36_500)


class Hearing(Dispatch):
    """A dispatch that notes what chats say of accounts: they say the same when they are asked."""

    def __init__(self, said: dict[Identity, Known], *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.said = said

    async def met(self, known: Known, *, now: bool = False) -> NotAdmitted | None:
        """As ever."""
        self.said[known.identity] = known
        return await super().met(known, now=now)


class Desk:
    """One school at work, without any surface: requests in, replies and outbox rows out."""

    def __init__(self, store: Store, school: School) -> None:
        self.store, self.school, self.now = store, school, MONDAY
        self.strangers: dict[Identity, Known | None] = {}
        self.said: dict[Identity, Known] = {}
        self.looked_up: list[Identity] = []
        self.dispatch: Dispatch = Hearing(
            self.said, store, school, everything(), self._look_up, lambda: self.now, installed=INSTALLED
        )
        self._keys = count(1)

    def settle(self, **roster: Any) -> None:
        """Another configuration from now on, as after a restart with a changed roster."""
        self.school = replace(self.school, roster=replace(self.school.roster, **roster))
        self.dispatch.school = self.school

    async def _look_up(self, who: Identity) -> Known | None:
        self.looked_up.append(who)
        if who in self.strangers:
            return self.strangers[who]
        return self.said.get(who) or known(who.id, platform=who.platform, tenant=who.tenant)

    async def ask(
        self,
        who: str | Identity,
        verb: str,
        post: Post | Ref | None = None,
        *,
        version: int | None = None,
        key: str = "",
        text: str = "",
        fields: dict[str, Any] | None = None,
        payload: dict[str, str] | None = None,
        school: str | None = None,
        attaches: bool = True,
    ) -> Reply:
        """What somebody gets back for a command, a press or a form."""
        if isinstance(post, Post):
            version = post.version if version is None else version
            post = Ref("post", post.id)
        return await self.dispatch(
            Request(
                key=key or f"key-{next(self._keys)}",
                identity=identity(who) if isinstance(who, str) else who,
                verb=verb,
                at=self.now,
                school=self.school.id if school is None else school,
                record=post,
                version=version,
                text=text,
                fields=fields or {},
                payload=payload or {},
                attaches=attaches,
            )
        )

    async def write(
        self, who: str, text: str = "Sports day is on Friday.", account: str = "page", **more: Any
    ) -> Post:
        """A post that somebody has sent, as it stands after."""
        await self.ask(who, "post.new", fields={"text": text, "account": account, **more})
        async with self.store.transaction(self.school.id) as tx:
            return (await tx.find(Post, limit=1))[0]

    async def post(self, id: str) -> Post:
        """A post as it stands."""
        async with self.store.transaction(self.school.id) as tx:
            found = await tx.get(Post, id)
            assert found is not None
            return found

    async def put(self, post: Post) -> Post:
        """A post put into the store as it is, for states that take long to reach."""
        async with self.store.transaction(self.school.id) as tx:
            tx.put(post)
        return await self.post(post.id)

    async def outbox(self) -> list[Outgoing]:
        """Everything that is now to be sent, taken out."""
        taken: list[Outgoing] = []
        while rows := await self.store.claim(self.school.id, self.now, CENTURY, 100):
            async with self.store.transaction(self.school.id) as tx:
                for row in rows:
                    tx.done(row)
            taken += rows
        return sorted(taken, key=lambda row: row.id)

    async def sent(self) -> list[tuple[str, str]]:
        """Everything that is now to be sent, taken out, as (view, to whom)."""
        return [(row.view, row.person.rpartition(":")[2]) for row in await self.outbox()]

    async def see(self, who: str, view: str, post: Post | Ref | None) -> Drawn | None:
        """A view as somebody would see it now."""
        name = Ref("post", post.id) if isinstance(post, Post) else post
        return await self.dispatch.draw(view, name, str(identity(who)))

    async def audit(self) -> list[AuditRow]:
        """The school's chain."""
        return [row async for row in self.store.audit_rows(self.school.id)]


async def open_desk(folder: Path, school: School | None = None, *people: str, keyless: bool = False) -> Desk:
    """A desk over a new store in the folder; the people are met. `keyless`: there is no key to seal anything with."""
    vault = None if keyless else Vault([KEY])
    desk = Desk(await open_tiny(folder, kinds=everything().kinds.values(), vault=vault), school or harbour())
    for name in people:
        await desk.dispatch.met(known(name))
    return desk


def said(reply: Reply) -> str:
    """The words of an answer."""
    assert isinstance(reply, Say), reply
    return plain(reply.card)
