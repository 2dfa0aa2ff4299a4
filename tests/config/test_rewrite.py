import errno
import os
import stat
import struct
import sys
from pathlib import Path

import pytest
from modes import mode

from mfaenv.config import rewrite
from mfaenv.errors import MfaenvError


def access_list(*rows: tuple[int, int, int]) -> bytes:
    """Return an access list as the attribute has it: a tag, rights and a user's number in each row."""
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *row) for row in rows)


def test_a_new_file_and_its_folder_are_their_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / ".aws" / "config"
    before = os.umask(0)
    try:
        rewrite.replace(rewrite.read(str(path)), "[default]\n")
    finally:
        os.umask(before)
    assert path.read_text() == "[default]\n"
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


@pytest.mark.parametrize("given", [0o600, 0o644, 0o664])
def test_the_mode_stays(tmp_path: Path, given: int) -> None:
    path = tmp_path / "config"
    path.write_text("a")
    path.chmod(given)
    rewrite.replace(rewrite.read(str(path)), "b")
    assert (path.read_text(), mode(path)) == ("b", given)


@pytest.mark.skipif(sys.platform != "linux", reason="has access lists of its own")
def test_an_access_list_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One user may read the file, and the group may not: the mode shows the list's mask in its place.

    So it is beside an attribute that cannot be read.
    """
    path = tmp_path / "config"
    path.write_text("old")
    nobody, everybody = 65534, 0xFFFFFFFF
    rows = (1, 6, everybody), (2, 4, nobody), (4, 0, everybody), (16, 4, everybody), (32, 0, everybody)
    name, value = "system.posix_acl_access", access_list(*rows)
    try:
        os.setxattr(path, name, value)
    except OSError:
        pytest.skip("a file system without access lists")
    names = os.listxattr
    monkeypatch.setattr(os, "listxattr", lambda file: ["user.of-nobody", *names(file)])
    os.utime(path, (0, 0))
    rewrite.replace(rewrite.read(str(path)), "new")
    assert (path.read_text(), os.getxattr(path, name)) == ("new", value)
    assert path.stat().st_mtime > 0


@pytest.mark.skipif(sys.platform != "linux", reason="has access lists of its own")
def test_without_its_access_list_a_file_is_closed_to_its_group(tmp_path: Path) -> None:
    """A container may not know a user whom the list names: it shows another number, and does not take that back."""
    path = tmp_path / "credentials"
    path.write_text("old")
    path.chmod(0o640)  # the list's mask: the group itself may not read
    everybody = 0xFFFFFFFF
    rows = (1, 6, everybody), (2, 4, everybody), (4, 0, everybody), (16, 4, everybody), (32, 0, everybody)
    read = rewrite.read(str(path))._replace(attributes={"system.posix_acl_access": access_list(*rows)})
    rewrite.replace(read, "new")
    assert (path.read_text(), mode(path)) == ("new", 0o600)


@pytest.mark.skipif(sys.platform == "win32", reason="cannot open a folder")
def test_the_file_and_then_its_name_are_on_the_disk_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a power cut after `keys rotate` could leave the old key alone, which is deactivated."""
    path = tmp_path / "credentials"
    path.write_text("old")
    synced, sync = [], os.fsync

    def seen(fd: int) -> None:
        synced.append((stat.S_ISDIR(os.fstat(fd).st_mode), path.read_text()))
        sync(fd)

    monkeypatch.setattr(os, "fsync", seen)
    rewrite.replace(rewrite.read(str(path)), "new")
    assert synced == [(False, "old"), (True, "new")]


@pytest.mark.skipif(sys.platform != "linux", reason="has access lists of its own")
def test_the_access_list_that_a_folder_gives_new_files_is_not_taken(tmp_path: Path) -> None:
    """Else whom it names could read a file of mode 0640."""
    path = tmp_path / "credentials"
    path.write_text("old")
    path.chmod(0o640)
    nobody, everybody = 65534, 0xFFFFFFFF
    rows = (1, 6, everybody), (2, 4, nobody), (4, 4, everybody), (16, 4, everybody), (32, 0, everybody)
    try:
        os.setxattr(tmp_path, "system.posix_acl_default", access_list(*rows))
    except OSError:
        pytest.skip("a file system without access lists")
    rewrite.replace(rewrite.read(str(path)), "new")
    assert (path.read_text(), mode(path)) == ("new", 0o640)
    assert "system.posix_acl_access" not in os.listxattr(path)


