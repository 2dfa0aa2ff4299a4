"""People and machines that AWS knows from elsewhere: IAM Identity Center's sign-ins, web identities' tokens."""

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from mfaenv.demo.world import Role


def _token() -> str:
    return secrets.token_urlsafe(48)


@dataclass(eq=False)
class SignIn:
    """What `aws sso login` leaves behind: tokens, as its cache file has them, and the roles that they open."""

    user: str
    roles: "Collection[Role]"
    expires: float
    """Unix time at which the access token ends."""
    access_token: str = field(default_factory=_token, repr=False)
    refresh_token: str = field(default_factory=_token, repr=False)
    client_id: str = field(default_factory=_token)
    client_secret: str = field(default_factory=_token, repr=False)

    def find_role(self, account_id: str, name: str) -> "Role | None":
        """Return the role that a profile's `sso_account_id` and `sso_role_name` mean."""
        return next((role for role in self.roles if (role.account.id, role.name) == (account_id, name)), None)


@dataclass(frozen=True)
class WebIdentity:
    """Whom a web identity token names, and who says so; `issuer` is a host such as `token.actions.example.com`."""

    issuer: str
    subject: str
    audience: str = "sts.amazonaws.com"
