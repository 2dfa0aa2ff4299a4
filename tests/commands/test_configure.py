"""The guided set-up at a real terminal, its files before and after, and a new window of each shell after it."""

from __future__ import annotations

import os
import shlex
import stat
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from terminals import CTRL_C, Window, direct, need, with_mfaenv

from mfaenv import shells
from mfaenv.commands.configure import programs, shell_file
from mfaenv.config import awsfiles
from mfaenv.errors import DONE

if TYPE_CHECKING:
    from pathlib import Path

    from observed_aws import ObservedAws
    from product import Product

    from mfaenv.pretend_aws.scenario import Scenario

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="drives a pseudo-terminal")

KEYS = "key=${AWS_ACCESS_KEY_ID-none} secret=${AWS_SECRET_ACCESS_KEY+set} profile=${MFAENV_PROFILE-none}"
DEVICE = "mfa_serial = arn:aws:iam::123456789012:mfa/alice"
PROCESS = "credential_process = mfaenv process -p default"
CHANGE = r"Change \S+ like this\? \[Y/n\] "
NOTHING = "mfaenv: All is set up: nothing to do.\n"
CONFIG = """\
# mine
[default]
region = eu-central-1

; roles
[profile staging]
role_arn = arn:aws:iam::111122223333:role/Developer
source_profile = default
""".replace("\n", "\r\n")


@pytest.fixture
def newcomer(product: Product) -> Product:
    """Alice's home with her keys, a config file of her own, and the library of direnv.

    Programs that give codes are not on the PATH.
    """
    product.env["MFAENV_SHELL"] = "bash"
    direnv_library(product).parent.mkdir(parents=True)
    direnv_library(product).write_text(product.run("init", "direnv").out)
    config(product).write_bytes(CONFIG.encode())
    (product.home / ".bashrc").write_bytes(b"alias ll='ls -l'\n# the end")
    return product


def direnv_library(product: Product) -> Path:
    return product.home / ".config" / "direnv" / "lib" / "mfaenv.sh"


def config(product: Product) -> Path:
    return product.home / ".aws" / "config"


def state(product: Product) -> dict[str, bytes]:
    files = (path for path in product.home.rglob("*") if path.is_file() and "bin" not in path.parts)
    return {str(path.relative_to(product.home)): path.read_bytes() for path in files}


def take(window: Window, code: str) -> None:
    """Say yes to everything, as people do who press Enter."""
    window.see(r"It may be arn:aws:iam::123456789012:mfa/alice\.\s+Use this device\? \[Y/n\] ")
    window.enter("")
    window.see("MFA code: ")
    window.enter(code)
    for shown in (r"^\+mfa_serial = ", r"^\+credential_process = ", r"^\+source_profile = default-mfa", r"mfaenv init"):
        window.see(shown)
        window.see(CHANGE)
        window.enter("")


def test_a_person_presses_enter_and_all_is_there(newcomer: Product, scenario: Scenario, aws: ObservedAws) -> None:
    with direct(newcomer, "configure") as window:
        take(window, scenario.device.code())
        window.see("Done. Open a new window")
        assert window.ended() == 0
    assert (
        config(newcomer).read_bytes()
        == (
            CONFIG.replace("eu-central-1\r\n", f"eu-central-1\r\n{DEVICE}\r\n", 1).replace("= default", "= default-mfa")
            + f"\r\n[profile default-mfa]\r\n{PROCESS}\r\nregion = eu-central-1\r\n"
        ).encode()
    )
    assert (newcomer.home / ".bashrc").read_bytes() == b"alias ll='ls -l'\n# the end\neval \"$(mfaenv init bash)\"\n"
    before = state(newcomer)
    for arguments in ([], ["--yes"], ["--dry-run"]):
        with direct(newcomer, "configure", *arguments) as window:
            window.see("nothing to do")
            assert window.ended() == 0
    assert newcomer.run("configure", "--yes")[::2] == (0, NOTHING)
    assert state(newcomer) == before
    assert len(aws.actions("GetSessionToken")) == 1


