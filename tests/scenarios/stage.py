"""A stage for those who send what nobody should: a post that waits, and eyes on the disk, the chat and the log."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.app import Program
from tests.fakes.school import HEAD, OWNER, TEACHER
from tests.fakes.slack import FakeSlack, Message, MessageVersion
from tests.fakes.slack_desk import user
from tests.scenarios.serving import kept, quiet, tidied

TOM, HELEN, OLU = user(TEACHER), user(HEAD), user(OWNER)

SECRET = "quokka"
"""A word in every body that is sent, and in no line of the log."""


@dataclass
class Stage:
    """A post by Tom that waits for Helen, at a school that is being served."""

    slack: FakeSlack
    program: Program
    folder: Path
    card: Message
    said: Callable[[], str]

    async def unmoved(self, doing: Awaitable[object]) -> None:
        """Do it, and see that nothing came of it: not on the disk, not in anybody's conversation."""
        await tidied(self.program)
        before, heard = kept(self.folder), self._heard()
        await doing
        await quiet(self.program)
        assert kept(self.folder) == before
        assert self._heard() == heard

    def _heard(self) -> list[int]:
        return [len(self.slack.inbox(each)) for each in (TOM, HELEN, OLU)]

    def silent(self) -> None:
        """No traceback, and nothing of what was sent, has been written anywhere."""
        written = self.said()
        assert "Traceback" not in written
        assert SECRET not in written


async def told_after(slack: FakeSlack, name: str, place: Message | MessageVersion, button: str, **forged: Any) -> str:
    """What somebody alone is told after a press: where they are, or in Exeat's own conversation with them.

    `forged` is put over what Slack would send.
    """
    me = user(name)
    whispered, written = len(slack.ephemerals), len(slack.inbox(me))
    pressed = await slack.press(me, place, button, overrides=forged)
    assert pressed.status == 200

    def told() -> str:
        whispers = [each.shown_text() for each in slack.ephemerals[whispered:] if each.ephemeral_to == me]
        return "\n".join([*whispers, *(each.shown_text() for each in slack.inbox(me)[written:])])

    return await slack.until(told, 10)
