"""What `mfaenv init` prints, and for whom; and what the linters of each language say of it."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import tree_sitter_powershell
from exported import in_bash
from product import PATIENCE, Product
from programs import write_program
from settled import EACH_WITH_INIT, seated
from shell_table import WITH_INIT, Shell
from terminals import need, with_mfaenv
from tree_sitter import Language, Parser

from mfaenv import shells
from mfaenv.commands import init
from mfaenv.fast import catalog, environment
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.session import service

EVERY = pytest.mark.parametrize("shell", shells.WITH_FUNCTION)
NOW = 1_800_000_000
PROCESS = re.compile(r"\b(?:v?fork|clone3?)\((?!.*CLONE_THREAD)")


def text(shell: str, *, hook: bool = True) -> bytes:
    """What a template becomes, without the settings and the session after it."""
    known: list[shells.Pair] = [("MFAENV_STORE", "/tmp/o'alice")] if shells.get_target(shell).saved else []
    return init.function_and_hook(shell, "1799999999.5", NOW, known, hook=hook).encode()


def printed(bare: Product, shell: str, *options: str) -> str:
    """Return what `init` prints, the lines of PowerShell's apart."""
    out = bare.run("init", shell, *options).out
    head = shells.get_target(shell).code_in_one_line.partition("{lines}")[0]
    variables, _, code = out.rpartition(head) if head else (out, "", "")
    return variables + code.replace("','", "\n").replace("''", "'")


def check(text: bytes, *command: str) -> tuple[int, str]:
    need(command[0])
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout.decode()


def stored(product: Product, scenario: Scenario) -> str:
    """Get and store a session; give its access key."""
    done = product.run("--format", "json", "--token-code", scenario.device.code())
    return re.search(r'"AWS_ACCESS_KEY_ID": "(\w+)"', done.out)[1]  # type: ignore[index]  # without a match the test fails


def test_every_shell_has_its_place() -> None:
    assert set(catalog.COMMANDS["init"].choices) == {*shells.WITH_FUNCTION, catalog.DIRENV}
    assert {row.target for row in WITH_INIT} | {"powershell", "cmd"} == set(shells.WITH_FUNCTION)
    assert set(shells.WITH_FUNCTION) == {name for name in shells.NAMES if shells.get_target(name).function}


@EVERY
def test_nothing_is_left_to_fill_in(bare: Product, shell: str) -> None:
    assert not re.search("@[A-Z][A-Z_0-9]+@", bare.run("init", shell).out)


@EVERY
def test_the_completion_comes_with_it(bare: Product, shell: str) -> None:
    assert init.without_comments(init.completion(shell)) in printed(bare, shell, "--no-hook")


@EVERY
def test_nothing_is_printed_that_a_shell_only_skips(bare: Product, shell: str) -> None:
    lines = printed(bare, shell).splitlines()
    assert [line for line in lines if not line.strip() or line.lstrip().startswith("#")] == []


@EVERY
def test_without_the_hook_there_is_none(shell: str) -> None:
    assert b"_mfaenv_hook" not in text(shell, hook=False)
    assert (b"_mfaenv_hook" in text(shell)) == bool(shells.get_target(shell).hook)


@pytest.mark.parametrize("seen", ["", "'; touch pwned; '", "$(touch pwned)", "1\n2", '"', "é"])
def test_a_word_from_the_store_never_becomes_code(seen: str) -> None:
    assert init.function_and_hook("bash", seen, NOW, [], hook=True) == init.function_and_hook(
        "bash", "-", NOW, [], hook=True
    )


@pytest.mark.parametrize("shell", ["bash", "sh", "ksh"])
def test_shellcheck_finds_nothing(shell: str) -> None:
    assert check(text(shell), "shellcheck", "--shell", shell, "-") == (0, "")


@pytest.mark.parametrize(("shell", "dialect"), [("bash", "bash"), ("sh", "posix"), ("ksh", "mksh")])
def test_shfmt_would_change_nothing(shell: str, dialect: str) -> None:
    assert check(text(shell), "shfmt", "-d", "-i", "4", "-ci", "-ln", dialect) == (0, "")


