"""How the house is built: rules that hold for every module and file, read from the syntax trees and from git."""

import ast
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

import mfaenv

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "mfaenv").rglob("*.py"))
PURE = ("errors.py", "exports.py", "model.py", "options.py", "shells/*.py")
FINDS_THE_SHELL = "shells/detect.py"
OWNERS = {
    "boto3": "aws/*.py",
    "botocore": "aws/*.py",
    "click": None,
    "mfaenv.cli": "__main__.py",
    "rich": "terminal.py",
    "shellingham": FINDS_THE_SHELL,
    "typer": "cli.py",
}
HEAVY = {"boto3", "botocore", "click", "pydantic", "rich", "shellingham", "typer"}
SLOW = {
    "__future__",
    "argparse",
    "configparser",
    "dataclasses",
    "json",
    "logging",
    "pathlib",
    "re",
    "subprocess",
    "typing",
}
TOUCHES_THE_WORLD = {"input", "open", "print"}
WORLDLY_MODULES = {"io", "os", "pathlib", "shutil", "socket", "subprocess", "sys", "tempfile", "time"}


def place(module: Path) -> str:
    return module.relative_to(ROOT / "mfaenv").as_posix()


def lives_in(module: Path, *patterns: str) -> bool:
    return any(module.match(f"mfaenv/{pattern}") for pattern in patterns)


def dotted(module: Path) -> str:
    return ".".join(module.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def syntax(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


def imported(module: Path) -> set[str]:
    """The dotted names of all that a module imports, wherever in it: packages, modules, and names out of them."""
    names: set[str] = set()
    for node in ast.walk(syntax(module)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{place(module)} names a module relative to itself"
            assert node.module is not None
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def imported_packages(module: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported(module)}


def committed_files() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        file = ROOT / name
        if file.is_file():  # one that is about to be removed is still listed
            yield name, file.read_text(encoding="utf-8")


def loaded_by(statement: str) -> set[str]:
    """The modules that a statement loads into a fresh interpreter, beyond those that every start loads."""
    code = f"import sys; before = set(sys.modules); {statement}; print(*sys.modules.keys() - before)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    return set(done.stdout.split())


PURE_MODULES = [module for module in MODULES if lives_in(module, *PURE)]
PURE_NAMES = {dotted(module) for module in PURE_MODULES}
SHELLS = [module for module in MODULES if lives_in(module, "shells/*.py") and not lives_in(module, FINDS_THE_SHELL)]
FILES = [*MODULES, *sorted((ROOT / "tests").rglob("*.py"))]


@pytest.mark.parametrize("package", OWNERS)
def test_only_its_owner_imports_a_package(package: str) -> None:
    owner = OWNERS[package]
    users = [
        module
        for module in MODULES
        if any(name == package or name.startswith(f"{package}.") for name in imported(module))
    ]
    assert [place(module) for module in users if owner is None or not lives_in(module, owner)] == []


@pytest.mark.parametrize("module", PURE_MODULES, ids=place)
def test_what_is_pure_imports_the_standard_library_and_its_like(module: Path) -> None:
    allowed = sys.stdlib_module_names | {"mfaenv"} | ({"shellingham"} if lives_in(module, FINDS_THE_SHELL) else set())
    assert imported_packages(module) - allowed == set()
    ours = {name for name in imported(module) if name.startswith("mfaenv.")}
    assert [name for name in ours if not any(f"{name}.".startswith(f"{pure}.") for pure in PURE_NAMES)] == []


@pytest.mark.parametrize("module", SHELLS, ids=place)
def test_a_shell_is_text_and_touches_nothing(module: Path) -> None:
    assert imported_packages(module) & WORLDLY_MODULES == set()
    called = {
        node.func.id
        for node in ast.walk(syntax(module))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert called & TOUCHES_THE_WORLD == set()


@pytest.mark.parametrize("module", MODULES, ids=place)
def test_a_module_is_one_room(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_exception_from_the_linter_has_its_reason(file: Path) -> None:
    with tokenize.open(file) as source:
        comments = [
            token.string for token in tokenize.generate_tokens(source.readline) if token.type == tokenize.COMMENT
        ]
    assert [comment for comment in comments if re.search(r"#\s*noqa\b(?!: [A-Z0-9, ]+ - \S)", comment)] == []


def test_the_entry_point_loads_nothing_heavy() -> None:
    loaded = loaded_by("import mfaenv.__main__, " + ", ".join(map(dotted, SHELLS)))
    assert "mfaenv.__main__" in loaded
    assert loaded & HEAVY == set()
    assert loaded & SLOW == set()


def test_no_file_names_a_machine_or_a_registry() -> None:
    home = r"/(?:farm|home|root|work|Users)/(?!alice\b)\w"  # alice is everybody's example
    host = r"\b(?:debian|npmjs|pypi|pythonhosted)\.(?:com|org)\b"
    found = [(name, told) for name, text in committed_files() for told in re.findall(f"{home}|{host}", text)]
    assert found == []


def test_the_changelog_tells_of_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[?{re.escape(mfaenv.__version__)}\b", changelog, re.MULTILINE)