FILES = {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/config.fish"}


@pytest.mark.parametrize("name", FILES)
def test_a_new_window_has_the_session_without_eval(newcomer: Product, scenario: Scenario, name: str) -> None:
    need(name)
    product = newcomer
    product.env |= {"MFAENV_SHELL": name, "HISTFILE": ""}
    (product.home / "what-is-set").write_text(f'#!/bin/sh\necho "{KEYS}"\n')
    (product.home / "what-is-set").chmod(0o755)
    with direct(product, "configure") as window:
        take(window, scenario.device.code())
        assert window.ended() == 0
    env = with_mfaenv(product)
    del env["MFAENV_SHELL"]
    if name == "zsh":  # or it asks a newcomer about his files
        (product.home / ".zshrc").write_text("PS1='%# '\n" + (product.home / ".zshrc").read_text())
    with Window((name, "-i"), env, product.home) as window:
        window.prompted()
        window.enter("./what-is-set")
        window.see(r"^key=ASIA\w+ secret=set profile=default$")
        window.prompted()
        window.enter("mfaenv -p staging")
        window.prompted()
        window.enter("./what-is-set")
        window.see(r"^key=ASIA\w+ secret=set profile=staging$")


@pytest.mark.parametrize("shell", [name for name in shells.NAMES if "~" in str(shells.get_target(name).startup)])
def test_the_line_is_for_the_shells_own_file(newcomer: Product, shell: str) -> None:
    newcomer.env["MFAENV_SHELL"] = shell
    lines = newcomer.run("configure", "--dry-run").out.splitlines()
    file = next(row for row in shells.get_target(shell).startup if row.startswith("~"))
    assert f"+++ {file}" in lines
    assert f"+{shells.init_line(shell)}" in lines


def test_a_dry_run_changes_nothing_at_all(newcomer: Product) -> None:
    before = state(newcomer)
    done = newcomer.run("configure", "--dry-run")
    assert done.status == 0, done.err
    for line in (f"+{DEVICE}", "+[profile default-mfa]", f"+{PROCESS}", '+eval "$(mfaenv init bash)"'):
        assert line in done.out.splitlines()
    assert state(newcomer) == before


def test_without_a_terminal_yes_is_the_only_way(newcomer: Product, scenario: Scenario) -> None:
    before = state(newcomer)
    refused = newcomer.run("configure")
    assert (refused.status, refused.out) == (2, "")
    assert "--yes" in refused.err
    needs_code = newcomer.run("configure", "--yes")
    assert needs_code.status == 3
    assert {name: text for name, text in state(newcomer).items() if name in before} == before
    assert newcomer.run("configure", "--yes", "--token-code", scenario.device.code()).status == 0
    assert DEVICE in config(newcomer).read_text()
    assert newcomer.run("configure", "--yes")[::2] == (0, NOTHING)


def test_yes_at_a_terminal_asks_for_the_code_alone(newcomer: Product, scenario: Scenario) -> None:
    with direct(newcomer, "configure", "--yes") as window:
        window.see("MFA code: ")
        window.enter(scenario.device.code())
        window.see("Done")
        assert window.ended() == 0
        assert "[Y/n]" not in window.text


@pytest.mark.parametrize("accepted", [0, 1, 2, 3])
def test_ctrl_c_keeps_what_was_taken(newcomer: Product, scenario: Scenario, accepted: int) -> None:
    with direct(newcomer, "configure") as window:
        window.see(r"\[Y/n\] ")
        window.enter("y")
        window.see("MFA code: ")
        window.enter(scenario.device.code())
        for _ in range(accepted):
            window.see(CHANGE)
            window.enter("")
        window.see(CHANGE)
        window.press(CTRL_C)
        assert window.ended() == 130
    text = config(newcomer).read_text()
    expected = [accepted > 0, accepted > 1, accepted > 2]
    assert [DEVICE in text, "[profile default-mfa]" in text, "= default-mfa" in text] == expected
    assert "mfaenv init" not in (newcomer.home / ".bashrc").read_text()
    with direct(newcomer, "configure") as window:
        for _ in range(4 - accepted):
            window.see(CHANGE)
            window.enter("")
        assert window.ended() == 0
        assert "MFA code" not in window.text
    assert newcomer.run("configure", "--yes").err == NOTHING


def test_a_no_leaves_the_file_and_goes_on(newcomer: Product, scenario: Scenario) -> None:
    with direct(newcomer, "configure", "--token-code", scenario.device.code()) as window:
        window.see(r"\[Y/n\] ")
        window.enter("")
        for answer in ("n", "no", "n"):
            window.see(CHANGE)
            window.enter(answer)
        assert window.ended() == 0
    assert config(newcomer).read_bytes() == CONFIG.encode()


def test_without_keys_it_says_how_to_get_some(bare: Product) -> None:
    done = bare.run("configure", "--yes")
    assert (done.status, done.out) == (1, "")
    assert "aws configure" in done.err
    assert max(map(len, done.err.splitlines())) <= 80
    assert not (bare.home / ".aws").exists()


def test_what_is_wrong_with_the_only_profile_that_has_keys_is_told(newcomer: Product) -> None:
    config(newcomer).write_text("[default]\nregion = eu-west-1  # Ireland\n")
    done = newcomer.run("configure", "--dry-run")
    assert (done.status, done.out) == (2, "")
    assert "'eu-west-1  # Ireland' (profile default) is not the name of a region." in done.err


def test_several_profiles_with_keys_are_chosen_from(newcomer: Product, scenario: Scenario) -> None:
    credentials = newcomer.home / ".aws" / "credentials"
    with credentials.open("a") as file:
        file.write(f"\n[a b]\naws_access_key_id = {scenario.key.id}\naws_secret_access_key = {scenario.key.secret}\n")
    with direct(newcomer, "configure") as window:
        window.see(r"Which one.*\n\s+1  default\n\s+2  a b\n")
        window.enter("2")
        window.see(r"\[Y/n\] ")
        window.enter("")
        window.see("MFA code: ")
        window.enter(scenario.device.code())
        for _ in range(3):
            window.see(CHANGE)
            window.enter("")
        assert window.ended() == 0
    found = awsfiles.load(newcomer.env).profiles
    assert found["a b"]["mfa_serial"] == DEVICE.partition(" = ")[2]
    assert shlex.split(found["a b-mfa"]["credential_process"])[-1] == "a b"
    assert "mfaenv init bash -p 'a b'" in (newcomer.home / ".bashrc").read_text()
    window_env = {**with_mfaenv(newcomer)}
    del window_env["MFAENV_SHELL"]
    with Window(("bash", "-i"), window_env, newcomer.home) as window:
        window.prompted()
        window.enter("echo $MFAENV_PROFILE ${AWS_ACCESS_KEY_ID:0:4}")
        window.see("^a b ASIA$")


def test_a_role_gets_the_device_where_the_keys_are(newcomer: Product, scenario: Scenario) -> None:
    code = scenario.device.code()
    assert newcomer.run("configure", "--yes", "-p", "staging", "--token-code", code).status == 0
    found = awsfiles.load(newcomer.env).profiles
    assert "mfa_serial" in found["default"]
    assert "mfa_serial" not in found["staging"]
    assert found["staging-mfa"]["credential_process"] == "mfaenv process -p staging"
    used = newcomer.run("process", "-p", "staging", "--no-input")
    assert used.status == 0, used.err


HOSTILE = ["it's $(touch run) `touch run`", "a;touch run", "x'\"y", "--yes", "q ]", "é b"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_profiles_name_runs_nothing(newcomer: Product, scenario: Scenario, name: str) -> None:
    with (newcomer.home / ".aws" / "credentials").open("a", encoding="utf-8") as file:
        file.write(
            f"\n[{name}]\naws_access_key_id = {scenario.key.id}\naws_secret_access_key = {scenario.key.secret}\n"
        )
    code = scenario.device.code()
    done = newcomer.run("configure", "--yes", f"--profile={name}", "--token-code", code)
    assert done.status == 0, done.err
    found = awsfiles.load(newcomer.env).profiles
    assert found[name]["mfa_serial"] == DEVICE.partition(" = ")[2]
    assert shlex.split(found[f"{name}-mfa"]["credential_process"])[-1].endswith(name)
    assert newcomer.run("configure", "--yes", f"--profile={name}").err.endswith(NOTHING)
    env = {key: value for key, value in with_mfaenv(newcomer).items() if key != "MFAENV_SHELL"}
    with Window(("bash", "-i"), env, newcomer.home) as window:
        window.prompted()
        window.enter("type -t mfaenv")
        window.see("^function$")
    assert not (newcomer.home / "run").exists()


def test_a_file_that_changed_under_the_question_is_left_alone(newcomer: Product, scenario: Scenario) -> None:
    with direct(newcomer, "configure", "--token-code", scenario.device.code()) as window:
        window.see(r"\[Y/n\] ")
        window.enter("")
        window.see(CHANGE)
        config(newcomer).write_text("[default]\nregion = us-west-2\n")
        window.enter("")
        window.see("was changed by another program meanwhile")
        assert window.ended() == 1
    assert config(newcomer).read_text() == "[default]\nregion = us-west-2\n"


def test_links_and_modes_stay(newcomer: Product, scenario: Scenario) -> None:
    for name in (".aws/config", ".bashrc"):
        file, real = newcomer.home / name, newcomer.home / "dotfiles" / name.replace("/", "-")
        real.parent.mkdir(exist_ok=True)
        file.rename(real)
        real.chmod(0o640)
        file.symlink_to(real)
    assert newcomer.run("configure", "--yes", "--token-code", scenario.device.code()).status == 0
    for name in (".aws/config", ".bashrc"):
        assert (newcomer.home / name).is_symlink()
        assert stat.S_IMODE((newcomer.home / name).stat().st_mode) == 0o640
        assert "mfaenv" in (newcomer.home / name).read_text()


@pytest.mark.parametrize("text", ["[default]\nregion\n", "[default]\nregion = a\n[default]\n", "\ufeff[default]\n"])
def test_a_damaged_file_is_left_alone(newcomer: Product, text: str) -> None:
    config(newcomer).write_text(text)
    done = newcomer.run("configure", "--yes")
    assert done.status == 1
    assert "config" in done.err
    assert config(newcomer).read_text() == text


@pytest.mark.parametrize("place", ["device", "pipe", "folder"])
def test_what_is_no_file_is_left_alone(newcomer: Product, scenario: Scenario, place: str) -> None:
    target = newcomer.home / "target"
    if place == "device":
        target.symlink_to(os.devnull)
    elif place == "pipe":
        os.mkfifo(target)
    else:
        target.mkdir()
    newcomer.env |= {"ENV": str(target), "MFAENV_SHELL": "sh"}
    done = newcomer.run("configure", "--yes", "--token-code", scenario.device.code())
    assert done.status == 1
    assert "target is not a file" in done.err
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_in_the_demo_the_users_own_shell_file_stays(bare: Product) -> None:
    (bare.home / ".bashrc").write_text("# mine\n")
    env = {**with_mfaenv(bare), "MFAENV_SHELL": "bash"}
    script = "mfaenv configure --yes --token-code $(mfaenv demo --code) && mfaenv configure --yes"
    bare.env = env
    done = bare.run("demo", "--", "sh", "-c", script)
    assert done.status == 0, done.err
    assert f"+{PROCESS}" in done.out
    assert "nothing to do" in done.err
    assert (bare.home / ".bashrc").read_text() == "# mine\n"


ELSEWHERE = {
    "zsh": (".zshrc", {}),
    "zsh, in a folder": ("z/.zshrc", {"ZDOTDIR": "{home}/z"}),
    "fish": (".config/fish/config.fish", {}),
    "fish, elsewhere": ("x/fish/config.fish", {"XDG_CONFIG_HOME": "{home}/x"}),
    "tcsh": (".tcshrc", {}),
    "sh": (".shrc", {"ENV": "$HOME/.shrc"}),
    "ksh": (".kshrc", {"ENV": "~/.kshrc"}),
    "elvish": (".config/elvish/rc.elv", {}),
    "xonsh": (".xonshrc", {}),
    "pwsh": (".config/powershell/Microsoft.PowerShell_profile.ps1", {}),
    "nu": (".config/nushell/autoload/mfaenv.nu", {}),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_each_shells_own_file_has_the_line_once(newcomer: Product, scenario: Scenario, name: str) -> None:
    shell = name.partition(",")[0]
    if shell in {"pwsh", "nu"}:
        need(shell)
    file, variables = ELSEWHERE[name]
    newcomer.env |= {key: value.format(home=newcomer.home) for key, value in variables.items()}
    newcomer.env["MFAENV_SHELL"] = shell
    done = newcomer.run("configure", "--yes", "--token-code", scenario.device.code())
    assert done.status == 0, done.err
    text = (newcomer.home / file).read_text()
    assert text == f"{shells.init_line(shell)}\n" or (shell == "nu" and "--wrapped mfaenv" in text)
    assert newcomer.run("configure", "--yes").err == NOTHING
    assert (newcomer.home / file).read_text() == text


@pytest.mark.parametrize("shell", ["cmd", "csh", "sh"])
def test_where_there_is_no_file_it_is_told(newcomer: Product, scenario: Scenario, shell: str) -> None:
    newcomer.env["MFAENV_SHELL"] = shell
    before = state(newcomer).keys()
    done = newcomer.run("configure", "--yes", "--token-code", scenario.device.code())
    assert done.status == 0
    *_, told, _, last, line = done.err.splitlines()
    assert shell in told
    assert (last, line.strip()) == ("mfaenv: Done. When you need a session, type:", shells.loading_line(shell))
    assert {name for name in state(newcomer).keys() - before if not name.startswith((".aws/cache", ".cache"))} == set()


@pytest.mark.parametrize("shell", ["cmd", "sh"])
def test_a_line_to_type_stands_alone_and_unbroken_at_80_columns(
    newcomer: Product, scenario: Scenario, shell: str
) -> None:
    line = ("configure", "--yes", "--token-code", scenario.device.code())
    with direct(newcomer, *line, MFAENV_SHELL=shell) as window:
        window.see("Done.")
        assert window.ended() == 0
        rows = [row.strip() for row in window.text.splitlines()]
    assert shells.loading_line(shell) in rows


def test_tcsh_still_reads_the_file_that_the_new_one_hides(newcomer: Product, scenario: Scenario) -> None:
    (newcomer.home / ".cshrc").write_text("setenv MINE 1\n")
    newcomer.env["MFAENV_SHELL"] = "tcsh"
    assert newcomer.run("configure", "--yes", "--token-code", scenario.device.code()).status == 0
    assert (newcomer.home / ".tcshrc").read_text().splitlines()[0] == "source ~/.cshrc"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "LINE\n"),
        ("\ufeff", "\ufeffLINE\n"),
        ("a", "a\nLINE\n"),
        ("a\n", "a\nLINE\n"),
        ("\ufeffa\r\nb", "\ufeffa\r\nb\r\nLINE\r\n"),
        ("a \\", "a \\\n\nLINE\n"),
        ("a \\\n", "a \\\n\nLINE\n"),
    ],
)
def test_the_line_stands_alone_at_the_end(text: str, expected: str) -> None:
    assert shell_file.with_line(text, "LINE") == expected


