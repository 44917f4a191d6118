"""What the environment says: secrets, where things are kept, and where to listen."""

import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.mail import MailServer, postal
from bot.settings.fault import Fault, Misconfigured, nearest
from bot.settings.values import EMAIL, address, day, wrong
from storage.vault import Vault

PLACE = "environment"
"""What faults in the environment name as their place."""


def _url(value: Any) -> str:
    return f"{address(value).rstrip('/')}"


def _slack_url(value: Any) -> str:
    """Slack's address ends in a slash: its methods are appended to it."""
    return f"{_url(value)}/"


def _token(prefix: str, where: str) -> BeforeValidator:
    def check(value: Any) -> Any:
        if not str(value).startswith(prefix):
            raise wrong(f"It does not begin with {prefix}.", f"Copy it again from {where}.")
        return value

    return BeforeValidator(check)


def _smtp(value: Any) -> Any:
    try:
        MailServer.of(str(value))
    except ValueError:
        raise wrong(
            "It is not a mail server's address.",
            "Write smtp://user:password@mail.school.example:587. In the user and the password, write %40 for @, %3A "
            "for :, %2F for /, %3F for ? and %23 for #.",
        ) from None
    return value


def _mail_from(value: Any) -> str:
    if not (EMAIL.fullmatch(str(value)) and postal(str(value))):
        raise wrong("It is not an e-mail address.", "Write, for example, exeat@school.example.")
    return str(value)


GUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")


def _guid(where: str) -> BeforeValidator:
    def check(value: Any) -> str:
        text = str(value).strip().casefold()
        if not GUID.fullmatch(text) or not text.strip("0-"):
            raise wrong("It is not an id such as 6f1c2b3a-0d4e-4f5a-8b6c-7d8e9f0a1b2c.", f"Copy it from {where}.")
        return text

    return BeforeValidator(check)


def _secret_value(value: Any) -> Any:
    if GUID.fullmatch(str(value).strip().casefold()):
        raise wrong(
            "It looks like the Secret ID, and Microsoft takes only the secret's Value.",
            "Copy the Value; it is shown once, so if it is gone make a new client secret.",
        )
    return value


SHORTEST = 32
"""How many characters a secret that Exeat's own callers use has at least."""


def _long(value: Any) -> Any:
    if len(str(value).strip()) < SHORTEST:
        raise wrong(f"It has fewer than {SHORTEST} characters.", "Make one with: openssl rand -hex 32")
    if not (str(value).isascii() and str(value).isprintable() and " " not in str(value)):
        raise wrong("It has a space, a line end or an accented letter in it.", "Make one with: openssl rand -hex 32")
    return value


def _keys(value: Any) -> Any:
    try:
        Vault.of(str(value))
    except ValueError as error:
        raise wrong(str(error), "Make one with: exeat keys new") from None
    return value


BOT_TOKENS = "OAuth & Permissions on your app's page at api.slack.com"
APP_TOKENS = "Basic Information, App-Level Tokens, on your app's page at api.slack.com"

APP_IDS = "Application (client) ID on the Overview of your app registration in the Entra admin centre"
TENANT_IDS = "Directory (tenant) ID on the Overview of your app registration in the Entra admin centre"
APP_SECRETS = (
    "Certificates & secrets of your app registration in the Entra admin centre: the Value of a client secret"
)


class Environment(BaseSettings):
    """The environment's part of the settings. Secrets never appear when it is printed."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, env_ignore_empty=True, validate_default=False)

    slack_bot_token: Annotated[SecretStr, _token("xoxb-", BOT_TOKENS)] | None = None
    slack_signing_secret: SecretStr | None = None
    slack_app_token: Annotated[SecretStr, _token("xapp-", APP_TOKENS)] | None = None
    slack_api_url: Annotated[str, BeforeValidator(_slack_url)] = "https://slack.com/api/"
    teams_app_id: Annotated[str, _guid(APP_IDS)] = ""
    teams_app_password: Annotated[SecretStr, BeforeValidator(_secret_value)] | None = None
    teams_tenant_id: Annotated[str, _guid(TENANT_IDS)] = ""
    teams_secret_expires: Annotated[date, BeforeValidator(day)] | None = None
    teams_login_url: Annotated[str, BeforeValidator(_url)] = "https://login.microsoftonline.com"
    teams_openid_url: Annotated[str, BeforeValidator(_url)] = (
        "https://login.botframework.com/v1/.well-known/openidconfiguration"
    )
    exeat_data: Path = Path("data")
    exeat_key: Annotated[SecretStr, BeforeValidator(_keys)] | None = None
    exeat_config: Path = Path("exeat.toml")
    exeat_host: str = "127.0.0.1"
    exeat_port: int = Field(default=3978, ge=0, le=65535)
    exeat_public_url: Annotated[str, BeforeValidator(_url)] = ""
    exeat_tick_seconds: float = Field(default=30.0, gt=0, le=3600)
    exeat_hook_secret: Annotated[SecretStr, BeforeValidator(_long)] | None = None
    exeat_hook_token: Annotated[SecretStr, BeforeValidator(_long)] | None = None
    exeat_smtp_url: Annotated[SecretStr, BeforeValidator(_smtp)] | None = None
    exeat_mail_from: Annotated[str, BeforeValidator(_mail_from)] = ""
    exeat_heartbeat_url: Annotated[str, BeforeValidator(_url)] = ""

    @property
    def slack(self) -> bool:
        """Whether Slack is configured."""
        return self.slack_bot_token is not None

    @property
    def teams(self) -> bool:
        """Whether Teams is configured: with its app's id, the client secret and the tenant's id."""
        return bool(self.teams_app_id)

    @property
    def vault(self) -> Vault | None:
        """What seals and opens confidential records, if there is a key."""
        return Vault.of(self.exeat_key.get_secret_value()) if self.exeat_key else None


def read_environment() -> Environment:
    """What the environment says. Raises Misconfigured with every fault in it; never with a secret in it."""
    try:
        environment = Environment()
    except ValidationError as error:
        raise Misconfigured(_fault(one) for one in error.errors(include_input=False)) from None
    if faults := list(_between(environment)):
        raise Misconfigured(faults)
    return environment


def config_path() -> Path:
    """Where the school's file is, asked before the rest of the environment is known to be sound."""
    return Path(os.environ.get("EXEAT_CONFIG") or "exeat.toml")


