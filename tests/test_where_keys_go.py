"""Where keys are printed to: files are closed to others first, and a terminal shows none that nobody asked for."""

import os
import re
import stat
import sys
import tempfile
from pathlib import Path

import pytest
from observed_aws import ObservedAws
from product import NOBODY, Product

from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.store import output_file, private_files

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes of files and pseudo-terminals")

KEYS = (
    *(("-f", name) for name in ("json", "dotenv", "github", "process")),
    ("--shell", "bash"),
    ("--shell", "bash", "--verbose"),
    ("process",),
    ("init", "bash"),
)
NO_KEYS = (
    ("status", "--json"),
    ("policy",),
    ("unset", "--shell", "bash"),
    ("init", "nu"),
    ("--version",),
    ("--help",),
)
KEY = re.compile("ASIA[A-Z0-9]{16}")


def mode_after(product: Product, line: tuple[str, ...], mode: int) -> int:
    """Run a line that writes to a file of this mode, which holds something already; return the mode then."""
    file = product.home / "file"
    file.write_text("what was there\n")
    file.chmod(mode)
    with file.open("ab") as stream:
        assert product.run(*line, stdout=stream).status == 0
    assert file.read_text().startswith("what was there\n")
    assert len(file.read_text().splitlines()) > 1
    return stat.S_IMODE(file.stat().st_mode)


@pytest.mark.parametrize("line", KEYS, ids=" ".join)
def test_a_file_that_keys_are_written_to_is_closed_to_others(stored: Product, line: tuple[str, ...]) -> None:
    assert mode_after(stored, line, 0o664) == 0o600
    assert KEY.search((stored.home / "file").read_text())


@pytest.mark.parametrize("line", NO_KEYS, ids=" ".join)
def test_a_file_without_keys_is_left_as_it_is(stored: Product, line: tuple[str, ...]) -> None:
    assert mode_after(stored, line, 0o664) == 0o664


def test_nothing_but_what_opens_it_to_others_is_changed(stored: Product) -> None:
    assert mode_after(stored, ("-f", "dotenv"), 0o755) == 0o700
    assert mode_after(stored, ("-f", "dotenv"), 0o400 | 0o200) == 0o600


def test_init_without_a_session_leaves_the_file_as_it_is(product: Product) -> None:
    assert mode_after(product, ("init", "bash", "-p", "default"), 0o644) == 0o644


def test_what_is_no_file_is_left_alone(stored: Product, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o644)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with pipe.open("wb") as stream:
            assert stored.run("-f", "json", stdout=stream).status == 0
    finally:
        os.close(reader)
    assert stat.S_IMODE(pipe.stat().st_mode) == 0o644


# To a file

TARGETS = (
    ("--shell", "bash"),
    ("--shell", "fish"),
    *(("-f", name) for name in ("json", "dotenv", "github", "process")),
)


@pytest.mark.parametrize("target", TARGETS, ids=" ".join)
def test_an_output_file_holds_what_would_be_printed(stored: Product, target: tuple[str, ...]) -> None:
    printed = stored.run(*target).out
    (stored.home / "file").write_text("old")
    (stored.home / "file").chmod(0o666)
    old = os.open(stored.home / "file", os.O_RDONLY)
    done = stored.run(*target, "-o", "file", umask=0)
    assert done == (0, "", "")
    assert (stored.home / "file").read_text() == printed
    assert stat.S_IMODE((stored.home / "file").stat().st_mode) == 0o600
    assert os.read(old, 100) == b"old", "who has the older one open reads the keys"
    os.close(old)
    assert sorted(path.name for path in stored.home.iterdir() if path.name.startswith(".mfaenv")) == []


@pytest.mark.parametrize("by_name", [False, True])
def test_a_new_output_file_takes_away_what_a_killed_run_left_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, by_name: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    path = "made" if by_name else str(tmp_path / "made")
    left = {".mfaenv-0123456789abcdef"}
    others = {".mfaenv-notes", ".mfaenv-0123456789ABCDEF", "0123456789abcdef"}
    if os.geteuid() == 0:  # another user's
        others.add(".mfaenv-fedcba9876543210")
    for name in left | others:
        (tmp_path / name).touch()
    if os.geteuid() == 0:
        os.chown(".mfaenv-fedcba9876543210", NOBODY, NOBODY)
    output_file.write(path, b"keys")
    assert set(os.listdir()) == {"made", *left, *others}, "its writer may be at work"
    monkeypatch.setattr(private_files, "ABANDONED_AFTER", -1)
    output_file.write(path, b"keys")
    assert set(os.listdir()) == {"made", *others}


