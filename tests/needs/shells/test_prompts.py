"""What a prompt hook leaves as it is: statuses, other people's hooks, strict settings; and what it costs."""

import os
import re
import time
from pathlib import Path

import pytest
from product import Product
from programs import write_program
from settled import EACH_WITH_HOOK, NOTHING, PAST, Seat, seated
from shell_table import BY_NAME, Shell
from terminals import need

from mfaenv.errors import DONE
from mfaenv.pretend_aws.scenario import Scenario

BASH, ZSH, FISH = map(BY_NAME.__getitem__, ("bash", "zsh", "fish"))
NU, ELVISH, XONSH, POWERSHELL = map(BY_NAME.__getitem__, ("nu", "elvish", "xonsh", "pwsh"))
ENDED = "mfaenv: the session of profile default has ended: type mfaenv for a new one"
FAR = 9_999_999_999
ALIASES = "; ".join(f"alias {name}=nope" for name in ("command", "local", "printf", "read", "shift", "test"))
PROCESS = re.compile(r"^(?:\[pid +\d+\] |\d+ +)?(?:v?fork|clone3?)\((?!.*CLONE_THREAD)", re.MULTILINE)


def over(seat: Seat) -> None:
    """Let a session of this shell be over."""
    for name, value in (("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE"), ("MFAENV_PROFILE", "default")):
        seat.set(name, value)
    seat.set("MFAENV_EXPIRES", PAST)