def misspelt() -> list[tuple[str, str]]:
    """Variables that look like Exeat's and are not, each with the one that was probably meant."""
    known = [name.upper() for name in Environment.model_fields]
    ours = (name for name in sorted(os.environ) if name.startswith(("EXEAT_", "SLACK_", "TEAMS_")))
    return [(name, near) for name in ours if name not in known and (near := nearest(name, known))]


def _fault(error: ErrorDetails) -> Fault:
    key = "".join(str(part) for part in error["loc"][:1]).upper()
    if error["type"] == "exeat":
        return Fault(PLACE, 0, key, error["ctx"]["what"], error["ctx"]["instead"])
    match key:
        case "EXEAT_PORT":
            what, instead = "It is not a port.", "Write a number from 0 to 65535, such as 3978."
        case "EXEAT_TICK_SECONDS":
            what, instead = "It is not a number of seconds.", "Write a number above 0 and up to 3600, such as 30."
        case _:
            what, instead = "It cannot be used.", "See docs/configuration.md for what it may be."
    return Fault(PLACE, 0, key, what, instead)


def _between(environment: Environment) -> list[Fault]:
    """What is wrong between variables: half of Slack's, half of Teams's, half of the mail's."""
    slack, faults = environment.slack_signing_secret or environment.slack_app_token, []
    if environment.slack and not slack:
        what = "It is set, but nothing says how Slack reaches Exeat."
        how = "Set SLACK_SIGNING_SECRET (over HTTPS) or SLACK_APP_TOKEN (Socket Mode) too."
        faults.append(Fault(PLACE, 0, "SLACK_BOT_TOKEN", what, how))
    if slack and not environment.slack:
        name = "SLACK_SIGNING_SECRET" if environment.slack_signing_secret else "SLACK_APP_TOKEN"
        how = f"Set SLACK_BOT_TOKEN too: it is under {BOT_TOKENS}."
        faults.append(Fault(PLACE, 0, name, "It is set, but there is no bot token beside it.", how))
    faults += _missing_of_teams(environment)
    if environment.exeat_hook_token and environment.exeat_hook_token == environment.exeat_hook_secret:
        how = "Give it another value: it is sent along with every request, and the secret never is."
        faults.append(Fault(PLACE, 0, "EXEAT_HOOK_TOKEN", "It is the same as EXEAT_HOOK_SECRET.", how))
    if environment.exeat_smtp_url and not environment.exeat_mail_from:
        how = "Set EXEAT_MAIL_FROM to the address that Exeat's mail comes from."
        faults.append(Fault(PLACE, 0, "EXEAT_SMTP_URL", "It is set, but nobody is named as the sender.", how))
    return faults


def _missing_of_teams(environment: Environment) -> Iterator[Fault]:
    """Each of the three that belong together and is left out while another is set."""
    three = (
        ("TEAMS_APP_ID", environment.teams_app_id, APP_IDS),
        ("TEAMS_APP_PASSWORD", environment.teams_app_password, APP_SECRETS),
        ("TEAMS_TENANT_ID", environment.teams_tenant_id, TENANT_IDS),
    )
    given = [name for name, value, _ in three if value]
    for name, value, where in three:
        if given and not value:
            what = f"It is not set, and {' and '.join(given)} {'is' if len(given) == 1 else 'are'}."
            yield Fault(PLACE, 0, name, what, f"Set it too: it is under {where}.")
