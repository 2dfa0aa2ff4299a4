"""`use mfaenv PROFILE` in an .envrc, with the real direnv."""

import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from product import Product
from settings import configure
from settled import PAST, Seat, seated
from shell_table import WITH_INIT, Shell
from terminals import need, with_mfaenv

from mfaenv.errors import DONE
from mfaenv.pretend_aws.scenario import Scenario

HOOKS = {
    "bash": 'eval "$(direnv hook bash)"',
    "zsh": 'eval "$(direnv hook zsh)"',
    "fish": "direnv hook fish | source",
}
DIRENVS = [row for row in WITH_INIT if row.name in HOOKS]
ORDERS = pytest.mark.parametrize("first", [True, False], ids=["hook after direnv's", "hook before it"])
EVERY = pytest.mark.parametrize("row", DIRENVS, ids=lambda row: row.name)


def folder(product: Product, name: str, text: str) -> Path:
    """Make a folder with an .envrc that is allowed, and old: direnv sees no change within one second."""
    place = product.home / name
    place.mkdir()
    (place / ".envrc").write_text(f"{text}\n")
    os.utime(place / ".envrc", (0, 0))
    return place


def add_library(product: Product) -> None:
    """Give direnv the library."""
    library = product.home / ".config" / "direnv" / "lib"
    library.mkdir(parents=True)
    (library / "mfaenv.sh").write_text(product.run("init", "direnv").out)


def run_bash(product: Product, script: str) -> subprocess.CompletedProcess[str]:
    """Run a script that succeeds, in the home."""
    line, env = ["bash", "-c", script], with_mfaenv(product)
    return subprocess.run(line, env=env, cwd=product.home, capture_output=True, text=True, check=True)


@contextmanager
def entered(product: Product, row: Shell, first: bool = False) -> Iterator[Seat]:
    """A shell with both hooks, in which direnv has the library, and all folders are allowed."""
    need("direnv")
    add_library(product)
    lines = (HOOKS[row.name], *row.load) if first else (*row.load, HOOKS[row.name])
    with seated(product, row._replace(load=("export DIRENV_LOG_FORMAT=", *lines))) as seat:
        for place in product.home.glob("*/.envrc"):
            seat.type(f"direnv allow {place}")
        yield seat


@pytest.fixture
def stored(product: Product, scenario: Scenario) -> Product:
    """mfaenv with stored sessions of default and staging, not of now, and folders for staging and production."""
    assert product.run("--shell", "bash", "-p", "staging", "-c", scenario.device.code()).status == DONE
    assert product.run("--shell", "bash", "-p", "default").status == DONE
    # What a window stores in the same second as another would be no change to direnv.
    os.utime(product.cache / "latest", (0, 0))
    folder(product, "staging", "use mfaenv staging")
    folder(product, "production", "use mfaenv production")
    return product


class Walk(NamedTuple):
    """What is typed, and behind an arrow what a program then has, and in quotes what the window has shown."""

    steps: str
    folders: Mapping[str, str] = {}
    """More folders, and the files in them."""
    is_stored: bool = False
    """Whether a session of production is stored before."""
    in_both_orders: bool = True


TWICE = """
    cd production
    mfaenv -p production    -> production
    ENTER                   -> production
    cd ..                   -> none
"""
BOTH_LINES = """
    cd both                 -> staging AWS_PROFILE=staging
    ANOTHER
    ENTER                   -> staging AWS_PROFILE=staging
    cd ..                   -> default
"""
BOTH_WITHOUT = """
    mfaenv -p default
    cd both                 -> production no keys, AWS_PROFILE=production "no session is stored: type mfaenv"
    ENTER                   -> production no keys, AWS_PROFILE=production
    mfaenv
    ENTER                   -> production AWS_PROFILE=production
    ENTER                   -> production AWS_PROFILE=production
    cd ..
    ENTER                   -> default
    mfaenv clear -p production
    touch both/.envrc
"""
TO_THE_FOLDERS = """
    mfaenv -p staging
    cd staging              -> staging
    ENTER
    mfaenv -p production    -> production
    ANOTHER --read-only
    ENTER                   -> production
    cd ..
    ENTER                   -> staging not limited
"""
BEFORE_THE_VARIABLE = """
    AWS_PROFILE=production  -> production AWS_PROFILE=production
    cd staging
    ENTER                   -> staging AWS_PROFILE=production
    {line}
    cd ..
    ENTER                   -> production AWS_PROFILE=production
    unset AWS_PROFILE       -> default
"""
LIMITED = """
    cd named
    ENTER                   -> staging AWS_PROFILE=staging
    mfaenv --read-only      -> staging AWS_PROFILE=staging, limited
    direnv reload
    ENTER                   -> staging the same key, AWS_PROFILE=staging, limited
    {leave}
    ENTER                   -> {left}
"""
NAMED = {"named": "export AWS_PROFILE=staging"}
BOTH = {"both": "export AWS_PROFILE=staging\nuse mfaenv staging"}

