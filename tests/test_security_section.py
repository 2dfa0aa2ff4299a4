"""What README and help say of security and long-term keys, sentence by sentence, and the tests that prove it.

A sentence stands here by its first words. Whoever changes one has to look here whether its tests still prove it.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError
from documents import PAGES, README, prose, read, sentences
from observed_aws import ObservedAws
from product import Product

from mfaenv.pretend_aws.scenario import Scenario

TESTS = Path(__file__).parent
MOVES = "test_import_moves_the_keys_changes_nothing_else_and_costs_no_code"

PROOFS = {
    "Sessions are stored in files that only": (
        "test_modes_are_right_under_any_umask",
        "test_nothing_is_open_to_others_for_a_moment",
    ),
    "The folder is `~/.cache/mfaenv` on Linux, `~/Library/Caches/mfaenv`": (
        "test_the_place_is_the_platforms",
        "test_the_store_is_in_the_local_application_data",
    ),
    "`MFAENV_CACHE_DIR` names another place, and so does": (
        "test_the_place_may_be_named",
        "test_the_place_is_the_platforms",
    ),
    "The files hold temporary keys, never a": (
        "test_no_stored_file_holds_a_long_term_secret_key",
        "test_no_secret_of_the_environment_is_in_the_store",
        "test_no_secret_counts_nor_is_written_down",
    ),
    "`mfaenv clear` deletes all of them.": ("test_clear_removes_all_but_the_mark_and_speaks_of_sessions",),
    "They also hold your variables `AWS_…` and": (
        "test_a_variable_that_nobody_has_thought_of_counts",
        "test_no_secret_of_the_environment_is_in_the_store",
    ),
    "Name a secret of your own that": (),
    "Whoever can read your home directory gets": (),
    "Under the policy of `mfaenv help doctor`": ("test_everything_is_denied_without_mfa",),
    "Keys that `mfaenv keys import` has moved": (MOVES,),
    "They also get the stored sessions.": ("test_any_program_of_the_user_gets_them_and_the_stored_sessions",),
    "Those have your rights until they end:": (
        "test_with_mfa_it_denies_nothing_and_gives_no_right_to_work",
        "test_a_session_is_for_twelve_hours_and_a_role_for_one",
    ),
    "They do not get your MFA device,": ("test_no_new_session_without_a_code",),
    "A code goes to AWS's own address.": ("test_the_question_names_no_address_where_it_is_awss_own",),
    "If a variable or a file names": ("test_the_question_says_where_the_code_goes",),
    "`AWS_DATA_PATH` and `~/.aws/models` could change the address": (
        "test_models_of_others_lead_no_code_elsewhere",
    ),
    "Nothing is sent to another machine over": (
        "test_nothing_goes_to_another_machine_without_encryption",
        "test_the_user_may_allow_it",
        "test_a_proxy_on_another_machine_hears_nothing",
    ),
    "This machine needs no encryption (`localhost`, 127.0.0.0/8,": ("test_this_machine_needs_no_encryption",),
    "A device that was used at one": ("test_a_device_is_remembered_for_its_address_alone",),
    "`-v` and `doctor` show the address, without": (
        "test_verbose_and_doctor_name_the_address_that_is_called",
        "test_the_password_of_an_address_is_never_shown",
        "test_the_password_of_an_address_that_is_used_is_not_shown",
    ),
    "No key is in an argument list,": (
        "test_no_argument_list_holds_a_key",
        "test_verbose_tells_where_values_came_from_and_no_secret",
        "test_no_secret_is_shown",
        "test_no_error_on_the_way_there_holds_the_keys",
    ),
    "The function of `mfaenv init` shows no": ("test_no_trace_shows_a_secret",),
    "There are no core dumps, except while": ("test_a_question_that_is_cut_short_leaves_no_core_dump",),
    "The key of a device that `mfaenv": ("test_a_device_is_made_and_proved_and_named_in_the_profile",),
    "It is in no file, and not": (
        "test_a_device_is_made_and_proved_and_named_in_the_profile",
        "test_a_signal_and_ctrl_z_leave_no_key_on_the_screen",
        "test_without_an_alternate_screen_the_key_is_not_in_what_can_be_scrolled_back_to",
    ),
    "`mfaenv -f dotenv -o aws.env` makes a": ("test_an_output_file_is_closed_from_its_first_moment",),
    "With `> aws.env` your shell makes the": (),
    "Then mfaenv closes it, and says that": (
        "test_a_file_that_keys_are_written_to_is_closed_to_others",
        "test_a_file_that_was_open_is_told",
    ),
    "On Linux it writes no key if": (
        "test_nothing_is_written_to_a_file_that_others_could_open_and_a_program_has_open",
    ),
    "PowerShell's `>` leaves it open: use": (),
    "On Linux, other users of the machine": (
        "test_another_user_who_comes_first_gets_nothing",
        "test_connections_of_another_user_take_nothing",
    ),
    "But a program that `BROWSER` names shows": ("test_the_link_is_the_argument_of_what_browser_names",),
    "mfaenv runs nothing of the current folder:": (
        "test_the_program_loads_nothing_from_there",
        "test_neither_does_the_program_of_the_demos_shell",
        "test_a_program_is_taken_from_the_path_and_not_from_the_current_folder",
    ),
    "`mfaenv exec --only` hides other profiles from": (
        "test_boto3_finds_the_profile_by_its_name_and_by_default_and_no_other",
    ),
    "It does not lock them away: a": ("test_any_program_of_the_user_gets_them_and_the_stored_sessions",),
    "Run a program that you do not": (),
    "mfaenv refuses a folder that is a": (
        "test_a_directory_that_could_be_a_trap_is_refused",
        "test_another_users_directory_is_refused",
        "test_a_store_that_others_can_write_is_refused_and_left_as_it_is",
        "test_a_folder_that_leads_elsewhere_is_refused",
    ),
    "It takes no folder with other files": (
        "test_a_folder_with_other_things_and_no_mark_is_not_taken",
        "test_a_users_own_latest_is_never_touched",
    ),
    "Its own folder has a `CACHEDIR.TAG`, so": ("test_backups_leave_the_store_out",),
    "A stored file that is damaged, open": ("test_a_damaged_entry_is_a_miss_and_is_replaced",),
    "A `MFAENV_CACHE_DIR` that is not a full": ("test_a_relative_folder_is_none_and_the_session_is_printed",),
    "On Windows there are no modes.": (),
    "With Python 3.12.4 or newer, only you,": ("test_the_stores_folder_is_closed_to_others",),
    "With an older Python it is as": ("test_the_store_is_in_the_local_application_data",),
    "A file of `-o` or `>` is": (),
    "**Traces:": (),
    "`eval $(mfaenv)` shows keys under `set -x`": (),
    "The function shows them only to such": (),
    "In tcsh the alias `postcmd` sees keys.": (),
    "A shell that traces from its start": (),
    "**Pipes:": (),
    "The function prints keys where something reads": (),
    "So they are in the log of": (),
    "Write `mfaenv >/dev/null` in it.": (),
    "**ksh93** has a file for what `$(…)`": (),
    "Other users can open it for a": (),
    "On Linux mfaenv then prints no key.": (
        "test_nothing_is_written_to_a_file_without_a_name_that_another_program_has_open",
    ),
    "But with the function loaded it cannot": (),
    "**fish:": (),
    "`--profile` and `--profile-startup` write keys, the function's": (),
    "**PowerShell** can log all text that it": (),
    "Then the keys of the line and": ("test_no_text_makes_powershell_log_it_by_itself",),
    "**xonsh** writes the variables that it is": ("test_xonshs_history_file_has_no_stored_session",),
    "**GNU screen**, and tmux with `alternate-screen off`,": (),
    "**console:** a proxy that runs as you": (),
    "In a shell that outlives the login": (),
    "**The current folder:** cmd looks there first": (),
    "On Windows the AWS CLI and SDKs": (),
    "Python does if `PYTHONPATH` has an empty": (),
    "**Temporary files:** the AWS files of `demo`,": ("test_it_is_where_nobody_else_can_make_names",),
    "Else they are in the temporary folder.": (),
    "There other users can make new ones": (),
    "mfaenv refuses a folder of another user": (
        "test_nor_is_it_below_a_folder_in_which_others_can_rename",
        "test_it_is_not_in_a_folder_of_another_user",
        "test_it_may_be_in_the_hosts_temporary_folder",
        "test_it_is_not_where_others_can_put_another_in_its_place",
    ),
}
"""The sentences of the page on security in their order, each with its tests; none where they tell of others."""

ROTATES = "test_rotate_stores_a_new_key_switches_the_old_one_off_and_the_session_goes_on"
CALLS = "test_a_call_of_aws_fails_or_is_killed"
SYSTEM_CALLS = "test_each_system_call_that_changes_something_fails_or_is_killed"
KEYCHAINS = (MOVES, "test_the_keys_move_into_the_credential_manager_and_back")
WITHOUT_KEYCHAIN = (
    "test_without_a_keychain_nothing_changes",
    "test_a_backend_that_keeps_nothing_changes_nothing",
    "test_a_window_that_is_dismissed_changes_nothing",
)
FINISHES = (
    CALLS,
    SYSTEM_CALLS,
    "test_a_denied_action_is_named_and_a_working_key_stays_stored",
    "test_a_new_key_that_nobody_noted_is_named_with_the_line_that_deletes_it",
    "test_a_keyring_that_is_locked_while_rotate_runs_keeps_the_old_key_working",
)
ENCRYPTED = (
    "test_no_file_holds_keys_of_the_keychain_in_clear",
    "test_a_locked_keyring_is_unlocked_in_its_window_and_a_stored_session_opens_none",
)

KEYS_PROOFS = {
    "`aws configure` writes your access keys into": (),
    "`mfaenv keys` shows where the keys of": (
        "test_the_list_shows_files_keychain_programs_and_the_environment",
    ),
    "It also shows their age and last": ("test_age_and_last_use_are_shown_where_a_session_may_ask",),
    "`import` stores the keys of a profile": (
        "test_keys_that_aws_does_not_know_stay_in_the_file",
        "test_a_backend_that_keeps_nothing_changes_nothing",
    ),
    "Only then does it remove them from": ("test_keys_that_aws_does_not_know_stay_in_the_file",),
    "In the config file it adds `credential_process": (
        *KEYCHAINS,
        "test_a_program_that_is_not_on_the_path_is_named_with_its_folder",
    ),
    "Nothing else in the files changes.": (MOVES,),
    "The keychain is the macOS Keychain, the": KEYCHAINS,
    "Other keychains work if the Python package": (MOVES,),
    "If the package is missing, the command": ("test_without_a_keychain_nothing_changes",),
    "`mfaenv keys export` moves the keys back": (
        "test_nothing_is_exported_into_a_file_that_others_can_read",
        "test_export_is_the_way_back",
        "test_any_name_of_a_profile_moves_there_and_back",
    ),
    "**What it protects.": (),
    "A keychain encrypts the keys with a": ENCRYPTED,
    "Without it, nobody can read them from": ENCRYPTED,
    "Other users cannot ask for them.": ("test_another_user_does_not_get_them",),
    "Programs that you run can: any of": ("test_any_program_of_the_user_gets_them_and_the_stored_sessions",),
    "Only the policy in `mfaenv help doctor`": ("test_everything_is_denied_without_mfa",),
    "`rotate` makes a new access key with": (ROTATES,),
    "It stores the new key where the": (
        ROTATES,
        "test_rotate_waits_until_aws_knows_the_key",
        "test_keys_are_rotated_where_they_lie_and_the_old_ones_deleted",
    ),
    "Then it deactivates the old key.": (ROTATES,),
    "With `--delete` it deletes the old key,": ("test_delete_deletes_the_old_key_at_once_or_in_a_later_run",),
    "Your session stays valid, and roles are assumed with it anew.": (ROTATES,),
    "The policy of `mfaenv policy --self-service` allows": ("test_the_self_service_policy_is_enough",),
    "At every moment at least one active": FINISHES,
    "If the command is interrupted or denied,": FINISHES,
    "Other profiles that have the old key": (
        "test_every_profile_that_has_the_old_key_gets_the_new_one",
        "test_the_old_key_stays_active_while_a_profile_cannot_get_the_new_one",
    ),
    "While a profile's keychain entry cannot be": (
        "test_no_key_is_deleted_while_an_entry_cannot_be_read",
        "test_the_old_key_stays_active_while_a_profile_cannot_get_the_new_one",
    ),
    "`rotate` names what you have to change yourself: a key that your shell has exported, and programs that may"
    " give it.": ("test_what_gives_the_old_key_and_no_rotation_changes_is_named",),
    "IAM allows two keys.": (),
    "If you have two, `rotate` shows when": (
        "test_two_keys_are_told_with_their_last_use_and_nothing_changes_without_a_terminal",
        "test_with_two_keys_the_person_chooses",
    ),
    "A profile may get its long-term keys": (
        "test_a_programs_keys_get_a_session_and_a_stored_one_does_not_start_it",
    ),
    "mfaenv starts it only when a code": (
        "test_a_program_is_not_started_where_no_code_can_be_had",
        "test_a_programs_keys_get_a_session_and_a_stored_one_does_not_start_it",
        "test_a_stored_session_costs_what_it_does_with_keys_in_a_file",
    ),
    "The keys themselves are never set in": (
        "test_keys_in_the_keychain_get_a_session_and_a_stored_one_does_not_touch_it",
    ),
    "If `import` or `export` is interrupted, the": (CALLS, SYSTEM_CALLS),
    "Run the same command again, before you": (
        "test_on_a_full_disk_nothing_is_lost_and_the_next_run_finishes",
        "test_other_keys_in_the_keychain_are_not_overwritten",
    ),
    "The keychain has one entry for each": (MOVES,),
    "If it holds other keys for that": (
        "test_other_keys_in_the_keychain_are_not_overwritten",
        "test_an_entry_of_others_under_our_name_is_told_and_left_alone",
    ),
    "Servers, SSH sessions and WSL often have": (),
    "Then the error says what you can": WITHOUT_KEYCHAIN,
    "A keychain that keeps keys only in": ("test_a_keychain_that_keeps_things_in_memory_alone_is_refused",),
    "A keychain that asks on the terminal itself,": (),
    "Unlock it first, or use a pinentry": (),
    "KWallet writes its file some seconds after": (),
    "If it gives no keys, try again:": (),
    'In KeePassXC, leave "Automatically save after every': (),
    "The first keeps your keys if KeePassXC": (),
    "The second opens a window for each": (),
    "On Linux, mfaenv refuses another user's D-Bus,": (
        "test_no_keys_go_to_the_bus_of_another_user",
        "test_no_bus_is_looked_for_where_others_can_make_one",
    ),
    "It cannot check one at `unix:abstract`: in": (),
}
"""Those of the page on keys."""

README_PROOFS = {
    "Sessions are stored in files that only": (
        "test_modes_are_right_under_any_umask",
        "test_the_place_is_the_platforms",
    ),
    "`mfaenv clear` deletes them.": ("test_clear_removes_all_but_the_mark_and_speaks_of_sessions",),
    "They hold temporary keys, which end after": (
        "test_a_session_is_for_twelve_hours_and_a_role_for_one",
        "test_no_stored_file_holds_a_long_term_secret_key",
    ),
    "Whoever can read your home directory can": (
        "test_any_program_of_the_user_gets_them_and_the_stored_sessions",
    ),
    "Your long-term keys stay in `~/.aws/credentials`, or": (MOVES,),
}
"""Those of the README's section on what is stored."""