@given(st.text(alphabet="ab \\\r\n\ufeff#", max_size=12))
def test_what_was_there_stays_before_it(text: str) -> None:
    changed = shell_file.with_line(text, "LINE")
    assert changed.startswith(text)
    assert changed[len(text) :].strip("\r\n") == "LINE"


@pytest.mark.parametrize(
    "line", ['  eval "$(mfaenv init bash -p x)"', "/usr/bin/mfaenv init bash >f", "mfaenv.exe init"]
)
def test_a_line_that_is_there_is_found(newcomer: Product, scenario: Scenario, line: str) -> None:
    (newcomer.home / ".bashrc").write_text(f"{line}\n")
    assert newcomer.run("configure", "--yes", "--token-code", scenario.device.code()).status == 0
    assert (newcomer.home / ".bashrc").read_text() == f"{line}\n"


@pytest.mark.parametrize("line", ['# eval "$(mfaenv init bash)"', "mfaenv status", "my-mfaenv-init"])
def test_a_line_that_only_speaks_of_it_is_not(newcomer: Product, scenario: Scenario, line: str) -> None:
    (newcomer.home / ".bashrc").write_text(f"{line}\n")
    assert newcomer.run("configure", "--yes", "--token-code", scenario.device.code()).status == 0
    assert (newcomer.home / ".bashrc").read_text() == f'{line}\neval "$(mfaenv init bash)"\n'


