"""Slack's Web API for the app itself, its people and its files, acting on the workspace.

https://docs.slack.dev/reference/methods
"""

from collections.abc import Callable, Mapping

from tests.fakes.slack.people import File, User
from tests.fakes.slack.wire import Json, SlackError, wanted
from tests.fakes.slack.workspace import Workspace

Method = Callable[[Workspace, Json], Json]
TYPES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}


def auth_test(slack: Workspace, args: Json) -> Json:
    """auth.test of the bot token."""
    return {
        "url": f"{slack.host}/",
        "team": "School",
        "user": "exeat",
        "team_id": slack.team,
        "user_id": slack.bot_user,
        "bot_id": slack.bot_id,
        "is_enterprise_install": False,
    }


def _shape(slack: Workspace, user: User) -> Json:
    shape = user.shape()
    if "users:read.email" not in slack.scopes:
        shape["profile"].pop("email", None)
    return shape


def list_users(slack: Workspace, args: Json) -> Json:
    """users.list, a page at a time."""
    everyone = [_shape(slack, user) for user in slack.users.values()]
    try:
        start, limit = int(args.get("cursor") or 0), int(args.get("limit") or 200)
    except ValueError as error:
        raise SlackError("invalid_cursor") from error
    after = start + limit
    cursor = str(after) if after < len(everyone) else ""
    page = everyone[start:after]
    return {"members": page, "cache_ts": 1, "response_metadata": {"next_cursor": cursor}}


def user_info(slack: Workspace, args: Json) -> Json:
    """users.info by id."""
    (user,) = wanted(args, "user")
    if user not in slack.users:
        raise SlackError("user_not_found")
    return {"user": _shape(slack, slack.users[user])}


def user_by_email(slack: Workspace, args: Json) -> Json:
    """users.lookupByEmail; people who left are not found."""
    (email,) = wanted(args, "email")
    for user in slack.users.values():
        if user.email and user.email.casefold() == email.casefold() and not user.deleted:
            return {"user": user.shape()}
    raise SlackError("users_not_found")


def _file(slack: Workspace, id: str) -> File:
    if id not in slack.files or not slack.files[id].ready:
        raise SlackError("file_not_found")
    return slack.files[id]


def file_info(slack: Workspace, args: Json) -> Json:
    """files.info by id."""
    (id,) = wanted(args, "file")
    return {"file": _file(slack, id).shape(slack.host, slack.team), "comments": [], "content": ""}


def upload_url(slack: Workspace, args: Json) -> Json:
    """files.getUploadURLExternal: where to send the bytes, and the id they will have."""
    name, length = wanted(args, "filename", "length")
    if not length.isdigit() or int(length) == 0:
        raise SlackError("invalid_arguments", ["length must be a positive number"])
    id = f"F0UP{slack.number()}"
    mimetype = TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")
    slack.files[id] = File(id, slack.bot_user, name, mimetype, b"", ready=False)
    slack.files[id].expected_length = int(length)
    slack.files[id].alt_text = str(args.get("alt_txt") or args.get("alt_text") or "")
    return {"upload_url": f"{slack.host}/upload/v1/{id}", "file_id": id}


def complete_upload(slack: Workspace, args: Json) -> Json:
    """files.completeUploadExternal: the files whose bytes have come are ready, and shared when a channel is named."""
    named = args.get("files")
    if not isinstance(named, list) or not named:
        raise SlackError("invalid_arguments", ["files must name at least one file"])
    files = [slack.files.get(str(entry.get("id"))) for entry in named]
    done = [file for file in files if file is not None and file.content]
    if len(done) != len(files):
        raise SlackError("file_not_found")
    for file, entry in zip(done, named, strict=True):
        file.ready, file.title = True, str(entry.get("title") or file.name)
        if args.get("channel_id"):
            file.channels.append(str(args["channel_id"]))
    return {"files": [file.shape(slack.host, slack.team) for file in done]}


DIRECTORY_METHODS: Mapping[str, Method] = {
    "auth.test": auth_test,
    "users.list": list_users,
    "users.info": user_info,
    "users.lookupByEmail": user_by_email,
    "files.info": file_info,
    "files.getUploadURLExternal": upload_url,
    "files.completeUploadExternal": complete_upload,
}
