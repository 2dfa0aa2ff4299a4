"""What `mfaenv doctor` sees without AWS: the files, the environment, the store."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from mfaenv.commands.doctor import local
from mfaenv.commands.doctor.report import Check
from mfaenv.config import awsfiles
from mfaenv.errors import without_password
from mfaenv.store import Store

KEYS = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"
SETTINGS = "region = eu-west-1\n"

modes_count = pytest.mark.skipif(sys.platform == "win32", reason="modes protect nothing on Windows")


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
    }


def write(env: dict[str, str], config: str, credentials: str, mode: int = 0o600) -> None:
    for variable, text in (("AWS_CONFIG_FILE", config), ("AWS_SHARED_CREDENTIALS_FILE", credentials)):
        path = Path(env[variable])
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)


def found(checks: Iterable[Check]) -> list[tuple[str, str, str]]:
    """What is not in order: the file's name, the state and the text."""
    return [(Path(check.name).name, check.state, check.text) for check in checks if check.state != "ok"]


def test_files_in_order(env: dict[str, str]) -> None:
    others = "[profile a b]\nregion = x\n[sso-session s]\nregion = x\n[services x]\nsts =\n"
    config = f"[default]\nregion = eu-west-1\n{others}"
    write(env, config, f"[default]\n{KEYS}[a b]\n{KEYS}")
    config_check, credentials_check = local.aws_files(env)
    assert config_check.text.startswith("4 sections")
    assert credentials_check.text.endswith("(AWS_SHARED_CREDENTIALS_FILE)")
    assert found([config_check, credentials_check]) == []


def test_a_file_that_a_variable_names_must_be_there(env: dict[str, str]) -> None:
    assert found(local.aws_files(env)) == [
        ("config", "wrong", "is not there (AWS_CONFIG_FILE)"),
        ("credentials", "wrong", "is not there (AWS_SHARED_CREDENTIALS_FILE)"),
    ]


@modes_count
@pytest.mark.parametrize(
    ("mode", "exposed", "who"),
    [
        (0o600, [], "you alone"),
        (0o640, [("credentials", "note")], "you and your group"),
        (0o644, [("credentials", "note")], "everybody"),
        (0o620, [("config", "wrong"), ("credentials", "wrong")], "you alone"),
        (0o602, [("config", "wrong"), ("credentials", "wrong")], "you alone"),
    ],
)
def test_who_can_read_and_write_the_files(
    env: dict[str, str], mode: int, exposed: list[tuple[str, str]], who: str
) -> None:
    write(env, f"[default]\n{SETTINGS}", f"[default]\n{KEYS}", mode)
    checks = list(local.aws_files(env))
    assert [(name, state) for name, state, _ in found(checks)] == exposed
    assert all(f"mode {mode:04o}: {who} can read it" in check.text for check in checks)
    assert all("chmod 600" in check.command for check in checks if check.state != "ok")


@modes_count
def test_the_command_that_closes_a_file_is_quoted(env: dict[str, str], tmp_path: Path) -> None:
    env["AWS_SHARED_CREDENTIALS_FILE"] = str(tmp_path / "a b\nc")
    write(env, "", f"[default]\n{KEYS}", 0o644)
    (command,) = [check.command for check in local.aws_files(env) if check.next_step]
    assert command == f"chmod 600 '{tmp_path}/a b\nc'"


@modes_count
def test_a_config_file_with_keys_is_as_secret_as_the_other(env: dict[str, str]) -> None:
    write(env, f"[default]\n{KEYS}", "", 0o644)
    assert [(name, state) for name, state, _ in found(local.aws_files(env))] == [("config", "note")]


def test_a_title_without_profile_is_told_where_the_profile_has_keys(env: dict[str, str]) -> None:
    write(
        env,
        f"[default]\n{SETTINGS}[blue]\n{SETTINGS}[green]\n{SETTINGS}[services x]\ns3 =\n",
        f"[blue]\n{KEYS}",
    )
    (check,) = local.sections(awsfiles.load(env), env)
    assert found([check]) == [("config", "note", "no program reads [blue] there")]
    assert check.next_step == "Write [profile blue]."


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://proxy.example.com:8080", "http://proxy.example.com:8080"),
        ("http://alice:hunter2@proxy.example.com:8080/x", "http://…@proxy.example.com:8080/x"),
        ("alice:hunter2@proxy.example.com:8080", "…@proxy.example.com:8080"),
        ("http://a:p@ss@proxy.example.com", "http://…@proxy.example.com"),
        ("http://alice:hunter2@[fd00::1", "http://…@[fd00::1"),
        ("http://[fd00::1", "http://[fd00::1"),
    ],
)
def test_a_password_in_an_address_is_not_shown(url: str, shown: str) -> None:
    assert without_password(url) == shown


def test_the_store_is_told(tmp_path: Path) -> None:
    place = Store(str(tmp_path / "store"))
    assert local.store(place).text == "is not there yet"
    place.prepare()
    assert local.store(place)[:4] == ("store", place.path, "can be used", "ok")


@modes_count
def test_a_store_that_is_a_trap(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    assert local.store(Store(str(link)))[2:4] == ("is a link: refused", "wrong")


def test_no_home_for_the_store() -> None:
    assert local.store(Store("")).state == "wrong"


@modes_count
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root can write everywhere")
def test_a_store_that_cannot_be_written(tmp_path: Path) -> None:
    place = Store(str(tmp_path / "store"))
    place.prepare()
    Path(place.path).chmod(0o500)
    assert local.store(place)[2:4] == ("cannot be written: no session is stored", "wrong")
