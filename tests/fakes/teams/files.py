"""What people attach: files in their OneDrive, fetched without a token, and pasted pictures, fetched with one."""

from dataclasses import dataclass, field
from urllib.parse import quote

from tests.fakes.teams import payloads
from tests.fakes.teams.people import made_id
from tests.fakes.teams.tenant import Tenant
from tests.fakes.teams.wire import Json


@dataclass(slots=True)
class Upload:
    """One file, at its `url`. `redirect` sends whoever asks somewhere else; `unsized` says no length beforehand."""

    id: str
    name: str
    content: bytes
    url: str
    redirect: str = ""
    unsized: bool = False


@dataclass
class Files(Tenant):
    """A tenant whose people have files.

    `share_host` is the pretend SharePoint, another port than the service's. `leaks` are the tokens that somebody
    has shown it, though they are meant for the service alone.
    """

    share_host: str = ""
    uploads: list[Upload] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)

    def attached(self, file: tuple[str, bytes] | bytes) -> Json:
        """The file as an attachment of a message: (name, bytes) from OneDrive, bare bytes pasted."""
        id = made_id(self.tenant, "file", str(self.number()))
        if isinstance(file, bytes):
            upload = Upload(id, "", file, f"{self.url}v3/attachments/{id}/views/original")
            shape: Json = {"contentType": "image/*", "contentUrl": upload.url}
        else:
            name, content = file
            path = f"{self.share_host}/personal/school/Documents/Microsoft%20Teams%20Chat%20Files/{id}/{quote(name)}"
            upload = Upload(id, name, content, f"{path}?tempauth={id}")
            shape = payloads.download(upload.url, name, id)
        self.uploads.append(upload)
        return shape

    def upload(self, id: str) -> Upload | None:
        """The file with this id."""
        return next((each for each in self.uploads if each.id == id), None)
