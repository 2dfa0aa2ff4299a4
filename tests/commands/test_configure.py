"""The guided set-up where nobody is asked: its files before and after."""

import json
import os
import re
import stat
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from newcomers import DEVICE, NOTHING, PROCESS, config, direnv_library, settle_newcomer, state
from observed_aws import ObservedAws
from product import Product, as_nobody
from programs import write_program
from settings import configure
from terminals import need
from trouble import assert_explained

from mfaenv import shells
from mfaenv.commands.configure import programs, shell_file
from mfaenv.config import awsfiles
from mfaenv.errors import DONE, FAILED
from mfaenv.pretend_aws.scenario import Scenario

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="drives a pseudo-terminal")


@pytest.fixture
def newcomer(product: Product) -> Product:
    return settle_newcomer(product)


@pytest.mark.parametrize(
    "shell", [name for name in shells.NAMES if "~" in str(shells.get_target(name).startup_files)]
)
def test_the_line_is_for_the_shells_own_file(newcomer: Product, shell: str) -> None:
    newcomer.env["MFAENV_SHELL"] = shell
    lines = newcomer.run("configure", "--dry-run").out.splitlines()
    file = next(row for row in shells.get_target(shell).startup_files if row.startswith("~"))
    assert f"+++ {file}" in lines
    assert f"+{shells.init_line(shell)}" in lines


def test_a_dry_run_changes_nothing_at_all(newcomer: Product) -> None:
    before = state(newcomer)
    done = newcomer.run("configure", "--dry-run")
    assert done.status == 0, done.err
    for line in (f"+{DEVICE}", "+[profile default-mfa]", f"+{PROCESS}", '+eval "$(mfaenv init bash)"'):
        assert line in done.out.splitlines()
    assert state(newcomer) == before


def test_for_a_profile_without_any_keys_it_shows_how_to_store_some(newcomer: Product) -> None:
    with open(newcomer.env["AWS_CONFIG_FILE"], "a", encoding="utf-8") as file:
        file.write("\n[profile empty]\nregion = eu-west-1\n")
    done = newcomer.run("configure", "--dry-run", "-p", "empty")
    assert done.status == FAILED
    assert done.err.splitlines() == [
        (
            "mfaenv: There are no keys for profile empty: "
            "[empty] in the credentials file has none. Make some in IAM; this stores them:"
        ),
        "        aws configure --profile empty",
    ]


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


def test_without_keys_it_says_how_to_get_some(bare: Product) -> None:
    done = bare.run("configure", "--yes")
    assert (done.status, done.out) == (1, "")
    assert done.err.splitlines()[-1] == "        aws configure --profile default"
    assert max(map(len, done.err.splitlines())) <= 80
    assert not (bare.home / ".aws").exists()


def test_keys_of_another_program_are_keys(newcomer: Product, scenario: Scenario) -> None:
    keys = {"Version": 1, "AccessKeyId": scenario.key.id, "SecretAccessKey": scenario.key.secret}
    (newcomer.home / "keys.json").write_text(json.dumps(keys))
    Path(newcomer.env["AWS_SHARED_CREDENTIALS_FILE"]).write_text("")
    config(newcomer).write_text(f"[default]\ncredential_process = cat {newcomer.home}/keys.json\n")
    done = newcomer.run("configure", "--yes", "--token-code", scenario.device.code())
    assert done.status == 0, done.err
    assert "[profile default-mfa]" in config(newcomer).read_text()


def test_what_is_wrong_with_the_only_profile_that_has_keys_is_told(newcomer: Product) -> None:
    config(newcomer).write_text("[default]\nregion = eu-west-1  # Ireland\n")
    done = newcomer.run("configure", "--dry-run")
    assert (done.status, done.out) == (2, "")
    assert "'eu-west-1  # Ireland' (profile default) is not the name of a region." in done.err


