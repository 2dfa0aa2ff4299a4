"""How a program is found on Windows, and how its words are written there."""

from pathlib import Path

import pytest
from windows_pc import ROOT, Windows

pytestmark = pytest.mark.xdist_group("windows")

FIND = """\
import sys
sys.path.insert(0, {sources!r})
from mfaenv.commands import complete
from mfaenv.terminal.program import find
for endings in ("", ".EXE;.CMD", ".EXE;;.CMD", ".EXE;.CMD;"):
    env = {{"PATH": {folder!r}, "PATHEXT": endings}}
    print(find("tool", env).lower().rpartition("\\\\")[2])
    print(complete.answer("bash", ["mfaenv --token-command too", "", ""], env))
"""


def test_an_empty_entry_of_pathext_hides_no_program(tmp_path: Path) -> None:
    windows = Windows()
    (tmp_path / "tool.cmd").touch()
    script = FIND.format(sources=windows.path(ROOT), folder=windows.path(tmp_path))
    (tmp_path / "find.py").write_text(script, encoding="ascii")
    done = windows.run(tmp_path, {}, "python", "find.py")
    assert done.output.decode("ascii").split() == ["tool.cmd", "0", "0", "tool.cmd"] * 4, done.errors


def test_xonsh_starts_no_program_of_the_current_folder(tmp_path: Path) -> None:
    """xonsh itself is not there: what its completion, function and hook find the program with runs in Python."""
    windows, folder = Windows(), tmp_path / "programs"
    folder.mkdir()
    for file in (folder / "mfaenv.exe", tmp_path / "mfaenv.exe", tmp_path / "mfaenv.bat"):
        file.touch()
    source = ROOT / "mfaenv" / "shells" / "xonsh.completion.xsh"
    finder, _, rest = source.read_text(encoding="utf-8").partition("\ndef _mfaenv_complete")
    assert rest
    env = {"PATH": ["", windows.path(folder)]}
    text = f"import types\n__xonsh__ = types.SimpleNamespace(env={env!r})\n{finder}\nprint(_mfaenv_program())\n"
    (tmp_path / "find.py").write_text(text, encoding="ascii")
    done = windows.run(tmp_path, {}, "python", "find.py")
    assert done.output.decode().strip() == windows.path(folder / "mfaenv.exe"), done.errors


def test_what_cmd_would_run_is_in_quotes_in_a_line_to_type(tmp_path: Path) -> None:
    windows = Windows()
    words = ["-p", "R&D", "it's", "a b", 'a"b', "a,b", "a=b", "plain-1.0"]
    script = (
        f"import sys\nsys.path.insert(0, {windows.path(ROOT)!r})\nfrom mfaenv.command_line import to_type\n"
    )
    (tmp_path / "type.py").write_text(f"{script}print(to_type(*{words!r}))\n", encoding="ascii")
    done = windows.run(tmp_path, {}, "python", "type.py")
    assert done.output.decode().strip() == """mfaenv -p "R&D" "it's" "a b" a\\"b "a,b" "a=b" plain-1.0"""


LEFT = """\
import _thread, os, signal, sys, threading
sys.path.insert(0, {sources!r})
from mfaenv.fast import end_in_order
from mfaenv.terminal.foreground import run_in_foreground
signal.signal(signal.SIGBREAK, end_in_order)
threading.Timer(1, _thread.interrupt_main, [signal.SIGBREAK]).start()
print(run_in_foreground([sys.executable, "-c", "import time; time.sleep(3); exit(7)"], os.environ))
"""


def test_control_break_is_left_to_the_program_that_runs(tmp_path: Path) -> None:
    windows = Windows()
    (tmp_path / "left.py").write_text(LEFT.format(sources=windows.path(ROOT)), encoding="ascii")
    done = windows.run(tmp_path, {}, "python", "left.py")
    assert done.output.split() == [b"7"], done.errors
