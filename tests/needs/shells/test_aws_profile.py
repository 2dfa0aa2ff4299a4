"""The shell and AWS_PROFILE agree: whoever sets it gets that profile's session at the next prompt, or none."""

import re
import time

import pytest
from product import Product
from programs import write_program
from settings import set_keys
from settled import EACH_WITH_HOOK, PAST, UNSET, seated
from shell_table import BY_NAME, WITH_INIT, Shell

from mfaenv.errors import DONE
from mfaenv.pretend_aws.scenario import Scenario

ROLE = "arn:aws:iam::444455556666:role/Operator"


@pytest.fixture
def stored(product: Product, scenario: Scenario) -> Product:
    """mfaenv with stored sessions of the profiles default and staging."""
    assert product.run("--shell", "bash", "-p", "staging", "-c", scenario.device.code()).status == DONE
    assert product.run("--shell", "bash", "-p", "default").status == DONE
    return product


@EACH_WITH_HOOK
def test_the_session_follows_the_variable(stored: Product, row: Shell) -> None:
    with seated(stored, row) as seat:
        seat.has("default")
        seat.set("AWS_PROFILE", "staging")
        line = r"mfaenv: staging \(role Developer\) until \d\d:\d\d, 5\dm$"
        assert re.search(line, seat.window.text, re.MULTILINE)
        seat.has("staging AWS_PROFILE=staging")
        seat.set("AWS_PROFILE", "production")
        assert "mfaenv: AWS_PROFILE is production now: type mfaenv\n" in seat.window.text
        seat.has("none AWS_PROFILE=production")
        seat.has("none AWS_PROFILE=production")
        assert seat.window.text.count("type mfaenv") == 1
        seat.type("mfaenv")
        seat.has("production AWS_PROFILE=production")
        seat.set("AWS_PROFILE", "stagin")
        assert (
            "AWS_PROFILE is stagin now, and there is no such profile. Did you mean staging?\n"
            in seat.window.text
        )
        seat.walk("""
                                -> none AWS_PROFILE=stagin
            unset AWS_PROFILE   -> default
            AWS_PROFILE=staging -> staging AWS_PROFILE=staging
            mfaenv -p default   -> default AWS_PROFILE=staging
                                -> default AWS_PROFILE=staging
        """)


@EACH_WITH_HOOK
def test_a_hook_that_is_given_no_store_follows_it_too(product: Product, row: Shell) -> None:
    with seated(product, row, MFAENV_CACHE_DIR="relative") as seat:
        seat.has("none")
        seat.set("AWS_PROFILE", "production")
        seat.has("none AWS_PROFILE=production")
        assert seat.window.text.count("mfaenv: AWS_PROFILE is production now: type mfaenv\n") == 1
        assert "rror" not in seat.window.text


@EACH_WITH_HOOK
def test_a_session_without_a_known_end_follows_it_too(stored: Product, row: Shell) -> None:
    keys = {"aws_access_key_id": "ASIAI44QH8DHBEXAMPLE", "aws_secret_access_key": "x", "aws_session_token": "y"}
    set_keys(stored, "token", **keys)
    with seated(stored, row) as seat:
        seat.type("mfaenv -p token")
        seat.has("token")
        seat.type("")
        seat.has("token")
        seat.type("mfaenv -p nobody")
        assert "This shell still has the session of profile token." in seat.window.text
        seat.set("AWS_PROFILE", "token")
        seat.has("token AWS_PROFILE=token")
        assert "type mfaenv" not in seat.window.text
        seat.set("AWS_PROFILE", "staging")
        seat.has("staging AWS_PROFILE=staging")
        seat.type("mfaenv -p token")
        seat.set("AWS_PROFILE", "production")
        seat.has("none AWS_PROFILE=production")
        assert "mfaenv: AWS_PROFILE is production now: type mfaenv\n" in seat.window.text


@EACH_WITH_HOOK
def test_a_variable_that_is_empty_goes(stored: Product, row: Shell) -> None:
    """AWS's programs take it for a name."""
    with seated(stored, row) as seat:
        seat.set("AWS_PROFILE", "staging")
        seat.has("staging AWS_PROFILE=staging")
        seat.set("AWS_PROFILE", "" if "'" in row.typed.assign else "''")
        seat.has("default")


