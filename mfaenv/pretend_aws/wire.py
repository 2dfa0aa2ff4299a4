"""Refusals, and the XML that AWS's clients expect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias
from xml.sax.saxutils import escape

Content: TypeAlias = "str | int | Mapping[str, Content] | Sequence[Content] | None"
"""An XML element's: a mapping nests, a sequence repeats the element, None leaves it out."""


@dataclass(eq=False)
class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error of the program
    """A no in AWS's words."""

    code: str
    message: str
    status: int = 403


def document(name: str, content: Content, namespace: str = "") -> bytes:
    attributes = f' xmlns="{namespace}"' if namespace else ""
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + _element(name, content, attributes)).encode()


def _element(name: str, content: Content, attributes: str = "") -> str:
    if content is None:
        return ""
    if isinstance(content, Mapping):
        inner = "".join(_element(child, value) for child, value in content.items())
    elif isinstance(content, str | int):
        inner = escape(str(content))
    else:
        return "".join(_element(name, item) for item in content)
    return f"<{name}{attributes}>{inner}</{name}>"


def timestamp(seconds: float) -> str:
    """Return Unix time as AWS's XML has it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
