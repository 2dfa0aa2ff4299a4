"""sh and ksh, and all other shells that read POSIX shell."""

from mfaenv.shells import printed
from mfaenv.shells.bash import Posix

_CHILD_IN_SUBSHELL = r"""# A child can tell a fork. ksh93 forks for no substitution: it writes to a file without a name.
    \command sh -c '
        if [ -f /dev/fd/1 ]; then
            exec 3>&1
            set -- $(ls -lL /dev/fd/3)
            [ "${2-}" = 0 ]
        else
            [ "$PPID" -ne "$1" ] && [ ! -c /dev/fd/1 ] || exit
            # mksh itself writes to the substitution for a moment after it has forked.
            for seconds in 0.02 0.1 0.3; do
                [ /dev/fd/1 -ef "/proc/$1/fd/1" ] || exit 0
                sleep "$seconds"
            done
            exit 1
        fi
    ' sh "$$" 2>/dev/null"""

_COPIED = r"""# Where printf is a program, its arguments show. Ctrl-C empties ksh93's here-documents, full disks mksh's.
        \eval '\command cat <<EOF
$_mfaenv_text
EOF
' || \command printf '(exit 1);\n'"""

_HAS_FORKED = '{ \\read -r _mfaenv_text </proc/self/stat && [ "${_mfaenv_text%% *}" != "$$" ]; } 2>/dev/null'
_IN_KSH93 = r"""case ${KSH_VERSION-} in
        Version*) \eval '[ "${.sh.subshell}" -eq 0 ] || \trap : INT QUIT' ;;
    esac"""
"""There a substitution is no process of its own, and Ctrl-C leaves its text empty."""

_TEMPLATE_VALUES = (("IS_SUBSHELL", _HAS_FORKED), ("IS_READ", _CHILD_IN_SUBSHELL), ("PRINT", _COPIED))


class Sh(Posix):
    """What every POSIX shell reads, old ones too: single quotes and all between them come from printf.

    Backticks, since parentheses are a pattern to zsh with GLOB_SUBST, as when it plays sh. Quotes, since
    without them a line break at the end is lost, and bash 5.2 garbles ``${X%_}`` of the octets C2 5C 5F.
    """

    remedy = "This shell holds no NUL, and no more than 32 KiB of other than letters, digits and _@%+:,./=-."
    reads = ("sh", "ksh")
    template_values = (("FUNCTION", "mfaenv()"), ("AT_CTRL_C", ":"), *_TEMPLATE_VALUES)
    startup_files = ("$ENV",)
    demo_variable = "ENV={file}"
    demo_file = "shrc"
    demo_template = "posix.demo.sh"

    def assign_odd(self, name: str, value: str) -> str:
        quoted = "'" + value.replace("'", "'\\''") + "'"
        return f"eval \"export {name}=`\\command printf '{printed(quoted)}'`\""


class Ksh(Sh):
    """In ksh93 only such a function passes on what stands before it: ``AWS_PROFILE=staging mfaenv``."""

    template_values = (("FUNCTION", "function mfaenv"), ("AT_CTRL_C", _IN_KSH93), *_TEMPLATE_VALUES)
