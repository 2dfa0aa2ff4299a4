"""The catalog in the words of each shell: what is filled into its template."""

from __future__ import annotations

from mfaenv.catalog import COMMANDS, MAIN
from mfaenv.options import PROGRAM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mfaenv.catalog import Command
    from mfaenv.options import Option, Takes

OTHERS = tuple(name for name in COMMANDS if name != MAIN)


def takes(option: Option) -> str:
    """Say in a word, or in several, what an option takes: nothing for a switch, `text` for what nobody can list."""
    return _said(option.takes) or ("text" if option.metavar else "")


def _said(taken: Takes) -> str:
    return taken if isinstance(taken, str) else " ".join(taken)


def usual() -> dict[str, Option]:
    """Give all options by their spellings, as most commands have them."""
    found: dict[str, Option] = {}
    for command in COMMANDS.values():
        found |= {flag: option for flag, option in command.flags().items() if flag not in found}
    return found


def unusual() -> dict[str, dict[str, Option]]:
    """Give, by command, the options that it has in its own way."""
    rows = usual()
    own = {
        name: {flag: option for flag, option in command.flags().items() if option is not rows[flag]}
        for name, command in COMMANDS.items()
    }
    return {name: flags for name, flags in own.items() if flags}


def _valued_letters() -> str:
    """Give the letters of the short options that take a value, which may stand in the same word."""
    return "".join(flag[1] for flag, option in usual().items() if option.metavar and not flag.startswith("--"))


def _bash() -> dict[str, str]:
    arms: dict[str, list[str]] = {}
    for name, own in unusual().items():
        for flag, option in own.items():
            arms.setdefault(takes(option), []).append(f"{name}:{flag}")
    for flag, option in usual().items():
        if takes(option):
            arms.setdefault(takes(option), []).append(f"*:{flag}")
    for name, command in COMMANDS.items():
        taken = " ".join(OTHERS) if name == MAIN else _said(command.takes)
        if taken:
            arms.setdefault(taken, []).append(f"{name}:")
    cases = [f"        {' | '.join(patterns)}) takes='{taken}' ;;" for taken, patterns in arms.items()]
    flags = [f"        '{name}') flags='{' '.join(command.flags())}' ;;" for name, command in COMMANDS.items()]
    return {"TAKES": "\n".join(cases), "FLAGS": "\n".join(flags), "VALUED": _valued_letters()}


_ZSH_ACTIONS = {
    "profiles": "_mfaenv_profiles",
    "stored": "_mfaenv_stored",
    "program": "_command_names -e",
    "text": " ",
}


def _zsh_specs(options: Iterable[Option]) -> Iterator[str]:
    for option in options:
        excluded = "- *" if option.flags[-1] in {"--help", "--version"} else " ".join(option.flags)
        for flag in option.flags:
            joined = ("=" if flag.startswith("--") else "+") if option.metavar else ""
            taken = takes(option)
            value = f":{option.metavar}:{_ZSH_ACTIONS.get(taken, f'({taken})')}" if taken else ""
            yield f"({excluded}){flag}{joined}[{option.help}]{value}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _zsh() -> dict[str, str]:
    rows = [_quoted(f"{name}:{COMMANDS[name].help}") for name in OTHERS]
    return {
        "COMMANDS": "\n".join(f"        {row}" for row in rows),
        "MAIN": "\n".join(f"        {_quoted(spec)} \\" for spec in _zsh_specs(COMMANDS[MAIN].options.values())),
        "OTHERS": "\n".join(map(_zsh_arm, OTHERS)),
    }


def _zsh_arm(name: str) -> str:
    command = COMMANDS[name]
    specs = [_quoted(spec) for spec in _zsh_specs(command.options.values())]
    taken = _said(command.takes)
    if taken == "program":
        specs.append("'(-)*:: : _mfaenv_program'")
    elif taken:
        specs.append(_quoted(f"1:{command.argument}:({taken})"))
    lines = "".join(f" \\\n                        {spec}" for spec in specs)
    return f"                {name})\n                    _arguments -s -S :{lines}\n                    ;;"


