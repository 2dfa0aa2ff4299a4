"""How the house is built: rules that hold for every module and file, read from the syntax trees and from git."""

import ast
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import mfaenv
from mfaenv import errors

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "mfaenv").rglob("*.py"))
PURE = (
    "duration.py",
    "errors.py",
    "fast/__init__.py",
    "fast/catalog.py",
    "fast/environment.py",
    "fast/parse.py",
    "model.py",
    "shells/*.py",
)
FINDS_THE_SHELL = "shells/detect.py"
OWNERS = {
    "boto3": "aws/*.py",
    "botocore": "aws/*.py",
    "click": None,
    "keyring": "session/keychain.py",
    "mfaenv.cli.app": "__main__.py",
    "rich": "terminal/*.py",
    "shellingham": FINDS_THE_SHELL,
    "typer": "cli/*.py",
}
HEAVY = {"boto3", "botocore", "click", "keyring", "pydantic", "rich", "shellingham", "typer"}
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
STARTS_PROGRAMS = "terminal/program.py"
OTHER_STARTS = {"shutil.which", "os.system", "os.popen", "os.startfile", "os.execvpe", "os.execv", "os.spawnv", "Popen"}
SPEAKERS = ("fast/output.py", "terminal/*.py")
STREAMS = {"sys.stdout", "sys.stderr", "sys.__stdout__", "sys.__stderr__", "warnings.warn"}
NO_VERBS = {"A", "All", "An", "How", "It", "No", "Nothing", "The", "What", "Whether", "Which", "Who"}
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
PURE_NAMES = {dotted(module) for module in PURE_MODULES} | {f"mfaenv.{name}" for name in errors.__all__}
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


@pytest.mark.parametrize("module", [m for m in MODULES if not lives_in(m, *SPEAKERS)], ids=place)
def test_only_the_terminal_speaks_to_a_person(module: Path) -> None:
    # There all text is made printable: whoever wrote to a stream would forget it.
    tree = syntax(module)
    written = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)} & STREAMS
    printed = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & {"print", "input"}
    assert written | printed == set()


def test_rich_gets_text_in_one_place_and_never_markup() -> None:
    taken = {
        name for module in MODULES for name in imported(module) if name.startswith("rich.") and name.count(".") == 2
    }
    assert taken == {
        "rich.cells.cell_len",
        "rich.console.Console",
        "rich.console.ConsoleOptions",
        "rich.console.RenderResult",
        "rich.console.detect_legacy_windows",
        "rich.markdown.CodeBlock",
        "rich.markdown.Markdown",
        "rich.style.Style",
        "rich.table.Table",
        "rich.text.Text",
        "rich.theme.Theme",
    }
    calls = [
        ast.unparse(node)
        for module in MODULES
        if lives_in(module, OWNERS["rich"] or "")
        for node in ast.walk(syntax(module))
        if isinstance(node, ast.Call)
    ]
    assert len([call for call in calls if call.startswith("Text(")]) == 1
    assert [call for call in calls if "markup(" in call or call.startswith("rich.console.")] == []
    pages = [call for call in calls if "force_terminal=" in call]
    assert len(pages) == 1
    assert "markup=False" in pages[0]


@pytest.mark.parametrize("module", [m for m in MODULES if not lives_in(m, STARTS_PROGRAMS)], ids=place)
def test_programs_are_found_and_started_in_one_place(module: Path) -> None:
    # There Windows does not look into the current folder, and the child has its own limits back.
    calls = {ast.unparse(node.func) for node in ast.walk(syntax(module)) if isinstance(node, ast.Call)}
    started = {call for call in calls if call.startswith(("subprocess.", "webbrowser.")) or call in OTHER_STARTS}
    assert started <= ({"os.execvpe"} if lives_in(module, "commands/exec.py") else set())


@pytest.mark.parametrize("module", MODULES, ids=place)
def test_a_module_is_one_room(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_exception_from_the_linters_has_its_reason(file: Path) -> None:
    with tokenize.open(file) as source:
        comments = [
            token.string for token in tokenize.generate_tokens(source.readline) if token.type == tokenize.COMMENT
        ]
    assert [comment for comment in comments if re.search(r"#\s*noqa\b(?!: [A-Z0-9, ]+ - \S)", comment)] == []
    assert [comment for comment in comments if re.search(r"#\s*type: ignore\b(?!\[[a-z-]+\] +# \S)", comment)] == []


@pytest.mark.parametrize("module", MODULES, ids=place)
def test_what_a_function_does_is_told_in_the_imperative(module: Path) -> None:
    # ruff's D401 leaves out properties and what is private.
    functions = [node for node in ast.walk(syntax(module)) if isinstance(node, ast.FunctionDef)]
    told = [text for function in functions if (text := ast.get_docstring(function))]
    assert [text for text in told if not re.match(r"[A-Z][a-z]+\b", text) or text.split()[0] in NO_VERBS] == []
    assert [text for text in told if re.search(r"(?:^|[.;:] )[Rr]aises ", text, re.MULTILINE)] == []


def test_the_entry_point_loads_nothing_heavy() -> None:
    loaded = loaded_by("import mfaenv.__main__, mfaenv.fast.fastpath, " + ", ".join(map(dotted, SHELLS)))
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


# Floors


def room(name: str) -> str:
    """The package that a module is in, or the module where it is in none; a package of a command counts by itself."""
    parts = name.split(".")[1:]
    folders = [end for end in (1, 2) if (ROOT / "mfaenv").joinpath(*parts[:end]).is_dir() and parts[:end]]
    return ".".join(parts[: folders[-1]] if folders else parts[:1])


def needed(module: Path) -> set[str]:
    """What a module of ours imports of ours when it runs, wherever in it."""
    tree = syntax(module)
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []
    modules = set(map(dotted, MODULES))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "mfaenv":
            full = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {name if name in modules else str(node.module) for name in full}
    return names


def graph() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for module in MODULES:
        below = {room(name) for name in needed(module)} - {room(dotted(module)), ""}
        found.setdefault(room(dotted(module)), set()).update(below)
    return found


def test_no_package_imports_one_above_it_and_there_are_at_most_eleven_floors() -> None:
    """TopologicalSorter raises CycleError for a circle."""
    order = TopologicalSorter(graph())
    order.prepare()
    floors = []
    while order.is_active():
        floors.append(order.get_ready())
        order.done(*floors[-1])
    assert len(floors) <= 11, floors


def test_no_module_imports_one_that_imports_it() -> None:
    """static_order raises CycleError for a circle. A package may load what is in it, when that is wanted."""
    files = [module for module in MODULES if module.name != "__init__.py"]
    needs = {dotted(module): needed(module) - {dotted(module)} for module in files}
    assert needs.keys() <= set(TopologicalSorter(needs).static_order())


def test_the_packages_stand_in_the_order_of_a_request() -> None:
    order = ["commands", "session", "config", "terminal", "shells"]
    rooms = graph()
    for place_, name in enumerate(order):
        assert not {room for room in rooms[name] if room.partition(".")[0] in order[:place_]}, name