WALKS = {
    "a folder has its session": Walk("""
        ENTER               -> default
        cd staging          -> staging
        cd ../production    -> production no keys "no session is stored: type mfaenv -p production"
        cd ../staging       -> staging
        cd ..               -> default
    """),
    "the first session of a shell goes with the folder": Walk(f"mfaenv unset{TWICE}{TWICE}"),
    "another profile's session stays where the shell came with the folder's": Walk(
        TO_THE_FOLDERS, is_stored=True, in_both_orders=False
    ),
    "another profile's session stays where the person's variable names the folder's": Walk("""
        AWS_PROFILE=staging     -> staging AWS_PROFILE=staging
        cd staging              -> staging AWS_PROFILE=staging
        mfaenv -p production    -> production AWS_PROFILE=staging
        ANOTHER --read-only
        ENTER                   -> production AWS_PROFILE=staging
        cd ..
        ENTER                   -> staging AWS_PROFILE=staging
    """),
    "what replaces a limited session of a folder stays": Walk(
        """
        cd staging              -> staging
        mfaenv --read-only -p staging -> staging limited
        mfaenv -p production    -> production not limited
        ANOTHER --read-only
        ENTER                   -> production not limited
        cd ..                   -> production not limited
        cd staging              -> staging
        mfaenv --read-only -p production -> production limited
        mfaenv unset            -> none
        cd ..                   -> none
        AWS_PROFILE=staging
        ENTER                   -> staging AWS_PROFILE=staging
        cd staging              -> staging AWS_PROFILE=staging
        mfaenv --read-only -p production -> production AWS_PROFILE=staging, limited
        mfaenv -p production    -> production AWS_PROFILE=staging, not limited
        cd ..
        ENTER                   -> production AWS_PROFILE=staging, not limited
        """,
        is_stored=True,
    ),
    "a limited session stays behind a folder in which the variable was set": Walk(
        """
        cd staging
        AWS_PROFILE=production  -> production AWS_PROFILE=production
        mfaenv --read-only -p staging
        cd ..
        ENTER                   -> staging AWS_PROFILE=production, limited
        unset AWS_PROFILE
        ENTER                   -> .* AWS_PROFILE=none
        """,
        is_stored=True,
    ),
    "the limited session of before the variable is known after a folder": Walk(
        """
        mfaenv --read-only -p production -> production limited
        cd staging              -> production limited
        AWS_PROFILE=staging     -> staging AWS_PROFILE=staging, not limited
        cd ..
        ENTER                   -> staging AWS_PROFILE=staging
        unset AWS_PROFILE       -> production limited
        mfaenv unset            -> none
        cd staging              -> staging
        mfaenv --read-only -p production -> production limited
        AWS_PROFILE=staging     -> staging AWS_PROFILE=staging, not limited
        cd ..
        ENTER                   -> staging AWS_PROFILE=staging
        unset AWS_PROFILE       -> production limited
        """,
        in_both_orders=False,
    ),
    "a limited session that is typed behind a folder with the variable stays": Walk(
        """
        cd named
        ENTER                   -> staging AWS_PROFILE=staging
        mfaenv --read-only -p production -> production AWS_PROFILE=staging, limited
        cd ../staging           -> production limited
        mfaenv --read-only -p staging -> staging limited
        cd ..
        ENTER                   -> staging limited
        """,
        NAMED,
        in_both_orders=False,
    ),
    "a limited session stays in a folder and outside": Walk(
        """
        cd limited              -> staging
        mfaenv --read-only -p staging -> staging limited
        ANOTHER
        ENTER                   -> staging the same key
        direnv reload
        ENTER                   -> staging the same key, limited, inside "this shell stays limited: for the folder's \
session, type mfaenv -p staging"
        cd ../production        -> staging the same key
        cd ..                   -> staging the same key, limited, outside
        cd limited              -> staging the same key, limited, inside
        mfaenv --read-only -p production -> production limited, inside
        ANOTHER
        ENTER                   -> production the same key, limited
        mfaenv -p staging
        ANOTHER --read-only
        ENTER                   -> staging not limited, inside
        cd ..                   -> staging not limited, outside
        mfaenv --read-only -p staging -> staging limited
        cd ~/production         -> staging the same key, limited
        mfaenv -p default       -> default not limited
        cd ..                   -> staging limited
        cd ~/production         -> staging limited
        mfaenv unset            -> none
        mfaenv -p default       -> default not limited
        cd ..                   -> staging limited
        """,
        {"limited": "export OF_THE_FOLDER=1\nuse mfaenv staging"},
        in_both_orders=False,
    ),
    "a limited session stays where the variable of a folder with both lines goes": Walk(
        LIMITED.format(leave="cd ..", left="staging the same key, limited"), {"named": BOTH["both"]}
    ),
    "a limited session ends where the variable of a folder with both lines changes": Walk(
        LIMITED.format(leave="cd ../other", left="production AWS_PROFILE=production"),
        {"named": BOTH["both"], "other": "export AWS_PROFILE=production"},
        is_stored=True,
    ),
    "a limited session ends where the folder's variable goes": Walk(
        LIMITED.format(leave="cd ..", left="default"), NAMED
    ),
    "a limited session ends where the folder's variable changes": Walk(
        LIMITED.format(leave="cd ../other", left="production AWS_PROFILE=production"),
        {**NAMED, "other": "export AWS_PROFILE=production"},
        is_stored=True,
    ),
    "the person's variable counts again behind a limited session": Walk(
        """
        AWS_PROFILE=default     -> default AWS_PROFILE=default
        cd named
        ENTER                   -> staging AWS_PROFILE=staging
        mfaenv --read-only
        cd ..
        ENTER                   -> default AWS_PROFILE=default
        """,
        NAMED,
        in_both_orders=False,
    ),
    "the profile of before the variable is known after a folder, and mfaenv unset": Walk(
        BEFORE_THE_VARIABLE.format(line="mfaenv unset"), is_stored=True, in_both_orders=False
    ),
    "the profile of before the variable is known after a folder": Walk(
        BEFORE_THE_VARIABLE.format(line="unset AWS_PROFILE"), is_stored=True, in_both_orders=False
    ),
    "a session that is stored meanwhile is loaded": Walk(
        """
        cd production           -> production no keys
        ANOTHER
        ENTER                   -> production
        cd ..                   -> default
        """,
        in_both_orders=False,
    ),
    "the person's variable stays": Walk(
        """
        AWS_PROFILE=default     -> default AWS_PROFILE=default
        cd staging
        ENTER                   -> staging AWS_PROFILE=default
        cd ..
        ENTER                   -> default AWS_PROFILE=default
        """,
        in_both_orders=False,
    ),
    "between both kinds of folders": Walk(
        """
        cd production           -> production
        cd ../named             -> staging AWS_PROFILE=staging
        cd ../production        -> production
        cd ..                   -> default
        """,
        NAMED,
        is_stored=True,
    ),
    "what is typed in a folder with the variable does not come back behind another folder": Walk(
        """
        mfaenv -p default
        cd named-production
        ENTER                   -> production AWS_PROFILE=production
        mfaenv -p staging       -> staging AWS_PROFILE=production
        {jump}
        cd ~/named-production
        ENTER                   -> production AWS_PROFILE=production
        mfaenv -p staging       -> staging AWS_PROFILE=production
        {jump}
        cd ..
        ENTER                   -> default AWS_PROFILE=none
        """.format(
            jump="cd ~/default -> default\n        direnv reload\n        ENTER -> default AWS_PROFILE=none"
        ),
        {"named-production": "export AWS_PROFILE=production", "default": "use mfaenv default"},
        is_stored=True,
    ),
    "what was typed before a folder that takes in another's is there again behind it": Walk(
        """
        direnv allow outer/inner/.envrc
        mfaenv -p production    -> production
        cd outer/inner          -> default AWS_PROFILE=none
        ENTER
        cd ~
        ENTER                   -> production AWS_PROFILE=none
        """,
        {"outer": BOTH["both"], "outer/inner": "source_up\nunset AWS_PROFILE\nuse mfaenv default"},
        is_stored=True,
    ),
    "one's own variable is there again behind a folder that was entered on the line of a session": Walk(
        """
        AWS_PROFILE=production  -> production AWS_PROFILE=production
        mfaenv -p staging && cd default
        ENTER
        cd ..
        ENTER                   -> staging AWS_PROFILE=production
        """,
        {"default": "use mfaenv default"},
        is_stored=True,
        in_both_orders=False,
    ),
    "a variable below use mfaenv counts behind a folder with another": Walk(
        """
        cd named
        ENTER                   -> staging AWS_PROFILE=staging
        cd ../below
        ENTER                   -> production AWS_PROFILE=production
        cd ../named
        ENTER                   -> staging AWS_PROFILE=staging
        cd ../staging           -> staging AWS_PROFILE=none
        AWS_PROFILE=production  -> production AWS_PROFILE=production
        unset AWS_PROFILE && cd ..
        ENTER                   -> default AWS_PROFILE=none
        """,
        {**NAMED, "below": "use mfaenv staging\nexport AWS_PROFILE=production"},
        is_stored=True,
    ),
    "the variable of a file with both lines goes with the folder": Walk(
        f"""{BOTH_LINES}{BOTH_LINES}
        mfaenv unset
        cd both                 -> staging AWS_PROFILE=staging
        cd ..                   -> none
        """,
        BOTH,
    ),
    "a file with both lines that takes in another folder's has its own": Walk(
        """
        direnv allow staging/inner/.envrc
        AWS_PROFILE=default     -> default AWS_PROFILE=default
        cd staging/inner        -> default AWS_PROFILE=default
        cd ..                   -> staging AWS_PROFILE=default
        cd ..                   -> default AWS_PROFILE=default
        """,
        {"staging/inner": "source_up\nexport AWS_PROFILE=default\nuse mfaenv default"},
        in_both_orders=False,
    ),
    "where a file names a profile without a session mfaenv gets that": Walk(
        f"""{BOTH_WITHOUT}{BOTH_WITHOUT}""",
        {"both": "export AWS_PROFILE=production\nuse mfaenv"},
    ),
    "where a file has both lines the variable stays without a session": Walk(
        BOTH_WITHOUT,
        {"both": "export AWS_PROFILE=production\nuse mfaenv production"},
    ),
    "from a folder with the variable to one with both lines": Walk(
        """
        cd variable
        ENTER                   -> none AWS_PROFILE=production
        cd ../both              -> production no keys, AWS_PROFILE=production
        mfaenv
        ENTER                   -> production AWS_PROFILE=production
        cd ..
        ENTER                   -> default
        """,
        {"variable": "export AWS_PROFILE=production", "both": "export AWS_PROFILE=production\nuse mfaenv"},
    ),
    "from one's own variable to a folder with both lines": Walk(
        """
        AWS_PROFILE=production
        ENTER                   -> none AWS_PROFILE=production
        unset AWS_PROFILE && cd both
        ENTER                   -> production no keys, AWS_PROFILE=production
        mfaenv
        ENTER                   -> production AWS_PROFILE=production
        cd ..
        ENTER                   -> default
        """,
        {"both": "export AWS_PROFILE=production\nuse mfaenv"},
        in_both_orders=False,
    ),
    "between both kinds of folders where prompts read the variable": Walk(
        """
        MFAENV_PROFILE_AS=AWS_PROFILE
        mfaenv -p staging
        cd ~/production         -> production AWS_PROFILE=production
        cd ~/named-production   -> production AWS_PROFILE=production
        cd ~/production         -> production AWS_PROFILE=production
        cd ~                    -> staging AWS_PROFILE=staging
        cd ~/named-production   -> production AWS_PROFILE=production
        cd ~                    -> staging AWS_PROFILE=staging
        mfaenv unset
        cd ~/staging            -> staging AWS_PROFILE=staging
        cd ~/staging            -> staging AWS_PROFILE=staging
        cd ~/named              -> staging AWS_PROFILE=staging
        cd ~/staging            -> staging AWS_PROFILE=staging
        cd ~/named              -> staging AWS_PROFILE=staging
        cd ~                    -> none
        """,
        {**NAMED, "named-production": "export AWS_PROFILE=production"},
        is_stored=True,
    ),
}


