import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from disks import fill, small_disk
from entries import KINDS
from hypothesis import given
from hypothesis import strategies as st
from modes import mode
from observed_aws import ObservedAws
from platformdirs import user_cache_dir
from product import NOBODY, Outcome, Product, as_nobody

from mfaenv import store
from mfaenv.errors import MfaenvError
from mfaenv.fast import entry
from mfaenv.fast.entry import Session
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.store import Store, private_files

NAME = entry.file_name(store.SESSION, "k")
FIELDS = {
    "key": "k",
    "secret_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "token": "IQoJ%\n%0A=é\udcff",
    "empty": "",
}
UNTIL = 4_000_000_000
ENTRY = Session(
    key="k",
    profiles=("a", "b"),
    created=1_800_000_000.123456,
    access_key="ASIAIOSFODNN7EXAMPLE",
    secret_key=FIELDS["secret_key"],
    token=FIELDS["token"],
    expires=UNTIL,
)
POSIX = os.name == "posix"
if sys.platform == "win32":
    UID = -1
else:
    UID = os.geteuid()
ROOT = UID == 0
LINUX = sys.platform == "linux"

TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    | st.sampled_from("\n%=\r\x85\u2028" + "".join(map(chr, range(0xDC80, 0xDD00))))
)
NAMES = st.text("abc_", min_size=1, max_size=3)

posix = pytest.mark.skipif(not POSIX, reason="Windows has other rights")


def needs_root(reason: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not ROOT, reason=f"only root can {reason}")


@pytest.fixture
def place(tmp_path: Path) -> Store:
    made = Store(str(tmp_path / "store"))
    made.prepare()
    return made


@pytest.fixture
def path(place: Store) -> Path:
    """An entry that is there."""
    place.put(ENTRY, UNTIL)
    return Path(place.file(NAME))


# How an entry is written


@given(st.dictionaries(NAMES, TEXT))
def test_what_is_written_is_read(fields: dict[str, str]) -> None:
    assert entry.load(store.dump(fields.items())) == (fields or {"": ""})


@given(st.dictionaries(NAMES, TEXT), st.data())
def test_what_was_changed_is_not_read(fields: dict[str, str], data: st.DataObject) -> None:
    written = store.dump(fields.items())
    place = data.draw(st.integers(0, len(written) - 1))
    changed = written[:place] + bytes([data.draw(st.integers(0, 255))]) + written[place + 1 :]
    assert changed == written or entry.load(changed) is None
    assert entry.load(written[:place]) is None
    assert entry.load(written + data.draw(st.binary(min_size=1, max_size=20))) is None


def test_every_byte_counts() -> None:
    written = store.dump(FIELDS.items())
    for place, byte in enumerate(written):
        for other in {*range(256)} - {byte}:
            assert entry.load(written[:place] + bytes([other]) + written[place + 1 :]) is None
        assert entry.load(written[:place] + written[place + 1 :]) is None


@given(st.binary(max_size=200))
def test_anything_else_is_not_read(data: bytes) -> None:
    assert entry.load(data) is None


# What is trusted


def too_open(path: Path) -> None:
    path.chmod(0o640)


def a_link(path: Path) -> None:
    moved = path.with_name("moved")
    path.rename(moved)
    path.symlink_to(moved)


def a_fifo(path: Path) -> None:
    path.unlink()
    if sys.platform != "win32":
        os.mkfifo(path, 0o600)


def another_users(path: Path) -> None:
    if sys.platform != "win32":
        os.chown(path, NOBODY, NOBODY)


def a_directory(path: Path) -> None:
    path.mkdir()


def a_link_to_nothing(path: Path) -> None:
    path.symlink_to("nothing")


def too_large(path: Path) -> None:
    path.write_bytes(store.dump({**FIELDS, "more": "x" * entry.MAX_ENTRY}.items()))


