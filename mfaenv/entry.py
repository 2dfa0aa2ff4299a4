"""How an entry of the store is written, so that one wrong byte in it is noticed.

It is text: a first line, `name=value` lines with `%` and line breaks escaped, and a last line with the checksum of all
before it. A stored session waits for this, so nothing heavy is imported here.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

Fields = dict[str, str]

HEAD = "mfaenv 1\n"


def checksum(data: bytes) -> str:
    """Give 16 digits that are others after a change of any seven bytes in a row, and after nearly any other change.

    It is the remainder of the bytes, as one number, by the prime 2 to the 61st less 1: Python's own hash of a number
    (https://docs.python.org/3/library/stdtypes.html#hashing-of-numeric-types; 32-bit machines have a smaller prime).
    CRCs come in an extension module, which takes longer to load than the entry takes to read.
    """
    return f"{hash(int.from_bytes(data, 'big')):016x}"


def dump(fields: "Mapping[str, str]") -> bytes:
    """Write fields as the text of a file."""
    lines = "".join(f"{name}={_escaped(value)}\n" for name, value in fields.items())
    body = (HEAD + lines).encode("utf-8", "surrogateescape")
    return body + f"end={checksum(body)}\n".encode()


def load(data: bytes) -> Fields | None:
    """Read the text of a file back, or nothing where a single byte of it is not what was written."""
    body, found, tail = data.rpartition(b"end=")
    if not found or tail != f"{checksum(body)}\n".encode():
        return None
    text = body.decode("utf-8", "surrogateescape")
    if not text.startswith(HEAD):
        return None
    lines = [line.partition("=") for line in text[len(HEAD) : -1].split("\n")]
    return {name: _unescaped(value) for name, _, value in lines}


def _escaped(value: str) -> str:
    return value.replace("%", "%25").replace("\n", "%0A")


def _unescaped(value: str) -> str:
    return value.replace("%0A", "\n").replace("%25", "%") if "%" in value else value
