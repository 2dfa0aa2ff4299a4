"""The set-up where mfaenv lies in a folder of the home directory that is not on the PATH, or comes onto it too late."""

import os
import shlex
import shutil
import sys
from pathlib import Path

import pytest
from product import Product
from programs import write_program
from shell_table import WITH_INIT, Shell
from terminals import Window, missing, need, open_window

from mfaenv import shells
from mfaenv.config import awsfiles
from mfaenv.pretend_aws.scenario import Scenario

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="drives a pseudo-terminal")

PROGRAM = f"#!{sys.executable}\nfrom mfaenv.__main__ import main\nmain()\n"
CONFIG = """\
[default]
region = us-east-1

[profile staging]
role_arn = arn:aws:iam::111122223333:role/Developer
source_profile = default
"""
DEBIANS = Path("/etc/skel/.profile")
"""It reads ~/.bashrc, and then puts ~/.local/bin on the PATH."""

FILES = {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/config.fish", "tcsh": ".tcshrc"}


def program(product: Product, folder: str = ".local/bin") -> Path:
    """Install mfaenv in a folder of the home directory, and nowhere else."""
    path = write_program(product.home / folder / "mfaenv", PROGRAM)
    folders = product.env["PATH"].split(os.pathsep)
    product.env["PATH"] = os.pathsep.join(entry for entry in folders if not Path(entry, "mfaenv").exists())
    product.command = (str(path),)
    (product.home / ".aws" / "config").write_text(CONFIG)
    return path


def configured(product: Product, scenario: Scenario, shell: str) -> str:
    """Take all that is offered; return the last line of the shell's startup file."""
    env = {**product.env, "MFAENV_SHELL": shell}
    done = product.run("configure", "--yes", "--token-code", scenario.device.code(), env=env)
    assert done.status == 0, done.err
    assert done.err.splitlines()[-1] == "        mfaenv"  # in a new window, which has the function
    assert product.run("configure", "--yes", env=env).err.endswith("nothing to do.\n")
    return (product.home / FILES[shell]).read_text().splitlines()[-1]


@pytest.mark.parametrize("shell", FILES)
def test_a_new_window_has_the_session_and_the_program(product: Product, scenario: Scenario, shell: str) -> None:
    need(shell)
    path = program(product)
    line = configured(product, scenario, shell)
    assert line == shells.init_line(shell, command="~/.local/bin/mfaenv")
    process = awsfiles.load(product.env).profiles["default-mfa"]["credential_process"]
    assert shlex.split(process) == [str(path), "process", "-p", "default"]
    if shell == "zsh":  # or its prompt is not known for one
        (product.home / ".zshrc").write_text(f"PS1='%# '\n{line}\n")
    with Window((shell, "-i"), {**product.env, "HISTFILE": ""}, product.home) as window:
        window.prompted()
        window.enter("mfaenv status --json")
        window.see('"profile": "default"')
        window.prompted()
        window.enter("mfaenv -p staging")
        window.see("mfaenv: staging")
        window.prompted()
        window.enter("printenv AWS_ACCESS_KEY_ID")
        window.see(r"^ASIA\w+$")
        window.prompted()
        window.enter("printenv PATH")
        window.see(rf"^.*:{path.parent}$")


def test_a_login_shell_of_debian_has_them(product: Product, scenario: Scenario) -> None:
    if not DEBIANS.exists():
        missing("the .profile of a Debian user")
    path = program(product)
    product.env["PATH"] += f"{os.pathsep}{path.parent}"  # as it is once somebody is at the prompt
    assert configured(product, scenario, "bash") == shells.init_line("bash", command="~/.local/bin/mfaenv")
    assert (
        awsfiles.load(product.env).profiles["default-mfa"]["credential_process"] == "mfaenv process -p default"
    )
    (product.home / ".profile").write_bytes(DEBIANS.read_bytes())
    path_before = product.env["PATH"].removesuffix(f"{os.pathsep}{path.parent}")
    with Window(("bash", "--login", "-i"), {**product.env, "PATH": path_before}, product.home) as window:
        window.prompted()
        assert "not found" not in window.text
        window.enter("printenv AWS_ACCESS_KEY_ID; type -t mfaenv")
        window.see(r"^ASIA\w+\nfunction$")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("list",), "{0} status"),
        (("--no-such-option",), "{0} --help"),
        (("doctor", "--no-input"), "eval $({0})"),
        (("keys",), "{0} exec -p default -- {0} keys"),
    ],
)
def test_what_it_says_to_type_can_be_typed_there(product: Product, words: tuple[str, ...], line: str) -> None:
    path = program(product)
    env = {**product.env, "MFAENV_SHELL": "bash"}
    for folder, name in (("", str(path)), (f"{os.pathsep}{path.parent}", "mfaenv")):
        done = product.run(*words, env={**env, "PATH": f"{env['PATH']}{folder}"})
        assert line.format(name) in map(str.strip, (done.out + done.err).splitlines())


def test_what_needs_quotes_is_called_by_its_name(product: Product) -> None:
    program(product, "my tools")
    assert product.run("list").err.endswith("\n        mfaenv status\n")


