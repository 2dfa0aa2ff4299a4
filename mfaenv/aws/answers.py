"""What counts as an answer of AWS: one that is made as botocore's model of the call says.

A proxy or another server may answer in AWS's place. botocore takes what it gets: an element that is there twice becomes
a list where a text belongs, and some answers make its parser fail with any error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.parsers import ResponseParserFactory


FAILED = range(301, 1000)
"""The statuses of errors, which no model of a call describes."""


def parsers() -> ResponseParserFactory:
    """Return what makes botocore's parsers, each of which raises ResponseParserError for what is no answer of AWS."""
    from botocore.parsers import ResponseParserFactory

    class Parsers(ResponseParserFactory):
        """Makes parsers that check what they return."""

        def create_parser(self, protocol_name: str) -> Any:
            """Return the parser of a protocol."""
            return _Checked(super().create_parser(protocol_name))

    return Parsers()


class _Checked:
    """A parser of botocore's, and a look at what it makes of an answer."""

    def __init__(self, parser: Any) -> None:
        self._parser = parser

    def parse(self, response: Any, shape: Any) -> Any:
        """Return the parsed answer. Raise ResponseParserError where it is not what `shape` describes."""
        from botocore.parsers import ResponseParserError

        try:
            parsed = self._parser.parse(response, shape)
        except Exception as error:  # noqa: BLE001 - botocore's parsers look at nothing before they use it
            raise ResponseParserError(type(error).__name__) from None
        is_whole = _is_error(parsed) if response["status_code"] in FAILED else shape is None or _fits(parsed, shape)
        if not is_whole:
            raise ResponseParserError
        return parsed


def _is_error(parsed: Any) -> bool:
    """Return whether the code and the message of an error are texts, as far as they are there."""
    error = parsed.get("Error") or {}
    return all(isinstance(error.get(part), str | None) for part in ("Code", "Message"))


def _fits(value: Any, shape: Any) -> bool:
    """Return whether a value is of its kind, and all in it of theirs; what is missing does not matter here."""
    from datetime import datetime  # takes its time, and answers come after the question

    kind = shape.type_name
    # botocore's names of the kinds of values that are looked at, and what each has to be.
    types = {"list": list, "string": str, "structure": dict, "timestamp": datetime}
    is_of_kind = isinstance(value, types.get(kind, object))
    if not is_of_kind:
        return False
    if kind == "list":
        return all(_fits(each, shape.member) for each in value)
    if kind == "structure":
        return all(_fits(value[name], member) for name, member in shape.members.items() if name in value)
    return True
