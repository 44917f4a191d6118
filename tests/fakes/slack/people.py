"""The people and files of the pretend workspace, in the shapes that Slack's API gives them."""

from dataclasses import dataclass, field

from tests.fakes.slack.wire import Json


@dataclass(slots=True)
class User:
    """One account. `team` differs from the workspace's for somebody from another school (Slack Connect)."""

    id: str
    name: str
    email: str
    team: str
    guest: bool = False
    bot: bool = False
    deleted: bool = False
    stranger: bool = False

    def shape(self) -> Json:
        """As users.info and users.list give it: https://docs.slack.dev/reference/objects/user-object"""
        handle = self.name.lower().replace(" ", ".")
        profile: Json = {
            "real_name": self.name,
            "real_name_normalized": self.name,
            "display_name": handle,
            "display_name_normalized": handle,
            "team": self.team,
        }
        if self.email:
            profile["email"] = self.email
        shape: Json = {
            "id": self.id,
            "team_id": self.team,
            "name": handle,
            "deleted": self.deleted,
            "real_name": self.name,
            "tz": "Europe/London",
            "profile": profile,
            "is_bot": self.bot,
            "is_app_user": False,
            "updated": 1_700_000_000,
        }
        if self.deleted:
            return shape
        return shape | {
            "is_admin": False,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.guest,
            "is_ultra_restricted": False,
            "is_stranger": self.stranger,
            "is_email_confirmed": True,
        }

    @property
    def handle(self) -> str:
        """The name that others type after an @."""
        return self.name.lower().replace(" ", ".")


@dataclass(slots=True)
class File:
    """One file. It is `ready` when its upload has been completed."""

    id: str
    user: str
    name: str
    mimetype: str
    content: bytes
    ready: bool = True
    title: str = ""
    alt_text: str = ""
    expected_length: int = 0
    channels: list[str] = field(default_factory=list)

    @property
    def is_picture(self) -> bool:
        """Whether Slack would draw it in an image block."""
        return self.mimetype in {"image/png", "image/jpeg", "image/gif"}

    def shape(self, host: str, team: str) -> Json:
        """As files.info gives it, served by `host` (http://127.0.0.1:PORT)."""
        path = f"{host}/files-pri/{team}-{self.id}"
        kind = self.name.rpartition(".")[2].lower() if "." in self.name else "binary"
        return {
            "id": self.id,
            "created": 1_700_000_000,
            "timestamp": 1_700_000_000,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": self.mimetype,
            "filetype": "jpg" if kind == "jpeg" else kind,
            "pretty_type": kind.upper(),
            "user": self.user,
            "user_team": team,
            "editable": False,
            "size": len(self.content),
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": False,
            "public_url_shared": False,
            "file_access": "visible",
            "alt_txt": self.alt_text,
            "url_private": f"{path}/{self.name}",
            "url_private_download": f"{path}/download/{self.name}",
            "permalink": f"{host}/files/{self.user}/{self.id}/{self.name}",
            "channels": [],
            "groups": [],
            "ims": list(self.channels),
            "has_rich_preview": False,
        }