@pytest.mark.parametrize("folder", ["my tools", "it's", "$(touch run)", "-q", "é"])
def test_a_folder_with_an_odd_name_runs_nothing(product: Product, scenario: Scenario, folder: str) -> None:
    program(product, folder)
    line = configured(product, scenario, "bash")
    if folder != "-q":
        assert line == shells.init_line("bash")
    with Window(("bash", "-i"), product.env, product.home) as window:
        window.prompted()
    assert not (product.home / "run").exists()


def test_what_lies_elsewhere_and_is_on_the_path_is_called_by_its_name(
    product: Product, scenario: Scenario, tmp_path: Path
) -> None:
    path = program(product, "../elsewhere")
    assert not path.resolve().is_relative_to(product.home)
    product.command = (str(tmp_path / "elsewhere" / "mfaenv"),)
    assert configured(product, scenario, "fish") == f"{tmp_path / 'elsewhere' / 'mfaenv'} init fish | source"
    (product.home / FILES["fish"]).unlink()
    product.env["PATH"] += f"{os.pathsep}{tmp_path / 'elsewhere'}"
    assert configured(product, scenario, "fish") == shells.init_line("fish")


BY_LINE = [row for row in WITH_INIT if shells.init_line(row.target)]


@pytest.mark.parametrize("row", BY_LINE, ids=lambda row: row.name)
def test_each_shell_knows_the_line_and_finds_the_program(product: Product, row: Shell) -> None:
    need(row.typed.start[0])
    path, tools = program(product), product.home / "tools"
    tools.mkdir()
    (tools / row.typed.start[0]).symlink_to(str(shutil.which(row.typed.start[0])))  # xonsh lies beside mfaenv
    product.env["PATH"] = f"{tools}{os.pathsep}{product.env['PATH']}"
    with open_window(product, row, PATH=product.env["PATH"]) as window:
        for line in row.load:
            window.enter(line.replace("mfaenv init", "~/.local/bin/mfaenv init"))
            window.prompted()
        window.enter("mfaenv --version")
        window.see(r"^mfaenv \d")
        window.prompted()
        window.enter("printenv PATH")
        window.see(f"{product.env['PATH']}:{path.parent}$")


def path_after(product: Product, load: str, *env: str) -> list[str]:
    """Return the PATH of a bash before and after these lines, and what mfaenv says to them."""
    product.command = ("env", *env, shutil.which("bash") or "bash", "--norc", "-c")
    done = product.run(f'echo "$PATH"\n{load}\necho "$PATH"')
    assert done.status == 0, done.err
    return [*done.out.splitlines(), done.err]


@pytest.mark.parametrize("folder", ["a:b", ":"])
def test_a_folder_that_is_several_is_not_put_on_the_path(product: Product, folder: str) -> None:
    """In `a:b` the PATH would have the folder `b` of whatever folder is the current one."""
    path = program(product, folder)
    before, after, said = path_after(product, f'eval "$({shlex.quote(str(path))} init bash)"')
    assert (after, said) == (before, "")


@pytest.mark.parametrize("env", [("-u", "PATH"), ("PATH=",)], ids=["none", "empty"])
def test_a_path_that_the_shell_alone_has_stays(product: Product, env: tuple[str, ...]) -> None:
    """Without one in the environment bash has a longer one than programs have."""
    path = program(product)
    before, after, said = path_after(product, f'eval "$({path} init bash)"', *env)
    assert (after, said) == (before, "")


def test_the_path_does_not_grow_in_a_shell_within_a_shell(product: Product) -> None:
    path = program(product, "my tools")
    load = f'eval "$({shlex.quote(str(path))} init bash)"'
    before, once, _ = path_after(product, load)
    assert once == f"{before}:{path.parent}"
    assert path_after(product, f"{load}\nexport -n MFAENV_STORE\n{load}")[1] == once


@pytest.mark.parametrize(("shell", "entry"), [("tcsh", "/new\nline"), ("cmd", f"/{'x' * 9000}")])
def test_a_path_that_the_shell_cannot_hold_is_left_alone(product: Product, shell: str, entry: str) -> None:
    program(product)
    product.env["PATH"] += f"{os.pathsep}{entry}"
    done = product.run("init", shell)
    assert done.status == 0
    assert "MFAENV_FUNCTION" in done.out
    assert "PATH=" not in done.out


@pytest.mark.parametrize("folder", ["new\n line", "new\rline"])
def test_a_path_that_no_aws_file_holds_is_not_written_in_part(
    product: Product, scenario: Scenario, folder: str
) -> None:
    """A profile of a region alone would give its programs the keys of the instance that they run on, or none."""
    program(product, folder)
    env = {**product.env, "MFAENV_SHELL": "bash"}
    done = product.run("configure", "--yes", "--token-code", scenario.device.code(), env=env)
    assert done.status == 1
    assert "left alone" in done.err or "cannot be changed" in done.err
    assert "default-mfa" not in awsfiles.load(product.env).profiles
