"""What every test has: an environment without the developer in it, and mfaenv with and without a pretend AWS."""

import functools
import gc
import os
import signal
import sys
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import botocore.session
import botocores_hooks
import depth
import hypothesis
import pytest
from clock import Clock
from codes import add_spare_device, spare_scenario
from identity_center import IdentityCenter
from machine_role import Machine
from observed_aws import ObservedAws
from product import Product, stop_server
from settings import configure
from terminals import NOT_INSTALLED
from values import MEGABYTE
from web_identity import WebIdentities

from mfaenv.pretend_aws.policy import ALLOW_ALL
from mfaenv.pretend_aws.scenario import Scenario, write_files
from mfaenv.pretend_aws.totp import Device
from mfaenv.pretend_aws.world import Credential, User, World

THEIRS = ("AWS_", "BASH_ENV", "CLICOLOR", "COLOR", "FORCE_COLOR", "MFAENV_", "MSYS", "NO_COLOR", "TTY_", "XDG_")
"""Beginnings of the names of variables that would change what mfaenv, rich or a shell does."""

OURS_ALONE = {"COLUMNS", "ENV", "LINES", "SHELL", "TERM", "TMUX"}

NEEDS = Path(__file__).parent / "needs"
"""Tests in folders named for what they need: programs that are not everywhere, a terminal, several processes, time."""

LEFT_OUT = {"quick": [NEEDS], "full": [NEEDS / "packages"]}
"""Folders by level: the last builds releases and installs them, from the package index."""

RUNS_MFAENV = {"bare", "product"}
"""Fixtures of tests that run mfaenv, which costs."""

CASES = {"quick": 1, "full": 4}
"""How many cases are tried of a test that runs mfaenv, or stands in NEEDS.

They are evenly spread from a first one that each test has of its own: so each shell stays in some of the tests.
"""

# Whoever runs the tests in the background may ignore these, and what the tests start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
if sys.platform != "win32":
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)


