"""A stand-in for Slack: its Web API, Socket Mode and people, faithful enough to run the whole app against."""

from tests.fakes.slack.delivery import Answer, SentRequest
from tests.fakes.slack.faults import Fault, Faults, Trouble
from tests.fakes.slack.outcomes import CommandResult, Outcome, PressResult, SubmitResult
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.surfaces import Message, MessageVersion, View
from tests.fakes.slack.wire import Call, SlackError

__all__ = [
    "Answer",
    "Call",
    "CommandResult",
    "FakeSlack",
    "Fault",
    "Faults",
    "Message",
    "MessageVersion",
    "Outcome",
    "PressResult",
    "SentRequest",
    "SlackError",
    "SubmitResult",
    "Trouble",
    "View",
]
