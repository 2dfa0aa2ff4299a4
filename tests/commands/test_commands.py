"""The other commands: exec, process, status, clear."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from observed_aws import ObservedAws
from product import COMMAND, Product, as_nobody, where_modes_count
from programs import write_program
from settings import configure
from trouble import assert_explained

from mfaenv.pretend_aws.scenario import Scenario


def status(product: Product, *arguments: str) -> dict[str, Any]:
    done = product.run("status", "--json", *arguments)
    assert done.status == 0, done.err
    found: dict[str, Any] = done.json()
    return found


PRINT_ENVIRONMENT = (sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))")


def test_exec_changes_the_environment_and_nothing_else(product: Product, signed_in: dict[str, str]) -> None:
    product.env |= {"AWS_PROFILE": "default", "AWS_SECURITY_TOKEN": "stale", "OTHER": "kept"}
    done = product.run("exec", "--", *PRINT_ENVIRONMENT)
    seen = done.json()
    gone = {"AWS_PROFILE", "AWS_SECURITY_TOKEN"}
    expected = {**{name: value for name, value in product.env.items() if name not in gone}, **signed_in}
    assert {name: seen.get(name) for name in expected} == expected
    assert gone.isdisjoint(seen)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux'")
@pytest.mark.parametrize(
    "locale", [{}, {"LC_CTYPE": "C"}, {"LANG": "C"}, {"LC_CTYPE": "C.UTF-8"}, {"LC_CTYPE": "x\udcff"}]
)
def test_exec_keeps_the_locale_that_python_changes_for_itself(
    product: Product, signed_in: dict[str, str], locale: dict[str, str]
) -> None:
    del product.env["LANG"]
    product.env |= locale
    seen = dict(line.split("=", 1) for line in product.run("exec", "--", "env", "-0").out.split("\0") if line)
    assert seen == {**product.env, **signed_in}


@pytest.mark.usefixtures("signed_in")
@pytest.mark.parametrize(
    "arguments", [("exec", "--"), ("exec",), ("exec", "-p", "default"), ("exec", "-p", "default", "--")]
)
def test_exec_hands_on_the_exit_status_and_every_argument(product: Product, arguments: tuple[str, ...]) -> None:
    script = "import sys; print(sys.argv[1:]); sys.exit(7)"
    done = product.run(*arguments, sys.executable, "-c", script, "-p", "a b", "--", "--json")
    assert (done.status, done.out) == (7, "['-p', 'a b', '--', '--json']\n")


@pytest.mark.usefixtures("signed_in")
def test_exec_is_the_process_that_signals_reach(product: Product) -> None:
    script = "import os, signal; print(os.getpid(), flush=True); signal.pause()"
    running = product.start("exec", "--", sys.executable, "-c", script)
    assert running.stdout is not None
    assert int(running.stdout.readline()) == running.pid
    running.send_signal(signal.SIGTERM)
    running.communicate()
    assert running.returncode == -signal.SIGTERM


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux'")
@pytest.mark.usefixtures("signed_in")
def test_exec_leaves_no_signal_ignored(product: Product) -> None:
    script = "grep SigIgn /proc/self/status"
    plain = subprocess.run(["sh", "-c", script], check=True, capture_output=True, text=True).stdout
    assert product.run("exec", "sh", "-c", script).out == plain


@pytest.mark.usefixtures("signed_in")
def test_exec_without_a_command_is_the_users_shell(product: Product) -> None:
    shell = write_program(product.home / "shell", "echo $AWS_SESSION_TOKEN | wc -c")
    product.env["SHELL"] = str(shell)
    assert int(product.run("exec").out) > 100


@pytest.mark.usefixtures("signed_in")
@pytest.mark.parametrize(("program", "expected"), [("no-such-program", 127), ("/etc/passwd", 126)])
def test_exec_fails_as_a_shell_does(product: Product, program: str, expected: int) -> None:
    done = product.run("exec", "--", program)
    assert (done.status, done.out) == (expected, "")
    assert program in done.err


@pytest.mark.usefixtures("signed_in")
@pytest.mark.parametrize("serve", [(), ("--serve",)], ids=["exec", "serve"])
def test_a_script_whose_interpreter_is_missing_is_told(product: Product, serve: tuple[str, ...]) -> None:
    write_program(product.home / "script", "#!/no/such/interpreter\n")
    done = product.run("exec", *serve, "--", "./script")
    assert (done.status, done.out) == (127, "")
    assert done.err == "mfaenv: ./script cannot be run: the program that its first line names is not there.\n"


def test_exec_without_a_session_starts_nothing(product: Product) -> None:
    done = product.run("exec", "--", "touch", "started")
    assert (done.status, done.out) == (3, "")
    assert not (product.home / "started").exists()


def test_process_answers_the_sdk(product: Product, signed_in: dict[str, str]) -> None:
    answer = product.run("process").json()
    assert answer == {
        "Version": 1,
        "AccessKeyId": signed_in["AWS_ACCESS_KEY_ID"],
        "SecretAccessKey": signed_in["AWS_SECRET_ACCESS_KEY"],
        "SessionToken": signed_in["AWS_SESSION_TOKEN"],
        "Expiration": signed_in["AWS_CREDENTIAL_EXPIRATION"],
        "AccountId": "123456789012",
    }


def test_process_names_the_account_that_the_keys_act_in(product: Product, signed_in: dict[str, str]) -> None:
    assert signed_in["MFAENV_PROFILE"] == "default"
    for arguments in (["--no-input"], ["--no-input"], ["--no-input", "--verbose"]):
        answer = product.run("process", "-p", "production", *arguments).json()
        assert answer["AccountId"] == "444455556666"
    assert "AWS_ACCOUNT_ID" not in product.run("-f", "json").json()


def test_status_knows_this_shell_and_the_store(
    product: Product, scenario: Scenario, signed_in: dict[str, str], aws: ObservedAws
) -> None:
    before = len(aws.log)
    assert product.run("-p", "staging", "-f", "json").status == 0
    product.env |= signed_in
    found = status(product)
    assert found["version"] == 1
    assert found["problems"] == []
    assert found["shell"]["stored"] is True
    assert found["shell"]["profile"] == "default"
    assert found["shell"]["device"] == scenario.device.serial
    assert found["shell"]["account"] == "123456789012"
    assert 43_000 < found["shell"]["remaining"] <= 43_200
    assert {(row["profile"], row["kind"], row["account"]) for row in found["stored"]} == {
        ("default", "user", "123456789012"),
        ("staging", "role", "111122223333"),
    }
    assert aws.actions()[before:] == ["GetCallerIdentity", "AssumeRole"]
    texts = product.run("status").out + json.dumps(found)
    assert signed_in["AWS_SECRET_ACCESS_KEY"] not in texts
    assert signed_in["AWS_SESSION_TOKEN"] not in texts


def test_status_says_where_shell_store_and_wish_disagree(product: Product, signed_in: dict[str, str]) -> None:
    product.env |= {**signed_in, "AWS_PROFILE": "staging"}
    assert any("hide profile staging" in text for text in status(product)["problems"])
    assert product.run("clear").status == 0
    assert any("not the stored one" in text for text in status(product)["problems"])
    product.env["MFAENV_EXPIRES"] = "1000000000"
    assert any("has ended" in text for text in status(product)["problems"])
    assert "hide profile staging" in product.run("status").out


def test_a_session_that_needs_no_code_is_in_order_though_nothing_is_stored(product: Product) -> None:
    keys = {"Version": 1, "AccessKeyId": "ASIAIOSFODNN7EXAMPLE", "SecretAccessKey": "s", "SessionToken": "t"}
    (product.home / "keys.json").write_text(json.dumps({**keys, "Expiration": "2099-01-01T00:00:00Z"}))
    configure(product, "nocode", credential_process=f"cat {product.home}/keys.json")
    product.env |= product.run("-p", "nocode", "-f", "json").json()
    assert status(product)["shell"]["profile"] == "nocode"
    assert status(product)["problems"] == []


@pytest.mark.parametrize("store", ["rel", "{home}/file"])
def test_where_no_session_can_be_stored_that_is_told_and_the_shells_is_in_order(
    product: Product, signed_in: dict[str, str], store: str
) -> None:
    (product.home / "file").write_text("")
    product.env |= {**signed_in, "MFAENV_CACHE_DIR": store.format(home=product.home)}
    assert status(product)["problems"] == []
    rows = product.run("doctor", "--json", "--no-input").json()["checks"]
    wrong = [row["topic"] for row in rows if row["state"] == "wrong"]
    assert "store" in wrong
    assert "environment" not in wrong
    del product.env["AWS_ACCESS_KEY_ID"]
    assert "mfaenv keys" not in product.run("keys").err


@pytest.mark.skipif(os.name == "nt", reason="a variable cannot be empty there")
@pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_an_empty_name_of_a_profile_is_told(product: Product, signed_in: dict[str, str], variable: str) -> None:
    product.env |= {**signed_in, variable: ""}
    told = f"{variable} is empty: unset it. The AWS CLI and boto3 take that for a name."
    assert status(product)["problems"] == [told]
    out = product.run("status").out
    assert told in out
    assert f"{variable} is not set" not in out
    rows = json.loads(product.run("doctor", "--json").out)["checks"]
    assert (told, "wrong") in [(row["text"], row["state"]) for row in rows if row["topic"] == "environment"]
    assert variable in product.run("unset", "--shell", "bash").out  # which doctor names


def test_the_profile_whose_sessions_status_lists_is_not_one_that_keys_hide(bare: Product) -> None:
    bare.env |= {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_PROFILE": "work"}
    assert [
        "hide profile work (AWS_PROFILE)" in text for text in status(bare, "-p", "staging")["problems"]
    ] == [True]


@pytest.mark.parametrize("end", ["abc", "-5", "1e9", "", "9" * 14, "9" * 5000])
def test_status_does_not_know_the_end_of_keys_where_the_variable_holds_none(bare: Product, end: str) -> None:
    bare.env |= {
        "AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE",
        "AWS_SESSION_TOKEN": "theirs",
        "MFAENV_EXPIRES": end,
    }
    shell = status(bare)["shell"]
    assert (shell["kind"], shell["expires"], shell["remaining"]) == ("session", None, None)
    assert bare.run("init", "bash").status == 0


def test_status_gives_long_term_keys_no_end_though_an_earlier_session_left_one(bare: Product) -> None:
    bare.env |= {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "MFAENV_EXPIRES": "1000000000"}
    found = status(bare)
    assert (found["shell"]["kind"], found["shell"]["expires"]) == ("long-term", None)
    assert found["problems"] == []


def test_status_tells_of_a_token_that_is_left_beside_long_term_keys(bare: Product) -> None:
    bare.env |= {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SESSION_TOKEN": "theirs"}
    wrong = "AWS_SESSION_TOKEN is not of these long-term keys, so that no call works: unset it."
    assert status(bare)["problems"] == [wrong]


def test_status_names_no_profile_for_keys_that_are_exported_over_a_session(bare: Product) -> None:
    bare.env |= {"MFAENV_PROFILE": "staging", "MFAENV_KEY": "ASIAIOSFODNN7EXAMPLE"}
    for key, profile in (("AKIAIOSFODNN7EXAMPLE", None), ("ASIAIOSFODNN7EXAMPLE", "staging")):
        bare.env["AWS_ACCESS_KEY_ID"] = key
        assert status(bare)["shell"]["profile"] == profile


@pytest.mark.usefixtures("signed_in")
def test_status_knows_of_an_address_for_credentials(product: Product) -> None:
    done = product.run("exec", "--serve", "--", *COMMAND, "status", "--json")
    shell = done.json()["shell"]
    assert (shell["profile"], shell["kind"], shell["access_key_id"]) == ("default", "served", None)
    assert done.json()["problems"] == []
    drawn = product.run("exec", "--serve", "--", *COMMAND, "status").out
    assert re.search(r"default +an address for credentials +.*renewed by mfaenv", drawn)


def test_status_of_an_empty_machine(bare: Product) -> None:
    assert status(bare) == {"version": 1, "shell": None, "stored": [], "problems": []}
    assert bare.run("status").out == "This shell exports no AWS keys.\nNo session is stored.\n"
    assert bare.run("status", "-p", "staging").out.endswith("\nNo session is stored for profile staging.\n")
    assert not bare.cache.exists()


@pytest.mark.usefixtures("signed_in")
def test_clear_removes_a_profile_with_what_hangs_on_it(product: Product) -> None:
    for name in ("staging", "audit"):
        assert product.run("-p", name, "-f", "json").status == 0
    done = product.run("clear", "-p", "production")
    assert {row["profile"] for row in status(product)["stored"]} == {"default", "staging"}
    assert len(done.err.splitlines()) == 2
    product.run("clear", "-p", "default")
    assert status(product)["stored"] == []


@pytest.mark.usefixtures("signed_in")
def test_what_comes_on_the_way_to_a_role_is_stored_under_its_own_profile(
    product: Product, scenario: Scenario
) -> None:
    assert product.run("-p", "audit", "-f", "json", "-c", scenario.device.code()).status == 0
    assert [row["profiles"] for row in status(product)["stored"]] == [
        ["audit", "production", "default"],
        ["default"],
        ["production", "default"],
    ]


@pytest.mark.usefixtures("signed_in")
def test_clear_of_a_profile_does_not_need_the_aws_files(product: Product) -> None:
    config = Path(product.env["AWS_CONFIG_FILE"])
    config.write_text(config.read_text(encoding="utf-8") + "[default]\n", encoding="utf-8")
    done = product.run("clear", "-p", "default")
    assert (done.status, status(product)["stored"]) == (0, [])
    assert "the section [default] is there twice" in done.err
    assert "Removed the session of profile default" in done.err


@pytest.mark.parametrize("access_key", ["GOOG1E" + "X" * 55, "test", "minioadmin"])
def test_an_id_that_is_not_of_aws_is_no_secret(bare: Product, access_key: str) -> None:
    bare.env |= {"AWS_ACCESS_KEY_ID": access_key, "AWS_SECRET_ACCESS_KEY": access_key[:10]}
    assert status(bare)["shell"]["access_key_id"] == access_key


@pytest.mark.usefixtures("signed_in")
def test_a_slip_in_a_name_is_no_profile_without_a_session(product: Product) -> None:
    """One that is gone from the AWS files may have a session all the same."""
    for words in (("clear", "-p", "stagin"), ("status", "-p", "stagin"), ("status", "--json", "-p", "stagin")):
        done = product.run(*words)
        assert (done.status, done.out) == (1, "")
        assert_explained(done, "There is no profile 'stagin' in ~/.aws/config or", "Did you mean staging")
        product.run("-p", "staging", "-f", "json")
    done = product.run("clear", "-p", "audit")
    assert (done.status, done.err) == (0, "mfaenv: No session is stored for profile audit.\n")
    config = Path(product.env["AWS_CONFIG_FILE"])
    config.write_text(config.read_text(encoding="utf-8").replace("[profile staging]", "[profile x]"), "utf-8")
    assert "staging" in product.run("status", "-p", "staging").out
    assert "Removed the session of profile staging" in product.run("clear", "-p", "staging").err
    product.env["MFAENV_PROFILE"] = "staging"  # the shell's own
    assert product.run("clear", "-p", "staging").status == 0


@pytest.mark.usefixtures("signed_in")
def test_clear_tells_a_limited_session_from_the_whole_roles(product: Product) -> None:
    for option in ("-q", "--read-only"):
        assert product.run("-p", "staging", option, "-f", "json").status == 0
    removed = [line.rpartition("/")[2] for line in product.run("clear", "-p", "staging").err.splitlines()]
    assert sorted(removed) == ["Developer, read-only.", "Developer."]


def test_clear_removes_everything_and_says_so(product: Product, signed_in: dict[str, str]) -> None:
    done = product.run("clear")
    assert "profile default in account 123456789012" in done.err
    assert status(product)["stored"] == []
    left = [file.read_text() for file in Path(product.cache).iterdir()]
    assert not any(signed_in["AWS_SESSION_TOKEN"] in text for text in left)
    assert "No session is stored." in product.run("clear").err
    assert product.run("--cached", "--shell", "bash").status == 3


@pytest.mark.usefixtures("signed_in")
@pytest.mark.skipif(os.name == "nt", reason="a directory has no such mode there")
@pytest.mark.parametrize("quiet", [[], ["--quiet"]])
def test_clear_does_not_claim_to_have_removed_what_stays(product: Product, quiet: list[str]) -> None:
    as_nobody(product).cache.chmod(0o500)
    done = product.run("clear", *quiet)
    assert done.status == 1
    # An answer is stored too where the AWS files were two seconds old.
    assert re.search(r"(code-[0-9a-f]{16} and 3|answer-[0-9a-f]{16} and 4) more cannot be removed\.", done.err)
    assert "No session is stored" not in done.err
    assert "Removed" not in done.err
    assert len(status(product)["stored"]) == 1


@pytest.mark.usefixtures("signed_in")
@pytest.mark.skipif(os.name == "nt", reason="a directory has no such mode there")
@pytest.mark.parametrize("mode", [0o600, 0o400, 0o300, 0o100, 0])
def test_a_store_that_cannot_be_read_is_not_an_empty_one(product: Product, mode: int) -> None:
    stored = sorted(os.listdir(product.cache))
    where_modes_count(product).cache.chmod(mode)
    for words in (("clear",), ("clear", "-p", "default"), ("status",), ("status", "--json")):
        done = product.run(*words)
        assert (done.status, done.out) == (1, ""), words
        assert done.err.splitlines() == [
            f"mfaenv: The store {product.cache} cannot be read. This opens it:",
            f"        chmod 700 {product.cache}",
        ]
    assert "bug" not in product.run("doctor").err
    product.cache.chmod(0o700)
    assert sorted(os.listdir(product.cache)) == stored


@pytest.mark.usefixtures("signed_in")
def test_a_workflow_on_github_is_told_what_to_mask(product: Product, signed_in: dict[str, str]) -> None:
    product.env["GITHUB_ACTIONS"] = "true"
    done = product.run("-f", "github")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        assert f"::add-mask::{signed_in[name]}\n" in done.err
    assert not re.search(r"^\s*::", done.out, re.MULTILINE)
    del product.env["GITHUB_ACTIONS"]
    assert product.run("-f", "github").err == ""


def test_verbose_names_the_source_of_times_and_codes(product: Product, scenario: Scenario) -> None:
    product.env |= {
        "MFAENV_DURATION": "2h",
        "MFAENV_MIN_REMAINING": "10m",
        "MFAENV_TOKEN_CODE": scenario.device.code(),
    }
    told = product.run("--verbose", "-f", "json").err
    assert "duration   2h  (MFAENV_DURATION)" in told
    assert "remaining  10m  (MFAENV_MIN_REMAINING)" in told
    assert "code       given  (MFAENV_TOKEN_CODE)" in told
    told = product.run("--verbose", "-f", "json", "-p", "staging", "-d", "30m", "--min-remaining", "15m").err
    assert "duration   2h  (MFAENV_DURATION)" in told
    assert "duration   30m  (--duration)" in told
    assert "remaining  15m  (--min-remaining)" in told


def test_verbose_shows_no_password_of_an_address(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    product.env["AWS_ENDPOINT_URL_STS"] = aws.url.replace("://", "://alice:hunter2@")
    done = product.run("--verbose", "-f", "json", "-c", scenario.device.code())
    assert done.status == 0
    assert "hunter2" not in done.err
    assert f"{aws.url} for sts  (AWS_ENDPOINT_URL_STS)" in done.err


@pytest.mark.usefixtures("signed_in")
def test_nobody_waits_for_another_process_who_could_not_give_a_code(product: Product) -> None:
    pipe = product.home / "pipe"
    os.mkfifo(pipe)
    holder = product.start("--refresh", "-f", "json", "--token-command", f"cat {pipe}")
    with open(pipe, "wb"):  # the holder has the lock, and its program reads
        assert product.run("--refresh", "-f", "json").status == 3
        assert holder.poll() is None
    holder.communicate()
    assert holder.returncode == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a file that is always full")
@pytest.mark.parametrize(
    "arguments", [("--help",), ("--version",), ("policy",), ("status",), ("unset", "--shell", "bash")]
)
def test_an_output_that_cannot_be_written_is_an_error_without_a_traceback(
    product: Product, arguments: tuple[str, ...]
) -> None:
    with open("/dev/full", "wb") as full:
        done = product.run(*arguments, stdout=full)
    assert done.status == 1
    assert "The output cannot be written: No space left on device." in done.err
    assert "Traceback" not in done.err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a file that is always full")
@pytest.mark.parametrize("command", ["status", "doctor", "keys"])
def test_so_it_is_where_python_buffers_nothing(product: Product, command: str) -> None:
    product.command = (sys.executable, "-u", "-m", "mfaenv")
    with open("/dev/full", "wb") as full:
        done = product.run(command, stdout=full)
    assert done.err.splitlines()[-2:] == [
        "mfaenv: The output cannot be written: No space left on device.",
        "        Check where it goes to.",
    ]


def test_a_reader_that_has_gone_is_nothing_to_speak_of(product: Product) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = product.run("policy", "--self-service", stdout=writing)
    os.close(writing)
    assert done.status == 1
    assert "Traceback" not in done.err
    assert "mistake" not in done.err


@pytest.fixture(params=["full", "gone"])
def deaf(request: pytest.FixtureRequest) -> Iterator[int]:
    """A standard error that takes no word."""
    if request.param == "full":
        if not os.path.exists("/dev/full"):
            pytest.skip("only Linux has a file that is always full")
        writing = os.open("/dev/full", os.O_WRONLY)
    else:
        reading, writing = os.pipe()
        os.close(reading)
    yield writing
    os.close(writing)


def test_words_that_cannot_be_said_cost_no_session(product: Product, scenario: Scenario, deaf: int) -> None:
    done = product.run("-v", "-f", "json", "-c", scenario.device.code(), stderr=deaf)
    assert done.status == 0
    assert "AWS_SESSION_TOKEN" in done.json()


def test_an_error_that_cannot_be_said_fails_the_line(product: Product, deaf: int) -> None:
    done = product.run("-p", "nobody", "--shell", "bash", stderr=deaf)
    assert (done.status, done.out) == (1, "(exit 1);\n")
