"""What is on this machine."""

import os
import stat
from collections.abc import Iterator

from mfaenv import shells
from mfaenv.command_line import MFAENV, same_command, to_type
from mfaenv.commands import output_target, status
from mfaenv.commands.doctor.report import Check, State
from mfaenv.config import awsfiles, credential_process, provenance
from mfaenv.config.names import CONFIG_VARIABLE, CREDENTIALS_VARIABLE, file_paths
from mfaenv.config.roles import roles_of
from mfaenv.errors import MfaenvError, join_names, without_password
from mfaenv.fast.environment import OWN_SESSION, has_secret_as_id
from mfaenv.fast.parse import Env, Options
from mfaenv.model import Acquisition, Request
from mfaenv.shells import detect, join
from mfaenv.store import Store

OVERRIDES = {
    "AWS_PROFILE": "the profile, in all AWS programs",
    "AWS_DEFAULT_PROFILE": "the profile, in some AWS programs",
    "AWS_ACCESS_KEY_ID": "the profile's keys, in most AWS programs",
    "AWS_SECURITY_TOKEN": "AWS_SESSION_TOKEN, in boto3",
    "AWS_BEARER_TOKEN_BEDROCK": "any keys and session, in calls of Bedrock",
    "AWS_REGION": "the profile's region",
    "AWS_DEFAULT_REGION": "the profile's region",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "all configured addresses",
    "AWS_CA_BUNDLE": "the certificates that are trusted otherwise",
    "MFAENV_TOKEN_CODE": "the question for the code",
}

PROXIES = {"https_proxy": "to AWS", "http_proxy": "to addresses without TLS", "no_proxy": "no proxy to these"}
SECRET_VARIABLES = {"AWS_BEARER_TOKEN_BEDROCK", "AWS_SECURITY_TOKEN", "MFAENV_TOKEN_CODE"}
SECRETS = {awsfiles.SECRET_KEY, *awsfiles.TOKENS}
OTHERS_READ = stat.S_IRGRP | stat.S_IROTH
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
READ_BY = {0: "you alone", stat.S_IRGRP: "you and your group"}

IN_WORDS = {
    "duration": ("new session", "lasts {}"),
    "remaining": ("stored session", "is used while at least {} of it are left"),
}


def aws_files(env: Env) -> Iterator[Check]:
    """Check that each file is there and private."""
    for path, variable in zip(file_paths(env), (CONFIG_VARIABLE, CREDENTIALS_VARIABLE), strict=True):
        name, named = awsfiles.short(path) or variable, f" ({variable})" if env.get(variable) else ""
        try:
            mode = stat.S_IMODE(os.stat(path).st_mode)
            sections = awsfiles.scan(path, errors="replace").sections
        except (OSError, MfaenvError) as error:
            if getattr(error, "errno", 0) in awsfiles.MISSING:
                wrong = (State.WRONG, f"Correct or unset {variable}.") if named else ()
                yield Check("files", name, f"is not there{named}", *wrong)
            else:
                yield Check("files", name, f"cannot be read{named}", State.NOTE)
            continue
        options = {option.name for section in sections for option in section.options}
        about, state = f"{len(sections)} section{'s' * (len(sections) != 1)}", State.OK
        if os.name != "nt":
            about += f", mode {mode:04o}: {READ_BY.get(mode & OTHERS_READ, 'everybody')} can read it"
            if mode & OTHERS_WRITE:  # what others can write is no longer the user's
                state = State.WRONG
            elif mode & OTHERS_READ and not SECRETS.isdisjoint(options):
                state = State.NOTE
        advice = () if state is State.OK else ("This makes it private:", join(("chmod", "600", path)))
        yield Check("files", name, f"{about}{named}", state, *advice)


def sections(files: awsfiles.AwsFiles, env: Env) -> Iterator[Check]:
    """Check for titles that lack the word `profile`, and for a path of mfaenv that cannot be run."""
    for name in filter(files.profiles.__contains__, files.nameless):
        text, advice = f"no program reads [{name}] there", f"Write [profile {name}]."
        yield Check("files", awsfiles.short(files.config), text, State.NOTE, advice)
    for name in credential_process.moved(files.of_config, env):
        text = "its credential_process names a path that cannot be run"
        yield Check("files", f"profile {name}", text, State.WRONG, "This corrects it:", to_type("configure"))


