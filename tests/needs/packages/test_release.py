"""What a release is built with: exact versions, each file by its hash, and nothing that is missing or too much."""

import re
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path

import yaml  # type: ignore[import-untyped] # the stubs are a package of their own
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]
PINNED = ROOT / ".github" / "build-requirements.txt"
WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"
BUILDS_ON = {
    "python_version": "3.13",
    "python_full_version": "3.13.0",
    "os_name": "posix",
    "sys_platform": "linux",
}
"""The runner and its Python, as the workflow has them."""

TOOLS = ("build", "hatchling")


def versions(text: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE))


def needed(name: str) -> Iterator[str]:
    yield name
    for wanted in map(Requirement, requires(name) or []):
        if wanted.marker is None or wanted.marker.evaluate({**BUILDS_ON, "extra": ""}):
            yield from needed(canonicalize_name(wanted.name))


def test_the_versions_are_those_of_all_tests() -> None:
    pinned = versions(PINNED.read_text(encoding="utf-8"))
    constraints = versions((ROOT / "tests" / "constraints.txt").read_text(encoding="utf-8"))
    assert pinned == {name: constraints[name] for name in pinned}


def test_all_that_the_tools_need_is_named_and_nothing_else() -> None:
    assert versions(PINNED.read_text(encoding="utf-8")).keys() == {
        part for tool in TOOLS for part in needed(tool)
    }


def test_every_version_has_its_hashes_and_names_no_address() -> None:
    lines = PINNED.read_text(encoding="utf-8").replace("\\\n", "").splitlines()
    rows = [line for line in lines if not line.startswith("#")]
    assert [
        row for row in rows if not re.fullmatch(r"[a-z0-9-]+==\S+(?: +--hash=sha256:[0-9a-f]{64})+", row)
    ] == []


def test_the_release_installs_from_these_alone() -> None:
    job = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]["build"]
    ran = "\n".join(step["run"] for step in job["steps"] if "run" in step)
    (install,) = [line for line in ran.splitlines() if re.search(r"\b(?:pip|pipx|uv|uvx|npm|curl)\b", line)]
    assert "--require-hashes" in install
    assert install.endswith(f" --requirement {PINNED.relative_to(ROOT).as_posix()}")
    assert "python -m build --no-isolation" in ran
    assert job["runs-on"].startswith("ubuntu-")
    assert [
        step["with"]["python-version"] for step in job["steps"] if "python-version" in step.get("with", {})
    ] == [BUILDS_ON["python_version"]]
