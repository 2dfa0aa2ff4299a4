"""The parameters of a call to STS or IAM: read from its form, and held against the limits in botocore's models."""

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from mfaenv.aws.regions import input_shape
from mfaenv.pretend_aws.wire import Refusal

Shape: TypeAlias = Any
"""A model of botocore's, `botocore.model.Shape`."""

_ASTRAL = (r"\u10000-\u10FFFF", r"\U00010000-\U0010FFFF")
_LETTERS = (r"\p{L}\p{Z}\p{N}", r"\w \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000")
"""Classes of characters as AWS's models write them, which are for Java, and as Python does."""


def read(service: str, action: str, form: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters by name: texts, numbers, lists and structures.

    Raise Refusal: a `ValidationError` that names every broken limit, or `NotImplemented` for a parameter that the model
    does not know. Silence about such a one, a later kind of session policy, could grant more than AWS grants.
    """
    reader = _Reader(form)
    parameters = reader.structure(input_shape(service, action), "", "")
    if reader.left:
        raise Refusal("NotImplemented", f"This pretend AWS does not know the parameter {next(iter(reader.left))}.", 501)
    if problems := reader.problems:
        count = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected: "
        raise Refusal("ValidationError", count + "; ".join(problems), 400)
    return parameters


class _Reader:
    """Takes parameters out of a form, `Tags.member.1.Key`, and notes what is wrong with them."""

    def __init__(self, form: Mapping[str, str]) -> None:
        self.left = {name: text for name, text in form.items() if name not in {"Action", "Version"}}
        self.problems: list[str] = []

    def structure(self, shape: Shape, prefix: str, path: str) -> dict[str, Any]:
        """Return the members that are there; names in errors begin with a small letter."""
        members = {}
        for name, member in shape.members.items():
            member_path = f"{path}{name[0].lower()}{name[1:]}"
            value = self._value(member, prefix + name, member_path)
            if value is not None:
                members[name] = value
            elif name in shape.required_members:
                self._note("Value null", member_path, "Member must not be null")
        return members

    def _value(self, shape: Shape, name: str, path: str) -> Any:
        if shape.type_name == "structure":
            return self.structure(shape, f"{name}.", f"{path}.")
        if shape.type_name == "list":
            return self._list(shape, f"{name}.member.", path)
        text = self.left.pop(name, None)
        if text is None:
            return None
        if broken := _broken(shape, text):
            self._note(f"Value '{text}'", path, broken)
            return text
        return int(text) if shape.type_name == "integer" else text

    def _list(self, shape: Shape, prefix: str, path: str) -> list[Any] | None:
        items: list[Any] = []
        while any(f"{name}.".startswith(f"{prefix}{len(items) + 1}.") for name in self.left):
            number = len(items) + 1
            items.append(self._value(shape.member, f"{prefix}{number}", f"{path}.{number}.member"))
        if items and (broken := _outside(shape, len(items), "length")):
            self._note("Value", path, broken)
        return items or None

    def _note(self, value: str, path: str, broken: str) -> None:
        self.problems.append(f"{value} at '{path}' failed to satisfy constraint: {broken}")


def _broken(shape: Shape, text: str) -> str:
    """Return the limit that a value breaks, in AWS's words; an empty text where it breaks none."""
    if shape.type_name == "integer":
        is_number = re.fullmatch("-?[0-9]+", text)
        return _outside(shape, int(text), "value") if is_number else "Member must be a number"
    if shape.enum and text not in shape.enum:
        return f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
    if outside := _outside(shape, len(text), "length"):
        return outside
    pattern = shape.metadata.get("pattern", "")
    flags = re.NOFLAG if r"\p{" in pattern else re.ASCII
    if pattern and not re.fullmatch(pattern.replace(*_ASTRAL).replace(*_LETTERS), text, flags):
        return f"Member must satisfy regular expression pattern: {pattern}"
    return ""


def _outside(shape: Shape, size: int, word: str) -> str:
    """Return the limit of a size that is broken."""
    if size < shape.metadata.get("min", size):
        return f"Member must have {word} greater than or equal to {shape.metadata['min']}"
    if size > shape.metadata.get("max", size):
        return f"Member must have {word} less than or equal to {shape.metadata['max']}"
    return ""
