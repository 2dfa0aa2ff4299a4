"""mfaenv on Windows, from its wheel: in batch files, on a console, and against a pretend AWS on the loopback."""

import ast
import subprocess
import sys
import time
from pathlib import Path

import pytest
from observed_aws import ObservedAws
from terminals import CTRL_C
from windows_pc import ANSI, NATIVE, PATIENCE, ROOT, Console, Done, Windows

import mfaenv
from mfaenv.pretend_aws.scenario import Scenario, write_files
from mfaenv.pretend_aws.world import Credential

pytestmark = pytest.mark.xdist_group("windows")
on_a_console = pytest.mark.skipif(
    NATIVE, reason="a console is typed into from outside, through a pseudo-terminal"
)

LOAD = "for /f \"delims=\" %%i in ('mfaenv --shell cmd {}') do @%%i"
UNLOAD = "for /f \"delims=\" %%i in ('mfaenv unset --shell cmd') do @%%i"
SHOW = 'python -c "import os; print(ascii(dict(os.environ)))"'
STORED = "import os, pathlib; print(ascii([*map(str, pathlib.Path(os.environ['LOCALAPPDATA'], 'mfaenv').rglob('*'))]))"
WHO_MAY = """\
import ctypes, os
from mfaenv.fast import entry
security, text, folder = ctypes.c_void_p(), ctypes.c_wchar_p(), entry.directory(os.environ)
windows = ctypes.WinDLL("advapi32")
assert windows.GetNamedSecurityInfoW(folder, 1, 4, None, None, None, None, ctypes.byref(security)) == 0
assert windows.ConvertSecurityDescriptorToStringSecurityDescriptorW(security, 1, 4, ctypes.byref(text), None)
print(text.value)
"""
"""Shows who may what with the store, in Windows' own words: for each (A;…;RIGHTS;;;WHO)."""

READ_MEANWHILE = """\
import ctypes, os, time
from mfaenv.fast import entry
windows = ctypes.WinDLL("kernel32")
windows.CreateFileW.restype, delete, all_share, is_there = ctypes.c_void_p, 0x10000, 7, 3
store = entry.ReadOnlyStore.of(os.environ)
held = windows.CreateFileW(store.file("latest"), delete, all_share, None, is_there, 0, None)
try:
    print(open(store.file("latest")).read())
except PermissionError:
    print("refused")
time.sleep = lambda _: windows.CloseHandle(ctypes.c_void_p(held))
print(float(store.latest()) > 0)
"""
"""Has a file open as a rename of another one to its name has it, until somebody waits."""

DRAW = """\
import os
from mfaenv.terminal.text import Table
from mfaenv.terminal.terminal import Terminal
print(ascii(Terminal(os.environ).drawn(Table("Stored sessions", ("Profile",), [["default"]]))))
"""

START_DEMO = """\
import pathlib, re
from mfaenv.commands import demo
folder = pathlib.Path.cwd() / "caf\\u00e9"
folder.mkdir()
demo.start("cmd.exe", {"AWS_CONFIG_FILE": str(folder / "config")})
print(ascii(re.search(rb"caf[^\\\\]*", (folder / "variables.cmd").read_bytes())[0]))
"""

WHO_AM_I = """\
import boto3
sts = boto3.Session(profile_name="process").client("sts")
print(sts.get_caller_identity()["Arn"])
"""

LEAVE_SERVER = """\
import time
from types import SimpleNamespace
from mfaenv.commands.credential_server import CredentialServer
request = SimpleNamespace(profile=SimpleNamespace(text="default"))
with CredentialServer(None, request, None, None, "mfaenv"):
    time.sleep(0.5)
time.sleep(0.5)
print("left")
"""


@pytest.fixture(scope="session")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Windows:
    system = Windows()
    if not NATIVE:  # where this Python is Windows', mfaenv is in it already
        folder = tmp_path_factory.mktemp("wheel")
        pip = (
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-index",
            "--no-deps",
            "--no-build-isolation",
        )
        subprocess.run([*pip, "--wheel-dir", folder, ROOT], check=True)
        system.install(next(folder.glob("*.whl")))
    return system


