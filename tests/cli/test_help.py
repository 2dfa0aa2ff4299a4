"""The help and the words for wrong usage: complete, within a screen, and with examples that work."""

import re
import shlex
import sys

import pexpect  # type: ignore[import-untyped]  # it has no types
import pytest
from product import COMMAND, PATIENCE, Product, advised
from settings import configure

from mfaenv.cli.help import EXAMPLES
from mfaenv.errors import DONE, USAGE
from mfaenv.fast.catalog import COMMANDS
from mfaenv.fast.parse import MAIN
from mfaenv.pretend_aws.scenario import Scenario

WIDTH = 80
LINES = 48


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_has_every_option_with_its_default_and_its_source(bare: Product, name: str) -> None:
    done = bare.run(*filter(None, [name]), "--help")
    assert (done.status, done.err) == (DONE, "")
    words = " ".join(done.out.split())
    for option in COMMANDS[name].options.values():
        spelling = f"{', '.join(option.flags)} {option.metavar}".rstrip()
        assert f"{spelling} {option.help}" in words
        assert all(source in words for source in [*option.variables, option.other_source, option.default])
    assert all(line in words for line in EXAMPLES[name])
    assert 2 <= len(EXAMPLES[name]) <= 3
    assert max(map(len, done.out.splitlines())) <= WIDTH


@pytest.mark.parametrize("name", COMMANDS)
def test_h_is_help(bare: Product, name: str) -> None:
    words = [*filter(None, [name])]
    assert bare.run(*words, "-h") == bare.run(*words, "--help")


def test_the_first_help_fits_a_screen_and_is_the_same_on_a_terminal(bare: Product) -> None:
    shown = bare.run("--help").out
    assert len(shown.splitlines()) <= LINES
    child = pexpect.spawn(
        COMMAND[0], [*COMMAND[1:], "--help"], env=bare.env, dimensions=(LINES, WIDTH), encoding="utf-8"
    )
    child.expect(pexpect.EOF, timeout=PATIENCE)
    assert child.before.replace("\r\n", "\n") == shown
    child.wait()
    child.close()


def test_the_first_help_lists_the_commands(bare: Product) -> None:
    shown = bare.run("--help").out
    for name, command in COMMANDS.items():
        if name != MAIN:
            assert re.search(rf"^  {name} +{re.escape(command.help)}$", shown, re.MULTILINE)


def test_the_process_in_an_example_does_not_lead_back_to_the_profile_that_it_serves(
    product: Product, scenario: Scenario
) -> None:
    line = next(line for line in EXAMPLES["process"] if line.startswith("aws configure set"))
    *_, setting, process = shlex.split(line)
    _, profile, name = setting.split(".")
    configure(product, profile, **{name: process})
    product.env["AWS_PROFILE"] = profile
    done = product.run(*process.split()[1:], "--token-code", scenario.device.code())
    assert (done.status, done.err) == (DONE, "")


