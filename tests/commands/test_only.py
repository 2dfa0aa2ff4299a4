"""`mfaenv exec --only`: the program sees one profile, under its name and as the default, and no store."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from product import Product
from settings import configure, set_keys
from trouble import OTHER_SECRET

from mfaenv.pretend_aws.scenario import Scenario

WAYS = pytest.mark.parametrize("way", [[], ["--serve"]], ids=["keys", "serve"])

ONLY_ONE = [
    "mfaenv: This was started by mfaenv exec --only: it has profile staging alone, and no store.",
    "        Type this in another window.",
]


@WAYS
def test_no_other_keys_and_no_other_settings_are_in_the_files(
    product: Product, scenario: Scenario, way: list[str]
) -> None:
    set_keys(product, "other", aws_access_key_id="AKIAI44QH8DHBEXAMPLE", aws_secret_access_key=OTHER_SECRET)
    configure(product, "staging", services="my own", output="text", external_id="shown-to-nobody")
    with open(product.env["AWS_CONFIG_FILE"], "a", encoding="utf-8") as file:
        file.write("[services 'my own']\nec2 =\n  endpoint_url = http://127.0.0.1:1\n[services others]\n")
    line = 'cat "$AWS_CONFIG_FILE" "$AWS_SHARED_CREDENTIALS_FILE"; ls "$MFAENV_CACHE_DIR" 2>/dev/null; true'
    options = ("--only", *way, "-p", "staging", "-c", scenario.device.code())
    done = product.run("exec", *options, "--", "sh", "-c", line)
    assert done.status == 0, done.err
    for absent in (
        OTHER_SECRET,
        scenario.key.secret,
        "production",
        "audit",
        "others",
        "shown-to-nobody",
        "role_arn",
    ):
        assert absent not in done.out
    assert done.out.count("output = text") == 2
    assert "[services 'my own']\nec2 = \n\tendpoint_url = http://127.0.0.1:1" in done.out
    assert done.out.count("aws_session_token") == (0 if way else 2)


@WAYS
def test_no_other_source_of_credentials_is_in_the_environment(
    product: Product, scenario: Scenario, way: list[str]
) -> None:
    """As in a container or a pod: a program that leaves out the keys would find those of the machine."""
    here = {
        "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/pod",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "another",
        "AWS_ACCESS_KEY": "AKIAI44QH8DHBEXAMPLE",
        "AWS_BEARER_TOKEN_BEDROCK": "another account's",
    }
    product.env |= here
    done = product.run("exec", "--only", *way, "-p", "staging", "-c", scenario.device.code(), "--", "env")
    assert done.status == 0, done.err
    found = dict(line.partition("=")[::2] for line in done.out.splitlines())
    assert not here.items() & found.items()
    assert ("AWS_CONTAINER_CREDENTIALS_FULL_URI" in found) == bool(way)


@pytest.mark.parametrize("way", [["--serve"], ["--only", "--serve"]], ids=" ".join)
@pytest.mark.parametrize("by_variable", [False, True])
def test_keys_of_botos_files_do_not_count(
    product: Product, scenario: Scenario, way: list[str], *, by_variable: bool
) -> None:
    """gsutil writes them; botocore takes them before an address."""
    file = product.home / (".gsutil" if by_variable else ".boto")
    keys = f"aws_access_key_id = {scenario.key.id}\naws_secret_access_key = {scenario.key.secret}\n"
    product.env |= {"BOTO_CONFIG": str(file)} if by_variable else {}
    program = (
        "import os; from botocore.session import Session\n"
        "print(Session().get_credentials().method, os.environ.get('BOTO_CONFIG'))"
    )
    for text, variable in ((keys, os.devnull), ("", product.env.get("BOTO_CONFIG"))):
        file.write_text(f"[Credentials]\n{text}gs_service_key_file = /nowhere\n")
        options = ("exec", *way, "-p", "staging", "-c", scenario.device.code(), "--")
        done = product.run(*options, sys.executable, "-c", program)
        assert done.out == f"container-role {variable}\n", done.err


@WAYS
def test_no_setting_of_the_default_profile_is_said_to_be_there(
    product: Product, scenario: Scenario, way: list[str]
) -> None:
    configure(product, ca_bundle="/nowhere", s3="\n  addressing_style = path")
    configure(product, "staging", region=None, ca_bundle=None)
    options = ("exec", "--only", *way, "-p", "staging", "-c", scenario.device.code(), "--")
    done = product.run(*options, "sh", "-c", 'cat "$AWS_CONFIG_FILE"')
    assert product.run("exec", "--cached", "--only", *way, "-p", "staging", "--", "true").err == ""
    assert not {"region", "ca_bundle", "s3"} & {line.partition(" ")[0] for line in done.out.splitlines()}
    assert (done.status, done.err) == (
        0,
        "mfaenv: Profile staging has no region: set region in it, or AWS_REGION.\n",
    )


@WAYS
def test_mfaenv_inside_says_why_it_has_nothing(product: Product, scenario: Scenario, way: list[str]) -> None:
    inner = (sys.executable, "-m", "mfaenv", "--shell", "sh", "-p", "production")
    options = ("--only", *way, "-p", "staging", "-c", scenario.device.code())
    done = product.run("exec", *options, "--", *inner)
    assert (done.status, done.out) == (1, "(exit 1);\n")
    assert done.err.splitlines()[:2] == ONLY_ONE


def test_the_session_inside_is_no_problem(product: Product, scenario: Scenario) -> None:
    """It is in no store, on purpose."""
    options = ("--only", "-q", "-p", "staging", "-c", scenario.device.code())
    done = product.run("exec", *options, "--", sys.executable, "-m", "mfaenv", "status", "--json")
    assert done.json()["problems"] == []


@pytest.mark.parametrize("command", [["keys"], ["keys", "rotate"], ["configure", "--yes"]], ids=" ".join)
def test_keys_and_configure_inside_say_the_same(
    product: Product, scenario: Scenario, command: list[str]
) -> None:
    options = ("--only", "-q", "-p", "staging", "-c", scenario.device.code())
    done = product.run("exec", *options, "--", sys.executable, "-m", "mfaenv", *command)
    assert (done.status, done.out) == (1, "")
    assert done.err.splitlines() == ONLY_ONE


def test_unset_does_not_say_that_the_session_is_gone(product: Product, scenario: Scenario) -> None:
    inner = (sys.executable, "-m", "mfaenv", "unset", "--shell", "sh")
    done = product.run("exec", "--only", "-q", "-p", "staging", "-c", scenario.device.code(), "--", *inner)
    assert (done.status, "AWS_SECRET_ACCESS_KEY" in done.out) == (0, True)
    note = "The credentials that mfaenv exec gave stay, of profile staging. To leave, type:"
    assert done.err == f"mfaenv: {note}\n        exit\n"


def test_a_list_of_keys_in_files_that_serve_copied_is_refused(product: Product, scenario: Scenario) -> None:
    inner = (sys.executable, "-m", "mfaenv", "keys")
    done = product.run("exec", "--serve", "-q", "-c", scenario.device.code(), "--", *inner)
    assert (done.status, done.out) == (1, "")
    assert done.err.splitlines() == [
        "mfaenv: This was started by mfaenv exec --serve: its AWS files may be copies, which go with it.",
        "        Type this in another window.",
    ]


def test_keys_that_serve_hides_are_no_other_profiles(product: Product, scenario: Scenario) -> None:
    """What is served is one profile's: another one does not get its keys under its own name."""
    set_keys(product, "other", aws_access_key_id="AKIAI44QH8DHBEXAMPLE", aws_secret_access_key=OTHER_SECRET)
    inner = (sys.executable, "-m", "mfaenv", "--shell", "sh", "-p", "other")
    done = product.run("exec", "--serve", "-q", "-c", scenario.device.code(), "--", *inner)
    assert (done.status, done.out) == (1, "(exit 1);\n")
    assert done.err.splitlines()[:2] == [
        "mfaenv: Profile 'other' has no keys here: mfaenv exec --serve hides those of the AWS files from what it runs.",
        "        Type this in another window.",
    ]


