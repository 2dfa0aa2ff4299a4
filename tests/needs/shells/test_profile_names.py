"""The profile's name in other tools' variables: stale ones go, and one of them may be ours."""

from pathlib import Path

import pytest
from product import COMMAND, Product
from programs import write_program
from settled import EACH_WITH_HOOK, PAST, seated
from shell_table import BASH, FISH, ZSH, Shell
from terminals import Window, need, open_window, with_mfaenv

from mfaenv.fast import environment
from mfaenv.pretend_aws.scenario import Scenario

STALE = ("AWS_VAULT", "AWSUME_PROFILE", "AWSUME_EXPIRATION", "AWSU_PROFILE", "AWS_SSO_PROFILE")
SHOW = 'printf "names=%s,%s,%s.\\n" "${AWS_VAULT-none}" "${AWSUME_PROFILE-none}" "${AWS_PROFILE-none}"'
STARSHIP = """
format = "$env_var$aws$character"
[env_var.MFAENV_PROFILE]
format = "mfa:$env_value "
[aws]
format = "aws:$profile "
force_display = true
"""


def with_session(product: Product, scenario: Scenario) -> None:
    assert product.run("--shell", "sh", "--token-code", scenario.device.code()).status == 0


def test_what_other_tools_left_is_unset(product: Product, scenario: Scenario) -> None:
    with_session(product, scenario)
    product.env |= dict.fromkeys(STALE, "stale")
    for words in ((), ("unset",)):
        lines = product.run(*words, "--shell", "fish").out.splitlines()
        assert {f"set -eg {name}" for name in STALE} <= {line.rpartition("; ")[2].rstrip(";") for line in lines}


@pytest.mark.parametrize("name", environment.PROFILE_NAMES)
def test_the_stored_session_and_a_new_one_have_the_name(
    product: Product, scenario: Scenario, name: str
) -> None:
    product.env["MFAENV_PROFILE_AS"] = name
    for arguments in (["--token-code", scenario.device.code()], ["--cached"], ["--verbose"]):
        assert product.run("-f", "json", *arguments).json()[name] == "default"
    product.env |= {name: "default", "MFAENV_PROFILE": "default"}
    assert product.run("-f", "json", "-p", "staging").json()[name] == "staging"
    assert product.run("exec", "-p", "staging", "--", "printenv", name).out == "staging\n"


def test_keys_of_the_environment_are_found_again_under_the_name(product: Product, scenario: Scenario) -> None:
    product.env |= {
        "AWS_ACCESS_KEY_ID": scenario.key.id,
        "AWS_SECRET_ACCESS_KEY": scenario.key.secret,
        "AWS_SHARED_CREDENTIALS_FILE": "",
        "AWS_CONFIG_FILE": "",
        "MFAENV_PROFILE_AS": "AWS_PROFILE",
    }
    session = product.run("-f", "json", "--token-code", scenario.device.code()).json()
    product.env |= session
    assert session["AWS_PROFILE"] == "default"
    again = product.run("-f", "json", "--no-input")
    assert again.json()["AWS_ACCESS_KEY_ID"] == session["AWS_ACCESS_KEY_ID"], again.err


@pytest.mark.parametrize("name", ["PATH", "aws_vault", "x[$(id)]", "AWS_VAULT AWS_PROFILE"])
def test_any_other_name_is_refused(product: Product, scenario: Scenario, name: str) -> None:
    with_session(product, scenario)
    product.env["MFAENV_PROFILE_AS"] = name
    for arguments in ([], ["-p", "staging"]):
        done = product.run("--shell", "bash", *arguments)
        assert (done.status, done.out) == (2, "(exit 2);\n")
        assert "AWS_VAULT, AWSUME_PROFILE, AWS_PROFILE" in done.err
    cached = product.run("--shell", "bash", "--cached")
    assert (cached.status, cached.out, cached.err) == (3, "", "")
    assert product.run("unset", "--shell", "bash").status == 0
    assert "mfaenv()" in product.run("init", "bash").out


