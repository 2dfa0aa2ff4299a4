import re as _mfaenv_re
import subprocess as _mfaenv_subprocess
import sys as _mfaenv_sys
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
    global _mfaenv_seen
    program = _mfaenv_program()
    if program is None:
        print("mfaenv: There is no program mfaenv on the PATH.", file=_mfaenv_sys.stderr)
        return 127
    command = [program, "--shell", "xonsh", *words]
    pipe = _mfaenv_subprocess.PIPE
    with _mfaenv_subprocess.Popen(
        command, env=__xonsh__.env.detype(), stdin=stdin, stdout=pipe, encoding="utf-8"
    ) as running:
        try:
            text = running.communicate()[0]
        except KeyboardInterrupt:
            # The program gets it too, and ends by itself.
            running.wait()
            return 130
    if running.returncode == 0:
        execx(text)
        # After that a hook looks at the store anew.
        _mfaenv_seen = ""
    return running.returncode


class _mfaenv_Word(str):
    """A word in which xonsh's expand_path, which goes through what an alias returns, finds nothing to expand again."""

    def __contains__(self, part):
        return False

    def partition(self, separator):
        return self, "", ""

    def startswith(self, *beginning):
        return False


@aliases.return_command
def _mfaenv(words):
    program = None if _mfaenv_for_this_shell(words) else _mfaenv_program()
    return [program or "_mfaenv_here", *map(_mfaenv_Word, words)]


aliases["_mfaenv_here"] = _mfaenv_here
aliases["mfaenv"] = _mfaenv
