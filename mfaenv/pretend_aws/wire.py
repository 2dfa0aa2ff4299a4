"""Refusals, the XML that AWS's clients expect, and the parameters of a call to STS or IAM.

These are read from its form, and held against the limits in botocore's models, whose shapes have no types.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias
from xml.sax.saxutils import escape

from mfaenv.aws.regions import service_model

Content: TypeAlias = "str | int | Mapping[str, Content] | Sequence[Content] | None"
"""What an XML element holds: a mapping nests, a sequence repeats its element, None leaves it out."""

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold: an answer that repeats a parameter must stay readable."""

_ASTRAL = (r"\u10000-\u10FFFF", r"\U00010000-\U0010FFFF")
_LETTERS = (r"\p{L}\p{Z}\p{N}", r"\w \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000")
"""Classes of characters as AWS's models write them, which are for Java, and as Python does."""


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error of the program
    """The pretend AWS says no, in AWS's words: a code, a message and the HTTP status."""

    def __init__(self, code: str, message: str, status: int = 403) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def document(name: str, content: Content, namespace: str = "") -> bytes:
    """Return a whole XML document."""
    attributes = f' xmlns="{namespace}"' if namespace else ""
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + _element(name, content, attributes)).encode()


def _element(name: str, content: Content, attributes: str = "") -> str:
    if content is None:
        return ""
    if isinstance(content, Mapping):
        inner = "".join(_element(child, value) for child, value in content.items())
    elif isinstance(content, str | int):
        inner = escape(_NOT_XML.sub("\ufffd", str(content)))
    else:
        return "".join(_element(name, item) for item in content)
    return f"<{name}{attributes}>{inner}</{name}>"


def timestamp(seconds: float) -> str:
    """Return Unix time as AWS writes it in XML: `2026-01-31T12:00:00Z`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(service: str, action: str, form: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters by name: texts, numbers, lists and structures.

    Raise Refusal: a `ValidationError` that names every broken limit, or `NotImplemented` for a parameter that the model
    does not know. Silence about such a one, a later kind of session policy, could grant more than AWS grants.
    """
    left = {name: text for name, text in form.items() if name not in {"Action", "Version"}}
    problems: list[str] = []
    shape = service_model(service).operation_model(action).input_shape
    parameters: dict[str, Any] = _value(shape, "", "", left, problems)
    if left:
        raise Refusal("NotImplemented", f"This pretend AWS does not know the parameter {next(iter(left))}.", 501)
    if problems:
        count = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected: "
        raise Refusal("ValidationError", count + "; ".join(problems), 400)
    return parameters


def _value(shape: Any, name: str, path: str, left: dict[str, str], problems: list[str]) -> Any:
    """Take a value out of what is left of the form, and note the limits that it breaks; None where there is none."""
    if shape.type_name == "structure":
        members = {}
        for member_name, member in shape.members.items():
            member_path = f"{path}.{member_name[0].lower()}{member_name[1:]}".removeprefix(".")
            value = _value(member, f"{name}.{member_name}".removeprefix("."), member_path, left, problems)
            if value is not None:
                members[member_name] = value
            elif member_name in shape.required_members:
                problems.append(f"Value null at '{member_path}' failed to satisfy constraint: Member must not be null")
        return members
    if shape.type_name == "list":
        items: list[Any] = []
        while any(f"{one}.".startswith(f"{name}.member.{len(items) + 1}.") for one in left):
            place = f"{len(items) + 1}"
            items.append(_value(shape.member, f"{name}.member.{place}", f"{path}.{place}.member", left, problems))
        value = items or None
        shown = "Value"
        broken = _outside(shape, len(items), "length") if items else ""
    else:
        text = left.pop(name, None)
        if text is None:
            return None
        broken, shown = _broken(shape, text), f"Value '{text}'"
        value = int(text) if shape.type_name == "integer" and not broken else text
    if broken:
        problems.append(f"{shown} at '{path}' failed to satisfy constraint: {broken}")
    return value


def _broken(shape: Any, text: str) -> str:
    """Return the limit that a value breaks, in AWS's words; an empty text where it breaks none."""
    if shape.type_name == "integer":
        is_number = re.fullmatch("-?[0-9]+", text)
        return _outside(shape, int(text), "value") if is_number else "Member must be a number"
    if shape.enum and text not in shape.enum:
        return f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
    pattern = shape.metadata.get("pattern", "")
    flags = re.NOFLAG if r"\p{" in pattern else re.ASCII
    fits = not pattern or re.fullmatch(pattern.replace(*_ASTRAL).replace(*_LETTERS), text, flags)
    wrong_pattern = "" if fits else f"Member must satisfy regular expression pattern: {pattern}"
    return _outside(shape, len(text), "length") or wrong_pattern


def _outside(shape: Any, size: int, word: str) -> str:
    """Return the limit of a size that is broken."""
    if size < shape.metadata.get("min", size):
        return f"Member must have {word} greater than or equal to {shape.metadata['min']}"
    if size > shape.metadata.get("max", size):
        return f"Member must have {word} less than or equal to {shape.metadata['max']}"
    return ""
