"""IAM's policy language, as much of it as this pretend AWS needs, decided as IAM decides it.

Source: the IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements". An element or operator that is not
known here is an error, never skipped: a policy that is half understood proves nothing.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any, TypeAlias

from mfaenv.aws.mfa_policies import EVERYTHING

Document: TypeAlias = Mapping[str, Any]
"""A policy as JSON holds it."""


class Decision(Enum):
    """What some policies say about a request."""

    ALLOW = "allow"
    EXPLICIT_DENY = "explicit deny"
    NO_ALLOW = "no allow"


@dataclass(frozen=True)
class Query:
    """What is to be decided: who wants to do what to which resource, and under which circumstances."""

    action: str
    resource: str
    context: Mapping[str, str]
    principals: frozenset[str] = field(default_factory=frozenset)
    """Every name under which a trust policy may mean the caller: ARNs, account id, federated provider."""

    def __post_init__(self) -> None:
        """Make the context's keys lower case: IAM does not tell `aws:UserName` from `aws:username`."""
        object.__setattr__(self, "context", {key.lower(): value for key, value in self.context.items()})


OLDEST_VERSION, VARIABLES_SINCE = "2008-10-17", "2012-10-17"
"""The versions of the language: a policy that names none is of the oldest, in which `${aws:username}` is plain text."""

FORCE_MFA: Document = EVERYTHING
"""Denies everything that was not signed in with MFA: what `mfaenv policy` prints."""

ALLOW_ALL: Document = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
"""AWS's own AdministratorAccess and FullAWSAccess."""


ASSUMING = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
"""What a trust policy allows where sessions may have tags and a source identity."""


def trust(
    principal: str,
    *,
    mfa: bool = True,
    mfa_age: int = 0,
    external_id: str = "",
    actions: Sequence[str] = ("sts:AssumeRole",),
) -> Document:
    """Return a role's trust policy: who may assume it, whether with MFA, and of at most how many seconds ago.

    `actions` may be ASSUMING, so that sessions may have tags and a source identity.
    """
    demands = {
        "Bool": {"aws:MultiFactorAuthPresent": "true"} if mfa else {},
        "NumericLessThan": {"aws:MultiFactorAuthAge": str(mfa_age)} if mfa_age else {},
        "StringEquals": {"sts:ExternalId": external_id} if external_id else {},
    }
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": principal},
                "Action": list(actions),
                "Condition": {operator: keys for operator, keys in demands.items() if keys},
            }
        ],
    }


def evaluate(policies: Iterable[Document], query: Query) -> Decision:
    """Return the verdict of the policies together: one deny wins, and without an allow the answer is no.

    Raise ValueError for a policy that uses what is not known here.
    """
    effects = {
        statement["Effect"]
        for policy in policies
        for statement in statements(policy)
        if _applies(statement, query, query if policy.get("Version") == VARIABLES_SINCE else _NOBODY)
    }
    if "Deny" in effects:
        return Decision.EXPLICIT_DENY
    return Decision.ALLOW if "Allow" in effects else Decision.NO_ALLOW


def statements(policy: Document) -> list[Mapping[str, Any]]:
    """Return the policy's statements; IAM takes one where a list of one is meant."""
    return _listed(policy["Statement"])


def check(policy: Document) -> None:
    """Raise ValueError for a policy that cannot be evaluated, so that it fails where it is written."""
    try:
        _try_version(policy.get("Version", OLDEST_VERSION))
        for statement in statements(policy):
            _try_out(statement)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise ValueError(f"this policy is not understood: {policy}") from error


def _try_version(version: str) -> None:
    if version not in {OLDEST_VERSION, VARIABLES_SINCE}:
        raise ValueError(version)


def _try_out(statement: Mapping[str, Any]) -> None:
    """Raise whatever comes of it where a statement holds what cannot be compared."""
    if statement["Effect"] not in {"Allow", "Deny"} or set(statement) - {"Sid", "Effect", "Condition", *_PATTERNS}:
        raise ValueError(statement)
    for name in _PATTERNS:
        for pattern in _flat(statement.get(name, [])):
            _like(pattern, pattern)
    for operator, _, values in _conditions(statement):
        matches = _OPERATORS[operator.removesuffix("IfExists")]
        for value in values:
            text = _filled(value, _NOBODY)
            matches(text, text)


