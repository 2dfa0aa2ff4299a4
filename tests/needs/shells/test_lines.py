"""Every documented line in every shell, with the function of `mfaenv init` loaded and without: it means the same."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from codes import spare_scenario
from observed_aws import ObservedAws
from product import Product
from programs import write_program
from settled import PROGRAMS, seated
from shell_table import BY_NAME, SHELLS, WITH_INIT, Shell
from terminals import need, with_mfaenv

from mfaenv.pretend_aws.scenario import write_files
from mfaenv.shells import UNQUOTED, render

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs of these tests are scripts of sh")

OLD = {
    "AWS_ACCESS_KEY_ID": "ASIAI44QH8DHBEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "FwoGZXIvYXdzEBYaDEXAMPLE",
    "MFAENV_PROFILE": "old",
    "MFAENV_EXPIRES": "9999999999",
}
OLD_SESSION = f"key={OLD['AWS_ACCESS_KEY_ID']} secret=set profile=old"
LOADED = {row.target: row.load for row in WITH_INIT if row.load_in_scripts}
"""By shell."""

POSIX = [shell for shell in SHELLS if shell.more_lines == ('eval "$(mfaenv)"',)]
NONE = "key=none secret= profile=none"


class BackgroundClient(NamedTuple):
    """mfaenv with stored sessions, and what a program sees in a shell that has the one of staging."""

    product: Product
    staging: str
    secrets: tuple[str, ...]

    def run(self, shell: Shell, *script: str) -> subprocess.CompletedProcess[str]:
        """Run a script in the shell, with the keys of an old session; nothing that is shown may hold a secret."""
        need(shell.start[0])
        place = self.product.home
        (place / "script.ps1").write_text("\n".join([*script, ""]))
        env = with_mfaenv(self.product) | OLD
        env["PATH"] = f"{place / 'tools'}{os.pathsep}{env['PATH']}"
        done = subprocess.run(
            [*shell.start, place / "script.ps1"],
            cwd=place,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not [secret for secret in self.secrets if secret in done.stdout + done.stderr], done.stdout
        return done


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackgroundClient]:
    """One home for all of them: no line here changes what is stored."""
    home, scenario = tmp_path_factory.mktemp("home"), spare_scenario("mfa")
    for name in (".aws", "tools"):
        (home / name).mkdir()
    with ObservedAws(scenario.world) as aws:
        settings = write_files(
            home / ".aws", aws.url, keys={"default": scenario.key}, profiles=scenario.profiles
        )
        product = Product(home, settings)
        for arguments in (("-c", scenario.device.code()), ("-p", "staging")):
            assert product.run("--shell", "sh", *arguments).status == 0
        held = product.run("--shell", "sh", "--cached", "-p", "staging").out
        (key,), (secret,), (token,) = (
            re.findall(rf"{name}=(.+)&&", held) for name in ("KEY_ID", "ACCESS_KEY", "TOKEN")
        )
        for name, text in PROGRAMS.items():
            write_program(home / "tools" / name, text)
        (home / "mfaenv.nu").write_text(product.run("init", "nu").out)
        yield BackgroundClient(product, f"key={key} secret=set profile=staging", (secret, token))


def load(shell: Shell, *, loaded: bool) -> tuple[str, ...]:
    """The lines of the profile that load the function, where there is one."""
    lines = LOADED.get(shell.target, ()) if loaded else ()
    return lines[1:] if shell.target == "nu" else lines


@pytest.mark.parametrize("loaded", [False, True], ids=["program", "function"])
@pytest.mark.parametrize("shell", POSIX, ids=lambda shell: shell.name)
def test_a_read_only_variable_fails_the_line(ready: BackgroundClient, shell: Shell, loaded: bool) -> None:
    read_only = {"mfaenv -p staging": "AWS_SESSION_TOKEN", "mfaenv unset": "MFAENV_PROFILE"}
    tries = [
        f"( readonly {variable}; {then} )"
        for command, variable in read_only.items()
        for line in (f"eval $({command})", f'eval "$({command})"', *([command] if loaded else []))
        for then in (f"{line} && echo went on", f"set -e; {line}; echo went on")
    ]
    tries = [f"{tried}\necho $?" for tried in tries]
    done = ready.run(shell, *load(shell, loaded=loaded), *tries)
    assert re.fullmatch(rf"([1-9]\n){{{len(tries)}}}", done.stdout)
    assert [variable for variable in read_only.values() if variable not in done.stderr] == []


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"])
@pytest.mark.parametrize("loaded", [False, True], ids=["program", "function"])
def test_a_local_variable_that_hides_a_key_fails_the_line(
    ready: BackgroundClient, loaded: bool, name: str
) -> None:
    """fish sets a global variable; programs see a function's own one of that name."""
    fish = BY_NAME["fish"]
    lines = (*fish.lines, *(["mfaenv"] if loaded else []))
    for line in lines:
        tried = f"{line.replace('mfaenv', 'mfaenv -p staging')}; and echo went on; or echo failed"
        functions = [
            f"function f{scope}; set {scope} {name} AKIAIOSFODNN7EXAMPLE; {tried}; end; f{scope}"
            for scope in ("-lx", "-l")
        ]
        done = ready.run(fish, *load(fish, loaded=loaded), *functions, tried)
        assert done.stdout == "failed\nfailed\nwent on\n"
        assert done.stderr.count(" hides ") == done.stderr.count(f"mfaenv: A local {name} hides") == 2


