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
        """Return the constraint that the value breaks; an empty text where it breaks none."""


UNLIMITED = 1024 * 1024
"""Characters of what has no limit of its own in AWS's models: those of a request."""

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
        """Return the constraint that the value breaks; an empty text where it breaks none."""
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
        """Return the constraint that the value breaks; an empty text where it breaks none."""
        if not re.fullmatch(r"-?[0-9]+", value):
            return "Member must be a number"
        if int(value) < self.least:
            return f"Member must have value greater than or equal to {self.least}"
        if int(value) > self.most:
            return f"Member must have value less than or equal to {self.most}"
        return ""


@dataclass(frozen=True)
class Members:
    """A list of structures, each with these fields: `Tags.member.1.Key`. A field without a name is the item itself."""

    name: str
    fields: tuple[str, ...]
    most: int
    required: bool = False

    def read(self, parameters: Mapping[str, str]) -> list[tuple[str, ...]]:
        """Return the fields of each item; one that is missing is empty. Raise Refusal for too many items."""
        items: list[tuple[str, ...]] = []
        while names := [self._field(len(items) + 1, name) for name in self.fields]:
            if not any(name in parameters for name in names):
                break
            items.append(tuple(parameters.get(name, "") for name in names))
        if len(items) > self.most:
            member = self.name[0].lower() + self.name[1:]
            rule = f"Member must have length less than or equal to {self.most}"
            message = f"1 validation error detected: Value at '{member}' failed to satisfy constraint: {rule}"
            raise Refusal("ValidationError", message, 400)
        return items

    def _field(self, number: int, name: str) -> str:
        return ".".join(filter(None, (f"{self.name}.member.{number}", name)))

    def takes(self, name: str) -> bool:
        """Return whether a parameter is a field of an item."""
        head, _, rest = name.removeprefix(f"{self.name}.member.").partition(".")
        return name.startswith(f"{self.name}.member.") and head.isdecimal() and rest in self.fields

    def broken(self, _value: str) -> str:
        """Return an empty text: the list is no parameter of its own."""
        return ""


def validate(parameters: Mapping[str, str], rules: Iterable[Rule]) -> None:
    """Raise Refusal: a `ValidationError` that names every broken rule, or for a parameter without one `NotImplemented`.

    AWS has more parameters than these. Silence about one that is not understood, such as a session policy, would grant
    more than AWS grants.
    """
    rules = tuple(rules)
    names = {"Action", "Version", *(rule.name for rule in rules if not isinstance(rule, Members))}
    lists = [rule for rule in rules if isinstance(rule, Members)]
    for name in parameters:
        if name not in names and not any(rule.takes(name) for rule in lists):
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
