"""A stand-in for Microsoft Teams: its connector, login, keys and people, to run the whole app against."""

from tests.fakes.teams.delivery import Answer, SentRequest
from tests.fakes.teams.faults import Fault, Faults, Trouble
from tests.fakes.teams.outcomes import Outcome
from tests.fakes.teams.people import User
from tests.fakes.teams.server import FakeTeams
from tests.fakes.teams.surfaces import Dialog, Message, MessageVersion
from tests.fakes.teams.wire import Call, HeldBack, SomethingWentWrong, TeamsError

__all__ = [
    "Answer",
    "Call",
    "Dialog",
    "FakeTeams",
    "Fault",
    "Faults",
    "HeldBack",
    "Message",
    "MessageVersion",
    "Outcome",
    "SentRequest",
    "SomethingWentWrong",
    "TeamsError",
    "Trouble",
    "User",
]
