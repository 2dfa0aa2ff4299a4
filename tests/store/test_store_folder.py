"""The store beside other people's files: what it takes for its own, what it makes, and what it leaves alone."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from entries import KINDS
from hypothesis import given
from hypothesis import strategies as st
from modes import mode
from product import Outcome, Product

from mfaenv import fast, store
from mfaenv.errors import MfaenvError
from mfaenv.fast import entry
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.session.lock import lock
from mfaenv.store import Store, private_files

POSIX = os.name == "posix"
ROOT = sys.platform != "win32" and os.geteuid() == 0
LONG_AGO = 1_000_000_000
DIGITS = "0123456789abcdef"
THEIRS = b"mine\n"

posix = pytest.mark.skipif(not POSIX, reason="Windows has other rights")
needs_root = pytest.mark.skipif(not ROOT, reason="only root can give a file away")


def nobody_waits() -> None:
    raise AssertionError("the lock is free, and yet there is waiting")


def get(product: Product, scenario: Scenario, *more: str, **options: object) -> Outcome:
    return product.run("--shell", "bash", "--token-code", scenario.device.code(), *more, **options)


# Other people's files

NEIGHBOURS = (
    "code-review.md",
    "session-2024.txt",
    "device-list.csv",
    "answer-key.pdf",
    ".mfaenv-idea",
    "lock-smith",
    "latest",
    f"session-{DIGITS}",
    f"code-{DIGITS}",
    f"session-{DIGITS}.bak",
    f".mfaenv-{DIGITS}-session-{DIGITS}",
    f".mfaenv-{DIGITS}-notes",
    f"lock-{DIGITS}",
)


def neighbours(folder: Path) -> None:
    """Put files there that only look like the store's, all of them old."""
    for name in NEIGHBOURS:
        (folder / name).write_bytes(THEIRS)
        os.utime(folder / name, (LONG_AGO, LONG_AGO))
    (folder / f"answer-{DIGITS}").mkdir()
    (folder / f"answer-{DIGITS}" / "inside").write_bytes(THEIRS)
    (folder / f"device-{DIGITS}").symlink_to("code-review.md")
    if sys.platform != "win32":
        os.mkfifo(folder / f"session-{DIGITS[::-1]}")
        os.utime(folder / f"session-{DIGITS[::-1]}", (LONG_AGO, LONG_AGO))


def seen(folder: Path) -> dict[str, object]:
    """What is in a folder: the mode, and the text or where a link leads."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        told = path.lstat()
        text: object = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else None
        found[str(path.relative_to(folder))] = (told.st_mode, told.st_ino, text)
    return found


@posix
def test_a_run_and_a_clear_leave_the_folder_that_is_named_as_it_was(
    product: Product, scenario: Scenario
) -> None:
    notes = product.home / "notes"
    notes.mkdir()
    notes.chmod(0o755)
    neighbours(notes)
    before = seen(notes)
    product.env["MFAENV_CACHE_DIR"] = "~/notes"
    assert get(product, scenario).status == 0
    assert product.run("--shell", "bash", "--cached").status == 0
    assert (product.home / "notes" / "mfaenv").is_dir()
    assert product.run("clear").status == 0
    after = seen(notes)
    assert after.pop("mfaenv")
    assert after.pop("mfaenv/CACHEDIR.TAG")
    assert after == before
    assert mode(notes) == 0o755


@posix
def test_a_folder_with_other_things_and_no_mark_is_not_taken(product: Product, scenario: Scenario) -> None:
    product.cache.mkdir(0o700, parents=True)
    neighbours(product.cache)
    before = seen(product.cache)
    done = get(product, scenario)
    assert done.status == 0
    assert "other files are there, and no CACHEDIR.TAG of mfaenv" in done.err
    assert seen(product.cache) == before
    assert product.run("status").status == 0
    assert product.run("clear").err == "mfaenv: No session is stored.\n"
    assert seen(product.cache) == before


def test_a_users_own_latest_is_never_touched(product: Product, scenario: Scenario) -> None:
    product.cache.mkdir(0o700, parents=True)
    (product.cache / "latest").write_bytes(THEIRS)
    assert get(product, scenario).status == 0
    assert product.run("clear").status == 0
    assert {path.name: path.read_bytes() for path in product.cache.iterdir()} == {"latest": THEIRS}


def test_backups_leave_the_store_out(product: Product, scenario: Scenario) -> None:
    """https://bford.info/cachedir/: the first 43 bytes count."""
    assert get(product, scenario).status == 0
    mark = (product.cache / "CACHEDIR.TAG").read_bytes()
    assert mark[:43] == b"Signature: 8a477f597d28d172789f06886806bc55"
    assert b"mfaenv" in mark


