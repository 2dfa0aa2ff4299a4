"""What is printed for a shell, loaded in that shell."""

import sys
from collections.abc import Iterable
from pathlib import Path

import depth
import pytest
from hypothesis import given, settings
from running import Place
from shell_table import BY_NAME, SHELLS, Shell
from values import CORPUS, OCTETS, TEXTS, TEXTS_AND_OCTETS

from mfaenv.errors import MfaenvError
from mfaenv.shells import MAX_VARIABLE, failure, init_line, loading_line, render

POWERSHELLS = {"pwsh", "powershell"}
PARTS = ["A", "'* ", "é"]
"""What long values are made of."""

every_shell = pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell.name)


def each_line(shells: Iterable[Shell]) -> pytest.MarkDecorator:
    lines = [(shell, line) for shell in shells for line in shell.lines]
    return pytest.mark.parametrize(
        ("shell", "line"), lines, ids=[f"{shell.name}: {line}" for shell, line in lines]
    )


every_line = each_line(SHELLS)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("shells"))


def check_held(place: Place, shell: Shell, line: str, values: Iterable[str], **variables: str) -> None:
    wanted = {f"TEST_{number}": value for number, value in enumerate(values)}
    gone = [("TEST_OLD", None), ("TEST_NEVER", None)]
    printed = render(shell.target, [*gone, *wanted.items(), ("TEST_NEVER_EITHER", None)])

    result = place.run(shell, f"{shell.strict}\n{line}\ndump", printed, TEST_OLD="old", **variables)

    assert (result.status, result.shown, result.files) == (0, b"", [])
    assert result.environment is not None
    held = {name: result.environment.get(name) for name in wanted}
    assert held == {name: value.encode("utf-8", "surrogateescape") for name, value in wanted.items()}
    assert not {"TEST_OLD", "TEST_NEVER", "TEST_NEVER_EITHER"} & result.environment.keys()


def holdable(shell: Shell, values: Iterable[str]) -> list[str]:
    held = (value for value in values if value or shell.empty)
    return [value for value in held if not any(character in value for character in shell.lacks)]


@every_line
def test_every_value_survives_every_line(place: Place, shell: Shell, line: str) -> None:
    check_held(place, shell, line, holdable(shell, (*CORPUS, *OCTETS) if shell.octets else CORPUS))


LINES_THAT_DIFFER = [
    shell if shell.target not in POWERSHELLS else shell._replace(more_lines=()) for shell in SHELLS
]
"""To PowerShell all lines are the same: it gets one line of ASCII."""


@each_line(LINES_THAT_DIFFER)
def test_every_value_survives_without_a_locale(place: Place, shell: Shell, line: str) -> None:
    values = holdable(shell, (*CORPUS, *OCTETS) if shell.octets else CORPUS)
    check_held(place, shell, line, values, LC_ALL="C")


@each_line(LINES_THAT_DIFFER)
def test_generated_values_survive(place: Place, shell: Shell, line: str) -> None:
    @settings(max_examples=depth.examples(shell.examples))
    @given(TEXTS_AND_OCTETS if shell.octets else TEXTS)
    def check(values: list[str]) -> None:
        check_held(place, shell, line, holdable(shell, values))

    check()


@pytest.mark.parametrize(
    "shell", [shell for shell in SHELLS if not shell.longest], ids=lambda shell: shell.name
)
def test_a_long_value_survives(place: Place, shell: Shell) -> None:
    """To the others the longest are given."""
    # A session token has no fixed length; 4,096 bytes is what AWS's documentation has for typical.
    longest = 3_000 if shell.target == "csh" else 20_000
    check_held(place, shell, shell.lines[0], ["A" * longest, "é" * 400, "A" * longest])


LONG = [
    (shell, values)
    for shell in SHELLS
    for values in (*([part] for part in PARTS), PARTS)
    if shell.target not in POWERSHELLS or not ("Constrained" in shell.name or values == ["'* "])
]
"""PowerShell takes 15 seconds for the longest of what it gets as numbers: once, and in one language mode."""


