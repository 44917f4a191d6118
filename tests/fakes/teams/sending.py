"""How whatever people do reaches the app: activities, the tokens that vouch for them, and forgeries of both."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp

from tests.fakes.teams import keys, payloads
from tests.fakes.teams.delivery import Answer, Delivery, SentRequest
from tests.fakes.teams.files import Files
from tests.fakes.teams.outcomes import Outcome
from tests.fakes.teams.people import Channel
from tests.fakes.teams.wire import Json

ISSUER = "https://api.botframework.com"
AGENT = "Microsoft-SkypeBotApi (Microsoft-BotFramework/3.0)"


@dataclass
class Sending(Files):
    """A tenant that can reach the app. Teams waits `patience` seconds; `signing` is the number of the key of now."""

    patience: float = 5.0
    signing: int = 0
    _way: Delivery | None = None
    _session: aiohttp.ClientSession = field(init=False)

    def connect(self, url: str) -> None:
        """Where the app listens: the whole address, ending with /api/messages."""
        self._way = Delivery(url, self._session, self.patience)

    @property
    def way(self) -> Delivery:
        """The way to the app, with what was sent; only after `connect`."""
        assert self._way is not None, "call connect(url) first"
        self._way.patience = self.patience
        return self._way

    def token(self, *, key: str = "", headers: Mapping[str, object] | None = None, **claims: object) -> str:
        """A JWT as Microsoft signs them; `claims` and `headers` win, None leaves one out.

        `key`: "" signs with the key of now, "old" with the one before `rotate_keys`, "stranger" with a key that is
        nobody's.
        """
        now = int(self.wall())
        usual: Json = {"iss": ISSUER, "aud": self.app_id, "serviceurl": self.url, "nbf": now, "exp": now + 3600}
        number = {"": self.signing, "old": self.signing - 1, "stranger": keys.STRANGER}[key]
        return keys.signed(number, payloads.without_none({**usual, **claims}), dict(headers or {}))

    def signed(
        self, *, key: str = "", headers: Mapping[str, object] | None = None, **claims: object
    ) -> dict[str, str]:
        """The Authorization header for `post_raw`; see `token`."""
        return {"Authorization": f"Bearer {self.token(key=key, headers=headers, **claims)}"}

    def activity(self, name: str, type: str = "message", /, *, channel: str | None = None, **more: object) -> Json:
        """An activity as Teams would send it for this person; `more` wins, and a field of None is left out.

        A field whose name is a word of Python goes with a line below: `from_`.
        """
        overrides = {field.removesuffix("_"): value for field, value in more.items()}
        kind = str(overrides.get("type", type))
        return payloads.activity(self, self.users[name], kind, self._place(channel), overrides)

    def invoke(self, name: str, invoke: str, value: Json, *, reply_to: str = "", conversation: str = "") -> Json:
        """An invoke as Teams would send it: adaptiveCard/action, task/fetch, task/submit, or anything else.

        `conversation` is the id of the one it happens in, the person's own unless given.
        """
        channel = next((each.name for each in self.channels.values() if each.holds(conversation)), None)
        activity = self.activity(
            name, "invoke", channel=channel, name=invoke, value=value, replyToId=reply_to or None
        )
        activity["conversation"]["id"] = conversation or activity["conversation"]["id"]
        return activity

    def _place(self, channel: str | None) -> Channel | None:
        if channel is not None and channel not in self.channels:
            self.add_channel(channel)
        return None if channel is None else self.channels[channel]

    async def post_raw(self, body: bytes | Json, headers: Mapping[str, str] | None = None) -> Answer:
        """Sends anything to the app with just these headers (and JSON's content type); nothing is checked."""
        every = {"Content-Type": "application/json; charset=utf-8", "User-Agent": AGENT, **(headers or {})}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = await self.way.send(SentRequest(self.way.url, every, content))
        self.changed()
        return answer

    async def deliver(self, activity: Json) -> Answer:
        """Sends an activity, signed for it; nothing is checked."""
        signature = self.signed(serviceurl=activity.get("serviceUrl"))
        return await self.post_raw(activity, {**signature, "x-ms-tenant-id": self.tenant})

    async def again(self, outcome: Outcome) -> Answer:
        """The same activity reaches the app once more, with the same ids; nothing is checked."""
        return await self.deliver(outcome.activity)
