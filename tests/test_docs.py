"""The README, the guide for contributors, the pages of help and the program say the same, both ways."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mfaenv import shells
from mfaenv.aws.mfa_policies import SELF_SERVICE
from mfaenv.fast.catalog import COMMANDS, MAIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from product import Product

    from mfaenv.pretend_aws.scenario import Scenario

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
JAPANESE = (ROOT / "README.ja.md").read_text(encoding="utf-8")
SCRIPTS = (ROOT / "mfaenv" / "help" / "scripts.md").read_text(encoding="utf-8")
GUIDE = ROOT / ".github" / "CONTRIBUTING.md"
FLAGS = {flag for command in COMMANDS.values() for flag in command.flags()}
OTHERS = [name for name in COMMANDS if name != MAIN]
MOST = 10_000
"""Bytes that stand open in the README: what is longer is folded."""


def code() -> Iterator[str]:
    """All that the README shows as code: blocks, and spans in its text."""
    yield from re.findall(r"^    +(.*)$", README, re.MULTILINE)
    yield from (span for _, span in re.findall(r"(`+)(.+?)\1", README))


def command_lines() -> Iterator[list[str]]:
    """The words of each mfaenv that is called in the README, up to what is another program's."""
    for text in code():
        for words in re.findall(r"\bmfaenv((?: +[^\s|()'`\"]+)+)", text.replace("\\|", "|")):
            yield re.split(r" -- | [>;] ", words)[0].split()


@pytest.mark.parametrize("name", OTHERS)
def test_a_command_is_told_of(name: str) -> None:
    assert [words for words in command_lines() if words[0] == name]


def test_what_the_readme_calls_is_there() -> None:
    lines = list(command_lines())
    assert lines
    words = {words[0] for words in lines if re.fullmatch("[a-z]+", words[0])}
    assert words - set(OTHERS) == set()
    assert {word for line in lines for word in line if word.startswith("-")} - FLAGS == set()


SAME = {"pwsh": "powershell", "tcsh": "csh"}
"""Shells that share the line of another."""


@cache
def lines() -> dict[str, str]:
    """The loading lines by the words in the first cell of their rows."""
    section = README.split("\n## The line for your shell\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\| ([^|]+) \| (`+)(.+?)\2", section, re.MULTILINE)
    return {name: line.replace("\\|", "|") for names, _, line in cells for name in re.findall(r"[a-z]+", names.lower())}


def known(name: str) -> str:
    """The name by which people know a shell."""
    return {"nu": "nushell"}.get(name, SAME.get(name, name))


@pytest.mark.parametrize("name", shells.NAMES)
def test_a_shell_has_its_line(name: str) -> None:
    assert lines()[known(name)] == shells.loading_line(SAME.get(name, name))


@pytest.mark.parametrize("name", shells.NAMES)
def test_a_shell_is_named_at_the_top(name: str) -> None:
    for text in (README, JAPANESE):
        assert re.search(rf"\b{known(name)}\b", text.split("\n## ")[0], re.IGNORECASE | re.ASCII)


@pytest.mark.parametrize("name", ["bash", "zsh", "fish", "sh", "tcsh", "powershell", "elvish", "xonsh"])
def test_the_line_for_a_shells_own_file_is_the_documented_one(name: str) -> None:
    line = shells.init_line(name).replace("|", "\\|")
    assert re.search(rf"^\| [^|]*\b{name}\b[^|]* \| `+{re.escape(line)}`+ ", README, re.MULTILINE | re.IGNORECASE)


@pytest.mark.parametrize("name", ["bash", "fish", "powershell", "cmd"])
def test_the_japanese_readme_has_the_lines_at_its_top(name: str) -> None:
    assert shells.loading_line(name).replace("|", "\\|") in JAPANESE.split("\n## ")[0]


def test_the_japanese_readme_names_what_needs_no_mfa() -> None:
    exceptions = {action for part in SELF_SERVICE["Statement"] for action in part.get("NotAction", ())}
    told = JAPANESE.split("\n## MFA を必須にする\n")[1].split("\n## ")[0]
    listed = "\n".join(re.findall(r"^- .*", told, re.MULTILINE))
    assert set(re.findall(r"\b(?:iam|sts):\w+", listed)) == exceptions


def test_what_is_long_is_folded() -> None:
    assert len(re.sub(r"<details>.*?</details>", "", README, flags=re.DOTALL).encode()) <= MOST


@cache
def said() -> list[str]:
    """All texts of the program; what stands in one for a value is left out."""
    texts = []
    for file in (ROOT / "mfaenv").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            texts.append("…".join(str(part.value) for part in parts if isinstance(part, ast.Constant)))
    return texts


MESSAGES = re.findall(
    r"^\| (.+?) \|", README.split("| it says | it means |\n| --- | --- |\n")[1].split("\n\n")[0], re.MULTILINE
)


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_that_is_explained_is_one_of_the_programs(message: str) -> None:
    parts = re.split("(?:http://)?…(?:, and)?|'X'|the access key", message)
    assert [part for part in parts if not any(part.strip(" ,") in text for text in said())] == []


@pytest.mark.parametrize("file", [ROOT / "README.md", ROOT / "README.ja.md", GUIDE], ids=lambda file: file.name)
def test_what_it_links_to_is_there(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https:)([^)#]+)[^)]*\)|(?:src|srcset)=\"([^\"]+)\"", text)
    assert [link for link in map("".join, links) if not (file.parent / link).is_file()] == []


def test_the_guide_names_files_that_are_there() -> None:
    named = re.findall(r"`((?:mfaenv|tests)/[\w/.]+)`", GUIDE.read_text(encoding="utf-8"))
    assert len(named) > 10
    assert [name for name in named if "NAME" not in name and not (ROOT / name).exists()] == []


# What --json prints


def names(data: Any) -> set[str]:
    """Give the names of all fields, but not those that AWS's calls have."""
    if isinstance(data, list):
        return set().union(*map(names, data))
    if isinstance(data, dict):
        return {*data, *names([value for name, value in data.items() if name != "outcomes"])}
    return set()


@pytest.mark.parametrize("command", ["doctor", "keys", "process", "status"])
def test_the_help_names_every_field(product: Product, scenario: Scenario, command: str) -> None:
    assert product.run("--shell", "bash", "--token-code", scenario.device.code()).status == 0
    session = json.loads(product.run("process").out)
    product.env |= {"AWS_ACCESS_KEY_ID": session["AccessKeyId"], "AWS_SESSION_TOKEN": session["SessionToken"]}
    done = product.run(command, *([] if command == "process" else ["--json"]))
    fields = names(json.loads(done.out))
    assert len(fields) > 4
    assert [name for name in fields if f"`{name}`" not in SCRIPTS] == []
