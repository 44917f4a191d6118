"""Every chat, and every mixture of chats, that a scenario is played on."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial

from tests.scenarios.chat import Chat
from tests.scenarios.mixed import mixed
from tests.scenarios.on_slack import slack
from tests.scenarios.on_teams import teams

CHATS: Mapping[str, Callable[[], AbstractAsyncContextManager[Chat]]] = {
    "slack": slack,
    "slack by socket": partial(slack, socket=True),
    "teams": teams,
    "slack to teams": partial(mixed, writers="slack"),
    "teams to slack": partial(mixed, writers="teams"),
}
"""By what the test is called after."""