def _applies(statement: Mapping[str, Any], query: Query, variables: Query) -> bool:
    """Return whether the statement is about the query; `variables` has the values of the policy's variables."""
    return (
        _selects(statement, "Action", lambda pattern: _like(pattern.lower(), query.action.lower()))
        and _selects(statement, "Resource", lambda pattern: _like(_filled(pattern, variables), query.resource))
        and _selects(statement, "Principal", lambda principal: principal == "*" or principal in query.principals)
        and all(_condition_holds(*condition, query, variables) for condition in _conditions(statement))
    )


def _conditions(statement: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """Yield each condition: its operator, its key and the values expected."""
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            yield operator, key, _listed(values)


def _selects(statement: Mapping[str, Any], name: str, matches: Callable[[str], bool]) -> bool:
    """Return whether the element `name`, or `Not` and the name, takes the query in; one that is absent takes all in."""
    if f"Not{name}" in statement:
        return not any(map(matches, _flat(statement[f"Not{name}"])))
    return name not in statement or any(map(matches, _flat(statement[name])))


def _condition_holds(operator: str, key: str, expected: list[str], query: Query, variables: Query) -> bool:
    name = operator.removesuffix("IfExists")
    value = query.context.get(key.lower())
    if name == "Null":
        value = str(value is None)
    negated = "Not" in name
    if value is None:
        return negated or operator.endswith("IfExists")
    matches = _OPERATORS[name]
    matched = any(matches(value, _filled(text, variables)) for text in expected)
    return matched is not negated


def _filled(pattern: str, query: Query) -> str:
    """Put the context's values into policy variables such as `${aws:username}`; an unknown one stays as it is."""
    return re.sub(r"\$\{([^}]+)\}", lambda match: query.context.get(match[1].lower(), match[0]), pattern)


def _like(pattern: str, text: str) -> bool:
    return _compiled(pattern).fullmatch(text) is not None


@lru_cache
def _compiled(pattern: str) -> re.Pattern[str]:
    wild = {"*": ".*", "?": "."}
    return re.compile("".join(wild.get(letter) or re.escape(letter) for letter in pattern), re.DOTALL)


def _listed(value: Any) -> list[Any]:
    """Return a list, also of one thing alone, with JSON's true and 1 as "true" and "1": IAM takes all of these."""
    items = value if isinstance(value, list | tuple) else [value]
    return [str(item).lower() if isinstance(item, bool | int | float) else item for item in items]


def _flat(value: Any) -> list[str]:
    """Flatten `{"AWS": [...], "Service": ...}` to its names; a plain string or list passes."""
    if isinstance(value, Mapping):
        return [name for names in value.values() for name in _listed(names)]
    return _listed(value)


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "Bool": lambda value, expected: value.lower() == expected.lower(),
    "Null": lambda value, expected: value.lower() == expected.lower(),
    "StringEquals": lambda value, expected: value == expected,
    "StringNotEquals": lambda value, expected: value == expected,
    "StringEqualsIgnoreCase": lambda value, expected: value.lower() == expected.lower(),
    "StringLike": lambda value, expected: _like(expected, value),
    "StringNotLike": lambda value, expected: _like(expected, value),
    "ArnEquals": lambda value, expected: _like(expected, value),
    "ArnLike": lambda value, expected: _like(expected, value),
    "ArnNotLike": lambda value, expected: _like(expected, value),
    "NumericEquals": lambda value, expected: float(value) == float(expected),
    "NumericLessThan": lambda value, expected: float(value) < float(expected),
    "NumericLessThanEquals": lambda value, expected: float(value) <= float(expected),
    "NumericGreaterThan": lambda value, expected: float(value) > float(expected),
    "NumericGreaterThanEquals": lambda value, expected: float(value) >= float(expected),
}
_PATTERNS = ("Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal")
_NOBODY = Query("", "", {})