def pytest_addoption(parser: pytest.Parser) -> None:
    levels = [level.name.lower() for level in depth.Level]
    parser.addoption("--level", choices=levels, default="full", help="how much is tried: see tests/run")
    parser.addoption("--brings", default="", help="the command that installs what is missing here")


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()  # until all is loaded
    depth.choose(depth.Level[config.getoption("level").upper()])
    # A busy machine is no failure. hypothesis has chosen its own profile by now: in CI the same is drawn each
    # time.
    hypothesis.settings.register_profile(
        "ours",
        hypothesis.settings(),
        deadline=None,
        max_examples=depth.examples(100),
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )
    hypothesis.settings.load_profile("ours")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return True if collection_path in LEFT_OUT.get(config.getoption("level"), ()) else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep some cases of each test that costs time, except at the deepest level, after `-k` has chosen."""
    level = config.getoption("level")
    if level not in CASES:
        return
    tables: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if NEEDS in item.path.parents or not RUNS_MFAENV.isdisjoint(getattr(item, "fixturenames", ())):
            tables[item.nodeid.partition("[")[0]].append(item)
    left_out: set[pytest.Item] = set()
    for name, cases in tables.items():
        first = zlib.crc32(name.encode()) % len(cases)
        left_out |= {*cases} - {*depth.sample([*cases[first:], *cases[:first]], CASES[level])}
    config.hook.pytest_deselected(items=[item for item in items if item in left_out])
    items[:] = [item for item in items if item not in left_out]


def pytest_collection_finish() -> None:
    """Let the collector look through what the tests make, not again and again through what is loaded."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> Iterator[None]:
    """List at the end what is not here to be tested, and the command that brings it."""
    yield
    reasons = [str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", ())]
    absent = {reason.removeprefix("Skipped: ") for reason in reasons if reason.endswith(NOT_INSTALLED)}
    if absent:
        names = sorted({name for reason in absent for name in reason.removesuffix(NOT_INSTALLED).split(", ")})
        terminalreporter.section("not here to be tested")
        terminalreporter.line(", ".join(names))
        if brings := config.getoption("brings"):
            terminalreporter.line(f"To have them: {brings}")


def _is_theirs(name: str) -> bool:
    return name.upper().startswith(THEIRS) or name in OURS_ALONE or name.lower().endswith("_proxy")


@pytest.fixture(scope="session", autouse=True)
def _developer_stays_out(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in filter(_is_theirs, list(os.environ)):
            patch.delenv(name)
        for name in ("HOME", "USERPROFILE"):
            patch.setenv(name, str(tmp_path_factory.mktemp("developer")))
        umask = os.umask(0o022)
        yield
        os.umask(umask)
    stop_server()


@pytest.fixture(scope="session", autouse=True)
def _botocore_reads_once() -> Iterator[None]:
    """Each session of botocore in a test's own process would read its models, and list 400 services, anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", functools.cache(botocore.session.create_loader))
        botocores_hooks.compute_once(patch.setattr)
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
def clock(product: Product, scenario: Scenario, tmp_path: Path) -> Clock:
    """A clock that stands still until it is set ahead: the world's and mfaenv's."""
    if sys.platform != "linux":
        pytest.skip("only a fork can be given a clock")
    made = Clock(tmp_path / "clock")
    product.clock = made.file
    scenario.world.clock = made.now
    return made


@pytest.fixture
def real_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run of mfaenv starts the interpreter, as users do."""
    monkeypatch.setattr(Product, "may_fork", False)


@pytest.fixture
def scenario() -> Scenario:
    """The demo's world: alice, with all rights and a policy that demands MFA, her key, her device, three roles."""
    return spare_scenario("mfa")


@pytest.fixture
def alice(scenario: Scenario) -> User:
    """The user whose keys they are."""
    return scenario.world.accounts["123456789012"].users["alice"]


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The token that STS sends instead of its own, in a list that a test may change."""
    sent = [MEGABYTE]
    opened = World.open_session

    def open_session(*arguments: object, **options: object) -> Credential:
        session = opened(*arguments, **options)  # type: ignore[arg-type] # whatever it takes
        session.token = sent[0]
        return session

    monkeypatch.setattr(World, "open_session", open_session)
    return sent


@pytest.fixture
def identity_center(scenario: Scenario) -> IdentityCenter:
    """IAM Identity Center, with nobody signed in."""
    return IdentityCenter(scenario.world)


@pytest.fixture
def machine() -> Machine:
    """An instance and a container, without a role."""
    return Machine()


@pytest.fixture
def web_identities() -> WebIdentities:
    """Web identity tokens: none."""
    return WebIdentities()


@pytest.fixture
def aws(
    scenario: Scenario, identity_center: IdentityCenter, machine: Machine, web_identities: WebIdentities
) -> Iterator[ObservedAws]:
    """The pretend AWS that serves the scenario's world, and the services that only tests need."""
    routes = [identity_center.route, machine.route, web_identities.route]
    with ObservedAws(scenario.world, routes=routes) as served:
        yield served


@pytest.fixture
def product(home: Path, aws: ObservedAws, scenario: Scenario) -> Product:
    """mfaenv in alice's home: her keys and profiles, and the endpoint of the pretend AWS. Its store is empty."""
    place = home / ".aws"
    place.mkdir()
    settings = write_files(place, aws.url, keys={"default": scenario.key}, profiles=scenario.profiles)
    return Product(home, settings)


@pytest.fixture
def stored(product: Product, scenario: Scenario) -> Product:
    """mfaenv with a stored session of the default profile."""
    assert product.run("--shell", "bash", "-c", scenario.device.code()).status == 0
    return product


@pytest.fixture
def signed_in(product: Product, scenario: Scenario) -> dict[str, str]:
    """The variables of a session of the default profile, which is stored."""
    done = product.run("-f", "json", "-c", scenario.device.code())
    assert done.status == 0, done.err
    values: dict[str, str] = done.json()
    return values


@pytest.fixture
def bob(product: Product, scenario: Scenario) -> Device:
    """The device of bob, whose long-term keys stand in the environment and not in a file."""
    user = scenario.world.accounts["123456789012"].add_user("bob", policies={"Admin": ALLOW_ALL})
    key = user.add_key("AKIAI44QH8DHBEXAMPLE")
    product.env |= {"AWS_ACCESS_KEY_ID": key.id, "AWS_SECRET_ACCESS_KEY": key.secret}
    configure(product, mfa_serial=None)
    return add_spare_device(user)
