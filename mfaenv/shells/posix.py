"""bash, zsh, and everything that reads POSIX shell.

``eval $(mfaenv)`` without quotes splits the text at blanks, expands globs in it and joins it with spaces. So a value is
written with nothing but characters that mean nothing to any of these shells, or as octal numbers.
"""

from abc import abstractmethod

from mfaenv.shells import Target

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_PLAIN = _LETTERS + "_@%+:,./=-"


def is_plain(value: str) -> bool:
    """Whether the value means itself without quotes, in every POSIX shell.

    zsh replaces ``=ls`` by the path of ls at the beginning of an assigned value and after a colon in it.
    """
    return not value.strip(_PLAIN) and not value.startswith("=") and ":=" not in value


def octal(value: str) -> str:
    """Return the value with all but ASCII letters and digits as octal numbers, for printf and for ``$'…'``."""
    return escape(value, "\\%03o")


def escape(value: str, number: str) -> str:
    """Return the value with each octet that is no ASCII letter or digit as ``number``, a format for one octet."""
    octets = value.encode("utf-8", "surrogateescape")
    return "".join(chr(octet) if chr(octet) in _LETTERS else number % octet for octet in octets)


class _Posix(Target):
    line = "eval $({command})"

    def assign(self, name: str, value: str) -> str:
        return f"export {name}={value};" if is_plain(value) else self.assign_odd(name, value)

    @abstractmethod
    def assign_odd(self, name: str, value: str) -> str: ...

    def remove(self, name: str) -> str:
        return f"unset {name};"

    def fail(self, status: int) -> str:
        return f"(exit {status});"


class Bash(_Posix):
    """bash and zsh: in quotes of their own, which need no other program and no backtick."""

    def assign_odd(self, name: str, value: str) -> str:
        """Return the statement for a value that is not plain."""
        return f"export {name}=$'{octal(value)}';"


class Sh(_Posix):
    """What every POSIX shell reads, old ones too: single quotes and all between them come from printf.

    Backticks, since parentheses are a pattern to zsh with GLOB_SUBST, which it has when it plays sh. Quotes and not a
    last character that is cut off again to keep line breaks: bash 5.2 makes garbage of ``${X%_}`` where X is the
    octets C2 5C 5F.
    """

    def assign_odd(self, name: str, value: str) -> str:
        """Return the statement for a value that is not plain."""
        quoted = "'" + value.replace("'", "'\\''") + "'"
        return f"eval \"export {name}=`printf '{octal(quoted)}'`\";"
