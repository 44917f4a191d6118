"""The manifests from which the chat platforms make the app, drawn from the registry so that they never lag behind."""

from bot.manifest.slack import SCOPES, SLACK_PATH, slack_manifest
from bot.manifest.teams import TEAMS_PATH, About, teams_manifest, template

__all__ = ["SCOPES", "SLACK_PATH", "TEAMS_PATH", "About", "slack_manifest", "teams_manifest", "template"]
