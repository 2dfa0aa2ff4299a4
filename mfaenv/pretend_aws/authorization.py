"""What a caller may do: by its own policies and its session's, then for roles by their trust policy.

Source: the IAM User Guide, "Policy evaluation logic", "Troubleshoot access denied error messages" and "Cross-account
resource access in IAM".
"""

from collections.abc import Iterable

from mfaenv.pretend_aws.policy import Decision, Document, Query, evaluate
from mfaenv.pretend_aws.wire import Refusal
from mfaenv.pretend_aws.world import Credential, Role, User


def refuse(arn: str, action: str, named: str, reason: str = "") -> Refusal:
    """Return AWS's refusal; `named` is the resource as the service names it in messages, if it does."""
    on_resource = f" on resource: {named}" if named else ""
    because = f" {reason}" if reason else ""
    return Refusal("AccessDenied", f"User: {arn} is not authorized to perform: {action}{on_resource}{because}")


def authorize(caller: Credential, query: Query, named: str = "") -> None:
    """Let the caller through, or raise Refusal in AWS's words."""
    if reason := _obstacle(caller, query):
        raise refuse(caller.arn, query.action, named, reason)


def authorize_assume(caller: Credential, role: Role, query: Query) -> None:
    """Let the caller assume the role, or raise Refusal in AWS's words.

    The trust policy must allow it, and the caller's own policies too: in AWS these need not, where the role is of the
    same account and trusts the caller by name.
    """
    authorize(caller, query, role.arn)
    trust = evaluate([role.trust], query)
    if trust is not Decision.ALLOW:
        is_explicit = trust is Decision.EXPLICIT_DENY
        reason = "with an explicit deny in the role trust policy" if is_explicit else ""
        raise refuse(caller.arn, query.action, role.arn, reason)


def _obstacle(caller: Credential, query: Query) -> str:
    """Return why the caller's policies are in the way, first of all one that denies."""
    verdicts = {kind: evaluate(policies, query) for kind, policies in _policies(caller)}
    for kind, verdict in verdicts.items():
        if verdict is Decision.EXPLICIT_DENY:
            article = "an" if kind.startswith("identity") else "a"
            return f"with an explicit deny in {article} {kind} policy"
    for kind, verdict in verdicts.items():
        if verdict is Decision.NO_ALLOW:
            return f"because no {kind} policy allows the {query.action} action"
    return ""


def _policies(caller: Credential) -> Iterable[tuple[str, Iterable[Document]]]:
    """Yield the kinds of policy that bind the caller, each with its policies."""
    if not (isinstance(caller.principal, User) and caller.principal.is_root):
        yield "identity-based", caller.principal.policies.values()
    if caller.details.policies:
        yield "session", caller.details.policies
