"""Slack's Web API for conversations and messages, acting on the workspace.

https://docs.slack.dev/reference/methods
"""

from collections.abc import Callable, Mapping

from tests.fakes.slack.surfaces import Message, MessageVersion
from tests.fakes.slack.wire import Json, SlackError, truthy, wanted
from tests.fakes.slack.workspace import Workspace

Method = Callable[[Workspace, Json], Json]


def message_shape(slack: Workspace, message: MessageVersion, *, metadata: bool = True) -> Json:
    """A message as chat.postMessage, block_actions and conversations.history give it."""
    shape: Json = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": slack.team,
    }
    if message.user == slack.bot_user:
        shape |= {"bot_id": slack.bot_id, "app_id": slack.app_id}
    if message.blocks:
        shape["blocks"] = [dict(block) for block in message.blocks]
    if metadata and message.metadata:
        shape["metadata"] = message.metadata
    return shape


def _channel(slack: Workspace, name: str, *, person: bool = False) -> str:
    if person and name in slack.users:
        return _direct(slack, name)
    if name not in slack.conversations:
        raise SlackError("channel_not_found")
    if slack.bot_user not in slack.members[name]:
        raise SlackError("channel_not_found" if name.startswith("D") else "not_in_channel")
    return name


def _direct(slack: Workspace, user: str) -> str:
    found = slack.users.get(user)
    if found is None:
        raise SlackError("user_not_found")
    if found.deleted:
        raise SlackError("user_disabled")
    if found.bot or user == "USLACKBOT":
        raise SlackError("cannot_dm_bot")
    return slack.direct(user)


def _content(slack: Workspace, args: Json) -> tuple[str, list[Json]]:
    text = str(args.get("text") or "")
    blocks = slack.checked_blocks(args["blocks"]) if args.get("blocks") is not None else []
    if not text and not blocks:
        raise SlackError("no_text")
    if len(text) > 40_000:
        raise SlackError("msg_too_long")
    return text, blocks


def _metadata(args: Json) -> Json | None:
    metadata = args.get("metadata")
    if not metadata:
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise SlackError("invalid_metadata_format", ["metadata needs event_type"])
    if not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format", ["metadata needs event_payload"])
    return metadata


def post_message(slack: Workspace, args: Json) -> Json:
    """chat.postMessage; a U… id posts to that person's direct messages."""
    (name,) = wanted(args, "channel")
    channel = _channel(slack, name, person=True)
    text, blocks = _content(slack, args)
    version = MessageVersion(channel, slack.new_ts(), slack.bot_user, text, tuple(blocks), _metadata(args))
    slack.conversations[channel].append(Message([version], thread_ts=str(args.get("thread_ts") or "")))
    return {"channel": channel, "ts": version.ts, "message": message_shape(slack, version)}


def find_message(slack: Workspace, channel: str, ts: str) -> Message:
    """The message with this id.

    Raises:
        SlackError: `message_not_found`.
    """
    for message in slack.conversations.get(channel, []):
        if message.ts == ts and not message.deleted:
            return message
    raise SlackError("message_not_found")


def update(slack: Workspace, args: Json) -> Json:
    """chat.update: only by conversation id and ts; text alone takes the blocks away; metadata stays unless sent."""
    channel, ts = wanted(args, "channel", "ts")
    message = find_message(slack, _channel(slack, channel), ts)
    if message.user != slack.bot_user:
        raise SlackError("cant_update_message")
    text, blocks = _content(slack, args)
    metadata = _metadata(args) if "metadata" in args else message.metadata
    version = MessageVersion(channel, ts, message.user, text, tuple(blocks), metadata)
    message.versions.append(version)
    shape = message_shape(slack, version) | {"edited": {"user": slack.bot_id, "ts": slack.new_ts()}}
    return {"channel": channel, "ts": ts, "text": text, "message": shape}


def delete(slack: Workspace, args: Json) -> Json:
    """chat.delete of one of the app's own messages."""
    channel, ts = wanted(args, "channel", "ts")
    message = find_message(slack, _channel(slack, channel), ts)
    if message.user != slack.bot_user:
        raise SlackError("cant_delete_message")
    message.deleted = True
    return {"channel": channel, "ts": ts}


def post_ephemeral(slack: Workspace, args: Json) -> Json:
    """chat.postEphemeral to somebody who is in the conversation."""
    name, user = wanted(args, "channel", "user")
    channel = _channel(slack, name, person=True)
    if user not in slack.members[channel]:
        raise SlackError("user_not_in_channel")
    text, blocks = _content(slack, args)
    version = MessageVersion(channel, slack.new_ts(), slack.bot_user, text, tuple(blocks), ephemeral_to=user)
    slack.ephemerals.append(version)
    return {"message_ts": version.ts}


def open_conversation(slack: Workspace, args: Json) -> Json:
    """conversations.open with one person."""
    (users,) = wanted(args, "users")
    people = users.split(",")
    if len(people) != 1:
        raise SlackError("method_not_supported_for_channel_type", ["the stand-in opens with one person only"])
    known = f"D0{users}" in slack.conversations
    channel = _direct(slack, users)
    shape: Json = {"id": channel}
    if truthy(args.get("return_im")):
        shape |= {"is_im": True, "user": users}
    return {"no_op": known, "already_open": known, "channel": shape}


def history(slack: Workspace, args: Json) -> Json:
    """conversations.history: newest first, `oldest` and `latest` exclusive unless `inclusive`, with a cursor."""
    (name,) = wanted(args, "channel")
    channel = _channel(slack, name)
    oldest, latest = float(args.get("oldest") or 0), float(args.get("latest") or "inf")
    inclusive, limit = truthy(args.get("inclusive")), int(args.get("limit") or 100)
    found = [
        message
        for message in reversed(slack.conversations[channel])
        if not message.deleted
        and (not message.thread_ts or message.thread_ts == message.ts)
        and (oldest < float(message.ts) < latest or (inclusive and float(message.ts) in (oldest, latest)))
    ]
    start = int(args.get("cursor") or 0)
    page, rest = found[start : start + limit], len(found) > start + limit
    metadata = truthy(args.get("include_all_metadata"))
    shapes = [message_shape(slack, message.latest, metadata=metadata) for message in page]
    answer: Json = {"messages": shapes, "has_more": rest, "pin_count": 0}
    if rest:
        answer["response_metadata"] = {"next_cursor": str(start + limit)}
    return answer


CHAT_METHODS: Mapping[str, Method] = {
    "chat.postMessage": post_message,
    "chat.update": update,
    "chat.delete": delete,
    "chat.postEphemeral": post_ephemeral,
    "conversations.open": open_conversation,
    "conversations.history": history,
}
