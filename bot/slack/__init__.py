"""Slack: verify, translate in, reply; and the surface through which the relay speaks."""

from bot.slack.edge import SlackEdge
from bot.slack.socket import SlackSocket
from bot.slack.surface import SlackSurface
from bot.slack.workspace import OtherWorkspace, pin

__all__ = ["OtherWorkspace", "SlackEdge", "SlackSocket", "SlackSurface", "pin"]
