"""Every line that the README and the pages of help tell people to type: it works in bash, or another test types it."""

import re
from collections.abc import Iterator
from functools import reduce
from pathlib import Path

import pytest
from documents import DOCUMENTS, blocks, spans
from exported import typed_in_bash
from keychains import opened
from product import Product
from programs import write_program

from mfaenv.errors import DONE
from mfaenv.pretend_aws.scenario import Scenario

TESTS = Path(__file__).parents[2]

ELSEWHERE = {
    r"python3 -m venv .*|mkdir -p ~/\.local/bin .*|(?:git pull|rm -r|~/\.mfaenv/bin/pip) .*|git pull": (
        "test_readme_lines.py"
    ),
    r"(?:uv tool|pipx) install .*": "test_readme_lines.py",
    r"(?:for /f|reg add) .*": "test_documented_for_cmd.py",
    r"tests/run": "",  # what runs this
    r"aws s3 ls|mfaenv demo.*": "test_demo_story.py",
    r"aws iam put-user-policy .*": "test_policy.py",
    r"(?:umask|aws-vault|docker|py -m venv|rmdir|Set-ExecutionPolicy) .*|\"%USERPROFILE%.*|.*podman.*": "",  # none
    r".*Set-Content .*": "",  # none: Windows PowerShell 5.1
    r"mfaenv configure": "test_configure.py",
    r"mfaenv -p": "test_picker.py",
    r"use mfaenv .*|export AWS_PROFILE=.*|.*init direnv.*|mkdir -p ~/\.config/direnv/lib": "test_direnv.py",
    r".*\| (?:source|Invoke-Expression|load-env)|.*init (?:fish|nu).*|mkdir \$nu.*": "test_shells.py",
    r".*pass otp.*|keepassxc-cli show .*": "test_code_programs.py",
    r"set -eU AWS_PROFILE": "test_aws_profile.py",
    r"eval \"\$\(~/\.local.*|\[ -z .*": "test_configure.py",
}
"""Lines by pattern, and the tests that type them."""

NAMES = {"mfaenv init", "mfaenv COMMAND --help"}
"""What stands like a line, but only names a command."""

VALUES = {
    "CMD": "true",
    "ARN": "arn:aws:iam::111122223333:role/Developer",
    "-p alice": "-p default",
    "-p prod": "-p production",
    "-p NAME": "-p staging",
    " CODE": " $MFAENV_TOKEN_CODE",
}
"""What the lines leave to the reader, and names of profiles that alice does not have."""

PROGRAMS = {
    "claude": 'test -n "$AWS_CONFIG_FILE"',
    "terraform": 'test -n "$AWS_SESSION_TOKEN"',
}
"""Programs that the lines start: they succeed with what they need of mfaenv."""

NIGHTLY = '#!/bin/sh\ntest -z "$AWS_SESSION_TOKEN"\n'
"""A script in the folder where the lines are typed: it succeeds with an address in a session's place."""


def typed(document: str) -> list[str]:
    """Return the lines of a document that are typed in bash, in their order."""
    found = []
    for block in blocks(document):
        prompted = [line[2:] for line in block if line.startswith("$ ")]
        found += prompted or [line for line in block if re.match(r"[a-z3~./-]+ (?![ =])|tests/run", line)]
    found += [text for text in spans(document) if re.match(r"(?:mfaenv|eval \$\(mfaenv)(?![\w.])", text)]
    return [
        line for line in dict.fromkeys(found) if line not in NAMES and " = " not in line and "…" not in line
    ]


def is_elsewhere(line: str) -> bool:
    return any(re.fullmatch(pattern, line) for pattern in ELSEWHERE)


def first_told() -> Iterator[tuple[str, list[str]]]:
    """Yield the documents, and of each the lines that no earlier one has."""
    seen: set[str] = set()
    for document in DOCUMENTS:
        lines = [line for line in typed(document) if line not in seen and not is_elsewhere(line)]
        seen.update(lines)
        yield document, lines


def next_code(scenario: Scenario) -> str:
    """Return a code that AWS would take; where it would take none now, any: a session is stored by then."""
    try:
        return scenario.device.code()
    except LookupError:
        return "000000"


LINES = dict(first_told())


def test_there_are_lines() -> None:
    assert sum(map(len, LINES.values())) > 40


def test_what_is_typed_elsewhere_is_there() -> None:
    every = [line for document in DOCUMENTS for line in typed(document)]
    assert [pattern for pattern in ELSEWHERE if not any(re.fullmatch(pattern, line) for line in every)] == []
    assert [name for name in ELSEWHERE.values() if name and not list(TESTS.rglob(name))] == []


@pytest.mark.parametrize("document", [document for document, lines in LINES.items() if lines])
def test_a_documented_line_works(product: Product, scenario: Scenario, tmp_path: Path, document: str) -> None:
    write_program(product.home / "nightly.sh", NIGHTLY)
    with opened(tmp_path / "keychain") as keychain:
        more = {**keychain.env, "SHELL": "/bin/true", "GITHUB_ENV": str(product.home / "github")}
        for line in LINES[document]:
            code = next_code(scenario)
            here = reduce(lambda text, value: text.replace(*value), {**VALUES, "492039": code}.items(), line)
            done = typed_in_bash(product, here, PROGRAMS, **more, MFAENV_TOKEN_CODE=code)
            assert done.returncode == DONE, f"{line}\n{done.stderr}"