@pytest.mark.parametrize(
    ("walk", "row", "first"),
    [
        pytest.param(walk, row, first, id=f"{name}-{row.name}{', hook after direnv' if first else ''}")
        for name, walk in WALKS.items()
        for row in DIRENVS
        for first in ([True, False] if walk.in_both_orders else [False])
    ],
)
def test_a_walk(stored: Product, walk: Walk, row: Shell, first: bool) -> None:
    for name, text in walk.folders.items():
        folder(stored, name, text)
    if walk.is_stored:
        assert stored.run("--shell", "bash", "-p", "production").status == DONE
    with entered(stored, row, first=first) as seat:
        seat.walk(walk.steps, partial(store_another, stored))


@pytest.mark.parametrize(
    ("command", "profile", "has_keys"),
    [
        ("exec -q --read-only -p staging", "staging", True),
        ("exec -q --only -p staging", "staging", True),
        ("exec -q --serve -p staging", "staging", False),
        ("exec -q --serve -p default", "default", False),
        ("exec -q --only -p default", "default", True),
        ("demo", "", False),
    ],
)
def test_what_is_started_in_a_folder_does_not_get_the_keys_of_before_nor_the_folders(
    stored: Product, command: str, profile: str, *, has_keys: bool
) -> None:
    """direnv keeps the former keys, and sets them again where a shell leaves the folder."""
    need("direnv")
    add_library(stored)
    load = 'eval "$(direnv export bash 2>/dev/null)"'
    shown = 'echo "$MFAENV_PROFILE" "${AWS_ACCESS_KEY_ID-none}"'
    another = f"touch -d 2030-01-01 {stored.cache}/latest; {load}; {shown}; " if command != "demo" else ""
    inner = f"{shown}; {another}cd ..; {load}; {shown}"
    script = f"""
        eval "$(mfaenv -q --cached)"; cd staging; direnv allow; {load}
        mfaenv {command} -- bash -c '{inner}'
        cd ..; {load}; {shown}
    """
    done = run_bash(stored, script)
    at_first, *later, after = (line.split(" ") for line in done.stdout.splitlines())
    assert all(each == at_first for each in later), done.stderr
    assert (at_first[0], at_first[1] != "none") == (profile, has_keys)
    assert after[0] == "default"
    assert after[1].startswith("ASIA")


