"""The pages of `--help`, made from the catalog."""

import textwrap
from collections.abc import Iterable, Iterator

from mfaenv.fast import catalog
from mfaenv.fast.parse import MAIN, PROGRAM, Command, Option

WIDTH = 80
MAX_LEFT = 36  # characters of the left column; what is wider has its own line

EXAMPLES = {
    "": {
        "eval $(mfaenv)": "set the session in this shell",
        "eval $(mfaenv -p staging -d 1h)": "that of another profile or role, for an hour",
    },
    "unset": {
        "eval $(mfaenv unset)": "remove the session from this shell",
        "mfaenv unset --shell fish": "show the lines for fish",
    },
    "process": {
        "mfaenv process -p default": "print what an SDK asks a program for",
        "aws configure set profile.mfa.credential_process 'mfaenv process -p default'": (
            "let every AWS tool use the session, in the profile mfa"
        ),
    },
    "exec": {
        "mfaenv exec -- aws s3 ls": "list the buckets, with the session",
        "mfaenv exec --serve -p staging -- terraform apply": "run what takes longer than the role's hour",
    },
    "console": {
        "mfaenv console -p staging": "open its home page as the role of a profile",
        "mfaenv console -p staging --destination s3": "open a service's page",
    },
    "status": {
        "mfaenv status": "show it as tables, without calling AWS",
        "mfaenv status --json": "show it as data",
    },
    "clear": {
        "mfaenv clear": "delete all of them",
        "mfaenv clear -p staging": "delete those of one profile, and of the roles that depend on it",
    },
    "init": {
        'eval "$(mfaenv init bash)"': "in ~/.bashrc: type mfaenv without eval from now on",
        "mfaenv init zsh --no-hook": "print it for zsh, without the prompt hook",
    },
    "configure": {
        "mfaenv configure --dry-run": "see what it would change; without it, say yes or no",
        "mfaenv configure -p staging --yes": "set all of it up for a role's profile",
    },
    "doctor": {
        "mfaenv doctor": "show it as a table, with the verdict",
        "mfaenv doctor -p default --json": "show it as data",
    },
    "keys": {
        "mfaenv keys": "show where the long-term keys are, and how old",
        "mfaenv keys rotate -p default": "make a new one with the session, and deactivate the old one",
    },
    "policy": {
        "mfaenv policy > mfa.json": "write it to a file for aws iam put-user-policy",
        "mfaenv policy --self-service": "the variant that leaves users able to set up their device",
    },
    "demo": {
        "mfaenv demo": "open a shell that uses a pretend AWS",
        "mfaenv demo --policy none -- aws s3 ls": "see that a device alone restricts nothing",
    },
    "help": {"mfaenv help": "list the topics", "mfaenv help roles": "read about roles"},
}
"""Lines of bash and what they are for, by command."""


def page(name: str) -> str:
    """Return the help of a command."""
    command = catalog.COMMANDS[name]
    blocks = [
        [
            command.help,
            *_usage(name, command),
            "Options [and where else their values come from]:",
            *_columns(map(_described, command.options.values())),
        ],
        ["Examples:", *_columns(EXAMPLES[name].items())],
    ]
    if name == MAIN:
        others = ((other, row.help) for other, row in catalog.COMMANDS.items() if other != MAIN)
        blocks.insert(1, ["Commands (each has its own --help):", *_columns(others)])
    return "\n".join("\n".join(block) + "\n" for block in blocks)


def _usage(name: str, command: Command) -> Iterator[str]:
    argument = f"[{command.argument}]" if command.optional else command.argument
    words = "[--] [CMD ...]" if command.choices == PROGRAM else argument
    usage = " ".join(filter(None, ["mfaenv", name, "[options]", words]))
    yield f"Usage: {usage}{'  or  mfaenv COMMAND [options]' if name == MAIN else ''}"
    if isinstance(command.choices, tuple):
        yield from textwrap.wrap(f"{command.argument}: {' '.join(command.choices)}", WIDTH)
    elif isinstance(command.choices, dict):
        yield f"{command.argument}:"
        yield from _columns(command.choices.items())


def _described(option: Option) -> tuple[str, str]:
    sources = ", ".join(filter(None, [*option.variables, option.other_source]))
    otherwise = ", else ".join(filter(None, [sources, option.default]))
    spelling = f"{', '.join(option.flags)} {option.metavar}".rstrip()
    return spelling, f"{option.help} [{otherwise}]" if otherwise else option.help


def _columns(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    pairs = list(rows)
    left = max(len(first) for first, _ in pairs if len(first) <= MAX_LEFT)
    below = " " * (left + 4)
    wrapper = textwrap.TextWrapper(WIDTH, below, below, break_on_hyphens=False, break_long_words=False)
    for first, second in pairs:
        head, *rest = wrapper.wrap(second)
        if len(first) > left:
            yield f"  {first}"
        else:
            head = f"  {first:<{left}}{head[left + 2 :]}"
        yield from (head, *rest)