def test_bash_reads_the_function_of_ksh(ready: BackgroundClient) -> None:
    """As sh does from the file that ENV names for both."""
    bash = BY_NAME["bash"]
    tries = ('eval "$(mfaenv -p nobody)" || echo failed', 'eval "$(mfaenv -p staging)"', "what-is-set")
    done = ready.run(bash, 'eval "$(mfaenv init ksh)"', *tries)
    assert done.stdout.splitlines() == ["failed", ready.staging]


@pytest.mark.parametrize("loaded", [False, True], ids=["program", "function"])
@pytest.mark.parametrize("name", ["bash", "zsh", "ksh93", "mksh"])
def test_attributes_of_a_variable_change_no_value(ready: BackgroundClient, loaded: bool, name: str) -> None:
    shell = BY_NAME[name]
    tries = [
        f"( unset AWS_ACCESS_KEY_ID; typeset {attribute} AWS_ACCESS_KEY_ID 2>/dev/null; {line}; what-is-set )"
        for attribute in ("-a", "-i", "-l")
        for line in ("eval $(mfaenv -p staging)", *(["mfaenv -p staging"] if loaded else []))
    ]
    done = ready.run(shell, *load(shell, loaded=loaded), *tries)
    assert done.stdout.splitlines() == [ready.staging] * len(tries)


@pytest.mark.parametrize("loaded", [False, True], ids=["program", "function"])
@pytest.mark.parametrize("name", ["bash", "ksh93", "mksh"])
def test_a_shell_that_takes_words_for_assignments_fails_the_line(
    ready: BackgroundClient, loaded: bool, name: str
) -> None:
    shell = BY_NAME[name]
    for line in ("eval $(mfaenv -p staging)", *(["mfaenv -p staging"] if loaded else [])):
        tried = f"{line} && echo went on"
        done = ready.run(shell, *load(shell, loaded=loaded), "set -k", tried, "set +k", "what-is-set")
        assert done.stdout.splitlines() == [OLD_SESSION]


@pytest.mark.parametrize("shell", POSIX, ids=lambda shell: shell.name)
def test_a_line_without_quotes_fails_where_the_text_would_be_split(
    ready: BackgroundClient, shell: Shell
) -> None:
    begin = ("case ${ZSH_VERSION-} in ?*) emulate sh ;; esac", "text=$(mfaenv -p staging)")
    characters = " ".join(f"'{character}'" for character in UNQUOTED)
    tries = f"for IFS in {characters}; do ( eval $text && echo it worked ); ( eval $text; what-is-set ); done"
    assert set(ready.run(shell, *begin, tries).stdout.splitlines()) == {OLD_SESSION}
    done = ready.run(shell, *begin, "IFS=' '; eval $text; what-is-set")
    assert done.stdout.splitlines() == [ready.staging]


@pytest.mark.parametrize("loaded", [False, True], ids=["program", "function"])
@pytest.mark.parametrize("shell", POSIX, ids=lambda shell: shell.name)
def test_no_function_of_the_users_decides(ready: BackgroundClient, shell: Shell, loaded: bool) -> None:
    """As in scripts that have one for each task."""
    (ready.product.home / "odd").write_bytes(render(shell.target, [("ODD", "it's")]))
    theirs = ["test() { echo ran; }"]
    if shell.name != "lksh":  # there `command` runs a function of the name of a program
        theirs.append("printf() { echo ran; }")
    theirs = [*load(shell, loaded=loaded), *theirs]
    done = ready.run(
        shell, *theirs, "eval $(mfaenv -p staging) && what-is-set", "eval $(cat odd)", "printenv ODD"
    )
    assert done.stdout.splitlines() == [ready.staging, "it's"], done.stderr


