"""What is printed for shells, read by shellcheck."""

import subprocess

import pytest
from terminals import need
from values import CORPUS, SESSION

from mfaenv.shells import failure, render


@pytest.mark.parametrize(
    ("target", "dialect", "known"),
    [
        ("bash", "bash", "SC2034,SC2006"),
        # Backticks, and a `$` that is octal and so no variable: both on purpose.
        ("sh", "sh", "SC2006,SC2016,SC2034"),
        ("ksh", "ksh", "SC2006,SC2016,SC2034"),
    ],
)
def test_shellcheck_finds_nothing(target: str, dialect: str, known: str) -> None:
    need("shellcheck")
    text = render(target, [*SESSION, *((f"V{number}", value) for number, value in enumerate(CORPUS))])
    exclude = ["--exclude", known] if known else []
    done = subprocess.run(
        ["shellcheck", "--shell", dialect, *exclude, "-"],
        input=text + failure(target, 3),
        capture_output=True,
        check=False,
    )
    assert done.stdout.decode() == ""
