"""The sign of life: whatever watches from outside hears nothing any more when Exeat has stopped."""

import aiohttp

from bot.clock import Chore

TIMEOUT = aiohttp.ClientTimeout(total=10)


def heartbeat(url: str) -> Chore:
    """A chore that tells a dead man's switch that all is well. Raises when it does not answer with success."""

    async def beat() -> None:
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT) as session,
            session.get(url, raise_for_status=True) as answer,
        ):
            await answer.release()

    return beat
