"""What can be said of the printed text without a shell, and what is refused before anything is printed."""

import subprocess
import sys
from pathlib import Path

import pytest
import tree_sitter_powershell
from hypothesis import given
from hypothesis import strategies as st
from shell_table import SHELLS
from tree_sitter import Language, Parser
from values import SECRET, SESSION, TEXTS

from mfaenv.errors import MfaenvError
from mfaenv.shells import FORMATS, MAX_VARIABLE, NAMES, UNQUOTED, failure, get_target, loading_line, render

ROOT = Path(__file__).parents[2]
LONE_SURROGATE = "\ud800"
NOT_UTF8 = "caf\udce9"


def test_every_shell_has_a_row() -> None:
    rows = {shell.target for shell in SHELLS}
    # cmd has tests of its own; powershell is pwsh's text, and its program is on Windows only.
    assert rows | {"cmd", "powershell"} == set(NAMES)


@pytest.mark.parametrize("shell", ["bash", "zsh", "sh", "ksh"])
def test_a_session_is_printed_bare_for_posix_shells(shell: str) -> None:
    test = "\\builtin test" if shell == "zsh" else "\\command test"
    assert render(shell, SESSION).decode() == (
        "${mfaenv_needs_eval+/}&&\n"
        f"{test} a{UNQUOTED}0&&\n"
        f"_mfaenv_text=`unset {' '.join(name for name, _ in SESSION)}`&&\n"
        f"unset {' '.join(name for name, _ in SESSION)}&&\n"
        "export AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE&&\n"
        f'{test} "$AWS_ACCESS_KEY_ID" = ASIAIOSFODNN7EXAMPLE&&\n'
        f"export AWS_SECRET_ACCESS_KEY={SECRET}&&\n"
        "export AWS_SESSION_TOKEN=FwoGZXIvYXdzEBYaDEXAMPLE+/0==&&\n"
        "export AWS_CREDENTIAL_EXPIRATION=2026-11-24T22:00:00+00:00;\n"
    )


@pytest.mark.parametrize("target", [*NAMES, *FORMATS])
def test_the_order_is_the_callers(target: str) -> None:
    text = render(target, SESSION)
    values = [value.encode() for _, value in SESSION if value]
    assert sorted(values, key=text.index) == values


ODD = "it's $x \\"
WRITTEN = {
    "bash": "export NAME=$'it\\047s\\040\\044x\\040\\134'",
    "sh": "eval \"export NAME=`\\command printf '\\047it\\047\\134\\047\\047s\\040\\044x\\040\\134\\047'`\"",
    "fish": "set -gx NAME it\\X27s\\X20\\X24x\\X20\\X5c;",
    "csh": "setenv NAME \"`printf 'it\\047s\\040\\044x\\040\\134'`\";",
    "powershell": "$env:NAME = -join('it',[char]39,'s ',[char]36,'x ',[char]92,'');",
    "cmd": 'set "NAME=it\'s $x \\"',
    "nu": '"NAME": "it\'s $x \\\\"',
    "elvish": "set-env NAME 'it''s $x \\';",
    "xonsh": '$NAME = "it\'s $x \\\\";',
}
SAME = {"zsh": "bash", "ksh": "sh", "tcsh": "csh", "pwsh": "powershell"}


@pytest.mark.parametrize("target", [*WRITTEN, *SAME])
def test_an_odd_value_is_written_as_was_proven(target: str) -> None:
    """In the shell itself, by tests/needs/shells: who writes it otherwise proves it there anew."""
    assert get_target(target).assign("NAME", ODD) == WRITTEN[SAME.get(target, target)]


@pytest.mark.parametrize("target", NAMES)
def test_no_line_is_blank_or_a_comment(target: str) -> None:
    texts = (render(target, SESSION), failure(target, 3), render(target, SESSION[:1]))
    lines = [line for text in texts for line in text.splitlines()]
    assert [line for line in lines if not line.strip() or line.startswith((b"#", b"::", b"rem"))] == []


@pytest.mark.parametrize("target", [*NAMES, *FORMATS])
def test_lines_end_as_the_target_ends_them(target: str) -> None:
    text = render(target, SESSION)
    assert text.endswith(b"\n")
    assert text.count(b"\r\n") == text.count(b"\r") == (text.count(b"\n") if target == "cmd" else 0)


@pytest.mark.parametrize("target", [*FORMATS, "nu"])
def test_data_has_no_failure(target: str) -> None:
    assert failure(target, 3) == b""


def test_a_loading_line_takes_the_users_options() -> None:
    assert loading_line("fish", ("mfaenv", "-p", "prod")) == "mfaenv -p prod | source"
    assert (
        loading_line("cmd", ("mfaenv", "-r", "x"))
        == "for /f \"delims=\" %i in ('mfaenv -r x --shell cmd') do @%i"
    )


@pytest.mark.parametrize("target", [*NAMES, *FORMATS])
@pytest.mark.parametrize("odd", ["\0", LONE_SURROGATE])
def test_what_no_environment_holds_is_refused_without_the_value(target: str, odd: str) -> None:
    refuse(target, f"{SECRET}{odd}")


