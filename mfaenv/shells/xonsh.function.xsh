import re as _mfaenv_re
import subprocess as _mfaenv_subprocess
from xonsh.tools import unthreadable as _mfaenv_unthreadable


def _mfaenv_for_this_shell(words):
    """Whether what these words print is for this shell: what the main command and unset print, and nothing else."""
    rest = iter(words)
    for word in rest:
        if _mfaenv_re.search("@VALUED@", word):
            next(rest, None)
        elif word != "unset" and _mfaenv_re.search("@OTHER_OUTPUT@", word):
            return False
    return True


@_mfaenv_unthreadable
def _mfaenv_here(words, stdin=None):
    global _mfaenv_seen, _mfaenv_ended
    command = ["mfaenv", "--shell", "xonsh", *words]
    pipe = _mfaenv_subprocess.PIPE
    done = _mfaenv_subprocess.run(
        command, env=__xonsh__.env.detype(), stdin=stdin, stdout=pipe, encoding="utf-8"
    )
    if done.returncode == 0:
        execx(done.stdout)
        # After that a hook looks at the store anew.
        _mfaenv_seen = _mfaenv_ended = ""
    return done.returncode


@aliases.return_command
def _mfaenv(words):
    return ["_mfaenv_here" if _mfaenv_for_this_shell(words) else "mfaenv", *words]


aliases["_mfaenv_here"] = _mfaenv_here
aliases["mfaenv"] = _mfaenv
