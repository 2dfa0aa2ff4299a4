"""Commands of messages work where mfaenv is installed as it is."""

import shlex
import sys
from importlib import util
from pathlib import Path
from subprocess import list2cmdline

import pytest
from botocore.compat import compat_shell_split
from hypothesis import given
from hypothesis import strategies as st

from mfaenv import shells
from mfaenv.command_line import install_command, same_command, with_own_name


@pytest.fixture
def prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment that mfaenv is installed in."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    return tmp_path


def test_pip_of_this_very_python_installs_it_into_an_environment_that_has_pip() -> None:
    assert shlex.split(install_command("keychain")) == [
        sys.executable,
        "-P",
        "-m",
        "pip",
        "install",
        "mfaenv[keychain]",
    ]
    assert shlex.split(install_command("login")) == [
        sys.executable,
        "-P",
        "-m",
        "pip",
        "install",
        "mfaenv[login]",
    ]


def test_pipx_injects_it(prefix: Path) -> None:
    (prefix / "pipx_metadata.json").write_text("{}")
    assert install_command("keychain") == "pipx inject mfaenv keyring"
    assert shlex.split(install_command("login")) == ["pipx", "inject", "mfaenv", "botocore[crt]"]


def test_uv_does_it_where_an_environment_has_no_pip(prefix: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert prefix.is_dir()
    monkeypatch.setattr(util, "find_spec", lambda _: None)
    expected = ["uv", "pip", "install", "-p", sys.executable, "keyring"]
    assert shlex.split(install_command("keychain")) == expected


@pytest.mark.parametrize("shell", shells.NAMES)
def test_off_the_path_it_is_called_by_its_own(
    shell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "mfaenv"
    program.touch(0o755)
    monkeypatch.setattr(sys, "argv", [str(program)])
    line = shells.loading_line(shell, ("mfaenv", "-p", "mfaenv"))
    assert with_own_name(line, {"PATH": "/nowhere"}) == shells.loading_line(
        shell, (str(program), "-p", "mfaenv")
    )
    assert with_own_name(line, {"PATH": f"/nowhere:{tmp_path}"}) == line
    assert with_own_name("pipx inject mfaenv keyring", {"PATH": ""}) == "pipx inject mfaenv keyring"


@given(st.lists(st.text("a \\\"'&,\t", max_size=6)))
def test_windows_splits_a_line_into_its_words(words: list[str]) -> None:
    line = shells.join(words, "cmd")
    assert list(compat_shell_split(line, "win32")) == words
    if set("".join(words)).isdisjoint("&',"):
        assert line == list2cmdline(words)


def test_on_windows_the_line_to_type_has_the_quotes_of_its_shells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert shells.join(same_command({"profile": "my team"})) == 'mfaenv -p "my team"'
