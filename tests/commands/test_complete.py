"""What `mfaenv complete` answers, without a shell: what is wanted where, and how each shell gets it."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from product import Product
from terminals import need

from mfaenv import shells
from mfaenv.cli import help as pages
from mfaenv.commands import complete
from mfaenv.fast.catalog import COMMANDS, OPTIONS, STORED
from mfaenv.fast.parse import FILES, MAIN, PROFILES, PROGRAM, Command, Option

COMPLETING = [name for name in shells.NAMES if shells.get_target(name).completion]
ODD = [
    "a b",
    "it's",
    'say "hi"',
    "$(touch pwned)",
    "r&d",
    "team:blue",
    "a=b",
    "u@home",
    "weißbier",
    "back\\slash",
    "semi;colon",
    "star*",
    "!!",
    "~",
    "#",
    "`x`",
    "tab\there",
    "\x1b[31mred",
    "\x07",
    "\u2028",
    "\u202e",
    "\u2019",
    "🔑",
]


WORDS = ["exec", "--", "-p", "-", "init", "status", "a b", '"', "'x", "\\", "=", ""]


def asks_as(shell: str) -> str:
    """The shell whose completion this one has, by the template's name."""
    return shells.get_target(shell).completion.partition(".")[0]


def handed_over(shell: str, words: Sequence[str]) -> Sequence[str]:
    """What the shell's completion gives as arguments."""
    return [" ".join(words), ":=@", *words] if asks_as(shell) == "bash" else words


def answer(shell: str, *words: str, **env: str) -> list[str]:
    return complete.answer(shell, ["mfaenv", *words], env).splitlines()


WANTED: list[tuple[str, object, str, int]] = [
    ("-p |", PROFILES, "", 2),
    ("--profile |", PROFILES, "", 2),
    ("--profile=x|", PROFILES, "--profile=", 1),
    ("-px|", PROFILES, "-p", 1),
    ("-qpx|", PROFILES, "-qp", 1),
    ("-qp |", PROFILES, "", 2),
    ("-o |", FILES, "", 2),
    ("--output=x|", FILES, "--output=", 1),
    ("status -p |", STORED, "", 3),
    ("clear --profile=|", STORED, "--profile=", 2),
    ("-c |", "", "", 2),
    ("-f |", shells.FORMATS, "", 2),
    ("init |", COMMANDS["init"].choices, "", 2),
    ("init bash |", "", "", 3),
    ("keys |", COMMANDS["keys"].choices, "", 2),
    ("init bash -p |", PROFILES, "", 4),
    ("demo --policy |", ("mfa", "none"), "", 3),
    ("nobody |", "", "", 2),
    ("status x|", "", "", 2),
    ("--token-command |", PROGRAM, "", 2),
    ("--token-command=o|", PROGRAM, "--token-command=", 1),
    ("exec |", PROGRAM, "", 2),
    ("exec -- |", PROGRAM, "", 3),
    ("exec -- -|", PROGRAM, "", 3),
    ("exec -p x -- a b |", PROGRAM, "", 5),
    ("exec -p x a -p |", PROGRAM, "", 4),
    ("exec -p |", PROFILES, "", 3),
    ("-q exec aws s3 |", PROGRAM, "", 3),
    ("demo -- mfaenv |", PROGRAM, "", 3),
]


