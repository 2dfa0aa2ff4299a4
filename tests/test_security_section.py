"""What the README says of security and of long-term keys, sentence by sentence, and the tests that hold it to that.

Whoever changes a sentence has to look here whether its tests still prove it.
"""

from __future__ import annotations

import ast
import json
import re
import shlex
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.exceptions import ClientError
from product import COMMAND, Product
from settings import configure
from terminals import need

if TYPE_CHECKING:
    from collections.abc import Mapping

    from observed_aws import ObservedAws

    from mfaenv.pretend_aws.scenario import Scenario

TESTS = Path(__file__).parent
HERE = "test_security_section.py"
STORE, FOLDER, LED = "test_store.py", "test_store_folder.py", "session/test_led_elsewhere.py"
DOCTOR, DUMPS, CURRENT = "commands/test_doctor.py", "terminal/test_coredump.py", "terminal/test_current_folder.py"
WINDOWS = "windows/test_windows.py"

PROOFS = {
    "Sessions are stored in files that only you can read (mode 0600, in a folder of mode 0700).": (
        f"{STORE}::test_modes_are_right_under_any_umask",
        f"{STORE}::test_nothing_is_open_to_others_for_a_moment",
    ),
    "The folder is `mfaenv` in the directory that `MFAENV_CACHE_DIR` names, else `~/.cache/mfaenv` (`XDG_CACHE_HOME`), "
    "on macOS `~/Library/Caches/mfaenv`, on Windows `%LOCALAPPDATA%\\mfaenv\\Cache`.": (
        f"{STORE}::test_the_place_is_the_platforms",
        f"{STORE}::test_the_place_may_be_named",
        f"{WINDOWS}::test_the_store_is_in_the_local_application_data",
    ),
    "An entry holds temporary keys and what they depend on, never a long-term secret key.": (
        f"{HERE}::test_no_stored_file_holds_a_long_term_secret_key",
        "test_fastpath.py::test_no_secret_is_written_down",
    ),
    "`mfaenv clear` deletes all of them.": (f"{FOLDER}::test_clear_removes_all_that_is_ours_and_says_what",),
    "Who can read your home directory gets the access keys in `~/.aws/credentials`, which under the policy above "
    "may do nothing without a code.": ("commands/test_policy.py::test_everything_is_denied_without_mfa",),
    "Keys that `mfaenv keys import` has moved are not there.": (
        "commands/test_keys.py::test_import_moves_the_keys_changes_nothing_else_and_costs_no_code",
    ),
    "They also get the stored sessions, which may do what you may until they end: after 12 hours by default, an "
    "hour for roles.": (
        "commands/test_policy.py::test_with_mfa_it_denies_nothing_and_gives_no_right_to_work",
        f"{HERE}::test_a_session_is_for_twelve_hours_and_a_role_for_one",
    ),
    "They do not get your MFA device, and so no session after those.": (f"{HERE}::test_no_new_session_without_a_code",),
    "A code goes to AWS's own address: what could change it unseen, `AWS_DATA_PATH` and `~/.aws/models`, is not "
    "read.": (f"{LED}::test_models_of_others_lead_no_code_elsewhere",),
    "Where a variable or a file names another address (`AWS_ENDPOINT_URL`, `endpoint_url`), the question says so.": (
        f"{LED}::test_the_question_says_where_the_code_goes",
        f"{LED}::test_the_question_names_no_address_where_it_is_awss_own",
    ),
    "To another machine nothing is signed or sent over `http://`, unless `MFAENV_ALLOW_HTTP=1` is set.": (
        f"{LED}::test_nothing_goes_to_another_machine_without_encryption",
        f"{LED}::test_the_user_may_allow_it",
    ),
    "No key is in an argument list, a log, an error or a core dump.": (
        f"{HERE}::test_no_argument_list_holds_a_key",
        "test_main.py::test_verbose_tells_where_values_came_from_and_no_secret",
        f"{DOCTOR}::test_no_secret_is_shown",
        "commands/test_console.py::test_no_error_on_the_way_there_holds_the_keys",
        f"{DUMPS}::test_a_question_that_is_quit_leaves_no_core_dump",
    ),
    "A file that keys are written to (`mfaenv -f dotenv > .env`) is closed to others first.": (
        "test_where_keys_go.py::test_a_file_that_keys_are_written_to_is_closed_to_others",
    ),
    "The function of `mfaenv init` shows no key where the shell traces (`set -x`).": (
        "shells/test_lines.py::test_no_trace_shows_a_secret",
    ),
    "Nothing of the current folder is run: no module, and on Windows no program.": (
        f"{CURRENT}::test_the_program_loads_nothing_from_there",
        f"{CURRENT}::test_neither_does_the_program_of_the_demos_shell",
        f"{WINDOWS}::test_a_program_is_taken_from_the_path_and_not_from_the_current_folder",
    ),
    "A `MFAENV_CACHE_DIR` that is not a full path (`~/…` is one) counts for none: the session is printed, and not "
    "stored.": (f"{FOLDER}::test_a_relative_folder_is_none_and_the_session_is_printed",),
    "An entry that is damaged, too open, or another user's does not count and is replaced.": (
        f"{STORE}::test_a_damaged_entry_is_a_miss_and_is_replaced",
    ),
    "A folder that is a link or a junction, belongs to another user or can be written by others is refused.": (
        f"{STORE}::test_a_directory_that_could_be_a_trap_is_refused",
        f"{STORE}::test_another_users_directory_is_refused",
        f"{FOLDER}::test_a_store_that_others_can_write_is_refused_and_left_as_it_is",
        f"{FOLDER}::test_a_folder_that_leads_elsewhere_is_refused",
    ),
    "mfaenv removes only files that it wrote, which it knows by their whole name, kind, owner and first line.": (
        f"{FOLDER}::test_in_the_store_itself_only_what_mfaenv_wrote_is_touched",
        f"{FOLDER}::test_a_file_of_another_user_is_left_alone",
        f"{FOLDER}::test_a_name_is_whole_or_it_is_not_ours",
    ),
    "It changes the mode of no folder that was there before.": (
        f"{FOLDER}::test_no_mode_of_a_folder_that_was_there_is_changed",
    ),
    "On Windows no modes are looked at: the folder that mfaenv makes lets in you, the administrators and the "
    "system, with Python 3.12.4 or newer.": (f"{WINDOWS}::test_the_stores_folder_is_closed_to_others",),
    "With an older Python, or where somebody else made it, it is as closed as the directory around it, which your "
    "profile's is.": (f"{WINDOWS}::test_the_store_is_in_the_local_application_data",),
    "`-v` and `doctor` show the address that is called, without its password.": (
        f"{LED}::test_verbose_and_doctor_name_the_address_that_is_called",
        f"{LED}::test_the_password_of_an_address_is_never_shown",
        f"{LED}::test_the_password_of_an_address_that_is_used_is_not_shown",
    ),
    "`http://` is for this machine (`localhost`, 127.0.0.0/8, `[::1]`), and not through a proxy on another.": (
        "aws/test_address.py::test_this_machine_needs_no_encryption",
        f"{LED}::test_a_proxy_on_another_machine_hears_nothing",
    ),
    "A device that was used at one address is not used at another.": (
        f"{LED}::test_a_device_is_remembered_for_its_address_alone",
    ),
}
"""The sentences of the section on security in their order, each with its tests."""

