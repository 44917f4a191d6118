"""Words shared by the Slack stand-in: JSON, Slack's own kind of error, and the record of a call."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

Json = dict[str, Any]

JSON_ARGUMENTS = frozenset({"blocks", "view", "metadata", "files", "attachments"})


class SlackError(Exception):
    """What Slack answers instead of `ok`. `messages` are its JSON-pointer complaints."""

    def __init__(self, code: str, messages: Sequence[str] = ()) -> None:
        super().__init__(code, *messages)
        self.code = code
        self.messages = tuple(messages)

    def answer(self) -> Json:
        """The body as Slack sends it, with status 200."""
        body: Json = {"ok": False, "error": self.code}
        if self.messages:
            body["errors"] = list(self.messages)
            body["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in self.messages]}
        return body


class Call(NamedTuple):
    """One Web API call as it arrived, whatever became of it."""

    method: str
    args: Json


def decoded(args: Json) -> Json:
    """Arguments with their JSON parts parsed, as Slack takes them from a form or a JSON body.

    Raises:
        SlackError: `invalid_arguments`-like codes for text that is not JSON.
    """
    result = dict(args)
    for name in JSON_ARGUMENTS & result.keys():
        if isinstance(result[name], str):
            try:
                result[name] = json.loads(result[name])
            except ValueError as error:
                code = "invalid_blocks_format" if name == "blocks" else "invalid_arguments"
                raise SlackError(code, [f"{name} is not JSON"]) from error
    return result


def truthy(value: object) -> bool:
    """How Slack reads a boolean argument from a form or a JSON body."""
    return str(value).lower() in {"1", "true"}


def wanted(args: Json, *names: str) -> list[str]:
    """The named arguments as text.

    Raises:
        SlackError: `invalid_arguments` naming the first one that is missing.
    """
    for name in names:
        if args.get(name) in (None, ""):
            raise SlackError("invalid_arguments", [f"missing required field: {name}"])
    return [str(args[name]) for name in names]