@pytest.mark.parametrize(
    ("target", "value"),
    [
        ("csh", "a\nb"),
        ("csh", "a" * 4096),
        ("csh", "é" * 512),
        ("tcsh", "a\nb"),
        ("tcsh", "é" * 2049),
        ("cmd", ""),
        ("cmd", "a\nb"),
        ("cmd", "a\rb"),
        ("cmd", "a\x1ab"),
        ("cmd", "a" * 8192),
        ("powershell", NOT_UTF8),
        ("nu", NOT_UTF8),
        ("json", NOT_UTF8),
        ("process", NOT_UTF8),
        ("dotenv", NOT_UTF8),
        ("dotenv", "a\rb"),
        ("dotenv", "'\"'"),
        ("dotenv", "${HOME}"),
        ("dotenv", "ends in a \\"),
        ("github", NOT_UTF8),
        ("github", "a\rb"),
    ],
    ids=lambda text: ascii(text)[:20],
)
def test_what_a_target_cannot_hold_is_refused_without_the_value(target: str, value: str) -> None:
    refuse(target, value)


@pytest.mark.parametrize("target", [*NAMES, "dotenv", "github"])
@pytest.mark.parametrize(
    "value", ["A" * (MAX_VARIABLE - len("TEST=")), "é" * (MAX_VARIABLE // 2), "日" * MAX_VARIABLE]
)
def test_a_value_that_no_program_can_be_started_with_is_refused(target: str, value: str) -> None:
    with pytest.raises(
        MfaenvError, match=r"^TEST is too long: with its [1-4][0-9]{2},[0-9]{3} bytes"
    ) as refused:
        render(target, [("AWS_PROFILE", None), ("TEST", value)])
    assert value not in refused.value.message + refused.value.hint


@pytest.mark.parametrize("target", ["json", "process"])
def test_data_may_be_of_any_length(target: str) -> None:
    assert len(render(target, [("AWS_SESSION_TOKEN", "A" * 1_000_000)])) > 1_000_000


def refuse(target: str, value: str) -> None:
    with pytest.raises(MfaenvError) as refused:
        render(target, [("AWS_SECRET_ACCESS_KEY", value)])
    error = refused.value
    assert error.message.startswith(f"AWS_SECRET_ACCESS_KEY has a value that {target} cannot hold")
    assert not value or value not in error.message + error.hint
    assert error.__suppress_context__


@pytest.mark.parametrize(
    ("encoding", "value"),
    [("cp437", "日本"), ("cp850", "€"), ("cp932", "é"), ("cp65002", "there is no such code page")],
)
def test_what_the_code_page_lacks_is_refused_with_the_way_out(encoding: str, value: str) -> None:
    with pytest.raises(MfaenvError, match=rf"^MFAENV_PROFILE .* code page, {encoding}\.$") as refused:
        render("cmd", [("MFAENV_PROFILE", value)], encoding=encoding)
    assert "chcp 65001" in refused.value.hint


@pytest.mark.parametrize(("encoding", "value"), [("cp437", "é"), ("cp932", "日本"), ("utf-8", "日本 € é")])
def test_cmd_gets_the_consoles_code_page(encoding: str, value: str) -> None:
    text = render("cmd", [("MFAENV_PROFILE", value)], encoding=encoding)
    assert text == f'set "MFAENV_PROFILE={value}"\r\n'.encode(encoding)


@pytest.mark.parametrize("target", [target for target in (*NAMES, *FORMATS) if target != "cmd"])
def test_no_other_target_asks_for_the_code_page(target: str) -> None:
    pairs = [("AWS_ACCESS_KEY_ID", "日本")]
    assert render(target, pairs, encoding="cp437") == render(target, pairs)


@pytest.mark.parametrize("name", ["", "A B", "A;B", "A-B", "1A", "É", "A=B", "A\n"])
def test_a_name_is_a_name(name: str) -> None:
    with pytest.raises(ValueError, match="no variable's name"):
        render("bash", [(name, "value")])


@given(TEXTS)
def test_powershell_reads_one_line_of_ascii(values: list[str]) -> None:
    text = render(
        "powershell", [("AWS_PROFILE", None), *((f"V{number}", value) for number, value in enumerate(values))]
    )
    assert text.isascii()
    assert text.count(b"\n") == 1
    assert all(ord(" ") <= octet <= ord("~") for octet in text[:-1])
    assert_is_powershell(text)


@pytest.mark.parametrize("quote", "\u2018\u2019\u201a\u201b")
def test_powershells_other_single_quotes_are_numbers(quote: str) -> None:
    text = render("powershell", [("A", f"a{quote}; b")])
    assert text.decode() == f"$env:A = -join('a',[char]{ord(quote)},'',[char]59,' b');\n"


def test_powershells_failure_is_powershell() -> None:
    assert_is_powershell(failure("powershell", 3))


def assert_is_powershell(text: bytes) -> None:
    parser = Parser(Language(tree_sitter_powershell.language()))
    assert not parser.parse(text).root_node.has_error


@given(st.sampled_from(["bash", "zsh", "sh", "ksh", "fish"]), TEXTS)
def test_text_has_nothing_that_an_unquoted_eval_or_a_locale_changes(target: str, values: list[str]) -> None:
    text = render(target, [(f"V{number}", value) for number, value in enumerate(values)])
    assert text.isascii()
    # The one that stands first is read by every shell of the table in every way.
    text = text.removeprefix(b"${mfaenv_needs_eval+/}&&")
    assert not set(b"*?[]{}()<>|&#!~^\t\r") & set(text.replace(b"&&\n", b"\n"))


@pytest.mark.parametrize("target", [*NAMES, *FORMATS])
def test_a_target_loads_nothing_but_itself(target: str) -> None:
    code = (
        "import sys; before = set(sys.modules); from mfaenv.shells import render; "
        f"render({target!r}, [('A', 'é')]); print(*sys.modules.keys() - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert {name for name in loaded if not name.startswith(("mfaenv", "encodings."))} == set()
    # The package, errors, shells, and at most the target's file with one that it builds on and one more.
    assert len(loaded) <= 6
