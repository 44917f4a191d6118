"""The manifest from which Teams makes the app."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from bot.manifest.wording import ABOUT, GREEN
from cards.text import clip
from handlers.registry import Registry
from policy.account import Platform
from policy.school import School

TEAMS_PATH = "/api/messages"
"""Where Teams sends messages, presses and forms."""

SCHEMA = "1.30"
NOBODY = str(UUID(int=0))
"""The app id in the template, which no app has."""

HELP = "exeat"
"""The command that tells of all the others."""

TRIGGERS = ["mention"]
"""Where the menu of commands is offered. Not behind "slash": what is asked there is seen by nobody else in a channel,
so that the answer must not be either, and an answer that only one person of a channel sees is not what Exeat sends.
"""

EXAMPLE = "https://www.example.org/"
"""Stands for the school's own pages until it names them."""


@dataclass(frozen=True, slots=True)
class TeamsManifestLimits:
    """Microsoft's published sizes for an app's manifest, in characters or in pieces.

    Teams shows 32 characters of a command's title and 10 commands of a list, though it takes more.
    https://learn.microsoft.com/microsoft-365/extensibility/schema
    """

    name: int = 30
    full_name: int = 100
    description: int = 80
    full_description: int = 4000
    developer: int = 32
    version: int = 256
    commands: int = 10
    command: int = 32
    command_description: int = 128


TEAMS_MANIFEST = TeamsManifestLimits()


@dataclass(frozen=True, slots=True)
class About:
    """What the app's page in Teams links to: whom to ask, the privacy notice, the terms; "" for none yet."""

    website: str = ""
    privacy: str = ""
    terms: str = ""


def teams_manifest(
    registry: Registry,
    school: School | None,
    *,
    app_id: str,
    public_url: str = "",
    about: About | None = None,
    app_version: str = "",
) -> dict[str, Any]:
    """The app's manifest for one school (None: for any), as JSON. `app_id` is that of the app registration.

    Links that `about` leaves out become the school's own website, where it is one of its accounts, else an example
    to be replaced. `app_version` stands in for Exeat's own, where Teams wants a higher one.
    https://learn.microsoft.com/microsoft-365/extensibility/schema
    """
    limits, site = TEAMS_MANIFEST, _website(school)
    about = about or About()
    website = about.website or site or EXAMPLE
    host = urlsplit(public_url).hostname
    return {
        "$schema": f"https://developer.microsoft.com/json-schemas/teams/v{SCHEMA}/MicrosoftTeams.schema.json",
        "manifestVersion": SCHEMA,
        "version": app_version or version("exeat"),
        "id": package_id(app_id),
        "developer": {
            "name": clip(school.name if school else "Your school", limits.developer),
            "websiteUrl": website,
            "privacyUrl": about.privacy or website,
            "termsOfUseUrl": about.terms or website,
        },
        "name": {"short": "Exeat", "full": clip(f"Exeat for {_called(school)}", limits.full_name)},
        "description": {
            "short": clip(f"Leave to post for {_called(school)}", limits.description),
            "full": ABOUT,
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": GREEN,
        "defaultInstallScope": "personal",
        "bots": [
            {
                "botId": app_id,
                "scopes": ["personal", "team", "groupChat"],
                "supportsFiles": True,
                "commandLists": [
                    {"scopes": [scope], "triggers": TRIGGERS, "commands": list(_commands(registry))}
                    for scope in ("personal", "team", "groupChat")
                ],
            }
        ],
        "composeExtensions": [{"botId": app_id, "commands": list(_shortcuts(registry))}],
        "permissions": ["identity", "messageTeamMembers"],
        "validDomains": [host] if host else [],
    }


def template(registry: Registry) -> dict[str, Any]:
    """The manifest of no school in particular, as it stands at the root of the repository."""
    return teams_manifest(registry, None, app_id=NOBODY)


def package_id(app_id: str) -> str:
    """The id of the package in Teams' catalogue: always the same for one app registration, and not its id itself."""
    return app_id if app_id == NOBODY else str(uuid5(UUID(app_id), "exeat"))


def _called(school: School | None) -> str:
    return school.name if school else "your school"


def _website(school: School | None) -> str:
    accounts = school.accounts if school else ()
    return next((each.url for each in accounts if each.platform is Platform.WEBSITE and each.url), "")


def _shortcuts(registry: Registry) -> Iterator[dict[str, Any]]:
    """What can be done to a message, from its menu; its form opens in a window."""
    for spec in registry.shortcuts():
        yield {
            "id": spec.verb,
            "type": "action",
            "title": clip(spec.label, TEAMS_MANIFEST.command),
            "description": clip(spec.summary, TEAMS_MANIFEST.command_description),
            "context": ["message"],
            "fetchTask": True,
        }


def _commands(registry: Registry) -> Iterator[dict[str, str]]:
    """As many as Teams shows, the last of them the one that tells of all others: those can be typed all the same."""
    specs, most = sorted(registry.commands(), key=lambda spec: spec.verb == HELP), TEAMS_MANIFEST.commands
    for spec in specs if len(specs) <= most else (*specs[: most - 1], specs[-1]):
        yield {
            "title": clip(spec.label.removeprefix("/"), TEAMS_MANIFEST.command),
            "description": clip(spec.summary, TEAMS_MANIFEST.command_description),
        }
