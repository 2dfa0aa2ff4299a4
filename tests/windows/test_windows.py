"""mfaenv on Windows, from its wheel: in batch files, on a console, and against a pretend AWS on the loopback."""

from __future__ import annotations

import ast
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from terminals import CTRL_C
from windows_pc import ANSI, NATIVE, PATIENCE, ROOT, Console, Done, Windows

import mfaenv
from mfaenv.demo.files import write_files

if TYPE_CHECKING:
    from pathlib import Path

    from mfaenv.demo.server import PretendAws
    from mfaenv.demo.story import Story
    from mfaenv.demo.world import Credential

pytestmark = pytest.mark.xdist_group("windows")
on_a_console = pytest.mark.skipif(NATIVE, reason="a console is typed into from outside, through a pseudo-terminal")

LOAD = "for /f \"delims=\" %%i in ('mfaenv --shell cmd {}') do @%%i"
UNLOAD = "for /f \"delims=\" %%i in ('mfaenv unset --shell cmd') do @%%i"
SHOW = 'python -c "import os; print(ascii(dict(os.environ)))"'
STORED = "import os, pathlib; print(ascii([*map(str, pathlib.Path(os.environ['LOCALAPPDATA'], 'mfaenv').rglob('*'))]))"
WHO_AM_I = """\
import boto3
sts = boto3.Session(profile_name="process").client("sts")
print(sts.get_caller_identity()["Arn"])
"""


@pytest.fixture(scope="session")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Windows:
    system = Windows()
    if not NATIVE:  # where this Python is Windows', mfaenv is in it already
        folder = tmp_path_factory.mktemp("wheel")
        pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation")
        subprocess.run([*pip, "--wheel-dir", folder, ROOT], check=True)
        system.install(next(folder.glob("*.whl")))
    return system


class Desk:
    """Where alice sits: a Windows, a folder to work in, and her keys in the AWS files."""

    def __init__(self, windows: Windows, aws: PretendAws, story: Story, folder: Path) -> None:
        self.windows = windows
        self.aws = aws
        self.story = story
        self.folder = folder
        profiles = {
            **story.profiles,
            "café": story.profiles["default"],
            "10€": story.profiles["default"],
            "process": {"region": "us-east-1", "credential_process": "mfaenv process -p default"},
        }
        settings = write_files(
            folder, aws.url, keys=dict.fromkeys(("default", "café", "10€"), story.key), profiles=profiles
        )
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "MFAENV_CACHE_DIR"):
            settings[name] = windows.path(folder / settings[name])
        for name in ("config", "credentials"):
            text = (folder / name).read_text(encoding="utf-8")
            (folder / name).write_text(text, encoding=ANSI)
        self.variables = settings

    @property
    def code(self) -> str:
        return f"--token-code={self.story.device.code()}"

    @property
    def session(self) -> Credential:
        """The one session that was handed out."""
        (session,) = (key for key in self.story.world.credentials.values() if key.token)
        return session

    @property
    def exported(self) -> dict[str, str]:
        return {
            "AWS_ACCESS_KEY_ID": self.session.id,
            "AWS_SECRET_ACCESS_KEY": self.session.secret,
            "AWS_SESSION_TOKEN": self.session.token,
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "MFAENV_PROFILE": "default",
        }

    def run(self, *command: str, **more: str) -> Done:
        return self.windows.run(self.folder, self.variables | more, *command)

    def batch(self, *lines: str, **more: str) -> Done:
        """Run the lines as a batch file."""
        (self.folder / "run.bat").write_text("\r\n".join(("@echo off", *lines, "")), encoding="ascii", newline="")
        return self.run("cmd", "/d", "/c", "run.bat", **more)

    def console(self, **more: str) -> Console:
        return self.windows.console(self.folder, self.variables | more)

    def printed(self) -> bytes:
        return (self.folder / "printed").read_bytes()

    def wait_for_print(self) -> None:
        end = time.monotonic() + PATIENCE
        while not self.printed():
            assert time.monotonic() < end
            time.sleep(0.02)


@pytest.fixture
def desk(windows: Windows, aws: PretendAws, story: Story, tmp_path: Path) -> Desk:
    folder = tmp_path / "desk"
    folder.mkdir()
    return Desk(windows, aws, story, folder)


def environment(shown: bytes | str) -> dict[str, str]:
    variables = ast.literal_eval(shown.decode("ascii") if isinstance(shown, bytes) else shown)
    assert isinstance(variables, dict)
    return variables


def test_the_program_tells_its_version(desk: Desk) -> None:
    status, output, errors = desk.run("mfaenv", "--version")
    assert (errors, status) == ("", 0)
    assert output.decode().split()[-1] == mfaenv.__version__


def test_a_batch_file_loads_a_session_and_unloads_it(desk: Desk) -> None:
    before = {"AWS_PROFILE": "default", "AWS_SECURITY_TOKEN": "stale"}
    status, output, errors = desk.batch(LOAD.format(desk.code), SHOW, UNLOAD, SHOW, **before)
    assert (errors, status) == ("", 0)
    loaded, unloaded = map(environment, output.splitlines())
    assert desk.exported.items() <= loaded.items()
    assert not before.keys() & loaded.keys()
    assert not {*desk.exported, *before, "AWS_CREDENTIAL_EXPIRATION"} & unloaded.keys()


