"""The options of the main command as data: names, variables, defaults, and how their values are read.

The command line (typer), the short way, the completions and the manual are all made from what stands here, so this
module imports nothing that takes time.
"""

from mfaenv import shells
from mfaenv.errors import USAGE, MfaenvError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Given = dict[str, "str | bool"]
"""The options that were given, by name: a text, or True for a switch."""

GET_SESSION_TOKEN_SECONDS = range(900, 129_600 + 1)
"""What STS takes: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html"""

ASSUME_ROLE_SECONDS = range(900, 43_200 + 1)
"""What STS takes: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"""

CHAINED_ROLE_SECONDS = range(900, 3_600 + 1)
"""What STS takes when the caller is a role itself; the same page, "role chaining"."""

CODE_LENGTH = 6
PRINTING = ("shell", "format")
"""The options of the commands that print a session."""

PROFILE_VARIABLES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "MFAENV_PROFILE")

Takes = str | tuple[str, ...]
"""What an option or argument takes: one of these words, or a thing of this kind; an empty text is anything."""

PROFILES = "profiles"
"""A profile of the AWS files."""

STORED = "stored"
"""A profile that has a stored session."""

PROGRAM = "program"
"""A program, and what that takes."""


class Option:
    """One option: its flags, what its value is called (nothing: it is a switch), where else that comes from."""

    __slots__ = ("default", "elsewhere", "flags", "help", "metavar", "takes", "variables")

    def __init__(  # noqa: PLR0913 - a row of a table
        self,
        flags: tuple[str, ...],
        metavar: str,
        help: str,  # noqa: A002 - the word of every command-line library
        *,
        variables: tuple[str, ...] = (),
        elsewhere: str = "",
        default: str = "",
        takes: Takes = "",
    ) -> None:
        self.flags = flags
        self.metavar = metavar
        self.help = help
        self.variables = variables
        self.elsewhere = elsewhere
        self.default = default
        self.takes = takes

    def sources(self) -> str:
        """Say where a value comes from when the option is not given."""
        places = ", ".join([*self.variables, *filter(None, [self.elsewhere])])
        return ", else ".join(filter(None, [places, self.default]))


OPTIONS = {
    "profile": Option(
        ("-p", "--profile"),
        "NAME",
        "Profile of the AWS files",
        variables=PROFILE_VARIABLES,
        default="default",
        takes=PROFILES,
    ),
    "shell": Option(
        ("-s", "--shell"),
        "NAME",
        "Target shell",
        variables=("MFAENV_SHELL",),
        default="the shell that called",
        takes=shells.NAMES,
    ),
    "format": Option(
        ("-f", "--format"),
        "NAME",
        "Data instead: json, dotenv, github or process",
        takes=shells.FORMATS,
    ),
    "token_code": Option(
        ("-c", "--token-code"),
        "CODE",
        "The MFA code, - for stdin",
        variables=("MFAENV_TOKEN_CODE",),
        default="ask",
    ),
    "token_command": Option(
        ("--token-command",),
        "CMD",
        "Program that prints the code",
        elsewhere="profile's mfa_process",
        takes=PROGRAM,
    ),
    "serial_number": Option(
        ("--serial-number",),
        "ARN",
        "MFA device",
        variables=("AWS_MFA_SERIAL",),
        elsewhere="profile's mfa_serial",
        default="find it",
    ),
    "duration": Option(
        ("-d", "--duration"),
        "TIME",
        "How long: 900, 12h, 1h30m",
        variables=("MFAENV_DURATION",),
        default="12h",
    ),
    "role_arn": Option(
        ("-r", "--role-arn"),
        "ARN",
        "Role to assume with the session",
        elsewhere="profile's role_arn",
    ),
    "region": Option(
        ("--region",),
        "NAME",
        "Region to export and to call STS in",
        variables=("AWS_REGION", "AWS_DEFAULT_REGION"),
        elsewhere="profile's region",
    ),
    "min_remaining": Option(
        ("--min-remaining",),
        "TIME",
        "Renew if less is left",
        variables=("MFAENV_MIN_REMAINING",),
        default="5m",
    ),
    "refresh": Option(("--refresh",), "", "Get a new session even if the stored one still holds"),
    "cached": Option(("--cached",), "", "Print the stored session, or nothing and exit 3"),
    "no_input": Option(("--no-input",), "", "Never ask; calling AWS is allowed"),
    "quiet": Option(("-q", "--quiet"), "", "Say nothing but errors"),
    "verbose": Option(("-v", "--verbose"), "", "Say where every value came from"),
}

