"""How the house is built: rules that hold for every module and file, read from the syntax trees and from git."""

import ast
import functools
import re
import subprocess
import sys
import tokenize
from collections.abc import Callable, Collection, Iterable, Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from slow_packages import HEAVY, SLOW

import mfaenv
from mfaenv import errors

pytestmark = pytest.mark.xdist_group("house")  # which reads each module once
ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "mfaenv").rglob("*.py"))
PURE = (
    "duration.py",
    "errors.py",
    "fast/*.py",
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
    "segno": "terminal/*.py",
    "shellingham": FINDS_THE_SHELL,
    "typer": "cli/*.py",
}
TOUCHES_THE_WORLD = {"input", "open", "print"}
STARTS_PROGRAMS = "terminal/program.py"
OTHER_STARTS = {
    "shutil.which",
    "os.system",
    "os.popen",
    "os.startfile",
    "os.execve",
    "os.execvpe",
    "os.execv",
    "os.spawnv",
    "Popen",
}
SPEAKERS = ("__main__.py", "fast/__init__.py", "terminal/*.py")
STREAMS = {"sys.stdout", "sys.stderr", "sys.__stdout__", "sys.__stderr__", "warnings.warn"}
NO_VERBS = {"A", "All", "An", "How", "It", "No", "Nothing", "The", "What", "Whether", "Which", "Who"}
WORLDLY_MODULES = {"io", "os", "pathlib", "shutil", "socket", "subprocess", "tempfile", "time"}


def place(module: Path) -> str:
    return module.relative_to(ROOT / "mfaenv").as_posix()


def lives_in(module: Path, *patterns: str) -> bool:
    return any(module.match(f"mfaenv/{pattern}") for pattern in patterns)


