"""What the app may ask the connector to do, each with what Teams would refuse.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

from collections.abc import Mapping

from tests.fakes.teams.cards import checked, warnings
from tests.fakes.teams.people import Channel, User
from tests.fakes.teams.surfaces import Message, MessageVersion
from tests.fakes.teams.tenant import Tenant
from tests.fakes.teams.wire import Json, TeamsError


def _place(teams: Tenant, conversation: str) -> User | Channel:
    for user in teams.users.values():
        if user.conversation == conversation and user.installed:
            return user
    for channel in teams.channels.values():
        if channel.holds(conversation):
            return channel
    raise TeamsError(404, "ConversationNotFound", "Conversation not found.")


def _writable(teams: Tenant, conversation: str) -> User | Channel:
    place = _place(teams, conversation)
    if isinstance(place, User) and (place.removed or place.blocked or place.gone):
        raise TeamsError(403, "MessageWritesBlocked", "The person has removed or blocked the app.")
    return place


def send(teams: Tenant, conversation: str, activity: Json) -> tuple[int, Json]:
    """POST v3/conversations/{id}/activities (or a reply to one): a new message."""
    place = _writable(teams, conversation)
    _checked(teams, conversation, activity)
    if activity["type"] == "typing":
        return 202, {}
    viewer = place.name if isinstance(place, User) else ""
    id = teams.new_id()
    where = conversation
    if isinstance(place, Channel) and not place.group and ";" not in conversation:
        where = f"{conversation};messageid={id}"
    message = Message([MessageVersion(where, id, activity, viewer)], viewer)
    teams.conversations.setdefault(where, []).append(message)
    return 201, {"id": id}


def update(teams: Tenant, conversation: str, id: str, activity: Json) -> tuple[int, Json]:
    """PUT v3/conversations/{id}/activities/{aid}: something else in a message's place, for everybody."""
    _writable(teams, conversation)
    message = _message(teams, conversation, id)
    _checked(teams, conversation, activity)
    if activity.get("id", id) != id:
        raise TeamsError(400, "BadArgument", "the activity's id is not that of the address")
    message.draw(activity)
    return 200, {"id": id}


def delete(teams: Tenant, conversation: str, id: str) -> tuple[int, Json]:
    """DELETE v3/conversations/{id}/activities/{aid}."""
    _writable(teams, conversation)
    _message(teams, conversation, id).deleted = True
    return 200, {}


def _message(teams: Tenant, conversation: str, id: str) -> Message:
    for message in teams.conversations.get(conversation, []):
        if message.id == id and not message.deleted and not message.sender:
            return message
    raise TeamsError(404, "ActivityNotFoundInConversation", "Activity not found in conversation.")


def _checked(teams: Tenant, conversation: str, activity: Json) -> None:
    checked(activity)
    teams.warnings += warnings(activity)
    said = {
        "from": (activity.get("from") or {}).get("id", teams.bot_id) == teams.bot_id,
        "conversation": (activity.get("conversation") or {}).get("id", conversation) == conversation,
        "channelId": activity.get("channelId", "msteams") == "msteams",
    }
    if wrong := [name for name, right in said.items() if not right]:
        raise TeamsError(400, "BadArgument", f"not what it should be: {', '.join(wrong)}")


def _people(teams: Tenant, conversation: str) -> list[User]:
    place = _place(teams, conversation)
    if isinstance(place, User) and place.removed:
        raise TeamsError(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
    everybody = [place] if isinstance(place, User) else list(teams.users.values())
    return [user for user in everybody if not user.gone]


def member(teams: Tenant, conversation: str, id: str) -> tuple[int, Json]:
    """GET v3/conversations/{id}/members/{id}, by object id or `29:` id."""
    for user in _people(teams, conversation):
        if id in (user.id, user.object_id):
            return 200, user.shape()
    raise TeamsError(404, "MemberNotFoundInConversation", "Member not found in conversation.")


def paged_members(teams: Tenant, conversation: str, query: Mapping[str, str]) -> tuple[int, Json]:
    """GET v3/conversations/{id}/pagedmembers: `pageSize` (50 to 500; 200) of them from `continuationToken` on."""
    people = _people(teams, conversation)
    start, size = int(query.get("continuationToken", "0")), min(max(int(query.get("pageSize", "200")), 50), 500)
    page: Json = {"members": [user.shape() for user in people[start : start + size]]}
    if len(people) > start + size:
        page["continuationToken"] = str(start + size)
    return 200, page


def open_conversation(teams: Tenant, asked: Json) -> tuple[int, Json]:
    """POST v3/conversations: the person's own chat, which must be there already as far as Teams lets an app go."""
    members = asked.get("members")
    bot, tenant = (asked.get("bot") or {}).get("id"), asked.get("tenantId")
    tenant = tenant or ((asked.get("channelData") or {}).get("tenant") or {}).get("id")
    if not isinstance(members, list) or len(members) != 1 or not isinstance(members[0], dict):
        raise TeamsError(400, "BadArgument", "one member, please")
    if asked.get("isGroup"):
        raise TeamsError(400, "BadArgument", "an app opens no group chats")
    if bot != teams.bot_id:
        raise TeamsError(400, "BadArgument", "bot is not the app's own id")
    if tenant != teams.tenant:
        raise TeamsError(400, "BadArgument", "tenantId is missing or another school's")
    for user in teams.users.values():
        if members[0].get("id") in (user.id, user.object_id):
            if user.blocked or user.removed or user.gone or not user.installed:
                raise TeamsError(403, "MessageWritesBlocked", "The app is not there for this person.")
            return 201, {"id": user.conversation, "activityId": "", "serviceUrl": teams.url}
    raise TeamsError(404, "MemberNotFound", "no such person")
