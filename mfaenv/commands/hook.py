"""`mfaenv hook`: what a prompt hook sets in its shell. It is internal, and not in --help.

A hook starts it where AWS_PROFILE is another than at the prompt before (`changed`), and where the time or the
store may have news of the session (`due`); nushell's also at the start of the shell (`start`). It remembers
what it has to in the shell's variables, which `fast.environment` explains.
"""

import time
from urllib.parse import unquote

from mfaenv import duration, fast, shells, suggest
from mfaenv.command_line import same_command
from mfaenv.commands import init, notice
from mfaenv.config import names
from mfaenv.errors import DONE
from mfaenv.fast import environment
from mfaenv.fast.environment import AWS_PROFILE, EXPIRES, FORMER, FORMER_PINNED, NEXT, PINNED, PROFILE, SEEN
from mfaenv.fast.parse import DEFAULT, Env, Options, Words
from mfaenv.session import direnv
from mfaenv.shells import Pair, join
from mfaenv.store import Store


def run(words: Words, env: Env) -> int:
    """Print what the shell gets and loses."""
    shell, reason = words
    decide = {"changed": changed, "due": due, "start": start}[reason]
    pairs = direnv.with_diff(decide(env, Store.of(env), time.time()), env)
    fast.secrets_to_stdout(shells.render(shell, pairs), quiet=True)
    return DONE


def changed(env: Env, store: Store, now: float) -> list[Pair]:
    """Return the changes after AWS_PROFILE has changed: those of the first row that fits.

    | AWS_PROFILE | the shell                                                  | what it gets           |
    | ----------- | ---------------------------------------------------------- | ---------------------- |
    | gone        | got a session, which moved it to PUT_BACK                  | AWS_PROFILE again      |
    | set or gone | is not to follow it: SEEN is UNSEEN, or mfaenv set it      | no other session       |
    | set or gone | has its session, limited or not, or keys not of mfaenv     | no other session       |
    | gone        | had, before it was set, none                               | no session             |
    | set to X    | has another session, or none                               | the stored one of X    |
    | gone        | had, before it was set, one of P, with or without options  | the stored one of them |
    | gone        | started with it                                            | that of DEFAULT        |

    Where that is not stored, it gets no session. Each row but the first also sets what is remembered.
    """
    asked, before = env.get(AWS_PROFILE, ""), env.get(SEEN, "").removeprefix(environment.IN_FOLDER)
    if not asked and before and env.get(environment.PUT_BACK) == before:
        return [(AWS_PROFILE, before), (SEEN, before), (environment.PUT_BACK, None)]
    if asked == before:  # direnv's library has told it
        return [(SEEN, asked or None)]
    is_shown = env.get(environment.PROFILE_AS) == AWS_PROFILE and asked == env.get(PROFILE)
    stays = before == environment.UNSEEN or (is_shown and before != environment.CHANGED)
    former = _former(env, is_remembered=bool(before) and not stays)
    profile, end = asked or former[FORMER] or DEFAULT, environment.end(env) or now + 1
    pinned = "" if asked else former[FORMER_PINNED]
    is_as_pinned = env.get(environment.LIMIT) or pinned in {env.get(PINNED, ""), environment.NO_SESSION}
    is_there = env.get(PROFILE) == profile and env.get("AWS_ACCESS_KEY_ID") and end > now and is_as_pinned
    changes = [] if stays or is_there or _has_other_keys(env) else _switch(asked, former, env, store, now)
    remembered = {environment.PUT_BACK: "", SEEN: asked, **(former if asked else dict.fromkeys(former, ""))}
    if env.get(AWS_PROFILE) == "" and env.get(environment.PROFILE_AS) != AWS_PROFILE:
        remembered[AWS_PROFILE] = ""  # AWS's programs take an empty one for a name
    return [*changes, *((name, value or None) for name, value in remembered.items())]


def _former(env: Env, *, is_remembered: bool) -> dict[str, str]:
    """Return FORMER and what goes with it as they are remembered, or of the session that the shell has."""
    if is_remembered:
        return {name: env.get(name, "") for name in (FORMER, FORMER_PINNED, environment.FORMER_KEY)}
    profile = env.get(PROFILE, "")
    pinned = env.get(PINNED, "") if profile else environment.NO_SESSION
    return {FORMER: profile, FORMER_PINNED: pinned, environment.FORMER_KEY: env.get(environment.SOURCE_KEY, "")}


def _switch(asked: str, former: dict[str, str], env: Env, store: Store, now: float) -> list[Pair]:
    """Return the profile's stored session, else the removal of the shell's."""
    profile, pinned = asked or former[FORMER] or DEFAULT, "" if asked else former[FORMER_PINNED]
    env = _without_names(env) | {PROFILE: profile, PINNED: pinned}
    if asked == DEFAULT or (not asked and former[FORMER]):
        env[environment.SOURCE_KEY] = "" if asked else former[environment.FORMER_KEY]
    session = _stored(env, store, now)
    notice.say(notice.describe(session) if session else _what_to_type(asked, former[FORMER], env))
    names_next = () if asked or not former[FORMER] else (PROFILE, PINNED)
    return session or [*_removal(env), *((name, env[name] or None) for name in names_next)]