@pytest.mark.skipif(sys.platform == "win32", reason="has no groups of files")
def test_the_group_stays_in_a_folder_that_gives_new_files_its_own(tmp_path: Path) -> None:
    """Else the folder's group could read what a group of the user alone may."""
    other = next(group for group in (*os.getgroups(), 65534) if group != os.getegid())
    try:
        os.chown(tmp_path, -1, other)
    except PermissionError:
        pytest.skip("the user is in one group only")
    tmp_path.chmod(0o2755)
    path = tmp_path / "credentials"
    path.write_text("old")
    os.chown(path, -1, os.getegid())
    path.chmod(0o640)
    rewrite.replace(rewrite.read(str(path)), "new")
    assert (path.read_text(), mode(path), path.stat().st_gid) == ("new", 0o640, os.getegid())


@pytest.mark.skipif(sys.platform != "linux", reason="has no such call")
def test_a_file_is_replaced_where_the_file_system_has_no_attributes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As some that a container or rclone mounts."""
    path = tmp_path / "config"
    path.write_text("old")
    path.chmod(0o640)

    def missing(_fd: int) -> list[str]:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    monkeypatch.setattr(os, "listxattr", missing)
    rewrite.replace(rewrite.read(str(path)), "new")
    assert (path.read_text(), mode(path)) == ("new", 0o640)


@pytest.mark.skipif(sys.platform == "win32", reason="has no descriptors to change the mode of")
def test_no_link_in_the_place_of_the_new_file_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever owns the folder may put one there, and root may be the one who changes the file."""
    path, others, sync = tmp_path / "config", tmp_path / "others", os.fsync
    path.write_text("old")
    path.chmod(0o666)
    others.write_text("secret")
    others.chmod(0o600)

    def swapped(fd: int) -> None:
        sync(fd)
        for new in tmp_path.glob(".config.*.mfaenv"):  # until it has its name
            new.unlink()
            new.symlink_to(others)

    monkeypatch.setattr(os, "fsync", swapped)
    with pytest.raises(MfaenvError, match="was changed by another program"):
        rewrite.replace(rewrite.read(str(path)), "new")
    assert (others.read_text(), mode(others)) == ("secret", 0o600)


@pytest.mark.skipif(sys.platform == "win32", reason="has no modes")
def test_the_mode_is_that_of_the_file_that_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may write to the folder may exchange it with an open one, and back before its text is compared."""
    path, aside, other = tmp_path / "credentials", tmp_path / "a", tmp_path / "b"
    sync = os.fsync
    path.write_text("old")
    path.chmod(0o600)
    other.write_text("open")
    other.chmod(0o644)
    modes = []

    def back(fd: int) -> None:
        if aside.exists():
            modes.append(stat.S_IMODE(os.fstat(fd).st_mode))
            path.rename(other)
            aside.rename(path)
        sync(fd)

    monkeypatch.setattr(os, "fsync", back)
    file = rewrite.read(str(path))
    path.rename(aside)
    other.rename(path)
    rewrite.replace(file, "new")
    assert (path.read_text(), modes, mode(path)) == ("new", [0o600], 0o600)


@pytest.mark.skipif(sys.platform == "win32", reason="may refuse links")
def test_a_link_that_came_meanwhile_leads_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else who may write to the folder could have another file of the user overwritten."""
    path, aside, other, sync = tmp_path / "config", tmp_path / "a", tmp_path / "other", os.fsync
    path.write_text("old")
    other.write_text("the user's")

    def back(fd: int) -> None:
        if aside.exists():
            aside.replace(path)
        sync(fd)

    monkeypatch.setattr(os, "fsync", back)
    file = rewrite.read(str(path))
    path.rename(aside)
    path.symlink_to(other)
    rewrite.replace(file, "new")
    assert (path.read_text(), other.read_text()) == ("new", "the user's")


def test_a_link_stays_and_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    real = tmp_path / "dotfiles" / "config"
    real.write_text("a")
    link = tmp_path / "config"
    link.symlink_to("dotfiles/config")
    rewrite.replace(rewrite.read(str(link)), "b")
    assert link.is_symlink()
    assert real.read_text() == "b"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["config", "config", "dotfiles"]