def store_another(product: Product, *options: str) -> None:
    """Store a session, as any window may do. direnv sees whole seconds."""
    before = (product.cache / "latest").stat().st_mtime_ns // 1_000_000_000
    while int(time.time()) <= before:
        time.sleep(0.05)
    assert product.run("--shell", "bash", "-p", "production", *options).status == DONE


@EVERY
@ORDERS
@pytest.mark.parametrize(
    ("line", "named"),
    [("mfaenv -p production", "none"), ("mfaenv -p production --region eu-west-3", "none"), ("", "production")],
)
def test_another_profiles_session_stays_in_a_folder_when_any_window_stores_one(
    stored: Product, row: Shell, line: str, named: str, first: bool
) -> None:
    assert stored.run("--shell", "bash", "-p", "production").status == DONE
    with entered(stored, row, first=first) as seat:
        seat.type("cd staging")
        seat.has("staging")
        seat.type(line) if line else seat.set("AWS_PROFILE", named)
        seat.has(f"production AWS_PROFILE={named}")
        for options in (["--read-only"], ["--policy-arns", "arn:aws:iam::aws:policy/ReadOnlyAccess"]):
            store_another(stored, *options)
            seat.type("")
            seat.has(f"production AWS_PROFILE={named}")
        if not line:
            seat.type("cd ..")
            seat.type("")
            seat.has(f"production AWS_PROFILE={named}")
            return
        seat.type("direnv reload")
        seat.has("staging")
        seat.type(line)
        seat.type("cd ..")
        seat.has("default")