@pytest.mark.parametrize(("line", "takes", "before", "place"), WANTED, ids=[row[0] for row in WANTED])
def test_the_line_tells_what_its_last_word_can_be(line: str, takes: object, before: str, place: int) -> None:
    assert complete.choices_of_last_word(["mfaenv", *line.removesuffix("|").split(" ")]) == (
        takes,
        before,
        place,
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_all_options_of_a_command_are_offered_with_their_help(name: str) -> None:
    rows = {flag: row.help for flag, row in COMMANDS[name].flags().items()}
    assert answer("fish", *filter(None, [name]), "-") == ["0", *map("\t".join, rows.items())]


def test_all_commands_are_offered_with_their_help() -> None:
    assert answer("elvish", "") == [
        "0",
        *(f"{name}\t{row.help}" for name, row in COMMANDS.items() if name != MAIN),
    ]


def test_a_new_option_and_its_values_are_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    option = Option(("-y", "--colour"), "Colour of the key", "NAME", choices=("red", "blue"))
    monkeypatch.setitem(OPTIONS, "colour", option)
    monkeypatch.setitem(COMMANDS["clear"].options, "colour", option)
    assert answer("nu", "clear", "--col") == ["0", "--colour\tColour of the key"]
    assert answer("nu", "clear", "-qyb") == ["0", "-qyblue\t"]
    assert answer("nu", "--col") == ["0"]


def test_a_new_command_is_offered_and_what_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    row = Command("Greet somebody.", {}, argument="WHO", choices=("alice", "bob"))
    monkeypatch.setitem(COMMANDS, "greet", row)
    assert answer("zsh", "gr")[-1] == "greet:Greet somebody."
    assert complete.answer("bash", ["mfaenv greet a", "", "mfaenv", "greet", "a"], {}) == "0 0\nalice\n"


def test_it_is_in_no_help() -> None:
    assert "mfaenv complete" not in pages.page(MAIN)
    assert "complete" not in COMMANDS


@pytest.mark.parametrize("shell", COMPLETING)
def test_a_program_is_left_to_the_shell(shell: str) -> None:
    handed: Sequence[str] = ["mfaenv", "exec", "--", "aws", "s3"]
    env = {"COMMAND_LINE": " ".join(handed), "_MFAENV_WORDS": "\n".join(handed)}
    found = complete.answer(shell, handed_over(shell, handed), env)
    assert found == {"bash": "3 15\n", "tcsh": ""}.get(asks_as(shell), "3\n")


def test_a_folder_of_the_path_that_cannot_be_read_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "tool-of-mine.exe"
    program.touch(0o755)
    read, closed = os.listdir, tmp_path / "closed"
    closed.mkdir()

    def list_folder(path: str) -> list[str]:
        if path == str(closed):
            raise PermissionError
        return read(path)

    monkeypatch.setattr(os, "listdir", list_folder)
    monkeypatch.setenv("PATHEXT", ".EXE")
    path = os.pathsep.join(map(str, (closed, tmp_path / "missing", program, tmp_path)))
    offered = complete.answer("bash", ["mfaenv --token-command tool-of", "", ""], {"PATH": path})
    assert "tool-of-mine.exe" in offered.split()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nobody"],
        ["csh", "mfaenv", "x"],
        ["json", "x"],
        ["bash"],
        ["fish"],
        ["powershell"],
        ["tcsh"],
        ["zsh", ""],
    ],
    ids=" ".join,
)
def test_odd_input_is_answered_by_nothing_and_no_error(bare: Product, arguments: list[str]) -> None:
    assert bare.run("complete", *arguments) == (0, "", "")


@pytest.mark.parametrize("shell", COMPLETING)
def test_files_that_cannot_be_read_and_a_refused_store_give_nothing(bare: Product, shell: str) -> None:
    (bare.home / "broken").write_bytes(b"\xff\n[default]\n")
    (bare.home / "link").symlink_to(bare.home)
    bare.env |= {"AWS_CONFIG_FILE": str(bare.home / "broken"), "MFAENV_CACHE_DIR": str(bare.home / "link")}
    for line in ("mfaenv -p ", "mfaenv clear -p "):
        words = line.split(" ")
        bare.env |= {"COMMAND_LINE": line, "_MFAENV_WORDS": "\n".join(words)}
        none = {"bash": "0 0\n", "tcsh": ""}.get(asks_as(shell), "0\n")
        assert bare.run("complete", shell, *handed_over(shell, words)) == (0, none, "")


