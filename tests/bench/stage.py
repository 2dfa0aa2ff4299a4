"""What the programs find: a home with AWS files, sessions in a store, and the environment that leads there."""

import os
import shutil
import time
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

from mfaenv import store
from mfaenv.fast.entry import Session

from .pretend import ACCOUNT, KEY, REGION, SERIAL, role_name
from .programs import Programs

HOURS = 12 * 3600


class Stage:
    """A home with alice's profile, `others` more profiles with as many sessions, and a chain of roles."""

    def __init__(self, home: Path, url: str, programs: Programs, *, others: int = 0, chained: int = 0) -> None:
        self._cache = home / ".cache" / "mfaenv"
        self._others = others
        self.env = {
            "HOME": str(home),
            "PATH": f"{os.path.dirname(programs.mfaenv)}:{os.defpath}",
            "LANG": "C.UTF-8",
            "TERM": "xterm",
            "AWS_ENDPOINT_URL": url,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        (home / ".aws").mkdir(parents=True)
        _write(home / ".aws" / "config", chain(_profiles(others), _chain(chained)))
        keys = {"aws_access_key_id": KEY[0], "aws_secret_access_key": KEY[1]}
        _write(home / ".aws" / "credentials", iter([("default", keys)]))

    def forget(self) -> None:
        """Empty the store."""
        shutil.rmtree(self._cache, ignore_errors=True)

    def fill(self) -> None:
        """Store the sessions of the others."""
        place = store.Store(str(self._cache))
        place.prepare()
        until = int(time.time()) + HOURS
        for number in range(self._others):
            place.put(_entry(number, until), until)
        place.announce(str(time.time()))


def _profiles(others: int) -> Iterator[tuple[str, Mapping[str, str]]]:
    yield "default", {"region": REGION, "mfa_serial": SERIAL}
    for number in range(others):
        yield (
            f"profile {_name(number)}",
            {"role_arn": f"arn:aws:iam::{ACCOUNT}:role/R", "source_profile": "default"},
        )


def _chain(roles: int) -> Iterator[tuple[str, Mapping[str, str]]]:
    source = "default"
    for number in range(1, roles + 1):
        name = role_name(number)
        yield f"profile {name}", {"role_arn": f"arn:aws:iam::{ACCOUNT}:role/{name}", "source_profile": source}
        source = name


def _name(number: int) -> str:
    return f"team-{number}"


def _entry(number: int, until: int) -> Session:
    return Session(
        key=f"session\n{_name(number)}",
        profiles=(_name(number),),
        source=KEY[0],
        account=ACCOUNT,
        device=SERIAL,
        created=time.time(),
        access_key=f"ASIA{number:016d}",
        secret_key=KEY[1],
        token="x" * 340,
        expires=until,
    )


def _write(path: Path, sections: Iterator[tuple[str, Mapping[str, str]]]) -> None:
    texts = ("\n".join([f"[{name}]", *map(" = ".join, values.items()), ""]) for name, values in sections)
    path.touch(0o600)
    path.write_text("\n".join(texts), encoding="utf-8")
