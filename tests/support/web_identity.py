"""STS for who brings a web identity token: `AssumeRoleWithWebIdentity`, which needs no signature.

Source: the STS API Reference.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from strict_services import check

from mfaenv.pretend_aws import sts
from mfaenv.pretend_aws.policy import Decision, Query, evaluate
from mfaenv.pretend_aws.service import Operation
from mfaenv.pretend_aws.wire import Refusal
from mfaenv.pretend_aws.world import RoleSession, World
from mfaenv.serving.loopback import HttpRequest, HttpResponse

ACTION = "AssumeRoleWithWebIdentity"
ISSUER = "token.actions.example.com"


def trust_issuer(account: str, **conditions: object) -> dict[str, Any]:
    """Return the statement of a role's trust policy that lets in whom the issuer names."""
    return {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{account}:oidc-provider/{ISSUER}"},
        "Action": f"sts:{ACTION}",
        **({"Condition": conditions} if conditions else {}),
    }


@dataclass(frozen=True)
class WebIdentity:
    """Whom a web identity token names, and who issued it: a host such as `token.actions.example.com`."""

    issuer: str
    subject: str
    audience: str = "sts.amazonaws.com"


class WebIdentities(dict[str, WebIdentity]):
    """The identities by their tokens; `route` plugs them into a `ObservedAws`."""

    def route(self, world: World, request: HttpRequest) -> Operation | None:
        """Return the operation where the request is of this kind."""
        form = request.parameters
        if form.get("Action") != ACTION:
            return None
        return Operation("sts", ACTION, partial(self._assume, world, form), sts.STS.render_refusal)

    def _assume(self, world: World, parameters: Mapping[str, str]) -> HttpResponse:
        check("sts", ACTION, parameters)
        identity = self.get(parameters["WebIdentityToken"])
        if identity is None:
            raise Refusal(
                "InvalidIdentityToken", "No OpenIDConnect provider found in your account for this token", 400
            )
        role = world.find_role(parameters["RoleArn"])
        claims = {f"{identity.issuer}:sub": identity.subject, f"{identity.issuer}:aud": identity.audience}
        action = f"sts:{ACTION}"
        provider = frozenset([role.account.arn(f"oidc-provider/{identity.issuer}")] if role else [])
        if (
            role is None
            or evaluate([role.trust], Query(action, role.arn, claims, provider)) is not Decision.ALLOW
        ):
            raise Refusal("AccessDenied", f"Not authorized to perform {action}")
        details = RoleSession(parameters["RoleSessionName"])
        session = world.open_session(role, sts.role_seconds(parameters, role), details=details)
        return sts.STS.render(
            ACTION,
            {
                **sts.assumed_role(session),
                "SubjectFromWebIdentityToken": identity.subject,
                "Audience": identity.audience,
                "Provider": role.account.arn(f"oidc-provider/{identity.issuer}"),
            },
        )
