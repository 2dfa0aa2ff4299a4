"""The commands as data: what each is for, its options, its argument, and lines that people type.

The command line, its help, the manual and the completions are all made from what stands here. `mfaenv init` pays for
it whenever a shell starts, so nothing heavy is imported.
"""

from __future__ import annotations

from mfaenv import options, shells
from mfaenv.options import PROGRAM, STORED, Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfaenv.options import Takes

MAIN = ""
"""The main command has no name."""

_OPTIONS = options.OPTIONS | {
    "as_json": Option(("--json",), "", "Print data for scripts"),
    "self_service": Option(("--self-service",), "", "Leave a user able to set up the MFA device"),
    "no_hook": Option(("--no-hook",), "", "Leave the prompt hook out"),
    "policy": Option(("--policy",), "NAME", "Policy in force there: mfa or none", default="mfa", takes=("mfa", "none")),
    "code": Option(("--code",), "", "Show the code of the demo's MFA device"),
    "version": Option(("--version",), "", "Show the version"),
    "help": Option(("-h", "--help"), "", "Show this"),
}

_ONE_STORED = {"profile": Option(("-p", "--profile"), "NAME", "Profile whose stored sessions are meant", takes=STORED)}


class Command:
    """One command: a sentence, its options by name, lines of bash with their meanings, and its argument."""

    __slots__ = ("argument", "examples", "help", "options", "takes")

    def __init__(
        self,
        help: str,  # noqa: A002 - the word of every command-line library
        options: Mapping[str, Option],
        examples: Mapping[str, str],
        *,
        argument: str = "",
        takes: Takes = "",
    ) -> None:
        self.help = help
        self.options = {**options, **_rows("help")}
        self.examples = examples
        self.argument = argument
        self.takes = takes

    def flags(self) -> dict[str, Option]:
        """Give the options by their spellings."""
        return {flag: option for option in self.options.values() for flag in option.flags}


def _rows(*names: str) -> dict[str, Option]:
    return {name: _OPTIONS[name] for name in names}


_WITHOUT_FUNCTION = ("csh", "rc")
"""Shells for which there is nothing to put into a profile."""

_GETTING = _rows(*(name for name in options.OPTIONS if name not in options.PRINTING))
_ASKING = {name: row for name, row in _GETTING.items() if name != "cached"}

COMMANDS = {
    MAIN: Command(
        "Turn an MFA code into AWS credentials: print the lines that set them in a shell.",
        _rows(*options.OPTIONS, "version"),
        {
            "eval $(mfaenv)": "set the session in this shell",
            "eval $(mfaenv -p staging -d 1h)": "that of another profile or role, for an hour",
            "mfaenv -f dotenv > .env": "write it to a file",
        },
    ),
    "unset": Command(
        "Print the lines that remove what mfaenv has set.",
        _rows(*options.PRINTING),
        {
            "eval $(mfaenv unset)": "remove the session from this shell",
            "mfaenv unset --shell fish": "show the lines for fish",
        },
    ),
    "process": Command(
        "Answer as a credential_process of the AWS config file.",
        _GETTING,
        {
            "mfaenv process -p default": "print what an SDK asks a program for",
            "aws configure set profile.mfa.credential_process 'mfaenv process -p default'": (
                "let every AWS tool use the session, in the profile mfa"
            ),
        },
    ),
    "exec": Command(
        "Run a program, or your shell, with the session in its environment.",
        _GETTING,
        {
            "mfaenv exec -- aws s3 ls": "list the buckets, with the session",
            "mfaenv exec -p staging -- terraform plan": "run a tool in a role",
        },
        argument="CMD",
        takes=PROGRAM,
    ),
    "status": Command(
        "Tell what is in force in this shell, and what is stored.",
        _ONE_STORED | _rows("as_json"),
        {
            "mfaenv status": "show it as tables, without calling AWS",
            "mfaenv status --json": "show it as data",
        },
    ),
    "clear": Command(
        "Delete stored sessions, of one profile with -p.",
        _ONE_STORED | _rows("quiet"),
        {
            "mfaenv clear": "delete all of them",
            "mfaenv clear -p staging": "delete those of one profile, and of the roles that hang on it",
        },
    ),
    "init": Command(
        "Print a function, prompt hook and completion for the shell's profile.",
        _rows("profile", "no_hook"),
        {
            'eval "$(mfaenv init bash)"': "in ~/.bashrc: type mfaenv without eval from now on",
            "mfaenv init zsh --no-hook": "look at what another shell would get",
        },
        argument="SHELL",
        takes=tuple(name for name in shells.NAMES if name not in _WITHOUT_FUNCTION),
    ),
    "doctor": Command(
        "Show what is set up, and prove whether MFA is really required.",
        _ASKING | _rows("as_json"),
        {
            "mfaenv doctor": "show it as a table, with the verdict",
            "mfaenv doctor -p default --json": "show it as data",
        },
    ),
    "policy": Command(
        "Print the IAM policy that denies everything without MFA.",
        _rows("quiet", "self_service"),
        {
            "mfaenv policy > mfa.json": "write it to a file for aws iam put-user-policy",
            "mfaenv policy --self-service": "the variant that leaves users able to set up their device",
        },
    ),
    "demo": Command(
        "Try all of this with a pretend AWS, without an account.",
        _rows("policy", "code"),
        {
            "mfaenv demo": "open a shell with a pretend AWS around it",
            "mfaenv demo -- mfaenv status": "run one command there",
            "mfaenv demo --policy none -- aws s3 ls": "see that a device alone restricts nothing",
        },
        argument="CMD",
        takes=PROGRAM,
    ),
}
"""All commands by name, the main one first."""
