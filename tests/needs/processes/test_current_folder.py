"""Nothing of the current folder is run: no module, whatever its name is."""

import sys
from pathlib import Path

import pytest
from product import Product
from programs import write_program
from terminals import Window

from mfaenv.pretend_aws.scenario import Scenario

MODULES = (
    "mfaenv",
    "typing",
    "boto3",
    "botocore",
    "rich",
    "typer",
    "json",
    "subprocess",
    "shellingham",
    "sitecustomize",
)
SCRIPT = "import sys\nfrom mfaenv.__main__ import main\nsys.exit(main())\n"
LINES = (("demo",), ("--shell", "bash"), ("doctor",), ("status",), ("--help",), ("init", "bash"), ("process",))


@pytest.fixture
def folder(product: Product) -> Path:
    """A folder with modules of names that mfaenv loads; one that is run leaves a file."""
    made = product.home / "folder"
    made.mkdir()
    for name in MODULES:
        (made / f"{name}.py").write_text(f"open({str(product.home / 'run')!r}, 'a').write('{name} ')\n")
    return made


@pytest.fixture
def installed(product: Product, scenario: Scenario) -> Product:
    """The program as pip installs it: a script in a folder of its own; and a code for it."""
    script = product.home / "bin" / "mfaenv"
    script.parent.mkdir()
    script.write_text(SCRIPT)
    product.command = (sys.executable, str(script))
    product.env["MFAENV_TOKEN_CODE"] = scenario.device.code()
    return product


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_the_program_loads_nothing_from_there(installed: Product, folder: Path, line: tuple[str, ...]) -> None:
    assert installed.run(*line, cwd=folder).status in {0, 1}
    assert not (installed.home / "run").exists()


def test_neither_does_the_program_of_the_demos_shell(installed: Product, folder: Path) -> None:
    env = {**installed.env, "SHELL": "/bin/sh", "PATH": f"{installed.home / 'bin'}:{installed.env['PATH']}"}
    write_program(installed.home / "bin" / "mfaenv", f"#!{sys.executable}\n{SCRIPT}")
    with Window((*installed.command, "demo"), env, folder) as window:
        window.prompted()
        window.enter("eval $(mfaenv -c $(mfaenv demo --code)); echo status=$?")
        window.see("status=0")
    assert not (installed.home / "run").exists()


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_neither_does_the_module_that_is_run(product: Product, folder: Path, line: tuple[str, ...]) -> None:
    # `python -m mfaenv` takes mfaenv itself from there if it is there, as it does with every module.
    (folder / "mfaenv.py").unlink()
    (folder / "sitecustomize.py").unlink()
    product.command = (sys.executable, "-B", "-m", "mfaenv")  # a start: a fork has all of these already
    product.run(*line, cwd=folder)
    assert not (product.home / "run").exists()
