"""The rows of the main command's options, and the parser that reads arguments by them, at every start.

The other commands are rows of the catalog. Of a line that is not `understood`, typer says what is wrong.
"""

from mfaenv import shells

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Self, dataclass_transform

    Run = Callable[["Options", "Words", "Env"], int]
else:

    def dataclass_transform(**_: "Any") -> "Callable[[Any], Any]":
        """Stand in for typing's, which takes longer to load than an entry to read."""
        return lambda made: made


Env = shells.Env
Words = shells.Words

MAIN = ""  # the main command has no name
DEFAULT = "default"  # the profile that is meant where none is named

Choices = str | tuple[str, ...] | dict[str, str]
"""What an option or argument takes: one of these words (a dict says what each does), or a kind; "" is any text."""

PROFILES = "profiles"  # a profile of the AWS files
PROGRAM = "program"  # a program, and what that takes
FILES = "files"

Options = dict[str, "str | bool"]  # the options that were given, by name: a text, or True for a switch

COMPLETE, HOOK, CHANGES_SHELL = "complete", "hook", "sets"
"""What Tab, prompt hooks and some functions call. They have no rows."""

# Before a command that lacks them they are an error. Others, as of an alias, do not count there.
NEVER_LEFT_OUT = {"output", "format", "read_only", "session_policy", "policy_arns"}
ANSWERS = ("version", "help")  # options whose answer is all that is printed, whatever else was given


@dataclass_transform(frozen_default=True)
class Record:
    """A frozen value, as of a dataclass: each annotation is a field, which may have a default."""

    def __init__(self, *values: "Any", **named: "Any") -> None:
        self.__dict__.update(zip(type(self).__annotations__, values, strict=False), **named)

    def replace(self, **changes: "Any") -> "Self":
        """Return the same with other values in these fields."""
        return type(self)(**{**self.__dict__, **changes})


class Option(Record):
    """One option: its flags, what it is for, its value's name (a switch has none), where else that comes from."""

    flags: tuple[str, ...]
    help: str
    metavar: str = ""
    variables: tuple[str, ...] = ()
    other_source: str = ""
    default: str = ""
    choices: Choices = ""


