"""Harbour Primary on Slack and on Teams at once: everybody has both, and uses one."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from bot.app import Program
from policy.people import Person
from tests.fakes.school import COLLEAGUE, OWNER, TEACHER, email
from tests.fakes.slack_desk import PEOPLE
from tests.scenarios.chat import PATIENCE, Chat
from tests.scenarios.on_slack import OnSlack
from tests.scenarios.on_slack import slack as slack_alone
from tests.scenarios.on_teams import OnTeams
from tests.scenarios.on_teams import teams as teams_alone

T = TypeVar("T")

WRITERS = frozenset({TEACHER, COLLEAGUE, OWNER})


class Mixed:
    """`writers` says which of the two those who write posts use; those who decide use the other."""

    def __init__(self, slack: OnSlack, teams: OnTeams, *, writers: str) -> None:
        self._both: tuple[Chat, Chat] = (slack, teams)
        self._writers: Chat = slack if writers == "slack" else teams
        self._others: Chat = teams if writers == "slack" else slack

    def of(self, name: str) -> Chat:
        """The chat that somebody uses."""
        return self._writers if name in WRITERS else self._others

    def environment(self) -> dict[str, Any]:
        return {name: value for chat in self._both for name, value in chat.environment().items()}

    async def connect(self, program: Program) -> None:
        for chat in self._both:
            await chat.connect(program)
        await linked(program)
        for name in PEOPLE:
            await self.meet(name)

    async def meet(self, name: str) -> None:
        await self.of(name).meet(name)

    async def command(self, name: str, line: str) -> Any:
        return await self.of(name).command(name, line)

    async def say(self, name: str, line: str) -> str:
        return await self.of(name).say(name, line)

    async def press(self, name: str, card: Any, button: str) -> None:
        await self.of(name).press(name, card, button)

    async def form(self, name: str, card: Any, button: str) -> Any:
        return await self.of(name).form(name, card, button)

    async def shortcut(self, name: str, label: str, words: str, *, forwarded: str = "") -> Any:
        return await self.of(name).shortcut(name, label, words, forwarded=forwarded)

    async def send(self, name: str, form: Any, answers: Mapping[str, Any]) -> Mapping[str, str]:
        return await self.of(name).send(name, form, answers)

    async def told(self, name: str, card: Any, button: str) -> str:
        return await self.of(name).told(name, card, button)

    def whispers(self, name: str) -> Sequence[str]:
        return self.of(name).whispers(name)

    async def tidy(self, *names: str) -> None:
        for name in names:
            await self.of(name).tidy(name)

    def inbox(self, name: str) -> Sequence[Any]:
        return self.of(name).inbox(name)

    def row(self, message: Any) -> int:
        chat = next(chat for chat in self._both for name in PEOPLE if message in chat.inbox(name))
        return chat.row(message)

    def fail_one_in_three(self) -> None:
        for chat in self._both:
            chat.fail_one_in_three()

    def down(self) -> None:
        for chat in self._both:
            chat.down()

    def up(self) -> None:
        for chat in self._both:
            chat.up()

    @property
    def failed(self) -> int:
        return sum(chat.failed for chat in self._both)

    @property
    def repeats(self) -> int:
        return sum(chat.repeats for chat in self._both)

    @property
    def doubts(self) -> int:
        return sum(chat.doubts for chat in self._both)

    async def until(self, look: Callable[[], T], seconds: float = PATIENCE) -> T:
        """Looks whenever anything happens on either."""
        slack, teams = (asyncio.create_task(chat.until(look, seconds)) for chat in self._both)
        done, waiting = await asyncio.wait([slack, teams], return_when=asyncio.FIRST_COMPLETED)
        for each in waiting:
            each.cancel()
        await asyncio.wait([slack, teams])
        return done.pop().result()


@asynccontextmanager
async def mixed(*, writers: str) -> AsyncIterator[Mixed]:
    """Both, in one deployment."""
    async with slack_alone() as slack, teams_alone() as teams:
        yield Mixed(slack, teams, writers=writers)


async def linked(program: Program) -> None:
    """Until everybody is known to have both accounts."""
    async with asyncio.timeout(PATIENCE):
        for name in PEOPLE:
            while not await _has_both(program, name):  # noqa: ASYNC110  nothing tells
                await asyncio.sleep(0.02)


async def _has_both(program: Program, name: str) -> bool:
    async with program.dispatch.store.transaction("harbour") as tx:
        found = await tx.find(Person, key=email(name))
    return any(len(person.accounts) == 2 for person in found)
