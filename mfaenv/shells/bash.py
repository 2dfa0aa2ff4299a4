"""bash, and what it has in common with all that read POSIX shell."""

from mfaenv.shells import UNQUOTED, Target, escape, needs_no_quotes

_NEEDS_EVAL = "${mfaenv_needs_eval+/}"
"""Does nothing where it is evaluated, under ``set -u`` too.

In ``$(mfaenv)`` and ``export $(mfaenv)`` it is a program that is not found, and a name that is none. The
shell's error shows no secret, and what comes after this word is not run. With its ``/`` it is a path, so that
no ``command_not_found_handle`` hands the keys to a program.
"""

IS_SUBSHELL = '[ "${%s-0}" -gt 0 ]'
IN_SUBSHELL = (
    IS_SUBSHELL + ' && [ ! -f /dev/fd/1 ] && [ ! -c /dev/fd/1 ] && [ ! /dev/fd/1 -ef "/proc/$$/fd/1" ]'
)
"""Whether this is a subshell with an output of its own that is no file, as far as /proc tells."""

PRINTED = '\\builtin printf "%s\\n" "$_mfaenv_text"'


class Posix(Target):
    """What reads POSIX shell.

    ``eval $(mfaenv)`` without quotes splits the text at blanks, expands globs in it and joins it with spaces.
    So values are characters that mean nothing to any of these shells, or octal numbers.
    """

    fail = "(exit {status})"
    separator, end = b"&&\n", b";\n"  # a statement that fails, as for a read-only variable, fails the line
    line = "eval $({command})"
    init = 'eval "$({command} init {target})"'
    # Without the quotes its first line break is a space, and the rest of the text a comment.
    init_begin = """case a\\
b in "a b") \\printf 'mfaenv: This line needs its quotes:\\n%8s%s\\n' '' '{line}' >&2; (exit 2);; esac #
"""
    function = "posix.function.sh"
    test = "\\command test"  # scripts may have a function of that name; zsh's `command` starts a program

    def begin(self, names: list[str], *, tried: bool) -> str:
        """Return what removes all the variables, with their attributes; it fails without `eval`.

        Some shells end the script at a variable that is read-only, and ksh93 leaves the line without regard to
        errexit: so it is `tried` in a subshell first. Else `unset` goes on behind such a variable, and fails.
        What a function called `unset` prints is not run. `test` fails where IFS splits these values, and under
        `set -k`, which takes its word, and that of `export`, for an assignment.
        """
        # Sorted, AWS's come before MFAENV's. Without the PATH, what follows would find no program.
        old = " ".join(name for name in (names if tried else sorted(names)) if name != "PATH")
        tries = [f"{self.test} a{UNQUOTED}0", f"_mfaenv_text=`unset {old}`"] if tried else []
        return "&&\n".join([_NEEDS_EVAL, *([*tries, f"unset {old}"] if old else [])])

    def assign(self, name: str, value: str) -> str:
        if not needs_no_quotes(value):
            return self.assign_odd(name, value)
        # A function of the user's called `export` may do something else.
        checked = f'&&\n{self.test} "${name}" = {value}' if name == "AWS_ACCESS_KEY_ID" else ""
        return f"export {name}={value}{checked}"

    def assign_odd(self, name: str, value: str) -> str:
        """Return the statement for a value that needs quotes; dash and posh lack these."""
        return f"export {name}=$'{escape(value)}'"


class Bash(Posix):
    """bash."""

    reads = ("bash", "zsh", "sh", "ksh")
    hook = ("posix.hook.sh", "bash.hook.sh")
    # No DEBUG trap, as of a host's audit, sees what is in a function.
    at_start = "_mfaenv_start() {{\n{text}}}\n_mfaenv_start || :\n\\unset -f _mfaenv_start\n"
    template_values = (
        ("FUNCTION", "mfaenv()"),
        ("CLOCK", "_mfaenv_clock"),
        ("CHECK", "_mfaenv_check() {"),
        ("LOOK", "_mfaenv_look"),
        ("IS_SUBSHELL", IS_SUBSHELL % "BASH_SUBSHELL"),
        ("AT_CTRL_C", ":"),
        ("IS_READ", IN_SUBSHELL % "BASH_SUBSHELL"),
        ("PRINT", PRINTED),
    )
    completion = "bash.completion.bash"
    startup_files = ("~/.bashrc",)
    startup_at_login = ("~/.bash_profile", "~/.bash_login", "~/.profile")
    demo_words = ("--rcfile", "{file}", "-i")
    demo_file = "bashrc"
    demo_template = "bash.demo.sh"
    lists_programs = False
    readline = True