@EACH_WITH_HOOK
def test_keys_that_are_exported_over_a_session_without_a_known_end_stay(stored: Product, row: Shell) -> None:
    set_keys(stored, "token", aws_access_key_id="ASIAOLD", aws_secret_access_key="x", aws_session_token="y")
    with seated(stored, row) as seat:
        seat.type("mfaenv -p token")
        seat.set("AWS_ACCESS_KEY_ID", "ASIAI44QH8DHBEXAMPLE")
        seat.set("AWS_PROFILE", "staging")
        seat.has("token AWS_PROFILE=staging, key=ASIAI44QH8DHBEXAMPLE")
        seat.type("mfaenv -p nobody")
        assert "This shell still has the session" not in seat.window.text


@EACH_WITH_HOOK
def test_a_session_that_comes_back_after_keys_of_a_folder_is_known_again(stored: Product, row: Shell) -> None:
    """As direnv puts it back; a folder for LocalStack sets AWS_PROFILE too."""
    with seated(stored, row) as seat:
        seat.type("mfaenv -p staging")
        key = seat.keys().partition(" ")[0].removeprefix("key=")
        seat.set("AWS_ACCESS_KEY_ID", "test")
        seat.set("AWS_PROFILE", "production")
        seat.set("MFAENV_EXPIRES", int(time.time()) + 535)
        seat.type("")
        seat.has("staging AWS_PROFILE=production, key=test")
        seat.set("AWS_ACCESS_KEY_ID", key)
        seat.walk("""
            unset AWS_PROFILE   -> staging
            AWS_PROFILE=default -> default AWS_PROFILE=default
            unset AWS_PROFILE   -> staging
        """)


NAMED = [row for row in WITH_INIT if row.name in {"bash", "zsh", "fish"}]


@pytest.mark.parametrize("place", [0, 9], ids=["before", "behind"])
@EACH_WITH_HOOK
def test_a_new_shell_keeps_its_limit_where_its_startup_file_sets_aws_profile(
    stored: Product, row: Shell, place: int
) -> None:
    limited = stored.run("-p", "staging", "--read-only", "-f", "json").json()
    *before, last = row.load
    startup = [last]
    startup.insert(place, row.typed.assign.format(name="AWS_PROFILE", value="default"))
    with seated(stored, row._replace(load=(*before, "; ".join(startup))), **limited) as seat:
        seat.has("staging AWS_PROFILE=default")
        seat.has("staging AWS_PROFILE=default")
        assert "mfaenv: " not in seat.window.text
        seat.unset_profile()
        seat.has("staging")
        seat.set("AWS_PROFILE", "default")
        seat.has("default AWS_PROFILE=default")


@pytest.mark.parametrize("options", ["--region us-west-2", f"-r {ROLE}"])
@EACH_WITH_HOOK
def test_a_new_shell_follows_aws_profile_from_a_session_of_options(
    stored: Product, row: Shell, options: str
) -> None:
    """As a pane of tmux in a folder of direnv's; but not in a shell of `exec`, whose startup file sets it."""
    session = stored.run("-p", "staging", *options.split(), "-f", "json").json()
    with seated(stored, row, **session | {"AWS_PROFILE": "default"}) as seat:
        seat.has("default AWS_PROFILE=default")
    done = stored.run("exec", "-p", "staging", *options.split(), "--", "env")
    inside = dict(line.partition("=")[::2] for line in done.out.splitlines())
    kept = {name: value for name, value in inside.items() if name.startswith(("AWS_", "MFAENV_"))}
    with seated(stored, row, **kept | {"AWS_PROFILE": "default"}) as seat:
        seat.has("staging AWS_PROFILE=default")
        seat.has("staging AWS_PROFILE=default")