def in_readme() -> list[str]:
    """Return the sentences of the README's section, without the links at its end."""
    section = read(README).split("\n## Where things are stored\n")[1].split("\n## ")[0]
    return [sentence for sentence in sentences(section) if "](" not in sentence]


def defined() -> set[str]:
    """Return the names of all tests."""
    texts = (file.read_text(encoding="utf-8") for file in TESTS.rglob("test_*.py"))
    return {name for text in texts for name in re.findall(r"^def (test_\w+)", text, re.MULTILINE)}


@pytest.mark.parametrize(
    ("said", "proofs"),
    [(prose(PAGES["security"]), PROOFS), (prose(PAGES["keys"]), KEYS_PROOFS), (in_readme(), README_PROOFS)],
    ids=["security", "keys", "README"],
)
def test_every_sentence_has_its_tests(said: list[str], proofs: Mapping[str, object]) -> None:
    assert [
        next((start for start in proofs if sentence.startswith(start)), sentence) for sentence in said
    ] == list(proofs)


def test_the_tests_are_there() -> None:
    named = {each for proofs in (PROOFS | KEYS_PROOFS | README_PROOFS).values() for each in proofs}
    assert named - defined() == set()


def signed_in(product: Product, scenario: Scenario) -> Product:
    assert product.run("-p", "staging", "--token-code", scenario.device.code(), "--shell", "bash").status == 0
    return product


