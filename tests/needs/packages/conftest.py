"""The wheel as a release makes it, and the homes into which installers have put it."""

from pathlib import Path

import pytest
from needs.packages.installing import INSTALLERS, Index, Installed, build

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, made from the tree, and the wheel, made from that."""
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def wheel(dist: Path) -> Path:
    (made,) = dist.glob("*.whl")
    return made


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return Index(tmp_path_factory.mktemp("downloads"))


@pytest.fixture(scope="session", params=["lowest-direct", "highest"])
def pins(request: pytest.FixtureRequest, index: Index, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the versions at an end of what is allowed."""
    return index.resolve(ROOT / "pyproject.toml", request.param, tmp_path_factory.mktemp("pins") / "pins.txt")


@pytest.fixture(scope="session", params=INSTALLERS)
def installed(
    request: pytest.FixtureRequest,
    index: Index,
    pins: Path,
    wheel: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Installed:
    """The wheel with those versions, in a home that had nothing in it."""
    return index.install(INSTALLERS[request.param], wheel, pins, tmp_path_factory.mktemp("home"))