def test_a_title_of_the_config_file_over_the_keys_is_told(newcomer: Product, scenario: Scenario) -> None:
    file = Path(newcomer.env["AWS_SHARED_CREDENTIALS_FILE"])
    right = file.read_text()
    file.write_text(right.replace("[default]", "[profile default]"))
    before = state(newcomer)
    for line in ((), ("-p", "default")):
        done = newcomer.run("configure", "--yes", "--token-code", scenario.device.code(), *line)
        assert (done.status, done.out) == (FAILED, "")
        assert_explained(
            done, "no keys for profile default: .* under \\[profile default\\]", "under \\[default\\]"
        )
    assert state(newcomer) == before
    file.write_text(right + right.replace("[default]", "[profile work]"))
    done = newcomer.run("configure", "--yes", "--token-code", scenario.device.code())
    assert done.status == 0, done.err
    assert "[profile default-mfa]" in config(newcomer).read_text()


def test_a_profile_that_is_not_there_is_told_with_what_names_it(newcomer: Product) -> None:
    newcomer.env["AWS_PROFILE"] = "nope"
    assert "There is no profile 'nope' (AWS_PROFILE) in" in newcomer.run("configure", "--dry-run").err
    assert "There is no profile 'no' (--profile) in" in newcomer.run("configure", "--dry-run", "-p", "no").err


def test_a_role_gets_the_device_where_the_keys_are(newcomer: Product, scenario: Scenario) -> None:
    code = scenario.device.code()
    assert newcomer.run("configure", "--yes", "-p", "staging", "--token-code", code).status == 0
    found = awsfiles.load(newcomer.env).profiles
    assert "mfa_serial" in found["default"]
    assert "mfa_serial" not in found["staging"]
    assert found["staging-mfa"]["credential_process"] == "mfaenv process -p staging"
    used = newcomer.run("process", "-p", "staging", "--no-input")
    assert used.status == 0, used.err


@pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "MFAENV_PROFILE"])
def test_where_a_variable_names_a_role_the_profile_with_the_keys_is_set_up(
    newcomer: Product, scenario: Scenario, variable: str
) -> None:
    newcomer.env[variable] = "staging"
    assert newcomer.run("configure", "--yes", "--token-code", scenario.device.code()).status == 0
    found = awsfiles.load(newcomer.env).profiles
    assert ("default-mfa" in found, "staging-mfa" in found) == (True, False)
    assert found["staging"]["source_profile"] == "default-mfa"
    assert 'eval "$(mfaenv init bash)"' in (newcomer.home / ".bashrc").read_text()
    newcomer.env |= {"MFAENV_PROFILE": "staging", "MFAENV_KEY": "ASIAIOSFODNN7EXAMPLE"}  # with its session
    assert newcomer.run("configure", "--yes").err == NOTHING


@pytest.mark.parametrize(
    "variables",
    [
        {"AWS_PROFILE": "work"},
        {"MFAENV_PROFILE": "work", "MFAENV_KEY": ""},  # as a folder of direnv's without a session has it
    ],
)
def test_of_several_profiles_with_keys_a_variable_chooses_one(
    newcomer: Product, scenario: Scenario, variables: dict[str, str]
) -> None:
    file = Path(newcomer.env["AWS_SHARED_CREDENTIALS_FILE"])
    file.write_text(file.read_text() + file.read_text().replace("[default]", "[work]"))
    newcomer.env |= variables
    assert newcomer.run("configure", "--yes", "--token-code", scenario.device.code()).status == 0
    assert 'eval "$(mfaenv init bash -p work)"' in (newcomer.home / ".bashrc").read_text()


@pytest.mark.parametrize(
    "default", ["role_arn = {}\nsource_profile = base\n", "sso_account_id = 123456789012\n"]
)
def test_a_default_without_keys_of_its_own_stays_what_new_windows_have(
    newcomer: Product, scenario: Scenario, default: str
) -> None:
    file, role = Path(newcomer.env["AWS_SHARED_CREDENTIALS_FILE"]), "arn:aws:iam::111122223333:role/Developer"
    file.write_text(file.read_text().replace("[default]", "[base]"))
    text = config(newcomer).read_text().replace("[default]\n", "[profile base]\n", 1)
    config(newcomer).write_text(f"{text}[default]\n{default.format(role)}")
    done = newcomer.run("configure", "--yes", "--token-code", scenario.device.code())
    assert done.status == 0, done.err
    assert 'eval "$(mfaenv init bash)"' in (newcomer.home / ".bashrc").read_text()
    assert done.err.rstrip().endswith("mfaenv" if "role_arn" in default else "mfaenv -p base")
    (newcomer.home / ".bashrc").unlink()
    again = newcomer.run("configure", "--yes")
    assert again.err.splitlines()[-1] == done.err.splitlines()[-1]
    (newcomer.home / ".bashrc").unlink()
    assert newcomer.run("configure", "--yes", "-p", "base").status == 0
    assert 'eval "$(mfaenv init bash -p base)"' in (newcomer.home / ".bashrc").read_text()