@pytest.mark.parametrize("options", ["--read-only", f"-r {ROLE}"])
@pytest.mark.parametrize("row", NAMED, ids=lambda row: row.name)
def test_no_session_with_more_rights_takes_the_place_of_one_that_was_asked_for(
    stored: Product, row: Shell, options: str
) -> None:
    with seated(stored, row) as seat:
        seat.type(f"mfaenv -p staging {options}")
        asked_for = seat.keys()
        seat.set("AWS_PROFILE", "default")
        seat.set("AWS_PROFILE", "stagin")
        seat.set("AWS_PROFILE", "default")
        seat.has("default AWS_PROFILE=default")
        seat.unset_profile()
        assert seat.keys() == asked_for
        seat.set("AWS_PROFILE", "default")
        stored.run("clear")
        seat.unset_profile()
        seat.has("staging no keys")
        assert f"no session of staging is stored: type mfaenv -p staging {options}\n" in seat.window.text


@pytest.mark.parametrize("row", NAMED, ids=lambda row: row.name)
def test_the_profiles_own_session_takes_the_place_of_another_role(stored: Product, row: Shell) -> None:
    """A session of `-r` has its profile's name. One with a limit stays, since its profile's own may do more."""
    with seated(stored, row) as seat:
        seat.type("mfaenv -p staging")
        own = seat.keys()
        seat.type(f"mfaenv -p staging -r {ROLE}")
        other = seat.keys()
        assert other != own
        seat.set("AWS_PROFILE", "staging")
        assert seat.keys() == own
        seat.unset_profile()
        assert seat.keys() == other
        seat.type("mfaenv -p staging")
        seat.set("AWS_PROFILE", "default")
        seat.type(f"mfaenv -p staging -r {ROLE}")
        assert seat.keys() == other
        seat.unset_profile()
        assert seat.keys() == own
        seat.type("mfaenv -p staging --read-only")
        limited = seat.keys()
        seat.set("AWS_PROFILE", "staging")
        assert seat.keys() == limited != own


@EACH_WITH_HOOK
def test_a_hook_that_was_killed_is_started_again_at_the_next_prompt(stored: Product, row: Shell) -> None:
    program, killed = stored.home / "tools" / "mfaenv", stored.home / "killed"
    write_program(
        program, f'[ -e {killed} ] || {{ touch {killed}; kill -9 $$; }}\nPATH=${{PATH#*:}} exec mfaenv "$@"'
    )
    killed.touch()
    with seated(stored, row) as seat:
        seat.has("default")
        killed.unlink()
        seat.set("AWS_PROFILE", "staging")
        assert killed.exists()
        seat.type("")
        seat.has("staging AWS_PROFILE=staging")


@EACH_WITH_HOOK
def test_a_shell_that_is_started_with_a_name_means_it(stored: Product, row: Shell) -> None:
    with seated(stored, row, AWS_PROFILE="staging") as seat:
        seat.has("staging AWS_PROFILE=staging")
        assert "mfaenv: staging" not in seat.window.text  # a shell's start says nothing
        seat.unset_profile()
        seat.has("default")


@EACH_WITH_HOOK
def test_a_name_goes_before_the_profile_of_init(stored: Product, row: Shell) -> None:
    load = tuple(re.sub(r"\bmfaenv init \w+", r"\g<0> -p staging", line) for line in row.load)
    with seated(stored, row._replace(load=load), AWS_PROFILE="default") as seat:
        seat.has("default AWS_PROFILE=default")
        seat.unset_profile()
        seat.has("staging")


ENDED = {
    "AWS_ACCESS_KEY_ID": "ASIAOLD",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_SESSION_TOKEN": "y",
    "MFAENV_PROFILE": "default",
    "MFAENV_EXPIRES": str(PAST),
}


@EACH_WITH_HOOK
def test_a_shell_that_inherits_an_ended_session_gets_no_other_profiles(stored: Product, row: Shell) -> None:
    with seated(stored, row, AWS_PROFILE="production", **ENDED) as seat:
        seat.has("none AWS_PROFILE=production")


@EACH_WITH_HOOK
def test_a_shell_that_inherits_its_own_ended_session_is_told_so(product: Product, row: Shell) -> None:
    with seated(product, row, AWS_PROFILE="default", **ENDED) as seat:
        seat.has("default AWS_PROFILE=default, no keys")
        assert "the session of profile default has ended: type mfaenv for a new one" in seat.window.text