@pytest.mark.parametrize("kind", ["-p", "clear -p", "exec", "--token-command", ""])
def test_it_loads_nothing_heavy(bare: Product, kind: str) -> None:
    words = [*kind.split(), ""]
    code = "import os, sys; from mfaenv.__main__ import run; run(sys.argv[1:], os.environ); print('#', *sys.modules)"
    bare.command = (sys.executable, "-c", code)
    loaded = set(bare.run("complete", "zsh", "mfaenv", *words).out.rpartition("#")[2].split())
    assert "mfaenv.commands.complete" in loaded
    assert (
        loaded & {"typer", "rich", "boto3", "botocore", "re", "json", "typing", "configparser", "pathlib"}
        == set()
    )


@given(
    st.sampled_from(COMPLETING),
    st.lists(st.sampled_from(WORDS) | st.text(), min_size=1, max_size=5),
)
@example("bash", ["'", "\\"])
@example("tcsh", ["|"])
@example("tcsh", ["\x1f"])
def test_whatever_is_typed_has_an_answer(shell: str, words: list[str]) -> None:
    line = ["mfaenv", *words]
    env: Mapping[str, str] = {"COMMAND_LINE": " ".join(line), "_MFAENV_WORDS": "\n".join(line)}
    found = complete.answer(shell, handed_over(shell, line), env)
    assert not any(sign in found for sign in "\x1b\x07")


@pytest.mark.parametrize("shell", COMPLETING)
def test_only_what_a_terminal_just_shows_is_offered(bare: Product, shell: str) -> None:
    (bare.home / "names").write_text("".join(f"[{name}]\n" for name in ODD), encoding="utf-8")
    line = ["mfaenv", "-p", ""]
    files = {"AWS_CONFIG_FILE": "", "AWS_SHARED_CREDENTIALS_FILE": str(bare.home / "names")}
    typed = {"COMMAND_LINE": " ".join(line), "_MFAENV_WORDS": "\n".join(line)}
    found = complete.answer(shell, handed_over(shell, line), files | typed)
    assert "star*" in found or "u@home" in found
    assert {sign for sign in found if not sign.isprintable()} <= {"\t", "\n"}


def bash_words(text: str) -> list[str]:
    """What bash makes of a line's end, without history's signs."""
    need("bash")
    done = subprocess.run(
        ["bash", "--norc", "-c", f"printf '%s\\0' {text}"], capture_output=True, check=True, encoding="utf-8"
    )
    return done.stdout.split("\0")[:-1]


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("begun", ["", "--profile=", '"', "'", '--profile="'])
def test_bash_inserts_the_name(bare: Product, name: str, begun: str) -> None:
    (bare.home / "names").write_text(f"[{name}]\n", encoding="utf-8")
    env = {"AWS_CONFIG_FILE": "", "AWS_SHARED_CREDENTIALS_FILE": str(bare.home / "names")}
    line = f"mfaenv -p {begun}" if begun[:1] in {"", '"', "'"} else f"mfaenv {begun}"
    found = complete.answer("bash", [line, " \t\n\"'><=;|&(:", *line.split(" ")], env).splitlines()[1:]
    quote = begun[-1:] if begun[-1:] in {'"', "'"} else ""
    if quote and (not name.isprintable() or "!" in name):
        assert found == []
        return
    (inserted,) = found
    kept = line[: len(line) - len(begun)] + ("--profile=" if begun.startswith("--profile=") else "") + quote
    expected = (
        ["mfaenv", "-p", name] if kept.startswith("mfaenv -p ") else ["mfaenv", f"{begun.rstrip(quote)}{name}"]
    )
    assert bash_words(f"{kept}{inserted}{quote}") == expected


@pytest.mark.skipif(sys.platform == "win32", reason="paths of POSIX")
def test_files_are_offered_for_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """bash, zsh and fish complete them by themselves where they stand alone."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a file").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "inside").touch()
    assert complete.answer("fish", ["mfaenv", "-o", ""], {}) == "1\n"
    assert complete.answer("fish", ["mfaenv", "--output=fo"], {}).split() == ["0", "--output=folder/"]
    assert complete.answer("fish", ["mfaenv", "--output=folder/"], {}).split() == [
        "0",
        "--output=folder/inside",
    ]
