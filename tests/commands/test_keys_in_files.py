"""`mfaenv keys` where they stand in files: what is listed, what is told, and the order of a rotation."""

import shlex
import sys
import time

import pytest
from keychains import NOBODYS_BUS
from observed_aws import ObservedAws
from own_keys import config, credentials, get_session, listed, states
from product import Product, as_nobody
from programs import write_program
from rare_things import add_root
from settings import configure
from terminals import Window
from trouble import assert_explained

from mfaenv.errors import USAGE
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.world import User

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="drives a pseudo-terminal")


def test_a_program_is_named_without_its_quotes_and_arguments(product: Product) -> None:
    program = product.home / "my tools" / "op-aws"
    program.parent.mkdir()
    program.touch()
    configure(product, "vault", credential_process=f'"{program}" get x')
    configure(product, "odd", credential_process="op-aws 'x")
    configure(product, "wrong", credential_process="PIN=secret op-aws")
    configure(product, "quoted", credential_process='"op-aws secret"')
    sources = {row["profile"]: row["source"] for row in listed(product)}
    assert (sources["vault"], sources["odd"], sources["wrong"]) == (str(program), "op-aws", "PIN=…")
    assert sources["quoted"] == "op-aws …"


def test_no_library_is_looked_for_by_a_compiler(product: Product) -> None:
    """It reads linker scripts of the current folder, and what they name would run in mfaenv."""
    names, folder = ("gcc", "cc", "ld", "objdump"), product.home / "bin"
    for name in names:
        write_program(folder / name, f"echo {name} >> {product.home}/started")
    product.env["PATH"] = f"{folder}:{product.env['PATH']}"
    product.env |= NOBODYS_BUS
    assert_explained(product.run("keys", "get"), "no keychain here", "")
    assert not (product.home / "started").exists()