@pytest.fixture
def names(product: Product, scenario: Scenario) -> None:
    """Store a session, and put a program on the PATH that shows the variables."""
    with_session(product, scenario)
    tools = product.home / "tools"
    tools.mkdir()
    write_program(tools / "names", SHOW)


@pytest.mark.usefixtures("names")
@EACH_WITH_HOOK
def test_the_persons_own_name_stays_where_the_session_goes(product: Product, row: Shell) -> None:
    with seated(product, row, MFAENV_PROFILE_AS="AWSUME_PROFILE") as seat:
        seat.sees("names", r"^names=none,default,none\.$")
        seat.set("AWS_PROFILE", "mine")
        seat.sees("names", r"^names=none,none,mine\.$")


@pytest.mark.usefixtures("names")
@EACH_WITH_HOOK
def test_the_name_goes_with_the_session(product: Product, row: Shell) -> None:
    with seated(product, row, MFAENV_PROFILE_AS="AWSUME_PROFILE", AWS_VAULT="stale") as seat:
        seat.sees("names", r"^names=none,default,none\.$")
        seat.type("mfaenv -p staging")
        seat.sees("names", r"^names=none,staging,none\.$")
        assert product.run("clear", "-p", "staging").status == 0
        seat.set("MFAENV_EXPIRES", PAST)
        seat.sees("names", r"^names=none,none,none\.$")


@pytest.mark.parametrize("name", ["PATH", "x[$(touch run)]"])
@EACH_WITH_HOOK
def test_the_hook_takes_no_other_variable_away(product: Product, row: Shell, name: str) -> None:
    with seated(product, row, MFAENV_PROFILE_AS=name) as seat:
        for variable, value in (("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE"), ("MFAENV_EXPIRES", PAST)):
            seat.set(variable, value)
        assert seat.keys().startswith("key=none")
    assert not (product.home / "run").exists()


@pytest.fixture
def starship(product: Product) -> Path:
    need("starship")
    file = product.home / "starship.toml"
    file.write_text(STARSHIP)
    return file


@pytest.mark.parametrize(
    ("shell", "load"),
    [
        (BASH, ('eval "$(starship init bash)"', 'eval "$(mfaenv init bash)"')),
        (ZSH, ('eval "$(starship init zsh)"', 'eval "$(mfaenv init zsh)"')),
        (FISH, ("starship init fish | source", "mfaenv init fish | source")),
    ],
    ids=["bash", "zsh", "fish"],
)
def test_starship_shows_whose_session_it_is(
    product: Product, scenario: Scenario, starship: Path, shell: Shell, load: tuple[str, ...]
) -> None:
    with_session(product, scenario)
    variables = {"STARSHIP_CONFIG": str(starship), "AWS_VAULT": "stale", "MFAENV_PROFILE_AS": "AWSUME_PROFILE"}
    with open_window(product, shell, **variables) as window:
        for line in load:
            window.enter(line)
        window.see(r"mfa:default aws:default ")
        window.enter("mfaenv -p staging")
        window.see(r"mfa:staging aws:staging ")
        assert "stale" not in window.text.rpartition("mfa:default")[2]


def test_starship_shows_it_in_the_demo(product: Product, starship: Path, tmp_path: Path) -> None:
    (product.home / ".bashrc").write_text('eval "$(starship init bash)"\n')
    kept = {name: value for name, value in with_mfaenv(product).items() if not name.startswith("AWS_")}
    variables = {
        "STARSHIP_CONFIG": str(starship),
        "SHELL": "/bin/bash",
        "TMPDIR": str(tmp_path),
        "AWS_VAULT": "stale",
    }
    with Window((*COMMAND, "demo"), {**kept, **variables}, product.home) as window:
        window.see("leaves nothing behind")
        window.enter("eval $(mfaenv --token-code $(mfaenv demo --code))")
        window.see(r"mfa:default ")
        assert "stale" not in window.text
