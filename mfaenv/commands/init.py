"""`mfaenv init`: all that a shell's profile needs, from one process: function, hook, completion and stored session."""

import os
import time

from mfaenv import command_line, duration, fast, shells, suggest
from mfaenv.commands import notice
from mfaenv.commands.output_target import code_page
from mfaenv.errors import DONE, MfaenvError, wrong_usage
from mfaenv.fast import catalog, environment
from mfaenv.fast.entry import ReadOnlyStore
from mfaenv.fast.parse import ANSWERS, MAIN, PROGRAM, Env, Option, Options, Words
from mfaenv.shells import Pair, detect

SCRIPT = "MFAENV_FUNCTION"  # where a function of one line finds its script
KEPT_FILES = {name: f"MFAENV_{name}" for name in fast.FILE_VARIABLES}
"""Where `exec --serve` and `--only` keep the AWS files' places, since a startup file may set others."""

TEMPLATE_FOLDER = os.path.dirname(os.path.abspath(shells.__file__))


def run(options: Options, words: Words, env: Env) -> int:
    """Raise MfaenvError (usage) for a shell without a function."""
    (shell,) = words
    if shell == catalog.DIRENV:
        fast.to_stdout(direnv_library(ReadOnlyStore.of(env)).encode("utf-8", "surrogateescape"))
    elif shell not in shells.WITH_FUNCTION:
        targets = (*shells.WITH_FUNCTION, catalog.DIRENV)
        advice = suggest.advice(detect.identify([shell]) or shell, targets, f"It takes {', '.join(targets)}.")
        raise wrong_usage(f"init has no function for '{shell}'.", *advice)
    elif shells.get_target(shell).saved:
        fast.to_stdout(text_for_file(shell, options, env).encode())
    else:
        _print_with_session(shell, options, env)
    return DONE


def _print_with_session(shell: str, options: Options, env: Env) -> None:
    """Print what a shell evaluates at its start, the stored session among it."""
    language, hook = shells.get_target(shell), "no_hook" not in options
    store, now = ReadOnlyStore.of(env), time.time()
    for_function = [*_path(shell, env), *function_variables(shell, store, hook=hook)]
    stays = keeps_credentials(env, now)
    is_named = any(map(env.get, environment.PROFILE_VARIABLES))
    asked: Options = {} if is_named else options  # the person's name goes before -p
    is_shown = os.isatty(fast.STDOUT)  # to a person, without the session
    session = [] if stays or is_shown else stored_session(asked, env, store, now)
    if hook and language.hook and not is_shown:
        session = without_name(session)
        former = [] if asked or stays else _profile(options)
        for_function += [*seen_at_start(session, env, now), *((environment.FORMER, name) for _, name in former)]
    session = session if _holds(shell, session) else []  # mfaenv says so when it is typed
    pairs = session or (kept_by_exec(env) if stays else _profile(options))
    # Apart: where a variable of the session is read-only, the function has its own all the same.
    line = language.init.format(command=command_line.MFAENV, target=shell)
    variables = language.init_begin.format(line=line).encode() + _rendered(shell, for_function)
    if pairs:
        before, after = language.at_start.format(text="\0").encode().split(b"\0")
        variables += before + _rendered(shell, pairs) + after
    # By its path: cmd looks for a program in the current folder first.
    system = env.get("SYSTEMROOT", r"C:\Windows")
    function = function_and_hook(shell, "" if is_shown else store.latest(), now, [], hook=hook)
    code = function.replace("@SYSTEM@", system) + without_comments(completion(shell))
    if language.code_in_one_line and not is_shown:
        code = language.code_in_one_line.format(lines=language.quote(code).replace("\n", "','"))
    (fast.secrets_to_stdout if session else fast.to_stdout)(variables + code.encode())


def _path(shell: str, env: Env) -> list[Pair]:
    """Return the PATH with this program's folder at its end, where it is missing: startup files may add it too late."""
    # A PATH that is not in the environment may be in the shell all the same: bash has one of its own then.
    folder, path = os.path.dirname(command_line.own_path()), env.get("PATH", "")
    pair = ("PATH", f"{path}{os.pathsep}{folder}")
    is_needed = folder and path and folder not in path.split(os.pathsep)
    return [pair] if is_needed and os.pathsep not in folder and _holds(shell, [pair]) else []