def test_every_byte_is_read_and_written_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_bytes("\ufeffa\r\nb\rc\n\u2028é".encode())
    file = rewrite.read(str(path))
    rewrite.replace(file, file.text + "!")
    assert path.read_bytes() == "\ufeffa\r\nb\rc\n\u2028é!".encode()


def test_the_encoding_stays_and_what_it_cannot_hold_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_bytes(b"caf\xe9\r\n")
    file = rewrite.read(str(path), "cp1252")
    assert file.text == "café\r\n"
    rewrite.replace(file, file.text + "ü")
    assert path.read_bytes() == b"caf\xe9\r\n\xfc"
    with pytest.raises(MfaenvError, match="cannot hold"):
        rewrite.replace(rewrite.read(str(path), "cp1252"), "Ω")
    assert path.read_bytes() == b"caf\xe9\r\n\xfc"
    assert [file.name for file in tmp_path.iterdir()] == ["config"]


def test_what_somebody_else_changed_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text("a")
    file = rewrite.read(str(path))
    path.write_text("theirs")
    with pytest.raises(MfaenvError, match="meanwhile"):
        rewrite.replace(file, "ours")
    assert path.read_text() == "theirs"
    assert os.listdir(tmp_path) == ["config"]


def test_what_somebody_else_writes_just_afterwards_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, rename = tmp_path / "config", os.replace

    def replace(*paths: str) -> None:
        rename(*paths)
        path.write_text("theirs")

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(MfaenvError, match="meanwhile"):
        rewrite.replace(rewrite.read(str(path)), "ours")
    assert path.read_text() == "theirs"


def test_a_file_that_came_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "config"
    file = rewrite.read(str(path))
    path.write_text("theirs")
    with pytest.raises(MfaenvError, match="meanwhile"):
        rewrite.replace(file, "ours")
    assert path.read_text() == "theirs"


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("no folder")
    with pytest.raises(MfaenvError, match="cannot be"):
        rewrite.replace(
            rewrite.read(str(tmp_path / "config"))._replace(target=f"{tmp_path}/folder/config"), "a"
        )


def test_a_file_that_is_no_text_and_a_link_to_nothing_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff")
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("binary", "link"):
        with pytest.raises(MfaenvError):
            rewrite.read(str(tmp_path / name))


def test_a_file_without_a_name_is_told_and_not_written_beside_the_folder() -> None:
    with pytest.raises(MfaenvError, match="An AWS file has no name"):
        rewrite.read("")


@pytest.mark.parametrize(
    "before",
    [
        "aws_secret_access_key = ",
        "# aws_secret_access_key=",
        ";aws_session_token: ",
        "export AWS_SECRET_ACCESS_KEY='",
        "setenv AWS_SECRET_ACCESS_KEY ",
        "unset AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN MFAENV_PROFILE; AWS_SESSION_TOKEN=",
    ],
)
def test_a_diff_shows_what_changes_and_no_secret(tmp_path: Path, before: str) -> None:
    path = tmp_path / "config"
    path.write_text(f"[default]\n{before}wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n")
    file = rewrite.read(str(path))
    shown = "\n".join(rewrite.diff(file, "[default]\nregion = eu-west-1\n"))
    assert "+region = eu-west-1" in shown
    assert "wJalr" not in shown
    assert f"{before}…" in shown


@pytest.mark.parametrize("password", ["pa55@word", "pa/55word", "pa 55/@word"])
def test_a_diff_shows_no_password_of_an_address(password: str) -> None:
    line = f"endpoint_url = https://alice:{password}@aws.example.com/x"
    shown = rewrite.diff(rewrite.TextFile("config", ""), f"[default]\n{line}\n")
    assert shown[-1] == "+endpoint_url = https://…@aws.example.com/x"


def test_a_diff_of_many_profiles_shows_only_what_changes() -> None:
    section = "[profile {}]\nsource_profile = default\nmfa_process = oathtool seed\nmfa_serial = arn\n"
    file = rewrite.TextFile("config", "".join(map(section.format, range(60))))
    text = file.text.replace("= default", "= other").replace("mfa_serial = arn\n", "")
    shown = {line for line in rewrite.diff(file, text) if not line.startswith(("@@", "---", "+++"))}
    assert shown == {"-source_profile = default", "+source_profile = other", "-mfa_serial = arn"}
