"""Sentences that say what to do next: the closest right line for what people type."""

import re
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from observed_aws import ObservedAws
from product import COMMAND, Product, advised
from settings import configure
from terminals import direct, need
from trouble import CODE, refusing_proxy

from mfaenv.errors import CODE_NEEDED, USAGE
from mfaenv.fast.entry import Session
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.store import Store


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("console", "staging"), "For the profile of that name:\nmfaenv console -p staging"),
        (("keys", "import", "staging"), "For the profile of that name:\nmfaenv keys import -p staging"),
        (
            ("console", "--read-only", "staging"),
            "For the profile of that name:\nmfaenv console --read-only -p staging",
        ),
        (("status", "nobody"), "This shows how:\nmfaenv status --help"),
        (("policy", "staging"), "This shows how:\nmfaenv policy --help"),
    ],
)
def test_a_word_too_many_gets_the_closest_right_line(
    product: Product, words: tuple[str, ...], line: str
) -> None:
    done = product.run(*words)
    assert (done.status, done.out) == (USAGE, "")
    assert done.err == f"mfaenv: {words[0]} does not take the word '{words[-1]}'.{advised(line)}"


@pytest.mark.parametrize(
    "words", [("console", "staging", "more"), ("keys", "import", "staging", "more")], ids=" ".join
)
def test_of_several_words_too_many_the_first_is_told(product: Product, words: tuple[str, ...]) -> None:
    line = f"For the profile of that name:\nmfaenv {' '.join(words[:-2])} -p staging"
    assert product.run(*words).err == f"mfaenv: {words[0]} does not take the word 'staging'.{advised(line)}"


def test_what_unset_prints_on_a_terminal_comes_with_the_line_to_type(product: Product) -> None:
    with direct(product, "unset", MFAENV_SHELL="", SHELL="/bin/bash") as window:
        window.see(r"^unset AWS_PROFILE ")
        window.see(r"To remove the session from this one, type:\n +eval \$\(mfaenv unset\)$")
        assert window.ended() == 0


def test_what_init_prints_on_a_terminal_has_no_keys(stored: Product) -> None:
    assert "export AWS_SECRET_ACCESS_KEY" in stored.run("init", "sh").out
    with direct(stored, "init", "sh") as window:
        assert window.ended() == 0
        assert "export AWS_SECRET_ACCESS_KEY" not in window.text


def test_where_asking_is_forbidden_no_terminal_and_no_window_are_named(product: Product) -> None:
    done = product.run("--shell", "bash", "--no-input")
    assert done.status == CODE_NEEDED
    wrong, hint = done.err.splitlines()
    assert wrong == "mfaenv: A code is needed for profile default, and --no-input forbids asking."
    assert hint.strip().startswith("Leave that option out, or give the code: --token-code, ")
    assert "terminal" not in hint
    assert "window" not in hint


def test_a_section_without_its_kind_is_told(product: Product) -> None:
    with open(product.env["AWS_CONFIG_FILE"], "a", encoding="utf-8") as file:
        file.write("\n[blue]\nregion = eu-west-1\n")
    done = product.run("--shell", "bash", "-p", "blue")
    assert "write [profile blue] instead of [blue]." in done.err


def test_keys_under_the_config_files_title_are_told_their_place(product: Product) -> None:
    configure(product, "blue", region="eu-west-1")
    with open(product.env["AWS_SHARED_CREDENTIALS_FILE"], "a", encoding="utf-8") as file:
        file.write("\n[profile blue]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\naws_secret_access_key = x\n")
    done = product.run("--shell", "bash", "-p", "blue")
    assert done.err.splitlines() == [
        "mfaenv: There are no keys for profile blue: in the credentials file they are under [profile blue].",
        "        Put them under [blue]: `profile` belongs in titles of the config file alone.",
    ]
    assert "under [profile blue]" in product.run("keys", "-p", "blue").out


def test_a_profile_with_a_source_and_no_role_needs_no_keys_of_its_own(product: Product) -> None:
    configure(product, "mistyped", role="arn:aws:iam::111122223333:role/X", source_profile="default")
    configure(product, "on-top", role_arn="arn:aws:iam::111122223333:role/Y", source_profile="mistyped")
    for words in (
        ("-p", "mistyped"),
        ("-p", "on-top"),
        ("configure", "--yes", "-p", "mistyped"),
        ("keys", "rotate", "-p", "mistyped"),
        ("keys", "-p", "mistyped"),
    ):
        done = product.run(*words)
        said = " ".join((done.err or done.out).split())
        assert (
            "Profile mistyped has a source_profile and no role_arn. Write its role_arn, or name profile def"
            in said
        )


@pytest.mark.parametrize(
    ("region", "meant"),
    [
        ("eu-west1", "eu-west-1"),
        ("us-east-1a", "us-east-1"),
        ("useast1", "us-east-1"),
        ("EU-WEST-1", "eu-west-1"),
        ("eu2-west-1", "eu-west-1"),
    ],
)
def test_a_region_that_is_close_to_one_of_aws_is_refused_before_anything_is_sent(
    product: Product, region: str, meant: str
) -> None:
    del product.env["AWS_ENDPOINT_URL"]  # an endpoint of one's own may have regions of any name
    with refusing_proxy() as proxy:
        product.env["HTTPS_PROXY"] = f"http://{proxy.address}"
        done = product.run("--shell", "bash", "-c", CODE, "--region", region)
    assert done.status == USAGE
    assert done.err.splitlines() == [
        f"mfaenv: AWS has no region '{region}' (--region).",
        f"        Did you mean {meant}?",
    ]
    assert proxy.asked == []