@EACH_WITH_HOOK
def test_a_name_without_a_session_is_told_when_it_changes_and_not_at_the_start(
    product: Product, row: Shell
) -> None:
    with seated(product, row, AWS_PROFILE="staging") as seat:
        seat.has("none AWS_PROFILE=staging")
        assert "AWS_PROFILE is" not in seat.window.text
        seat.set("AWS_PROFILE", "production")
        assert seat.window.text.count("mfaenv: AWS_PROFILE is production now: type mfaenv\n") == 1


@EACH_WITH_HOOK
def test_keys_of_others_are_left_alone(stored: Product, row: Shell) -> None:
    theirs = {
        "AWS_ACCESS_KEY_ID": "ASIAI44QH8DHBEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_SESSION_TOKEN": "y",
    }
    with seated(stored, row, **theirs) as seat:
        seat.set("AWS_PROFILE", "staging")
        seat.has("none AWS_PROFILE=staging, key=ASIAI44QH8DHBEXAMPLE")


@pytest.mark.parametrize("row", NAMED, ids=lambda row: row.name)
def test_a_variable_that_is_not_exported_changes_nothing(stored: Product, row: Shell) -> None:
    with seated(stored, row) as seat:
        seat.type("mfaenv -p staging")
        seat.type("set -g AWS_PROFILE production" if row.name == "fish" else "AWS_PROFILE=production")
        seat.has("staging")
        seat.unset_profile()
        seat.has("staging")
        seat.type("set -g AWS_PROFILE production" if row.name == "fish" else "AWS_PROFILE=production")
        seat.type("set -gx AWS_PROFILE $AWS_PROFILE" if row.name == "fish" else "export AWS_PROFILE")
        seat.has("none AWS_PROFILE=production")


@pytest.mark.parametrize("row", NAMED, ids=lambda row: row.name)
def test_the_same_in_a_new_shell_and_in_a_subshell(stored: Product, row: Shell) -> None:
    with seated(stored, row) as seat:
        seat.set("AWS_PROFILE", "staging")
        seat.type("mfaenv -p default")
        seat.has("default AWS_PROFILE=staging")
        seat.type(f"exec {' '.join(row.typed.start)}")
        for line in row.load:
            seat.type(line)
        seat.has("default AWS_PROFILE=staging")
        seat.set("AWS_PROFILE", "production")
        seat.has("none AWS_PROFILE=production")


@pytest.mark.parametrize("row", NAMED, ids=lambda row: row.name)
def test_the_documented_line_keeps_the_persons_name(stored: Product, row: Shell) -> None:
    with seated(stored, row) as seat:
        seat.set("AWS_PROFILE", "staging")
        seat.type(row.typed_lines[0].replace("mfaenv", "mfaenv -p default", 1))
        seat.has("default AWS_PROFILE=staging")
        seat.unset_profile()
        seat.has("default")


@pytest.mark.parametrize("change", ["unset", "set"])
@EACH_WITH_HOOK
def test_what_is_asked_for_behind_a_change_in_the_same_line_stays(
    stored: Product, row: Shell, change: str
) -> None:
    assert stored.run("--shell", "bash", "-p", "production").status == DONE
    with seated(stored, row) as seat:
        seat.type("mfaenv -p default")
        seat.set("AWS_PROFILE", "production")
        seat.has("production AWS_PROFILE=production")
        line = row.typed.assign.format(name="AWS_PROFILE", value="audit")
        seat.type(
            f"{UNSET.get(row.name, 'unset AWS_PROFILE') if change == 'unset' else line}; mfaenv -p staging"
        )
        seat.has("staging")
        seat.has("staging")
        seat.unset_profile()
        seat.has("staging")


@pytest.mark.parametrize("row", NAMED, ids=lambda row: row.name)
def test_a_name_for_prompts_is_no_change_by_a_person(stored: Product, row: Shell) -> None:
    with seated(stored, row, MFAENV_PROFILE_AS="AWS_PROFILE") as seat:
        seat.type("mfaenv -p staging")
        seat.has("staging AWS_PROFILE=staging")
        seat.type("mfaenv -p default")
        seat.has("default AWS_PROFILE=default")
        seat.has("default AWS_PROFILE=default")


