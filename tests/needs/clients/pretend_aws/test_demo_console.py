"""The demo's console, opened by a real browser: it says who signed in."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from product import COMMAND, PATIENCE, SOURCES
from programs import write_program
from terminals import need

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Chromium of Debian")

CHROMIUM = """#!/bin/sh
exec chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$FOLDER/chromium" \\
    --virtual-time-budget=20000 --dump-dom "$1" > "$FOLDER/page" 2> "$FOLDER/errors"
"""
SIGN_IN = f"""
mfaenv() {{ {" ".join(COMMAND)} "$@"; }}
mfaenv console -p staging --destination s3 --token-code "$(mfaenv demo --code)"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a headless Chromium as the system's opener, and as a program for BROWSER."""
    need("chromium", "bash")
    for name in ("xdg-open", "headless"):
        write_program(tmp_path / name, CHROMIUM)
    return tmp_path


@pytest.mark.parametrize(
    "variables", [{"BROWSER": "headless"}, {"DISPLAY": ":0"}], ids=["BROWSER", "the system's"]
)
def test_a_browser_shows_the_role(folder: Path, variables: dict[str, str]) -> None:
    env = {
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "FOLDER": str(folder),
        "PYTHONPATH": str(SOURCES),
        **variables,
    }
    done = subprocess.run(
        [
            *COMMAND,
            "demo",
            "--",
            str(shutil.which("bash")),
            "-c",
            SIGN_IN + 'wait; until [ -s "$FOLDER/page" ]; do sleep 0.1; done',
        ],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr + (folder / "errors").read_text()
    assert "The browser opens the console as role Developer of account 111122223333." in done.stderr
    page = (folder / "page").read_text()
    assert "You are <b>Developer/alice</b> in account <b>111122223333</b>." in page
    assert "You asked for https://eu-west-1.console.aws.amazon.com/s3/home?region=eu-west-1" in page