def test_without_a_keychain_nothing_changes(product: Product) -> None:
    before = config(product).read_text(), credentials(product).read_text()
    product.env |= NOBODYS_BUS
    done = product.run("keys", "import")
    assert done.status == 1
    assert_explained(done, "no keychain here", "Secret Service.*keep the keys in the file")
    assert (config(product).read_text(), credentials(product).read_text()) == before
    product.env["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"  # many have it, for pip and poetry
    assert_explained(product.run("keys", "import"), "no keychain here", "Unset PYTHON_KEYRING_BACKEND")


@pytest.mark.parametrize("action", ["import", "export"])
def test_a_wrong_name_is_told_where_there_is_no_keychain(product: Product, action: str) -> None:
    """One that no file has may be in the keychain all the same, so that is asked first."""
    product.env |= NOBODYS_BUS
    done = product.run("keys", action, "-p", "stagin")
    assert_explained(done, "There is no profile 'stagin' in", "Did you mean staging")
    done = product.run("keys", action, "-p", "staging")
    assert_explained(done, "'staging' has no keys of its own", f"mfaenv keys {action} -p default")
    configure(product, "empty", region="eu-west-1")
    assert_explained(product.run("keys", action, "-p", "empty"), "no keychain here")
    configure(product, "default", source_profile="default")
    assert_explained(product.run("keys", action), "no keychain here")


def test_age_and_last_use_are_shown_where_a_session_may_ask(
    product: Product, scenario: Scenario, alice: User
) -> None:
    (before,) = listed(product)
    assert (before["created"], before["age_days"], before["last_used"]) == (None, None, None)
    said, line = product.run("keys").err.splitlines()
    assert "Ages and last use" in said
    typed = shlex.split(line)
    assert typed == ["mfaenv", "exec", "-p", "default", "--", "mfaenv", "keys"]
    alice.keys[0].created -= 100 * 86_400
    get_session(product, scenario)
    (row,) = listed(product)
    assert (row["age_days"], row["active"], row["last_used"]["service"]) == (100, True, "sts")
    shown = product.run("keys")
    assert "100d" in shown.out
    assert shown.err == ""


def test_a_key_that_was_just_made_by_a_clock_ahead_is_of_today(
    product: Product, scenario: Scenario, alice: User
) -> None:
    get_session(product, scenario)
    alice.keys[0].created += 60
    (row,) = listed(product)
    assert row["age_days"] == 0


def test_what_a_policy_denies_the_list_is_told_with_the_command(
    product: Product, scenario: Scenario, alice: User
) -> None:
    get_session(product, scenario)
    alice.policies["Deny"] = {
        "Statement": [{"Effect": "Deny", "Action": "iam:ListAccessKeys", "Resource": "*"}]
    }
    (row,) = listed(product)
    assert row["problem"].endswith("lets users rotate their own keys: mfaenv policy --self-service")
    assert product.run("keys").out.splitlines()[-1] == "  mfaenv policy --self-service"


@pytest.mark.parametrize("name", ["default", "production-admin"])
def test_the_list_breaks_no_id_profile_date_or_usual_path_at_80_columns(
    product: Product, scenario: Scenario, alice: User, name: str
) -> None:
    for path, title in ((credentials(product), name), (config(product), name)):
        path.write_text(path.read_text().replace("[default]", f"[{title}]"))
    if name != "default":
        config(product).write_text(config(product).read_text().replace(f"[{name}]", f"[profile {name}]"))
    code = scenario.device.code()
    done = product.run(
        "-f", "json", "-p", name, "--serial-number", scenario.device.serial, "--token-code", code
    )
    assert done.status == 0, done.err
    alice.keys[0].active = False
    with Window((*product.command, "keys", "-p", name), product.env, product.home, (24, 80)) as window:
        assert window.ended() == 0
    shown = "\n".join(line for line in window.text.splitlines() if "│" in line)
    used = time.strftime("%Y-%m-%d", time.gmtime(alice.keys[0].used.at)) if alice.keys[0].used else "never"
    assert max(map(len, shown.splitlines())) <= 80
    for text in (
        name,
        scenario.key.id,
        used,
        "0d",
        "inactive",
        *(("~/.aws/credentials",) * (name == "default")),
    ):
        assert text in shown, shown


def test_rotate_proves_the_new_key_before_anything_happens_to_the_old_one(
    product: Product, aws: ObservedAws, alice: User, scenario: Scenario
) -> None:
    get_session(product, scenario)
    assert product.run("keys", "rotate", "--no-input").status == 0
    steps = ["CreateAccessKey", "GetCallerIdentity", "UpdateAccessKey"]
    assert aws.actions(*steps)[-3:] == steps
    assert list(states(alice).values()) == [False, True]
    assert product.run("clear").err.count("Removed the session") == 1  # which both keys have


def test_no_code_is_used_where_no_lock_can_be_held(
    product: Product, aws: ObservedAws, scenario: Scenario
) -> None:
    as_nobody(product)
    product.cache.parent.mkdir(parents=True, exist_ok=True)
    product.cache.parent.chmod(0o500)
    done = product.run("keys", "rotate", "-c", scenario.device.code())
    assert (done.status, aws.actions("GetSessionToken")) == (1, [])
    assert_explained(done, "cannot hold a lock", "MFAENV_CACHE_DIR")


def test_the_root_users_keys_cost_no_code(
    product: Product, aws: ObservedAws, scenario: Scenario, alice: User
) -> None:
    root = add_root(alice.account)
    scenario.key.principal = root
    root.devices, root.keys = alice.devices, alice.keys
    done = product.run("keys", "rotate", "-c", scenario.device.code())
    assert (done.status, aws.actions("GetSessionToken")) == (1, [])
    assert_explained(done, "keys of the root user", "IAM user's")


def test_the_address_of_the_session_in_this_shell_is_not_the_next_ones(
    product: Product, scenario: Scenario, alice: User
) -> None:
    configure(product, "default", endpoint_url=product.env["AWS_ENDPOINT_URL"])
    theirs = "http://127.0.0.1:1"
    product.env |= {"AWS_ENDPOINT_URL": theirs, "MFAENV_SETTINGS": f"AWS_ENDPOINT_URL={theirs}"}
    done = product.run("keys", "rotate", "--token-code", scenario.device.code())
    assert (done.status, [key.active for key in alice.keys]) == (0, [False, True])


def test_a_key_that_another_profile_uses_is_not_offered_to_be_deleted(
    product: Product, scenario: Scenario, alice: User
) -> None:
    """So it is where a rotation was killed before the other profile had the new key."""
    get_session(product, scenario)
    assert product.run("keys", "rotate", "--no-input").status == 0
    old, new = alice.keys
    old.active = True
    configure(product, "third", aws_access_key_id=old.id, aws_secret_access_key=old.secret)
    done = product.run("keys", "rotate", "--no-input")
    assert_explained(done, f"{old.id} .in profile third.: last used", "Run it in a terminal to choose.")
    assert "delete-access-key" not in done.err
    assert states(alice) == {old.id: True, new.id: True}


def test_what_gives_the_old_key_and_no_rotation_changes_is_named(
    product: Product, scenario: Scenario, alice: User
) -> None:
    """Before, where another key is in the way, and at the end."""
    get_session(product, scenario)
    product.env |= {"AWS_ACCESS_KEY_ID": scenario.key.id, "AWS_SECRET_ACCESS_KEY": scenario.key.secret}
    configure(product, "vault", credential_process="op-aws get x")
    done = product.run("keys", "rotate", "-p", "default", "--no-input")
    assert done.status == 0, done.err
    where = "AWS_ACCESS_KEY_ID of this shell, profile vault, if op-aws gives it"
    assert f"{scenario.key.id} no longer works in {where}: change it there too." in " ".join(done.err.split())
    alice.keys[0].active = True
    done = product.run("keys", "rotate", "-p", "default", "--no-input")
    assert done.status == 1
    assert_explained(done, f"{scenario.key.id} .in {where}.: ", "Run it in a terminal")


def test_what_is_wrong_with_the_keys_of_another_profile_does_not_matter(
    product: Product, scenario: Scenario, alice: User
) -> None:
    get_session(product, scenario)
    secret = "x" * 40
    configure(product, "third", aws_access_key_id=secret, aws_secret_access_key="AKIAIOSFODNN7OTHERKEY")
    assert product.run("keys", "rotate", "--no-input").status == 0
    assert [key.active for key in alice.keys] == [False, True]


@pytest.mark.parametrize("word", ["rotate", "import", "export", "get"])
def test_a_word_that_prints_no_json_does_nothing_with_that_option(
    product: Product, alice: User, word: str
) -> None:
    done = product.run("keys", word, "--json", "--no-input")
    assert (done.status, done.out, len(alice.keys)) == (USAGE, "", 1)
    wrong = f"mfaenv: {word} prints no JSON, the list does. Type:\n"
    assert done.err == f"{wrong}        mfaenv keys --json\n"


def test_keys_beside_a_role_are_not_taken_for_those_that_are_replaced(product: Product, alice: User) -> None:
    """`mfaenv keys -p staging` lists them."""
    configure(product, "staging", aws_access_key_id="AKIAI44QH8DHBEXAMPLE", aws_secret_access_key="x" * 40)
    done = product.run("keys", "rotate", "-p", "staging", "--no-input")
    assert done.status == 1
    assert_explained(done, "'staging' has keys, but uses those of default", "Remove its own")
    assert len(alice.keys) == 1


def test_a_role_is_not_told_that_no_profile_has_keys(product: Product) -> None:
    assert product.run("keys", "-p", "staging").out == "Profile staging has no long-term keys of its own.\n"


def test_keys_that_have_ended_are_not_told_to_be_stored_again(product: Product) -> None:
    """As aws-mfa leaves them: `aws configure` would put others beside their token."""
    keys = "aws_access_key_id = A{}IAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n"
    ended = f"[work]\n{keys.format('S')}aws_session_token = token\nexpiration = 2020-01-02 03:04:05\n"
    credentials(product).write_text(f"{ended}[work-long-term]\n{keys.format('K')}", encoding="utf-8")
    done = product.run("keys", "-p", "work")
    assert "aws configure" not in done.out + done.err
    assert_explained(done, "The temporary keys of profile 'work' ended", "work-long-term")


@pytest.mark.parametrize(
    "settings",
    [
        {"role_arn": "arn:aws:iam::123456789012:role/x", "source_profile": "default"},
        {"login_session": "arn:aws:iam::123456789012:user/alice"},
        {"credential_process": "op-aws get x"},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_keys_that_aws_programs_would_not_get_from_a_credential_process_stay(
    product: Product, settings: dict[str, str]
) -> None:
    configure(product, "default", **settings)
    before = credentials(product).read_text(), config(product).read_text()
    done = product.run("keys", "import")
    assert_explained(
        done, f"has {next(iter(settings))} beside its keys", "Remove it, or the keys from ~/.aws/credent"
    )
    assert (done.status, credentials(product).read_text(), config(product).read_text()) == (1, *before)


@pytest.mark.parametrize(
    "settings", [{"sso_account_id": "1"}, {"credential_process": "mfaenv process -p default"}]
)
def test_a_profile_that_gets_its_credentials_otherwise_is_not_told_to_store_keys(
    product: Product, settings: dict[str, str]
) -> None:
    configure(product, "other", **settings)
    assert product.run("keys", "-p", "other").out == "Profile other has no long-term keys of its own.\n"


def test_a_profile_without_any_credentials_is_told_how_to_store_keys(product: Product) -> None:
    configure(product, "empty", region="eu-west-1")
    first, line = product.run("keys", "-p", "empty").out.splitlines()
    assert (first, line) == (
        (
            "There are no keys for profile empty: "
            "[empty] in the credentials file has none. Make some in IAM; this stores them:"
        ),
        "aws configure --profile empty",
    )


def test_without_any_keys_the_first_ones_are_stored_under_default(product: Product) -> None:
    credentials(product).write_text("")
    first, line = product.run("keys").out.splitlines()
    assert (first, line) == (
        "No profile has long-term keys. Make some in IAM; this stores them:",
        "aws configure --profile default",
    )


def test_the_session_that_a_new_key_has_too_is_one_row(product: Product, scenario: Scenario) -> None:
    get_session(product, scenario)
    assert product.run("keys", "rotate", "--no-input").status == 0
    assert len(product.run("status", "--json").json()["stored"]) == 1


def test_keys_that_lie_elsewhere_are_not_rotated(product: Product, alice: User) -> None:
    product.env |= {"AWS_ACCESS_KEY_ID": alice.keys[0].id, "AWS_SECRET_ACCESS_KEY": "x"}
    credentials(product).write_text("")
    done = product.run("keys", "rotate")
    assert done.status == 1
    assert_explained(done, "come from the environment", "file or the keychain")


@pytest.mark.parametrize("token", ["aws_session_token", "aws_security_token"])
def test_keys_of_a_session_in_a_file_are_no_long_term_keys(product: Product, token: str) -> None:
    with credentials(product).open("a") as file:
        file.write(
            f"\n[old]\naws_access_key_id = ASIAOLDEXAMPLE000000\naws_secret_access_key = x\n{token} = t\n"
        )
    assert [row["profile"] for row in listed(product)] == ["default"]


def test_half_a_pair_of_keys_is_told_with_the_line_that_stores_both(product: Product) -> None:
    credentials(product).write_text("[half]\naws_access_key_id = AKIAHALFEXAMPLE00000\n")
    done = product.run("keys", "import", "-p", "half")
    assert done.status == 1
    assert_explained(done, "has one key of two", "^ *aws configure --profile half$")


def test_a_profile_without_any_keys_is_told_so(product: Product) -> None:
    credentials(product).write_text("")
    done = product.run("keys", "rotate")
    assert done.status == 1
    assert_explained(done, "no keys for profile default", "aws configure")
