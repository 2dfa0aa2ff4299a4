"""Which shell called, asked by a program that the shell starts."""

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from product import Product
from programs import write_program
from running import Place
from shell_table import SHELLS, Shell
from terminals import with_mfaenv

from mfaenv.errors import USAGE, MfaenvError
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.shells import detect

ROOT = Path(__file__).parents[3]
PROBE = f"""\
#!{sys.executable}
import os
from mfaenv.shells import detect
with open(os.environ["TEST_DETECTED"], "w") as file:
    file.write(f"{{detect.detect({{}})}} {{detect._from_shellingham(9)}}")
"""
PROGRAMS = {shell.start[0]: shell for shell in reversed(SHELLS)}
"""The first row of each program."""

shellingham_knows = {"bash", "zsh", "sh", "fish", "csh", "tcsh", "pwsh", "nu", "elvish", "xonsh"}
only_on_linux = pytest.mark.skipif(sys.platform != "linux", reason="callers are looked up in Linux's /proc")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    place.add("mfaenv", PROBE)
    return place


def detected(place: Place, shell: Shell, script: str, folder: Path) -> tuple[str, str]:
    answer = folder / "detected"
    place.run(shell, f"{script}\ndump", b"", TEST_DETECTED=str(answer), PYTHONPATH=str(ROOT))
    ours, shellinghams = answer.read_text().split()
    return ours, shellinghams


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_shell_that_called(place: Place, tmp_path: Path, program: str) -> None:
    shell = PROGRAMS[program]
    ours, shellinghams = detected(place, shell, shell.lines[0], tmp_path)
    assert ours == shell.target
    if program in shellingham_knows:
        assert shellinghams == shell.target


@pytest.mark.parametrize("program", ["tcsh", "bsd-csh"])
def test_tcsh_holds_what_its_documented_line_brings(product: Product, scenario: Scenario, program: str) -> None:
    long = "A/+=" * 2000
    open_session = scenario.world.open_session
    scenario.world.open_session = lambda *words, **more: replace(open_session(*words, **more), token=long)  # type: ignore[method-assign]  # this world is the test's own
    write_program(product.home / "show", "echo ${AWS_SESSION_TOKEN-none}")
    for way in (f"-c {scenario.device.code()}", "--cached"):
        line = f'eval "`mfaenv --shell csh {way}`"; ./show'
        env, command = with_mfaenv(product), [program, "-f", "-c", line]
        done = subprocess.run(command, check=False, cwd=product.home, env=env, capture_output=True, text=True)
        holds = program == "tcsh"
        assert done.stdout == (f"{long}\n" if holds else "none\n")
        assert ("csh cannot hold" in done.stderr) != holds


@pytest.mark.parametrize("program", ["bash", "fish", "tcsh", "elvish"])
def test_a_program_between_is_passed_by(place: Place, tmp_path: Path, program: str) -> None:
    ours, _ = detected(place, PROGRAMS[program], "env timeout 60 mfaenv", tmp_path)
    assert ours == program


@pytest.mark.parametrize(
    ("words", "shell"),
    [
        (["-zsh"], "zsh"),
        (["-bash", ""], "bash"),
        (["/bin/sh", "./deploy"], "sh"),
        (["/usr/bin/BASH"], "bash"),
        (["/opt/homebrew/bin/fish", "-l"], "fish"),
        (["busybox", "ash", "-c", "x"], "sh"),
        (["/bin/busybox", "ls"], None),
        (["/bin/ash"], "sh"),
        (["mksh"], "ksh"),
        (["/usr/bin/python3.13", "-u", "/usr/bin/xonsh", "--no-rc"], "xonsh"),
        (["python", "-m", "xonsh"], "xonsh"),
        (["xonsh --no-rc /opt/deploy.xsh", ""], "xonsh"),
        (["/opt/my tools/fish", "-l"], "fish"),
        (["sshd: alice@pts/0", ""], None),
        (["python3", "deploy.py", "bash"], None),
        (["python3"], None),
        (["/usr/share/dotnet/dotnet", "/tools/.store/powershell/pwsh.dll", "-NoLogo"], "pwsh"),
        (["/usr/local/bin/pwsh-lts", "-NoLogo"], "pwsh"),
        (["dotnet", "build"], None),
        (["qemu-aarch64", "/bin/zsh"], "zsh"),
        ([r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"], "powershell"),
        ([r"C:\Windows\System32\cmd.exe", "/c", "x"], "cmd"),
        (["sudo", "-s"], None),
        (["bashful"], None),
        ([""], None),
        ([], None),
    ],
)
def test_a_command_line_tells_the_shell(words: Sequence[str], shell: str | None) -> None:
    assert detect.identify(words) == shell


@pytest.fixture
def orphan(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process above this one can be seen, as in a container that one program was started in."""
    monkeypatch.setattr(os, "getppid", lambda: 0)


@only_on_linux
@pytest.mark.usefixtures("orphan")
@pytest.mark.parametrize(
    ("login", "shell"), [("/usr/bin/fish", "fish"), ("/bin/dash", "sh"), ("/usr/bin/mksh", "ksh")]
)
def test_the_login_shell_stands_in(login: str, shell: str) -> None:
    assert detect.detect({"SHELL": login}) == shell


@only_on_linux
@pytest.mark.usefixtures("orphan")
def test_where_no_shell_is_found_the_wanted_one_counts() -> None:
    assert detect.detect({"SHELL": "/bin/dash"}, "fish") == "fish"
    assert detect.evaluator({"SHELL": "/bin/dash"}, "fish") == "fish"


@only_on_linux
@pytest.mark.parametrize("system", ["linux", "darwin"])
def test_a_program_that_names_its_shell_is_believed_whatever_shell_started_it(system: str) -> None:
    """A build or test program sets the variable for what it starts; the shell far above does not read that."""
    code = (
        f"import os, sys; sys.platform = {system!r}; "
        "from mfaenv.shells import detect; print(detect.detect(os.environ, 'fish'))"
    )
    between = f"import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', {code!r}]).returncode)"
    script = f"{shlex.quote(sys.executable)} -c {shlex.quote(between)}; exit $?"
    done = subprocess.run(
        ["bash", "-c", script],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("fish\n", "")


@only_on_linux
@pytest.mark.usefixtures("orphan")
@pytest.mark.parametrize("environ", [{}, {"SHELL": ""}, {"SHELL": "/usr/sbin/nologin"}])
def test_no_shell_is_wrong_usage_and_names_the_option(environ: dict[str, str]) -> None:
    with pytest.raises(MfaenvError) as refused:
        detect.detect(environ)
    assert refused.value.status == USAGE
    assert "--shell bash|zsh" in refused.value.hint
