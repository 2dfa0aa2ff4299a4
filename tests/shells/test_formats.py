"""What is printed as data, read by the programs that it is for."""

import io
import json
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

import depth
import dotenv
import pytest
from botocore.credentials import ProcessProvider
from hypothesis import HealthCheck, given, settings
from terminals import need
from values import CORPUS, TEXTS

from mfaenv.errors import MfaenvError
from mfaenv.shells import render
from mfaenv.shells.formats import github_masks

SESSION = [
    ("AWS_PROFILE", None),
    ("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ("AWS_SESSION_TOKEN", "FwoGZXIvYXdzEBYaDEXAMPLE+/0=="),
    ("AWS_CREDENTIAL_EXPIRATION", "2099-11-24T22:00:00+00:00"),
    ("AWS_REGION", "eu-west-1"),
]

generated = settings(
    max_examples=depth.examples(20),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def numbered(target: str, values: Iterable[str]) -> dict[str, str]:
    """Those of the values that the target takes, each with a variable's name."""

    def holds(value: str) -> bool:
        try:
            render(target, [("TEST", value)])
        except MfaenvError:
            return False
        return True

    return {f"TEST_{number}": value for number, value in enumerate(filter(holds, values))}


@given(TEXTS)
def test_json_is_an_object_of_what_is_set(values: list[str]) -> None:
    wanted = dict(zip(map("V{}".format, range(len(values))), values, strict=True))
    assert json.loads(render("json", [("GONE", None), *wanted.items()])) == wanted


@given(TEXTS)
def test_nushells_record_has_null_for_what_is_removed(values: list[str]) -> None:
    wanted = {f"V{number}": value for number, value in enumerate(values)}
    assert json.loads(render("nu", [("GONE", None), *wanted.items()])) == {"GONE": None, **wanted}


def test_json_of_nothing_is_an_object() -> None:
    assert render("json", [("GONE", None)]) == b"{}\n"


def test_botocore_takes_what_a_credential_process_prints(tmp_path: Path) -> None:
    (tmp_path / "printed").write_bytes(render("process", SESSION))
    profile = {"credential_process": f"cat {tmp_path / 'printed'}"}

    credentials = ProcessProvider("default", lambda: {"profiles": {"default": profile}}).load()

    assert credentials is not None
    found = credentials.get_frozen_credentials()
    assert [found.access_key, found.secret_key, found.token] == [value for _, value in SESSION[1:4]]


def test_a_credential_process_prints_what_aws_documents() -> None:
    assert json.loads(render("process", SESSION)) == {
        "Version": 1,
        "AccessKeyId": "ASIAIOSFODNN7EXAMPLE",
        "SecretAccessKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "SessionToken": "FwoGZXIvYXdzEBYaDEXAMPLE+/0==",
        "Expiration": "2099-11-24T22:00:00+00:00",
    }


def read_by_python(text: bytes) -> dict[str, str | None]:
    return dict(dotenv.dotenv_values(stream=io.StringIO(text.decode(), newline="")))


def read_by_node(text: bytes, folder: Path) -> dict[str, str]:
    (folder / ".env").write_bytes(text)
    script = "console.log(JSON.stringify(process.env))"
    done = subprocess.run(
        ["node", f"--env-file={folder / '.env'}", "-e", script],
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        check=True,
    )
    return only_tests(json.loads(done.stdout))


def read_by_sh(text: bytes, folder: Path) -> dict[str, str]:
    (folder / ".env").write_bytes(text)
    done = subprocess.run(["sh", "-euac", ". ./.env; env -0"], cwd=folder, stdout=subprocess.PIPE, check=True)
    return only_tests(dict(entry.split("=", 1) for entry in done.stdout.decode().split("\0") if entry))


def only_tests(environment: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith("TEST_")}


@given(TEXTS)
def test_python_dotenv_reads_what_was_written(values: list[str]) -> None:
    wanted = numbered("dotenv", (*CORPUS, *values))
    assert read_by_python(render("dotenv", [("GONE", None), *wanted.items()])) == wanted


@generated
@given(values=TEXTS)
def test_node_reads_what_was_written(tmp_path: Path, values: list[str]) -> None:
    need("node")
    wanted = numbered("dotenv", (*CORPUS, *values))
    assert read_by_node(render("dotenv", wanted.items()), tmp_path) == wanted


@generated
@given(values=TEXTS)
def test_sh_reads_what_was_written(tmp_path: Path, values: list[str]) -> None:
    wanted = numbered("dotenv", (*CORPUS, *values))
    assert read_by_sh(render("dotenv", wanted.items()), tmp_path) == wanted


def test_a_dotenv_file_holds_most_values() -> None:
    # The rest has both kinds of quotes, a carriage return, `${`, or backslashes that some readers take away.
    refused = [value for value in CORPUS if value not in numbered("dotenv", CORPUS).values()]
    assert [value for value in refused if not any(odd in value for odd in ("'", "\r", "${", "\\"))] == []


def read_by_runner(text: str) -> dict[str, str]:
    """Read as GitHub's runner does (SetEnvFileCommand in its FileCommandManager.cs)."""
    environment = {}
    lines = iter(text.removesuffix("\n").split("\n"))
    for line in lines:
        name, equals, value = line.partition("=")
        if equals and "<<" not in name:
            environment[name] = value
        else:
            name, _, delimiter = line.partition("<<")
            environment[name] = "\n".join(iter(lines.__next__, delimiter))
    return environment


@given(TEXTS)
def test_githubs_runner_reads_what_was_written(values: list[str]) -> None:
    wanted = numbered("github", (*CORPUS, *values))
    assert read_by_runner(render("github", [("GONE", None), *wanted.items()]).decode()) == wanted


def test_github_gets_one_line_for_an_ordinary_value() -> None:
    assert render("github", SESSION[:3]).decode() == (
        "AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"
    )


def test_github_hides_the_keys_and_nothing_else() -> None:
    masks = github_masks([*SESSION, ("AWS_SESSION_TOKEN", "50%\nof it")])
    assert masks == (
        "::add-mask::ASIAIOSFODNN7EXAMPLE\n"
        "::add-mask::wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"
        "::add-mask::FwoGZXIvYXdzEBYaDEXAMPLE+/0==\n"
        "::add-mask::50%25%0Aof it\n"
    )


@pytest.mark.parametrize("target", ["dotenv", "github"])
def test_nothing_set_is_nothing_printed(target: str) -> None:
    assert render(target, [("GONE", None)]) == b""
