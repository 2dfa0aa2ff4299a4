import re as _mfaenv_re
import subprocess as _mfaenv_subprocess
from xonsh.tools import unthreadable as _mfaenv_unthreadable


def _mfaenv_for_this_shell(words):
    """Whether what these words print is for this shell: what the main command and unset print, and nothing else."""
    rest = iter(words)
    for word in rest:
        if _mfaenv_re.search("@VALUED@", word):
            next(rest, None)
        elif word != "unset" and _mfaenv_re.search("@ELSEWHERE@", word):
            return False
    return True


@_mfaenv_unthreadable
def _mfaenv_here(words, stdin=None):
    global _mfaenv_seen
    _mfaenv_seen = ""
    env = {**__xonsh__.env.detype(), "MFAENV_SHELL": "xonsh"}
    pipe = _mfaenv_subprocess.PIPE
    done = _mfaenv_subprocess.run(["mfaenv", *words], env=env, stdin=stdin, stdout=pipe, encoding="utf-8")
    if done.returncode == 0:
        execx(done.stdout)
    return done.returncode


@aliases.return_command
def _mfaenv(words):
    return ["_mfaenv_here" if _mfaenv_for_this_shell(words) else "mfaenv", *words]


aliases["_mfaenv_here"] = _mfaenv_here
aliases["mfaenv"] = _mfaenv