def seen_at_start(session: list[Pair], env: Env, now: float) -> list[Pair]:
    """Return the AWS_PROFILE that a hook has seen; none where it has to remove another profile's session."""
    if keeps_credentials(env, now):
        return [(environment.SEEN, environment.UNSEEN)] if env.get(environment.LIMIT) else []
    profile = env.get(environment.AWS_PROFILE)
    is_of_another_profile = env.get(environment.EXPIRES) and profile and profile != env.get(environment.PROFILE)
    return [] if is_of_another_profile and not session else [(environment.SEEN, profile or None)]


def _holds(shell: str, pairs: list[Pair]) -> bool:
    try:
        _rendered(shell, pairs)
    except MfaenvError:
        return False
    return True


def text_for_file(shell: str, options: Options, env: Env) -> str:
    """Return the text for a shell that keeps it in a file, whose function gets the stored session."""
    store, hook = ReadOnlyStore.of(env), "no_hook" not in options
    pairs = [*function_variables(shell, store, hook=hook), *_profile(options)]
    function = function_and_hook(shell, store.latest(), time.time(), pairs, hook=hook)
    return function + without_comments(completion(shell))


def _profile(options: Options) -> list[Pair]:
    return [(environment.PROFILE, str(options["profile"]))] if options.get("profile") else []


def _rendered(shell: str, pairs: list[Pair]) -> bytes:
    return shells.render(shell, pairs, encoding=code_page(), tried=False)


def keeps_credentials(env: Env, now: float) -> bool:
    """Return whether a new shell gets no stored session: it has credentials that hold, or what options asked for."""
    end, key = environment.end(env), env.get("AWS_ACCESS_KEY_ID", "")
    has_ended = end is not None and end <= now and environment.has_session(env)
    # Long-term keys that a startup file sets over the session of the shell before, whose token stays: no call works.
    is_mixed = key.startswith("AKIA") and env.get("AWS_SESSION_TOKEN") and env.get(environment.KEY, key) != key
    has_credentials = (key and not is_mixed) or env.get(environment.ADDRESS_OF_KEYS)
    is_asked_for = any(map(env.get, (environment.PINNED, environment.ONLY)))
    return is_asked_for or bool(has_credentials and not has_ended)


def kept_by_exec(env: Env) -> list[Pair]:
    """Return what a startup file changed in a shell of `exec --serve` or `--only`, as it was, and name what goes."""
    if not (environment.is_served(env) or env.get(environment.ONLY)):
        return []
    keys = () if environment.has_session(env) else environment.CREDENTIALS
    names = (*environment.PROFILE_VARIABLES, *keys)
    gone = [name for name in names if env.get(name) not in (None, "", env.get(environment.ONLY))]
    if gone:
        notice.say(f"unset, as this shell is of exec --serve or --only: {', '.join(gone)}")
    files = [(name, env.get(kept) or None) for name, kept in KEPT_FILES.items()]
    return [*((name, None) for name in gone), *files]


def stored_session(options: Options, env: Env, store: ReadOnlyStore, now: float) -> list[Pair]:
    """Return a request's stored session, or an empty list; never ask, and say nothing."""
    silent: Options = {**options, "cached": True, "quiet": True}
    silent.pop("no_hook", None)  # the session is the same
    session = fast.stored(silent, env, store, now)
    if session is not None:
        return session
    from mfaenv.session import service  # slow to load
    from mfaenv.terminal import coredump  # slow to load
    from mfaenv.terminal.terminal import Terminal

    coredump.prevent()
    try:
        return service.get_pairs(silent, env, Terminal.for_options(silent, env))
    except MfaenvError:
        return []


def without_name(pairs: list[Pair]) -> list[Pair]:
    """Return the pairs that leave the person's AWS_PROFILE as it is."""
    gone = (environment.AWS_PROFILE, None)
    return [pair for pair in pairs if pair[0] not in environment.HOOK_VARIABLES and pair != gone]


