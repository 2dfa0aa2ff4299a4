"""The README, the pages of help, the guide for contributors and the program say the same, both ways."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from documents import DOCUMENTS, JAPANESE, PAGES, README, ROOT, blocks, page, prose, read, spans
from product import Product

from mfaenv import shells
from mfaenv.aws.mfa_policies import SELF_SERVICE
from mfaenv.fast.catalog import COMMANDS
from mfaenv.fast.parse import MAIN

GUIDE, SECURITY = ".github/CONTRIBUTING.md", ".github/SECURITY.md"
FLAGS = {flag for command in COMMANDS.values() for flag in command.flags()}
OTHERS = [name for name in COMMANDS if name != MAIN]
LARGEST = 10_000
"""Bytes of the README: all of it is read before the first use."""

WORDS_OF_A_SENTENCE = 15
"""On average."""


def code() -> Iterator[str]:
    """Yield all that is shown as code: blocks, and spans in the text."""
    for document in DOCUMENTS:
        yield from (line for block in blocks(document) for line in block)
        yield from spans(document)


def command_lines() -> Iterator[list[str]]:
    """Yield the words of each mfaenv that is called, up to what is another program's; `use mfaenv` is direnv's."""
    for text in code():
        for words in re.findall(r"(?<!use )\bmfaenv((?: +[^\s|()'`\"]+)+)", text):
            yield re.split(r" -- | [>;] ", words)[0].split()


@pytest.mark.parametrize("name", OTHERS)
def test_a_command_is_told_of(name: str) -> None:
    assert [words for words in command_lines() if words[0] == name]


def test_what_is_called_is_there() -> None:
    lines = list(command_lines())
    assert lines
    words = {words[0] for words in lines if re.fullmatch("[a-z]+", words[0])}
    assert words - set(OTHERS) == set()
    flags = {
        word
        for line in lines
        if line[0] not in {"exec", "demo"}
        for word in line
        if word.startswith("-") and word != "-"
    }
    assert flags - FLAGS == set()


# How it is to be read


def test_the_readme_is_short_and_nothing_is_folded() -> None:
    assert len(read(README).encode()) <= LARGEST
    assert [document for document in (*DOCUMENTS, JAPANESE) if "<details" in read(document)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_sentences_are_short(document: str) -> None:
    lengths = [len(sentence.split()) for sentence in prose(document)]
    assert sum(lengths) / len(lengths) <= WORDS_OF_A_SENTENCE


@pytest.mark.parametrize("document", DOCUMENTS[1:])
def test_a_page_fits_a_terminal(document: str) -> None:
    wide = [
        line for line in read(document).splitlines() if len(line) > 80 and not line.startswith(("    ", "|"))
    ]
    assert wide == []


@pytest.mark.parametrize("topic", PAGES)
def test_a_page_can_be_copied_from_where_it_is_not_drawn(topic: str) -> None:
    assert "\\|" not in page(topic), "a table's cell wants a pipe as \\|, which no shell takes"


def test_nothing_is_said_twice_in_the_pages() -> None:
    said = [sentence for document in DOCUMENTS[1:] for sentence in prose(document) if len(sentence.split()) > 5]
    assert {sentence for sentence in said if said.count(sentence) > 1} == set()


def test_the_japanese_readme_shows_the_same_code() -> None:
    there = [line for block in blocks(JAPANESE) for line in block]
    assert [line for block in blocks(README) for line in block if line not in there] == []
    assert set(spans(README)) - set(spans(JAPANESE)) <= {"export"}


def test_each_readme_links_to_the_other() -> None:
    assert f"]({JAPANESE})" in read(README)
    assert f"]({README})" in read(JAPANESE)


# Shells

SAME = {"pwsh": "powershell", "tcsh": "csh"}
"""Shells that share the line of another."""

INIT = [name for name in shells.WITH_FUNCTION if name not in {"cmd", "nu", "pwsh"}]


def rows(text: str) -> dict[str, str]:
    """Return the lines of a table, or of a block in two columns, by the words that stand before them."""
    cells = re.findall(r"^\| ([^|]+) \| `+(.+?)`+ \||^ {4}(\S.*?) {2,}(.+)", text, re.MULTILINE)
    return {
        name: line.replace("\\|", "|")
        for names, line in (filter(None, row) for row in cells)
        for name in re.findall(r"[a-z]+", names.lower())
    }


def known(name: str) -> str:
    """Return the name by which people know a shell."""
    return {"nu": "nushell", "pwsh": "powershell"}.get(name, name)


@pytest.mark.parametrize("name", shells.NAMES)
def test_a_shell_has_its_line(name: str) -> None:
    line = shells.loading_line(SAME.get(name, name))
    assert rows(page("shells").split("\n## ")[0])[known(name)] == line
    for document in (README, JAPANESE):
        assert rows(read(document)).get(known(name), line) == line
        assert re.search(rf"\b{known(name)}\b", read(document).split("\n## ")[0], re.IGNORECASE | re.ASCII)


@pytest.mark.parametrize("name", INIT)
def test_a_shells_startup_file_has_its_line(name: str) -> None:
    assert rows(page("init").split("These are the startup files")[0])[known(name)] == shells.init_line(name)


# The program


def test_the_page_names_what_needs_no_mfa() -> None:
    exceptions = {action for part in SELF_SERVICE["Statement"] for action in part.get("NotAction", ())}
    listed = "\n".join(re.findall(r"^    .*", page("doctor"), re.MULTILINE))
    assert set(re.findall(r"\b(?:iam|sts):\w+", listed)) == exceptions


@cache
def said() -> set[str]:
    """Return all texts of the program; what stands in one for a value is left out."""
    texts = set()
    for file in (ROOT / "mfaenv").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr | ast.Constant):
                parts = node.values if isinstance(node, ast.JoinedStr) else [node]
                texts.add("…".join(str(part.value) for part in parts if isinstance(part, ast.Constant)))
    return texts


MESSAGES = re.findall(r"^\| (?!it says|---)(.+?) \|", page("troubleshooting"), re.MULTILINE)


@pytest.mark.xdist_group("house")  # which reads each module once
@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_that_is_explained_is_one_of_the_programs(message: str) -> None:
    parts = re.split("(?:http://)?…(?:, and)?|'X'|the access key", message)
    assert [part for part in parts if not any(part.strip(" ,") in text for text in said())] == []


# Links and files


def anchor(heading: str) -> str:
    """Return the name by which GitHub links to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("document", [*DOCUMENTS, JAPANESE, GUIDE, SECURITY])
