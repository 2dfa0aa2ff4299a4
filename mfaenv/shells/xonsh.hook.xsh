
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


def _mfaenv_hook(**_):
    """Nothing while the session holds. Else the one that another window got, or, once, that it is over."""
    import sys
    import time

    if not _mfaenv_seen:
        _mfaenv_look()
    env = __xonsh__.env
    expires = str(env.get("MFAENV_EXPIRES", ""))
    if expires:
        if not expires.isdigit() or time.time() < int(expires) - @EARLY@:
            return
    elif env.get("AWS_ACCESS_KEY_ID"):
        return  # keys of the user's own
    if not env.get("MFAENV_PINNED") and _mfaenv_look() and _mfaenv_here(["--cached"]) == 0:
        return
    if expires and time.time() >= int(expires):
        print(f"mfaenv: the session of profile {env.get('MFAENV_PROFILE', '')} has ended", file=sys.stderr)
        for name in "@ENDING@".split():
            env.pop(name, None)


for _mfaenv_other in [hook for hook in events.on_pre_prompt if hook.__name__ == "_mfaenv_hook"]:
    events.on_pre_prompt.discard(_mfaenv_other)
events.on_pre_prompt(_mfaenv_hook)