@pytest.mark.parametrize(
    "what", ["a folder", "a pipe", "a link", "another user's", "in no folder", "no folder", "nothing"]
)
def test_an_output_file_is_refused_before_the_code(
    product: Product, scenario: Scenario, aws: ObservedAws, what: str
) -> None:
    file = product.home / "file"
    if what == "a folder":
        file.mkdir()
    elif what == "a pipe":
        os.mkfifo(file)
    elif what == "a link":
        (product.home / "real").write_text("real")
        file.symlink_to("real")
    elif what == "another user's":
        if os.geteuid():
            pytest.skip("only root can give a file away")
        file.write_text("theirs")
        os.chown(file, NOBODY, NOBODY)
    name = {"in no folder": "none/file", "no folder": "none/", "nothing": ""}.get(what, "file")
    done = product.run("-f", "dotenv", "-c", scenario.device.code(), "-o", name)
    assert (done.status, done.out) == (2 if what == "nothing" else 1, "")
    assert aws.actions() == []
    assert not file.is_file() or file.read_text() in {"real", "theirs"}


@pytest.mark.parametrize("where", ["home", "linked folder", "hard link", "variable", "home, beside a variable"])
@pytest.mark.parametrize("variable", ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"])
def test_an_aws_file_is_no_output_file(stored: Product, where: str, variable: str) -> None:
    """aws-mfa writes its sessions there; here the long-term keys would be lost."""
    usual = stored.home / ".aws" / ("config" if variable == "AWS_CONFIG_FILE" else "credentials")
    other, linked = stored.home / "other", stored.home / "linked"
    other.write_bytes(usual.read_bytes())
    linked.symlink_to(usual.parent)
    hard_link = usual.with_name(usual.name.upper())  # as where a file system ignores case
    os.link(usual, hard_link)
    if "variable" in where:
        stored.env[variable] = str(other)
    files = {"linked folder": linked / usual.name, "hard link": hard_link, "variable": other}
    file = files.get(where, usual)
    before = file.read_text()
    done = stored.run("-f", "dotenv", "-o", str(file))
    assert (done.status, done.out) == (1, "")
    assert "is an AWS file" in done.err
    assert file.read_text() == before


@pytest.mark.parametrize("line", [("--shell", "bash"), ("-f", "dotenv")], ids=" ".join)
def test_an_output_file_is_not_called_like_standard_output(stored: Product, line: tuple[str, ...]) -> None:
    done = stored.run(*line, "-o", "-")
    assert (done.status, done.out) == (2, "")
    assert "Leave --output out: standard output is where it goes then." in done.err
    assert not (stored.home / "-").exists()


@pytest.mark.parametrize("name", output_file.AWS_CLI_FORMATS)
def test_a_format_of_the_aws_cli_is_no_output_file(stored: Product, name: str) -> None:
    done = stored.run("-s", "bash", "--output", name)
    assert (done.status, done.out) == (2, "(exit 2);\n")
    assert f"A file of that name: --output ./{name}." in done.err
    assert stored.run("-s", "bash", "--output", f"./{name}").status == 0
    assert (stored.home / name).exists()


def test_a_file_that_was_open_is_told(stored: Product) -> None:
    for quiet, told in (((), "open to others until now"), (("-q",), "")):
        file = stored.home / "file"
        file.touch(0o644)
        file.chmod(0o644)
        with file.open("wb") as stream:
            done = stored.run("-f", "dotenv", *quiet, stdout=stream)
        assert told in done.err
        assert bool(told) == bool(done.err)
        with file.open("wb") as stream:
            assert stored.run("-f", "dotenv", stdout=stream).err == ""


def test_only_what_every_command_has_is_named_to_whose_file_was_open(stored: Product) -> None:
    for words in (("init", "bash"), ("-f", "dotenv")):
        file = stored.home / "file"
        file.touch()
        file.chmod(0o644)
        with file.open("wb") as stream:
            done = stored.run(*words, stdout=stream)
        assert done.err == "mfaenv: The output file was open to others until now.\n"


def test_a_file_without_a_name_is_not_told(stored: Product) -> None:
    """ksh93 has such a file for the output of `$(mfaenv)`."""
    with tempfile.TemporaryFile() as stream:
        os.fchmod(stream.fileno(), 0o644)
        assert stored.run("--shell", "ksh", stdout=stream).err == ""
        assert stat.S_IMODE(os.fstat(stream.fileno()).st_mode) == 0o600


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no leases")
@pytest.mark.parametrize("words", [("--shell", "ksh"), ("init", "ksh")], ids=" ".join)
def test_nothing_is_written_to_a_file_without_a_name_that_another_program_has_open(
    stored: Product, words: tuple[str, ...]
) -> None:
    """ksh93 makes one that others can read, and only then takes its name away."""
    file = stored.home / "file"
    with file.open("w+b") as stream, file.open("rb") as opened:
        file.chmod(0o644)
        file.unlink()
        done = stored.run(*words, stdout=stream)
        wrong = "another program may have the file open: umask 077 may prevent it"
        assert (done.status, wrong in done.err) == (1, True)
        assert not KEY.search(opened.read().decode())
        opened.close()
        assert stored.run(*words, stdout=stream).err == ""
        stream.seek(0)
        assert KEY.search(stream.read().decode())


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no leases")
@pytest.mark.parametrize("words", [("--shell", "bash"), ("-f", "json", "-q")], ids=" ".join)
def test_nothing_is_written_to_a_file_that_others_could_open_and_a_program_has_open(
    stored: Product, words: tuple[str, ...]
) -> None:
    """Nor by the same line again: whoever opened it still has it. One that was closed always is nobody else's."""
    file = stored.home / "file"
    file.touch()
    file.chmod(0o644)
    with file.open("rb") as opened:
        for _ in range(2):
            with file.open("wb") as stream:
                done = stored.run(*words, stdout=stream)
            advice = "remove it, and use -o FILE or umask 077"
            wrong = f"The output cannot be written: another program may have the file open: {advice}."
            assert (done.status, done.err.splitlines()[0]) == (1, f"mfaenv: {wrong}")
            assert not KEY.search(opened.read().decode())
            assert file.stat().st_mode & 0o777 == 0o644
    with file.open("wb") as stream:
        assert stored.run(*words, stdout=stream).status == 0
    assert KEY.search(file.read_text())
    with file.open("rb"), file.open("wb") as stream:  # closed to others by now
        assert stored.run(*words, stdout=stream).err == ""
    assert KEY.search(file.read_text())


def test_a_runners_file_gets_the_keys_in_a_container_where_it_is_of_another_user(stored: Product) -> None:
    if os.geteuid():
        pytest.skip("only root can give a file away")
    file = stored.home / "file"
    file.touch()
    os.chown(file, NOBODY, NOBODY)
    stored.env["GITHUB_ACTIONS"] = "true"
    with file.open("ab") as stream:
        assert stored.run("-f", "github", stdout=stream).status == 0
    assert KEY.search(file.read_text())
    assert file.stat().st_mode & 0o777 == 0o600
    with file.open("ab") as stream:
        assert stored.run("-f", "dotenv", stdout=stream).status == 1


def test_nothing_is_written_to_a_file_of_another_user(stored: Product) -> None:
    if os.geteuid():
        pytest.skip("only root can give a file away")
    file = stored.home / "file"
    file.touch(0o600)
    os.chown(file, NOBODY, NOBODY)
    for words in (("-f", "dotenv"), ("--shell", "bash"), ("init", "bash")):
        with file.open("wb") as stream:
            done = stored.run(*words, stdout=stream)
        assert done.status == 1
        assert done.err.startswith("mfaenv: The output cannot be written: the file belongs to another user.\n")
        assert not KEY.search(file.read_text())


def test_nothing_is_written_to_a_named_pipe_of_another_user(stored: Product) -> None:
    """One lies in wait under the name of the file that a person is about to make."""
    if os.geteuid():
        pytest.skip("only root can give a pipe away")
    pipe = stored.home / "pipe"
    os.mkfifo(pipe)
    pipe.chmod(0o666)
    os.chown(pipe, NOBODY, NOBODY)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with pipe.open("wb") as stream:
        done = stored.run("-f", "dotenv", stdout=stream)
    assert done.err.startswith("mfaenv: The output cannot be written: the file belongs to another user.\n")
    assert not os.read(reader, 1)
    os.close(reader)


def test_a_pipe_of_whoever_called_sudo_is_written_to(stored: Product) -> None:
    if os.geteuid():
        pytest.skip("only root can be somebody else")
    os.seteuid(NOBODY)
    try:
        reader, writer = os.pipe()
    finally:
        os.seteuid(0)
    assert os.fstat(writer).st_uid == NOBODY
    assert stored.run("-f", "dotenv", stdout=writer).status == 0
    os.close(writer)
    assert b"AWS_ACCESS_KEY_ID" in os.read(reader, 65_536)
    os.close(reader)