@pytest.mark.parametrize("region", ["garage", "xx-new-1", "local"])
def test_a_region_of_others_is_taken(product: Product, scenario: Scenario, region: str) -> None:
    done = product.run("--shell", "bash", "-c", scenario.device.code(), "--region", region)
    assert "AWS wants another region or service in the signature" in done.err


def test_six_digits_for_the_device_are_no_answer(
    product: Product, scenario: Scenario, aws: ObservedAws
) -> None:
    configure(product, mfa_serial=None)
    with direct(product, "--shell", "bash") as window:
        window.see(r"\[Y/n\] ")
        window.enter(scenario.device.code())
        window.see(r"Type y or n\.\s+Use this device\? \[Y/n\] ")
        window.enter("")
        window.see("MFA code: ")
        window.enter(scenario.device.code())
        assert window.ended() == 0
    assert len(aws.actions("GetSessionToken")) == 1


def test_an_empty_serial_number_is_asked_for_again(product: Product, scenario: Scenario) -> None:
    configure(product, mfa_serial=None)
    with direct(product, "--shell", "bash") as window:
        window.see(r"\[Y/n\] ")
        window.enter("n")
        for typed in ("", " ", scenario.device.serial):
            window.see("Serial number or ARN of the device: ")
            window.enter(typed)
        window.see("MFA code: ")
        window.enter(scenario.device.code())
        assert window.ended() == 0


def test_status_shows_the_time_of_day_and_leaves_out_what_has_ended(
    product: Product, scenario: Scenario
) -> None:
    assert product.run("--shell", "bash", "-c", scenario.device.code(), "-d", "1h").status == 0
    table = product.run("status").out
    (shown,) = [line for line in table.splitlines() if "alice" in line]
    assert re.search(r"alice .* (5\dm|1h), until \d\d:\d\d", shown)
    now = int(time.time())
    over = Session(
        key="over", profiles=("gone",), access_key="ASIAOVER", secret_key="x", token="t", expires=now - 9
    )
    Store.of({"MFAENV_CACHE_DIR": str(product.cache.parent)}).put(over, now + 60)
    assert "gone" not in product.run("status").out
    (row,) = product.run("status", "--json").json()["stored"]
    assert row["profile"] == "default"


def test_a_table_breaks_between_words_before_it_breaks_one(stored: Product) -> None:
    now = int(time.time())
    device = "arn:aws:iam::123456789012:mfa/firstname.lastname@example.com"
    held = Session(
        key="held",
        profiles=("prod",),
        access_key="ASIAHELD",
        secret_key="x",
        token="t",
        expires=now + 129_000,
        device=device,
        account="123456789012",
    )
    Store.of({"MFAENV_CACHE_DIR": str(stored.cache.parent)}).put(held, now + 129_000)
    with direct(stored, "status", COLUMNS="80") as window:
        assert window.ended() == 0
    table = window.text
    for word in ("prod", "123456789012", "firstname.lastname@example.com", "35h49m,", "until"):
        assert word in table
    assert max(map(len, table.splitlines())) <= 80


def test_the_end_of_a_session_that_others_made_is_unknown(bare: Product) -> None:
    bare.env |= {
        "AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_SESSION_TOKEN": "t",
    }
    out = bare.run("status").out
    assert "unknown" in out
    assert "no end" not in out


def test_without_standard_error_an_error_is_no_code(product: Product) -> None:
    """A name in its text would run in the shell."""
    need("sh")
    product.command = ("sh", "-c", 'exec "$@" 2>&-', "sh", *COMMAND)
    done = product.run("--shell", "bash", "-p", "'; touch here #")
    assert (done.status, done.out) == (1, "(exit 1);\n")


def test_in_the_demo_the_question_shows_the_code(product: Product, aws: ObservedAws) -> None:
    """By a clock that stands still, or the device may show the next code meanwhile."""
    now = time.time()
    aws.world.clock = lambda: now
    with direct(product, "--shell", "bash", MFAENV_DEMO=aws.url) as window:
        shown = window.see(r"^The demo's device shows \d{6}, good for [3-6]\d s\.$").split()[4].strip(",")
        window.see("MFA code: ")
        window.enter(shown)
        assert window.ended() == 0
    with direct(product, "--shell", "bash", "--refresh", MFAENV_DEMO=aws.url) as window:
        window.see(rf"^The demo's device shows {shown}, used already; the next one comes in \d+ s\.$")
        window.see("MFA code: ")


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "http://127.0.0.1:x", "no address", ""])
def test_a_demo_that_is_elsewhere_or_gone_stops_no_question(
    product: Product, scenario: Scenario, address: str
) -> None:
    with direct(product, "--shell", "bash", MFAENV_DEMO=address) as window:
        window.see("MFA code: ")
        window.enter(scenario.device.code())
        assert window.ended() == 0
        assert "device shows" not in window.text


def test_an_aws_that_shows_no_codes_stops_no_question(product: Product) -> None:
    """A server that answers, but not as the demo does: it is none, or its world has no device."""
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as other:
        Thread(target=other.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{other.server_port}"
        serial = "arn:aws:iam::123456789012:mfa/alice"
        with direct(
            product, "--shell", "bash", "--serial-number", serial, MFAENV_DEMO=url, AWS_ENDPOINT_URL=url
        ) as window:
            window.see("MFA code: ")
            assert "device shows" not in window.text
        other.shutdown()


def test_on_a_terminal_an_error_breaks_between_words(stored: Product) -> None:
    with direct(stored, "console", COLUMNS="80") as window:
        assert window.ended() == 1
    first, second, third, *link = window.text.splitlines()
    assert first == "mfaenv: AWS opens the console for a role's session only; profile default has a"
    assert second == "        user's session."
    assert third.startswith("        Use a profile with a role")
    assert link[-1].split()[-1] == "https://123456789012.signin.aws.amazon.com/console"
