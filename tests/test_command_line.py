"""The command that installs an extra works where mfaenv is installed as it is."""

from __future__ import annotations

import shlex
import sys
from importlib import util
from typing import TYPE_CHECKING

import pytest

from mfaenv.command_line import install_command

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment that mfaenv is installed in."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    return tmp_path


def test_pip_of_this_very_python_installs_it_into_an_environment_that_has_pip() -> None:
    assert shlex.split(install_command("keychain")) == [sys.executable, "-m", "pip", "install", "mfaenv[keychain]"]
    assert shlex.split(install_command("login")) == [sys.executable, "-m", "pip", "install", "mfaenv[login]"]


def test_pipx_injects_it(prefix: Path) -> None:
    (prefix / "pipx_metadata.json").write_text("{}")
    assert install_command("keychain") == "pipx inject mfaenv keyring"
    assert shlex.split(install_command("login")) == ["pipx", "inject", "mfaenv", "botocore[crt]"]


def test_uv_does_it_where_an_environment_has_no_pip(prefix: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert prefix.is_dir()
    monkeypatch.setattr(util, "find_spec", lambda _: None)
    expected = ["uv", "pip", "install", "-p", sys.executable, "keyring"]
    assert shlex.split(install_command("keychain")) == expected
