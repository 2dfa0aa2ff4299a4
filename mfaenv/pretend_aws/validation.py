"""The limits of parameters, and the words in which AWS says that one is broken."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from mfaenv.pretend_aws.wire import Refusal


class Rule(Protocol):
    """What one parameter must keep to."""

    @property
    def name(self) -> str:
        """Return the parameter's name in the request."""

    @property
    def required(self) -> bool:
        """Return whether it must be there."""

    def broken(self, value: str) -> str:
        """Return the constraint that the value breaks, or nothing."""


_ASTRAL = (r"\u10000-\u10FFFF", r"\U00010000-\U0010FFFF")
"""How AWS's models write the characters beyond the first plane, and how Python does."""


@dataclass(frozen=True)
class Text:
    """A string of a length and a pattern, which is written as in AWS's models."""

    name: str
    least: int
    most: int
    pattern: str
    required: bool = False

    def broken(self, value: str) -> str:
        """Return the constraint that the value breaks, or nothing."""
        if len(value) < self.least:
            return f"Member must have length greater than or equal to {self.least}"
        if len(value) > self.most:
            return f"Member must have length less than or equal to {self.most}"
        if not re.fullmatch(self.pattern.replace(*_ASTRAL), value, re.ASCII):
            return f"Member must satisfy regular expression pattern: {self.pattern}"
        return ""


@dataclass(frozen=True)
class Number:
    """A whole number in a range."""

    name: str
    least: int
    most: int
    required: bool = False

    def broken(self, value: str) -> str:
        """Return the constraint that the value breaks, or nothing."""
        if not re.fullmatch(r"-?[0-9]+", value):
            return "Member must be a number"
        if int(value) < self.least:
            return f"Member must have value greater than or equal to {self.least}"
        if int(value) > self.most:
            return f"Member must have value less than or equal to {self.most}"
        return ""


def validate(parameters: Mapping[str, str], rules: Iterable[Rule]) -> None:
    """Raise Refusal: a `ValidationError` that names every broken rule, or for a parameter without one `NotImplemented`.

    AWS has more parameters than these. Silence about one that is not understood, such as a session policy, would grant
    more than AWS grants.
    """
    rules = tuple(rules)
    known = {"Action", "Version", *(rule.name for rule in rules)}
    for name in parameters:
        if name not in known:
            raise Refusal("NotImplemented", f"This pretend AWS does not know the parameter {name}.", 501)
    problems = []
    for rule in rules:
        value = parameters.get(rule.name)
        if value is None:
            shown, broken = "null", "Member must not be null" if rule.required else ""
        else:
            shown, broken = f"'{value}'", rule.broken(value)
        if broken:
            member = rule.name[0].lower() + rule.name[1:]
            problems.append(f"Value {shown} at '{member}' failed to satisfy constraint: {broken}")
    if problems:
        count = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected: "
        raise Refusal("ValidationError", count + "; ".join(problems), 400)
