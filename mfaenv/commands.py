"""The commands that print for a shell: what was asked, to a session, to bytes on standard output."""

from __future__ import annotations

import contextlib
import os
import time

from mfaenv import awsfiles, console, exports, memory, nearest, options, profiles, shells, shortcut, store
from mfaenv.errors import CODE_NEEDED, DONE, USAGE, MfaenvError, NothingStoredError
from mfaenv.fetch import Surroundings
from mfaenv.outcome import to_stderr, to_stdout
from mfaenv.session import Sessions, Wishes
from mfaenv.shells import detect
from mfaenv.terminal import Terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfaenv.entry import Fields
    from mfaenv.model import Plan
    from mfaenv.options import Given
    from mfaenv.shelf import Answer
    from mfaenv.store import Store


def target(given: Given, env: Mapping[str, str]) -> str:
    """Give the shell or the format to print for. Raises MfaenvError (usage) for a name that is none."""
    asked = options.text(given, "format")
    if asked and "shell" in given:
        raise MfaenvError("--shell and --format exclude each other.", "Leave one of them out.", status=USAGE)
    if asked:
        return _one_of(asked, shells.FORMATS, "--format")
    name, source = options.lookup(given, env, "shell")
    return _one_of(name, shells.NAMES, source) if name else detect.detect(env)


def _one_of(name: str, names: tuple[str, ...], source: str) -> str:
    if name in names:
        return name
    hint = nearest.hint(name, names, f"It takes {', '.join(names)}.")
    raise MfaenvError(f"{source} does not know '{name}'.", hint, status=USAGE)


def terminal(given: Given, env: Mapping[str, str]) -> Terminal:
    """Make the terminal that speaks as much as the options say."""
    return Terminal(env, quiet=bool(given.get("quiet")), verbose=bool(given.get("verbose")))


def show(given: Given, env: Mapping[str, str]) -> int:
    """Print the lines that set a session in the shell: the main command. Raises MfaenvError."""
    wanted = target(given, env)
    person = terminal(given, env)
    pairs = exports.pairs(obtain(given, env, person, wanted), env)
    text = shells.render(wanted, pairs, encoding=console.encoding())
    if wanted in shells.NAMES and os.isatty(1):
        person.note(f"A shell takes the lines in with: {shells.loading_line(wanted, _asked(given))}")
    if shortcut.runs_on_github(wanted, env):
        from mfaenv.shells.formats import github_masks

        to_stderr(github_masks(pairs))
    to_stdout(text)
    store.Store(store.directory(env)).sweep(time.time())
    return DONE


def _asked(given: Given) -> str:
    """Write the command again, without the code and the shell, which the loading line has already."""
    import shlex

    words = ["mfaenv"]
    for name, value in given.items():
        if name not in {"token_code", "shell", "verbose"}:
            words += [options.OPTIONS[name].flags[0], *([str(value)] if options.OPTIONS[name].metavar else [])]
    return shlex.join(words)


def unset(given: Given, env: Mapping[str, str]) -> int:
    """Print the lines that remove everything that the main command sets. Raises MfaenvError."""
    to_stdout(shells.render(target(given, env), exports.removal(env)))
    return DONE


def obtain(given: Given, env: Mapping[str, str], person: Terminal, wanted: str = "") -> Fields:
    """Give the session as the store writes it, with the profile and the region of this plan.

    `wanted` is the shell, asked beforehand whether it can hold what is known already. Raises MfaenvError: with --cached
    only NothingStoredError, whatever is in the way.
    """
    try:
        return _obtain(given, env, person, wanted)
    except MfaenvError:
        if given.get("cached"):
            raise NothingStoredError("No session is stored.", status=CODE_NEEDED) from None
        raise


def _obtain(given: Given, env: Mapping[str, str], person: Terminal, wanted: str) -> Fields:
    place = store.Store(store.directory(env))
    place.check()
    asked = shortcut.request(given, env)
    states = {path: store.signature(path) for path in awsfiles.paths(env)}
    files = awsfiles.load(env)
    plan = profiles.resolve(given, env, files)
    own = _own(plan)
    _refuse_early(wanted, own)
    if given.get("verbose"):
        from mfaenv import provenance

        for row in provenance.rows(plan, given, env, files):
            person.detail(*row)
    wishes = Wishes(*(bool(given.get(name)) for name in Wishes._fields))
    answer = Sessions(Surroundings(place, person)).obtain(plan, wishes)
    if answer.name:
        _remember(place, asked, answer, plan, states)
    if not answer.session:
        raise NothingStoredError("No session is stored.", status=CODE_NEEDED)
    return {**answer.session, **own, "pinned": exports.pinned(given)}


def _own(plan: Plan) -> Fields:
    """Give what the shell gets beside the session itself."""
    theirs = plan.region.source in exports.REGIONS
    from_environment = plan.keys is not None and plan.keys.source in {profiles.ENVIRONMENT, exports.SOURCE_KEY}
    return {
        "profile": plan.profile.text,
        "region": plan.region.text,
        "region_mark": "" if theirs else plan.region.text,
        "source_key": plan.keys.access_key if plan.keys and from_environment else "",
    }


def _refuse_early(wanted: str, own: Fields) -> None:
    """See that the shell can hold what is known, before a code is spent. Raises MfaenvError."""
    pairs = [*((name, own["region"] or None) for name in exports.REGIONS), (exports.PROFILE, own["profile"])]
    if wanted in shells.NAMES:
        shells.render(wanted, pairs, encoding=console.encoding())


def _remember(place: Store, asked: str, answer: Answer, plan: Plan, states: Mapping[str, str]) -> None:
    """Write the answer down for the short way. A store that cannot be written was complained about already."""
    if plan.keys is None:
        return  # what botocore resolves is asked for each time, and so are the roles on top of it
    fields = {
        "entry": answer.name,
        "entry_key": answer.key,
        "min_remaining": str(plan.min_remaining),
        **_own(plan),
    }
    with contextlib.suppress(OSError):
        remembered = place.file(memory.device_name(plan.keys.access_key))
        shortcut.remember(place, asked, fields, {**states, remembered: store.signature(remembered)}, time.time())
