"""What nushell and xonsh take in another way than other shells: names, words after Tab, commands of the user's own."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from product import Product
from programs import write_program
from settled import seated
from shell_table import BY_NAME
from terminals import CTRL_C, need, with_mfaenv

from mfaenv.pretend_aws.scenario import Scenario

ODD = "a\u00a0b\tc\u3000d\\e\"f'#$x é"
ROLE = "arn:aws:iam::111122223333:role/Developer"
TOOLS = {
    "show-words": 'for word; do printf "[%s]" "$word"; done; echo',
    "show-octets": r"printf '\377\r\n'",
}
WORDS = (
    "null",
    "true",
    "false",
    "~",
    "~root",
    "$HOME",
    "a b",
    "it's",
    "x=~",
    "*",
    "1..3",
    "...",
    "{a}",
    "@(1)",
)


def run(product: Product, program: str, *script: str) -> list[str]:
    """Run a script in the shell; return the lines that it shows."""
    start = {"nu": ("nu", "-n", "--no-std-lib"), "xonsh": ("xonsh", "--no-rc")}[program]
    need(program)
    file = product.home / "script"
    file.write_text("\n".join([*script, ""]), encoding="utf-8")
    env = with_mfaenv(product)
    env["PATH"] = f"{tools(product)}{os.pathsep}{env['PATH']}"
    done = subprocess.run(
        [*start, file], cwd=product.home, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().splitlines()


def tools(product: Product) -> Path:
    folder = product.home / "tools"
    folder.mkdir(exist_ok=True)
    for name, text in TOOLS.items():
        write_program(folder / name, text)
    return folder


def test_nu_takes_any_name_and_folder_in(product: Product) -> None:
    product.env["MFAENV_CACHE_DIR"] = str(product.home / ODD)
    (product.home / "mfaenv.nu").write_text(product.run("init", "nu", "-p", ODD).out, encoding="utf-8")
    shown = run(
        product, "nu", "source mfaenv.nu", "^show-words $env.MFAENV_PROFILE", "^show-words $env.MFAENV_STORE"
    )
    assert shown == [f"[{ODD}]", f"[{product.cache}]"]


@pytest.mark.parametrize("own", ["def open [name] { ^echo mine }", "alias open = ^echo", ""])
def test_nus_hook_does_without_the_users_open(product: Product, scenario: Scenario, own: str) -> None:
    """What config.nu defines is the user's own in the files that nushell reads after it."""
    need("nu")
    assert product.run("-f", "json", "-c", scenario.device.code()).status == 0
    folder = product.home / "nushell"
    (folder / "autoload").mkdir(parents=True)
    (folder / "config.nu").write_text(f"{own}\n")
    (folder / "autoload" / "mfaenv.nu").write_text(product.run("init", "nu").out, encoding="utf-8")
    look = "_mfaenv_look | ignore; print $'seen=($env._mfaenv_seen)'; exit"
    env = with_mfaenv(product) | {"XDG_CONFIG_HOME": str(product.home)}
    done = subprocess.run(
        ["nu", "--execute", look],
        cwd=product.home,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert f"seen={(product.cache / 'latest').read_text().strip()}\n" in done.stdout.decode(), (
        done.stderr.decode()
    )


def test_a_profile_that_nu_has_as_a_number_starts_no_process_at_each_prompt(stored: Product) -> None:
    (stored.home / "mfaenv.nu").write_text(stored.run("init", "nu").out, encoding="utf-8")
    prompts = ("_mfaenv_hook", "_mfaenv_hook")
    after = "^show-words ($env._mfaenv_seen | is-empty) (_mfaenv_is_dropped [])"
    shown = run(stored, "nu", "source mfaenv.nu", "$env.AWS_PROFILE = 123456789012", *prompts, after)
    assert shown == ["[false][false]"]


def test_long_term_keys_of_nus_startup_file_over_a_session_get_theirs(
    product: Product, scenario: Scenario
) -> None:
    """As in every shell: the token of the shell outside is another key's."""
    done = product.run("-f", "json", "-c", scenario.device.code())
    assert done.status == 0, done.err
    product.env |= done.json()
    (product.home / "mfaenv.nu").write_text(product.run("init", "nu").out, encoding="utf-8")
    own = (
        f"$env.AWS_ACCESS_KEY_ID = '{scenario.key.id}'",
        f"$env.AWS_SECRET_ACCESS_KEY = '{scenario.key.secret}'",
    )
    shown = run(product, "nu", *own, "source mfaenv.nu", "^show-words $env.AWS_ACCESS_KEY_ID")
    assert shown == [f"[{product.env['AWS_ACCESS_KEY_ID']}]"]


@pytest.mark.parametrize("shell", ["nu", "xonsh"])
def test_a_word_that_tab_offers_means_itself(product: Product, shell: str) -> None:
    with (product.home / ".aws" / "config").open("a", encoding="utf-8") as config:
        config.writelines(f'[profile "{word}"]\nregion = eu-west-1\n' for word in WORDS)
    offered = product.run("complete", shell, "mfaenv", "-p", "").out.splitlines()[1:]
    words = [line.split("\t")[0] for line in offered]
    function = "def --wrapped typed [...words: string] { ^show-words ...$words }"
    script = (
        [function, *(f"typed {word}" for word in words)]
        if shell == "nu"
        else [f"show-words {word}" for word in words]
    )
    assert {f"[{word}]" for word in WORDS} <= set(run(product, shell, *script))


def test_xonshs_function_hands_on_each_word_and_octet_as_it_is(stored: Product) -> None:
    words = """* 'm*' Name=a,Values=b -x:y ~ r'~' x=~ @('x=~') @('$HOME') $HOME -- '' 'a b' "it's" """
    direct, function, octets = run(
        stored,
        "xonsh",
        f"$(which mfaenv) exec -- show-words {words}",
        "execx($(mfaenv init xonsh))",
        f"mfaenv exec -- show-words {words}",
        "mfaenv exec -- show-octets > octets",
        "show-octets | mfaenv exec -- cat | od -An -tx1",
    )
    assert direct == function
    assert "[~]" in function
    assert octets.split() == ["ff", "0d", "0a"]
    assert (stored.home / "octets").read_bytes() == b"\xff\r\n"


def test_xonshs_hook_is_put_beside_hooks_without_a_name(product: Product, scenario: Scenario) -> None:
    assert product.run("-f", "json", "-p", "staging", "-c", scenario.device.code()).status == 0
    before = "import functools; events.on_pre_prompt_format(functools.partial(print, 'theirs'))"
    fire = "$AWS_PROFILE = 'staging'; events.on_pre_prompt_format.fire(); print(__xonsh__.env.get('MFAENV_PROFILE'))"
    load = "execx($(mfaenv init xonsh))"
    assert run(product, "xonsh", before, load, load, fire) == ["theirs", "staging"]


def test_xonshs_history_file_has_no_stored_session(stored: Product) -> None:
    """xonsh writes the variables there that it has after its startup file."""
    (stored.home / ".xonshrc").write_text("execx($(mfaenv init xonsh))\n")
    row = BY_NAME["xonsh"].in_window("xonsh")
    with seated(stored, row._replace(load=())) as seat:
        assert seat.keys().endswith("secret=set profile=default")
    (history,) = stored.home.rglob("xonsh-*.json")
    assert "AWS_SE" not in history.read_text()


def test_keys_that_xonshs_startup_file_sets_behind_the_line_stay(stored: Product) -> None:
    (stored.home / "rc.xsh").write_text("execx($(mfaenv init xonsh))\n$AWS_ACCESS_KEY_ID = 'ASIAMINE'\n")
    command = ("xonsh", "--rc", "rc.xsh", "-c", "print($AWS_ACCESS_KEY_ID, $MFAENV_STORE)")
    need("xonsh")
    done = subprocess.run(command, cwd=stored.home, env=with_mfaenv(stored), capture_output=True, check=True)
    assert done.stdout.decode() == f"ASIAMINE {stored.cache}\n"


def test_xonshs_prompt_names_the_profile_that_it_has_now(product: Product, scenario: Scenario) -> None:
    assert product.run("-f", "json", "-p", "staging", "-c", scenario.device.code()).status == 0
    prompt = "$PROMPT = lambda: '[' + __xonsh__.env.get('MFAENV_PROFILE', '') + ']@ '"
    row = BY_NAME["xonsh"]
    with seated(product, row._replace(load=(prompt, *row.load))) as seat:
        seat.type("$AWS_PROFILE = 'staging'")
        assert seat.window.text.splitlines()[-1].startswith("[staging]@")


def test_xonshs_function_gets_the_name_of_a_profile_as_it_is(product: Product, scenario: Scenario) -> None:
    with (product.home / ".aws" / "config").open("a", encoding="utf-8") as config:
        config.writelines(
            f"[profile '{word}']\nsource_profile = default\nrole_arn = {ROLE}\n" for word in ("~", "$HOME")
        )
    assert product.run("-f", "json", "-c", scenario.device.code()).status == 0
    names = ("r'~'", "@('$HOME')")
    script = (f"mfaenv -q -p {name}\nshow-words @($MFAENV_PROFILE)" for name in names)
    assert run(product, "xonsh", "execx($(mfaenv init xonsh))", *script) == ["[~]", "[$HOME]"]


def test_nus_function_hands_on_each_word_and_octet_as_it_is(stored: Product) -> None:
    (stored.home / "mfaenv.nu").write_text(stored.run("init", "nu").out, encoding="utf-8")
    patterns = """* '*' "m*" m* Name=a,Values=b -x:y ~ "~" ~/x '~/x' "x=~" --a=~"""
    words = f"""{patterns} -- "" 'a b' "--query=a b" 0x10 1.0 1kb -foo ...[a "*"]"""
    direct, function, *values, octets = run(
        stored,
        "nu",
        "source mfaenv.nu",
        f"^mfaenv exec -- show-words {words}",
        f"mfaenv exec -- show-words {words}",
        "^mfaenv exec -- show-words true false (1 + 1) $nu.pid",
        "mfaenv exec -- show-words true false (1 + 1) $nu.pid",
        "mfaenv exec -- show-octets | save octets",
        "open --raw octets | mfaenv exec -- cat | ^od -An -tx1",
    )
    assert direct == function
    assert values[0] == values[1]
    assert octets.split() == ["ff", "0d", "0a"]


@pytest.mark.parametrize("redirection", ["o> /dev/null", "e> /dev/null", "o+e> /dev/null", "o> file"])
def test_nus_function_sets_the_session_where_its_output_goes_to_a_file(
    product: Product, scenario: Scenario, redirection: str
) -> None:
    assert product.run("-f", "json", "-p", "staging", "-c", scenario.device.code()).status == 0
    (product.home / "mfaenv.nu").write_text(product.run("init", "nu").out, encoding="utf-8")
    shown = run(
        product,
        "nu",
        "source mfaenv.nu",
        f"mfaenv -p staging {redirection}",
        "print $env.MFAENV_PROFILE",
        f"mfaenv unset {redirection}",
        "print ($env.MFAENV_PROFILE? | default none)",
    )
    assert shown == ["staging", "none"]


def test_a_line_that_nu_would_drop_the_session_of_fails(product: Product, scenario: Scenario) -> None:
    assert product.run("-f", "json", "-p", "staging", "-c", scenario.device.code()).status == 0
    with seated(product, BY_NAME["nu"]) as seat:
        seat.type("AWS_PROFILE=staging mfaenv -q")
        assert re.search(
            r'mfaenv: AWS_PROFILE is new in this line.*\n.*mfaenv -p "staging"\n', seat.window.text
        )
        assert seat.keys().endswith("profile=default")
        seat.type("AWS_PROFILE=staging mfaenv --min-remaining 6m")
        assert seat.keys().endswith("profile=default")
        seat.type("$env.AWS_PROFILE = 'staging'; mfaenv -p staging")
        seat.type("hide-env AWS_PROFILE; mfaenv -q")
        seat.type("mfaenv -q")
        assert seat.keys().endswith("profile=staging")
        assert seat.window.text.count("is new in this line") == 2


@pytest.mark.parametrize("shell", ["pwsh", "nu", "xonsh"])
def test_an_end_that_is_no_time_disturbs_no_prompt(product: Product, shell: str) -> None:
    for end in ("9" * 23, "²", "1٣"):
        with seated(
            product, BY_NAME[shell], AWS_ACCESS_KEY_ID="ASIAIOSFODNN7EXAMPLE", MFAENV_EXPIRES=end
        ) as seat:
            seat.type("")
            assert seat.keys() == "key=ASIAIOSFODNN7EXAMPLE secret= profile=none"
            assert "rror" not in seat.window.text


def test_ctrl_c_fails_xonshs_line(product: Product) -> None:
    with seated(product, BY_NAME["xonsh"]) as seat:
        seat.window.enter("mfaenv")
        seat.window.see("MFA code: ")
        seat.window.press(CTRL_C)
        seat.window.prompted()
        seat.window.enter(BY_NAME["xonsh"].typed.status)
        assert seat.window.see(r"^status=\d+$") == "status=130"


def test_a_program_that_is_gone_fails_xonshs_line(product: Product) -> None:
    with seated(product, BY_NAME["xonsh"]) as seat:
        seat.type("$PATH = ['/usr/bin', '/bin']")
        for line in ("mfaenv -p staging", "mfaenv exec -- true"):
            assert seat.status_of(line) == 127
        assert "There is no program mfaenv on the PATH." in seat.window.text


def test_tab_completes_exec_in_nu(product: Product, scenario: Scenario) -> None:
    assert product.run("-f", "json", "-p", "staging", "-c", scenario.device.code()).status == 0
    with seated(product, BY_NAME["nu"]) as seat:
        seat.type("$env.config.completions.external.completer = {|spans| [($spans | append all | str join _)]}")
        for begun, offered, rest in (
            ("mfaenv exec -p stag", " staging", "what-is-set"),
            ("mfaenv exec --serv", " --serve", "-p staging what-is-set"),
            ("mfaenv exec -p staging -- what-is-set l", "what-is-set_l_all", ""),
        ):
            seat.window.press(f"{begun}\t")
            seat.window.see(offered)
            seat.window.enter(f" {rest}")
            seat.window.see(r"^key=\w+ secret=(set)? profile=\w+$")
            seat.window.prompted()