LIMITED_AND_FOLDER = "sh -c 'echo limit=${MFAENV_SESSION_POLICY-none} folder=${OF_THE_FOLDER-left}'"


@EVERY
def test_what_a_session_typed_in_a_folder_has_set_goes_with_it(stored: Product, row: Shell) -> None:
    """Its settings and its mark, which direnv has not seen coming, would lead the former keys elsewhere."""
    configure(stored, "production", retry_mode="adaptive", max_attempts="7")
    variables = [
        "AWS_RETRY_MODE",
        "AWS_MAX_ATTEMPTS",
        "AWS_REGION",
        "MFAENV_SETTINGS",
        "MFAENV_PINNED",
        "MFAENV_REGION",
    ]
    shown = "-".join(f"${{{name}-}}" for name in variables)
    outside = f"sh -c 'echo =={shown}=='"
    with entered(stored, row) as seat:
        before = seat.sees(outside, "^==.*==$")
        seat.type("cd production")
        seat.type("mfaenv")
        seat.type("")
        seat.has("production")
        assert seat.sees(outside, "^==.*==$") != before
        seat.type("cd ..")
        assert seat.sees(outside, "^==.*==$") == before
        seat.type("cd staging")
        seat.type("mfaenv -p production --region eu-west-3")
        seat.has("production")
        seat.type("cd ..")
        seat.has("default")
        assert seat.sees(outside, "^==.*==$") == before


@EVERY
@pytest.mark.parametrize("name", ["AWS_VAULT", "AWS_PROFILE"])
def test_the_name_for_prompts_goes_with_a_session_typed_in_a_folder(
    stored: Product, row: Shell, name: str
) -> None:
    with entered(stored, row) as seat:
        seat.type("mfaenv unset")
        seat.set("MFAENV_PROFILE_AS", name)
        seat.type("cd production")
        seat.type("mfaenv -p production")
        seat.sees(f"sh -c 'echo as=${name}'", "^as=production$")
        seat.type("cd ..")
        seat.type("")
        seat.has("none")
        seat.sees(f"sh -c 'echo as=${{{name}-none}}'", "^as=none$")


@EVERY
def test_a_session_removed_in_a_folder_is_whole_when_the_shell_leaves(stored: Product, row: Shell) -> None:
    shown = "sh -c 'echo ==$AWS_REGION+$MFAENV_EXPIRES+$AWS_CREDENTIAL_EXPIRATION+$MFAENV_REGION'"
    with entered(stored, row) as seat:
        seat.type("mfaenv -p production")
        before = seat.sees(shown, r"^==.*$")
        assert before.startswith("==eu-west-1+")
        seat.type("cd staging")
        seat.has("staging")
        seat.type("mfaenv unset")
        seat.has("none")
        seat.type("cd ..")
        seat.has("production")
        assert seat.sees(shown, r"^==.*$") == before


@EVERY
def test_after_the_end_of_a_limited_session_a_folder_gives_no_other(stored: Product, row: Shell) -> None:
    with entered(stored, row) as seat:
        seat.type("cd staging")
        seat.type("mfaenv --read-only -p staging")
        seat.type("")
        stored.run("clear", "-p", "staging")
        seat.set("MFAENV_EXPIRES", PAST)
        seat.type("")
        assert "has ended: type mfaenv --read-only for a new one" in seat.window.text
        store_another(stored)
        seat.type("")
        seat.type("")
        seat.has("staging no keys")
        seat.type("mfaenv")
        assert "mfaenv: until now the session of this shell was read-only" in seat.window.text


