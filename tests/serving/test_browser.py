"""Which browser opens a link: the one that BROWSER names, or the system's, which gets no secret in its arguments."""

import os
import sys
from pathlib import Path

import pytest
from product import PATIENCE
from programs import write_program

from mfaenv.errors import MfaenvError
from mfaenv.serving import browser

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="programs that are scripts"),
    pytest.mark.filterwarnings(
        "ignore:subprocess .* is still running:ResourceWarning"
    ),  # a browser outlives us
]

LINK = "https://signin.example.com/federation?Action=login&Issuer=mfaenv&SigninToken=secret%3D"


class Programs:
    """A folder of programs that write their arguments down."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {"PATH": f"{folder}:/usr/bin:/bin"}

    def add(self, name: str, status: int = 0, after: str = "") -> Path:
        shown = f'printf "%s\\n" "{name}" "$@" >> "{self.folder}/log"'
        return write_program(self.folder / name, f"{shown}\n{after}\nexit {status}")

    def log(self) -> list[str]:
        log = self.folder / "log"
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    monkeypatch.setattr(browser, "STARTED_SECONDS", PATIENCE)  # one that fails late counts as started
    return Programs(tmp_path)


@pytest.mark.parametrize(
    ("choice", "logged"),
    [
        ("viewer", ["viewer", LINK]),
        ("viewer --new %s --then", ["viewer", "--new", LINK, "--then"]),
        ("viewer 'a b' --url=%s", ["viewer", "a b", f"--url={LINK}"]),
        ("viewer --private", ["viewer", "--private", LINK]),
        ("missing:viewer", ["viewer", LINK]),
        (":viewer:", ["viewer", LINK]),
        ("failing:viewer", ["failing", LINK, "viewer", LINK]),
        ("firefox", ["firefox", LINK]),
        ("with space", ["with space", LINK]),
    ],
)
def test_the_link_is_the_argument_of_what_browser_names(
    programs: Programs, choice: str, logged: list[str]
) -> None:
    for name in ("viewer", "firefox", "with space"):
        programs.add(name)
    programs.add("failing", 1)
    browser.find({**programs.env, "BROWSER": choice})(LINK)
    assert programs.log() == logged


def test_one_in_the_background_is_not_waited_for(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "STARTED_SECONDS", 0)
    pipe, done = programs.folder / "pipe", programs.folder / "done"
    os.mkfifo(pipe)
    os.mkfifo(done)
    programs.add("viewer", after=f'read line < "{pipe}"; echo "$line" > "{done}"')
    browser.find({**programs.env, "BROWSER": "viewer %s &"})(LINK)
    pipe.write_text("still here\n")
    assert done.read_text() == "still here\n"


@pytest.mark.parametrize("choice", ["missing", "'", "&", " ", "missing %s &"])
def test_a_browser_that_is_none_is_told(programs: Programs, choice: str) -> None:
    with pytest.raises(MfaenvError, match="BROWSER names no program") as error:
        browser.find({**programs.env, "BROWSER": choice, "DISPLAY": ":0"})
    assert "--print" in error.value.hint


@pytest.mark.parametrize("choice", ["failing", "firefox", "failing %s &"])
def test_a_browser_that_fails_is_told_without_the_link(programs: Programs, choice: str) -> None:
    programs.add("failing", 3)
    programs.add("firefox", 3)
    with pytest.raises(MfaenvError, match=r"\(BROWSER\) ended with status 3") as error:
        browser.find({**programs.env, "BROWSER": choice})(LINK)
    assert "secret" not in error.value.message + error.value.hint


FETCH = """
import http.client, sys, urllib.parse
parts = urllib.parse.urlsplit(sys.argv[1])
connection = http.client.HTTPConnection(parts.netloc)
connection.request("GET", parts.path)
answer = connection.getresponse().getheader("Location")
with open(sys.argv[2], "w") as file:
    file.write(answer)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="xdg-open is Linux's")
@pytest.mark.parametrize("display", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_the_systems_opener_gets_an_address_that_leads_to_the_link(programs: Programs, display: str) -> None:
    pipe, fetch = programs.folder / "pipe", programs.folder / "fetch.py"
    os.mkfifo(pipe)
    fetch.write_text(FETCH)
    # It runs on, as a browser does, until the pipe is read: nobody waits for that.
    programs.add("xdg-open", after=f'"{sys.executable}" "{fetch}" "$1" "{pipe}"')
    browser.find({**programs.env, display: ":0"})(LINK)
    assert pipe.read_text() == LINK
    name, address = programs.log()
    assert name == "xdg-open"
    assert address.startswith("http://127.0.0.1:")
    assert "secret" not in address


@pytest.mark.skipif(sys.platform != "linux", reason="the Windows Subsystem for Linux is Linux")
def test_windows_own_opener_gets_the_address_where_there_is_no_display(programs: Programs) -> None:
    fetch, pipe = programs.folder / "fetch.py", programs.folder / "fetched"
    fetch.write_text(FETCH)
    os.mkfifo(pipe)
    programs.add("powershell.exe", after=f'"{sys.executable}" "{fetch}" "$4" "{pipe}"')
    browser.find(programs.env)(LINK)
    name, *words, address = programs.log()
    assert (name, words) == ("powershell.exe", ["-NoProfile", "-Command", "Start-Process"])
    assert "secret" not in address
    assert pipe.read_text() == LINK


@pytest.mark.skipif(sys.platform != "linux", reason="xdg-open is Linux's")
def test_an_opener_that_fails_is_told_at_once(programs: Programs) -> None:
    programs.add("xdg-open", 3)
    with pytest.raises(MfaenvError, match=r"xdg-open found no browser \(status 3\)") as error:
        browser.find({**programs.env, "DISPLAY": ":0"})(LINK)
    assert "--print" in error.value.hint
    name, address = programs.log()
    assert name == "xdg-open"
    assert "secret" not in address


@pytest.mark.skipif(sys.platform != "linux", reason="xdg-open is Linux's")
def test_a_browser_that_does_not_ask_is_told(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "MAX_WAIT_SECONDS", 0)
    programs.add("xdg-open")
    with pytest.raises(MfaenvError, match="No browser has asked") as error:
        browser.find({**programs.env, "DISPLAY": ":0"})(LINK)
    assert "secret" not in error.value.message + error.value.hint


@pytest.mark.parametrize(
    ("variables", "wrong"),
    [({}, "no display"), ({"BROWSER": ""}, "no display"), ({"DISPLAY": ":0"}, "no program")],
)
@pytest.mark.skipif(sys.platform != "linux", reason="macOS needs no display variable")
def test_without_a_browser_or_a_display_the_error_names_print(
    programs: Programs, variables: dict[str, str], wrong: str
) -> None:
    with pytest.raises(MfaenvError, match=wrong) as error:
        browser.find({"PATH": str(programs.folder), **variables})
    assert "--print" in error.value.hint


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_who_came_by_ssh_gets_no_window_on_another_screen(monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    monkeypatch.setattr(sys, "platform", system)
    with pytest.raises(MfaenvError, match="no browser here"):
        browser.find({"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"})