def test_no_stored_file_holds_a_long_term_secret_key(product: Product, scenario: Scenario) -> None:
    """Not where it is in the line of a program either."""
    key = {"Version": 1, "AccessKeyId": scenario.key.id, "SecretAccessKey": scenario.key.secret}
    with Path(product.env["AWS_CONFIG_FILE"]).open("a", encoding="utf-8") as config:
        config.write(f"[profile program]\ncredential_process = echo '{json.dumps(key)}'\n")
        config.write(f"mfa_serial = {scenario.device.serial}\n")
    assert product.run("-p", "program", "-c", scenario.device.code(), "--shell", "bash").status == 0
    stored = [path.read_bytes() for path in signed_in(product, scenario).cache.rglob("*") if path.is_file()]
    assert stored
    assert [data for data in stored if scenario.key.secret.encode() in data] == []


def test_a_session_is_for_twelve_hours_and_a_role_for_one(product: Product, scenario: Scenario) -> None:
    stored = signed_in(product, scenario).run("status", "--json").json()["stored"]
    hours = {row["profile"]: round(row["remaining"] / 3600) for row in stored}
    assert hours == {"default": 12, "staging": 1}


def test_no_new_session_without_a_code(product: Product, scenario: Scenario, aws: ObservedAws) -> None:
    """Neither the long-term keys nor a stored session get one that may do more than the keys alone."""
    session = signed_in(product, scenario).run("-f", "process").json()
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