@pytest.mark.parametrize("shell", HOOKS)
def test_a_limited_shell_of_exec_stays_limited_in_a_folder(stored: Product, shell: str) -> None:
    need("direnv", shell)
    add_library(stored)
    (stored.home / "staging" / ".envrc").write_text("export OF_THE_FOLDER=1\nuse mfaenv staging\n")
    load = HOOKS[shell].replace("hook", "export")
    shown = f"{LIMITED_AND_FOLDER}; sh -c 'echo $AWS_ACCESS_KEY_ID'"
    script = stored.home / "inner"
    script.write_text(
        f"{shown}; touch -d 2030-01-01 $MFAENV_STORE/latest .envrc; {load}; {shown}; cd ..; {load}; {shown}"
    )
    outer = f"cd staging; direnv allow; {load}; mfaenv exec -q --read-only -p staging -- {shell} {script}"
    done = subprocess.run(
        [shell, "-c", outer],
        env={**with_mfaenv(stored), "MFAENV_STORE": str(stored.cache)},
        cwd=stored.home,
        capture_output=True,
        text=True,
        check=True,
    )
    first, key, second, kept, third, outside = done.stdout.splitlines()
    assert (first, second, third) == (
        "limit=read-only folder=1",
        "limit=read-only folder=1",
        "limit=read-only folder=left",
    ), done.stderr
    assert key == kept == outside
    assert "mfaenv: this shell stays limited: for the folder's session, type mfaenv -p staging\n" in done.stderr


def test_what_exec_starts_with_nothing_hidden_leaves_a_folder_as_its_shell_does(stored: Product) -> None:
    need("direnv")
    (stored.home / "staging" / ".envrc").write_text("export OF_THE_FOLDER=1\n")
    load = 'eval "$(direnv export bash 2>/dev/null)"'
    inner = f"echo $OF_THE_FOLDER; cd ..; {load}; echo ${{OF_THE_FOLDER-gone}}"
    done = run_bash(stored, f"cd staging; direnv allow; {load}; mfaenv exec -q -p staging -- bash -c '{inner}'")
    assert done.stdout == "1\ngone\n", done.stderr


def test_what_exec_starts_for_another_profile_keeps_it_in_a_folder(stored: Product) -> None:
    need("direnv")
    assert stored.run("--shell", "bash", "-p", "production").status == DONE
    add_library(stored)
    load = 'eval "$(direnv export bash 2>/dev/null)"'
    shown = "echo $MFAENV_PROFILE"
    inner = f"touch -d 2030-01-01 {stored.cache}/latest; {load}; {shown}; cd ..; {load}; {shown}"
    script = f"""
        eval "$(mfaenv -q --cached)"; cd staging; direnv allow; {load}; {shown}
        mfaenv exec -q -p production -- bash -c '{inner}'
    """
    done = run_bash(stored, script)
    assert done.stdout.split() == ["staging", "production", "default"], done.stderr


@pytest.mark.parametrize("before", ["set -x", "set -v", "IFS=,"])
def test_a_file_with_odd_settings_shows_no_secret(stored: Product, before: str) -> None:
    need("direnv")
    place = folder(stored, "odd", f"{before}\nuse mfaenv staging\necho still $- >&2")
    script = f'. /dev/stdin <<< "$(mfaenv init direnv)"; watch_file() {{ :; }}; use() {{ use_"$@"; }}; . {place}/.envrc'
    loaded = f"{script}; env"
    done = subprocess.run(
        ["bash", "-c", loaded], env=with_mfaenv(stored), cwd=place, capture_output=True, text=True, check=True
    )
    secret = re.search(r"^AWS_SECRET_ACCESS_KEY=(.+)$", done.stdout, re.MULTILINE)
    assert secret, done.stderr
    assert secret[1] not in done.stderr
    assert re.search(f"^still .*{before[5:]}", done.stderr, re.MULTILINE)


def test_a_session_that_cannot_be_set_fails(stored: Product) -> None:
    need("direnv")
    library = '. /dev/stdin <<< "$(mfaenv init direnv)"; watch_file() { :; }'
    script = f"{library}\nreadonly AWS_SECRET_ACCESS_KEY=old\nuse_mfaenv staging\necho status=$?"
    done = run_bash(stored, script)
    assert done.stdout == "status=1\n", done.stderr


@EVERY
def test_each_new_session_is_loaded(stored: Product, row: Shell) -> None:
    """What the library runs when direnv reads the file again does not end its watch."""
    with entered(stored, row) as seat:
        seat.type("cd staging")
        for _ in range(2):
            store_another(stored)
            seat.type("")
            seat.has("staging")
            seat.sees("direnv status | grep -c '^Loaded watch.*/latest'", "^1$")


@EVERY
def test_a_session_that_has_ended_meanwhile_is_replaced(stored: Product, row: Shell) -> None:
    with entered(stored, row) as seat:
        seat.type("cd staging")
        seat.has("staging")
        for entry in stored.cache.glob("session-*"):
            entry.unlink()
        seat.set("MFAENV_EXPIRES", PAST)
        seat.type("")
        assert "mfaenv: the session of profile staging has ended: type mfaenv for a new one" in seat.window.text
        seat.has("staging no keys")
        seat.type("cd ..")
        seat.type("")
        seat.has("default")


