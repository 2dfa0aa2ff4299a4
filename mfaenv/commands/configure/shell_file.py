"""The file that the user's shell reads at its start, and the line of `mfaenv init` at its end."""

import os
import re
from contextlib import suppress
from os.path import exists, expanduser

from mfaenv import shells
from mfaenv.command_line import MFAENV, own_path, to_type
from mfaenv.commands import init, output_target
from mfaenv.commands.configure.offers import Offers
from mfaenv.config import awsfiles, edit, rewrite
from mfaenv.errors import MfaenvError
from mfaenv.fast import catalog
from mfaenv.fast.parse import DEFAULT, Env, Options, Words
from mfaenv.store import Store
from mfaenv.terminal import program
from mfaenv.terminal.terminal import Terminal

QUERY_SECONDS = 30

_COMMENTS = re.compile(r"(?im)^\s*(?:#|::|rem\s).*")
_INIT = re.compile(r"(?i)\bmfaenv(?:\.exe)?['\"]?\s+init\b['\" ]*(\w*)")
_READS_OTHERS = re.compile(r"^[^#\n]*(?:\.|source)\s.*(?:bashrc|\.profile)", re.MULTILINE)
_FUNCTION = re.compile(r"^def .*\bmfaenv\b", re.MULTILINE)
_UNQUOTED = re.compile(r"[~/][A-Za-z0-9._+/-]+")
_PATH = re.compile(rf"(?<![^\s(`]){_UNQUOTED.pattern}/mfaenv(?= init\b)")


def calling_shell(env: Env, terminal: Terminal) -> str:
    """Return the shell that called, or note that it is unknown."""
    try:
        return output_target.choose_target({}, env)
    except MfaenvError as error:
        terminal.note(f"{error.message} No startup file is changed.")
        return ""


def offer(shell: str, profile: str, words: Words, env: Env, offers: Offers) -> Words:
    """Offer the line; return what to type in a new window if the file has it now, else nothing. Raise MfaenvError."""
    note, language = offers.terminal.note, shells.get_target(shell)
    line = shells.init_line(shell, () if profile == DEFAULT else ("-p", profile), _command(env))
    path = _startup_file(shell, env)
    if not path:
        if language.startup_by_hand:
            note(language.startup_by_hand, to_type("help", "init"))
        elif line:
            offers.shown += 1
            note(f"The startup file of {shell} is unknown. Put this line into it:", line)
        else:
            note(f"{shell} has no function to load.")
        return ()
    _note_login(language.startup_at_login, line, offers.terminal)
    file = rewrite.read(path)
    if _FUNCTION.search(file.text) if language.saved else _has_line(file.text, shell):
        active = _COMMENTS.sub("", file.text)
        gone = [path for path in _PATH.findall(active) if not exists(expanduser(path))]
        if gone and len(gone) == len(_INIT.findall(active)):  # one may be for another machine
            offers.shown += 1
            note(f"{awsfiles.short(path)} names {gone[0]}, which is not there. Correct it to:", _command(env))
            return ()
        is_own = line and line in active  # any other may name another profile
        return words if words[1:] or is_own else (*words, "-p", profile)
    if language.saved:
        named: Options = {} if profile == DEFAULT else {"profile": profile}
        text = init.text_for_file(shell, named, env)
        return words if offers.change(f"What {shell} loads at its start:", file, text) else ()
    before = "" if file.text else language.startup_before
    first = f"source {before}" if before and exists(expanduser(before)) else ""
    text = with_line(file.text, line, first)
    return words if offers.change(f"The line that loads mfaenv in each new {shell}:", file, text) else ()


def _has_line(text: str, shell: str) -> bool:
    """Return whether a line of `init` is there that is not for another shell, nor for direnv."""
    own = {name for name, names in shells.SHELLS.items() if names[0] == shells.SHELLS[shell][0]}
    others = {*shells.NAMES, catalog.DIRENV} - {*own, "sh"}
    return not others.issuperset(_INIT.findall(_COMMENTS.sub("", text)))


def _note_login(names: tuple[str, ...], line: str, terminal: Terminal) -> None:
    """Note where bash, as a login shell, never comes to ~/.bashrc."""
    name = next((name for name in names if exists(expanduser(name))), "")
    with suppress(MfaenvError):  # there is none, or it cannot be read
        text = rewrite.read(os.path.expanduser(name), "latin-1").text
        if not (_READS_OTHERS.search(text) or _has_line(text, "bash")):
            why = f"As a login shell, as in macOS' Terminal, bash reads {name} and not ~/.bashrc. Put this line there:"
            terminal.note(why, f'[ -z "$BASH" ] || {line}')


def offer_direnv(env: Env, offers: Offers, store: Store) -> None:
    """Offer the library for direnv, if installed. Raise MfaenvError."""
    if program.find(catalog.DIRENV, env):
        folder = env.get("DIRENV_CONFIG") or os.path.join(env.get("XDG_CONFIG_HOME") or "~/.config", "direnv")
        file = rewrite.read(os.path.join(os.path.expanduser(folder), "lib", "mfaenv.sh"))
        why = "What lets an .envrc of direnv say `use mfaenv PROFILE`:"
        offers.change(why, file, init.direnv_library(store))


def _command(env: Env) -> str:
    """Return this program's name, or its path below `~`.

    Debian's ~/.profile reads ~/.bashrc before it sets the PATH. Shells quote differently: no path that needs it.
    """
    on_path = program.find(MFAENV, env)
    path = awsfiles.short(on_path or own_path()).replace(os.sep, "/")
    by_name = not own_path() or (on_path and not path.startswith("~"))
    return MFAENV if by_name or not _UNQUOTED.fullmatch(path) else path


def with_line(text: str, line: str, first: str = "") -> str:
    """Return the text with the line at its end."""
    end = edit.line_end(text) if text.strip("\ufeff") else os.linesep
    gap = "" if not text.strip("\ufeff") or text.endswith(("\n", "\r")) else end
    gap += end if re.search(r"[\\`^](\r\n?|\n)?\Z", text) else ""  # in some shell such a line goes on
    return f"{text}{gap}{first and first + end}{line}{end}"


def _startup_file(shell: str, env: Env) -> str:
    language = shells.get_target(shell)
    output = program.output((shell, *query), env, QUERY_SECONDS) if (query := language.startup_query) else ""
    if not os.path.isabs(path := output.strip().rpartition("\n")[2]):  # its files may print too
        variables = (row[1:].partition("/") for row in language.startup_files if row.startswith("$"))
        named = [f"{env[name]}{slash}{rest}" for name, slash, rest in variables if env.get(name)]
        rows = named or [row for row in language.startup_files if row.startswith("~")]
        paths = [os.path.expanduser(os.path.expandvars(row)) for row in rows]
        path = next(filter(os.path.exists, paths), paths[0] if paths else "")
    return os.path.normpath(path) if os.path.isabs(path) and path.isprintable() and "$" not in path else ""