@pytest.mark.parametrize(
    ("row", "before", "shown"),
    [
        (BASH, """PROMPT_COMMAND='echo "one=$?"'""", "one=7"),
        (BASH, """PROMPT_COMMAND=('echo "one=$?"' 'echo "two=$?"')""", "two=7"),
        (BASH, """PROMPT_COMMAND='echo "pipe=${PIPESTATUS[*]}"'""", "pipe=7"),
        (BASH, """unset PROMPT_COMMAND; PS1='[$?]\\$ '""", r"\[7\]"),
        (ZSH, """precmd() { echo "one=$?" }""", "one=7"),
        (ZSH, """two() { echo "two=$?" }; precmd_functions=(two)""", "two=7"),
        (ZSH, """PS1='[%?]%# '""", r"\[7\]"),
        (FISH, """function two --on-event fish_prompt; echo two=$status; end""", "two=7"),
        (FISH, """function fish_prompt; echo "[$status]# "; end""", r"\[7\]"),
        (NU, """$env.PROMPT_COMMAND = {|| $"[($env.LAST_EXIT_CODE)]" }""", r"\[7\]"),
        (XONSH, """$PROMPT = '[{last_return_code}]@ '""", r"\[7\]"),
        (POWERSHELL, """function prompt { "[$? $LASTEXITCODE]> " }""", r"\[False 7\]"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_others_see_the_status_of_the_line(product: Product, row: Shell, before: str, shown: str) -> None:
    profile = (before, *row.load)
    with seated(product, row._replace(load=(*profile, *profile))) as seat:
        seat.sees("leave-with-7", shown)
        assert seat.status_of("leave-with-7") == 7
        over(seat)
        seat.sees("leave-with-7", shown)
        assert seat.window.text.count(ENDED) == 1


@pytest.mark.parametrize(
    ("row", "strict"),
    [
        (BASH, "set -euo pipefail"),
        (BASH, "set -euo posix; shopt -s failglob nullglob extglob"),
        (BASH, ALIASES),
        (ZSH, ALIASES),
        (ZSH, "setopt err_exit no_unset pipe_fail warn_create_global extended_glob"),
        (ZSH, "setopt ksh_arrays no_unset sh_word_split glob_subst no_clobber force_float"),
        (POWERSHELL, "Set-StrictMode -Version Latest; $ErrorActionPreference = 'Stop'"),
        (POWERSHELL, "$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'"),
        (XONSH, "$XONSH_SUBPROC_CMD_RAISE_ERROR = True"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_a_strict_shell_lives_on(product: Product, row: Shell, strict: str) -> None:
    with seated(product, row._replace(load=(strict, *row.load, *row.load))) as seat:
        over(seat)
        assert seat.keys() == "key=none secret= profile=default"
        (product.cache).mkdir(parents=True, exist_ok=True)
        (product.cache / "latest").write_text("1800000000.5\n")
        seat.type("")
        assert seat.keys() == "key=none secret= profile=default"
        shown = seat.window.text
    assert shown.count(ENDED) == 1
    assert not re.search(r"unbound|not set|not found|created globally|[Ee]rror:|line \d", shown)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can make another user's file"
)
@pytest.mark.parametrize("row", [BASH, ZSH, FISH], ids=lambda row: row.name)
def test_a_file_of_another_user_in_the_place_of_ours_hangs_no_prompt(product: Product, row: Shell) -> None:
    product.cache.mkdir(parents=True, mode=0o700)
    os.mkfifo(product.cache / "latest", 0o666)
    os.chown(product.cache / "latest", 65534, 65534)
    with seated(product, row) as seat:
        seat.type("")
        assert seat.keys() == NOTHING


def test_a_failure_that_errexit_forgives_does_not_end_bash(product: Product) -> None:
    with seated(product, BASH._replace(load=("set -e", *BASH.load))) as seat:
        seat.type("! true")
        assert seat.keys() == NOTHING


def test_a_bash_that_inherits_the_hook_alone_is_as_without_it(product: Product) -> None:
    row = BASH._replace(
        load=("""export PROMPT_COMMAND='echo "one=$?"'""", *BASH.load, "bash --norc --noprofile")
    )
    with seated(product, row) as seat:
        seat.sees("leave-with-7", "one=7")
        assert "not found" not in seat.window.text


def test_powershells_prompt_may_be_anothers_around_ours(product: Product) -> None:
    around = "$theirs = $function:prompt; function prompt { 'around ' + (& $theirs) }"
    with seated(product, POWERSHELL._replace(load=(*POWERSHELL.load, around, *POWERSHELL.load))) as seat:
        over(seat)
        seat.sees("", "^around PS ")
        assert seat.window.text.count(ENDED) == 1


def test_bash_keeps_the_rest_of_an_array(product: Product) -> None:
    row = BASH._replace(load=("PROMPT_COMMAND=(: 'true two')", *BASH.load, *BASH.load))
    with seated(product, row) as seat:
        seat.sees('printf "<%s>" "${PROMPT_COMMAND[@]}"; echo', "^<:><true two><eval .*_mfaenv_hook.*>$")


def test_bashs_trap_for_errors_is_not_set_off(product: Product) -> None:
    row = BASH._replace(load=("PROMPT_COMMAND=true", *BASH.load, "trap 'echo tra''pped' ERR"))
    with seated(product, row) as seat:
        seat.type("false")
        seat.type("")
        assert seat.window.text.count("trapped") == 1


def program_that_is_gone(product: Product, is_there: bool) -> Path:
    """Return where mfaenv will be; its file may be there without its interpreter."""
    program = product.home / "mfaenv"
    if is_there:
        write_program(program, "#!/nowhere/python\n")
    return program


@pytest.mark.parametrize("is_there", [False, True], ids=["no program", "no interpreter"])
@pytest.mark.parametrize("row", [BASH, ZSH, FISH], ids=lambda row: row.name)
def test_a_program_that_is_gone_is_told_once_until_it_is_back(
    product: Product, row: Shell, is_there: bool
) -> None:
    back = program_that_is_gone(product, is_there)
    with seated(product, row) as seat:
        path = seat.sees('echo "path=$PATH"', "^path=.*$").removeprefix("path=").replace(" ", os.pathsep)
        seat.type("set PATH /usr/bin /bin ~" if row is FISH else "PATH=/usr/bin:/bin:$HOME")
        over(seat)
        seat.type("")
        seat.type("")
        told = (
            "command not found|not found: mfaenv|command: mfaenv|required file|bad interpreter|, which is not"
        )
        assert len(re.findall(told, seat.window.text)) == 1
        write_program(back, f'PATH={path} exec mfaenv "$@"')
        seat.type("")
        assert seat.window.text.count(ENDED) == 1


@pytest.mark.parametrize("is_there", [False, True], ids=["no program", "no interpreter"])
def test_powershell_tells_once_that_the_program_is_gone_and_keeps_its_prompt(
    product: Product, is_there: bool
) -> None:
    back = program_that_is_gone(product, is_there)
    with seated(product, POWERSHELL) as seat:
        path = seat.sees('"path=$env:PATH"', "^path=.*$").removeprefix("path=")
        seat.type('$env:PATH = "/usr/bin:/bin:$HOME"')
        over(seat)
        seat.type("")
        seat.type("")
        told = "^mfaenv: .*(?:no program mfaenv|'mfaenv' failed to run)"
        assert len(re.findall(told, seat.window.text, re.MULTILINE)) == 1
        assert not re.search(r"^PS>", seat.window.text, re.MULTILINE)
        write_program(back, f'PATH={path} exec mfaenv "$@"')
        seat.type("")
        assert seat.window.text.count(ENDED) == 1


@pytest.mark.parametrize(("row", "handler"), [(BASH, "handle"), (ZSH, "handler")], ids=["bash", "zsh"])
def test_a_program_that_is_gone_is_not_looked_for_by_a_handler_at_each_prompt(
    product: Product, row: Shell, handler: str
) -> None:
    with seated(product, row) as seat:
        seat.type(f"command_not_found_{handler}() {{ echo called >>~/handled; return 127; }}")
        seat.type("PATH=/usr/bin:/bin")
        over(seat)
        seat.type("")
        seat.type("")
        assert (product.home / "handled").read_text() == "called\n"


def test_powershell_sets_nothing_that_the_program_said_on_standard_error(product: Product) -> None:
    with seated(product, POWERSHELL) as seat:
        write_program(product.home / "mfaenv", "echo \"\\$env:OUT = 'out';\"; echo \"\\$env:ERR = 'err';\" >&2")
        seat.type('$env:PATH = "$HOME" + ":" + $env:PATH')
        over(seat)
        assert seat.sees('"<$env:OUT,$env:ERR>"', "^<.*>$") == "<out,>"


def test_nushell_keeps_other_hooks_of_every_kind(product: Product) -> None:
    hooks = "$env.config.hooks.pre_prompt = ['print one', {condition: {|| true}, code: 'print two'}, {|| print three}]"
    with seated(product, NU._replace(load=(hooks, *NU.load, *NU.load))) as seat:
        over(seat)
        seat.sees("", "^one\ntwo\nthree$")
        assert seat.window.text.count(ENDED) == 1


def test_elvish_keeps_other_hooks_of_every_kind(product: Product) -> None:
    hooks = "set edit:before-readline = [$nop~ { echo one }]"
    with seated(product, ELVISH._replace(load=(hooks, *ELVISH.load, *ELVISH.load))) as seat:
        over(seat)
        seat.sees("", "^one$")
        assert seat.window.text.count(ENDED) == 1


def test_elvish_without_a_clock_shows_no_error(stored: Product) -> None:
    text = "str:replace e:date fail (str:replace /proc/uptime /none (mfaenv init elvish | slurp))"
    with seated(stored, ELVISH._replace(load=("use str", f"eval ({text})"))) as seat:
        assert seat.keys().endswith("profile=default")
        assert "xception" not in seat.window.text


def test_fish_looks_at_the_clock_each_minute_which_may_be_set(product: Product) -> None:
    (product.home / "uptime").write_text("100.00 1\n")
    text = "(mfaenv init fish | string replace --all /proc/uptime ~/uptime | string collect)"
    with seated(product, FISH._replace(load=(f"eval {text}",))) as seat:
        seat.set("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE")
        seat.set("MFAENV_EXPIRES", FAR)
        seat.type("set -g IFS x")  # `read` cuts there
        seat.type("function _mfaenv_clock; echo >~/looked; set -g _mfaenv_now 1; end")
        for up, looked in ((159, False), (161, True)):
            (product.home / "uptime").write_text(f"{up}.00 1\n")
            seat.type("")
            assert (product.home / "looked").exists() is looked


def test_none_is_no_profile_to_the_hook_of_xonsh(product: Product) -> None:
    program = write_program(product.home / "first" / "mfaenv", f"echo asked >>{product.home}/log")
    with seated(product, XONSH) as seat:
        seat.type(f"$PATH.insert(0, '{program.parent}')")
        seat.type("$AWS_PROFILE = None")
        seat.sees("echo done", "^done$")
    assert not (product.home / "log").exists()


def test_elvish_sees_that_the_clock_is_set(product: Product) -> None:
    (product.home / "uptime").write_text("100.00 1\n")
    (product.home / "stat").write_text("cpu 1\nbtime 1000\nprocesses 1\n")
    text = "(mfaenv init elvish | slurp)"
    for name in ("uptime", "stat"):
        text = f"(str:replace /proc/{name} {product.home}/{name} {text})"
    with seated(product, ELVISH._replace(load=("use str", f"eval {text}"))) as seat:
        over(seat)
        seat.set("MFAENV_EXPIRES", int(time.time()) + 7200)
        seat.sees("echo next=$E:MFAENV_NEXT", "^next=$")
        (product.home / "stat").write_text("cpu 1\nbtime 9000\nprocesses 1\n")
        seat.type("")
        seat.sees("echo next=$E:MFAENV_NEXT", r"^next=\d+$")


@pytest.mark.parametrize("options", ["", "setopt ksh_arrays; "])
def test_zsh_keeps_other_functions(product: Product, options: str) -> None:
    row = ZSH._replace(
        load=(f"{options}precmd_functions=(one two); one() {{ }}; two() {{ }}", *ZSH.load, *ZSH.load)
    )
    with seated(product, row) as seat:
        seat.sees('echo "<${precmd_functions[@]}>"', "^<_mfaenv_hook one two>$")


@EACH_WITH_HOOK
def test_what_the_profile_brought_goes_with_the_session(product: Product, row: Shell) -> None:
    """Where the user has changed it, it stays; and so does what is no such variable, whatever the list says."""
    urls = dict.fromkeys(("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"), "http://127.0.0.1:1/a?b=*")
    said = {**urls, "AWS_USE_FIPS_ENDPOINT": "false", "HOMEPAGE": "x"}
    words = [*(f"{name}={value}" for name, value in said.items()), "AWS_X[$(touch${IFS}ran)]=y"]
    assign = row.typed.assign
    if "'" not in assign:
        assign = assign.replace("{value}", "'{value}'")
    quoted = row._replace(typed=row.typed._replace(assign=assign))
    with seated(product, quoted) as seat:
        for name, value in {**said, "AWS_ENDPOINT_URL_S3": "mine", "MFAENV_SETTINGS": " ".join(words)}.items():
            seat.set(name, value)
        over(seat)
        assert seat.sees("where-aws-is", "^[^ ]+ mine .*$") == "none mine none x none"
        assert not (product.home / "ran").exists()
        assert seat.window.text.count(ENDED) == 1


@pytest.mark.parametrize("row", [BASH, ZSH], ids=lambda row: row.name)
@pytest.mark.parametrize("line", ["eval $(mfaenv unset)", 'eval "$(mfaenv -q unset)"'])
def test_no_stored_session_comes_back_after_the_line_that_removes_one(
    product: Product, scenario: Scenario, row: Shell, line: str
) -> None:
    assert product.run("--shell", "bash", "-c", scenario.device.code()).status == DONE
    with seated(product, row) as seat:
        seat.sees("what-is-set", "^key=ASIA.* profile=default$")
        assert product.run("--shell", "bash", "-p", "staging").status == DONE
        seat.type(line)
        seat.sees("what-is-set", f"^{NOTHING}$")
        assert product.run("--shell", "bash", "--refresh", "-c", scenario.device.code()).status == DONE
        seat.type("")
        seat.sees("what-is-set", "^key=ASIA.* profile=default$")


@pytest.mark.parametrize("row", [BASH, ZSH], ids=lambda row: row.name)
def test_a_hook_prints_no_keys_where_its_output_is_read(
    product: Product, scenario: Scenario, row: Shell
) -> None:
    assert product.run("--shell", "bash", "-c", scenario.device.code()).status == DONE
    with seated(product, row) as seat:
        seat.type(
            "read_hook() { AWS_PROFILE=staging; export AWS_PROFILE; text=$(_mfaenv_hook); unset AWS_PROFILE; }"
        )
        seat.type('read_hook; echo "read=${#text}"')
        assert "read=0" in seat.window.text


def traced(row: Shell, trace: Path) -> Shell:
    """Have the shell's processes written down."""
    need("strace", row.typed.start[0])
    return row.in_window("strace", "-f", "-qq", "-e", "trace=process", "-o", str(trace), *row.typed.start)


# fish's own prompt starts git.
PLAIN_FISH = FISH._replace(load=("function fish_prompt; echo '# '; end", *FISH.load))


@pytest.mark.parametrize("row", [BASH, ZSH, PLAIN_FISH], ids=lambda row: row.name)
@pytest.mark.parametrize("stored", ["a session that holds", "none", "none any more"])
def test_no_process_is_started_at_a_prompt(product: Product, row: Shell, tmp_path: Path, stored: str) -> None:
    trace = tmp_path / "trace"
    if stored == "none any more":
        product.cache.mkdir(parents=True, mode=0o700)
        (product.cache / "latest").write_text("1800000000.5\n")
    with seated(product, traced(row, trace)) as seat:
        assert len(PROCESS.findall(trace.read_text())) >= 1
        if stored == "a session that holds":
            seat.set("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE")
            seat.set("MFAENV_EXPIRES", FAR)
        before = len(PROCESS.findall(trace.read_text()))
        for _ in range(5):
            seat.type("")
        assert len(PROCESS.findall(trace.read_text())) == before