@EVERY
@ORDERS
def test_a_file_that_sets_the_variable_is_followed(stored: Product, row: Shell, first: bool) -> None:
    place = folder(stored, "named", "export AWS_PROFILE=staging")
    with entered(stored, row, first=first) as seat:
        seat.type("cd named")
        seat.has("staging AWS_PROFILE=staging")
        (place / ".envrc").write_text("export AWS_PROFILE=default\n")
        seat.type("direnv allow")
        seat.has("default AWS_PROFILE=default")
        seat.type("cd ..")
        seat.has("default")


@EVERY
@ORDERS
@pytest.mark.parametrize(
    "names", [["AWS_REGION"], ["AWS_DEFAULT_REGION"], ["AWS_REGION", "AWS_DEFAULT_REGION"]]
)
def test_a_region_that_direnv_puts_back_is_a_sessions_as_before(
    stored: Product, row: Shell, names: list[str], first: bool
) -> None:
    configure(stored, "production", region="eu-north-1")
    assert stored.run("--shell", "bash", "-p", "production").status == DONE
    folder(
        stored,
        "regional",
        "\n".join(["export AWS_PROFILE=staging", *(f"export {each}=ap-1" for each in names)]),
    )
    regions = "sh -c 'echo regions=$AWS_REGION+$AWS_DEFAULT_REGION'"
    with entered(stored, row, first=first) as seat:
        before = seat.sees(regions, r"^regions=[a-z0-9+-]+$")
        for _ in range(2):
            seat.type("cd regional")
            seat.has("staging AWS_PROFILE=staging")
            seat.sees(regions, r"^regions=ap-1\+ap-1$")
            seat.type("cd ..")
            seat.has("default")
            assert seat.sees(regions, r"^regions=[a-z0-9+-]+$") == before
        seat.type("mfaenv -p production")
        seat.sees(regions, r"^regions=eu-north-1\+eu-north-1$")


REGIONAL = {
    "regional": "export AWS_PROFILE=staging AWS_REGION=ap-1",
    "named": "export AWS_PROFILE=production",
    "default": "export AWS_PROFILE=production AWS_DEFAULT_REGION=ap-2",
    "former": "export AWS_PROFILE=production AWS_REGION=eu-north-2",
    "without": "export AWS_PROFILE=prod-eu AWS_REGION=ap-1",
    "alone": "export AWS_REGION=ap-1",
    "used": "use mfaenv production",
}


@EVERY
@ORDERS
@pytest.mark.parametrize(
    "steps",
    [
        """
        cd regional             -> staging ap-1+ap-1
        cd ../named             -> production eu-north-1+eu-north-1
        cd ../regional          -> staging ap-1+ap-1
        cd ../default           -> production ap-2+ap-2
        cd ../regional          -> staging ap-1+ap-1
        cd ../former            -> production eu-north-2+eu-north-2
        cd ../regional          -> staging ap-1+ap-1
        cd ../used
        ENTER                   -> production eu-north-1+eu-north-1
        cd ../regional
        ENTER                   -> staging ap-1+ap-1
        cd ..                   -> default eu-north-2+eu-north-2
        cd named                -> production eu-north-1+eu-north-1
        cd ..                   -> default eu-north-2+eu-north-2
        """,
        """
        cd without              -> none ap-1+
        cd ../named             -> production eu-north-1+eu-north-1
        cd ../without           -> none ap-1+
        cd ..                   -> default eu-north-2+eu-north-2
        mfaenv -p production    -> production eu-north-1+eu-north-1
        """,
        """
        cd alone                -> default ap-1+eu-north-2
        cd ..                   -> default eu-north-2+eu-north-2
        cd alone                -> default ap-1+eu-north-2
        mfaenv unset            -> none +
        cd ..                   -> none +
        mfaenv -p production    -> production eu-north-1+eu-north-1
        cd alone                -> production ap-1+eu-north-1
        mfaenv -p production    -> production ap-1+ap-1
        cd ..                   -> production eu-north-1+eu-north-1
        cd alone                -> production ap-1+eu-north-1
        mfaenv -p staging       -> staging ap-1+ap-1
        cd ..                   -> staging +ap-1
        mfaenv -p staging       -> staging eu-west-1+eu-west-1
        """,
    ],
    ids=["from folder to folder", "a folder without a session", "a folder with a region alone"],
)
def test_the_region_of_a_session_that_is_gone_does_not_come_back(
    stored: Product, row: Shell, steps: str, first: bool
) -> None:
    configure(stored, "production", region="eu-north-1")
    configure(stored, "default", region="eu-north-2")
    assert stored.run("--shell", "bash", "-p", "production").status == DONE
    (stored.home / "production" / ".envrc").unlink()
    for name, text in REGIONAL.items():
        folder(stored, name, text)
    with entered(stored, row, first=first) as seat:
        for step in steps.strip().splitlines():
            typed, _, seen = (part.strip() for part in step.partition("->"))
            seat.type(typed.removeprefix("ENTER"))
            if seen:
                profile, _, regions = seen.partition(" ")
                seen = f"{profile}=={regions}=="
                shown = "sh -c 'echo ${MFAENV_PROFILE-none}==$AWS_REGION+$AWS_DEFAULT_REGION=='"
                assert seat.sees(shown, r"^[a-z]+==.*==$") == seen, step