@pytest.mark.parametrize("row", NAMED, ids=lambda row: row.name)
def test_a_name_for_prompts_that_goes_leaves_the_profile_that_was_asked_for(
    stored: Product, row: Shell
) -> None:
    assert stored.run("--shell", "bash", "-p", "production").status == DONE
    with seated(stored, row, MFAENV_PROFILE_AS="AWS_PROFILE") as seat:
        seat.walk("""
            mfaenv -p production -> production AWS_PROFILE=production
            AWS_PROFILE=staging  -> staging AWS_PROFILE=staging
            unset AWS_PROFILE    -> production AWS_PROFILE=production
            unset AWS_PROFILE    -> production
                                 -> production
            mfaenv -p staging --read-only
            AWS_PROFILE=default
            unset AWS_PROFILE    -> staging AWS_PROFILE=staging, limited
            mfaenv -p staging    -> staging AWS_PROFILE=staging
            unset AWS_PROFILE    -> staging
            mfaenv -p staging    -> staging AWS_PROFILE=staging
            mfaenv -p staging --read-only -> staging AWS_PROFILE=staging, limited
            AWS_PROFILE=default  -> default AWS_PROFILE=default
            unset AWS_PROFILE    -> staging AWS_PROFILE=staging, limited
            AWS_PROFILE=default  -> default AWS_PROFILE=default
            mfaenv --region us-west-2 -> default AWS_PROFILE=default
            unset AWS_PROFILE    -> staging AWS_PROFILE=staging, limited
            AWS_PROFILE=audit
            mfaenv               -> audit AWS_PROFILE=audit
            unset AWS_PROFILE    -> staging AWS_PROFILE=staging, limited
            AWS_PROFILE=default  -> default AWS_PROFILE=default
            AWS_PROFILE=staging  -> staging AWS_PROFILE=staging
            mfaenv               -> staging AWS_PROFILE=staging
            unset AWS_PROFILE    -> staging AWS_PROFILE=staging, limited
        """)


@pytest.mark.parametrize("row", NAMED, ids=lambda row: row.name)
def test_a_name_for_prompts_that_is_taken_back_goes_with_unset(stored: Product, row: Shell) -> None:
    with seated(stored, row, MFAENV_PROFILE_AS="AWS_PROFILE") as seat:
        seat.has("default AWS_PROFILE=default")
        seat.type("set -e MFAENV_PROFILE_AS" if row.name == "fish" else "unset MFAENV_PROFILE_AS")
        seat.type("mfaenv unset")
        seat.type("mfaenv -p staging")
        seat.has("staging")
        seat.has("staging")


@pytest.mark.parametrize("row", NAMED, ids=lambda row: row.name)
def test_no_name_runs_or_hangs(stored: Product, row: Shell) -> None:
    names = ("", "-", "x" * 4096, "a\x1b]0;pwned\x07b", "$(touch ran)", "it's *")
    value = "(cat ~/name | string collect)" if row.name == "fish" else '"$(cat ~/name)"'
    with seated(stored, row) as seat:
        for number, name in enumerate(names):
            (stored.home / "name").write_text(name)
            seat.set("AWS_PROFILE", value)
            seat.type("")
            seat.sees("what-is-set", rf"^key={'none' if name else 'ASIA[A-Z0-9]+'} ")
            assert seat.window.text.count("there is no such profile") == number
            seat.unset_profile()
            seat.has("default")
        assert "\x1b]0;pwned" not in seat.window.raw
        assert not (stored.home / "ran").exists()


