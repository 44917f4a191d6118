"""Every chat, and every mixture of chats, that a scenario is played on."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial

from tests.scenarios.chat import Chat
from tests.scenarios.on_slack import slack

CHATS: Mapping[str, Callable[[], AbstractAsyncContextManager[Chat]]] = {
    "slack": slack,
    "slack by socket": partial(slack, socket=True),
}
"""By what the test is called after."""