@pytest.mark.parametrize("shell", ["bash", "nu"])
def test_where_a_new_window_has_another_profile_the_line_to_type_names_this_one(
    newcomer: Product, scenario: Scenario, shell: str
) -> None:
    newcomer.env["MFAENV_SHELL"] = shell
    file = Path(newcomer.env["AWS_SHARED_CREDENTIALS_FILE"])
    file.write_text(file.read_text() + file.read_text().replace("[default]", "[work]"))
    assert newcomer.run("configure", "--yes", "-p", "work", "-c", scenario.device.code()).status == 0
    scenario.world.clock = lambda: time.time() + 40
    done = newcomer.run("configure", "--yes", "-p", "default", "-c", scenario.device.code())
    assert done.err.endswith("type:\n        mfaenv -p default\n")


def test_where_a_variable_names_another_profile_the_line_to_type_names_this_one(
    newcomer: Product, scenario: Scenario
) -> None:
    newcomer.env["AWS_PROFILE"] = "staging"
    done = newcomer.run("configure", "--yes", "-p", "default", "-c", scenario.device.code())
    assert done.err.endswith("type:\n        mfaenv -p default\n")


def test_a_role_stays_on_the_keys_of_a_profile_that_is_a_role_too(
    newcomer: Product, scenario: Scenario
) -> None:
    """NAME-mfa gives the session of that role: programs would assume the other role from it."""
    text = config(newcomer).read_text()
    role = "role_arn = arn:aws:iam::111122223333:role/Developer\nsource_profile = default\n"
    config(newcomer).write_text(text.replace("[default]\n", f"[default]\n{role}", 1))
    assert newcomer.run("configure", "--yes", "--token-code", scenario.device.code()).status == 0
    assert awsfiles.load(newcomer.env).profiles["staging"]["source_profile"] == "default"
    said = newcomer.run("configure", "--yes").err
    assert "Programs assume staging with the keys of default; default-mfa gives its role instead." in said


def test_another_device_than_that_of_the_profile_is_told(newcomer: Product, scenario: Scenario) -> None:
    """As of a new phone: the former one would count for all else."""
    configure(newcomer, mfa_serial="arn:aws:iam::123456789012:mfa/alice-before")
    named = ("--serial-number", scenario.device.serial, "--yes", "-c", scenario.device.code())
    wrong = "Profile default has another device: mfa_serial = arn:aws:iam::123456789012:mfa/alice-before."
    assert_explained(newcomer.run("configure", *named), wrong, "Correct or remove that first.")
    configure(newcomer, mfa_serial=None)
    assert newcomer.run("configure", *named).status == 0
    assert "All is set up" in newcomer.run("configure", *named).err


def test_programs_are_asked_for_no_code_of_another_device(newcomer: Product, scenario: Scenario) -> None:
    """AWS takes none beside a session's keys."""
    text = config(newcomer).read_text()
    config(newcomer).write_text(f"{text}mfa_serial = arn:aws:iam::123456789012:mfa/alice-key\n")
    assert newcomer.run("configure", "--yes", "--token-code", scenario.device.code()).status == 0
    found = awsfiles.load(newcomer.env).profiles
    assert found["staging"].keys() == {"role_arn", "source_profile"}
    assert found["default"]["mfa_serial"] == scenario.device.serial


@pytest.mark.parametrize(("mode", "status"), [(0o600, DONE), (0o644, DONE), (0o640, FAILED)])
def test_a_group_of_others_stays_only_where_it_may_do_more(
    newcomer: Product, scenario: Scenario, mode: int, status: int
) -> None:
    """Of a file that an administrator copied with sudo, and gave to the user."""
    if os.geteuid() != 0:
        pytest.skip("only root gives a file such a group")
    file = config(as_nobody(newcomer))
    os.chown(file, -1, 0)
    file.chmod(mode)
    done = newcomer.run("configure", "--yes", "--token-code", scenario.device.code())
    assert done.status == status, done.err
    assert stat.S_IMODE(file.stat().st_mode) == mode
    assert (DEVICE in file.read_text(), file.stat().st_gid != 0) == (status == DONE, status == DONE)


