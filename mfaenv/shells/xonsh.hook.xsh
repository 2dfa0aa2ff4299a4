
_mfaenv_seen = "@SEEN@"


def _mfaenv_look():
    """Look at the word that every new session leaves in the store: whether it is another than before."""
    global _mfaenv_seen
    before = _mfaenv_seen
    try:
        with open(__xonsh__.env.get("MFAENV_STORE", "") + "/latest", encoding="ascii") as file:
            _mfaenv_seen = file.readline().strip()
    except (OSError, ValueError):
        _mfaenv_seen = "-"
    return _mfaenv_seen != before


def _mfaenv_is_due(env):
    """Whether the time or the store may have news of the session."""
    import time

    if not _mfaenv_seen:
        _mfaenv_look()
    end, following = (str(env.get(name, "")) for name in ("MFAENV_EXPIRES", "MFAENV_NEXT"))
    if not end:  # keys of the user's own, or an address where programs get theirs
        return not (env.get("AWS_ACCESS_KEY_ID") or env.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")) and _mfaenv_look()
    if not _mfaenv_re.fullmatch("[0-9]{1,36}", end + following):
        return False
    now, following = time.time(), int(following or int(end) - @FIRST@)
    return now >= following or (now >= int(end) - @EARLY@ and _mfaenv_look())


def _mfaenv_hook(**_):
    """Where AWS_PROFILE is another, or there may be news, let the program say what this shell gets and loses."""
    global _mfaenv_seen
    env = __xonsh__.env
    changed = str(env.get("AWS_PROFILE") or "") != str(env.get("MFAENV_AWS_PROFILE", ""))
    if (changed or _mfaenv_is_due(env)) and _mfaenv_program():
        _mfaenv_look()
        seen = _mfaenv_seen
        _mfaenv_here(["hook", "changed" if changed else "due"])
        _mfaenv_seen = seen  # what another window gets until the next prompt is news then


for _mfaenv_other in [hook for hook in events.on_pre_prompt_format if getattr(hook, "__name__", "") == "_mfaenv_hook"]:
    events.on_pre_prompt_format.discard(_mfaenv_other)
events.on_pre_prompt_format(_mfaenv_hook)