KEYS, ODD, PROTECTED = "commands/test_keys.py", "commands/test_keys_odd.py", "commands/test_keys_protected.py"
INTERRUPTED, GIVEN, DESKTOP = (
    "commands/test_keys_interrupted.py",
    "session/test_process_keys.py",
    "commands/test_keys_desktop.py",
)
MOVES = f"{KEYS}::test_import_moves_the_keys_changes_nothing_else_and_costs_no_code"
BACK = f"{KEYS}::test_export_is_the_way_back"
ROTATES = f"{KEYS}::test_rotate_stores_a_new_key_switches_the_old_one_off_and_the_session_goes_on"
LISTS = f"{KEYS}::test_the_list_shows_files_keychain_programs_and_the_environment"
CALLS = f"{INTERRUPTED}::test_a_call_of_aws_fails_or_is_killed"
SYSTEM_CALLS = f"{INTERRUPTED}::test_each_system_call_that_changes_something_fails_or_is_killed"

KEYS_PROOFS = {
    "`mfaenv keys` shows where they are.": (LISTS,),
    "`mfaenv keys import` moves those of a profile from the plain text file into the system's keychain "
    "(`pip install '.[keychain]'`), and `mfaenv keys export` moves them back.": (MOVES, BACK),
    "`mfaenv keys rotate` makes a new key with the MFA session, and deactivates the old one.": (ROTATES,),
    "The keychain is the macOS Keychain, the Windows Credential Manager, the Secret Service on Linux, or what else "
    "[keyring](https://github.com/jaraco/keyring) has a backend for:": (
        MOVES,
        f"{WINDOWS}::test_the_keys_move_into_the_credential_manager_and_back",
    ),
    "`import` stores the keys, reads them back, and signs a `GetCallerIdentity` with them; only then does it take them "
    "out of the credentials file, and leaves `credential_process = mfaenv keys get -p default` in the config file "
    "(with mfaenv's full path where the PATH lacks it), so that the AWS CLI and the SDKs find them too.": (
        f"{KEYS}::test_keys_that_aws_does_not_know_stay_in_the_file",
        MOVES,
        f"{KEYS}::test_a_program_that_is_not_on_the_path_is_named_with_its_folder",
        f"{WINDOWS}::test_the_keys_move_into_the_credential_manager_and_back",
    ),
    "Nothing else in the files changes.": (MOVES,),
    "`mfaenv keys export` is the way back.": (BACK, f"{KEYS}::test_any_name_of_a_profile_moves_there_and_back"),
    "Interrupted anywhere, the keys are in one of the two places, and the same command goes on.": (
        CALLS,
        SYSTEM_CALLS,
        f"{INTERRUPTED}::test_on_a_full_disk_nothing_is_lost_and_the_next_run_finishes",
    ),
    "An entry belongs to a profile's name: keys of another file's profile of that name are not overwritten unasked.": (
        f"{KEYS}::test_other_keys_in_the_keychain_are_not_overwritten_unasked",
        f"{ODD}::test_an_entry_of_others_under_our_name_is_told_and_left_alone",
    ),
    "On a machine without a keychain (most servers, SSH, WSL) the error names what there is to choose from, and "
    "nothing changes.": (
        f"{KEYS}::test_without_a_keychain_nothing_changes",
        f"{ODD}::test_a_backend_that_keeps_nothing_changes_nothing",
        f"{DESKTOP}::test_a_window_that_is_dismissed_changes_nothing",
    ),
    "`mfaenv keys rotate` makes a new access key with the MFA session, stores it where the old one is (the file or "
    "the keychain), waits until AWS knows it (seconds, now and then a minute), and deactivates the old one; with "
    "`--delete` it deletes it, or, in a later run, one that is inactive.": (
        ROTATES,
        f"{KEYS}::test_rotate_waits_until_aws_knows_the_key",
        f"{KEYS}::test_delete_deletes_the_old_key_at_once_or_in_a_later_run",
        f"{WINDOWS}::test_keys_are_rotated_where_they_lie_and_the_old_ones_deleted",
    ),
    "Other profiles that have the old key get the new one too, before that.": (
        f"{ODD}::test_every_profile_that_has_the_old_key_gets_the_new_one",
        f"{ODD}::test_the_old_key_stays_active_while_a_profile_cannot_get_the_new_one",
    ),
    "The stored session goes on.": (ROTATES,),
    "At least one active key is stored at any moment: what was interrupted or denied, the next run finishes, or the "
    "error says what is left.": (
        CALLS,
        SYSTEM_CALLS,
        f"{KEYS}::test_a_denied_action_is_named_and_a_working_key_stays_stored",
        f"{INTERRUPTED}::test_a_new_key_that_nobody_noted_is_named_with_the_line_that_deletes_it",
        f"{DESKTOP}::test_a_keyring_that_is_locked_while_rotate_runs_keeps_the_old_key_working",
    ),
    "With two keys already, which is all that IAM allows, it shows where and when each was used, and asks.": (
        f"{KEYS}::test_two_keys_are_told_with_their_last_use_and_nothing_changes_without_a_terminal",
        f"{KEYS}::test_with_two_keys_the_person_chooses",
    ),
    "`mfaenv policy --self-service` allows users to do this.": (f"{KEYS}::test_the_self_service_policy_is_enough",),
    "A keychain encrypts the keys with a password, often that of your login: who has a backup, a stolen disk or a copy "
    "of your home directory cannot read them without it, and other users cannot ask for them.": (
        f"{PROTECTED}::test_no_file_holds_keys_of_the_keychain_in_clear",
        f"{PROTECTED}::test_another_user_does_not_get_them",
        f"{DESKTOP}::test_a_locked_keyring_is_unlocked_in_its_window_and_a_stored_session_opens_none",
    ),
    "It does not keep them from programs that you run: any of them may ask an unlocked keychain, or start "
    "`mfaenv keys get`, as it may read your stored sessions.": (
        f"{PROTECTED}::test_any_program_of_the_user_gets_them_and_the_stored_sessions",
    ),
    "The policy above is what makes the keys worthless without a code.": (
        "commands/test_policy.py::test_everything_is_denied_without_mfa",
    ),
    "`mfaenv keys` lists where the long-term keys of each profile are (a file, the keychain, a program, the "
    "environment), their IDs and, where a stored session may ask IAM, their age and last use; `-p` picks one profile, "
    "`--json` prints data.": (LISTS, f"{KEYS}::test_age_and_last_use_are_shown_where_a_session_may_ask"),
    "A profile may have its long-term keys from a program, `credential_process = op …` or `pass …`: where those come "
    "without a token, mfaenv gets a session with them, as with keys in a file.": (
        f"{GIVEN}::test_a_programs_keys_get_a_session_and_a_stored_one_does_not_start_it",
    ),
    "It starts the program only when a code is about to be sent; a stored session never does.": (
        f"{GIVEN}::test_a_program_is_not_started_where_no_code_can_be_had",
        f"{GIVEN}::test_a_programs_keys_get_a_session_and_a_stored_one_does_not_start_it",
    ),
    "`mfaenv keys get -p NAME` is such a program for the system's keychain; mfaenv knows its own, and reads the "
    "keychain without starting it.": (
        f"{GIVEN}::test_keys_in_the_keychain_get_a_session_and_a_stored_one_does_not_touch_it",
        f"{PROTECTED}::test_a_stored_session_costs_what_it_does_with_keys_in_a_file",
    ),
}
"""Those of the section on long-term keys."""