class Desk:
    """Where alice sits: a Windows, a folder to work in, and her keys in the AWS files."""

    def __init__(self, windows: Windows, aws: ObservedAws, scenario: Scenario, folder: Path) -> None:
        self.windows = windows
        self.aws = aws
        self.scenario = scenario
        self.folder = folder
        profiles = {
            **scenario.profiles,
            "café": scenario.profiles["default"],
            "10€": scenario.profiles["default"],
            "process": {"region": "us-east-1", "credential_process": "mfaenv process -p default"},
        }
        now = time.time()
        scenario.device.clock = lambda: now  # a code holds, however long a program takes to start
        settings = write_files(
            folder, aws.url, keys=dict.fromkeys(("default", "café", "10€"), scenario.key), profiles=profiles
        )
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "MFAENV_CACHE_DIR"):
            settings[name] = windows.path(folder / settings[name])
        for name in ("config", "credentials"):
            text = (folder / name).read_text(encoding="utf-8")
            (folder / name).write_text(text, encoding=ANSI)
        self.variables = settings

    @property
    def code(self) -> str:
        return f"--token-code={self.scenario.device.code()}"

    @property
    def session(self) -> Credential:
        """The one session that was handed out."""
        (session,) = (key for key in self.scenario.world.credentials.values() if key.token)
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
        (self.folder / "run.bat").write_text(
            "\r\n".join(("@echo off", *lines, "")), encoding="ascii", newline=""
        )
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
def desk(windows: Windows, aws: ObservedAws, scenario: Scenario, tmp_path: Path) -> Desk:
    folder = tmp_path / "desk"
    folder.mkdir()
    return Desk(windows, aws, scenario, folder)


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
    status, output, errors = desk.run(
        "mfaenv", "exec", desk.code, "--", "python", "-c", program, AWS_PROFILE="default"
    )
    assert (errors, status) == ("", 7)
    variables = environment(output)
    assert desk.exported.items() <= variables.items()
    assert "AWS_PROFILE" not in variables


def test_a_status_of_32_bits_is_handed_on(desk: Desk) -> None:
    ended_by_ctrl_c = 0xC000013A
    program = f"import os; os._exit({ended_by_ctrl_c - (1 << 32)})"
    status, _, errors = desk.run("mfaenv", "exec", desk.code, "--", "python", "-c", program)
    assert (errors, status & 0xFF) == ("", ended_by_ctrl_c & 0xFF)  # Wine hands on the last eight


def test_exec_serves_credentials_to_a_program_without_keys(desk: Desk) -> None:
    program = (
        "import boto3, os; print('AWS_SECRET_ACCESS_KEY' in os.environ, boto3.Session().get_credentials().method);"
        "print(boto3.client('sts').get_caller_identity()['Arn']); raise SystemExit(7)"
    )
    status, output, errors = desk.run(
        "mfaenv", "exec", "--serve", "-q", desk.code, "--", "python", "-c", program
    )
    assert (status, errors) == (7, "")
    assert output.decode().split() == ["False", "container-role", "arn:aws:iam::123456789012:user/alice"]


def test_the_server_of_exec_says_nothing_when_the_program_has_ended(desk: Desk) -> None:
    done = desk.run("python", "-c", LEAVE_SERVER)
    assert (done.errors, done.output.split()) == ("", [b"left"])


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


def test_a_store_on_a_drive_that_is_not_there_is_told(desk: Desk) -> None:
    done = desk.run("mfaenv", "doctor", "--no-input", MFAENV_CACHE_DIR="Q:\\none\\mfaenv")
    assert "cannot be written: no session is stored" in " ".join(done.output.decode("ascii", "replace").split())


def test_the_stores_folder_is_closed_to_others(desk: Desk) -> None:
    """Everyone is WD there, all users BU, all who have signed in AU."""
    assert desk.run("mfaenv", "--shell", "cmd", desk.code).status == 0
    told = desk.run("python", "-c", WHO_MAY)
    assert told.status == 0, told.errors
    who = {rule.rpartition(";")[2] for rule in told.output.decode().strip().rstrip(")").split(")")}
    assert "SY" in who
    assert who & {"WD", "BU", "AU", "AN"} == set()


def test_a_file_that_another_process_replaces_is_no_missing_one(desk: Desk) -> None:
    assert desk.run("mfaenv", "--shell", "cmd", desk.code).status == 0
    assert desk.run("python", "-c", READ_MEANWHILE) == (0, b"refused\r\nTrue\r\n", "")


@on_a_console
def test_the_question_is_asked_on_the_console_while_the_line_is_read(desk: Desk) -> None:
    with desk.console() as console:
        console.enter("for /f \"delims=\" %i in ('mfaenv --shell cmd') do @%i")
        console.see("default")
        console.see("alice")
        console.enter(desk.scenario.device.code())
        console.enter(f"{SHOW} > printed & echo done.")
        console.see("\ndone\\.")
        assert desk.session.secret not in console.text
    assert desk.exported.items() <= environment(desk.printed()).items()


@on_a_console
def test_a_question_goes_away_when_another_process_has_the_session(desk: Desk) -> None:
    with desk.console() as console:
        console.enter("mfaenv --shell cmd > printed & echo done.")
        console.see("MFA code: ")
        done = desk.run("mfaenv", "--shell", "cmd", desk.code)
        assert done.status == 0
        console.see("Another window has got the session")
        console.see("\ndone\\.")
    assert desk.printed() == done.output
    assert desk.aws.actions("GetSessionToken") == ["GetSessionToken"]


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


