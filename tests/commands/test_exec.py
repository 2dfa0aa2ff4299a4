"""What `mfaenv exec` runs is what a shell would run: the same signals, descriptors and scripts, with `--serve` too."""

import os
import signal
import sys

import pytest
from observed_aws import ObservedAws
from product import COMMAND, Product, finish

from mfaenv.pretend_aws.scenario import Scenario

posix = pytest.mark.skipif(sys.platform == "win32", reason="there are no signals there")
pytestmark = posix

WAYS = pytest.mark.parametrize("way", [[], ["--serve"]], ids=["keys", "serve"])
TRAPS = """
for name in INT QUIT TSTP TERM HUP USR1; do trap "echo $name; exit 5" $name; done
trap 'echo CONT' CONT
echo ready
while :; do sleep 0.05; done
"""


@WAYS
@pytest.mark.parametrize("name", ["INT", "QUIT", "TSTP", "TERM", "HUP", "USR1"])
def test_a_signal_to_mfaenv_alone_reaches_the_program(
    product: Product, scenario: Scenario, way: list[str], name: str
) -> None:
    running = product.start("exec", *way, "-c", scenario.device.code(), "--", "bash", "-c", TRAPS)
    assert running.stdout is not None
    assert running.stdout.readline() == b"ready\n"
    running.send_signal(signal.Signals[f"SIG{name}"])
    done = finish(running)
    assert (done.status, done.out) == (5, f"{name}\n")


@WAYS
def test_mfaenv_stops_and_goes_on_with_the_program(
    product: Product, scenario: Scenario, way: list[str]
) -> None:
    running = product.start("exec", *way, "-c", scenario.device.code(), "--", "bash", "-c", TRAPS)
    assert running.stdout is not None
    assert running.stdout.readline() == b"ready\n"
    running.send_signal(signal.SIGSTOP)
    running.send_signal(signal.SIGCONT)
    assert running.stdout.readline() == b"CONT\n"
    running.send_signal(signal.SIGTERM)
    assert finish(running).status == 5


@pytest.mark.parametrize("way", [["exec"], ["exec", "--serve"], ["demo"]], ids=" ".join)
def test_the_program_keeps_the_descriptors_that_mfaenv_was_given(
    product: Product, scenario: Scenario, way: list[str]
) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"hi")
    os.close(writing)
    code = ["-c", scenario.device.code()] if way[0] == "exec" else []
    done = product.run(*way, *code, "--", "cat", f"/dev/fd/{reading}", pass_fds=[reading])
    os.close(reading)
    assert (done.status, done.out, done.err) == (0, "hi", "")


@pytest.mark.parametrize("way", [["exec"], ["exec", "--serve"], ["demo"]], ids=" ".join)
def test_a_script_without_a_first_line_runs_as_in_a_shell(
    product: Product, scenario: Scenario, way: list[str]
) -> None:
    script = product.home / "script"
    script.write_text('echo "$0: $1, $2"; exit 4\n', encoding="utf-8")
    script.chmod(0o755)
    code = ["-c", scenario.device.code()] if way[0] == "exec" else []
    done = product.run(*way, *code, "--", "./script", "a b", "c")
    assert (done.status, done.out, done.err) == (4, "./script: a b, c\n", "")
    product.env["PATH"] = f"{product.home}:{product.env['PATH']}"
    assert product.run("exec", "--", "script", "1", "2").out == f"{script}: 1, 2\n" or way == ["demo"]