@pytest.mark.parametrize(
    ("shell", "values"), LONG, ids=[f"{shell.name}: {''.join(values)}" for shell, values in LONG]
)
def test_the_longest_values_that_are_not_refused_survive(place: Place, shell: Shell, values: list[str]) -> None:
    """And a program can be started with them. Where printf is a program, its argument has a limit too."""
    size = MAX_VARIABLE - len("TEST_0=\0")
    long = [part * (size // len(part.encode()) if len(values) == 1 else 8_000) for part in values]
    try:
        render(shell.target, [("TEST", value) for value in long])
    except MfaenvError:
        assert not shell.longest
    else:
        check_held(place, shell, shell.lines[0], long)


@pytest.mark.skipif(sys.platform == "win32", reason="the program of this test is a script of sh")
@every_shell
def test_every_word_survives_the_line_to_type(tmp_path: Path, shell: Shell) -> None:
    words = [value for value in CORPUS if value.isprintable()]
    place = Place(tmp_path)
    place.add("mfaenv", '#!/bin/sh\nprintf "%s\\0" "$@" >"$TEST_DUMPED.words"\ncat "$TEST_PRINTED"\n')
    lines = loading_line(shell.target, ("mfaenv", *words)), init_line(shell.target, words)
    for line in filter(None, lines):
        result = place.run(shell, f"{line}\ndump", render(shell.target, [("TEST", "a")]))
        assert (result.status, result.shown, result.files) == (0, b"", [])
        handed = (tmp_path / "dumped.words").read_text(encoding="utf-8").split("\0")
        start = 2 * (line == lines[1])
        assert handed[start : start + len(words)] == words


@every_line
def test_a_failure_fails_the_line(place: Place, shell: Shell, line: str) -> None:
    result = place.run(shell, f"{line}{shell.or_exit}\ndump", failure(shell.target, 3), TEST_STATUS="3")

    assert result.environment is None
    assert result.files == []
    if shell.or_exit:
        assert (result.status, result.shown) == (7, b"")
    else:
        assert result.status != 0


@each_line(shell for shell in SHELLS if shell.strict and shell.ends)
def test_a_failure_ends_a_strict_script(place: Place, shell: Shell, line: str) -> None:
    result = place.run(shell, f"{shell.strict}\n{line}\ndump", failure(shell.target, 3), TEST_STATUS="3")

    assert result.status != 0
    assert (result.environment, result.files) == (None, [])


@pytest.mark.parametrize(
    ("name", "before", "failed"),
    [
        ("pwsh", "$ErrorActionPreference = 'Stop'", "False False False False False False False"),
        # Only what is piped can make `$?` False there.
        (
            "pwsh, ConstrainedLanguage",
            "$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'",
            "False False True True True True",
        ),
    ],
    ids=["Stop", "ConstrainedLanguage"],
)
def test_powershell_tells_of_a_failure_and_goes_on(place: Place, name: str, before: str, failed: str) -> None:
    lines = BY_NAME[name].lines
    tries = "\n".join(f'{line}\n$seen += , "$?"; $codes += $LASTEXITCODE' for line in lines)
    script = (
        f'{before}\n$seen = @(); $codes = 0\n{tries}\n$env:TEST_SEEN = "$seen"; $env:TEST_CODES = $codes\ndump'
    )

    result = place.run(BY_NAME[name], script, failure("pwsh", 3), TEST_STATUS="3")

    assert (result.status, result.shown) == (0, b"")
    assert result.environment is not None
    assert result.environment["TEST_SEEN"].decode() == failed
    assert int(result.environment["TEST_CODES"]) == 3 * len(lines)


@pytest.mark.skipif(sys.platform == "win32", reason="fish is not on Windows")
def test_fish_keeps_what_is_set_for_all_windows(place: Place) -> None:
    """And says so of AWS_PROFILE, unless the prompt hook sees to it."""
    fish = BY_NAME["fish"]._replace(start=("fish",))
    printed = render(
        "fish", [("AWS_PROFILE", None), ("AWS_REGION", "eu-west-1"), ("MFAENV_PROFILE", "default")]
    )
    variables = "set -Ux AWS_PROFILE staging; set -Ux AWS_REGION us-east-1"
    here = place.run(fish, f"{variables}\n{fish.lines[0]}; and dump", printed)
    hooked = place.run(fish, f"function _mfaenv_hook; end\n{fish.lines[0]}; and dump", printed)
    next_window = place.run(fish, "dump", b"")

    assert here.shown == b"mfaenv: AWS_PROFILE stays: you have set it for all windows with set -Ux.\n"
    assert hooked.shown == b""
    for result, region in ((here, b"eu-west-1"), (hooked, b"eu-west-1"), (next_window, b"us-east-1")):
        assert result.environment is not None
        assert result.environment["AWS_PROFILE"] == b"staging"
        assert result.environment["AWS_REGION"] == region