@EVERY
@ORDERS
def test_a_region_of_the_persons_own_comes_back_behind_a_folder(
    stored: Product, row: Shell, first: bool
) -> None:
    """Such as one of the startup file, in the variable that not all programs read."""
    assert stored.run("--shell", "bash", "-p", "production").status == DONE
    folder(stored, "regional", "export AWS_PROFILE=staging AWS_REGION=ap-1")
    folder(stored, "other", "export AWS_PROFILE=production AWS_REGION=ap-3")
    folder(stored, "alone", "export AWS_REGION=ap-2")
    folder(stored, "plain", "export OTHER=1")
    regions = "sh -c 'echo regions=$AWS_REGION+$AWS_DEFAULT_REGION'"
    with entered(stored, row, first=first) as seat:
        seat.type("mfaenv unset")
        seat.set("AWS_DEFAULT_REGION", "own-1")
        seat.type("mfaenv")
        assert seat.sees(regions, r"^regions=.+$") == "regions=own-1+own-1"
        seat.type("cd regional")
        assert seat.sees(regions, r"^regions=.+$") == "regions=ap-1+ap-1"
        seat.type("cd ../other")
        assert seat.sees(regions, r"^regions=.+$") == "regions=ap-3+ap-3"
        seat.type("cd ..")
        assert seat.sees(regions, r"^regions=.+$") == "regions=own-1+own-1"
        seat.type("cd alone")
        seat.type("mfaenv -p production")
        seat.type("cd ..")
        seat.type("mfaenv")
        assert seat.sees(regions, r"^regions=.+$") == "regions=own-1+own-1"
        seat.type("cd plain")
        seat.type("mfaenv --region typed-1")
        seat.type("cd ..")
        assert seat.sees(regions, r"^regions=.+$") == "regions=typed-1+typed-1"
        seat.type("cd alone")
        seat.type("mfaenv unset")
        seat.type("cd ..")
        assert seat.sees(regions, r"^regions=.+$") == "regions=+"


@pytest.mark.parametrize("name", ["o'brien", "a}b", 'a"$b`\\c'])
def test_the_store_may_be_anywhere(product: Product, name: str) -> None:
    product.env["MFAENV_CACHE_DIR"] = str(product.home / name)
    script = (
        '. /dev/stdin <<< "$(mfaenv init direnv)"; watch_file() { printf "%s" "$1"; }; use_mfaenv 2>/dev/null'
    )
    done = run_bash(product, script)
    assert done.stdout == f"{product.home / name}/mfaenv/latest", done.stderr


@pytest.mark.parametrize("words", ["staging --read-only", "-p staging", "--profile=staging", "staging default"])
def test_options_are_refused(stored: Product, words: str) -> None:
    """They would be ignored, those for fewer rights too."""
    script = (
        '. /dev/stdin <<< "$(mfaenv init direnv)"; watch_file() { :; }; export AWS_ACCESS_KEY_ID=old; '
        f"use_mfaenv {words}; echo $? ${{MFAENV_PROFILE-}} ${{AWS_ACCESS_KEY_ID-none}}"
    )
    done = run_bash(stored, script)
    assert (done.stdout, done.stderr) == ("1 none\n", "mfaenv: use mfaenv takes a profile, and no options\n")


@pytest.mark.parametrize(("served", "gets"), [("staging", ""), ("", "staging")])
def test_an_address_of_another_program_is_none_of_mfaenv_exec(stored: Product, served: str, gets: str) -> None:
    stored.env |= {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/keys", "MFAENV_SERVED": served}
    script = (
        '. /dev/stdin <<< "$(mfaenv init direnv)"; watch_file() { :; }; '
        'use_mfaenv staging; echo "${MFAENV_PROFILE-}"'
    )
    done = run_bash(stored, script)
    assert (done.stdout, "that mfaenv exec gave it" in done.stderr) == (f"{gets}\n", not gets)


def test_without_the_program_a_folder_has_no_keys(stored: Product) -> None:
    script = (
        '. /dev/stdin <<< "$(mfaenv init direnv)"; watch_file() { :; }; export AWS_ACCESS_KEY_ID=old; '
        "PATH=/usr/bin:/bin; use_mfaenv staging; echo ${MFAENV_PROFILE-} ${AWS_ACCESS_KEY_ID-none}"
    )
    done = run_bash(stored, script)
    assert done.stdout == "staging none\n", done.stderr


@EVERY
def test_a_question_in_a_file_is_answered(product: Product, scenario: Scenario, row: Shell) -> None:
    folder(product, "asks", 'eval "$(mfaenv -p staging)"')
    with entered(product, row) as seat:
        seat.window.enter("cd asks")
        seat.window.see("MFA code: ")
        seat.window.enter(scenario.device.code())
        seat.window.see("mfaenv: staging ")
        seat.window.prompted()
        seat.has("staging")
        seat.type("cd ..")
        seat.type("")  # its hook may come after ours
        seat.has("default")
