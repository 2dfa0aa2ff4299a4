"""Where a demo runs, among settings of the user that it has to leave alone."""

import os
import socket
from pathlib import Path
from urllib.parse import urlsplit

from product import SOURCES, Outcome, Product


class Place:
    """Where a demo runs: its own home and temporary directory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "home").mkdir()
        (path / "tmp").mkdir()
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(path / "home"),
            "LANG": "C.UTF-8",
            "TMPDIR": str(path / "tmp"),
            "PYTHONPATH": str(SOURCES),
            "SHELL": "/bin/sh",
            "TERM": "dumb",
            "AWS_PROFILE": "of-the-user",
            "AWS_ENDPOINT_URL_STS": "https://sts.example.com",
            "aws_region": "in-small-letters",
            "MFAENV_TOKEN_CODE": "000000",
        }

    def run(self, *words: str, **more: str) -> Outcome:
        return Product(self.path / "home").run("demo", *words, env={**self.environ, **more})

    def left_behind(self) -> list[str]:
        return [str(file) for part in ("home", "tmp") for file in (self.path / part).iterdir()]


def is_listening(url: str) -> bool:
    address = urlsplit(url)
    with socket.socket() as probe:
        return probe.connect_ex((str(address.hostname), int(address.port or 0))) == 0
