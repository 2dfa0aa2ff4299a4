"""The wheel, installed by each installer with the oldest and the newest versions of what it needs, and used."""

import subprocess
import sys
from pathlib import Path

import pytest
from needs.packages.installing import SHARED, Installed
from observed_aws import ObservedAws
from product import Product

import mfaenv
from mfaenv.pretend_aws.scenario import Scenario

pytestmark = pytest.mark.xdist_group("packages")

COMPLETIONS = Path(__file__).parents[3] / "completions"
FROZEN = """
from importlib.metadata import distributions
for found in distributions():
    print(f"{found.name.lower().replace('_', '-')}=={found.version}")
"""
TYPED = """
from typing import assert_type
from mfaenv.errors import MfaenvError
from mfaenv.shells import render
assert_type(render("bash", [("AWS_PROFILE", None)]), bytes)
assert_type(MfaenvError("It is late.").status, int)
"""
EVALUATE = 'eval "$("$@")" && echo "$AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY $AWS_SESSION_TOKEN"'


@pytest.fixture
def product(product: Product) -> Product:
    """alice's, without a way to the tree's mfaenv."""
    del product.env["PYTHONPATH"]
    return product


def test_versions_at_this_end_are_what_is_installed(installed: Installed) -> None:
    done = subprocess.run([installed.python, "-I", "-c", FROZEN], stdout=subprocess.PIPE, text=True, check=True)
    pins = {line for line in installed.pins.read_text().splitlines() if line[0].isalpha()}
    assert pins <= set(done.stdout.split())


def test_it_signs_in_by_both_of_its_names(
    installed: Installed, product: Product, aws: ObservedAws, scenario: Scenario
) -> None:
    product.command = ("sh", "-c", EVALUATE, "sh", str(installed.program))
    asked = product.run("--shell", "sh", "--token-code", scenario.device.code())
    assert (asked.status, asked.err) == (0, "")
    (session,) = (key for key in scenario.world.credentials.values() if key.token)
    assert asked.out == f"{session.id} {session.secret} {session.token}\n"

    product.command = (*product.command[:4], str(installed.python), "-m", "mfaenv")
    assert product.run("--shell", "sh", "--cached") == asked
    assert aws.actions() == ["GetSessionToken"]


def test_it_tells_its_version_by_both_of_its_names(installed: Installed, product: Product) -> None:
    for product.command in ((str(installed.program),), (str(installed.python), "-m", "mfaenv")):
        assert product.run("--version") == (0, f"mfaenv {mfaenv.__version__}\n", "")


@pytest.mark.parametrize("place", SHARED)
def test_the_completions_are_where_it_leaves_them(installed: Installed, place: str) -> None:
    assert (installed.shared / place).read_bytes() == (COMPLETIONS / SHARED[place]).read_bytes()


def test_mypy_sees_its_types(
    installed: Installed, product: Product, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cache = tmp_path_factory.getbasetemp() / "mypy"
    options = ["--strict", "--config-file=", f"--cache-dir={cache}", f"--python-executable={installed.python}"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, "-c", TYPED],
        env=product.env,
        cwd=product.home,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "Success: no issues found in 1 source file\n")
