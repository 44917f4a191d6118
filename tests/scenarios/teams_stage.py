"""The stage for those who send what nobody should, on Teams: a post that waits, and eyes on disk, chats and log."""

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.app import Program
from bot.teams import TeamsSurface
from tests.fakes.school import COLLEAGUE, HEAD, OWNER, TEACHER
from tests.fakes.slack_desk import PEOPLE
from tests.fakes.teams import Answer, FakeTeams, Message, MessageVersion
from tests.fakes.teams import fields as inputs
from tests.fakes.teams import shown as cards
from tests.fakes.teams.payloads import execute, task
from tests.scenarios.chat import PATIENCE
from tests.scenarios.on_teams import OnTeams, enrol
from tests.scenarios.school import School
from tests.scenarios.serving import kept, quiet, serving, tidied
from tests.scenarios.stage import SECRET

Json = dict[str, Any]
Place = Message | MessageVersion

OTHER_TENANT = "99999999-2222-3333-4444-555555555555"


@dataclass
class TeamsStage:
    """A post by Tom that waits for Helen, at a school that is being served."""

    chat: OnTeams
    program: Program
    folder: Path
    card: Message
    said: Callable[[], str]

    @property
    def teams(self) -> FakeTeams:
        return self.chat.teams

    @property
    def school(self) -> School:
        return School(self.chat)

    async def unmoved(self, doing: Awaitable[object]) -> None:
        """Do it, and see that nothing came of it: not on the disk, and nobody was sent anything."""
        await tidied(self.program)
        before, heard = kept(self.folder), self._heard()
        await doing
        await quiet(self.program)
        assert kept(self.folder) == before
        assert self._heard() == heard

    def _heard(self) -> list[int]:
        return self.school.inboxes(TEACHER, HEAD, OWNER, COLLEAGUE)

    def silent(self) -> None:
        """No traceback, and nothing of what was sent, has been written anywhere."""
        written = self.said()
        assert "Traceback" not in written
        assert "trouble" not in written
        assert SECRET not in written

    async def executed(self, name: str, data: Json, *, verb: str = "", at: Place | None = None) -> str:
        """What somebody is told in passing, or shown in the card's place, when these data come from a button."""
        own = data.get("exeat")
        action = {"type": "Action.Execute", "verb": verb or (own.get("verb") if isinstance(own, dict) else "")}
        value = execute(action, data)
        answer = await self.teams.deliver(self._invoke(name, "adaptiveCard/action", value, at))
        assert answer.status == 200, answer
        assert answer.json is not None
        said = answer.json["value"]
        return said if isinstance(said, str) else cards.text_of(said)

    async def submitted(self, name: str, data: Json, *, at: Place | None = None) -> str:
        """What somebody is answered when the data come from a client that is too old for anything else."""
        activity = self.teams.activity(name, value=data, replyToId=at.id if at else None)
        before, versions = len(self.teams.inbox(name)), at and len(at_message(at).versions)
        assert (await self.teams.deliver(activity)).status == 200

        def said() -> str:
            fresh = [each.shown_text() for each in self.teams.inbox(name)[before:]]
            if at is not None and len(at_message(at).versions) != versions:
                fresh.append(at_message(at).shown_text())
            return "\n".join(fresh)

        return await self.teams.until(said, PATIENCE)

    async def windowed(self, name: str, data: Json, *, invoke: str = "task/fetch") -> str:
        """What a window shows or says when these data ask for one, or come from one."""
        answer = await self.teams.deliver(self._invoke(name, invoke, task(data), None))
        assert answer.status == 200, answer
        assert answer.json is not None
        value = answer.json["task"]["value"]
        return value if isinstance(value, str) else f"{value['title']}\n{cards.text_of(value['card']['content'])}"

    def _invoke(self, name: str, invoke: str, value: Json, at: Place | None) -> Json:
        return self.teams.invoke(name, invoke, value, reply_to=at.id if at else "")


def at_message(place: Place) -> Message:
    """The message itself."""
    assert isinstance(place, Message)
    return place


def data_of(place: Place, button: str, **forged: Any) -> Json:
    """What a button sends, with parts of what Exeat wrote into it forged; None takes a part out."""
    data: Json = copy.deepcopy(cards.action(place.card, button)["data"])
    data["exeat"] = {name: value for name, value in {**data["exeat"], **forged}.items() if value is not None}
    return data


async def _all_known(program: Program) -> None:
    """Until it is kept where everybody is reached, which comes after their greeting."""
    surface = next(chat.surface for chat in program.chats if isinstance(chat.surface, TeamsSurface))
    async with asyncio.timeout(PATIENCE):
        while len(surface.addresses.all()) < len(PEOPLE):  # noqa: ASYNC110  nothing tells
            await asyncio.sleep(0.02)


@asynccontextmanager
async def teams_stage(folder: Path, said: Callable[[], str]) -> AsyncIterator[TeamsStage]:
    """The stage; at the end nothing of what was sent stands in the log."""
    async with FakeTeams() as fake:
        enrol(fake)
        chat = OnTeams(fake)
        async with serving(chat, folder / "data") as program:
            school = School(chat)
            await school.draft(TEACHER, f"About the {SECRET}")
            card = await school.card(HEAD, "P-1", button="Approve")
            await school.card(TEACHER, "P-1", button="Edit")
            await quiet(program)
            await _all_known(program)
            stage = TeamsStage(chat, program, folder / "data", card, said)
            yield stage
        stage.silent()


def genuine(teams: FakeTeams, **changed: Any) -> Json:
    """What the headteacher would send."""
    return teams.activity(HEAD, text=f"posts {SECRET}", **changed)


def approving(stage: TeamsStage) -> Json:
    """A press that would decide."""
    action = {"type": "Action.Execute", "verb": "post.approve", "data": data_of(stage.card, "Approve")}
    return stage.teams.invoke(HEAD, "adaptiveCard/action", {"action": action}, reply_to=stage.card.id)


async def turned_away(stage: TeamsStage, status: int, send: Callable[[], Awaitable[Answer]]) -> None:
    """It is answered with this status and a reason; nothing else comes of it."""
    answers: list[Answer] = []

    async def sent() -> None:
        answers.append(await send())

    await stage.unmoved(sent())
    [answer] = answers
    assert answer.status == status, answer
    assert SECRET not in answer.body
    assert "Traceback" not in answer.body
    assert answer.json is not None
    assert list(answer.json) == ["error"]
    logged = [line for line in map(json.loads, stage.said().splitlines()) if line["event"] == "turned away"][-1]
    assert logged["status"] == status
    assert logged["why"] == answer.json["error"]


async def form_of(stage: TeamsStage, name: str = TEACHER) -> Message:
    """A form for a post that is to be written."""
    form: Message = (await stage.chat.command(name, "/draftpost")).message
    return form


def filled(form: Message, text: str, **forged: Any) -> Json:
    """What the form's Send brings, filled in so."""
    typed = inputs.sent(form.card, {"text": text, "account~choice": "page"})
    return {**data_of(form, "Send", **forged), **typed}


def form_before(form: Message) -> Any:
    """The form as it was first drawn."""
    return form.versions[0]
