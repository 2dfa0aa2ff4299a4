import re as _mfaenv_re
import subprocess as _mfaenv_subprocess
from xonsh.tools import unthreadable as _mfaenv_unthreadable


def _mfaenv_for_this_shell(words):
    """Whether what these words print is for this shell: what the main command and unset print, and nothing else."""
    rest = iter(words)
    for word in rest:
        if _mfaenv_re.fullmatch("-h|--help|--version|-f.*|--format.*|-s.*|--shell.*|-[qv].*[hfs].*", word):
            return False
        if word in "@VALUED_WORDS@".split():
            if next(rest, None) is None:
                return False
        elif not word.startswith("-"):
            return word == "unset"
    return True


def _mfaenv_look():
    """The word that every new session leaves in the store, read without a process."""
    try:
        with open(__xonsh__.env.get("MFAENV_STORE", "") + "/latest", encoding="ascii") as file:
            return file.readline().strip()
    except (OSError, ValueError):
        return "-"


@_mfaenv_unthreadable
def _mfaenv_here(words):
    global _mfaenv_seen
    env = {**__xonsh__.env.detype(), "MFAENV_SHELL": "xonsh"}
    done = _mfaenv_subprocess.run(["mfaenv", *words], env=env, stdout=_mfaenv_subprocess.PIPE, encoding="utf-8")
    if done.returncode == 0:
        execx(done.stdout)
    _mfaenv_seen = _mfaenv_look()
    return done.returncode


@aliases.return_command
def _mfaenv(words):
    return ["_mfaenv_here" if _mfaenv_for_this_shell(words) else "mfaenv", *words]


_mfaenv_seen = "@SEEN@"
aliases["_mfaenv_here"] = _mfaenv_here
aliases["mfaenv"] = _mfaenv