def values(request: Request, acquisition: Acquisition) -> Iterator[Check]:
    """List each value and where it comes from."""
    for short, text, source in provenance.rows(request, acquisition, request.endpoints):
        name, words = IN_WORDS.get(short, (short, "{}"))
        yield Check("values", name, words.format(text) + (f" ({source})" if source else ""))
    if request.warning:
        yield Check("values", "", request.warning, State.NOTE, "Set what it names.")


def roles(files: awsfiles.AwsFiles) -> Iterator[Check]:
    """Check for roles that other programs assume without MFA: with an mfa_serial they ask for a code."""
    for source, section in files.profiles.items():
        names = [name for name in roles_of(files, source) if not files.section(name).get("mfa_serial")]
        if names and awsfiles.has_keys(section) and not awsfiles.token(section):
            text = f"{join_names(names)}: programs assume these roles with the keys of {source}, without MFA"
            advice = f"This makes {source}-mfa their source, or says how:", to_type("configure", "-p", source)
            yield Check("roles", f"source_profile {source}", text, State.NOTE, *advice)


def environment(env: Env, store: Store, now: float) -> Iterator[Check]:
    """List the variables in force and their conflicts."""
    has_secret = has_secret_as_id(env.get("AWS_ACCESS_KEY_ID", ""), env.get("AWS_SECRET_ACCESS_KEY", ""))
    for name, what in OVERRIDES.items():
        is_secret = name in SECRET_VARIABLES or (has_secret and name == "AWS_ACCESS_KEY_ID")
        if env.get(name):
            yield Check("environment", name, f"{'set' if is_secret else env[name]}, instead of {what}")
    # The name in lower case wins, in Python's own rules and so in botocore's.
    proxies = {name: variable for name in PROXIES for variable in (name.upper(), name) if env.get(variable)}
    if proxies.keys() - {"no_proxy"}:
        for name, variable in proxies.items():
            yield Check("environment", variable, f"{without_password(env[variable])}, {PROXIES[name]}")
    if rule := status.rule(env):
        yield Check("environment", "MFAENV_PROFILE", rule)
    _, _, problems = (None, [], []) if store.refusal() else status.collect({}, env, store, now)
    for problem in problems:
        command = detect.loading_line(env, (MFAENV, "unset"))
        yield Check("environment", "", problem, State.WRONG, "This removes the session:", command)
    if len({env[name] for name in ("AWS_REGION", "AWS_DEFAULT_REGION") if env.get(name)}) > 1:
        text = "AWS_REGION and AWS_DEFAULT_REGION differ: some programs read one, some the other"
        yield Check("environment", "", text, State.NOTE, "Set both to one region.")


def shell(options: Options, env: Env) -> Check:
    """Check that the shell that called is known."""
    try:
        name = output_target.choose_target({}, env)
    except MfaenvError as error:
        check = Check.of_error("shell", "", error)
        return check if env.get("MFAENV_SHELL") else check._replace(state=State.NOTE)
    named = {option: options[option] for option in ("profile", *OWN_SESSION) if option in options}
    advice = f"To get a session in {name}, type:", shells.loading_line(name, same_command(named))
    return Check("shell", name, "", State.OK, *advice)


def store(store: Store) -> Check:
    """Check that the store can be used."""
    wrong = State.WRONG, "Name another directory in MFAENV_CACHE_DIR."
    path = store.path
    if not path:
        return Check("store", "", f"{store.missing}: no session is stored", *wrong)
    if store.refusal():
        return Check("store", path, f"{store.refusal()}: refused", *wrong)
    if not store.can_be_written():
        return Check("store", path, "cannot be written: no session is stored", *wrong)
    return Check("store", path, "can be used" if os.path.isdir(path) else "is not there yet")