linux = pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux'")


def sentences(title: str) -> list[str]:
    """Give the sentences of a section, without what is laid out and not said."""
    readme = (TESTS.parent / "README.md").read_text(encoding="utf-8")
    section = readme.split(f"\n## {title}\n")[1].split("\n## ")[0]
    said = re.sub(r"^</?details>.*$", "", section, flags=re.MULTILINE)
    paragraphs = (" ".join(text.split()) for text in said.split("\n\n") if not text.startswith("    "))
    return [sentence for told in paragraphs if told for sentence in re.split(r"(?<=\.) (?=[A-Z`]|mfaenv )", told)]


@cache
def defined_in(file: str) -> set[str]:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("title", "proofs"), [("Security", PROOFS), ("Long-term keys", KEYS_PROOFS)])
def test_every_sentence_has_its_tests(title: str, proofs: Mapping[str, tuple[str, ...]]) -> None:
    assert sentences(title) == list(proofs)


@pytest.mark.parametrize("proof", sorted({each for proofs in (PROOFS | KEYS_PROOFS).values() for each in proofs}))
def test_the_tests_are_there(proof: str) -> None:
    file, _, name = proof.partition("::")
    assert name in defined_in(file)


def signed_in(product: Product, scenario: Scenario) -> Product:
    assert product.run("-p", "staging", "--token-code", scenario.device.code(), "--shell", "bash").status == 0
    return product


