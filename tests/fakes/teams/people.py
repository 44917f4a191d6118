"""The people and channels of the pretend tenant, in the shapes that Teams gives them."""

import uuid
from dataclasses import dataclass

from tests.fakes.teams.wire import Json


def made_id(*parts: str) -> str:
    """A UUID that is always the same for the same words."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(parts)))


@dataclass(slots=True)
class User:
    """One account. `name` is what tests call them by; `display` is what Teams shows.

    `installed`: the app was added once, so that there is a chat; `removed`, `blocked` and `gone` (left the
    school) say what came later.
    """

    name: str
    display: str
    email: str
    object_id: str
    tenant: str
    guest: bool = False
    installed: bool = False
    removed: bool = False
    blocked: bool = False
    gone: bool = False

    @property
    def id(self) -> str:
        """The `29:` id under which Teams' bots know them."""
        return f"29:1{made_id(self.tenant, self.object_id, 'member').replace('-', '')}"

    @property
    def conversation(self) -> str:
        """The id of their own chat with the app."""
        return f"a:1{made_id(self.tenant, self.object_id, 'chat').replace('-', '')}"

    @property
    def principal(self) -> str:
        """The user principal name: a guest's holds #EXT#."""
        if not self.guest:
            return self.email
        return f"{self.email.replace('@', '_')}#EXT#@school.onmicrosoft.example"

    def account(self) -> Json:
        """As `from` in what they send."""
        return {"id": self.id, "name": self.display, "aadObjectId": self.object_id}

    def shape(self) -> Json:
        """As the roster gives them: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context"""
        given, _, family = self.display.partition(" ")
        return {
            "id": self.id,
            "objectId": self.object_id,
            "aadObjectId": self.object_id,
            "name": self.display,
            "givenName": given,
            "surname": family,
            "email": self.email,
            "userPrincipalName": self.principal,
            "tenantId": self.tenant,
            "userRole": "guest" if self.guest else "user",
        }


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of a team, or a group chat (`group`), in which the app is."""

    name: str
    id: str
    team: str
    group: bool = False

    def holds(self, conversation: str) -> bool:
        """Whether a conversation is this one or a thread in it."""
        return conversation.partition(";")[0] == self.id
