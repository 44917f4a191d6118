"""How fast Teams may be asked for things."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

MOST = 40
"""How many calls may begin within a second. Teams takes 50 of an app in a tenant:
https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
"""


class Pace:
    """Lets at most `most` go within any `seconds`, in the order in which they came. `clock` is monotonic.

    Whoever stops waiting takes no turn.
    """

    def __init__(
        self,
        most: int = MOST,
        seconds: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._seconds, self._clock, self._sleep = seconds, clock, sleep
        self._went: deque[float] = deque(maxlen=most)
        self._next = asyncio.Lock()

    async def __call__(self) -> None:
        """Return when it is one's turn."""
        async with self._next:
            now = self._clock()
            turn = max(now, self._went[0] + self._seconds) if len(self._went) == self._went.maxlen else now
            if turn > now:
                await self._sleep(turn - now)
            self._went.append(turn)