def test_a_failure_ends_the_line_and_shows_one_error(desk: Desk) -> None:
    status, output, errors = desk.batch(f"{LOAD.format('--profile nobody')} || exit /b 7", SHOW)
    assert (status, output) == (7, b"")
    assert "nobody" in errors
    assert "Traceback" not in errors


def test_without_a_console_a_code_is_missed_at_once(desk: Desk) -> None:
    status, output, errors = desk.run("mfaenv", "--shell", "cmd")
    assert (status, output) == (3, b"color 00\r\n")
    assert "--token-code" in errors


def test_a_value_is_printed_in_the_code_page_that_cmd_reads(desk: Desk) -> None:
    status, output, errors = desk.run("mfaenv", "--shell", "cmd", "--profile", "café", desk.code)
    assert (errors, status) == ("", 0)
    assert 'set "MFAENV_PROFILE=café"'.encode("cp437") in output.split(b"\r\n")


def test_a_value_that_the_code_page_lacks_is_refused_before_anything_is_asked(desk: Desk) -> None:
    status, output, errors = desk.run("mfaenv", "--shell", "cmd", "--profile", "10€", desk.code)
    assert (status, output) == (1, b"color 00\r\n")
    assert "chcp 65001" in errors
    assert desk.aws.log == []


def test_processes_at_once_make_one_call(desk: Desk) -> None:
    command = ("mfaenv", "--shell", "cmd", desk.code)
    processes = [desk.windows.start(desk.folder, desk.variables, *command) for _ in range(8)]
    answers = {(process.communicate(timeout=PATIENCE)[0], process.returncode) for process in processes}
    assert desk.aws.actions() == ["GetSessionToken"]
    ((output, status),) = answers
    assert status == 0
    assert desk.session.token.encode() in output


def test_a_command_runs_in_the_session_and_its_status_is_handed_on(desk: Desk) -> None:
    program = "import os, sys; print(ascii(dict(os.environ))); sys.exit(7)"
    status, output, errors = desk.run("mfaenv", "exec", desk.code, "--", "python", "-c", program, AWS_PROFILE="default")
    assert (errors, status) == ("", 7)
    variables = environment(output)
    assert desk.exported.items() <= variables.items()
    assert "AWS_PROFILE" not in variables


def test_an_argument_of_a_batch_file_never_runs_as_a_command(desk: Desk) -> None:
    (desk.folder / "tool.cmd").write_bytes(b"@echo off\r\necho tool\r\n")
    status, output, _ = desk.run("mfaenv", "exec", desk.code, "--", "tool.cmd", 'a"&echo INJECTED&"')
    assert b"INJECTED" not in output
    assert status != 0


def test_boto3_takes_its_credentials_from_mfaenv_process(desk: Desk) -> None:
    assert desk.run("mfaenv", "--shell", "cmd", desk.code).status == 0
    status, output, errors = desk.run("python", "-c", WHO_AM_I)
    assert (errors, status) == ("", 0)
    assert output.decode().strip() == desk.session.arn
    assert desk.aws.log[-1].access_key_id == desk.session.id
    assert desk.aws.actions("GetSessionToken") == ["GetSessionToken"]


def test_the_store_is_in_the_local_application_data(desk: Desk) -> None:
    del desk.variables["MFAENV_CACHE_DIR"]
    here = {"LOCALAPPDATA": desk.windows.path(desk.folder)}  # Wine knows better, and has a folder of its own
    before = desk.run("python", "-c", STORED, **here).output
    fresh = desk.run("mfaenv", "--shell", "cmd", desk.code, **here)
    assert desk.run("mfaenv", "--shell", "cmd", "--cached", **here) == fresh
    assert desk.run("python", "-c", STORED, **here).output != before
    assert desk.run("mfaenv", "clear", **here).status == 0
    assert desk.run("mfaenv", "--shell", "cmd", "--cached", **here).status == 3


@on_a_console
def test_the_question_is_asked_on_the_console_while_the_line_is_read(desk: Desk) -> None:
    with desk.console() as console:
        console.enter("for /f \"delims=\" %i in ('mfaenv --shell cmd') do @%i")
        console.see("default")
        console.see("alice")
        console.enter(desk.story.device.code())
        console.enter(f"{SHOW} > printed & echo done.")
        console.see("\ndone\\.")
        assert desk.session.secret not in console.text
    assert desk.exported.items() <= environment(desk.printed()).items()


@on_a_console
def test_control_c_leaves_the_question_and_fails_the_line(desk: Desk) -> None:
    with desk.console() as console:
        console.enter("mfaenv --shell cmd > printed")
        console.see("alice")
        console.press(CTRL_C)
        desk.wait_for_print()  # cmd, too, hears of the key, and ends its line
        console.press("\r")  # Wine lets a program that reads go on only at the end of the line
        console.enter("echo status %errorlevel%.")
        console.see("\nstatus 130\\.")
        assert "Traceback" not in console.text
    assert desk.printed().strip() == b"color 00"
    assert desk.aws.log == []


@on_a_console
@pytest.mark.parametrize(("page", "encoding"), [(850, "cp850"), (65001, "utf-8")])
def test_the_code_page_of_the_console_counts(desk: Desk, page: int, encoding: str) -> None:
    with desk.console(AWS_PROFILE="café") as console:
        console.enter(f"chcp {page}")
        console.enter(f"mfaenv --shell cmd {desk.code} > printed & echo done.")
        console.see("\ndone\\.")
    assert 'set "MFAENV_PROFILE=café"'.encode(encoding) in desk.printed().split(b"\r\n")
