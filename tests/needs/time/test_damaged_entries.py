"""Entries that hold anything at all count as damaged, in every command."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import depth
import pytest
from entries import KINDS
from fast_and_full import Runs
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mfaenv import store
from mfaenv.config import awsfiles
from mfaenv.fast import CachedRequest, entry
from mfaenv.fast.entry import Entry, Session
from mfaenv.session import remembered
from mfaenv.session.remembered import DismissedPrompt, RememberedDevice, RememberedKey, SentCode
from mfaenv.store import Store

SERIAL = "arn:aws:iam::123456789012:mfa/alice"

PROGRAM = "of-nobody"

CONFIG = f"""[default]
region = us-east-1
[profile role]
role_arn = arn:aws:iam::111122223333:role/R
source_profile = default
mfa_serial = {SERIAL}
[profile program]
credential_process = {PROGRAM}
mfa_serial = {SERIAL}
"""

CREDENTIALS = "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n"

LINES: list[list[str]] = [
    ["--shell", "bash", "--cached"],
    ["--shell", "bash", "-p", "program", "--cached"],
    ["--shell", "bash", "--no-input"],
    ["--shell", "bash", "--no-input", "-p", "role"],
    ["status"],
    ["status", "--json"],
    ["init", "bash"],
    ["process", "--no-input"],
    ["clear", "-p", "default"],
    ["clear"],
]

TEXTS = st.one_of(
    st.sampled_from(
        [
            "",
            "soon",
            "-1",
            "0",
            "1e9",
            "nan",
            "inf",
            "1_000",
            "9" * 11,
            "9" * 5000,
            "\u0661",
            "arn",
            "a\tb",
            "\0",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\n\0\x1b%=\t:,"), max_size=30),
)


class Changed:
    """What is done to a stored file: bytes instead of it, or fields in it with a right checksum."""

    def __init__(self, kind: type[Entry], data: bytes | None, fields: dict[str, str | None]) -> None:
        self.kind = kind
        self.data = data
        self.fields = fields

    def __repr__(self) -> str:
        return f"Changed({self.kind.__name__}, {self.data!r}, {self.fields!r})"

    def to(self, path: Path) -> None:
        known = entry.load(path.read_bytes()) or {}
        changed = {name: value for name, value in {**known, **self.fields}.items() if value is not None}
        path.write_bytes(store.dump(changed.items()) if self.data is None else self.data)


def a_field(kind: type[Entry], name: str, text: str | None) -> Changed:
    return Changed(kind, None, {name: text})


CHANGES = st.sampled_from(KINDS).flatmap(
    lambda kind: st.one_of(
        st.builds(Changed, st.just(kind), st.binary(max_size=300), st.just({})),
        st.builds(
            Changed,
            st.just(kind),
            st.none(),
            st.dictionaries(
                st.sampled_from(sorted(set(kind.__annotations__) - {"key"})), st.none() | TEXTS, min_size=1
            ),
        ),
    )
)


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    with Runs() as started:
        yield started


def home(folder: Path) -> dict[str, str]:
    (folder / "config").write_text(CONFIG, encoding="utf-8")
    (folder / "credentials").write_text(CREDENTIALS, encoding="utf-8")
    return {
        "HOME": str(folder),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
        "MFAENV_CACHE_DIR": str(folder),
    }


KNOWN = [
    a_field(Session, "expires", "soon"),
    a_field(Session, "expires", None),
    a_field(Session, "expires", "9" * 11),
    a_field(Session, "created", "nan"),
    a_field(Session, "created", "9" * 5000),
    a_field(Session, "role", "no ARN"),
    a_field(Session, "profiles", None),
    a_field(Session, "token", "a\0b"),
    a_field(CachedRequest, "min_remaining", "a while"),
    a_field(CachedRequest, "files", "none\t/a\0b"),
    a_field(CachedRequest, "session_key", None),
    a_field(RememberedDevice, "serial", None),
    a_field(RememberedKey, "access_key", None),
    a_field(DismissedPrompt, "at", "soon"),
    a_field(SentCode, "until", "soon"),
    a_field(SentCode, "until", "9" * 5000),
]
"""What was taken for a mistake once, or nearly."""


def damage(place: Store, whole: Mapping[Path, tuple[bytes, int]], changes: Sequence[Changed]) -> None:
    """Let each run find the damage, in files that are else as mfaenv left them: the run before has swept it away."""
    for path, (data, _) in whole.items():
        path.touch(0o600)
        path.write_bytes(data)
    for change in changes:
        for name in place.names(change.kind.PREFIX):
            change.to(Path(place.file(name)))
    for path, (_, changed) in whole.items():
        os.utime(path, ns=(changed, changed))


def _known(test: Callable[..., None]) -> Callable[..., None]:
    for change in depth.sample(KNOWN, 4):
        test = example(changes=[change])(test)
    return test


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork there")
@settings(max_examples=depth.examples(60))
@given(changes=st.lists(CHANGES, min_size=1, max_size=3))
@_known
def test_no_field_is_a_mistake_in_mfaenv(runs: Runs, changes: list[Changed]) -> None:
    with TemporaryDirectory() as folder:
        env = home(Path(folder))
        place = Store(entry.directory(env))
        place.prepare()
        key = f"AKIAIOSFODNN7EXAMPLE\n{env['AWS_ENDPOINT_URL']}"
        place.put(RememberedDevice(key=key, serial=SERIAL, account="123456789012"), 4_000_000_000)
        place.put(SentCode(key=f"{SERIAL}\n123456", verdict="used", until=4_000_000_000), 4_000_000_000)
        program = awsfiles.load(env).program("program")
        remembered.remember_key(place, program, "AKIAIOSFODNN7EXAMPLE", 3_000_000_000)
        place.put(DismissedPrompt(key="AKIAIOSFODNN7EXAMPLE", at=1.5), 4_000_000_000)
        for arguments in ([], ["-p", "role"], ["-p", "program"]):
            runs.store(arguments, env, 10_000)
            assert runs.full(["--shell", "bash", "--cached", *arguments], env).status == 0
        assert {store.kind(name) for name in place.names(*store.ENTRIES)} == set(store.ENTRIES)
        whole = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in Path(place.path).iterdir()}
        for path in whole:
            path.unlink()
        damage(place, whole, [])
        assert runs.full(["--shell", "bash", "--cached"], env).status == 0
        for line in LINES:
            for run in (runs.entry_point, runs.full):
                damage(place, whole, changes)
                done = run(line, env)
                assert "bug in mfaenv" not in done.err, (line, done)
                assert "Traceback" not in done.err, (line, done)
                assert done.status in {0, 1, 2, 3}, (line, done)
                if "--cached" in line:
                    assert done.status == 0 or not done.out
                if line[0] in {"status", "init", "clear"}:
                    assert done.status == 0, (line, done)