def test_no_stored_file_holds_a_long_term_secret_key(product: Product, scenario: Scenario) -> None:
    stored = [path.read_bytes() for path in signed_in(product, scenario).cache.rglob("*") if path.is_file()]
    assert stored
    assert [data for data in stored if scenario.key.secret.encode() in data] == []


def test_a_session_is_for_twelve_hours_and_a_role_for_one(product: Product, scenario: Scenario) -> None:
    stored = json.loads(signed_in(product, scenario).run("status", "--json").out)["stored"]
    hours = {row["profile"]: round(row["remaining"] / 3600) for row in stored}
    assert hours == {"default": 12, "staging": 1}


def test_no_new_session_without_a_code(product: Product, scenario: Scenario, aws: ObservedAws) -> None:
    """Neither the long-term keys nor a stored session get one that may do more than the keys alone."""
    session = json.loads(signed_in(product, scenario).run("-f", "process").out)
    long_term = {"AccessKeyId": scenario.key.id, "SecretAccessKey": scenario.key.secret}
    for keys in (long_term, session):
        with pytest.raises(ClientError):
            work_without_a_code(aws.url, keys)


def work_without_a_code(url: str, keys: Mapping[str, str]) -> None:
    """Get a session with these keys, and use it. Raise ClientError where AWS refuses one or the other."""
    session = client("sts", url, keys).get_session_token()["Credentials"]
    client("s3", url, session).list_buckets()


def client(service: str, url: str, keys: Mapping[str, str]) -> Any:
    return botocore.session.get_session().create_client(
        service,
        "us-east-1",
        endpoint_url=url,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys.get("SessionToken"),
    )


@linux
@pytest.mark.parametrize("line", ["--shell bash", "exec -- sh -c :", "process", "-p staging --shell bash"])
def test_no_argument_list_holds_a_key(product: Product, scenario: Scenario, tmp_path: Path, line: str) -> None:
    need("strace")
    code = tmp_path / "code"
    code.write_text(f"#!/bin/sh\necho {scenario.device.code()}\n", encoding="utf-8")
    code.chmod(0o755)
    log = tmp_path / "calls"
    product.command = ("strace", "-f", "-qq", "-s", "9999", "-e", "trace=execve", "-o", str(log), *COMMAND)
    configure(product, mfa_process=str(code))
    assert product.run(*shlex.split(line)).status == 0
    started = log.read_text(encoding="utf-8")
    secrets = [secret for key in scenario.world.credentials.values() for secret in (key.secret, key.token) if secret]
    assert len(secrets) >= 3
    assert started.count("execve(") >= 2
    assert [secret for secret in secrets if secret in started] == []