WRONG = {
    "--prof x": "Did you mean --profile?",
    "status --jsn": "Did you mean --json?",
    "statsu": "Did you mean status?",
    "-p prod exce": "Did you mean exec?",
    "--shell bahs": "Did you mean bash?",
    "unset -s fsh": "Did you mean fish?",
    "--format jsn": "Did you mean json?",
    "init bahs": "Did you mean bash?",
    "init dash": "Did you mean sh?",
    "--shell dash": "Did you mean sh?",
    "--shell mksh": "Did you mean ksh?",
    "init csh": "Did you mean tcsh?",
    "policy --self": "Did you mean --self-service?",
    "--token x": "Did you mean --token-code or --token-command?",
    "e": "Did you mean exec?",
    "--nothing-like-it": "This shows how:\nmfaenv --help",
    "nothing-like-it": "This lists the commands:\nmfaenv --help",
    "policy --nothing-like-it": "This shows how:\nmfaenv policy --help",
    "clear --profile": "This shows how:\nmfaenv clear --help",
    "status more": "This shows how:\nmfaenv status --help",
    "init": "This shows how:\nmfaenv init --help",
    "--quiet=x": "This shows how:\nmfaenv --help",
    "-x": "This shows how:\nmfaenv --help",
    "keys rotat": "Did you mean rotate?",
    "remov": "This lists the commands:\nmfaenv --help",
    "remove x": "To take the session out of this shell:\nmfaenv unset",
    "list": "For the stored sessions (`mfaenv -p` has profiles, `mfaenv keys` keys):\nmfaenv status",
    "ls": "For the stored sessions (`mfaenv -p` has profiles, `mfaenv keys` keys):\nmfaenv status",
    "add work": "To add keys, which `mfaenv configure` then sets up:\naws configure --profile NAME",
    "rotate work": "Type:\nmfaenv keys rotate -p NAME",
    "use work": "Type:\nmfaenv -p NAME",
    "run terraform": "Type:\nmfaenv exec",
    "export work": "To print a session (`mfaenv keys export` moves keys out of the keychain):\nmfaenv process -p NAME",
    "login work": "For a session in this shell (`mfaenv console` opens the AWS console):\nmfaenv",
    "server": "Type:\nmfaenv exec --serve -p NAME -- CMD",
    "keys --delete": "Type:\nmfaenv keys rotate --delete",
    "keys import --delete": "Type:\nmfaenv keys rotate --delete",
    "--shell bash staging": "For the profile of that name:\nmfaenv -p staging",
    "-p staging -- sort x --profile y": "its words behind it:\nmfaenv exec -p staging -- sort",
    "-- sort x": "To run sort with the session, its words behind it:\nmfaenv exec -- sort",
    "-p staging sort x": "its words behind it:\nmfaenv exec -p staging -- sort",
    "sort": "This lists the commands:\nmfaenv --help",
    "sort --output x y": "This lists the commands:\nmfaenv --help",
    "-- no-such-program x": "This lists the commands:\nmfaenv --help",
    "123456": "Type the code when mfaenv asks, or:\nmfaenv --token-code CODE",
    "-p dev 123456": "or:\nmfaenv -p dev --token-code CODE",
    "-p dev setup": "Type:\nmfaenv configure -p dev",
    "run -p dev": "Type:\nmfaenv exec -p dev",
    "-p dev rotate": "Type:\nmfaenv keys rotate -p dev",
    "-p dev --clear": "For the command of that name:\nmfaenv clear -p dev",
    "--status -p": "For the command of that name:\nmfaenv status",
    "keys import --delete --json -p dev": "Type:\nmfaenv keys rotate --delete -p dev",
    "keys export --json -p dev": "Type:\nmfaenv keys --json -p dev",
    "logout": "To take the session out of this shell:\nmfaenv unset",
    "setup": "Type:\nmfaenv configure",
    "set": "Type:\nmfaenv -p NAME",
    "--clear": "For the command of that name:\nmfaenv clear",
    "--only -p dev": "It is an option of exec:\nmfaenv exec --help",
    "status --serve": "It is an option of exec:\nmfaenv exec --help",
    "policy --json": "This shows how:\nmfaenv policy --help",
    "exec --shell bash": "This shows how:\nmfaenv exec --help",
    "--list": "This shows how:\nmfaenv --help",
    "--code 123456": "Did you mean --token-code?",
    "--refrsh": "Did you mean --refresh?",
    "-version": "Did you mean --version?",
    "-c123456 -1": "This shows how:\nmfaenv --help",
}


@pytest.mark.parametrize(("words", "hint"), WRONG.items(), ids=WRONG)
def test_a_wrong_name_gets_the_nearest_right_one(product: Product, words: str, hint: str) -> None:
    done = product.run(*words.split())
    assert done.status == USAGE
    assert re.match(r"mfaenv: \S.*\.", done.err)
    assert done.err.endswith(advised(hint))


def test_the_help_of_keys_tells_what_each_of_its_words_does(bare: Product) -> None:
    shown = bare.run("keys", "--help").out
    for word in ("import", "export", "get", "rotate"):
        assert re.search(rf"^  {word} +\w+ \w+ \w+", shown, re.MULTILINE), word


def loaded(product: Product, line: str) -> set[str]:
    """Run a line, and return the packages that it loads."""
    product.command = (sys.executable, "-X", "importtime", "-m", "mfaenv")
    return set(re.findall(r"\| +(\w+)\b", product.run(*line.split()).err))


PLAIN = (
    "--version",
    "--help",
    "status",
    "status --help",
    "-q clear",
    "policy",
    "doctor -h",
    "configure --dry-run",
)


@pytest.mark.parametrize("line", PLAIN)
def test_a_plain_line_does_not_wait_for_typer(bare: Product, line: str) -> None:
    assert loaded(bare, line) & {"mfaenv", "typer", "click"} == {"mfaenv"}


@pytest.mark.parametrize(
    ("line", "needed"),
    [("--bogus", {"typer"}), ("status --bogus", {"typer"}), ("statsu", set()), ("status x", set())],
)
def test_a_wrong_name_does_not_wait_for_what_checks_values(bare: Product, line: str, needed: set[str]) -> None:
    assert loaded(bare, line) & {"typer", "pydantic"} == needed