def written_over(data: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(data)

    return write


ANYWHERE = {
    "empty": written_over(b""),
    "cut off": written_over(store.dump(ENTRY.fields())[:-2]),
    "another form": written_over(store.dump(ENTRY.fields()).replace(b"mfaenv 1", b"mfaenv 9")),
    "zeros": written_over(bytes(200)),
    "too large": too_large,
}
DAMAGE = [
    *(pytest.param(damage, id=name) for name, damage in ANYWHERE.items()),
    pytest.param(too_open, id="too open", marks=posix),
    pytest.param(a_link, id="a link", marks=posix),
    pytest.param(a_fifo, id="a fifo", marks=posix),
    pytest.param(another_users, id="another user's", marks=needs_root("give a file away")),
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_entry_is_a_miss_and_is_replaced(
    place: Store, path: Path, damage: Callable[[Path], None]
) -> None:
    damage(path)
    assert place.get(Session, "k") is None
    place.put(ENTRY, UNTIL)
    assert place.get(Session, "k") == ENTRY
    assert stat.S_ISREG(path.lstat().st_mode)
    if POSIX:
        assert mode(path) == 0o600
        assert path.lstat().st_uid == UID


@posix
def test_replacing_a_link_leaves_alone_what_it_leads_to(place: Store, path: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("theirs", encoding="ascii")
    path.unlink()
    path.symlink_to(elsewhere)
    place.put(ENTRY, UNTIL)
    assert elsewhere.read_text(encoding="ascii") == "theirs"


@posix
def test_the_announced_word_is_read_with_the_same_suspicion(place: Store) -> None:
    place.announce("1800000000.5")
    assert place.latest() == "1800000000.5"
    a_fifo(Path(place.file(entry.LATEST)))
    assert place.latest() == ""


def test_what_would_be_too_large_to_be_read_is_not_written(place: Store, path: Path) -> None:
    whole = path.read_bytes()
    with pytest.raises(OSError, match="too large"):
        place.put(Session(key="k", token="x" * entry.MAX_ENTRY), UNTIL)
    assert path.read_bytes() == whole
    assert sorted(os.listdir(place.path)) == [store.MARK, NAME]


def test_an_entry_of_another_key_is_a_miss(place: Store, path: Path) -> None:
    assert path.exists()
    assert place.get(Session, "k") == ENTRY
    assert place.get(Session, "K") is None
    assert place.read(Session, "missing") is None


def test_an_entry_that_cannot_be_replaced_leaves_nothing_new(place: Store) -> None:
    Path(place.file(NAME)).mkdir()
    assert place.get(Session, "k") is None
    with pytest.raises(OSError, match=NAME):
        place.put(ENTRY, UNTIL)
    assert sorted(os.listdir(place.path)) == [store.MARK, NAME]


@posix
@pytest.mark.parametrize("damage", ["a link", "a file", "sticky"])
def test_a_directory_that_could_be_a_trap_is_refused(tmp_path: Path, damage: str) -> None:
    trap, real = tmp_path / "trap", tmp_path / "real"
    real.mkdir(0o700)
    if damage == "a link":
        trap.symlink_to(real)
    elif damage == "a file":
        trap.touch()
    else:
        trap.mkdir()
        trap.chmod(0o1777)
    for attempt in (Store(str(trap)).check, Store(str(trap)).prepare):
        with pytest.raises(MfaenvError, match=r"refused\.$") as raised:
            attempt()
        assert str(trap) in raised.value.message
        assert "MFAENV_CACHE_DIR" in raised.value.hint
    assert list(real.iterdir()) == []


@posix
def test_a_trap_that_is_set_in_between_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, place = tmp_path / "real", Store(str(tmp_path / "store"))
    real.mkdir(0o755)

    def too_late(path: str, _mode: int) -> None:
        os.symlink(real, path)
        raise FileExistsError

    monkeypatch.setattr(os, "mkdir", too_late)
    with pytest.raises(MfaenvError, match="is a link: refused"):
        place.prepare()
    assert (mode(real), list(real.iterdir())) == (0o755, [])


@posix
def test_another_users_directory_is_refused(tmp_path: Path) -> None:
    theirs = tmp_path if ROOT else Path("/usr")
    if ROOT:
        another_users(theirs)
    with pytest.raises(MfaenvError, match=r"belongs to another user \(uid \d+\): refused"):
        Store(str(theirs)).check()


# What is made


@posix
@pytest.mark.parametrize("umask", [0, 0o022, 0o077, 0o777])
def test_modes_are_right_under_any_umask(tmp_path: Path, umask: int) -> None:
    place = Store(str(tmp_path / "store"))
    before = os.umask(umask)
    try:
        place.prepare()
        place.put(ENTRY, UNTIL)
    finally:
        os.umask(before)
    assert mode(Path(place.path)) == 0o700
    assert mode(Path(place.file(NAME))) == 0o600


@posix
def test_a_mark_that_would_block_is_none(place: Store) -> None:
    place.put(ENTRY, UNTIL)
    a_fifo(Path(place.file(store.MARK)))
    assert place.names(store.SESSION) == [NAME]
    (Path(place.path) / "theirs").touch()
    assert place.names(store.SESSION) == []


def test_what_a_killed_writer_left_is_not_in_the_way(place: Store) -> None:
    for name in (store.MARK, NAME):
        Path(place.file(f"{private_files.TEMPORARY}{os.getpid()}-{name}")).touch()
    place.prepare()
    place.put(ENTRY, UNTIL)
    assert place.get(Session, "k") == ENTRY


def test_the_sweep_takes_what_is_over_and_what_killed_writers_left(place: Store) -> None:
    now = time.time()
    for kind in KINDS:
        place.put(kind(key="over"), now - 1)
        place.put(kind(key="holds"), now + 100)
    stay = ["theirs", entry.LATEST, f"{private_files.TEMPORARY}{'0' * 16}"]
    for name in stay:
        Path(place.file(name)).touch()
    place.sweep(now)
    assert sorted(os.listdir(place.path)) == sorted(
        [*stay, store.MARK, *(entry.file_name(prefix, "holds") for prefix in store.ENTRIES)]
    )


def test_the_sweep_takes_what_an_older_version_knew_of_programs(place: Store) -> None:
    """The line of the program, which may hold a secret, is in it for 400 days."""
    place.prepare()
    path = Path(place.file(f"key-{'0' * 16}"))
    path.touch()
    os.utime(path, (time.time() + 1000,) * 2)
    place.sweep(time.time() + 100)
    assert os.listdir(place.path) == [store.MARK]


@pytest.mark.skipif(not LINUX, reason="XDG's places are Linux'")
@pytest.mark.parametrize("cache", [None, "", "/caches", "/with space/é"])
def test_the_place_is_the_platforms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: str | None) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    if cache is not None:
        monkeypatch.setenv("XDG_CACHE_HOME", cache)
    assert entry.directory(os.environ) == user_cache_dir("mfaenv", appauthor=False)


@pytest.mark.skipif(not LINUX, reason="XDG's places are Linux'")
def test_caches_that_are_named_need_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/nonexistent")
    assert entry.directory({"XDG_CACHE_HOME": "/caches"}) == "/caches/mfaenv"


@posix
def test_the_place_may_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert entry.directory({"MFAENV_CACHE_DIR": "~/store"}) == str(tmp_path / "store" / "mfaenv")
    assert entry.directory({"MFAENV_CACHE_DIR": "store"}) == ""
    usual = user_cache_dir("mfaenv", appauthor=False)
    assert entry.directory({"MFAENV_CACHE_DIR": ""}) == usual
    assert entry.directory({"XDG_CACHE_HOME": "caches"}) == usual


# With the whole program


def warned(done: Outcome) -> bool:
    """Whether the session was printed, and one warning said that it was not stored."""
    assert done.status == 0, done.err
    assert "export AWS_SESSION_TOKEN=" in done.out
    return done.err.count("mfaenv:") == 1 and "not stored" in done.err


def get(product: Product, scenario: Scenario, **options: Any) -> Outcome:
    return product.run("--shell", "bash", "--token-code", scenario.device.code(), **options)


@posix
def test_damage_to_all_files_is_as_if_there_were_none(
    product: Product, aws: ObservedAws, scenario: Scenario
) -> None:
    """By a clock that stands still: the third code, of the step before, would be too old in the next one."""
    now = time.time()
    scenario.world.clock = lambda: now
    outputs = {get(product, scenario).out}
    for damage in (written_over(b"damaged"), too_open):
        for path in product.cache.iterdir():
            damage(path)
        outputs.add(get(product, scenario).out)
        assert product.run("--shell", "bash", "--cached").out in outputs
        # A code's entry is not replaced by that of another code, but ends.
        Store(str(product.cache)).sweep(now + 100)
        assert {mode(path) for path in product.cache.iterdir() if path.name != entry.LATEST} == {0o600}
    assert len(outputs) == 3
    assert aws.actions() == ["GetSessionToken"] * 3


@posix
def test_a_link_for_a_store_is_refused_before_anything_is_called(
    product: Product, aws: ObservedAws, scenario: Scenario, tmp_path: Path
) -> None:
    product.cache.parent.mkdir()
    product.cache.symlink_to(tmp_path)
    done = get(product, scenario)
    assert (done.status, done.out) == (1, "(exit 1);\n")
    assert f"The store {product.cache} is a link: refused." in done.err
    assert aws.log == []


@posix
@pytest.mark.parametrize("trap", [a_directory, a_link_to_nothing])
def test_where_the_lock_cannot_be_made_the_session_is_printed(
    product: Product, scenario: Scenario, trap: Callable[[Path], None]
) -> None:
    product.cache.mkdir(0o700, parents=True)
    trap(product.cache / entry.file_name(store.LOCK, scenario.key.id))
    assert warned(get(product, scenario))


@needs_root("run a program as another user")
def test_roots_store_is_refused_to_another_user(product: Product, aws: ObservedAws, scenario: Scenario) -> None:
    as_nobody(product)
    product.cache.mkdir(0o700, parents=True)
    done = get(product, scenario)
    assert done.status == 1
    assert f"The store {product.cache} belongs to another user (uid 0): refused." in done.err
    assert aws.log == []


@posix
def test_with_a_read_only_home_the_session_is_printed(product: Product, scenario: Scenario) -> None:
    del product.env["MFAENV_CACHE_DIR"]
    as_nobody(product)
    product.home.chmod(0o500)
    assert warned(get(product, scenario))
    assert not product.cache.exists()


@posix
@pytest.mark.parametrize("nowhere", ["missing", "/dev/null"])
def test_without_a_home_the_session_is_printed(
    product: Product, scenario: Scenario, tmp_path: Path, nowhere: str
) -> None:
    del product.env["MFAENV_CACHE_DIR"]
    product.env["HOME"] = str(tmp_path / nowhere)
    assert warned(get(product, scenario))
    assert not (tmp_path / "missing").exists()


@needs_root("run a program as a user of no name")
def test_a_user_without_a_name_and_a_home_gets_the_session_printed(
    product: Product, scenario: Scenario
) -> None:
    for name in ("MFAENV_CACHE_DIR", "HOME"):
        del product.env[name]
    as_nobody(product)
    product.command = tuple(word.replace(str(NOBODY), "424242") for word in product.command)
    assert warned(get(product, scenario))


@needs_root("run a program as a user of no name")
def test_a_user_without_a_home_gets_no_files_of_the_current_folder(
    product: Product, scenario: Scenario
) -> None:
    """`~` is a folder there, which a stranger's repository may have."""
    folder = product.home / "~" / ".aws"
    folder.mkdir(parents=True)
    for name in ("config", "credentials"):  # `s3 = x` is an error of botocore's
        (folder / name).write_text("[default]\ncredential_process = touch pwned\ns3 = x\n")
    (folder.parent / ".boto").write_text(
        "[Credentials]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\naws_secret_access_key = x\n"
    )
    for name in ("MFAENV_CACHE_DIR", "HOME", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        del product.env[name]
    as_nobody(product)
    product.home.chmod(0o777)
    product.command = tuple(word.replace(str(NOBODY), "424242") for word in product.command)
    assert product.run("-f", "json", "--no-input").status == 1
    assert "There is no profile 'x' (--profile): no AWS file is named" in product.run("-p", "x").err
    assert "[]" in product.run("keys", "--json").out
    product.env |= {"AWS_ACCESS_KEY_ID": scenario.key.id, "AWS_SECRET_ACCESS_KEY": scenario.key.secret}
    assert get(product, scenario).status == 0
    assert not (product.home / "pwned").exists()


READ = f"""
import os, sys
from mfaenv.fast.entry import Session
from mfaenv.store import Store, private_files
if os.geteuid() == 0:
    os.seteuid({NOBODY})
print(Store(sys.argv[1]).get(Session, "k") is not None)
"""


@posix
@pytest.mark.parametrize(("rights", "readable"), [(0o600, True), (0o400, True), (0, False)])
def test_an_entry_without_rights_is_a_miss(rights: int, readable: bool) -> None:
    """Outside of pytest's own directories, which nobody but their owner can enter."""
    with TemporaryDirectory() as folder:
        place = Store(f"{folder}/store")
        place.prepare()
        place.put(ENTRY, UNTIL)
        Path(place.file(NAME)).chmod(rights)
        if ROOT:
            for path in (folder, place.path, place.file(NAME)):
                another_users(Path(path))
        done = subprocess.run(
            [sys.executable, "-c", READ, place.path], check=True, capture_output=True, text=True
        )
        assert done.stdout == f"{readable}\n"


@pytest.mark.skipif(not LINUX, reason="tmpfs is Linux'")
@needs_root("mount a small disk")
@pytest.mark.parametrize(
    ("limits", "said"),
    [("size=16k", ": the session is not stored"), ("nr_inodes=5", ": the session is not stored")],
)
def test_on_a_full_disk_the_session_is_printed(
    product: Product, scenario: Scenario, limits: str, said: str
) -> None:
    """Where no file can be made that is found out before anybody is asked."""
    product.cache.mkdir(0o700, parents=True)
    with small_disk(product.cache, limits):
        Store(str(product.cache)).prepare()
        with pytest.raises(OSError, match="No space left on device"):
            fill(product.cache)
        before = set(product.cache.iterdir())
        done = get(product, scenario)
        assert said in done.err
        assert done.status == 0
        assert "export AWS_SESSION_TOKEN=" in done.out
        assert set(product.cache.iterdir()) == before