YKMAN = """#!/bin/sh
case "$*" in
"oath accounts list") printf '%s\\n' 'GitHub:alice' 'Amazon Web Services:alice@123456789012' 'AWS:bob' ;;
"oath accounts code --single Amazon Web Services:alice@123456789012") echo 123456 ;;
*) exit 2 ;;
esac
"""


def with_program(product: Product, name: str, text: str) -> None:
    folder = product.home / "bin"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)
    product.env["PATH"] = f"{folder}{os.pathsep}{product.env['PATH']}"


@pytest.mark.parametrize("works", [True, False])
def test_a_program_that_knows_the_device_gives_the_code(newcomer: Product, scenario: Scenario, works: bool) -> None:
    with_program(newcomer, "ykman", YKMAN if works else YKMAN.replace("echo 123456", "echo no code"))
    done = newcomer.run("configure", "--yes", "--token-code", scenario.device.code())
    assert done.status == 0, done.err
    line = "mfa_process = ykman oath accounts code --single 'Amazon Web Services:alice@123456789012'"
    assert (line in config(newcomer).read_text()) is works
    assert works or "left out" in done.err


def test_an_entry_of_pass_is_found_by_its_name(newcomer: Product, scenario: Scenario) -> None:
    with_program(
        newcomer,
        "pass",
        '#!/bin/sh\n[ "$1 $2" = "otp help" ] || { [ "$3" = aws/alice ] || [ "$2" = aws/alice ]; } && echo 123456\n',
    )
    (newcomer.home / ".password-store" / "aws").mkdir(parents=True)
    (newcomer.home / ".password-store" / "aws" / "alice.gpg").touch()
    (newcomer.home / ".password-store" / "mail.gpg").touch()
    done = newcomer.run("configure", "--yes", "--token-code", scenario.device.code())
    assert done.status == 0, done.err
    assert "mfa_process = pass otp aws/alice" in config(newcomer).read_text()