def function_variables(shell: str, store: ReadOnlyStore, *, hook: bool) -> list[Pair]:
    """List the variables that a function and a hook read."""
    language = shells.get_target(shell)
    script = [(SCRIPT, os.path.join(TEMPLATE_FOLDER, language.script))] if language.script else []
    return [*script, *([(environment.STORE, store.path or None)] if hook and language.hook else [])]


def function_and_hook(shell: str, seen: str, now: float, pairs: list[Pair], *, hook: bool) -> str:
    """Return the function and the hook; `seen` is the newest session's time, `pairs` what a saved text sets."""
    language = shells.get_target(shell)
    values = {
        **dict(language.template_values),
        **{name: fill(part, {}).strip() for name, part in language.template_parts},
        **_choice(),
        "SHELL": shell,
        # From a file, and into code.
        "SEEN": seen if seen and not seen.strip("0123456789.") else "-",
        # With less left, another window may have got the next one.
        "EARLY": str(duration.seconds(catalog.OPTIONS["min_remaining"].default, "--min-remaining")),
        "NOW": str(int(now)),
        "FIRST": str(duration.REMINDER),
    }
    if language.saved:  # JSON, for a text in double quotes
        record = shells.render("json", pairs).decode().strip()
        values["KNOWN"] = record.replace("\\", r"\\").replace('"', r"\"")
    names = (language.function, *(language.hook if hook else ()))
    return "".join(without_comments(fill(name, values)) for name in names)


def direnv_library(store: ReadOnlyStore) -> str:
    """Return what direnv loads for `use mfaenv`, with comments: it stays in a file."""
    return fill("direnv.library.sh", {"STORE": shells.join((store.path,), "bash")})


def without_comments(text: str) -> str:
    """Return shell code without comments and blank lines: a shell reads it at every start."""
    return "".join(line for line in text.splitlines(keepends=True) if line.lstrip()[:1] not in {"", "#"})


def completion(shell: str) -> str:
    """Return the completion, with comments as packages have it."""
    template = shells.get_target(shell).completion
    if not template:
        return ""
    rows = catalog.COMMANDS.items()
    valued = [row for row in catalog.OPTIONS.values() if row.metavar]
    lists = {
        "OPTIONS": [*dict.fromkeys(flag for row in valued for flag in row.flags)],
        "WITH_PROGRAM": [name for name, row in rows if row.choices == PROGRAM],
        "WITH_ARGUMENT": [name for name, row in rows if name != MAIN and row.choices not in ("", PROGRAM)],
    }
    return fill(template, {name: f"{{{','.join(words)}}}" for name, words in lists.items()})


def _choice() -> dict[str, str]:
    """Return which words have a value, and which make the output another shell's or a person's.

    They are regular expressions, of which the second matches a command too, and patterns of sh. An option's
    letter may follow switches', as in `-qp prod`; in sh those of two.
    """
    rows, others = catalog.COMMANDS[MAIN].options.items(), {*catalog.PRINTING, *ANSWERS}
    other, other_names = _flags([row for name, row in rows if name in others])
    valued, valued_names = _flags([row for name, row in rows if name not in others and row.metavar])
    switch, _ = _flags([row for name, row in rows if name not in others and not row.metavar])
    starts = [f"-{switch * count}" for count in range(3)]
    others_start = (*(start + other for start in starts), *other_names)
    return {
        "VALUED": f"^(-{switch}*{valued}|{'|'.join(valued_names)})$",
        "OTHER_OUTPUT": f"^(-{switch}*{other}|{'|'.join(other_names)}|[^-]|$)",
        "VALUED_PATTERN": " | ".join([*(start + valued for start in starts), *valued_names]),
        "OTHER_OUTPUT_PATTERN": " | ".join(f"{start}*" for start in others_start),
    }


def _flags(rows: list[Option]) -> tuple[str, list[str]]:
    flags = [flag for row in rows for flag in row.flags]
    letters = "".join(flag[1] for flag in flags if flag[1] != "-")
    return f"[{letters}]", [flag for flag in flags if flag[1] == "-"]


def fill(name: str, values: dict[str, str]) -> str:
    """Return a template of `shells/` with values for its `@NAME@`."""
    with open(os.path.join(TEMPLATE_FOLDER, name), encoding="utf-8", newline="") as file:
        template = file.read()
    for key, value in values.items():
        template = template.replace(f"@{key}@", value)
    return template
