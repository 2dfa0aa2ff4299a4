"""Where the keys of a source profile come from, in the order of botocore's resolver.

https://docs.aws.amazon.com/boto3/latest/guide/credentials.html
"""

from mfaenv.config import awsfiles
from mfaenv.config.awsfiles import ACCESS_KEY, SECRET_KEY, TOKENS, AwsFiles, Section, short
from mfaenv.config.roles import Chain
from mfaenv.errors import MfaenvError, no_role
from mfaenv.fast import environment
from mfaenv.fast.parse import DEFAULT, Env
from mfaenv.model import BEFORE_PROCESS, Keys, Origin, Provider, Request, Value

CREDENTIAL_SOURCES = ("Environment", "EcsContainer", "Ec2InstanceMetadata")
WEB_VARIABLE = "AWS_WEB_IDENTITY_TOKEN_FILE"
MACHINE_VARIABLES = (WEB_VARIABLE, environment.ADDRESS_OF_KEYS, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
"""Variables by which a machine or a container gives credentials."""

GIVE_CREDENTIALS = {
    ACCESS_KEY,
    SECRET_KEY,
    *TOKENS,
    *BEFORE_PROCESS,
    "source_profile",
    "credential_source",
    "sso_session",
    "sso_start_url",
    "sso_region",  # alone it makes a profile one of IAM Identity Center for the JavaScript SDK
    "credential_process",
}
"""Settings that come before a container's credentials.

https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
"""

HIDDEN = {"sso_session": "hidden by mfaenv exec --serve", "sso_account_id": "hidden"}
"""What AWS's programs stop at, in a profile whose keys are hidden: without any they would take the address's."""


def environment_keys(env: Env) -> Keys | None:
    """Return the environment's long-term keys, or the ID of those that this shell's session has replaced."""
    access_key, secret_key = env.get("AWS_ACCESS_KEY_ID", ""), env.get("AWS_SECRET_ACCESS_KEY", "")
    if access_key and secret_key and not environment.temporary_keys(env):
        return refuse_secret_as_id(Keys(access_key, secret_key, "", "the environment", Origin.VARIABLE))
    source = env.get(environment.SOURCE_KEY)
    return Keys(source, "", "", environment.SOURCE_KEY, Origin.VARIABLE) if source else None


def profile_is_ours(source: str, env: Env) -> bool:
    """Return whether mfaenv set the variable that named the profile."""
    shown_too = source == env.get(environment.PROFILE_AS) and env.get(source) == env.get(environment.PROFILE)
    return source == environment.PROFILE or shown_too


def is_web_identity(env: Env, profile: Value) -> bool:
    """Return whether the environment's web identity counts: only an option for a profile wins, as in boto3."""
    ours = profile_is_ours(profile.source, env)
    named = profile.text != DEFAULT if ours else profile.source not in {"", *environment.PROFILE_VARIABLES}
    return bool(env.get(WEB_VARIABLE)) and not named


def of_chain(files: AwsFiles, chain: Chain, env: Env, *, web: bool) -> tuple[Provider, Keys | None]:
    """Return the provider of the credentials, with long-term keys if any. Raise MfaenvError."""
    name, section = chain.profiles[-1], files.section(chain.profiles[-1])
    if chain.machine:
        keys = _of_credential_source(section["credential_source"], name, env)
        return (Provider.LONG_TERM, keys) if keys else (Provider.SOURCE, None)
    of_credentials, of_config = files.of_credentials.get(name, {}), files.of_config.get(name, {})
    is_role = "role_arn" in section and "web_identity_token_file" not in section
    is_hidden = HIDDEN.items() <= section.items()
    serves_another = environment.is_served(env) and name != env[environment.SERVED]
    rows = (
        (Provider.WEB_ENVIRONMENT, web and len(chain.profiles) == 1 and not is_role),
        (Provider.WEB, section.get("web_identity_token_file")),
        (Provider.CENTER, not is_hidden and not section.keys().isdisjoint(("sso_account_id", "sso_role_name"))),
        (Provider.LONG_TERM, ACCESS_KEY in of_credentials),
        (Provider.LOGIN, "login_session" in section),
        (Provider.PROCESS, "credential_process" in section),
        (Provider.LONG_TERM, ACCESS_KEY in of_config),
        (Provider.MACHINE, len(chain.profiles) == 1 and SECRET_KEY not in section and not serves_another),
    )
    provider = next((provider for provider, is_there in rows if is_there), None)
    if not provider and SECRET_KEY in section:
        raise _missing(ACCESS_KEY, name, section, short(files.keys_file(name)))
    if not provider and environment.is_served(env):
        hides = "mfaenv exec --serve hides those of the AWS files from what it runs"
        raise MfaenvError(f"Profile '{name}' has no keys here: {hides}.", "Type this in another window.")
    if not provider and section.get("source_profile"):
        raise no_role(name, section["source_profile"])
    if not provider:
        other = f"profile {name}"
        what = f"Move those of [{other}] to [{name}]" if other in files.of_credentials else "Add them"
        wrong = f"Profile '{name}', the source of a role, has no keys."
        raise MfaenvError(wrong, f"{what} in {short(files.credentials)}.")
    if provider is not Provider.LONG_TERM:
        return provider, None
    if ACCESS_KEY in of_credentials:
        return _of_file(of_credentials, name, files.credentials)
    return _of_file(of_config, name, files.config)


def _of_credential_source(source: str, name: str, env: Env) -> Keys | None:
    """Return the environment's long-term keys where the profile takes those. Raise MfaenvError."""
    if source not in CREDENTIAL_SOURCES:
        wrong = f"'{source}' (profile {name}) is not a credential_source."
        raise MfaenvError(wrong, f"It is {', '.join(CREDENTIAL_SOURCES)}.")
    if source != "Environment":
        return None
    keys = environment_keys(env)
    if not keys and environment.has_session(env):
        session = f"the session of profile {env.get(environment.PROFILE, '')} that mfaenv has set"
        wrong = f"Profile '{name}' takes keys from the environment, and there is only {session}."
        raise MfaenvError(wrong, "Export the keys, or write source_profile in place of credential_source.")
    return keys


def _of_file(section: Section, name: str, path: str) -> tuple[Provider, Keys | None]:
    where = short(path)
    if missing := next((each for each in (ACCESS_KEY, SECRET_KEY) if not section.get(each)), ""):
        raise _missing(missing, name, section, where)
    if awsfiles.token(section):
        return Provider.TEMPORARY, None
    if not set("\"'# \t\n").isdisjoint(section[ACCESS_KEY]):
        wrong = f"The {ACCESS_KEY} of profile '{name}' has a quote, a blank or a comment in it."
        raise MfaenvError(wrong, f"Remove it in {where}: AWS's programs take all of the line for the key.")
    if section[ACCESS_KEY].startswith("ASIA"):  # those of a session, as in environment.temporary_keys
        raise _missing(TOKENS[-1], name, section, where)
    keys = Keys(section[ACCESS_KEY], section[SECRET_KEY], "", where, Origin.PROFILE, name)
    return Provider.LONG_TERM, refuse_secret_as_id(keys)


def refuse_secret_as_id(keys: Keys) -> Keys:
    """Return the keys. Raise MfaenvError where the secret stands in the place of the ID."""
    whose = keys.profile or keys.source
    if environment.has_secret_as_id(keys.access_key, keys.secret_key):
        wrong, hint = (
            f"The access key ID of {whose} is or has a secret key.",
            "Write the ID alone, which begins with AKIA,",
        )
        if keys.secret_key.startswith("AKIA"):
            wrong, hint = f"The access key ID and the secret key of {whose} are swapped.", "Swap them back"
        raise MfaenvError(wrong, f"{hint} in {keys.source}.")
    return keys


def refuse_ended(request: Request, files: AwsFiles, now: float) -> None:
    """Raise MfaenvError for temporary keys that ended before `now`, in seconds since 1970.

    aws-mfa writes such (`expiration`, in UTC), beside a profile NAME-long-term; saml2aws and others, the second.
    awsume's `expiration` is in local time: https://github.com/trek10inc/awsume, lib/aws.py.
    """
    name = request.source_profile
    section, long_term = files.section(name), f"{name}-long-term"
    text = section.get("expiration") or section.get("x_security_token_expires", "")
    if request.provider is not Provider.TEMPORARY or not text:
        return
    from datetime import UTC, datetime  # few profiles have such

    try:
        end = datetime.fromisoformat(text)
    except ValueError:
        return
    is_complete = end.tzinfo or section.get("manager") == "awsume"
    if (end if is_complete else end.replace(tzinfo=UTC)).timestamp() > now:
        return
    hint = "Get new ones with the tool that wrote them."
    if long_term in files.profiles:
        hint = f"Its long-term keys are in profile {long_term}: name that one with -p, or as source_profile."
    raise MfaenvError(f"The temporary keys of profile '{name}' ended at {text}.", hint)


def _missing(setting: str, name: str, section: Section, where: str) -> MfaenvError:
    hint = f"Add it in {where}."
    if any(setting in value for value in section.values()):
        hint = f"It is indented in {where}, and so a part of the line above: remove the blanks before it."
    return MfaenvError(f"Profile '{name}' has no {setting}.", hint)