@pytest.mark.parametrize("shell", POSIX, ids=lambda shell: shell.name)
def test_a_part_of_the_function_sets_nothing_and_shows_nothing(ready: BackgroundClient, shell: Shell) -> None:
    """Coding agents copy a shell's functions, less those whose names begin with an underscore."""
    copied = (
        *load(shell, loaded=True),
        "unset -f _mfaenv_for_this_shell _mfaenv_here _mfaenv_load _mfaenv_is_read",
    )
    lines = ("mfaenv -p staging && echo went on", "eval $(mfaenv -p staging) && echo went on")
    data = ("x=$(mfaenv -p staging -f json) && echo went on", 'echo "data: <$x>"')
    done = ready.run(shell, *copied, *lines, *data, "what-is-set")
    assert "went on" not in done.stdout
    assert "data: <>" in done.stdout
    assert done.stdout.splitlines()[-1] == OLD_SESSION
    assert done.stderr.count('eval "$(command mfaenv init') == 3


def test_a_function_called_export_fails_the_line(ready: BackgroundClient) -> None:
    bash = BY_NAME["bash"]
    done = ready.run(bash, "export() { :; }", "eval $(mfaenv -p staging) && echo went on", "what-is-set")
    assert done.stdout.splitlines() == [NONE]


def test_what_a_function_of_the_users_prints_is_not_run(ready: BackgroundClient) -> None:
    theirs = 'unset() { echo "touch pwned"; builtin unset "$@"; }'
    bash = BY_NAME["bash"]
    done = ready.run(bash, theirs, "eval $(mfaenv -p staging) >/dev/null && what-is-set")
    assert done.stdout.splitlines() == [ready.staging]
    assert not (ready.product.home / "pwned").exists()


LINES = [(shell, line) for shell in SHELLS for line in shell.lines]


@pytest.mark.parametrize("loaded", [False, True], ids=["program", "function"])
@pytest.mark.parametrize(("shell", "line"), LINES, ids=[f"{shell.name}: {line}" for shell, line in LINES])
def test_a_documented_line_means_the_same(
    ready: BackgroundClient, shell: Shell, line: str, loaded: bool
) -> None:
    if loaded and shell.target not in LOADED:
        pytest.skip("this shell has no function")
    staging, nobody, unset = (
        line.replace("mfaenv", f"mfaenv {words}", 1) for words in ("-p staging", "-p nobody", "unset")
    )
    strict = shell.strict if " || " in shell.or_exit else ""
    # To zsh with GLOB_SUBST the failing statement is a wrong pattern, which ends the script.
    failed = "" if "glob_subst" in strict else shell.or_exit.replace("exit 7", "what-is-set")
    show = "what-is-set"
    steps = (staging, show, unset, show, staging, show, f"{nobody}{failed}", *(() if failed else (show,)))
    done = ready.run(shell, strict, *load(shell, loaded=loaded), *steps)
    seen = [ready.staging, NONE, ready.staging, *([ready.staging] if failed else [])]
    assert done.stdout.splitlines() == seen, done.stderr
    assert "There is no profile 'nobody'" in done.stderr
    assert failed or done.returncode != 0


CALLS = (
    "{}; what-is-set",
    "{} > printed; what-is-set; cat printed",
    "{} > /dev/null; what-is-set",
    "f() { {}; }; f; what-is-set",
    "f() { eval $({}); }; f; what-is-set",
    'eval "`{}`"; what-is-set',
    "( {}; what-is-set )",
    "( {}; what-is-set ) > printed; cat printed",
    "( {}; what-is-set > printed ) > /dev/null; cat printed",
    "( eval $({}); what-is-set ) | cat",
    "{} | grep AWS_ACCESS_KEY_ID=ASIA > /dev/null; eval $({}); what-is-set",
    'text=$({}); eval "$text"; what-is-set',
    "set -x; {}; set +x; what-is-set",
    "set -v; {}; set +v; what-is-set",
    # The last: ksh93 does not wait for the first program of a pipeline.
    "{ ( {}; what-is-set >&3 ) | grep AWS_ACCESS_KEY_ID=ASIA > /dev/null; } 3>&1",
)


