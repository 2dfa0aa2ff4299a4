
_mfaenv_seen = "@SEEN@"
_mfaenv_ended = ""


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
    global _mfaenv_seen, _mfaenv_ended
    import sys
    import time

    if not _mfaenv_seen:
        _mfaenv_look()
    env = __xonsh__.env
    expires = str(env.get("MFAENV_EXPIRES", ""))
    if expires:
        if not _mfaenv_re.fullmatch("[0-9]{1,18}", expires) or time.time() < int(expires) - @EARLY@:
            return
    elif env.get("AWS_ACCESS_KEY_ID") or env.get("AWS_CONTAINER_CREDENTIALS_FULL_URI"):
        return  # keys of the user's own
    elif _mfaenv_ended and time.time() < int(_mfaenv_ended) - @EARLY@:
        # The clock went back, and it still holds.
        _mfaenv_seen, _mfaenv_ended = "again", ""
    if not env.get("MFAENV_PINNED") and _mfaenv_look() and _mfaenv_here(["--cached"]) == 0:
        return
    if expires and time.time() >= int(expires):
        _mfaenv_ended = expires
        profile = str(env.get("MFAENV_PROFILE", ""))
        whose = f" of profile {profile}" if profile and profile.isprintable() else ""
        print(f"mfaenv: the session{whose} has ended: type mfaenv for a new one", file=sys.stderr)
        # What the profile brought beside its session, where it still has that value.
        for word in str(env.get("MFAENV_SETTINGS", "")).split():
            name = word.partition("=")[0]
            if name.startswith("AWS_") and f"{name}={env.get(name)}" == word:
                env.pop(name, None)
        for name in "@ENDING@".split():
            env.pop(name, None)
        if env.get("MFAENV_PROFILE_AS") in "@PROFILE_NAMES@".split():
            env.pop(env["MFAENV_PROFILE_AS"], None)


for _mfaenv_other in [hook for hook in events.on_pre_prompt if hook.__name__ == "_mfaenv_hook"]:
    events.on_pre_prompt.discard(_mfaenv_other)
events.on_pre_prompt(_mfaenv_hook)
