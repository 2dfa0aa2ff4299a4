"""Calls of AWS, changes of files and what is said to the keychain fail, or are the last thing before a kill.

Afterwards a working key is stored, and the same command finishes, or says what is left and what to type.
"""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import depth
import pytest
from codes import spare_scenario
from disks import fill, small_disk
from faults import FaultyAws
from keychains import Keychain, opened
from product import PATIENCE, Outcome, Product, finish, wait_until_stopped
from terminals import need
from trouble import assert_explained

from mfaenv.errors import CODE_NEEDED, DONE
from mfaenv.pretend_aws.scenario import Scenario, write_files

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and strace")


BACKEND = "keyring.backends.SecretService.Keyring"
"""The keychain's: keyring takes longer to look for one than a run takes for all else."""


class Machine(NamedTuple):
    """Alice's machine, with a session in the store: the program, AWS, and the keychain."""

    product: Product
    aws: FaultyAws
    scenario: Scenario
    keychain: Keychain

    def stored(self) -> dict[str, str]:
        """The secrets by their IDs that are in the file or in the keychain."""
        found = {}
        text = Path(self.product.env["AWS_SHARED_CREDENTIALS_FILE"]).read_text()
        pair = re.search(r"aws_access_key_id = (\S+)\naws_secret_access_key = (\S+)", text)
        if pair:
            found[pair[1]] = pair[2]
        entry = self.keychain.lookup("default")
        if entry:
            found[json.loads(entry)["AccessKeyId"]] = json.loads(entry)["SecretAccessKey"]
        return found

    def assert_a_working_key_is_stored(self) -> None:
        keys = {key.id: key.secret for key in self.scenario.key.principal.keys if key.active}  # type: ignore[union-attr]  # the key is a user's
        stored = self.stored()
        assert [key for key, secret in stored.items() if keys.get(key) == secret], (stored, keys)

    def finish(self, *line: str) -> None:
        """Run it again to the end; where it cannot go on by itself, it says what to type, and that is done."""
        done = self.with_code(*line)
        if "keys rotate --delete" in done.err:  # all was done, and this would be the next rotation
            done = self.product.run(*line, "--delete")
        elif done.status:
            left = re.search(r"delete-access-key --access-key-id (\S+)", done.err)
            assert left, done.err
            user = self.scenario.world.accounts["123456789012"].users["alice"]
            (key,) = (key for key in user.keys if key.id == left[1])
            assert key.id not in self.stored()
            user.keys.remove(key)
            done = self.product.run(*line)
        assert done.status == 0, done.err
        self.assert_a_working_key_is_stored()

    def assert_settled(self, line: tuple[str, ...]) -> None:
        """Expect the end that the command has when nothing comes between."""
        user = self.scenario.world.accounts["123456789012"].users["alice"]
        text = Path(self.product.env["AWS_SHARED_CREDENTIALS_FILE"]).read_text()
        in_file, entry = "aws_secret" in text, bool(self.keychain.lookup("default"))
        if line[1] == "import":
            assert (in_file, entry) == (False, True)
        elif line[1] == "export":
            assert (in_file, entry) == (True, False)
        assert len(self.stored()) == 1
        assert [key.active for key in user.keys] in ([True], [False, True])

    def go_back(self, line: tuple[str, ...]) -> None:
        """Let everything be as before the command, but for the keys' values."""
        user = self.scenario.world.accounts["123456789012"].users["alice"]
        opposite = {"import": "export", "export": "import"}.get(line[1])
        if opposite:
            assert self.product.run("keys", opposite).status == 0
        user.keys[:] = [key for key in user.keys if key.active]
        assert self.with_code("-f", "json", "--no-input").status == 0

    def save(self) -> Callable[[], None]:
        """Return what lets everything be as it is now: files, the store among them, the keychain, and AWS's keys."""
        folder = self.product.home / ".aws"
        files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        entry, world = self.keychain.lookup("default"), self.scenario.world
        user = world.accounts["123456789012"].users["alice"]
        keys, credentials = [(key, key.active) for key in user.keys], dict(world.credentials)

        def restore() -> None:
            for path in folder.rglob("*"):
                if path.is_file() and path not in files:
                    path.unlink()
            for path, data in files.items():
                if not path.exists() or path.read_bytes() != data:
                    path.touch(0o600)
                    path.write_bytes(data)
            self.keychain.tool("clear", "service", "mfaenv")
            if entry:
                self.keychain.tool("store", "--label=x", "service", "mfaenv", "username", "default", data=entry)
            world.credentials.clear()
            world.credentials.update(credentials)
            user.keys[:] = [key for key, _ in keys]
            for key, active in keys:
                key.active = active

        return restore

    def state(self) -> str:
        """Return what a run finds, without the values of keys, the names of temporary files, and times."""
        folder, user = self.product.home / ".aws", self.scenario.world.accounts["123456789012"].users["alice"]
        files = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
        found = repr([(name, path.read_bytes()) for name, path in sorted(files.items())])
        found += self.keychain.tool("search", "--all", "service", "mfaenv").stdout
        found += self.keychain.tool("search", "--all", "service", "mfaenv (being replaced)").stdout
        for number, key in enumerate(user.keys):
            found = found.replace(key.id, f"key {number}").replace(key.secret, f"secret {number}")
        found += repr([key.active for key in user.keys])
        return re.sub(r"(?<=\.config\.|entials\.)\w+|\d{10}(\.\d+)?|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "…", found)

    def with_code(self, *line: str) -> Outcome:
        """Run it, and once more with a code where it needs one: a store that fails may have lost the session."""
        done = self.product.run(*line)
        return (
            done if done.status != CODE_NEEDED else self.product.run(*line, "-c", self.scenario.device.code())
        )


@pytest.fixture
def keychain(tmp_path: Path) -> Iterator[Keychain]:
    with opened(tmp_path / "keychain") as found:
        yield found


@pytest.fixture
def machine(tmp_path: Path, keychain: Keychain, where: str) -> Iterator[Machine]:
    scenario = spare_scenario("mfa")
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    with FaultyAws(scenario.world) as aws:
        settings = write_files(
            home / ".aws", aws.url, keys={"default": scenario.key}, profiles=scenario.profiles
        )
        own = {"AWS_MAX_ATTEMPTS": "1", "PYTHON_KEYRING_BACKEND": BACKEND}
        product = Product(home, {**settings, **keychain.env, **own})
        if where == "keychain":
            assert product.run("keys", "import").status == 0
        assert product.run("-f", "json", "--token-code", scenario.device.code()).status == 0
        yield Machine(product, aws, scenario, keychain)


LINES = {
    "import": ("file", ("keys", "import")),
    "export": ("keychain", ("keys", "export")),
    "rotate in the file": ("file", ("keys", "rotate", "--no-input")),
    "rotate in the keychain": ("keychain", ("keys", "rotate", "--no-input", "--delete")),
}
CALLS = {"import": 1, "rotate in the file": 5, "rotate in the keychain": 6}
"""Calls of AWS in a run that nothing comes between."""

CREATE = 3
"""Which of them makes the new key."""


def each_call(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("where", "line", "calls"), [(*LINES[name], CALLS[name]) for name in names], ids=names
    )


@pytest.mark.parametrize("what", ["fails", "is killed"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@each_call(*CALLS)
def test_a_call_of_aws_fails_or_is_killed(
    machine: Machine, line: tuple[str, ...], calls: int, *, after: bool, what: str
) -> None:
    restore = machine.save()
    for number in range(1, calls + 1):
        break_a_call(machine, line, number, after=after, what=what)
        machine.assert_a_working_key_is_stored()
        machine.finish(*line)
        machine.assert_settled(line)
        restore()


def break_a_call(machine: Machine, line: tuple[str, ...], number: int, *, after: bool, what: str) -> None:
    """Run it until this call of AWS, before it is carried out or after."""
    holder: list[subprocess.Popen[bytes]] = []
    started = threading.Event()

    def act() -> None:
        if what == "is killed":
            assert started.wait(PATIENCE)
            holder[0].kill()
            holder[0].wait()

    machine.aws.break_at(number, act, after=after)
    process = machine.product.start(*line)
    holder.append(process)
    started.set()
    out, err = process.communicate(timeout=PATIENCE)
    assert out == b""
    assert process.returncode, err.decode()
    machine.aws.break_at(0, lambda: None, after=False)
    machine.aws.recover()


FILES = ("openat", "write", "fsync", "chmod", "rename", "unlink")
"""System calls that change the AWS files and what is stored beside them; others fail as the write next to them does."""

BUS = "sendto"
"""With it the keychain is spoken to; AWS's requests go the same way."""

SAID = re.compile(r"CreateItem|SetSecret|Delete")
"""What changes something in the keychain."""

FAULTS = {
    "error=ENOSPC": (*FILES, BUS),
    # A kill at any other leaves what one at the next of these does, or less.
    "signal=KILL": ("rename", "unlink", BUS),
}


class Point(NamedTuple):
    """A system call of a run: the nth of its name."""

    call: str
    number: int


def strace(machine: Machine, line: tuple[str, ...], calls: str, *more: str) -> tuple[int, list[str]]:
    """Run it below strace, and return its status and the calls."""
    log = machine.product.home / "strace.log"
    machine.product.tracer = ("-y", "-s", "400", "-o", str(log), "-e", f"trace={calls}", *more)
    done = machine.product.run(*line)
    machine.product.tracer = ()
    return done.status, log.read_text(errors="replace").splitlines()


def changes(machine: Machine, line: tuple[str, ...]) -> list[Point]:
    """Return the calls of an undisturbed run that change a file, and those around a change of the keychain."""
    status, log = strace(machine, line, ",".join((*FILES, BUS)))
    assert status == 0
    counts: Counter[tuple[str, str]] = Counter()
    found = []
    for text in log:
        called = re.match(r"(\d+) +(\w+)\((.*)", text)
        if called:
            process, call, rest = called.groups()
            counts[process, call] += 1
            point = Point(call, counts[process, call])
            if call == BUS and SAID.search(rest):
                found += [point, point._replace(number=point.number + 1)]
            elif (
                call != BUS
                and f"{machine.product.home}/.aws" in rest
                and (call != "openat" or "O_CREAT" in rest)
            ):
                found.append(point)
    return list(dict.fromkeys(found))


def hit(machine: Machine, line: tuple[str, ...], calls: str, fault: str, number: int | str) -> int | None:
    """Run it with a fault at a call, and return its status; nothing where no call was hit. `1+` hits all of them."""
    status, log = strace(machine, line, calls, "-e", f"inject={calls}:{fault}:when={number}")
    return status if any("(INJECTED)" in text or "killed by SIGKILL" in text for text in log) else None


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("where", "line"), LINES.values(), ids=LINES)
def test_each_system_call_that_changes_something_fails_or_is_killed(
    machine: Machine, line: tuple[str, ...], fault: str
) -> None:
    """A full disk is among them: each call that writes is told that there is no space left.

    What is left is finished once: most faults leave what others do, or all as it was.
    """
    need("strace")
    machine.finish(*line)  # what is remembered from the first time on is not written again
    machine.go_back(line)
    restore, finished = machine.save(), {machine.state()}
    points = [point for point in changes(machine, line) if point.call in FAULTS[fault]]
    restore()
    assert {"rename", "unlink"} <= {point.call for point in points}
    points = depth.sample(points, -(-len(points) // 4))
    hits = 0
    for call, number in points:
        status = hit(machine, line, call, fault, number)
        hits += status is not None
        machine.assert_a_working_key_is_stored()
        if status == DONE:
            machine.assert_settled(line)
        elif (left := machine.state()) not in finished:
            finished.add(left)
            machine.finish(*line)
            machine.assert_settled(line)
        restore()
    assert hits >= 0.9 * len(points) - 1, (hits, points)


@pytest.mark.parametrize(("where", "line"), [LINES["rotate in the file"]], ids=["rotate"])
def test_nothing_is_removed_of_a_file_that_took_the_place_of_another(
    machine: Machine, line: tuple[str, ...]
) -> None:
    need("strace")
    assert hit(machine, line, "unlink", "error=EIO", "1+") == 0
    machine.assert_settled(line)


def files(machine: Machine) -> dict[str, Path]:
    env = machine.product.env
    return {"config": Path(env["AWS_CONFIG_FILE"]), "credentials": Path(env["AWS_SHARED_CREDENTIALS_FILE"])}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can mount a small disk")
@pytest.mark.parametrize(("where", "line"), LINES.values(), ids=LINES)
def test_on_a_full_disk_nothing_is_lost_and_the_next_run_finishes(
    machine: Machine, line: tuple[str, ...]
) -> None:
    """Of the AWS files' own; where rotate stores the new key elsewhere, it needs none."""
    folder = machine.product.home / ".aws"
    disk = machine.product.home / "disk"
    disk.mkdir()
    with small_disk(disk, "size=64k"):
        for name, file in files(machine).items():
            (disk / name).write_bytes(file.read_bytes())
            (disk / name).chmod(0o600)
            file.unlink()
            file.symlink_to(disk / name)
        before = {name: file.read_bytes() for name, file in files(machine).items()}
        with pytest.raises(OSError, match="No space left on device"):
            fill(disk)
        done = machine.product.run(*line)
        assert done.out == ""
        machine.assert_a_working_key_is_stored()
        if done.status or "config" not in line:
            assert {name: file.read_bytes() for name, file in files(machine).items()} == before
        if line != LINES["rotate in the keychain"][1]:
            assert done.status == 1
            assert_explained(done, r"cannot be written: No space left on device", "disk")
        for file in disk.glob("full-*"):
            file.unlink()
        assert sorted(path.name for path in disk.iterdir()) == ["config", "credentials"]
        machine.finish(*line)
        machine.assert_settled(line)
        assert [path.is_symlink() for path in (folder / "config", folder / "credentials")] == [True, True]


EDIT = "\n[other]\nregion = eu-north-1\n"
REPLACES = {"import": (1, 3), "export": (1, 3), "rotate in the file": (1,)}
"""Which writes to the disk are of a file of AWS's; each is followed by that of its folder."""


@pytest.mark.parametrize(
    ("where", "line", "number"),
    [(*LINES[name], number) for name, numbers in REPLACES.items() for number in numbers],
)
def test_an_edit_between_reading_and_replacing_a_file_stays(
    machine: Machine, line: tuple[str, ...], number: int
) -> None:
    """The program is stopped when it has written the new file, and goes on when the old one has been edited."""
    need("strace")
    inject = ("-e", "trace=fsync", "-e", f"inject=fsync:signal=STOP:when={number}")
    calls = machine.product.home / "calls"
    machine.product.tracer = ("-o", str(calls), *inject)
    process = machine.product.start(*line)
    machine.product.tracer = ()
    wait_until_stopped(calls)
    (new,) = (machine.product.home / ".aws").glob(".c*")
    edited = new.with_name(new.name.split(".")[1])
    with edited.open("a") as file:
        file.write(EDIT)
    after = edited.read_text()
    while process.poll() is None:  # it may only just be about to stop
        process.send_signal(signal.SIGCONT)
        time.sleep(0.05)
    done = finish(process)
    assert (done.out, done.status) == ("", 1)
    assert_explained(done, f"{edited.name} was changed by another program meanwhile", "Run it again")
    assert edited.read_text() == after
    machine.assert_a_working_key_is_stored()
    machine.finish(*line)
    machine.assert_settled(line)
    assert edited.read_text().count(EDIT.strip()) == 1


@each_call(*CALLS)
def test_an_edit_while_aws_is_asked_stays(machine: Machine, line: tuple[str, ...], calls: int) -> None:
    def edit() -> None:
        for file in files(machine).values():
            file.write_text(f"# mine\n{file.read_text()}{EDIT}")

    restore = machine.save()
    for number in range(1, calls + 1):
        machine.aws.break_at(number, edit, after=False, drop=False)
        done = machine.product.run(*line)
        assert (done.status, done.out) == (0, ""), done.err
        for file in files(machine).values():
            assert file.read_text().startswith("# mine\n")
            assert EDIT.strip() in file.read_text()
        machine.assert_a_working_key_is_stored()
        machine.assert_settled(line)
        restore()


@pytest.mark.parametrize(
    ("where", "line", "number"), [(*LINES["import"], 1), (*LINES["rotate in the file"], 3)]
)
def test_keys_that_somebody_else_stores_meanwhile_stay(
    machine: Machine, line: tuple[str, ...], number: int
) -> None:
    """Before import has proved them, and while rotate's new key is made."""
    user = machine.scenario.world.accounts["123456789012"].users["alice"]
    text = files(machine)["credentials"].read_text()
    theirs = text.replace(machine.scenario.key.id, "AKIATHEIRSEXAMPLE000").replace(
        machine.scenario.key.secret, "x"
    )

    def store() -> None:
        files(machine)["credentials"].write_text(theirs)

    machine.aws.break_at(number, store, after=True, drop=False)
    done = machine.product.run(*line)
    assert done.status == 1
    assert_explained(done, "was changed by another program meanwhile", "Run it again")
    assert files(machine)["credentials"].read_text() == theirs
    assert [key.active for key in user.keys] == [True]


@pytest.mark.parametrize(("where", "line"), [LINES["import"]], ids=["import"])
def test_keys_stay_in_the_file_where_the_keychain_loses_them_meanwhile(
    machine: Machine, line: tuple[str, ...]
) -> None:
    def lose() -> None:
        machine.keychain.tool("clear", "service", "mfaenv")

    machine.aws.break_at(1, lose, after=True, drop=False)
    done = machine.product.run(*line)
    assert done.status == 1
    assert_explained(done, "was changed by another program meanwhile", "Run it again")
    machine.assert_a_working_key_is_stored()
    machine.finish(*line)
    machine.assert_settled(line)


@pytest.mark.parametrize(("where", "line"), [LINES["rotate in the file"], LINES["rotate in the keychain"]])
def test_a_new_key_that_nobody_noted_is_named_with_the_line_that_deletes_it(
    machine: Machine, line: tuple[str, ...]
) -> None:
    """The process is killed when IAM has made the key, and before its answer comes."""
    need("aws")
    user = machine.scenario.world.accounts["123456789012"].users["alice"]
    holder: list[subprocess.Popen[bytes]] = []
    started = threading.Event()

    def kill() -> None:
        assert started.wait(PATIENCE)
        holder[0].kill()
        holder[0].wait()

    machine.aws.break_at(CREATE, kill, after=True)
    holder.append(machine.product.start(*line))
    started.set()
    holder[0].communicate(timeout=PATIENCE)
    assert machine.aws.log[-1].action == "CreateAccessKey"
    old, unknown = user.keys
    done = machine.product.run(*line)
    assert done.status == 1
    assert_explained(done, f"{unknown.id} .in no profile here.: never used", "mfaenv exec")
    typed = shlex.split(done.err.rpartition("delete the other one:\n")[2])
    assert typed[0] == "mfaenv"
    assert machine.product.run(*typed[1:]).status == 0
    assert user.keys == [old]
    assert machine.product.run(*line).status == 0
    machine.assert_a_working_key_is_stored()
    machine.assert_settled(line)