BREAK = """\
import _thread, os, signal, sys, time
from mfaenv.__main__ import main
def press():
    while not os.path.exists("asked"):
        time.sleep(0.1)
    _thread.interrupt_main(signal.SIGBREAK)
_thread.start_new_thread(press, ())
sys.argv[1:] = ["--shell", "cmd"]
main()
"""
"""Wine's console does not hand the key on, but ends the program."""


@on_a_console
def test_control_break_leaves_the_question_and_fails_the_line(desk: Desk) -> None:
    (desk.folder / "break.py").write_text(BREAK, encoding="ascii")
    with desk.console() as console:
        console.enter("python break.py > printed")
        console.see("MFA code: ")
        (desk.folder / "asked").touch()
        desk.wait_for_print()
        console.enter("echo status %errorlevel%.")
        console.see("\nstatus 149\\.")
    assert desk.printed().strip() == b"color 00"


@on_a_console
@pytest.mark.parametrize(("page", "encoding"), [(850, "cp850"), (65001, "utf-8")])
def test_the_code_page_of_the_console_counts(desk: Desk, page: int, encoding: str) -> None:
    with desk.console(AWS_PROFILE="café") as console:
        console.enter(f"chcp {page}")
        console.enter(f"mfaenv --shell cmd {desk.code} > printed & echo done.")
        console.see("\ndone\\.")
    assert 'set "MFAENV_PROFILE=café"'.encode(encoding) in desk.printed().split(b"\r\n")


@on_a_console
@pytest.mark.parametrize("page", [437, 932])
def test_what_people_read_on_a_console_is_right_in_every_code_page(desk: Desk, page: int) -> None:
    """Box characters, and a name that neither the one page nor the other has."""
    assert desk.run("mfaenv", "--format", "json", desk.code, AWS_PROFILE="10€").status == 0
    with desk.console(AWS_PROFILE="10€") as console:
        console.enter(f"chcp {page}")
        console.see(">")
        console.enter("mfaenv status & echo done.")
        console.see("┌─")
        console.see("│ 10€ ")
        console.see("\ndone\\.")
        console.enter("for /f \"delims=\" %i in ('mfaenv --shell cmd -p default') do @%i")
        console.see("mfaenv: default until")


PROGRAMS = {
    "exec": "mfaenv exec {code} -- tool",
    "exec, with its ending": "mfaenv exec {code} -- tool.cmd",
    "token command": "mfaenv --shell cmd --token-command tool",
    "credential_process": "mfaenv --shell cmd -p process",
}