def dotted(module: Path) -> str:
    return ".".join(module.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@functools.cache
def syntax(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


@functools.cache
def nodes(module: Path) -> list[ast.AST]:
    return list(ast.walk(syntax(module)))


@functools.cache
def imported(module: Path) -> set[str]:
    """The dotted names of all that a module imports, wherever in it: packages, modules, and names out of them."""
    names: set[str] = set()
    for node in nodes(module):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{place(module)} names a module relative to itself"
            assert node.module is not None
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


@functools.cache
def calls_in(module: Path) -> list[ast.Call]:
    return [node for node in nodes(module) if isinstance(node, ast.Call)]


def offenders(modules: Iterable[Path], wrong: Callable[[Path], Collection[str]]) -> dict[str, Collection[str]]:
    """What breaks a rule in each file; the rule is tried once, and all that breaks it is shown."""
    found = {module.relative_to(ROOT).as_posix(): wrong(module) for module in modules}
    return {name: what for name, what in found.items() if what}


def imported_packages(module: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported(module)}


def committed_files() -> Iterator[tuple[str, str]]:
    if not (ROOT / ".git").exists():
        pytest.skip("what is committed is known to git alone, and this is no clone")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
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
SHELLS = [
    module for module in MODULES if lives_in(module, "shells/*.py") and not lives_in(module, FINDS_THE_SHELL)
]
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


def test_what_is_pure_imports_the_standard_library_and_its_like() -> None:
    def wrong(module: Path) -> set[str]:
        finder = {"shellingham"} if lives_in(module, FINDS_THE_SHELL) else set()
        packages = imported_packages(module) - sys.stdlib_module_names - {"mfaenv"} - finder
        ours = {name for name in imported(module) if name.startswith("mfaenv.")}
        return packages | {
            name for name in ours if not any(f"{name}.".startswith(f"{pure}.") for pure in PURE_NAMES)
        }

    assert offenders(PURE_MODULES, wrong) == {}


def test_a_shell_is_text_and_touches_nothing() -> None:
    def wrong(module: Path) -> set[str]:
        called = {node.func.id for node in calls_in(module) if isinstance(node.func, ast.Name)}
        taken = {ast.unparse(node) for node in nodes(module) if isinstance(node, ast.Attribute)}
        of_system = {name for name in taken if name.startswith("sys.")} - {"sys.platform"}
        return imported_packages(module) & WORLDLY_MODULES | called & TOUCHES_THE_WORLD | of_system

    assert offenders(SHELLS, wrong) == {}


def test_only_the_terminal_speaks_to_a_person() -> None:
    # There all text is made printable: whoever wrote to a stream would forget it.
    def wrong(module: Path) -> set[str]:
        tree = syntax(module)
        written = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)} & STREAMS
        return written | {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & {"print", "input"}

    assert offenders([module for module in MODULES if not lives_in(module, *SPEAKERS)], wrong) == {}


def test_rich_gets_no_markup() -> None:
    calls = [
        ast.unparse(node)
        for module in MODULES
        if lives_in(module, OWNERS["rich"] or "")
        for node in nodes(module)
        if isinstance(node, ast.Call)
    ]
    assert [call for call in calls if "markup(" in call or call.startswith("rich.console.")] == []
    pages = [call for call in calls if "force_terminal=" in call]
    assert len(pages) == 1
    assert "markup=False" in pages[0]


def test_programs_are_found_and_started_in_one_place() -> None:
    # There Windows does not look into the current folder, and the child has its own limits back.
    def wrong(module: Path) -> set[str]:
        calls = {ast.unparse(node.func) for node in calls_in(module)}
        started = {
            call for call in calls if call.startswith(("subprocess.", "webbrowser.")) or call in OTHER_STARTS
        }
        return started - ({"os.execve"} if lives_in(module, "fast/execute.py") else set())

    assert offenders([module for module in MODULES if not lives_in(module, STARTS_PROGRAMS)], wrong) == {}


def test_a_module_is_one_room() -> None:
    lengths = {place(module): len(module.read_text(encoding="utf-8").splitlines()) for module in MODULES}
    assert {name: length for name, length in lengths.items() if length > 300} == {}


def test_every_exception_from_the_linters_has_its_reason() -> None:
    unexplained = re.compile(r"#\s*(?:noqa\b(?!: [A-Z0-9, ]+ - \S)|type: ignore\b(?!\[[a-z-]+\] +# \S))")

    def wrong(file: Path) -> list[str]:
        # To find out what is a comment takes longer.
        if not unexplained.search(file.read_text(encoding="utf-8")):
            return []
        with tokenize.open(file) as source:
            tokens = list(tokenize.generate_tokens(source.readline))
        return [
            each.string for each in tokens if each.type == tokenize.COMMENT and unexplained.search(each.string)
        ]

    assert offenders(FILES, wrong) == {}


def test_what_a_function_does_is_told_in_the_imperative() -> None:
    # ruff's D401 leaves out properties and what is private.
    def wrong(module: Path) -> list[str]:
        functions = [node for node in nodes(module) if isinstance(node, ast.FunctionDef)]
        told = [text for function in functions if (text := ast.get_docstring(function))]
        odd = [text for text in told if not re.match(r"[A-Z][a-z]+\b", text) or text.split()[0] in NO_VERBS]
        return odd + [text for text in told if re.search(r"(?:^|[.;:] )[Rr]aises ", text, re.MULTILINE)]

    assert offenders(MODULES, wrong) == {}


def test_the_entry_point_loads_nothing_heavy() -> None:
    loaded = loaded_by("import mfaenv.__main__, mfaenv.fast, " + ", ".join(map(dotted, SHELLS)))
    assert "mfaenv.__main__" in loaded
    assert loaded & HEAVY == set()
    assert loaded & SLOW == set()


def test_what_a_person_waits_for_loads_little() -> None:
    question = loaded_by("import mfaenv.commands.export")
    assert question & {"dataclasses", "datetime", "inspect", "json", "shutil", "subprocess"} == set()
    a_start_and_a_tab = loaded_by(
        "import mfaenv.commands.complete, mfaenv.commands.init, mfaenv.commands.unset"
    )
    assert a_start_and_a_tab & {"collections", "typing"} == set()
    assert "mfaenv.model" not in loaded_by("import mfaenv.commands.status, mfaenv.terminal.page")


def test_no_file_names_a_machine_or_a_registry() -> None:
    home = r"/(?:farm|home|root|work|Users)/(?!alice\b)\w"  # alice is everybody's example
    host = r"\b(?:debian|npmjs|pypi|pythonhosted)\.(?:com|org)\b"
    found = [(name, told) for name, text in committed_files() for told in re.findall(f"{home}|{host}", text)]
    assert found == []


def test_no_two_files_of_tests_have_one_name() -> None:
    found = [path.name for path in FILES if path.name.startswith("test_")]
    assert len(found) == len(set(found)), "pytest imports them by their name alone"


def test_the_changelog_tells_of_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[?{re.escape(mfaenv.__version__)}\b", changelog, re.MULTILINE)


# Floors


def room(name: str) -> str:
    """The package that a module is in, or the module where it is in none; a package of a command counts by itself."""
    parts = name.split(".")[1:]
    folders = [end for end in (1, 2) if (ROOT / "mfaenv").joinpath(*parts[:end]).is_dir() and parts[:end]]
    return ".".join(parts[: folders[-1]] if folders else parts[:1])


@functools.cache
def needed(module: Path) -> set[str]:
    """What a module of ours imports of ours when it runs, wherever in it."""
    # One of its own, which loses what only a type checker reads.
    tree = ast.parse(module.read_text(encoding="utf-8"))
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


@functools.cache
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


# Ordinary Python outside what is fast

FAST = ("__main__.py", "fast/*.py", "shells/*.py")
ORDINARY = [module for module in MODULES if not lives_in(module, *FAST)]
VAGUE = {"found", "given", "held", "known", "wanted"}
MOST_QUOTED, MOST_LATE = 1, 16


def arguments_of(function: ast.FunctionDef | ast.Lambda) -> list[ast.arg]:
    every = function.args
    stars = [each for each in (every.vararg, every.kwarg) if each]
    return [*every.posonlyargs, *every.args, *every.kwonlyargs, *stars]


def annotations_in(module: Path) -> Iterator[ast.expr]:
    for node in nodes(module):
        if isinstance(node, ast.FunctionDef):
            yield from filter(None, [node.returns, *(each.annotation for each in arguments_of(node))])
        elif isinstance(node, ast.AnnAssign):
            yield node.annotation


def late_imports(module: Path) -> Iterator[ast.stmt]:
    for function in nodes(module):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.stmt) and any(name.partition(".")[0] == "mfaenv" for name in names):
                    yield node


def test_ordinary_modules_do_not_dress_as_fast_ones() -> None:
    switches = [
        place(module) for module in ORDINARY if "TYPE_CHECKING = False" in module.read_text(encoding="utf-8")
    ]
    assert switches == []
    quoted = [
        f"{place(module)}: {ast.unparse(annotation)}"
        for module in ORDINARY
        for annotation in annotations_in(module)
        if any(isinstance(node, ast.Constant) and isinstance(node.value, str) for node in ast.walk(annotation))
    ]
    assert len(quoted) <= MOST_QUOTED, quoted


def test_an_import_of_ours_inside_a_function_is_rare_and_says_why() -> None:
    late, bare = 0, []
    for module in ORDINARY:
        lines = module.read_text(encoding="utf-8").splitlines()
        for node in late_imports(module):
            late += 1
            if not any("#" in line for line in lines[node.lineno - 2 : node.end_lineno]):
                bare.append(f"{place(module)}:{node.lineno}")
    assert bare == []
    assert late <= MOST_LATE


def test_a_public_class_and_a_public_constant_have_their_name_for_themselves() -> None:
    places: dict[str, list[str]] = {}
    for module in MODULES:
        for name in classes_and_constants(module):
            places.setdefault(name, []).append(place(module))
    assert {name: modules for name, modules in places.items() if len(modules) > 1} == {}


def classes_and_constants(module: Path) -> Iterator[str]:
    for statement in syntax(module).body:
        names = [statement.name] if isinstance(statement, ast.ClassDef) else []
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            parts = (node for target in targets for node in ast.walk(target))
            names = [node.id for node in parts if isinstance(node, ast.Name)]
        yield from (name for name in names if not name.startswith("_") and name != "TYPE_CHECKING")


def test_no_variable_is_called_found_given_held_known_or_wanted() -> None:
    def wrong(module: Path) -> list[str]:
        stored = [
            node for node in nodes(module) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        ]
        functions = [node for node in nodes(module) if isinstance(node, ast.FunctionDef | ast.Lambda)]
        names = [node.id for node in stored] + [each.arg for one in functions for each in arguments_of(one)]
        return [name for name in names if name in VAGUE]

    assert offenders(MODULES, wrong) == {}


def test_the_environment_is_read_in_the_entry_point() -> None:
    readers = [
        place(module)
        for module in MODULES
        if any(isinstance(node, ast.Attribute) and ast.unparse(node) == "os.environ" for node in nodes(module))
    ]
    assert readers == ["__main__.py"]
