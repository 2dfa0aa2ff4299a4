"""sh and ksh, and all other shells that read POSIX shell."""

from mfaenv.shells import printed
from mfaenv.shells.bash import Posix

_HAS_FORKED = '{ \\read -r _mfaenv_text </proc/self/stat && [ "${_mfaenv_text%% *}" != "$$" ]; } 2>/dev/null'


class Sh(Posix):
    """What every POSIX shell reads, old ones too: single quotes and all between them come from printf.

    Backticks, since parentheses are a pattern to zsh with GLOB_SUBST, as when it plays sh. Quotes, since
    without them a line break at the end is lost, and bash 5.2 garbles ``${X%_}`` of the octets C2 5C 5F.
    """

    remedy = "This shell holds no NUL, and no more than 32 KiB of other than letters, digits and _@%+:,./=-."
    reads = ("sh", "ksh")
    template_values: tuple[tuple[str, str], ...] = (
        ("FUNCTION", "mfaenv()"),
        ("AT_CTRL_C", ":"),
        ("IS_SUBSHELL", _HAS_FORKED),
    )
    template_parts: tuple[tuple[str, str], ...] = (("IS_READ", "sh.is_read.sh"), ("PRINT", "sh.print.sh"))
    startup_files = ("$ENV",)
    demo_variable = "ENV={file}"
    demo_file = "shrc"
    demo_template = "posix.demo.sh"

    def assign_odd(self, name: str, value: str) -> str:
        quoted = "'" + value.replace("'", "'\\''") + "'"
        return f"eval \"export {name}=`\\command printf '{printed(quoted)}'`\""


class Ksh(Sh):
    """In ksh93 only such a function passes on what stands before it: ``AWS_PROFILE=staging mfaenv``."""

    template_values = (("FUNCTION", "function mfaenv"), ("IS_SUBSHELL", _HAS_FORKED))
    template_parts = (("AT_CTRL_C", "ksh.at_ctrl_c.sh"), *Sh.template_parts)
