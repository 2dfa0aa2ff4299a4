"""What every test has: an environment without the developer in it, and mfaenv with and without a pretend AWS."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from product import Product

from mfaenv.demo.files import write_files
from mfaenv.demo.server import PretendAws
from mfaenv.demo.story import Story, tell

THEIRS = ("AWS_", "BASH_ENV", "CLICOLOR", "COLOR", "FORCE_COLOR", "MFAENV_", "MSYS", "NO_COLOR", "TTY_", "XDG_")
"""Beginnings of the names of variables that would change what mfaenv, rich or a shell does."""

OURS_ALONE = {"COLUMNS", "ENV", "LINES", "SHELL", "TERM", "TMUX"}

# A busy machine is no failure. hypothesis has chosen its profile by now: that of CI draws the same values every time.
settings.register_profile("unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

# Whoever runs the tests in the background may ignore these, and what the tests start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
if sys.platform != "win32":
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)


def _is_theirs(name: str) -> bool:
    return name.upper().startswith(THEIRS) or name in OURS_ALONE or name.lower().endswith("_proxy")


@pytest.fixture(scope="session", autouse=True)
def _developer_stays_out(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in filter(_is_theirs, list(os.environ)):
            patch.delenv(name)
        for name in ("HOME", "USERPROFILE"):
            patch.setenv(name, str(tmp_path_factory.mktemp("developer")))
        yield


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home directory."""
    place = tmp_path / "home"
    place.mkdir()
    return place


@pytest.fixture
def bare(home: Path) -> Product:
    """mfaenv as it is on a machine on which nothing is set up."""
    return Product(home)


@pytest.fixture
def story() -> Story:
    """The demo's world: alice, with all rights and a policy that demands MFA, her key, her device, three roles."""
    return tell("mfa")


@pytest.fixture
def aws(story: Story) -> Iterator[PretendAws]:
    """The pretend AWS that serves the story's world."""
    with PretendAws(story.world) as served:
        yield served


@pytest.fixture
def product(home: Path, aws: PretendAws, story: Story) -> Product:
    """mfaenv in alice's home: her keys and profiles, and the endpoint of the pretend AWS. Its store is empty."""
    place = home / ".aws"
    place.mkdir()
    settings = write_files(place, aws.url, keys={"default": story.key}, profiles=story.profiles)
    return Product(home, settings)
