"""A folder for files that are needed only while a process runs."""

import os
import stat
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path

import pytest

from mfaenv.commands import private_folder
from mfaenv.errors import MfaenvError
from mfaenv.session.lock import lock

HINT = "Close it to them, or set TMPDIR to a folder elsewhere, which only you may write to."


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(private_folder, "gettempdir", lambda: str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("named", [False, True])
def test_it_is_in_the_current_folder_only_if_a_variable_names_that(
    temporary: Path, monkeypatch: pytest.MonkeyPatch, *, named: bool
) -> None:
    """There Python's tempfile looks last: its files would be in a project, and be added to that."""
    monkeypatch.chdir(temporary)
    env = {"TMPDIR": str(temporary)} if named else {}
    expected = nullcontext() if named else pytest.raises(OSError, match="but the current one")
    with expected, private_folder.private_folder(env):
        pass
    assert list(temporary.iterdir()) == []


def nobody_waits() -> None:
    raise AssertionError("another process has the lock, and this one waits for it")


def before_the_lock(monkeypatch: pytest.MonkeyPatch, do: Callable[[str], object]) -> None:
    """Do something once, when a new folder is about to be locked."""

    def patched(
        path: str, _waiting: object, *check: Callable[[], None], strict: bool, longest: float
    ) -> AbstractContextManager[None]:
        monkeypatch.setattr(private_folder, "lock", lock)
        do(path)
        return lock(path, nobody_waits, *check, strict=strict, longest=longest)

    monkeypatch.setattr(private_folder, "lock", patched)


def check_usable(folder: Path) -> None:
    """Look whether files in it stay when another process begins and ends."""
    (folder / "file").touch()
    with private_folder.private_folder({}) as other:
        assert other != folder
    assert (folder / "file").exists()


def test_other_users_see_no_name_before_there_is_the_folder(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would make it first."""

    def look(path: str) -> None:
        assert Path(path).parent.parent == temporary
        assert [stat.S_IMODE(file.stat().st_mode) for file in temporary.iterdir()] == [0o700]

    before_the_lock(monkeypatch, look)
    with private_folder.private_folder({}) as folder:
        assert list(temporary.iterdir()) == [folder]


def sweep(_path: str) -> None:
    with private_folder.private_folder({}):
        pass


@pytest.mark.parametrize("ends", [True, False])
def test_a_new_folder_that_another_process_takes_for_a_left_one(
    temporary: Path, monkeypatch: pytest.MonkeyPatch, *, ends: bool
) -> None:
    with ExitStack() as opened:
        other = sweep if ends else lambda path: opened.enter_context(lock(path, lambda: None))
        before_the_lock(monkeypatch, other)
        with private_folder.private_folder({}) as folder:
            check_usable(folder)
    sweep("")
    assert list(temporary.iterdir()) == []


def test_it_goes_with_its_lock(temporary: Path) -> None:
    with private_folder.private_folder({}) as folder:
        check_usable(folder)
    assert list(temporary.iterdir()) == []


def test_what_killed_processes_left_is_removed(temporary: Path) -> None:
    with private_folder.private_folder({}) as folder:
        pass
    for name in ("empty", "locked", "full"):
        left = folder.with_name(folder.name[:-1] + str(len(name)))
        left.mkdir(0o700)
        if name != "empty":
            (left / "lock").touch()
        if name == "full":
            (left / "file").touch()
    (temporary / "mfaenv-mine").mkdir()
    sweep("")
    assert [path.name for path in temporary.iterdir()] == ["mfaenv-mine"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no modes")
def test_a_folder_that_others_could_move_there_stays(temporary: Path) -> None:
    folder = temporary / ("mfaenv-" + "0" * 32)
    folder.mkdir()
    folder.chmod(0o770)
    (folder / "file").touch()
    sweep("")
    assert (folder / "file").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no modes")
@pytest.mark.parametrize(("mode", "is_used"), [(0o700, True), (0o770, False), (0o755, False), (0o500, False)])
def test_it_is_where_nobody_else_can_make_names(temporary: Path, mode: int, *, is_used: bool) -> None:
    """Who makes one of its name when it is gone decides what programs run that still read it."""
    runtime = temporary / "run"
    runtime.mkdir()
    runtime.chmod(mode)
    with private_folder.private_folder({"XDG_RUNTIME_DIR": str(runtime)}) as folder:
        assert folder.parent == (runtime if is_used else temporary)
    with private_folder.private_folder({"XDG_RUNTIME_DIR": "run"}) as folder:
        assert folder.parent == temporary


@pytest.mark.skipif(sys.platform == "win32", reason="there are no modes")
@pytest.mark.parametrize(
    ("mode", "is_refused"),
    [(0o755, False), (0o1777, False), (0o3770, False), (0o777, True), (0o775, True), (0o2770, True)],
)
def test_it_is_not_where_others_can_put_another_in_its_place(
    temporary: Path, mode: int, *, is_refused: bool
) -> None:
    """Its files decide what programs run, and a folder of the user that got such a name would be removed."""
    temporary.chmod(mode)
    other = temporary / ("mfaenv-" + "0" * 32)
    other.mkdir(0o700)
    with (
        pytest.raises(MfaenvError, match="let others replace files") if is_refused else nullcontext() as refused
    ):
        sweep("")
    assert other.exists() == is_refused
    if refused:
        assert refused.value.hint == HINT
        temporary.chmod(0o755)
        sweep("")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no modes")
@pytest.mark.parametrize(("mode", "is_used"), [(0o755, True), (0o1777, True), (0o777, False), (0o2770, False)])
@pytest.mark.parametrize("by_link", [False, True])
def test_nor_is_it_below_a_folder_in_which_others_can_rename(
    temporary: Path, monkeypatch: pytest.MonkeyPatch, mode: int, *, is_used: bool, by_link: bool
) -> None:
    """As /scratch/team/alice below a team's folder: they put another one in the place of alice's own."""
    own, link = temporary / "team" / "scratch" / "alice", temporary / "link"
    own.mkdir(parents=True, mode=0o700)
    link.symlink_to(own)
    team = own.parent.parent
    team.chmod(mode)
    monkeypatch.setattr(private_folder, "gettempdir", lambda: str(link if by_link else own))
    with nullcontext() if is_used else pytest.raises(MfaenvError, match=f"mode of {team} let") as refused:
        sweep("")
    if refused:
        assert refused.value.hint == HINT


@pytest.mark.skipif(sys.platform == "win32", reason="there are no modes")
@pytest.mark.parametrize(("mode", "is_used"), [(0o755, True), (0o1777, True), (0o777, False)])
def test_a_runtime_folder_below_one_in_which_others_can_rename_is_not_used(
    temporary: Path, mode: int, *, is_used: bool
) -> None:
    runtime = temporary / "run" / "user" / "1000"
    runtime.mkdir(parents=True)
    runtime.chmod(0o700)
    runtime.parent.parent.chmod(mode)
    with private_folder.private_folder({"XDG_RUNTIME_DIR": str(runtime)}) as folder:
        assert folder.parent == (runtime if is_used else temporary)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root can be another user")
@pytest.mark.parametrize("mode", [0o700, 0o1777, 0o777])
def test_it_is_not_in_a_folder_of_another_user(temporary: Path, mode: int) -> None:
    """Who owns a folder may rename what is in it, sticky bit or not."""
    temporary.chmod(mode)
    os.chown(temporary, 65533, 65533)
    with pytest.raises(MfaenvError, match="let others replace files") as refused:
        sweep("")
    assert refused.value.hint == HINT


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root can be another user")
@pytest.mark.parametrize(
    ("user", "mode", "is_used"), [(65534, 0o755, True), (65534, 0o775, False), (65533, 0o755, False)]
)
def test_it_may_be_below_the_hosts_folders(
    temporary: Path, monkeypatch: pytest.MonkeyPatch, user: int, mode: int, *, is_used: bool
) -> None:
    """Inside a container without root of its own, /home belongs to that user too."""
    own = temporary / "home" / "alice"
    own.mkdir(parents=True, mode=0o700)
    own.parent.chmod(mode)
    os.chown(own.parent, user, user)
    monkeypatch.setattr(private_folder, "gettempdir", lambda: str(own))
    with nullcontext() if is_used else pytest.raises(MfaenvError, match="let others replace files"):
        sweep("")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root can be another user")
@pytest.mark.parametrize(("mode", "is_used"), [(0o1777, True), (0o777, False), (0o700, False)])
def test_it_may_be_in_the_hosts_temporary_folder(temporary: Path, mode: int, *, is_used: bool) -> None:
    """In a container that has none of its own, it belongs to the user who stands for all that are not inside."""
    temporary.chmod(mode)
    os.chown(temporary, 65534, 65534)
    with nullcontext() if is_used else pytest.raises(MfaenvError, match="let others replace files"):
        sweep("")