def test_a_mark_of_another_program_is_none_of_ours(product: Product, scenario: Scenario) -> None:
    product.cache.mkdir(0o700, parents=True)
    (product.cache / "CACHEDIR.TAG").write_bytes(store.MARK_TEXT.replace(b"mfaenv", b"others"))
    assert "is not stored" in get(product, scenario).err
    assert [path.name for path in product.cache.iterdir()] == ["CACHEDIR.TAG"]


@given(
    prefix=st.sampled_from(store.FILE_KINDS),
    rest=st.text(st.sampled_from(f"{DIGITS}-.g/ "), min_size=14, max_size=18).map(
        lambda text: text.replace("/", "")
    ),
)
def test_a_name_is_whole_or_it_is_not_ours(prefix: str, rest: str) -> None:
    whole = prefix in store.PREFIXES and len(rest) == len(DIGITS) and set(rest) <= set(DIGITS)
    assert store.kind(prefix + rest) == (prefix if whole else "")


def test_all_that_is_written_is_ours(tmp_path: Path) -> None:
    place = Store(str(tmp_path / "store"))
    place.prepare()
    for made in KINDS:
        place.put(made(key="k"), LONG_AGO)
    place.announce("1800000000.5")
    with lock(place.file(entry.file_name(store.LOCK, "k")), nobody_waits):
        names = set(os.listdir(place.path)) - {store.MARK}
        assert sorted(map(store.kind, names)) == sorted((*store.ENTRIES, entry.LATEST, store.LOCK))


def test_what_a_killed_writer_left_goes_after_a_minute(tmp_path: Path) -> None:
    place = Store(str(tmp_path))
    name = f"{private_files.TEMPORARY}{DIGITS}"
    Path(place.file(name)).touch()
    place.prepare()
    assert place.names(private_files.TEMPORARY) == [name]
    place.sweep(time.time())
    assert place.names(private_files.TEMPORARY) == [name]
    place.sweep(time.time() + 100)
    assert os.listdir(tmp_path) == [store.MARK]


def test_a_writers_file_goes_though_the_clock_went_back(tmp_path: Path) -> None:
    place = Store(str(tmp_path))
    place.prepare()
    Path(place.file(f"{private_files.TEMPORARY}{DIGITS}")).touch()
    place.sweep(time.time() - 86_400)
    assert os.listdir(tmp_path) == [store.MARK]


