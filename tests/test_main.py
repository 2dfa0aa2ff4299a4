"""The main command from outside: what is printed, what for, and what a shell in which it ran before makes of it."""

import os
import re
import shlex
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from exported import SET, UNSET, in_bash, sessions
from observed_aws import ObservedAws
from product import PATIENCE, Product, finish
from settings import configure
from terminals import direct
from trouble import SECRETS, assert_explained

from mfaenv import __version__
from mfaenv.fast.entry import Session
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.shells import NAMES, UNQUOTED
from mfaenv.store import SESSION, Store


def answer(product: Product, *arguments: str) -> dict[str, str]:
    """What mfaenv would set, by name."""
    done = product.run("--format", "json", *arguments)
    assert done.status == 0, done.err
    values: dict[str, str] = done.json()
    return values


# What is printed


def test_the_names_come_in_their_order_each_in_a_line_of_its_own(stored: Product, scenario: Scenario) -> None:
    lines = stored.run("--shell", "bash").out.splitlines()
    assert lines.pop(0) == "${mfaenv_needs_eval+/}&&"
    assert lines.pop(0) == f"\\command test a{UNQUOTED}0&&"
    tried, unset, checked = lines.pop(0), lines.pop(0), lines.pop(1)
    assert tried == f"_mfaenv_text=`{unset.removesuffix('&&')}`&&"
    statements = [re.fullmatch(r"export (\w+)=(\S+)(?:&&|;)", line) for line in lines]
    exported = {statement[1]: statement[2] for statement in statements if statement}
    assert len(exported) == len(lines)
    verb, *names = unset.removesuffix("&&").split()
    assert verb == "unset"
    removed = [name for name in names if not name.startswith("MFAENV_")]
    assert removed == [*UNSET, *(name for name in exported if not name.startswith("MFAENV_"))]
    assert list(exported)[: len(SET)] == SET
    assert all(name.startswith("MFAENV_") for name in list(exported)[len(SET) :])
    (session,) = sessions(scenario)
    assert checked == f'\\command test "$AWS_ACCESS_KEY_ID" = {session.id}&&'
    assert [exported[name] for name in SET[:3]] == [session.id, session.secret, session.token]
    assert [exported[name] for name in SET[4:]] == ["us-east-1", "us-east-1", "default"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", exported["AWS_CREDENTIAL_EXPIRATION"])


def test_json_has_what_is_set(stored: Product) -> None:
    values = answer(stored)
    assert list(values)[: len(SET)] == SET
    loaded = in_bash(stored, "eval $(mfaenv)")
    assert {name: loaded[name] for name in values} == values


def test_a_process_document_is_what_the_sdks_read(stored: Product) -> None:
    for arguments in (("--format", "process"), ("process",)):
        document = stored.run(*arguments).json()
        values = answer(stored)
        assert document == {
            "Version": 1,
            "AccessKeyId": values["AWS_ACCESS_KEY_ID"],
            "SecretAccessKey": values["AWS_SECRET_ACCESS_KEY"],
            "SessionToken": values["AWS_SESSION_TOKEN"],
            "Expiration": values["AWS_CREDENTIAL_EXPIRATION"],
            "AccountId": "123456789012",
        }


@pytest.mark.parametrize("name", ["dotenv", "github"])
def test_files_of_variables_hold_one_a_line(stored: Product, name: str) -> None:
    lines = stored.run("--format", name).out.splitlines()
    assert dict(line.split("=", 1) for line in lines) == answer(stored)


def test_keys_are_masked_in_a_workflow_that_shows_its_environment(stored: Product) -> None:
    stored.env["GITHUB_ACTIONS"] = "true"
    done = stored.run("--format", "github")
    values = answer(stored)
    assert done.err == "".join(f"::add-mask::{values[name]}\n" for name in SET[:3])


def test_nothing_but_the_lines_is_printed_where_nobody_looks(stored: Product) -> None:
    for arguments in ((), ("--quiet",), ("--cached",)):
        assert stored.run("--shell", "bash", *arguments).err == ""


@pytest.mark.parametrize("shell", NAMES)
def test_on_a_terminal_the_line_that_loads_it_is_shown_too(stored: Product, shell: str) -> None:
    with direct(stored, "--shell", shell, "-p", "default", "-d", "12h") as window:
        command = {"fish": "mfaenv -p default -d 12h | source"}.get(shell, "mfaenv -p default -d 12h")
        window.see(re.escape(command))
        window.see("AWS_ACCESS_KEY_ID.*ASIA")
        assert window.ended() == 0
    with direct(stored, "--shell", shell, "--quiet") as window:
        window.see("AWS_ACCESS_KEY_ID.*ASIA")
        assert window.ended() == 0
        assert "To set the session" not in window.text


def test_the_line_that_loads_it_holds_odd_names_and_no_code(product: Product, scenario: Scenario) -> None:
    configure(
        product, "my team's", source_profile="default", role_arn="arn:aws:iam::111122223333:role/Developer"
    )
    code = scenario.device.code()
    with direct(product, "--shell", "bash", "-p", "my team's", "-c", code) as window:
        shown = window.see(r"eval \$\(.*\)$")
        assert window.ended() == 0
        assert code not in window.text
    assert shlex.split(shown.removeprefix("eval $(").removesuffix(")")) == ["mfaenv", "-p", "my team's"]


def test_verbose_tells_where_values_came_from_and_no_secret(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    product.env |= {"AWS_DEFAULT_REGION": "eu-west-1", "MFAENV_DURATION": "2h", "AWS_PROFILE": "default"}
    code = scenario.device.code()
    done = product.run("--shell", "bash", "--verbose", "-c", code)
    assert done.status == 0
    for pattern in (
        r"profile\s+default\s+\(AWS_PROFILE\)",
        r"keys\s+AKIAIOSFODNN7EXAMPLE\s+\(.*credentials\)",
        r"device\s+arn:aws:iam::123456789012:mfa/alice\s+\(mfa_serial of profile default\)",
        r"region\s+eu-west-1\s+\(AWS_DEFAULT_REGION\)",
        rf"endpoint\s+{aws.url}",
        r"duration\s+2h",
    ):
        assert re.search(pattern, done.err), done.err
    (session,) = sessions(scenario)
    assert [secret for secret in (code, session.secret, session.token, *SECRETS) if secret in done.err] == []


def test_a_reader_who_leaves_is_no_mistake(stored: Product) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = stored.start("--shell", "bash", stdout=writer)
    os.close(writer)
    assert finish(process) == (1, "", "")


@pytest.mark.skipif(os.name == "nt", reason="there a program is given streams, or has none at all")
@pytest.mark.parametrize("closed", [">&-", "<&- >&-", "<&- >&- 2>&-"])
def test_where_standard_output_is_closed_the_keys_go_nowhere(
    product: Product, scenario: Scenario, closed: str
) -> None:
    """A file or the connection to AWS would get its number, and the keys with it."""
    product.command = ("sh", "-c", f'exec "$@" {closed}', "sh", *product.command)
    done = product.run("--shell", "bash", "--token-command", f"echo {scenario.device.code()}")
    assert done.status == 1
    assert "2>&-" in closed or "cannot be written: Bad file descriptor" in done.err


@pytest.mark.parametrize("flag", ["--version", "--help", "-h"])
def test_questions_about_the_program_need_nothing(bare: Product, flag: str) -> None:
    done = bare.run(flag)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(f"mfaenv {__version__}\n" if flag == "--version" else "")
    assert done.out


# The store


def test_a_stored_session_calls_nobody(stored: Product, aws: ObservedAws) -> None:
    first = answer(stored)
    for arguments in (
        (),
        ("--cached",),
        ("--no-input",),
        ("-v",),
        ("-p", "default"),
        ("--min-remaining", "11h"),
    ):
        assert answer(stored, *arguments) == first
    assert aws.actions() == ["GetSessionToken"]


@pytest.mark.parametrize(
    "change",
    [
        {"AWS_MFA_SERIAL": "GAHT12345678"},
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"},
        {"AWS_PROFILE": "staging"},
    ],
    ids=str,
)
def test_one_that_was_got_otherwise_is_not_used(stored: Product, change: Mapping[str, str]) -> None:
    answer(stored)
    stored.env |= change
    done = stored.run("--shell", "bash", "--cached")
    assert (done.status, done.out) == (3, "")


def test_one_that_ends_too_soon_is_not_used(product: Product, scenario: Scenario, aws: ObservedAws) -> None:
    first = answer(product, "-c", scenario.device.code(), "-d", "15m")
    assert answer(product, "-d", "15m") == first
    assert product.run("--shell", "bash", "--min-remaining", "16m", "--cached").status == 3
    product.env["MFAENV_MIN_REMAINING"] = "16m"
    assert product.run("--shell", "bash", "--no-input").status == 3
    assert answer(product, "-d", "15m", "--min-remaining", "0", "--cached") == first
    assert aws.actions() == ["GetSessionToken"]


def test_refresh_gets_a_new_one_and_keeps_it(stored: Product, scenario: Scenario) -> None:
    first = answer(stored)
    second = answer(stored, "--refresh", "-c", scenario.device.code())
    assert second["AWS_ACCESS_KEY_ID"] != first["AWS_ACCESS_KEY_ID"]
    assert answer(stored) == second


def test_a_stored_session_serves_whatever_it_was_made_for(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    first = answer(product, "-c", scenario.device.code(), "-d", "20m")
    assert answer(product, "--cached") == first
    role = answer(product, "-p", "staging", "--no-input")
    assert answer(product, "-p", "staging", "-d", "15m", "--cached") == role
    assert aws.actions() == ["GetSessionToken", "GetCallerIdentity", "AssumeRole"]


def test_the_session_with_most_left_serves(stored: Product, scenario: Scenario) -> None:
    long = answer(stored)
    short = answer(stored, "--refresh", "-d", "15m", "-c", scenario.device.code())
    assert short["AWS_ACCESS_KEY_ID"] != long["AWS_ACCESS_KEY_ID"]
    for arguments in ((), ("--cached",), ("-d", "15m"), ("--min-remaining", "0")):
        assert answer(stored, *arguments) == long
    longer = answer(stored, "--refresh", "-d", "36h", "-c", scenario.device.code())
    assert answer(stored) == longer


def test_refresh_gets_a_new_one_though_the_clock_went_back(stored: Product, scenario: Scenario) -> None:
    first = answer(stored)
    place = Store(str(stored.cache))
    (name,) = place.names(SESSION)
    entry = place.read(Session, name)
    assert entry is not None
    place.put(Session(**{**dict(entry.fields()), "created": entry.created + 3600}), entry.expires or 0)
    second = answer(stored, "--refresh", "-c", scenario.device.code())
    assert second["AWS_ACCESS_KEY_ID"] != first["AWS_ACCESS_KEY_ID"]


@pytest.mark.parametrize(
    ("arguments", "lasts"),
    [
        (("-d", "1h", "--min-remaining", "2h"), "1h (--duration)"),
        (("-p", "staging", "--min-remaining", "2h"), "1h (a role's default)"),
        (("--min-remaining", "13h"), "12h (--duration)"),
    ],
)
def test_more_than_a_new_session_lasts_is_refused_before_the_code(
    product: Product, scenario: Scenario, aws: ObservedAws, arguments: tuple[str, ...], lasts: str
) -> None:
    done = product.run("--format", "json", "-c", scenario.device.code(), *arguments)
    assert (done.status, done.out, aws.actions()) == (2, "", [])
    assert "is more than a new session lasts" in done.err
    assert f"This one lasts {lasts}." in done.err


def test_what_is_no_code_is_refused_though_none_is_needed(stored: Product) -> None:
    answer(stored)
    for command in ((), ("process",), ("exec",), ("console",), ("keys",), ("keys", "import"), ("doctor",)):
        words = ("--", "true") if command == ("exec",) else ()
        done = stored.run(*command, "-c", "12345", *words)
        assert done.status == 2, command
        assert "12345" not in done.err


def test_a_variable_that_is_no_code_is_refused_though_none_is_needed(stored: Product) -> None:
    first = answer(stored)
    stored.env["MFAENV_TOKEN_CODE"] = "12345"
    for command in ((), ("process",), ("exec", "--", "true")):
        done = stored.run(*command)
        assert (done.status, done.out) == (2, "" if command else done.out), command
        assert "MFAENV_TOKEN_CODE: a code is six digits" in done.err
    assert answer(stored, "--cached") == first
    assert answer(stored, "--token-command", "false") == first


@pytest.mark.parametrize("command", [("-f", "json"), ("process",), ("exec",)], ids=" ".join)
def test_cached_and_refresh_contradict_each_other(stored: Product, command: tuple[str, ...]) -> None:
    words = ("--", "true") if command == ("exec",) else ()
    done = stored.run(*command, "--cached", "--refresh", *words)
    assert (done.status, done.out) == (2, "")
    assert "--cached and --refresh cannot be used together" in done.err


def test_the_line_of_a_code_is_read_though_none_is_needed(stored: Product) -> None:
    answer(stored)
    done = stored.run("exec", "-c", "-", "--", "cat", input="123456\nthe program's\n")
    assert (done.status, done.out) == (0, "the program's\n")
    assert stored.run("exec", "-c", "-", "--", "cat", input="no code\n").status == 2


# What a shell evaluates when the line itself is wrong


@pytest.mark.parametrize("words", ["-sfish --nope", "-qsfish --nope", "-s fish -p", "unset -sfish --nope"])
def test_the_failing_statement_is_of_the_shell_that_was_asked_for(bare: Product, words: str) -> None:
    assert bare.run(*words.split()).out == "false;\n"


@pytest.mark.parametrize(
    "words", ["-fjson --nope", "-qf json --nope", "-qfjson --nope", "--format=json --nope"]
)
def test_who_asked_for_data_gets_no_statement(bare: Product, words: str) -> None:
    assert bare.run(*words.split()).out == ""


# When it is not to be


Wrap = Callable[..., None]

REPLACE = """
def replace(owner, name, new):
    assert hasattr(owner, name)
    def called(*given, **named):
        open(CALLED, "w").close()
        return new(*given, **named)
    setattr(owner, name, called)
"""


@pytest.fixture
def wrapped(tmp_path: Path) -> Iterator[Wrap]:
    """Let mfaenv run with lines of Python before it; what they `replace` is there, and called, or the test fails."""
    called = tmp_path / "called"

    def wrap(product: Product, *lines: str) -> None:
        code = [f"CALLED = {str(called)!r}", REPLACE, *lines, "from mfaenv.__main__ import main", "main()"]
        product.command = (sys.executable, "-c", "\n".join(code))

    yield wrap
    assert called.exists()


def test_the_session_that_stays_is_named_where_the_calling_shell_is_unknown(
    wrapped: Wrap, bare: Product
) -> None:
    wrapped(bare, "from mfaenv.shells import detect", "replace(detect, '_caller', lambda *_: None)")
    bare.env |= {"MFAENV_PROFILE": "default", "MFAENV_EXPIRES": "4000000000"}
    done = bare.run("-p", "nobody")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("mfaenv: The shell that called is unknown.")
    assert done.err.endswith("\nmfaenv: This shell still has the session of profile default.\n")


def test_ctrl_c_once_more_cuts_nothing_off(wrapped: Wrap, bare: Product) -> None:
    """Held down, it comes every 30 ms."""
    wrapped(
        bare,
        "import signal",
        "from mfaenv import failure",
        "fail = failure._fail",
        "replace(failure, '_fail', lambda *given: (signal.raise_signal(signal.SIGINT), fail(*given)))",
    )
    done = bare.run("-p", "nobody", "--shell", "bash")
    assert (done.status, done.out) == (1, "(exit 1);\n")
    assert "Traceback" not in done.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_that_comes_with_ctrl_c_shows_no_traceback(
    wrapped: Wrap, bare: Product, number: signal.Signals
) -> None:
    """Where Ctrl-C ends the terminal's shell, a hangup comes too: before the exception of the first is caught."""
    wrapped(
        bare,
        "import _thread, operator",
        "from functools import partial",
        "from mfaenv import fast",
        "def asking(): yield",
        f"both = [partial(_thread.interrupt_main, {number:d}), partial(asking().throw, KeyboardInterrupt)]",
        "replace(fast, 'answer', lambda *_: list(map(operator.call, both)))",
    )
    assert bare.run("--shell", "bash") == (130, "(exit 130);\n", "")


def test_a_signal_while_a_lock_is_waited_for_is_no_bug(wrapped: Wrap, bare: Product) -> None:
    """threading's Condition gives its lock back while it waits; to leave it without the lock is a RuntimeError."""
    wrapped(
        bare,
        "import threading",
        "from mfaenv import fast",
        "lock = threading.Lock()",
        "def answer(*_):",
        "    with lock:",
        "        lock.release()",
        "        raise KeyboardInterrupt",
        "replace(fast, 'answer', answer)",
    )
    assert bare.run("--shell", "bash") == (130, "(exit 130);\n", "")


@pytest.mark.skipif(sys.platform == "win32", reason="a signal ends a process there")
def test_an_error_that_hides_what_a_signal_raised_is_no_bug(wrapped: Wrap, bare: Product) -> None:
    wrapped(
        bare,
        "import signal",
        "from mfaenv import fast",
        "def answer(*_):",
        "    try: signal.raise_signal(signal.SIGTERM)",
        "    except SystemExit: pass",
        "    raise TypeError",
        "replace(fast, 'answer', answer)",
    )
    assert bare.run("--shell", "bash") == (143, "(exit 143);\n", "")


@pytest.mark.parametrize("code", ["0", "None", "'text'"])
def test_a_package_that_ends_the_program_makes_the_line_fail(wrapped: Wrap, bare: Product, code: str) -> None:
    wrapped(
        bare,
        "from mfaenv import fast",
        f"def answer(*_): raise SystemExit({code})",
        "replace(fast, 'answer', answer)",
    )
    assert bare.run("--shell", "bash") == (1, "(exit 1);\n", "")


@pytest.mark.parametrize(
    "error", ["MemoryError()", "OSError(24, 'x')", 'RuntimeError("can\'t start new thread")']
)
def test_what_the_system_has_no_more_of_is_no_bug(wrapped: Wrap, bare: Product, error: str) -> None:
    wrapped(
        bare,
        "from mfaenv import fast",
        f"def answer(*_): raise {error}",
        "replace(fast, 'answer', answer)",
    )
    done = bare.run("--shell", "bash")
    assert (done.status, done.out) == (1, "(exit 1);\n")
    assert_explained(done, "memory.*open files", "limits")


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use cannot be removed there")
def test_a_current_folder_that_is_gone_is_no_bug(stored: Product) -> None:
    line = 'mkdir gone; cd gone; rmdir ../gone; exec "$@"'
    stored.command = ("sh", "-c", line, "sh", *stored.command)
    done = stored.run("-f", "dotenv", "-o", "aws.env")
    assert done.status == 1
    assert_explained(done, "current folder", "cd")


def test_without_the_files_to_load_what_explains_errors_there_is_no_traceback(bare: Product) -> None:
    line = "import sys; sys.modules['mfaenv.failure'] = None; from mfaenv.__main__ import main; main()"
    bare.command = (sys.executable, "-c", line)
    done = bare.run("--shell", "nobody")
    assert (done.status, done.out) == (2, "")
    assert re.fullmatch(r"mfaenv: .*nobody.*\n", done.err)


def test_what_the_sweep_cannot_list_does_not_fail_the_line(
    wrapped: Wrap, product: Product, scenario: Scenario
) -> None:
    """Somebody removes the store, or closes it, after the keys were printed."""
    wrapped(
        product,
        "import os",
        "from mfaenv.store import Store",
        "replace(Store, 'sweep', lambda *_: os.listdir('/gone'))",
    )
    done = product.run("--shell", "bash", "--token-code", scenario.device.code())
    assert (done.status, done.err) == (0, "")
    assert "(exit" not in done.out


@pytest.mark.skipif(sys.platform == "win32", reason="one process there")
def test_a_signal_to_the_process_behind_serve_is_no_bug(wrapped: Wrap, bare: Product) -> None:
    """There, as while a class is made in Python 3.11, an error hides what a signal raised."""
    wrapped(
        bare,
        "from contextlib import contextmanager",
        "from mfaenv.commands import exec_environment",
        "@contextmanager",
        "def served(*_):",
        "    try: raise SystemExit(143)",
        "    finally: raise RuntimeError",
        "    yield",
        "replace(exec_environment, 'of_program', served)",
    )
    assert bare.run("exec", "--serve", "--", "true") == (143, "", "")


@pytest.mark.skipif(sys.platform == "win32", reason="a signal ends a process there")
@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_that_comes_where_its_exception_is_dropped_ends_it(
    wrapped: Wrap, bare: Product, name: str, status: int
) -> None:
    """Callbacks of the import system are such places."""
    wrapped(
        bare,
        "import signal, time",
        "from mfaenv import fast",
        "class Collected:",
        "    def __del__(self):",
        f"        signal.raise_signal(signal.{name})",
        "def answer(*_):",
        "    Collected()",
        f"    for _ in range({PATIENCE}):",
        "        time.sleep(1)",
        "replace(fast, 'answer', answer)",
    )
    assert bare.run("--shell", "bash") == (status, f"(exit {status});\n", "")


def test_without_the_memory_to_draw_an_error_it_is_said_all_the_same(wrapped: Wrap, bare: Product) -> None:
    wrapped(
        bare,
        "from mfaenv.terminal.terminal import Terminal",
        "def error(*_): raise MemoryError",
        "replace(Terminal, 'error', error)",
    )
    done = bare.run("-p", "no\x1bbody", "--shell", "bash")
    assert (done.status, done.out) == (1, "(exit 1);\n")
    assert re.fullmatch(r"mfaenv: .*There is no profile 'no\\x1bbody'.*\n", done.err)


def test_where_no_thread_can_be_started_the_session_comes_all_the_same(
    wrapped: Wrap, product: Product, scenario: Scenario
) -> None:
    """A container may have a limit on them."""
    wrapped(
        product,
        "import threading",
        'def start(_): raise RuntimeError("can\'t start new thread")',
        "replace(threading.Thread, 'start', start)",
    )
    assert answer(product, "--token-command", f"echo {scenario.device.code()}")["AWS_SESSION_TOKEN"]


@pytest.mark.usefixtures("real_starts")
@pytest.mark.parametrize("package", ["six", "dateutil"])
def test_a_package_that_is_too_old_is_named_and_is_no_bug(
    product: Product, scenario: Scenario, package: str
) -> None:
    packages = product.home / "packages"
    packages.mkdir()
    (packages / f"{package}.py").write_text("__version__ = '1.0'\n")
    product.env["PYTHONPATH"] = f"{packages}{os.pathsep}{product.env['PYTHONPATH']}"
    done = product.run("--shell", "sh", "-c", scenario.device.code())
    assert (done.status, done.out) == (1, "(exit 1);\n")
    assert re.match(
        rf"mfaenv: The Python package {package} is missing, too old or damaged \(\w+ at \w+\.py:\d+\)\.\n",
        done.err,
    )


def test_a_hook_that_is_interrupted_fails_so_that_the_next_prompt_starts_it_again(
    wrapped: Wrap, bare: Product
) -> None:
    wrapped(
        bare,
        "from mfaenv.commands import hook",
        "def run(*_): raise KeyboardInterrupt",
        "replace(hook, 'run', run)",
    )
    assert bare.run("--shell", "bash", "hook", "changed") == (1, "", "")