@pytest.mark.parametrize(
    ("names", "fits"),
    [
        (["aws"], ["aws"]),
        (["GitHub"], []),
        (["aws/a", "aws/b"], ["aws/a", "aws/b"]),
        (["aws/a", "Amazon Web Services:alice@1"], ["Amazon Web Services:alice@1"]),
        (["AWS:alice", "AWS:alice@123456789012"], ["AWS:alice@123456789012"]),
        (["aws\x1b[2J"], []),
    ],
)
def test_the_entry_that_fits_best_is_taken(names: list[str], fits: list[str]) -> None:
    found = programs.best([(name, (name,)) for name in names], ["123456789012", "alice"])
    assert found == [(name,) for name in fits]


def test_a_profile_of_that_name_is_left_alone(newcomer: Product, scenario: Scenario) -> None:
    config(newcomer).write_text("[profile default-mfa]\nregion = us-east-1\n")
    done = newcomer.run("configure", "--yes", "--token-code", scenario.device.code())
    assert done.status == 0
    assert "Profile default-mfa exists already" in done.err
    assert "credential_process" not in config(newcomer).read_text()


def test_direnvs_library_is_offered_where_direnv_is(newcomer: Product, scenario: Scenario) -> None:
    tools = newcomer.home / "tools"
    tools.mkdir()
    (tools / "direnv").write_text("#!/bin/sh\n")
    (tools / "direnv").chmod(0o755)
    newcomer.env["PATH"] = f"{tools}{os.pathsep}{newcomer.env['PATH']}"
    text = direnv_library(newcomer).read_text()
    direnv_library(newcomer).unlink()
    assert newcomer.run("configure", "--yes", "--token-code", scenario.device.code()).status == DONE
    assert direnv_library(newcomer).read_text() == text
    assert "All is set up" in newcomer.run("configure", "--yes").err
