"""What a caller may do: by its own policies and its session's, then for roles by their trust policy.

Source: the IAM User Guide, "Policy evaluation logic", "Troubleshoot access denied error messages" and "Cross-account
resource access in IAM".
"""

from collections.abc import Iterable
from dataclasses import replace

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
    if reason := _denied(caller, query) or _not_allowed(_policies(caller), query):
        raise refuse(caller.arn, query.action, named, reason)


def authorize_assume(caller: Credential, role: Role, query: Query) -> None:
    """Let the caller assume the role, or raise Refusal in AWS's words.

    The trust policy must allow it. A trust policy that names the caller itself is enough within one account, beside
    session policies; from another one the caller's own policies must allow it too.
    """
    trust = evaluate([role.trust], query)
    reason = _denied(caller, query)
    if not reason and trust is Decision.EXPLICIT_DENY:
        reason = "with an explicit deny in the role trust policy"
    if reason or trust is Decision.NO_ALLOW:
        raise refuse(caller.arn, query.action, role.arn, reason)
    itself = replace(query, principals=frozenset([caller.arn, caller.principal.arn]))
    is_named_at_home = caller.account is role.account and evaluate([role.trust], itself) is Decision.ALLOW
    binding = [kind for kind in _policies(caller) if kind[0] == "session" or not is_named_at_home]
    if reason := _not_allowed(binding, query):
        raise refuse(caller.arn, query.action, role.arn, reason)


def _denied(caller: Credential, query: Query) -> str:
    for kind, policies in _policies(caller):
        if evaluate(policies, query) is Decision.EXPLICIT_DENY:
            article = "an" if kind.startswith("identity") else "a"
            return f"with an explicit deny in {article} {kind} policy"
    return ""


def _not_allowed(binding: Iterable[tuple[str, Iterable[Document]]], query: Query) -> str:
    for kind, policies in binding:
        if evaluate(policies, query) is Decision.NO_ALLOW:
            return f"because no {kind} policy allows the {query.action} action"
    return ""


def _policies(caller: Credential) -> Iterable[tuple[str, Iterable[Document]]]:
    """Yield the kinds of policy that bind the caller, each with its policies."""
    if not (isinstance(caller.principal, User) and caller.principal.is_root):
        yield "identity-based", caller.principal.policies.values()
    if caller.details.policies:
        yield "session", caller.details.policies
