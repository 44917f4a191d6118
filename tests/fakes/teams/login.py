"""Microsoft's login for apps: client credentials for a token of the connector.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.fakes.teams.tenant import Tenant
from tests.fakes.teams.wire import Json

SCOPE = "https://api.botframework.com/.default"


@dataclass(slots=True)
class Login:
    """The tokens given out so far: token -> when it ends (POSIX seconds)."""

    teams: Tenant
    tokens: dict[str, float] = field(default_factory=dict)

    def answer(self, tenant: str, form: Mapping[str, str], seconds: float, rejects: bool) -> tuple[int, Json]:
        """The answer to POST {tenant}/oauth2/v2.0/token: its status and body."""
        if tenant != self.teams.tenant:
            return _refusal(400, "invalid_request", "AADSTS90002: Tenant not found.")
        if form.get("grant_type") != "client_credentials":
            return _refusal(400, "unsupported_grant_type", "AADSTS70003: The grant type is not supported.")
        if form.get("client_id") != self.teams.app_id:
            return _refusal(400, "unauthorized_client", "AADSTS700016: Application not found in the directory.")
        if form.get("client_secret") != self.teams.password or rejects:
            return _refusal(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
        if form.get("scope") != SCOPE:
            return _refusal(400, "invalid_scope", "AADSTS1002012: The provided value for scope is not valid.")
        token = f"connector-token-{self.teams.number()}"
        self.tokens[token] = self.teams.wall() + seconds
        lasts = {"expires_in": int(seconds), "ext_expires_in": int(seconds)}
        return 200, {"token_type": "Bearer", **lasts, "access_token": token}

    def good(self, token: str) -> bool:
        """Whether a token was given out here and has not ended."""
        return self.tokens.get(token, 0.0) > self.teams.wall()


def _refusal(status: int, error: str, description: str) -> tuple[int, Json]:
    return status, {
        "error": error,
        "error_description": description,
        "error_codes": [int(description[6:].split(":")[0])],
    }