BY_FLAG = {flag: name for name, option in OPTIONS.items() for flag in option.flags}


def parse(arguments: "Sequence[str]") -> Given | None:
    """Read the arguments of a plain main command, or decline (None) whatever is not plain: the full parser has it."""
    given, rest = leading(arguments)
    return None if rest else given


def leading(arguments: "Sequence[str]") -> tuple[Given, list[str]]:
    """Read the plain options that stand first; give them, and the words from the first on that is none."""
    given: Given = {}
    rest = list(arguments)
    while rest:
        name, value, words = _option(rest)
        if not value:
            break
        given[name] = value
        del rest[:words]
    return given, rest


def _option(words: list[str]) -> tuple[str, str | bool, int]:
    """Read the first option: its name, its value (nothing where it is not plain), and how many words that takes."""
    flag, equals, value = words[0].partition("=") if words[0].startswith("--") else (words[0], "", "")
    name = BY_FLAG.get(flag)
    if name is None:
        return "", "", 0
    if not OPTIONS[name].metavar:
        return name, not equals, 1
    if equals:
        return name, value, 1
    following = words[1] if len(words) > 1 else ""
    return name, "" if following.startswith("-") and following != "-" else following, 2


def text(given: "Mapping[str, str | bool]", name: str) -> str:
    """Give the option's text, empty where it was not given."""
    return str(given.get(name) or "")


def lookup(given: "Mapping[str, str | bool]", env: "Mapping[str, str]", name: str) -> tuple[str, str]:
    """Give an option's value and its source: the option, else the first variable that holds something, else empty."""
    option = OPTIONS[name]
    if given.get(name):
        return str(given[name]), option.flags[-1]
    for variable in option.variables:
        if env.get(variable):
            return env[variable], variable
    return "", ""


_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_LONGEST_TIME = 20
"""Characters; Python itself refuses numbers of some thousand digits."""


def seconds(text: str, source: str) -> int:
    """Read a time such as `900`, `12h` or `1h30m`, in seconds.

    Raises MfaenvError (usage), naming the source, when the text is none.
    """
    total = _total(text) if len(text) <= _LONGEST_TIME else None
    if total is None:
        raise MfaenvError(
            f"{source}: '{text}' is not a time.", "Write seconds (900) or units (12h, 1h30m).", status=USAGE
        )
    return total


def _total(text: str) -> int | None:
    if is_digits(text):
        return int(text)
    total, number, units = 0, "", list(_UNITS)
    for character in text:
        if is_digits(character):
            number += character
        elif number and character in units:
            total += int(number) * _UNITS[character]
            del units[: units.index(character) + 1]
            number = ""
        else:
            return None
    return total if text and not number else None


def within(value: int, limits: range, source: str, what: str) -> int:
    """Give the seconds back where AWS takes them.

    Raises MfaenvError (usage), naming the source and the limits, where it would not.
    """
    if value in limits:
        return value
    raise MfaenvError(
        f"{source}: {what} cannot last {duration_text(value)} ({value} s).",
        f"AWS allows {duration_text(limits.start)} to {duration_text(limits[-1])}.",
        status=USAGE,
    )


def duration_text(value: int) -> str:
    """Write seconds as people do: `12h`, `1h30m`, `45s`."""
    parts = []
    rest = max(value, 0)
    for unit in ("h", "m", "s"):
        count, rest = divmod(rest, _UNITS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def is_digits(text: str) -> bool:
    """Tell whether the text is one or more of the ten ASCII digits, and nothing else."""
    return text.isascii() and text.isdigit()


def code(text: str) -> str:
    """Give the six digits of a code as people type it (`123 456`), or nothing where it is none."""
    digits = "".join(text.split())
    return digits if len(digits) == CODE_LENGTH and is_digits(digits) else ""