@pytest.mark.parametrize("way", [["exec", "--serve"], ["demo"]], ids=" ".join)
def test_a_caller_that_ignores_the_end_of_programs_gets_the_status(
    product: Product, scenario: Scenario, way: list[str]
) -> None:
    """As daemons do; programs inherit it."""
    ignore = (
        "from signal import *; import os, sys; signal(SIGCHLD, SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    )
    product.command = (sys.executable, "-c", ignore, *COMMAND)
    code = [] if way == ["demo"] else ["-c", scenario.device.code()]
    done = product.run(*way, *code, "--", "sh", "-c", "exit 7")
    assert (done.status, done.out) == (7, ""), done.err
    if code:
        show = "import signal; print(int(signal.getsignal(signal.SIGCHLD)))"
        for options in (way, ["exec"]):
            assert product.run(*options, "--", sys.executable, "-c", show).out == "1\n", "it ignores it as well"
        command = f"sh -c 'echo {scenario.device.code()}; exit 9'"
        done = product.run("--refresh", "--token-command", command, "-s", "sh")
        assert (done.status, done.out) == (1, "(exit 1);\n")
        assert "sh ended with status 9." in done.err


def test_a_binary_of_another_machine_is_no_script(product: Product, scenario: Scenario) -> None:
    program = product.home / "program"
    program.write_bytes(b"\x7fELX\0\0\necho wrong\n")
    program.chmod(0o755)
    done = product.run("exec", "-c", scenario.device.code(), "--", "./program")
    assert (done.status, done.out) == (126, "")
    assert done.err == "mfaenv: ./program cannot be run: Exec format error.\n"


@WAYS
def test_no_code_is_asked_for_where_there_is_no_such_program(
    product: Product, scenario: Scenario, aws: ObservedAws, way: list[str]
) -> None:
    """And where the word is a profile, as aws-vault takes one, the way to name it is shown."""
    code = ("-c", scenario.device.code())
    done = product.run("exec", *way, *code, "staging", "--", "true")
    assert (done.status, done.out, aws.actions()) == (127, "", [])
    assert done.err.splitlines() == [
        "mfaenv: There is no program staging. For the profile of that name, type:",
        f"        mfaenv {' '.join(['exec', *way, '-p', 'staging'])} -- true",
    ]
    done = product.run("exec", *way, *code, "--", "no-such-program")
    assert done.err.splitlines() == ["mfaenv: There is no program no-such-program.", "        Check its name."]
    done = product.run("exec", *way, *code, "--", "PIN=secret", "true")
    assert (done.status, done.err.splitlines()[0]) == (127, "mfaenv: There is no program PIN=….")
    done = product.run("exec", *way, *code, "--", "ls here")
    assert done.err.splitlines() == [
        "mfaenv: There is no program ls ….",
        "        Take away the quotes around all of it, or check its name.",
    ]
    for word in ("/a b/ls", "/a\tsecret", "/a\nsecret"):
        assert "There is no program /a …." in product.run("exec", *way, *code, "--", word).err
    product.home.joinpath("text").write_text("no program", encoding="utf-8")
    done = product.run("exec", *way, *code, "--", "./text")
    assert (done.status, done.err) == (126, "mfaenv: ./text cannot be run: Permission denied.\n")
    assert aws.actions() == []


@WAYS
def test_a_pipeline_ends_with_the_program(product: Product, scenario: Scenario, way: list[str]) -> None:
    """Nothing that mfaenv leaves running holds the program's output open."""
    running = product.start(
        "exec", *way, "-c", scenario.device.code(), "--", "sh", "-c", "exec >&-; exec sleep 600"
    )
    assert running.stdout is not None
    assert running.stdout.read() == b""
    running.kill()
    finish(running)


@WAYS
def test_the_program_has_no_child_that_it_did_not_start(
    product: Product, scenario: Scenario, way: list[str]
) -> None:
    code = "import os\ntry:\n    print(os.waitpid(-1, 0))\nexcept ChildProcessError:\n    print('none')"
    done = product.run("exec", *way, "-c", scenario.device.code(), "--", sys.executable, "-c", code)
    assert (done.status, done.out) == (0, "none\n")


@pytest.mark.parametrize("way", [[], ["--cached"], ["--serve"], ["--only"]], ids=str)
def test_the_hook_of_a_shell_inside_sets_no_profile_of_the_shell_outside_again(
    product: Product, scenario: Scenario, way: list[str]
) -> None:
    """Programs there would use that profile in place of the session."""
    assert product.run("-s", "bash", "-p", "staging", "-c", scenario.device.code()).status == 0
    product.env |= {
        "AWS_PROFILE": "production",
        "MFAENV_STORE": product.env["MFAENV_CACHE_DIR"],
        "MFAENV_AWS_PROFILE": "production",
        "MFAENV_PUT_BACK": "production",
        "MFAENV_FORMER_PROFILE": "staging",
        "MFAENV_FORMER_PINNED": "read_only=",
        "MFAENV_FORMER_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    }
    names = (
        "AWS_PROFILE",
        "MFAENV_AWS_PROFILE",
        "MFAENV_PUT_BACK",
        "MFAENV_FORMER_PROFILE",
        "MFAENV_FORMER_PINNED",
        "MFAENV_FORMER_ACCESS_KEY_ID",
    )
    done = product.run("exec", *way, "-p", "staging", "--", "env")
    got = dict(each.partition("=")[::2] for each in done.out.splitlines())
    assert (done.status, got["MFAENV_PROFILE"], got.keys() & set(names)) == (0, "staging", set()), done.err