@pytest.mark.parametrize("moment", ["rename", "unlink"])
def test_a_session_that_is_stored_during_a_sweep_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Some file systems have no hard links."""
    monkeypatch.delattr(os, "link")
    place = Store(str(tmp_path))
    place.prepare()
    place.put(entry.Session(key="k", access_key="old", expires=LONG_AGO), LONG_AGO)
    new = entry.Session(key="k", profiles=("default",), access_key="new", expires=4_000_000_000)
    real = getattr(os, moment)

    def store_before(*arguments: str) -> None:
        monkeypatch.setattr(os, moment, real)
        place.put(new, time.time() + 100)
        real(*arguments)

    monkeypatch.setattr(os, moment, store_before)
    place.sweep(time.time())
    assert place.get(entry.Session, "k") == new
    assert place.names(private_files.TEMPORARY) == []


# What is made


@posix
@pytest.mark.parametrize("umask", [0, 0o002, 0o022, 0o077, 0o777])
def test_every_folder_that_is_made_is_closed(product: Product, scenario: Scenario, umask: int) -> None:
    for home in (".cache", "a/b c/é"):
        product.env["MFAENV_CACHE_DIR"] = str(product.home / home)
        done = get(product, scenario, "--refresh", umask=umask)
        assert (done.status, "not stored" in done.err) == (0, False) or "already used" in done.err
        for made in (product.cache, *list(product.cache.parents)[: len(Path(home).parts)]):
            assert mode(made) == 0o700
        assert {mode(path) for path in product.cache.iterdir()} <= {0o600}


@posix
@pytest.mark.parametrize("rights", [0o755, 0o750, 0o1755, 0o500])
def test_no_mode_of_a_folder_that_was_there_is_changed(tmp_path: Path, rights: int) -> None:
    for folder in (tmp_path / "above", tmp_path / "above" / "store"):
        folder.mkdir()
    for folder in (tmp_path / "above" / "store", tmp_path / "above"):
        folder.chmod(rights)
    try:
        Store(str(tmp_path / "above" / "store")).prepare()
    except OSError:
        assert rights == 0o500
    assert (mode(tmp_path / "above"), mode(tmp_path / "above" / "store")) == (rights, rights)


@posix
@pytest.mark.parametrize("rights", [0o770, 0o707, 0o777, 0o1777, 0o2775])
def test_a_store_that_others_can_write_is_refused_and_left_as_it_is(
    product: Product, scenario: Scenario, rights: int
) -> None:
    product.cache.mkdir(parents=True)
    product.cache.chmod(rights)
    done = get(product, scenario)
    assert (done.status, done.out) == (1, "(exit 1);\n")
    first, then = done.err.splitlines()
    assert f"The store {product.cache} can be written by other users (chmod 700 closes it): refused." in first
    assert then.strip() == "Move it away, or name another folder in MFAENV_CACHE_DIR."
    assert product.run("--shell", "bash", "--cached").status == 3
    assert (mode(product.cache), os.listdir(product.cache)) == (rights, [])


@pytest.mark.parametrize("named", ["notes", "./notes", "~nobody-of-this-name/notes", " ", "../notes"])
def test_a_relative_folder_is_none_and_the_session_is_printed(
    product: Product, scenario: Scenario, named: str
) -> None:
    before = set(product.home.rglob("*"))
    product.env["MFAENV_CACHE_DIR"] = named
    done = get(product, scenario)
    assert done.status == 0
    assert "export AWS_SESSION_TOKEN=" in done.out
    assert done.err.count("MFAENV_CACHE_DIR is not a full path") == 1
    assert "not stored" in done.err
    assert product.run("--shell", "bash", "--cached") == (3, "", "")
    for command in ("status", "clear"):
        assert product.run(command).status == 0
    assert product.run("init", "bash").status == 0
    assert set(product.home.rglob("*")) == before


@posix
def test_the_hook_finds_the_folder(product: Product) -> None:
    product.env["MFAENV_CACHE_DIR"] = "~/notes"
    assert f"export MFAENV_STORE={product.home}/notes/mfaenv" in product.run("init", "bash").out
    product.env["MFAENV_CACHE_DIR"] = "notes"
    assert "export MFAENV_STORE=" not in product.run("init", "bash").out


@posix
def test_a_path_of_thousands_of_folders_is_an_error_and_no_more(tmp_path: Path) -> None:
    try:
        with pytest.raises(OSError, match=r"name too long|No such file"):
            Store(str(tmp_path) + "/a" * 3000).prepare()
    finally:  # what removes temporary folders goes into each by recursion
        subprocess.run(["rm", "-rf", str(tmp_path / "a")], check=True)


# What clear removes


def test_clear_removes_all_but_the_mark_and_speaks_of_sessions(product: Product, scenario: Scenario) -> None:
    assert get(product, scenario).status == 0
    place = Store(str(product.cache))
    place.put(fast.CachedRequest(key="k"), LONG_AGO)
    (product.cache / f"{private_files.TEMPORARY}{DIGITS}").touch()
    (product.cache / entry.file_name(store.LOCK, "abandoned")).touch()
    (product.cache / "notes.txt").touch()
    done = product.run("clear")
    assert done == (0, "", "mfaenv: Removed the session of profile default in account 123456789012.\n")
    assert sorted(path.name for path in product.cache.iterdir()) == [store.MARK, "notes.txt"]
    assert product.run("clear").err == "mfaenv: No session is stored.\n"


def test_a_lock_that_is_held_stays(product: Product, scenario: Scenario) -> None:
    assert get(product, scenario).status == 0
    held = entry.file_name(store.LOCK, "held")
    with lock(str(product.cache / held), nobody_waits):
        done = product.run("clear")
        assert done.status == 0
        assert "Another mfaenv is getting a session just now." in done.err
        assert sorted(os.listdir(product.cache)) == [store.MARK, held]


def test_clear_says_that_the_shell_still_has_its_session(product: Product, scenario: Scenario) -> None:
    assert get(product, scenario).status == 0
    product.env |= {"MFAENV_PROFILE": "default", "MFAENV_EXPIRES": "4000000000", "MFAENV_SHELL": "bash"}
    own = "mfaenv: This shell still has its own session, of profile default. To remove it too, type:\n"
    assert own in product.run("clear", "-p", "default").err
    assert own not in product.run("clear", "-p", "staging").err


def test_an_empty_name_clears_nothing(product: Product, scenario: Scenario) -> None:
    assert get(product, scenario).status == 0
    before = seen(product.cache)
    for words in (("-p", ""), ("--profile=",)):
        done = product.run("clear", *words)
        assert (done.status, done.out) == (2, "")
        assert done.err.startswith("mfaenv: --profile is empty.\n")
    assert seen(product.cache) == before


def link_folder(real: Path, link: Path) -> None:
    if sys.platform == "win32":
        subprocess.run(["cmd", "/c", "mklink", "/J", link, real], check=True)
    else:
        link.symlink_to(real)


def test_a_folder_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    """A junction on Windows."""
    (tmp_path / "real").mkdir()
    link_folder(tmp_path / "real", tmp_path / "store")
    with pytest.raises(MfaenvError, match="is a link: refused"):
        Store(str(tmp_path / "store")).prepare()
    assert os.listdir(tmp_path / "real") == []