@pytest.mark.parametrize(
    ("row", "before"),
    [(row, before) for row in NAMED[:2] for before in ("set -u", "set -e", "PROMPT_COMMAND=(true 'false')")],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_strict_shells_follow_it_too(stored: Product, row: Shell, before: str) -> None:
    with seated(stored, row._replace(load=(before, *row.load))) as seat:
        seat.set("AWS_PROFILE", "staging")
        seat.has("staging AWS_PROFILE=staging")
        seat.set("AWS_PROFILE", "production")
        seat.has("none AWS_PROFILE=production")


def test_what_is_read_only_is_told_once(stored: Product) -> None:
    bash = NAMED[0]
    with seated(stored, bash) as seat:
        seat.type("readonly AWS_ACCESS_KEY_ID")
        seat.set("AWS_PROFILE", "production")
        seat.type("")
        seat.type("")
        assert seat.window.text.count("AWS_PROFILE is production now") == 1
        assert "readonly" in seat.window.text


def test_what_sets_the_variable_at_bashs_prompt_is_followed(stored: Product) -> None:
    """As direnv does."""
    bash = NAMED[0]
    row = bash._replace(load=("PROMPT_COMMAND='export AWS_PROFILE=$NAMED'", "NAMED=default", *bash.load))
    with seated(stored, row) as seat:
        seat.type("NAMED=staging")
        seat.has("staging AWS_PROFILE=staging")


def test_fish_keeps_and_follows_what_is_set_for_all_windows(stored: Product) -> None:
    with seated(stored, BY_NAME["fish"].in_window("fish", "-i")) as seat:
        seat.walk("""
            set -Ux AWS_PROFILE staging -> staging AWS_PROFILE=staging
            mfaenv -p default           -> default AWS_PROFILE=staging
            mfaenv unset                -> none AWS_PROFILE=staging
            mfaenv -p default
            set -eU AWS_PROFILE         -> default
                                        -> default
        """)
        assert "AWS_PROFILE stays" not in seat.window.text


@EACH_WITH_HOOK
def test_a_word_before_the_end_once(stored: Product, row: Shell) -> None:
    with seated(stored, row) as seat:
        seat.has("default")
        (stored.cache / "latest").write_text("1800000000.5\n")
        for entry in stored.cache.glob("session-*"):
            entry.unlink()
        seat.set("MFAENV_EXPIRES", int(time.time()) + 535)
        seat.type("")
        seat.type("")
        line = r"mfaenv: default ends at \d\d:\d\d, in 8m: (.*)"
        told = re.findall(line, seat.window.text)
        assert told == ["type mfaenv --refresh"]
        assert seat.keys().startswith("key=ASIA")


@EACH_WITH_HOOK
def test_keys_that_are_exported_over_a_session_stay(stored: Product, row: Shell) -> None:
    with seated(stored, row) as seat:
        seat.has("default")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            seat.set(name, "ASIAI44QH8DHBEXAMPLE")
        seat.set("MFAENV_EXPIRES", PAST)
        for _ in range(2):
            seat.has("none key=ASIAI44QH8DHBEXAMPLE")
        assert "has ended" not in seat.window.text


def test_another_windows_session_takes_its_place_without_a_word(stored: Product) -> None:
    with seated(stored, NAMED[0]) as seat:
        for name in ("AWS_ACCESS_KEY_ID", "MFAENV_KEY"):
            seat.set(name, "ASIAI44QH8DHBEXAMPLE")
        seat.set("MFAENV_EXPIRES", int(time.time()) + 535)
        seat.type("")
        seat.sees("what-is-set", r"^key=ASIA(?!I44QH8DHBEXAMPLE)")
        assert "ends at" not in seat.window.text


def test_a_shell_without_a_hook_is_told_by_the_next_line(stored: Product) -> None:
    dash = BY_NAME["dash"]
    with seated(stored, dash) as seat:
        seat.type("mfaenv -p default")
        seat.set("AWS_PROFILE", "staging")
        assert "hide profile staging" in seat.sees(
            "mfaenv status", r"The exported keys hide profile staging.*$"
        )
        seat.type("mfaenv")
        assert (
            "mfaenv: until now the keys were of profile default, though AWS_PROFILE was staging"
            in seat.window.text
        )
        seat.has("staging")


def test_status_tells_the_rule(stored: Product) -> None:
    with seated(stored, NAMED[0]) as seat:
        seat.sees("mfaenv status", "because mfaenv set it; AWS_PROFILE is not set")
        seat.set("AWS_PROFILE", "staging")
        seat.sees("mfaenv status", "The session is of staging because AWS_PROFILE names it")
        seat.type("mfaenv -p default")
        seat.sees("mfaenv status", "AWS_PROFILE was staging when mfaenv set default, which stays")