@pytest.mark.parametrize("shell", POSIX, ids=lambda shell: shell.name)
def test_the_function_sets_wherever_it_is_called(ready: BackgroundClient, shell: Shell) -> None:
    old = "; ".join(f"export {name}={value}" for name, value in OLD.items())
    tries = [f"{old}; echo {number}; {call}" for number, call in enumerate(CALLS)]
    lines = [line.replace("{}", "mfaenv -p staging") for line in tries]
    done = ready.run(shell, shell.strict, *load(shell, loaded=True), *lines)
    assert done.stdout == "".join(f"{number}\n{ready.staging}\n" for number in range(len(CALLS))), done.stderr
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("shell", POSIX, ids=lambda shell: shell.name)
def test_a_failure_ends_a_strict_script(ready: BackgroundClient, shell: Shell) -> None:
    lines = ("mfaenv -p nobody", "eval $(mfaenv -p nobody)", "( mfaenv -p nobody )")
    tries = [f"( set -e; {line}; what-is-set )\necho $?" for line in lines]
    done = ready.run(shell, "set -eu", *load(shell, loaded=True), "set +e", *tries)
    assert done.stdout == "1\n" * len(lines), done.stderr


@pytest.mark.parametrize("loaded", [False, True], ids=["program", "function"])
@pytest.mark.parametrize("shell", POSIX, ids=lambda shell: shell.name)
def test_a_line_without_eval_says_so(ready: BackgroundClient, shell: Shell, loaded: bool) -> None:
    words = (
        "$(mfaenv -p staging)",
        "export $(mfaenv -p staging)",
        "$(mfaenv unset)",
        "readonly $(mfaenv -p staging)",
    )
    look = "cat said >&2; grep -q mfaenv_needs_eval said || echo it said nothing"
    tries = [f"( {line} ) 2>said && echo it worked; {look}" for line in words]
    assert ready.run(shell, *load(shell, loaded=loaded), *tries).stdout == ""


@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_a_line_without_eval_hands_nothing_to_a_handler(ready: BackgroundClient, name: str) -> None:
    """It may start a program with all of the words."""
    shell = BY_NAME[name]
    handler = 'command_not_found_handle() { echo "$@"; }; command_not_found_handler() { echo "$@"; }'
    done = ready.run(shell, handler, "$(mfaenv -p staging)", "no-such-program", "")
    assert done.stdout == "no-such-program\n"


def test_what_a_line_without_eval_set_goes_with_unset(ready: BackgroundClient) -> None:
    """bash goes on after it, with what ends a statement at the end of each value."""
    lines = (
        r"sed 's/^source_profile.*/&\nretry_mode = standard\nmax_attempts = 5/' $AWS_CONFIG_FILE > settings",
        "export AWS_CONFIG_FILE=$PWD/settings",
        "export $(mfaenv -p staging)",
        "eval $(mfaenv)",
        "eval $(mfaenv unset)",
        "echo retries: ${AWS_RETRY_MODE-}${AWS_MAX_ATTEMPTS-}",
        "eval $(mfaenv -p staging)",
    )
    bash = BY_NAME["bash"]
    done = ready.run(bash, *lines, "what-is-set")
    assert "`eval $(mfaenv unset)` removes MFAENV_PROFILE." in done.stderr
    assert (done.stdout, done.returncode) == (f"retries:\n{ready.staging}\n", 0)


def test_elvishs_line_means_the_same_with_the_function(ready: BackgroundClient) -> None:
    row = BY_NAME["elvish"]
    with seated(ready.product, row) as seat:
        for words, shown in (("-p staging", ready.staging), ("unset", NONE), ("-p staging", ready.staging)):
            seat.type(f"eval (mfaenv {words} --shell elvish | slurp)")
            assert seat.keys() == shown
        assert seat.status_of("eval (mfaenv -p nobody --shell elvish | slurp)") == 1
        assert seat.keys() == ready.staging


@pytest.mark.parametrize(
    ("shell", "on", "off"),
    [(shell, *shell.typed.trace) for shell in SHELLS if shell in WITH_INIT and shell.typed.trace[0]],
    ids=lambda value: value.name if isinstance(value, Shell) else "",
)
def test_no_trace_shows_a_secret(ready: BackgroundClient, shell: Shell, on: str, off: str) -> None:
    done = ready.run(shell, *load(shell, loaded=True), on, "mfaenv -p staging", off, "what-is-set")
    assert done.stdout.splitlines()[-1] == ready.staging
    assert done.returncode == 0