def due(env: Env, store: Store, now: float) -> list[Pair]:
    """Return the changes that the time or the store asks for."""
    if env.get(environment.ONLY):
        return [(NEXT, "9" * environment.END_DIGITS)]  # never
    end = environment.end(env)
    if _has_other_keys(env) or (end is None and environment.has_session(env)):
        return _removal_of_leftovers(env, now)
    asked = env.get(AWS_PROFILE)
    env = env if end is None else _without_names(env)
    session = _newer(env, store, now)
    if session or end is None:
        return session
    profile = env.get(PROFILE, "")
    whose = f" of profile {profile}" if profile else ""
    named: Options = {"profile": profile} if profile and asked and asked != profile else {}
    mfaenv = join(same_command({**named, **_pinned(env)}))
    if end <= now:
        notice.say(f"the session{whose} has ended: type {mfaenv} for a new one")
        return _removal_at_end(env, asked)
    if now < end - duration.REMINDER:
        return [(NEXT, str(end - duration.REMINDER))]
    if not env.get(NEXT):
        left = duration.rounded(int(end - now))
        renew = "--min-remaining 15m" if notice.role(env) else "--refresh"  # which takes a code for a role too
        ends = f"{profile or 'the session'} ends at {duration.time_of_day(end, now)}, in {left}"
        notice.say(f"{ends}: type {mfaenv} {renew}")
    return [(NEXT, str(end))]


def _removal_at_end(env: Env, asked: str | None) -> list[Pair]:
    gone = [*environment.GONE_AT_END, *environment.settings(env), NEXT]
    shown_as = env.get(environment.PROFILE_AS)
    if shown_as == AWS_PROFILE and asked == env.get(PROFILE, ""):
        gone += [AWS_PROFILE, SEEN]
    elif shown_as in environment.PROFILE_NAMES and shown_as != AWS_PROFILE:
        gone.append(shown_as)
    return [(name, None) for name in gone]


def _newer(env: Env, store: Store, now: float) -> list[Pair]:
    """Return another session of the same role or user, or the profile's where this shell had none."""
    session = _stored(env, store, now)
    got, key, identity = dict(session), "AWS_ACCESS_KEY_ID", environment.IDENTITY
    had_one = env.get(EXPIRES) or env.get(identity)
    is_another = any(got.get(name) != env.get(name) for name in (identity, environment.LIMIT))
    if (had_one and is_another) or got.get(key) == env.get(key):
        return []
    if not had_one:
        notice.say(notice.describe(session))
    return session


def start(env: Env, store: Store, now: float) -> list[Pair]:
    """Return a new shell's stored session, without a word."""
    if init.keeps_credentials(env, now):
        return init.kept_by_exec(env)
    session = _stored(env, store, now)
    former = [(FORMER, env.get(PROFILE))] if env.get(AWS_PROFILE) else []
    return [*session, *init.seen_at_start(session, env, now), *former]


def _stored(env: Env, store: Store, now: float) -> list[Pair]:
    """Return the stored session of this shell's profile and PINNED; none with a policy, whose file may have changed."""
    options = _pinned(env)
    if bool(options) != bool(env.get(PINNED)) or "session_policy" in options:
        return []
    if environment.own_regions(env):  # which the person has set since
        options.pop("region", None)
    session = init.without_name(init.stored_session(options, env, store, now))
    return session and [*session, (PINNED, env.get(PINNED) or None)]


def _pinned(env: Env) -> Options:
    pairs = (word.partition("=")[::2] for word in env.get(PINNED, "").split("+"))
    options: Options = {name: unquote(value, errors="surrogateescape") or True for name, value in pairs}
    return options if options.keys() <= {*environment.OWN_SESSION} else {}


def _has_other_keys(env: Env) -> bool:
    source = env.get("AWS_ACCESS_KEY_ID") or env.get(environment.ADDRESS_OF_KEYS)
    return bool(env.get(environment.ONLY) or (source and not environment.has_session(env)))


def _removal_of_leftovers(env: Env, now: float) -> list[Pair]:
    """List what a session that has ended has left beside keys of the user's own."""
    end, expiration = environment.end(env), "AWS_CREDENTIAL_EXPIRATION"
    if end is None or end > now:  # its keys may come back: direnv does that on leaving a folder
        return [(NEXT, env.get(EXPIRES))]
    ours = [expiration] if env.get(expiration) == environment.timestamp(end) else []
    gone = [name for name in environment.SET if name.startswith("MFAENV_")]
    return [(name, None) for name in (*gone, *ours)]


def _without_names(env: Env) -> dict[str, str]:
    return {name: value for name, value in env.items() if name not in environment.PROFILE_VARIABLES}


def _removal(env: Env) -> list[Pair]:
    """List all that a session has set; the person's own names stay."""
    theirs = {AWS_PROFILE, *environment.HOOK_VARIABLES, *environment.own_regions(env)}
    return [pair for pair in environment.removal(env) if pair[0] not in theirs]


def _what_to_type(asked: str, former: str, env: Env) -> str:
    if not asked:
        key = env.get(environment.SOURCE_KEY)
        named: Options = {} if key and former == DEFAULT else {"profile": former}
        line = join(same_command({**named, **_pinned(env)}))
        what = f"export the access key {key} again, and type {line}" if key else f"type {line}"
        return f"AWS_PROFILE is gone, and no session of {former} is stored: {what}" if former else ""
    profiles, now = names.profiles(env), f"AWS_PROFILE is {asked} now"
    if asked in profiles:
        return f"{now}: type mfaenv"
    return " ".join((f"{now}, and there is no such profile.", *suggest.advice(asked, profiles)))