def test_fish_indent_would_change_nothing() -> None:
    assert check(text("fish"), "fish_indent", "--check") == (0, "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "ksh93", "mksh", "dash", "posh"])
def test_shells_read_it_through(shell: str) -> None:
    printed = text({"ksh93": "ksh", "mksh": "ksh", "dash": "sh", "posh": "sh"}.get(shell, shell))
    assert check(printed, shell, "-n") == (0, "")


def test_powershell_parses_it() -> None:
    parsed = Parser(Language(tree_sitter_powershell.language())).parse(text("powershell"))
    assert not parsed.root_node.has_error


@EVERY
def test_the_plain_way_prints_what_the_command_line_prints(
    product: Product, scenario: Scenario, shell: str
) -> None:
    stored(product, scenario)
    for arguments in ((), ("--no-hook",)):
        plain, full = (
            product.run("init", shell, option, *arguments) for option in ("--profile=default", "-pdefault")
        )
        assert (plain.status, plain.err) == (0, "")
        assert [re.sub(r"\b\d{10}\b", "NOW", done.out) for done in (plain, full)] == [
            re.sub(r"\b\d{10}\b", "NOW", full.out)
        ] * 2


def test_the_plain_way_does_not_load_the_command_line(product: Product, scenario: Scenario) -> None:
    time.sleep(service.SETTLED_AFTER)  # files as fresh as these are read again
    stored(product, scenario)
    code = "import os, sys; from mfaenv.__main__ import run; run(['init', 'bash', '--no-hook'], os.environ);"
    product.command = (sys.executable, "-c", f"{code} print('#', *sys.modules)")
    loaded = product.run().out.rpartition("#")[2].split()
    assert "mfaenv.commands.init" in loaded
    assert {
        "typer",
        "json",
        "re",
        "rich",
        "boto3",
        "mfaenv.config.resolve",
        "mfaenv.session.sessions",
    }.isdisjoint(loaded)


@pytest.mark.parametrize("how", ["gone", "killed", "broken"])
@pytest.mark.parametrize(
    ("program", "shell"), [("bash", "bash"), ("zsh", "zsh"), ("dash", "sh"), ("mksh", "ksh")]
)
def test_a_program_that_is_gone_killed_or_broken_fails_the_line(
    tmp_path: Path, program: str, shell: str, how: str
) -> None:
    need(program)
    if how != "gone":
        write_program(tmp_path / "mfaenv", f"{'kill -9 $$' if how == 'killed' else 'exit 1'}")
    lines = ["eval $(mfaenv -p bob) && echo goes on", 'eval "$(mfaenv -p bob)" && echo goes on'] * 20 + [
        'eval "$(mfaenv --cached -p bob)" && echo nothing is stored',
        "echo ended",
    ]
    script = tmp_path / "script"
    script.write_text("\n".join([text(shell).decode(), f"PATH={tmp_path}:/usr/bin:/bin", *lines]))
    done = subprocess.run([program, script], capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.stdout == ("nothing is stored\n" if how == "broken" else "") + "ended\n"


@pytest.mark.parametrize(("program", "shell"), [("mksh", "ksh"), ("posh", "sh")])
def test_a_shell_that_has_no_place_for_a_here_document_fails_the_line(
    tmp_path: Path, program: str, shell: str
) -> None:
    need(program)
    write_program(tmp_path / "mfaenv", 'echo "export CHANGED=yes;"')
    gone = tmp_path / "gone"
    script = tmp_path / "script"
    lines = [
        text(shell, hook=False).decode(),
        f"PATH={tmp_path}:/usr/bin:/bin; mkdir {gone}; export TMPDIR={gone}; rmdir {gone}",
        "eval $(mfaenv -p bob) && echo goes on",
        'eval "$(mfaenv -p bob)" && echo goes on',
        'mfaenv -p bob && echo "changed $CHANGED"',
    ]
    script.write_text("\n".join(lines))
    done = subprocess.run([program, script], capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.stdout == "changed yes\n", done.stderr


@pytest.mark.parametrize(
    ("program", "shell"), [("bash", "bash"), ("zsh", "zsh"), ("dash", "sh"), ("ksh93", "ksh"), ("mksh", "ksh")]
)
def test_a_variable_before_the_name_reaches_the_program(tmp_path: Path, program: str, shell: str) -> None:
    need(program)
    write_program(tmp_path / "mfaenv", 'echo "echo set by $AWS_PROFILE"')
    (tmp_path / "function").write_bytes(text(shell, hook=False))
    line = ". ./function; AWS_PROFILE=staging mfaenv; AWS_PROFILE=staging mfaenv exec"
    env = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(
        [program, "-c", line], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("set by staging\necho set by staging\n", "")


@pytest.mark.parametrize(
    "arguments", [("init",), ("init", "tclsh"), ("init", "bash", "zsh"), ("init", "bash", "-x")]
)
def test_wrong_usage_prints_nothing_for_a_shell(bare: Product, arguments: tuple[str, ...]) -> None:
    done = bare.run(*arguments)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("mfaenv: ")


@EVERY
def test_with_nothing_set_up_it_is_silent(bare: Product, shell: str) -> None:
    done = bare.run("init", shell)
    assert (done.status, done.err) == (0, "")
    assert b"AWS_ACCESS_KEY_ID=" not in done.out.encode()


def shown_key(product: Product, *arguments: str) -> str:
    done = product.run("init", "sh", *arguments)
    assert (done.status, done.err) == (0, "")
    found = re.search(r"^export AWS_ACCESS_KEY_ID=(\w+)&&$", done.out, re.MULTILINE)
    return found[1] if found else ""


def test_a_shell_starts_with_the_stored_session(product: Product, scenario: Scenario) -> None:
    assert shown_key(product) == ""
    key = stored(product, scenario)
    assert shown_key(product) == key
    assert shown_key(product, "-p", "default") == key
    assert shown_key(product, "-p", "staging") == ""
    assert shown_key(product, "-p", "nobody") == ""


def test_a_debug_trap_of_bash_sees_no_key_at_the_start(stored: Product) -> None:
    """Some hosts log each command so."""
    logged = stored.home / "logged"
    script = (
        f"""trap 'printf "%s\\n" "$BASH_COMMAND" >>{logged}' DEBUG; eval "$(mfaenv init bash)"; trap - DEBUG"""
    )
    key = in_bash(stored, script)["AWS_SECRET_ACCESS_KEY"]
    assert "mfaenv init bash" in logged.read_text()
    assert key not in logged.read_text()


@pytest.mark.parametrize(
    ("program", "shell"),
    [("bash", "bash"), ("zsh", "zsh"), ("ksh93", "ksh"), ("mksh", "ksh"), ("dash", "sh"), ("posh", "sh")],
)
def test_a_line_without_its_quotes_fails_and_shows_no_secret(stored: Product, program: str, shell: str) -> None:
    need(program)
    secret = in_bash(stored, "eval $(mfaenv)")["AWS_SECRET_ACCESS_KEY"]
    done = subprocess.run(
        [program, "-c", f"eval $(mfaenv init {shell}); echo status $?; command -v _mfaenv_load"],
        env=with_mfaenv(stored),
        cwd=stored.home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "status 2\n"
    assert f'mfaenv: This line needs its quotes:\n        eval "$(mfaenv init {shell})"\n' in done.stderr
    assert secret not in done.stderr


def test_a_line_of_fish_without_its_pipe_fails_and_shows_no_secret(stored: Product) -> None:
    need("fish")
    secret = in_bash(stored, "eval $(mfaenv)")["AWS_SECRET_ACCESS_KEY"]
    done = subprocess.run(
        ["fish", "-c", "eval (mfaenv init fish); echo status $status; functions -q mfaenv; echo $status"],
        env=with_mfaenv(stored),
        cwd=stored.home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "status 1\n1\n"
    assert done.stderr == "mfaenv: This line needs a pipe:\n        mfaenv init fish | source\n"
    assert secret not in done.stderr


@pytest.mark.parametrize("name", ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION", "MFAENV_EXPIRES"])
@pytest.mark.parametrize("program", ["bash", "zsh"])
def test_a_read_only_variable_leaves_no_part_of_a_session(
    product: Product, scenario: Scenario, program: str, name: str
) -> None:
    need(program)
    stored(product, scenario)
    printed = product.run("init", program).out
    script = f'AWS_SESSION_TOKEN=old\nreadonly {name}=old\neval "$PRINTED"\n'
    shown = (
        "printf '%s\\n' \"key=${AWS_ACCESS_KEY_ID-none} token=${AWS_SESSION_TOKEN-none} store=$MFAENV_STORE\""
    )
    env = {"PATH": os.defpath, "PRINTED": printed}
    command = [program, "-ic", f"{script}\n{shown}"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, start_new_session=True)
    assert f"{name}: " in done.stderr or f": {name}" in done.stderr
    token = "old" if name == "AWS_SESSION_TOKEN" else "none"
    assert done.stdout == f"key=none token={token} store={product.cache}\n"


def test_the_profile_is_the_shells_from_then_on(product: Product) -> None:
    assert "\nexport MFAENV_PROFILE=staging;\n" in product.run("init", "sh", "-p", "staging").out


@pytest.mark.parametrize(
    ("named", "started"),
    [
        ({"AWS_PROFILE": "staging"}, "staging"),
        ({"AWS_DEFAULT_PROFILE": "staging"}, "staging"),
        ({"AWS_PROFILE": "audit"}, "none"),  # nothing is stored of it
    ],
)
def test_a_profile_that_the_persons_variable_names_wins_over_that_of_init(
    product: Product, scenario: Scenario, named: dict[str, str], started: str
) -> None:
    stored(product, scenario)
    assert product.run("--shell", "bash", "-p", "staging", "--no-input").status == 0
    product.env |= named
    printed = product.run("init", "bash", "-p", "default").out
    has_keys = "AWS_ACCESS_KEY_ID=ASIA" in printed
    profile = re.findall(r"^export MFAENV_PROFILE=(\w+)", printed, re.MULTILINE)
    assert (has_keys, profile) == (started != "none", [started if has_keys else "default"])


@pytest.mark.parametrize(
    ("expires", "replaced"),
    [("", False), (900, False), (-900, True), ("soon", False)],
    ids=["the user's own", "a session that holds", "a session that is over", "no time"],
)
def test_keys_that_came_with_the_environment(
    product: Product, scenario: Scenario, expires: str | int, replaced: bool
) -> None:
    """Numbers are seconds from now."""
    key = stored(product, scenario)
    product.env["AWS_ACCESS_KEY_ID"] = "ASIAI44QH8DHBEXAMPLE"
    product.env["AWS_SECRET_ACCESS_KEY"] = "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"
    product.env["AWS_SESSION_TOKEN"] = "FwoGZXIvYXdzEBYaDEXAMPLE"
    product.env[environment.EXPIRES] = expires if isinstance(expires, str) else str(int(time.time()) + expires)
    assert shown_key(product) == (key if replaced else "")


def test_long_term_keys_of_a_startup_file_over_a_session_get_theirs(
    product: Product, scenario: Scenario
) -> None:
    """The shell inside has the token of the one outside, with which no call of these keys works."""
    key = stored(product, scenario)
    product.env["AWS_ACCESS_KEY_ID"], product.env["AWS_SECRET_ACCESS_KEY"] = (
        scenario.key.id,
        scenario.key.secret,
    )
    assert shown_key(product) == ""
    product.env["MFAENV_PROFILE"], product.env["MFAENV_KEY"] = "default", key
    product.env["AWS_SESSION_TOKEN"] = "FwoGZXIvYXdzEBYaDEXAMPLE"
    assert shown_key(product) == key


def test_a_shell_in_which_a_role_of_an_option_has_ended_gets_nothing_else(
    product: Product, scenario: Scenario
) -> None:
    stored(product, scenario)
    product.env[environment.PINNED] = "role_arn=arn:aws:iam::111122223333:role/Other"
    assert shown_key(product) == ""


@pytest.mark.parametrize("way", [("--serve",), ("--only",), ("--only", "--serve")], ids=" ".join)
@EACH_WITH_INIT
def test_what_a_startup_file_sets_does_not_win_in_a_shell_of_exec(
    product: Product, scenario: Scenario, row: Shell, way: tuple[str, ...]
) -> None:
    done = product.run("exec", *way, "-p", "staging", "-c", scenario.device.code(), "--", "env")
    inside = dict(line.partition("=")[::2] for line in done.out.splitlines())
    product.env = inside | {
        "AWS_PROFILE": "production",
        "AWS_ACCESS_KEY_ID": scenario.key.id,
        "AWS_SECRET_ACCESS_KEY": scenario.key.secret,
        "AWS_CONFIG_FILE": "/theirs",
        "AWS_SHARED_CREDENTIALS_FILE": "/theirs",
    }
    with seated(product, row) as seat:
        seat.type('sh -c "env > found"')
        assert "AWS_PROFILE, AWS_ACCESS_KEY_ID" in seat.window.text.replace("\n", " ")
    lines = (product.home / "found").read_text().splitlines()
    found = {line for line in lines if line.startswith(("AWS_", "MFAENV_PROFILE"))}
    keys = [name for name in environment.CREDENTIALS if "--serve" not in way and name in inside]
    assert found == {
        f"{name}={value}"
        for name, value in inside.items()
        if name.startswith(("AWS_", "MFAENV_PROFILE")) and name not in keys
    }


def test_what_is_kept_in_a_file_holds_no_session(product: Product, scenario: Scenario) -> None:
    key = stored(product, scenario)
    printed = product.run("init", "nu").out
    assert key not in printed
    assert str(product.cache) in printed


def test_it_starts_no_other_process(product: Product, scenario: Scenario, tmp_path: Path) -> None:
    need("strace")
    stored(product, scenario)
    trace = tmp_path / "trace"
    product.command = ("strace", "-f", "-qq", "-e", "trace=process", "-o", str(trace), *product.command)
    assert product.run("init", "bash").status == 0
    assert trace.read_text().count("execve(") == 1
    assert not PROCESS.search(trace.read_text())
