"""The guided set-up at a real terminal, its files before and after, and a new window of each shell after it."""

import shlex
import sys

import pytest
from newcomers import CONFIG, DEVICE, NOTHING, PROCESS, config, settle_newcomer, state
from observed_aws import ObservedAws
from product import Product
from programs import write_program
from terminals import CTRL_C, Window, direct, need, with_mfaenv

from mfaenv import shells
from mfaenv.config import awsfiles
from mfaenv.pretend_aws.scenario import Scenario

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="drives a pseudo-terminal")

KEYS = "key=${AWS_ACCESS_KEY_ID-none} secret=${AWS_SECRET_ACCESS_KEY+set} profile=${MFAENV_PROFILE-none}"

CHANGE = r"Change \S+ like this\? \[Y/n\] "


@pytest.fixture
def newcomer(product: Product) -> Product:
    return settle_newcomer(product)


def take(window: Window, code: str) -> None:
    """Say yes to everything, as people do who press Enter."""
    window.see(r"It may be arn:aws:iam::123456789012:mfa/alice\.\s+Use this device\? \[Y/n\] ")
    window.enter("")
    window.see("MFA code: ")
    window.enter(code)
    for shown in (
        r"^\+mfa_serial = ",
        r"^\+credential_process = ",
        r"^\+source_profile = default-mfa",
        r"mfaenv init",
    ):
        window.see(shown)
        window.see(CHANGE)
        window.enter("")


def test_a_person_presses_enter_and_all_is_there(
    newcomer: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    with direct(newcomer, "configure") as window:
        take(window, scenario.device.code())
        window.see("Done. Open a new window")
        assert window.ended() == 0
    assert (
        config(newcomer).read_bytes()
        == (
            CONFIG.replace("eu-central-1\r\n", f"eu-central-1\r\n{DEVICE}\r\n", 1).replace(
                "= default", "= default-mfa"
            )
            + f"\r\n[profile default-mfa]\r\n{PROCESS}\r\nregion = eu-central-1\r\n"
        ).encode()
    )
    assert (
        newcomer.home / ".bashrc"
    ).read_bytes() == b"alias ll='ls -l'\n# the end\neval \"$(mfaenv init bash)\"\n"
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
    write_program(product.home / "what-is-set", f'echo "{KEYS}"')
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


def test_several_profiles_with_keys_are_chosen_from(newcomer: Product, scenario: Scenario) -> None:
    credentials = newcomer.home / ".aws" / "credentials"
    with credentials.open("a") as file:
        file.write(
            f"\n[a b]\naws_access_key_id = {scenario.key.id}\naws_secret_access_key = {scenario.key.secret}\n"
        )
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
