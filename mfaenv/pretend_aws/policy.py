"""The part of IAM's policy language that is needed here.

Source: the IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements". A policy with an unknown
element or operator is refused: one that is half understood proves nothing.
"""

import json
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase
from typing import Any

from mfaenv.aws.mfa_policies import Document
from mfaenv.pretend_aws.wire import Refusal

ALLOW_ALL: Document = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"},
}
"""AdministratorAccess."""

VERSIONS = {"2008-10-17", "2012-10-17"}
"""In the older one IAM takes `${aws:username}` for plain text, which is not done here."""

_PATTERNS = ("Action", "NotAction", "Resource", "NotResource")


class Decision(Enum):
    """What policies answer to a query."""

    ALLOW = "allow"
    EXPLICIT_DENY = "explicit deny"
    NO_ALLOW = "no allow"


@dataclass(frozen=True)
class Query:
    """A question to policies; the context has the condition keys."""

    action: str
    resource: str
    context: Mapping[str, str]
    principals: frozenset[str] = frozenset()
    """The caller's names in trust policies."""

    def value(self, key: str) -> str | None:
        """Return the context's value; the case of keys does not count."""
        return {name.lower(): value for name, value in self.context.items()}.get(key.lower())

    def filled(self, pattern: str) -> str:
        """Fill policy variables such as `${aws:username}`; an unknown one stays."""
        return re.sub(r"\$\{([^}]+)\}", lambda match: self.value(match[1]) or match[0], pattern)


def trust(principal: str, *, mfa: bool = True) -> Document:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}} if mfa else {},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def parse(text: str) -> Document:
    """Return the policy. Raise Refusal."""
    try:
        policy = json.loads(text)
        _check(policy)
    except (AttributeError, LookupError, TypeError, ValueError):
        raise Refusal("MalformedPolicyDocument", "Syntax errors in policy.", 400) from None
    return dict(policy)


def evaluate(policies: Iterable[Document], query: Query) -> Decision:
    """Return the verdict: one deny wins."""
    statements = [statement for policy in policies for statement in _listed(policy["Statement"])]
    effects = {statement["Effect"] for statement in statements if _applies(statement, query)}
    if "Deny" in effects:
        return Decision.EXPLICIT_DENY
    return Decision.ALLOW if "Allow" in effects else Decision.NO_ALLOW


def _check(policy: Any) -> None:
    """Raise an error for what is not a policy; its values are tried out."""
    if policy.get("Version", "2008-10-17") not in VERSIONS:
        raise ValueError
    for statement in _listed(policy["Statement"]):
        elements = set(statement)
        is_whole = {"Action", "NotAction"} & elements and {"Resource", "NotResource"} & elements
        unknown = elements - {"Sid", "Effect", "Condition", *_PATTERNS}
        if not is_whole or unknown or statement["Effect"] not in {"Allow", "Deny"}:
            raise ValueError
        for name in _PATTERNS:
            for pattern in _flat(statement.get(name, [])):
                _like(pattern, pattern)
        for condition, _, values in _conditions(statement):
            for text in values:
                _comparison(condition)(_NOBODY.filled(text), text)


def _applies(statement: Mapping[str, Any], query: Query) -> bool:
    return (
        _selects(statement, "Action", lambda pattern: _like(pattern.lower(), query.action.lower()))
        and _selects(statement, "Resource", lambda pattern: _like(query.filled(pattern), query.resource))
        and _selects(statement, "Principal", lambda name: name == "*" or name in query.principals)
        and all(_condition_holds(*condition, query) for condition in _conditions(statement))
    )


def _conditions(statement: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    for condition, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            yield condition, key, _listed(values)


def _selects(statement: Mapping[str, Any], name: str, matches: Callable[[str], bool]) -> bool:
    if f"Not{name}" in statement:
        return not any(map(matches, _flat(statement[f"Not{name}"])))
    return name not in statement or any(map(matches, _flat(statement[name])))


def _condition_holds(condition: str, key: str, expected: list[str], query: Query) -> bool:
    value, is_negated = query.value(key), "Not" in condition
    if value is None:
        return is_negated or condition.endswith("IfExists")
    return any(_comparison(condition)(query.filled(text), value) for text in expected) is not is_negated


def _comparison(condition: str) -> Callable[[str, str], bool]:
    return _OPERATORS[condition.removesuffix("IfExists").replace("Not", "")]


def _like(pattern: str, text: str) -> bool:
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def _listed(value: Any) -> list[Any]:
    """Return a list, also of one thing alone. IAM takes JSON's true and 1 for "true" and "1"."""
    items = value if isinstance(value, list | tuple) else [value]
    return [str(item).lower() if isinstance(item, bool | int | float) else item for item in items]


def _flat(value: Any) -> list[str]:
    """Flatten `{"AWS": […], "Service": …}` too."""
    if isinstance(value, Mapping):
        return [name for names in value.values() for name in _listed(names)]
    return _listed(value)


_NOBODY = Query("", "", {})
_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "Bool": lambda expected, value: expected.lower() == value.lower(),
    "StringEquals": operator.eq,
    "StringLike": _like,
    "ArnLike": _like,
    "NumericLessThan": lambda expected, value: float(value) < float(expected),
}
