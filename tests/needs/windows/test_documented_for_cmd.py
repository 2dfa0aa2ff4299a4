"""The lines of the page on init that people of cmd type, as they stand there, in a home whose path has a blank."""

from pathlib import Path

import pytest
from documents import JAPANESE, PAGES, blocks
from windows_pc import NATIVE, Windows

from mfaenv.shells import loading_line

pytestmark = pytest.mark.xdist_group("windows")

BLOCKS = blocks(PAGES["init"])


def block(begin: str) -> list[str]:
    """Return the block that begins so, in both languages."""
    (found,) = (lines for lines in BLOCKS if lines[0].startswith(begin))
    assert found in blocks(JAPANESE)
    return found


def in_batch_file(line: str) -> str:
    """Return a line as a batch file has it: with `%%` before the name of a loop's variable."""
    return line.replace("%a ", "%%a ").replace("%b;", "%%b;")


def run(folder: Path, *lines: str) -> list[str]:
    """Run lines in a home of their own, and return what they print."""
    windows = Windows()
    home = folder / "a home"
    home.mkdir()
    program = home / ".mfaenv" / "Scripts" / "mfaenv.bat"
    program.parent.mkdir(parents=True)
    program.write_text('@echo set "TAKEN=%*"\r\n', encoding="ascii", newline="")
    text = "\r\n".join(("@echo off", f"set USERPROFILE={windows.path(home)}", *lines, ""))
    (folder / "run.bat").write_text(text, encoding="ascii", newline="")
    done = windows.run(folder, {}, "cmd", "/d", "/c", "run.bat")
    assert (done.status, done.errors) == (0, "")
    return done.output.decode("ascii").replace(windows.path(home), "HOME").splitlines()


def test_the_startup_file_takes_in_what_init_prints_and_stands_for_no_program(tmp_path: Path) -> None:
    file = [line.replace("mfaenv.exe", "mfaenv.bat") for line in block("@if defined")]
    assert len(file) == 4
    name = block("reg add")[0].rpartition("%\\")[2].strip('\\"')
    (tmp_path / name).write_text("\r\n".join((*file, "")), encoding="ascii", newline="")
    shown = "echo [%TAKEN%] [%MFAENV_STARTING%]"
    lines = (
        "set MFAENV_STARTING=1",
        f"call {name}",
        shown,
        "set MFAENV_STARTING=",
        f"call {name}",
        shown,
        "set PATH=%USERPROFILE%\\.mfaenv\\Scripts;%PATH%",
        loading_line("cmd").replace("%", "%%"),
        shown,
    )
    assert run(tmp_path, *lines) == ["[] [1]", "[init cmd] []", "[--shell cmd] []"]


@pytest.mark.skipif(NATIVE, reason="the registry is somebody's own")
def test_the_lines_for_the_registry_change_it_as_they_should(tmp_path: Path) -> None:
    key, name = '"HKCU\\Software\\Microsoft\\Command Processor"', "HKCU\\Environment"
    (start,), (path,) = block("reg add"), block("for /f")
    printed = run(
        tmp_path,
        f"{start} >NUL",
        f"reg query {key} /v AutoRun",
        f"reg delete {key} /v AutoRun /f >NUL",
        f"reg add {name} /v Path /t REG_EXPAND_SZ /d %%SystemRoot%%\\mine /f >NUL",
        f"{in_batch_file(path)} >NUL",
        f"reg query {name} /v Path",
        f"reg delete {name} /v Path /f >NUL",
    )
    values = [line.split(maxsplit=2) for line in printed if line.startswith("    ")]
    assert values == [
        ["AutoRun", "REG_SZ", '"HOME\\mfaenv-start.cmd"'],
        ["Path", "REG_EXPAND_SZ", "%SystemRoot%\\mine;HOME\\.mfaenv\\Scripts"],
    ]
