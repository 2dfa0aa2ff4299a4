"""The grammar of the command line: the rows of commands and options.

The parser, typer, --help, Tab and the shells' functions are made from these, and from those in `parse`.
"""

from mfaenv import shells
from mfaenv.fast import environment, parse
from mfaenv.fast.parse import MAIN, PROGRAM, Command, Env, Option, Options, Words

PRINTING = ("shell", "format", "output")  # the options that say what a session is printed for, and where

WINDOWS = ("pinentry", "zenity", "kdialog", "osascript", "powershell")
"""Programs that open a window to ask in: MFAENV_ASK may name one of them."""

ENDINGS = ".COM;.EXE;.BAT;.CMD"  # of Windows' programs where PATHEXT does not list them
DIRENV = "direnv"  # what `mfaenv init` takes beside shells: its library gives `use mfaenv` to direnv's files
STORED = "stored"  # a profile whose sessions may be stored: nobody is asked which one

TOPICS = (
    "shells",
    "init",
    "codes",
    "roles",
    "programs",
    "keys",
    "security",
    "doctor",
    "demo",
    "prompts",
    "direnv",
    "scripts",
    "moving",
    "troubleshooting",
    "uninstalling",
)
"""The pages of `mfaenv help`: each is a file in `mfaenv/help/`."""

OPTIONS = {
    **parse.MAIN_OPTIONS,
    "as_json": Option(("--json",), "Print data for scripts"),
    "self_service": Option(("--self-service",), "Let users still set up an MFA device"),
    "no_hook": Option(("--no-hook",), "Leave the prompt hook out"),
    "serve": Option(("--serve",), "Give the program no keys, but an address on loopback that renews them"),
    "only": Option(("--only",), "Show the program this profile alone; it can still read your files"),
    "policy": Option(
        ("--policy",), "Policy of this AWS: mfa or none", "NAME", default="mfa", choices=("mfa", "none")
    ),
    "destination": Option(
        ("--destination",),
        "Service (s3, ec2, …) or page of the console",
        "SERVICE|URL",
        default="the console's home",
    ),
    "print_link": Option(("--print",), "Print the link, which signs in whoever has it, and open nothing"),
    "no_device": Option(("--no-device",), "Start with no MFA device, and a policy that lets you make one"),
    "code": Option(("--code",), "Show the code of the demo's MFA device"),
    "delete": Option(("--delete",), "Delete the old key too, or one that is inactive"),
    "dry_run": Option(("--dry-run",), "Show what would change, and change nothing"),
    "yes": Option(("--yes",), "Accept all offers, without a question"),
}
"""All options by name. A command names those that it takes."""


def _rows(*names: str) -> dict[str, Option]:
    return {name: OPTIONS[name] for name in (*names, "help")}


_PROFILE = {"profile": Option(("-p", "--profile"), "Profile of the stored sessions", "NAME", choices=STORED)}

_SESSION_OPTIONS = {
    name: row for name, row in parse.MAIN_COMMAND.options.items() if name not in {*PRINTING, *parse.ANSWERS}
}
_CONSOLE_OPTIONS = {name: row for name, row in _SESSION_OPTIONS.items() if name != "cached"}
_DOCTOR_OPTIONS = {name: row for name, row in _CONSOLE_OPTIONS.items() if name not in environment.LIMITS}
_KEYS_OPTIONS = {
    name: row for name, row in _DOCTOR_OPTIONS.items() if name not in {"duration", "role_arn", "min_remaining"}
}

COMMANDS = {
    MAIN: parse.MAIN_COMMAND,
    "unset": Command("Print the lines that remove what mfaenv has set.", _rows("shell", "format")),
    "process": Command(
        "Answer as a credential_process of the AWS config file.",
        _SESSION_OPTIONS | _rows(),
        fixed=(("format", "process"),),
    ),
    "exec": Command(
        "Run a program, or your shell, with the session in its environment.",
        _SESSION_OPTIONS | _rows("serve", "only"),
        argument="CMD",
        choices=PROGRAM,
    ),
    "console": Command(
        "Open the AWS console in the browser with a role's session.",
        _CONSOLE_OPTIONS | _rows("destination", "print_link"),
    ),
    "status": Command("Show the session of this shell, and the stored sessions.", _PROFILE | _rows("as_json")),
    "clear": Command("Delete stored sessions, of one profile with -p.", _PROFILE | _rows("quiet")),
    "init": Command(
        "Print the function, prompt hook and completion for a shell.",
        _rows("profile", "no_hook"),
        argument="SHELL",
        choices=(*shells.WITH_FUNCTION, DIRENV),
    ),
    "configure": Command(
        "Set it up once: device, programs and your shell's startup file.",
        _rows("profile", "token_code", "serial_number", "dry_run", "yes"),
    ),
    "doctor": Command(
        "Show what is set up, and prove whether MFA is really required.", _DOCTOR_OPTIONS | _rows("as_json")
    ),
    "keys": Command(
        "Show the long-term keys, put them into the keychain, rotate them.",
        _KEYS_OPTIONS | _rows("delete", "as_json"),
        argument="WHAT",
        choices={
            "import": "move the keys of the credentials file into the keychain",
            "export": "move them back into the credentials file",
            "rotate": "make new keys with the session, and deactivate the old ones",
            "get": "print the keys that are in the keychain, for credential_process",
        },
        optional=True,
    ),
    "policy": Command(
        "Print the IAM policy that denies everything without MFA.", _rows("quiet", "self_service")
    ),
    "demo": Command(
        "Try all of this with a pretend AWS, without an account.",
        _rows("policy", "no_device", "code"),
        argument="CMD",
        choices=PROGRAM,
    ),
    "help": Command(
        "Explain a topic: shells, roles, keys, security, troubleshooting, …",
        _rows(),
        argument="TOPIC",
        choices=TOPICS,
        optional=True,
    ),
}
"""All commands by name, the main one first."""


def profile_or_default(options: Options, env: Env) -> str:
    """Return the profile that an option or a variable names, else the default one."""
    return parse.lookup(options, env, "profile")[0] or parse.DEFAULT


def changes_shell(arguments: Words) -> bool:
    """Return whether what is printed changes the shell that called: that of the main command and unset."""
    line = read(arguments)
    prints_other = line.words or line.options.keys() & {*PRINTING, *parse.ANSWERS}
    return line.command in {MAIN, "unset"} and not prints_other


def read(arguments: Words) -> parse.CommandLine:
    """Return what the arguments mean, to whichever command."""
    return parse.read(arguments, COMMANDS.get)
