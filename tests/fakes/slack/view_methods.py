"""Slack's Web API for modals and the Home tab, acting on the workspace.

https://docs.slack.dev/reference/methods/views.open
"""

import json
from collections.abc import Callable, Mapping

from tests.fakes.slack.blocks import problems_in_view
from tests.fakes.slack.surfaces import View
from tests.fakes.slack.wire import Json, SlackError, wanted
from tests.fakes.slack.workspace import Trigger, Workspace

Method = Callable[[Workspace, Json], Json]
DEEPEST = 3


def checked_view(slack: Workspace, body: object, kind: str) -> Json:
    """`body` when Slack would take it as a view of `kind` modal or home.

    Raises:
        SlackError: `invalid_arguments` with every complaint, or `view_too_large`.
    """
    if problems := problems_in_view(body, frozenset({kind}), slack.has_file):
        raise SlackError("invalid_arguments", problems)
    assert isinstance(body, dict)
    if len(json.dumps(body)) > 250_000:
        raise SlackError("view_too_large")
    return body


def _exchange(slack: Workspace, args: Json) -> Trigger:
    trigger = slack.triggers.get(str(args.get("trigger_id") or ""))
    if trigger is None:
        raise SlackError("invalid_arguments", ["invalid `trigger_id` [json-pointer:/trigger_id]"])
    if trigger.used:
        raise SlackError("exchanged_trigger_id")
    if slack.clock() - trigger.issued > slack.trigger_life:
        raise SlackError("expired_trigger_id")
    return trigger


def open_view(slack: Workspace, args: Json) -> Json:
    """views.open: a new modal for whoever's doing the trigger stands for, on top of what they have open."""
    trigger = _exchange(slack, args)
    return _put_on_top(slack, trigger, checked_view(slack, args.get("view"), "modal"))


def push_view(slack: Workspace, args: Json) -> Json:
    """views.push: a modal over the one that the trigger came from."""
    trigger = _exchange(slack, args)
    origin = slack.views.get(trigger.view)
    if origin is None or origin.closed:
        raise SlackError("not_found")
    return _put_on_top(slack, trigger, checked_view(slack, args.get("view"), "modal"))


def _put_on_top(slack: Workspace, trigger: Trigger, body: Json) -> Json:
    trigger.opened = push(slack, trigger.user, body)
    trigger.used = True
    return {"view": slack.view_shape(trigger.opened)}


def push(slack: Workspace, user: str, body: Json) -> View:
    """A new view on the person's screen.

    Raises:
        SlackError: `push_limit_reached` at three.
    """
    stack = slack.modals(user)
    if len(stack) >= DEEPEST:
        raise SlackError("push_limit_reached")
    view = slack.new_view(user, body, previous=stack[-1] if stack else None)
    stack.append(view)
    return view


def update_view(slack: Workspace, args: Json) -> Json:
    """views.update by view_id or external_id; `hash` must be the view's own of now."""
    external = args.get("external_id")
    by_external = [view for view in slack.views.values() if external and view.body.get("external_id") == external]
    view = slack.views.get(str(args.get("view_id"))) or (by_external[-1] if by_external else None)
    if view is None or view.closed:
        raise SlackError("not_found")
    if args.get("hash") and args["hash"] != view.hash:
        raise SlackError("hash_conflict")
    slack.draw(view, checked_view(slack, args.get("view"), str(view.body["type"])))
    return {"view": slack.view_shape(view)}


def publish_view(slack: Workspace, args: Json) -> Json:
    """views.publish: the Home tab of one person."""
    (user,) = wanted(args, "user_id")
    if user not in slack.users:
        raise SlackError("user_not_found")
    body = checked_view(slack, args.get("view"), "home")
    home = slack.homes.get(user)
    if home is None:
        home = slack.homes[user] = slack.new_view(user, body)
    elif args.get("hash") and args["hash"] != home.hash:
        raise SlackError("hash_conflict")
    else:
        slack.draw(home, body)
    return {"view": slack.view_shape(home)}


VIEW_METHODS: Mapping[str, Method] = {
    "views.open": open_view,
    "views.push": push_view,
    "views.update": update_view,
    "views.publish": publish_view,
}
