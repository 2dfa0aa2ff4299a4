"""Which shell called: found in real shells, and held against the variable."""

import shlex
import subprocess

import pytest
from product import Product
from shell_table import BY_NAME
from terminals import need, open_window, with_mfaenv

from mfaenv import shells


@pytest.mark.parametrize("shell", ["bash", "dash", "zsh", "ksh93", "mksh", "fish", "tcsh"])
def test_the_shell_that_called_is_found(stored: Product, shell: str) -> None:
    need(shell)
    for command in ([shell, "-c", "mfaenv; :"], ["env", "-u", "SHELL", shell, "-c", "mfaenv; :"]):
        done = subprocess.run(
            command, env=with_mfaenv(stored), cwd=stored.home, capture_output=True, text=True, check=True
        )
        explicit = {"dash": "sh", "ksh93": "ksh", "mksh": "ksh"}.get(shell, shell)
        assert done.stdout == stored.run("--shell", explicit).out


@pytest.mark.parametrize("name", ["csh", "tcsh"])
def test_an_interactive_csh_is_told_its_own_line(stored: Product, name: str) -> None:
    """It writes a `-` over the first letter of its name: what is left of csh is sh, and of tcsh, csh."""
    shell = BY_NAME[name]
    need(shell.start[0])
    with open_window(stored, shell._replace(start=("env", *shell.start))) as window:  # by its bare name
        window.enter("mfaenv")
        window.see(f'eval "`mfaenv --shell {name}`"$')


@pytest.mark.parametrize(
    ("shell", "named", "reads"),
    [
        *(("bash", name, True) for name in ("bash", "zsh", "sh", "ksh")),
        *(("bash", name, False) for name in ("nu", "fish", "cmd", "csh")),
        *(("dash", name, name in {"sh", "ksh"}) for name in ("sh", "ksh", "bash", "zsh")),
        *(("mksh", name, name in {"sh", "ksh"}) for name in ("sh", "ksh", "bash", "tcsh")),
        *(("fish", name, name == "fish") for name in ("fish", "bash", "nu")),
        *(("tcsh", name, name in {"csh", "tcsh"}) for name in ("csh", "tcsh", "bash")),
    ],
)
def test_a_shell_in_the_variable_is_refused_where_another_calls(
    stored: Product, shell: str, named: str, reads: bool
) -> None:
    need(shell)
    own = {"dash": "sh", "mksh": "ksh"}.get(shell, shell)
    for words in ((), ("unset",)):
        done = subprocess.run(
            [shell, "-c", shlex.join(["mfaenv", *words]) + "; :"],
            env=with_mfaenv(stored) | {"MFAENV_SHELL": named},
            cwd=stored.home,
            capture_output=True,
            text=True,
            check=True,
        )
        wanted = stored.run(*words, "--shell", named if reads else own).out
        assert done.stdout == (wanted if reads else shells.failure(own, 2).decode())
        assert bool(reads) != (f"MFAENV_SHELL is {named}, but {own} called" in done.stderr)