def test_no_code_is_used_where_the_config_file_cannot_be_changed(
    newcomer: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    """As on NixOS, where it is a link to a folder that nobody can write to."""
    folder = newcomer.home / "store"
    folder.mkdir()
    config(newcomer).rename(folder / "config")
    config(newcomer).symlink_to(folder / "config")
    as_nobody(newcomer)
    folder.chmod(0o500)
    done = newcomer.run("configure", "--yes", "--token-code", scenario.device.code())
    assert (done.status, done.out) == (FAILED, "")
    assert f"nothing can be made in {folder}" in done.err
    assert done.err.splitlines()[-1] == "        mfaenv configure --dry-run -p default"
    assert not aws.actions("GetSessionToken")
    assert newcomer.run("configure", "--dry-run", "-p", "default").status == DONE


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


@pytest.mark.parametrize(
    "text", ["[default]\nregion\n", "[default]\nregion = a\n[default]\n", "\ufeff[default]\n"]
)
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


def test_a_config_file_that_cannot_be_changed_costs_no_code(
    newcomer: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    config(newcomer).rename(newcomer.home / "elsewhere")
    config(newcomer).symlink_to("nowhere/config")
    code = scenario.device.code()
    done = newcomer.run("configure", "--yes", "--serial-number", scenario.device.serial, "--token-code", code)
    assert (done.status, aws.actions("GetSessionToken")) == (1, [])
    assert "is a link to a file that is not there" in done.err


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


def test_zsh_is_asked_for_its_folder(newcomer: Product, scenario: Scenario) -> None:
    """A variable of ~/.zshenv may not be exported, and that file may print."""
    need("zsh")
    (newcomer.home / ".zshenv").write_text("ZDOTDIR=$HOME/.config/zsh\nprint -n Welcome\n")
    newcomer.env["MFAENV_SHELL"] = "zsh"
    assert newcomer.run("configure", "--yes", "--token-code", scenario.device.code()).status == 0
    assert "mfaenv init zsh" in (newcomer.home / ".config" / "zsh" / ".zshrc").read_text()
    assert not (newcomer.home / ".zshrc").exists()


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
    *notes, last, line = done.err.splitlines()
    assert shell in [note for note in notes if note.startswith("mfaenv: ")][-1]
    assert (last, line.strip()) == ("mfaenv: Done. When you need a session, type:", shells.loading_line(shell))
    assert {
        name for name in state(newcomer).keys() - before if not name.startswith((".aws/cache", ".cache"))
    } == set()


def test_the_copy_of_a_startup_file_that_a_killed_run_left_goes(newcomer: Product, scenario: Scenario) -> None:
    left = newcomer.home / "..bashrc.0123456789abcdef.mfaenv"
    left.write_text("export AWS_SECRET_ACCESS_KEY=hunter2\n")
    done = newcomer.run("configure", "--yes", "--token-code", scenario.device.code())
    assert done.status == 0, done.err
    assert not left.exists()


def test_of_a_startup_file_only_the_new_line_is_shown(newcomer: Product) -> None:
    (newcomer.home / ".bashrc").write_text("export AWS_SECRET_ACCESS_KEY=hunter2\n")
    done = newcomer.run("configure", "--dry-run")
    assert '+eval "$(mfaenv init bash)"' in done.out, done.err
    assert "hunter2" not in done.out


def test_of_a_profile_only_the_new_settings_are_shown(newcomer: Product) -> None:
    seed = "mfa_process = oathtool --totp -b JBSWY3DPEHPK3PXP\n"
    config(newcomer).write_text(config(newcomer).read_text().replace("[default]\n", f"[default]\n{seed}"))
    done = newcomer.run("configure", "--dry-run")
    assert f"+{DEVICE}" in done.out.splitlines(), done.err
    assert "JBSWY" not in done.out + done.err


def test_a_name_of_odd_signs_is_in_the_line(newcomer: Product) -> None:
    name = "a\u2019 | calc | echo \u2018b$(id)"
    for path in (config(newcomer), Path(newcomer.env["AWS_SHARED_CREDENTIALS_FILE"])):
        title = f"profile '{name}'" if path == config(newcomer) else name
        text = path.read_text(encoding="utf-8").replace("[default]", f"[{title}]", 1)
        path.write_text(text, encoding="utf-8")
    done = newcomer.run("configure", "--dry-run", "-p", name)
    assert f"+eval \"$(mfaenv init bash -p '{name}')\"" in done.out.splitlines()


def test_for_a_shell_that_is_none_no_startup_file_is_changed(newcomer: Product) -> None:
    newcomer.env["MFAENV_SHELL"] = "json"
    done = newcomer.run("configure", "--dry-run")
    assert "MFAENV_SHELL does not know 'json'. No startup file is changed." in done.err
    assert "init" not in done.out


def test_a_line_to_put_into_a_file_by_hand_is_something_to_do(newcomer: Product, scenario: Scenario) -> None:
    newcomer.env["MFAENV_SHELL"] = "ksh"
    assert newcomer.run("configure", "--yes", "--token-code", scenario.device.code()).status == 0
    said = newcomer.run("configure", "--yes").err
    assert "The startup file of ksh is unknown. Put this line into it:" in said
    assert "nothing to do" not in said


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
        ("echo a \\\n", "echo a \\\n\nLINE\n"),
        ("echo a \\", "echo a \\\n\nLINE\n"),
        ("Write-Host a `\r\n", "Write-Host a `\r\n\r\nLINE\r\n"),
        ("a\r\necho a ^\n", "a\r\necho a ^\n\r\nLINE\r\n"),
        ("echo a \\\n\n", "echo a \\\n\nLINE\n"),
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
    "line",
    [
        '  eval "$(mfaenv init bash -p x)"',
        "/usr/bin/mfaenv init bash >f",
        "mfaenv.exe init",
        'eval "$(mfaenv init sh)"',
        'eval "$(mfaenv init "${SHELL##*/}")"',
        '[ -n "$BASH" ] && eval "$(mfaenv init bash)" || eval "$(mfaenv init zsh)"',
    ],
)
def test_a_line_that_is_there_is_found(newcomer: Product, scenario: Scenario, line: str) -> None:
    (newcomer.home / ".bashrc").write_text(f"{line}\n")
    assert newcomer.run("configure", "--yes", "--token-code", scenario.device.code()).status == 0
    assert (newcomer.home / ".bashrc").read_text() == f"{line}\n"


OTHERS = (
    'eval "$(mfaenv init bash)"',
    'eval "$("$HOME"/bin/mfaenv init bash)"',  # the shell knows which path that is
    'eval "$($HOME/bin/mfaenv init bash)"',
)
"""Lines that may work, beside one that does not."""

LOGIN = """mfaenv: As a login shell, as in macOS' Terminal, bash reads {} and not ~/.bashrc. Put this line there:
        {}
"""


def test_a_path_of_mfaenv_that_is_not_there_any_more_is_told(newcomer: Product, scenario: Scenario) -> None:
    assert newcomer.run("configure", "--yes", "--token-code", scenario.device.code()).status == 0
    startup, config = newcomer.home / ".bashrc", Path(newcomer.env["AWS_CONFIG_FILE"])
    settings, line, gone = config.read_text(), shells.init_line("bash"), "/opt/gone/bin/mfaenv"
    former = line.replace("$(mfaenv", f"$({gone}")
    startup.write_text(former)
    config.write_text(re.sub(r"(credential_process = )\S*mfaenv", rf"\1{gone}", settings))
    assert gone in config.read_text()
    before = newcomer.run("doctor", "--no-input")
    assert "profile default-mfa: its credential_process names a path that cannot be run" in " ".join(
        before.out.split()
    )
    told = newcomer.run("configure", "--yes").err
    assert f"mfaenv: ~/.bashrc names {gone}, which is not there. Correct it to:\n        " in told
    assert "a new window" not in told
    assert (startup.read_text(), config.read_text()) == (former, settings)
    for other in OTHERS:
        startup.write_text(f"{former}{other}\n")
        assert newcomer.run("configure", "--yes").err == NOTHING
    assert "cannot be run" not in newcomer.run("doctor", "--no-input").out


def test_a_default_that_signs_in_is_not_named_for_keys(bare: Product) -> None:
    """`aws configure --profile default` would write keys beside it, which no program uses."""
    config(bare).parent.mkdir()
    config(bare).write_text("[default]\nsso_account_id = 111122223333\nsso_role_name = Admin\n")
    assert bare.run("configure", "--yes").err.splitlines()[-1] == "        aws configure --profile NAME"


@pytest.mark.parametrize(
    ("name", "text", "is_told"),
    [
        (".bash_profile", "PATH=$PATH:~/bin\n# . ~/.bashrc\n", True),
        (".profile", "", True),
        (".bash_profile", "if [ -f ~/.bashrc ]; then . ~/.bashrc; fi\n", False),
        (".bash_login", "test -r ~/.profile && source ~/.profile\n", False),
        (".bash_profile", 'eval "$(mfaenv init bash)"\n', False),
    ],
)
def test_a_login_file_that_hides_the_line_is_told(
    newcomer: Product, scenario: Scenario, name: str, text: str, *, is_told: bool
) -> None:
    path = newcomer.home / name
    path.write_text(text)
    line = '[ -z "$BASH" ] || eval "$(mfaenv init bash)"'
    told = LOGIN.format(f"~/{name}", line)
    done = newcomer.run("configure", "--yes", "--token-code", scenario.device.code())
    assert (told in done.err) is is_told
    path.write_text(f"{text}{line}\n")
    assert "login shell" not in newcomer.run("configure", "--yes").err


def test_a_login_file_that_cannot_be_read_stops_nothing(newcomer: Product, scenario: Scenario) -> None:
    path = newcomer.home / ".bash_profile"
    path.mkdir()
    done = newcomer.run("configure", "--yes", "--token-code", scenario.device.code())
    assert (done.status, "login shell" in done.err) == (0, False)
    path.rmdir()
    path.write_bytes(b"# caf\xe9\n")
    done = newcomer.run("configure", "--yes")
    assert (done.status, "login shell" in done.err) == (0, True)


@pytest.mark.parametrize(
    "line",
    [
        '# eval "$(mfaenv init bash)"',
        "mfaenv status",
        "my-mfaenv-init",
        'eval "$(mfaenv init zsh)"',
        "mfaenv init direnv >~/.config/direnv/lib/mfaenv.sh",
    ],
)
def test_a_line_of_something_else_is_not(newcomer: Product, scenario: Scenario, line: str) -> None:
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


def test_the_line_needs_no_lock_beside_the_aws_files(newcomer: Product, scenario: Scenario) -> None:
    """In a container, the host's may be there to be read alone."""
    assert newcomer.run("configure", "--yes", "--token-code", scenario.device.code()).status == 0
    bashrc = newcomer.home / ".bashrc"
    bashrc.write_text("")
    (config(newcomer).parent / ".mfaenv.lock").mkdir()
    done = newcomer.run("configure", "--yes")
    assert (done.status, bashrc.read_text()) == (DONE, 'eval "$(mfaenv init bash)"\n'), done.err


def with_program(product: Product, name: str, text: str) -> None:
    folder = product.home / "bin"
    folder.mkdir(exist_ok=True)
    write_program(folder / name, text)
    product.env["PATH"] = f"{folder}{os.pathsep}{product.env['PATH']}"


@pytest.mark.parametrize("works", [True, False])
def test_a_program_that_knows_the_device_gives_the_code(
    newcomer: Product, scenario: Scenario, works: bool
) -> None:
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
    line = "        credential_process = mfaenv process -p default\n"
    assert f"it is left alone. Rename it, or write a profile with:\n{line}" in done.err
    assert "credential_process" not in config(newcomer).read_text()
    again = newcomer.run("configure", "--yes")
    assert (again.status, line in again.err, "All is set up" in again.err) == (0, True, False)


def test_programs_get_the_region_of_the_profile_and_not_of_this_shell(
    newcomer: Product, scenario: Scenario
) -> None:
    configure(newcomer, region="eu-central-1")
    newcomer.env["AWS_REGION"] = "us-west-2"
    done = newcomer.run("configure", "--yes", "--token-code", scenario.device.code())
    assert done.status == 0, done.err
    assert awsfiles.load(newcomer.env).section("default-mfa")["region"] == "eu-central-1"


def test_programs_get_all_that_says_where_aws_is_and_how_it_is_called(
    newcomer: Product, scenario: Scenario
) -> None:
    of_s3 = "\naddressing_style = path"
    configure(newcomer, retry_mode="adaptive", ignore_configured_endpoint_urls="false", s3=of_s3, output="text")
    done = newcomer.run("configure", "--yes", "--token-code", scenario.device.code())
    assert done.status == 0, done.err
    found = awsfiles.load(newcomer.env).section("default-mfa")
    assert found == {
        "credential_process": PROCESS.partition(" = ")[2],
        "region": "eu-central-1",
        "ignore_configured_endpoint_urls": "false",
        "s3": of_s3,
        "retry_mode": "adaptive",
    }


def test_a_role_of_the_credentials_file_is_named_with_the_line_to_write(
    newcomer: Product, scenario: Scenario
) -> None:
    credentials = Path(newcomer.env["AWS_SHARED_CREDENTIALS_FILE"])
    role = "[old]\nrole_arn = arn:aws:iam::111122223333:role/Developer\nsource_profile = default\n"
    credentials.write_text(f"{credentials.read_text()}\n{role}")
    done = newcomer.run("configure", "--yes", "--token-code", scenario.device.code())
    assert done.status == 0
    assert "Role old is in ~/.aws/credentials: write source_profile = default-mfa there." in done.err
    assert credentials.read_text().endswith(role)
    credentials.write_text(f"{credentials.read_text()}[new]\nmfa_serial = {scenario.device.serial}\n")
    configure(newcomer, "new", role_arn="arn:aws:iam::111122223333:role/Developer", source_profile="default")
    done = newcomer.run("configure", "--yes")
    assert "Role new is in ~/.aws/credentials: write source_profile = default-mfa there, and remove" in done.err
    configure(newcomer, "old", mfa_serial=scenario.device.serial)  # with which programs would ask for a code
    again = newcomer.run("configure", "--yes")
    assert "write source_profile = default-mfa there, and remove its mfa_serial." in again.err
    assert "All is set up" not in newcomer.run("configure", "--yes").err
    assert "old-mfa" not in config(newcomer).read_text()


def test_direnvs_library_is_offered_where_direnv_is(newcomer: Product, scenario: Scenario) -> None:
    tools = newcomer.home / "tools"
    tools.mkdir()
    write_program(tools / "direnv", "#!/bin/sh\n")
    newcomer.env["PATH"] = f"{tools}{os.pathsep}{newcomer.env['PATH']}"
    text = direnv_library(newcomer).read_text()
    direnv_library(newcomer).unlink()
    assert newcomer.run("configure", "--yes", "--token-code", scenario.device.code()).status == DONE
    assert direnv_library(newcomer).read_text() == text
    assert "All is set up" in newcomer.run("configure", "--yes").err


@pytest.mark.parametrize(("profile", "line"), [("default", "mfaenv"), ("staging", "mfaenv -p staging")])
def test_the_last_line_gets_a_session_of_the_profile(
    newcomer: Product, scenario: Scenario, profile: str, line: str
) -> None:
    (newcomer.home / ".bashrc").write_text('eval "$(mfaenv init bash)"\n')
    done = newcomer.run("configure", "--yes", "-p", profile, "--token-code", scenario.device.code())
    assert done.status == 0, done.err
    assert done.err.splitlines()[-1].strip() == line


def test_the_last_line_is_for_the_profile_where_no_function_is_loaded_too(
    newcomer: Product, scenario: Scenario
) -> None:
    newcomer.env["MFAENV_SHELL"] = "csh"
    done = newcomer.run("configure", "--yes", "-p", "staging", "--token-code", scenario.device.code())
    assert done.err.splitlines()[-1].strip() == shells.loading_line("csh", ("mfaenv", "-p", "staging"))


def test_a_config_file_without_a_name_is_told_before_anything_else(newcomer: Product) -> None:
    newcomer.env["AWS_CONFIG_FILE"] = ""
    done = newcomer.run("configure", "--yes")
    assert (done.status, done.out) == (1, "")
    assert done.err.splitlines()[0] == "mfaenv: An AWS file has no name."