_FISH_LISTS = {
    "profiles": "(_mfaenv_profiles)",
    "stored": "(_mfaenv_stored)",
    "program": "(__fish_complete_command)",
}


def _fish() -> dict[str, str]:
    valued = " ".join(flag for flag, option in usual().items() if option.metavar)
    running = [name for name, command in COMMANDS.items() if command.takes == PROGRAM]
    lines = [
        f"complete -c mfaenv -n '_mfaenv_at main' -a {name} -d {_fish_quoted(COMMANDS[name].help)}" for name in OTHERS
    ]
    for name, command in COMMANDS.items():
        at = f"complete -c mfaenv -n '_mfaenv_at {name or 'main'}'"
        lines += [f"{at} {_fish_option(option)}" for option in command.options.values()]
        if name in running:
            lines.append(f"{at} -x -a '(_mfaenv_program)'")
        elif command.takes:
            lines.append(f"{at} -x -a '{_said(command.takes)}'")
    lines.append("complete -c mfaenv -n '_mfaenv_at program' -x -a '(_mfaenv_program)'")
    texts = {"VALUED": valued, "LETTERS": _valued_letters(), "RUNNING": " ".join(running)}
    return {**texts, "COMPLETE": "\n".join(lines)}


def _fish_option(option: Option) -> str:
    flags = [f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in option.flags]
    taken = takes(option)
    values = ["-x"] if taken else []
    if taken and taken != "text":
        values.append(f"-a '{_FISH_LISTS.get(taken, taken)}'")
    return " ".join([*flags, *values, "-d", _fish_quoted(option.help)])


def _catalog() -> str:
    """Write the catalog as JSON, which is a literal of several shells too; the texts in it need no escapes."""
    return _object({name or "mfaenv": _catalog_row(command) for name, command in COMMANDS.items()})


def _catalog_row(command: Command) -> str:
    options = {flag: _object(_texts(option.help, takes(option))) for flag, option in command.flags().items()}
    return _object({**_texts(command.help, _said(command.takes)), "options": _object(options)})


def _texts(sentence: str, taken: str) -> dict[str, str]:
    return {"help": f'"{sentence}"', "takes": f'"{taken}"'}


def _object(members: Mapping[str, str]) -> str:
    return "{" + ", ".join(f'"{name}": {value}' for name, value in members.items()) + "}"


def _doubled() -> dict[str, str]:
    """Give the catalog for shells in which quotes inside quotes are doubled."""
    return {"DATA": "'" + _catalog().replace("'", "''") + "'", "LETTERS": _valued_letters()}


def _plain() -> dict[str, str]:
    """Give the catalog for shells in which it is a literal as it stands."""
    return {"DATA": _catalog(), "LETTERS": _valued_letters()}


def _tcsh() -> dict[str, str]:
    """Write rules, of which the first that fits counts; they cannot tell the commands' own options apart.

    The template has a statement a line and no comment, since `eval` makes one line of all. A list of profiles takes a
    process, and holds no name that tcsh would cut at a blank or expand.
    """
    lists = {taken: f"({taken})" for taken in map(takes, usual().values())}
    lists |= {"profiles": "`sh -c $_mfaenv_profiles:q`", "program": "c", "text": "n"}
    valued = [(flag, lists[takes(option)]) for flag, option in usual().items() if takes(option)]
    rules = [f"c/{flag}=/{listed}/" for flag, listed in valued if flag.startswith("--")]
    rules.append(f"c/--/({' '.join(flag[2:] for flag in usual() if flag.startswith('--'))})/")
    rules += [f"n/{flag}/{listed}/" for flag, listed in valued]
    for name, command in COMMANDS.items():
        if command.takes:
            rules.append(f"n/{name}/{'c' if command.takes == PROGRAM else f'({_said(command.takes)})'}/")
    rules += ["n/--/c/", f"p/1/({' '.join(OTHERS)})/"]
    return {"RULES": " ".join(map(_quoted, rules))}


TABLES: Mapping[str, Callable[[], Mapping[str, str]]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
    "tcsh": _tcsh,
    "elvish": _doubled,
    "powershell": _doubled,
    "nu": _plain,
    "xonsh": _plain,
}
