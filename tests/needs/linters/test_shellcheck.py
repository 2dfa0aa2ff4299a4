"""What is printed for shells, read by shellcheck."""

from __future__ import annotations

import subprocess

import pytest
from terminals import need
from values import CORPUS

from mfaenv.shells import failure, render

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

SESSION = [
    ("AWS_PROFILE", None),
    ("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", SECRET),
    ("AWS_SESSION_TOKEN", "FwoGZXIvYXdzEBYaDEXAMPLE+/0=="),
    ("AWS_CREDENTIAL_EXPIRATION", "2026-11-24T22:00:00+00:00"),
]


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
