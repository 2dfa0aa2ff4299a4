"""What each option is: one of these kinds, by which the modules' sets of options are held."""

from collections import Counter

import pytest

from mfaenv import failure, fast
from mfaenv.commands import exec_environment
from mfaenv.config import credential_process
from mfaenv.fast import catalog, environment, parse

PROFILE = {"profile"}  # says whose session
MAKING = {"serial_number", "duration"}  # with what the profile's own session is made
OTHER = {"role_arn", "region"}  # asks for another, which the prompt hook must not replace
LIMIT = {"read_only", "session_policy", "policy_arns"}  # asks for another too: one that is limited
GETTING = {
    *("token_code", "token_command", "min_remaining"),
    *("refresh", "cached", "no_input", "ask"),
}  # only says when and how a new one is got
PRINTING = {"shell", "format", "output"}  # says what a session is printed for, and where
TELLING = {"quiet", "verbose"}  # says what is told beside it
ANSWER = {"version", "help"}  # is all that is printed, whatever else was given
OF_COMMANDS = {
    *("serve", "only", "destination", "print_link", "as_json", "delete", "dry_run", "yes"),
    *("no_hook", "self_service", "policy", "no_device", "code"),
}  # is not of the main command: no stored answer depends on it
KINDS = (PROFILE, MAKING, OTHER, LIMIT, GETTING, PRINTING, TELLING, ANSWER, OF_COMMANDS)

SETS = {
    # min_remaining says which stored session will do, and a wrong word for `ask` is an error each time.
    "IGNORED_OPTIONS in fast/__init__.py": (
        fast.IGNORED_OPTIONS,
        PRINTING | TELLING | GETTING - {"min_remaining", "ask"},
    ),
    "LIMITS in fast/environment.py": (environment.LIMITS, LIMIT),
    "OWN_SESSION in fast/environment.py": (environment.OWN_SESSION, OTHER | LIMIT),
    "ANSWERS in fast/parse.py": (parse.ANSWERS, ANSWER),
    "PRINTING in fast/catalog.py": (catalog.PRINTING, PRINTING),
    # A shell that is named evaluates what is printed; --cached prints the stored session or nothing.
    "NOT_EVALUATED in failure.py": (failure.NOT_EVALUATED, PRINTING - {"shell"} | {"cached"} | ANSWER),
    # `process` has its format fixed. What else is of GETTING can make it another session, or none.
    "SESSION_OPTIONS in config/credential_process.py": (
        credential_process.SESSION_OPTIONS,
        PROFILE | TELLING | {"ask", "no_input", "format"},
    ),
    "RENEWAL_OPTIONS in commands/exec_environment.py": (
        exec_environment.RENEWAL_OPTIONS,
        MAKING | OTHER | LIMIT,
    ),
}
"""The sets, and what they are by the kinds: an exception has its reason."""


def test_each_option_is_of_one_kind() -> None:
    assert Counter(name for kind in KINDS for name in kind) == Counter(catalog.OPTIONS.keys())
    assert catalog.OPTIONS.keys() - OF_COMMANDS == parse.MAIN_OPTIONS.keys()


@pytest.mark.parametrize("place", SETS)
def test_the_sets_of_options_are_made_of_kinds(place: str) -> None:
    found, expected = SETS[place]
    assert set(found) == expected


@pytest.mark.parametrize("name", parse.MAIN_OPTIONS)
def test_a_stored_answer_depends_on_an_options_variables_as_on_itself(name: str) -> None:
    for variable in parse.MAIN_OPTIONS[name].variables:
        depends = fast.fingerprint({}, {variable: "x"}) != fast.fingerprint({}, {})
        assert depends == (name not in fast.IGNORED_OPTIONS), variable