def test_what_it_links_to_is_there(document: str) -> None:
    for file, heading in re.findall(r"\]\((?!https:)([^)#]*)(?:#([^)]*))?\)", read(document)):
        target = (ROOT / document).parent / file if file else ROOT / document
        assert target.is_file(), file
        headings = re.findall(r"^#+ (.*)", target.read_text(encoding="utf-8"), re.MULTILINE) if heading else []
        assert not heading or heading in map(anchor, headings), heading


def test_the_readme_links_to_every_page() -> None:
    assert [document for document in DOCUMENTS[1:] if f"]({document})" not in read(README)] == []


def test_the_guide_names_what_is_there() -> None:
    named = re.findall(r"`((?:mfaenv|tests)/[\w/.]+)`", read(GUIDE))
    assert len(named) > 10
    assert [name for name in named if "NAME" not in name and not (ROOT / name).exists()] == []
    files = (file for folder in ("mfaenv", "tests") for file in (ROOT / folder).rglob("*.py"))
    words = {word for file in files for word in re.findall(r"\w+", file.read_text(encoding="utf-8"))}
    spans_of_names = re.findall(r"`([\w.]+)(?:=\w+)?`", read(GUIDE))
    names_in_code = {name for span in spans_of_names for name in span.split(".") if re.search("[A-Z_]", name)}
    assert len(names_in_code) > 20
    in_files = re.findall(r"`([\w.]+)`\s+in\s+`(mfaenv/[\w/.]+\.py)`", read(GUIDE))
    assert [
        (name, file) for name, file in in_files if not re.search(rf"\b{name.split('.')[-1]}\b", read(file))
    ] == []
    assert names_in_code - words == set()


# The changelog

KINDS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]
"""In the order of https://keepachangelog.com/en/1.1.0/."""


def test_the_changelog_is_in_form() -> None:
    text = read("CHANGELOG.md")
    for release in text.split("\n## ")[1:]:
        kinds = re.findall("^### (.*)", release, re.MULTILINE)
        assert kinds == [kind for kind in KINDS if kind in kinds]
    lines = text.splitlines()
    assert [line for line in lines if len(line) > 120] == []
    changes = re.findall(r"^- .*(?:\n  .*)*", text, re.MULTILINE)
    assert [change for change in changes if changes.count(change) > 1] == []
    assert "\n\n\n" not in text
    assert "\n\n- " not in re.sub("(?m)^(### .*\n)\n", r"\1", text)


# What --json prints


def names(data: Any) -> set[str]:
    """Return the names of all fields, but not those that AWS's calls have."""
    if isinstance(data, list):
        return set().union(*map(names, data))
    if isinstance(data, dict):
        return {*data, *names([value for name, value in data.items() if name != "outcomes"])}
    return set()


@pytest.mark.parametrize("command", ["doctor", "keys", "process", "status"])
def test_the_page_names_every_field(stored: Product, command: str) -> None:
    session = stored.run("process").json()
    stored.env |= {"AWS_ACCESS_KEY_ID": session["AccessKeyId"], "AWS_SESSION_TOKEN": session["SessionToken"]}
    done = stored.run(command, *([] if command == "process" else ["--json"]))
    fields = names(done.json())
    assert len(fields) > 4
    assert [name for name in fields if f"`{name}`" not in page("scripts")] == []
