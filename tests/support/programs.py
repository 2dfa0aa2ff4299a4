"""Programs that a test puts in a folder, for a PATH or to be named."""

from pathlib import Path


def write_program(path: Path, text: str) -> Path:
    """Write a program for sh, or for what its first line names, and make its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text if text.startswith("#!") else f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path