def test_a_folder_that_cannot_be_made_is_an_error(product: Product, scenario: Scenario, tmp_path: Path) -> None:
    """No program starts that would see more."""
    line = "import sys, tempfile; tempfile.tempdir = sys.argv.pop(1); from mfaenv.__main__ import main; main()"
    product.command = (sys.executable, "-c", line, str(tmp_path / "missing"))
    done = product.run("exec", "--only", "-p", "staging", "-c", scenario.device.code(), "--", "echo", "started")
    assert (done.status, done.out) == (1, "")
    assert "AWS files of profile staging alone cannot be written: No such file or directory." in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="no umask closes a file there")
def test_whatever_the_umask_the_program_can_read_its_files(product: Product, scenario: Scenario) -> None:
    line = 'stat -c %a "$AWS_CONFIG_FILE" "$(dirname "$AWS_CONFIG_FILE")"'
    product.command = ("sh", "-c", 'umask 0777; exec "$@"', "sh", *product.command)
    done = product.run("exec", "--only", "-p", "staging", "-c", scenario.device.code(), "--", "sh", "-c", line)
    assert (done.status, done.out) == (0, "600\n700\n"), done.err


def process_with_open(file: str) -> int:
    """Return the number of the process that has a file open."""
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            if os.readlink(descriptor) == file:
                return int(descriptor.parts[2])
    raise AssertionError(file)


@pytest.mark.skipif(sys.platform != "linux", reason="what a process has open is seen in /proc")
def test_files_of_a_process_that_was_killed_are_removed_by_the_next(
    product: Product, scenario: Scenario, tmp_path: Path
) -> None:
    product.env["TMPDIR"] = str(tmp_path)
    line = 'echo "$AWS_CONFIG_FILE"; exec cat'
    options = ("exec", "--only", "-p", "staging", "-c", scenario.device.code(), "--", "sh", "-c")
    with product.start(*options, line, stdin=subprocess.PIPE) as program:
        assert program.stdin
        assert program.stdout
        left = Path(program.stdout.readline().decode().strip()).parent
        inner = product.run("exec", "--only", "-p", "staging", "--", "true")
        assert (inner.status, left.exists()) == (0, True), inner.err
        os.kill(process_with_open(f"{left}/lock"), signal.SIGKILL)
        program.stdin.close()
    assert left.exists()
    assert product.run("exec", "--only", "-p", "staging", "--", "true").status == 0
    assert list(tmp_path.glob("mfaenv-*")) == []


def test_keys_are_written_to_a_file_that_stays_open(tmp_path: Path) -> None:
    """Whoever could exchange the folder between two openings would get them."""
    script = """
import os, sys
from mfaenv.commands import exec_environment
reopened = []
def look(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, os.PathLike)) and os.path.exists(arguments[0]):
        reopened.append(str(arguments[0]))
sys.addaudithook(look)
with exec_environment._private({"AWS_SHARED_CREDENTIALS_FILE": "text"}, "", {}) as variables:
    path = variables["AWS_SHARED_CREDENTIALS_FILE"]
    print(path in reopened, open(path).read(), oct(os.stat(path).st_mode & 0o777))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert done.stdout == "False text 0o600\n"