@pytest.mark.parametrize("line", PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_is_taken_from_the_path_and_not_from_the_current_folder(desk: Desk, line: str) -> None:
    config = (desk.folder / "config").read_text(encoding=ANSI)
    (desk.folder / "config").write_text(config.replace("mfaenv process -p default", "tool.cmd"), encoding=ANSI)
    keys = '{"Version": 1, "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "secret"}'
    folder = desk.folder / "programs"
    folder.mkdir()
    for place, answer in ((desk.folder, "000000"), (folder, desk.scenario.device.code())):
        told = f"echo {place.name} >>{desk.windows.path(desk.folder / 'run.txt')}"
        lines = ("@echo off", told, f"echo {keys}" if "process" in line else f"echo {answer}")
        (place / "tool.cmd").write_text("\r\n".join((*lines, "")), encoding="ascii", newline="")
    text = line.format(code=desk.code)
    desk.batch(f'set "PATH={desk.windows.path(folder)};%PATH%"', f"{text} >printed")
    assert set((desk.folder / "run.txt").read_text().split()) == {"programs"}


def test_what_init_prints_starts_nothing_of_the_current_folder(desk: Desk) -> None:
    (desk.folder / "doskey.bat").write_text("@echo of the current folder\r\n", encoding="ascii", newline="")
    done = desk.batch(
        "for /f \"delims=\" %%i in ('mfaenv init cmd') do @%%i", "if defined MFAENV_FUNCTION echo taken"
    )
    assert done.output.split() == [b"taken"]


def test_the_demos_batch_file_is_in_the_code_page_that_cmd_reads(desk: Desk) -> None:
    assert desk.run("python", "-c", START_DEMO).output.split() == [rb"b'caf\x82'"]


@on_a_console
def test_the_demos_shell_is_cmd_with_the_demos_variables(desk: Desk) -> None:
    key = '"HKCU\\Software\\Microsoft\\Command Processor" /v AutoRun'
    theirs = "set AWS_ACCESS_KEY_ID=theirs& set AWS_REGION=theirs"
    with desk.console() as console:
        console.enter(f'reg add {key} /f /d "{theirs}" >NUL & mfaenv demo')
        console.see(r"There are roles too, .* audit\.\n")  # in 79 columns
        console.see("leaves nothing behind")
        console.see(r"^\(mfaenv demo\) [A-Z]:.*>")
        console.enter(f"reg delete {key} /f >NUL")
        console.enter("echo [%AWS_ENDPOINT_URL%] [%AWS_ACCESS_KEY_ID%] [%AWS_REGION%] [%AWS_CONFIG_FILE%]")
        console.see(
            r"\[http://127\.0\.0\.1:\d+\] \[%AWS_ACCESS_KEY_ID%\] \[%AWS_REGION%\] \[.*mfaenv-.*config\]"
        )
        console.enter("exit")
        console.see(">")


@on_a_console
def test_a_table_has_no_controls_on_a_console_that_knows_none(desk: Desk) -> None:
    """They count as characters there, and break the row."""
    (desk.folder / "draw.py").write_text(DRAW)
    with desk.console() as console:
        console.enter("python draw.py")
        assert "x1b" not in console.see(r"^'[^']*'$")


def test_a_path_in_the_home_directory_is_shown_short(desk: Desk) -> None:
    shown = (
        "import os; from mfaenv.config.awsfiles import short; print(short(os.path.expanduser('~/.aws/config')))"
    )
    assert desk.run("python", "-c", shown) == (0, b"~/.aws/config\r\n", "")


def test_the_keys_move_into_the_credential_manager_and_back(desk: Desk) -> None:
    files = [desk.folder / name for name in ("credentials", "config")]
    before = [file.read_bytes() for file in files]
    secret = desk.scenario.key.secret.encode()
    process = "import boto3; print(boto3.Session(profile_name='café').get_credentials().access_key)"
    done = desk.run("mfaenv", "keys", "import", "-p", "café")
    try:
        assert done.status == 0, done.errors
        assert "WinVaultKeyring" in done.errors
        assert files[0].read_bytes().count(secret) == before[0].count(secret) - 1
        assert desk.run("mfaenv", "--shell", "cmd", "-p", "café", desk.code).status == 0
        assert desk.aws.log[-1].access_key_id == desk.scenario.key.id
        status, output, errors = desk.run("python", "-c", process)
        assert (status, output.decode().strip()) == (0, desk.scenario.key.id), errors
    finally:
        done = desk.run("mfaenv", "keys", "export", "-p", "café")
    assert done.status == 0, done.errors
    assert [file.read_bytes() for file in files] == before
    assert desk.run("mfaenv", "keys", "get", "-p", "café").status == 1


def test_no_keys_move_where_the_credential_manager_takes_two_profiles_for_one(desk: Desk) -> None:
    """It does not look at the case of names: the new keys of one would be in the place of the other's."""
    file = desk.folder / "credentials"
    keys = "aws_access_key_id = AKIAOTHEREXAMPLE0000\naws_secret_access_key = other\n"
    file.write_bytes(file.read_bytes() + f"[CAFÉ]\n{keys}".encode(ANSI))
    before = file.read_bytes()
    for profile in ("café", "CAFÉ"):
        done = desk.run("mfaenv", "keys", "import", "-p", profile)
        assert done.status == 1
        assert "a profile whose name differs in case alone" in done.errors
    assert file.read_bytes() == before


@pytest.mark.parametrize("where", ["file", "keychain"])
def test_keys_are_rotated_where_they_lie_and_the_old_ones_deleted(desk: Desk, where: str) -> None:
    """boto3 finds the new ones; the other profiles, which have the same keys in the file, get them too."""
    alice = desk.scenario.world.accounts["123456789012"].users["alice"]
    file = desk.folder / "credentials"
    before = file.read_bytes()
    profile = ("-p", "café")
    who = "boto3.Session(profile_name=name).client('sts').get_caller_identity()"
    script = f"import boto3; [{who} for name in ('café', 'default')]"
    if where == "keychain":
        assert desk.run("mfaenv", "keys", "import", *profile).status == 0
    try:
        for options in ([desk.code], []):
            (old,) = alice.keys
            done = desk.run("mfaenv", "keys", "rotate", "--delete", "--no-input", *profile, *options)
            assert done.status == 0, done.errors
            (new,) = alice.keys
            assert f"{old.id} is deleted" in done.errors
            assert new.secret not in done.errors
        status, _, errors = desk.run("python", "-c", script)
        assert (status, [record.access_key_id for record in desk.aws.log[-2:]]) == (0, [new.id] * 2), errors
    finally:
        if where == "keychain":
            done = desk.run("mfaenv", "keys", "export", *profile)
    assert done.status == 0, done.errors
    first = desk.scenario.key
    assert first.id != new.id
    assert file.read_bytes() == before.replace(first.id.encode(), new.id.encode()).replace(
        first.secret.encode(), new.secret.encode()
    )