MAIN_OPTIONS = {
    "profile": Option(
        ("-p", "--profile"),
        "Profile of the AWS files",
        "NAME",
        variables=("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "MFAENV_PROFILE"),
        default=DEFAULT,
        choices=PROFILES,
    ),
    "shell": Option(
        ("-s", "--shell"),
        "Target shell",
        "NAME",
        variables=("MFAENV_SHELL",),
        default="the shell that called",
        choices=shells.NAMES,
    ),
    "format": Option(
        ("-f", "--format"), "Print data: json, dotenv, github or process", "NAME", choices=shells.FORMATS
    ),
    "output": Option(("-o", "--output"), "Write to a file, which only you can read", "FILE", choices=FILES),
    "token_code": Option(
        ("-c", "--token-code"),
        "MFA code; -: from stdin",
        "CODE",
        variables=("MFAENV_TOKEN_CODE",),
        default="ask",
    ),
    "token_command": Option(
        ("--token-command",),
        "Program that prints the code",
        "CMD",
        other_source="profile's mfa_process",
        choices=PROGRAM,
    ),
    "serial_number": Option(
        ("--serial-number",),
        "MFA device",
        "ARN",
        variables=("AWS_MFA_SERIAL",),
        other_source="mfa_serial",
        default="find it",
    ),
    "duration": Option(
        ("-d", "--duration"),
        "How long a new session lasts: 900, 12h, 1h30m",
        "TIME",
        variables=("MFAENV_DURATION",),
        default="12h",
    ),
    "role_arn": Option(
        ("-r", "--role-arn"), "Role to assume with the session", "ARN", other_source="profile's role_arn"
    ),
    "read_only": Option(("--read-only",), "Limit the role to reading"),
    "session_policy": Option(("--policy",), "Limit the role to the policy in FILE", "FILE", choices=FILES),
    "policy_arns": Option(("--policy-arns",), "Limit the role to these IAM policies", "ARN,…"),
    "region": Option(
        ("--region",),
        "Region",
        "NAME",
        variables=("AWS_REGION", "AWS_DEFAULT_REGION"),
        other_source="the profile",
    ),
    "min_remaining": Option(
        ("--min-remaining",),
        "Get a new session if less time is left",
        "TIME",
        variables=("MFAENV_MIN_REMAINING",),
        default="5m",
    ),
    "refresh": Option(("--refresh",), "Get a new session even if the stored one still holds"),
    "cached": Option(("--cached",), "Use the stored session; without one, exit 3"),
    "no_input": Option(("--no-input",), "Never ask; calling AWS is allowed"),
    "ask": Option(
        ("--ask",),
        "terminal, window, or auto",
        "WHERE",
        variables=("MFAENV_ASK",),
        default="terminal",
        choices=("terminal", "window", "auto"),
    ),
    "quiet": Option(("-q", "--quiet"), "Say nothing but errors"),
    "verbose": Option(("-v", "--verbose"), "Say where every value came from"),
    "version": Option(("--version",), "Show the version"),
    "help": Option(("-h", "--help"), "Show this"),
}
"""The options of the main command by name."""


class Command(Record):
    """One command: what it is for, and its options by name.

    `fixed` are the options that the name stands for. The argument is one word, but all that follow for a program.
    """

    help: str
    options: "Mapping[str, Option]"
    argument: str = ""
    choices: Choices = ""
    optional: bool = False
    fixed: tuple[tuple[str, str], ...] = ()

    def flags(self) -> dict[str, Option]:
        """Return the options by their spellings."""
        return {flag: option for option in self.options.values() for flag in option.flags}

    def names(self) -> dict[str, str]:
        """Return the names of the options by their spellings."""
        return {flag: name for name, option in self.options.items() for flag in option.flags}

    def taken(self, options: "Options") -> "Options":
        """Return those of the options that it takes, with --version, and its fixed ones."""
        taken = {name: options[name] for name in options if name in self.options or name == "version"}
        return {**taken, **dict(self.fixed)}

    def takes_words(self, count: int) -> bool:
        """Return whether it takes so many words."""
        return self.choices == PROGRAM or count == bool(self.argument) or (self.optional and not count)


MAIN_COMMAND = Command(
    "Turn an MFA code into AWS credentials: print the lines that set them in a shell.", MAIN_OPTIONS
)


def module_of(command: str) -> str:
    """Return the module of `mfaenv.commands` that does a command's work."""
    return "export" if command in (MAIN, "process") else command


def load(command: str) -> "Run":
    """Return what does a command's work."""
    # Not importlib: it is one more module to load at every start.
    run: Run = __import__(f"mfaenv.commands.{module_of(command)}", fromlist=["run"]).run
    return run


class CommandLine:
    """A command line: the command's name and row, its options, and the words after them.

    `without_value` is the name of an option at the end that has no value yet, or empty.
    """

    def __init__(self) -> None:
        self.command = MAIN
        self.row = MAIN_COMMAND
        self.options: Options = {}
        self.words: list[str] = []
        self.without_value = ""
        self.understood = True

    @property
    def starts_command(self) -> bool:
        """Return whether it has the right number of words, and no --version or --help."""
        return not any(name in self.options for name in ANSWERS) and self.row.takes_words(len(self.words))


def read(arguments: "Sequence[str]", commands: "Callable[[str], Command | None]") -> CommandLine:
    """Return what the arguments mean. `commands` returns the row of a command."""
    line, rest = CommandLine(), list(arguments)
    names = line.row.names()
    while rest:
        word = rest.pop(0)
        if word == "--":
            line.understood = line.understood and line.row.choices == PROGRAM
            line.words += rest
            break
        if word.startswith("--"):
            _long(line, names, word, rest)
        elif word.startswith("-") and word != "-":
            _short(line, names, word, rest)
        elif word and line.command == MAIN and not line.words and (row := commands(word)):
            line.command, line.row, names = word, row, row.names()
        else:
            line.words.append(word)
            if line.row.choices == PROGRAM:
                line.words += rest
                break
    line.understood = line.understood and not NEVER_LEFT_OUT & line.options.keys() - line.row.options.keys()
    line.options = line.row.taken(line.options)
    return line


def _long(line: CommandLine, names: "Mapping[str, str]", word: str, rest: list[str]) -> None:
    flag, equals, value = word.partition("=")
    name = names.get(flag, "")
    if not name or (equals and not line.row.options[name].metavar):
        line.understood = False
    elif not line.row.options[name].metavar:
        line.options[name] = True
    else:
        _set(line, name, [value] if equals else rest)


def _short(line: CommandLine, names: "Mapping[str, str]", word: str, rest: list[str]) -> None:
    """Read short options in one word: `-qp prod`, `-qpprod`."""
    for number, letter in enumerate(word[1:], start=2):
        name = names.get(f"-{letter}", "")
        if not name:
            line.understood = False
        elif line.row.options[name].metavar:
            _set(line, name, [word[number:]] if word[number:] else rest)
            return
        else:
            line.options[name] = True


def _set(line: CommandLine, name: str, values: list[str]) -> None:
    if values:
        line.options[name] = values.pop(0)
        line.understood = line.understood and bool(line.options[name])
    else:
        line.options[name], line.without_value = "", name
        line.understood = line.understood and line.row.options[name].choices == PROFILES


def text(options: "Mapping[str, str | bool]", name: str) -> str:
    """Return the option's text, empty where it was not given."""
    return str(options.get(name) or "")


def lookup(options: "Mapping[str, str | bool]", env: "Mapping[str, str]", name: str) -> tuple[str, str]:
    """Return an option's value and its source, the option or a variable; or empty texts."""
    option = MAIN_OPTIONS[name]
    if options.get(name):
        return str(options[name]), option.flags[-1]
    for variable in option.variables:
        if env.get(variable):
            return env[variable], variable
    return "", ""
