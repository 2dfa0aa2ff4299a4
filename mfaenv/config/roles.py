"""From a profile to the keys at its root: source_profile by source_profile, as botocore follows them."""

from typing import NamedTuple

from mfaenv import errors, suggest
from mfaenv.aws import regions
from mfaenv.config import awsfiles, credential_process
from mfaenv.config.awsfiles import AwsFiles, Section
from mfaenv.config.role_sessions import NAME_CHARACTERS, SESSION_NAME
from mfaenv.errors import MfaenvError, drawn, wrong_usage
from mfaenv.model import Hop

ACCOUNT_LENGTH = 12  # https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html

EXTERNAL_ID_LENGTHS = range(2, 1224 + 1)
EXTERNAL_ID_CHARACTERS = NAME_CHARACTERS | {":", "/"}
"""https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html, ExternalId."""

REGION_LENGTH = 63
REGION_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
"""A region is a part of a host's name: https://datatracker.ietf.org/doc/html/rfc1123#section-2.1."""


class Chain(NamedTuple):
    """The profile whose credentials come first, the roles on the way from it, and the profiles from the wanted one on.

    `profiles` begins with the wanted profile and ends with the root; `hops` are in the order in which they are assumed.
    With `machine`, the first role is assumed with what the root's credential_source gives.
    """

    root: str
    hops: tuple[Hop, ...]
    profiles: tuple[str, ...]
    machine: bool = False


def chain(files: AwsFiles, name: str, role_arn: str) -> Chain:
    """Follow a profile, with this role_arn where it is not empty, to its root. Raise MfaenvError without one."""
    section = files.profiles[name]
    if role_arn and not section.get("source_profile"):  # what the profile itself gives is the source
        below = chain(files, name, "")
        settings = {"region": section.get("region", "")} if section.get("role_arn") else section
        hop = _hop({**settings, "role_arn": role_arn}, below.profiles[0])
        return below._replace(hops=(*below.hops, hop))
    name = of_process(files, name)
    profiles, hops, machine = [name], [], False
    seen = {name}
    section = {**files.profiles[name], **({"role_arn": role_arn} if role_arn else {})}
    while _is_role(section, first=len(profiles) == 1):
        source = _source(section, profiles[-1])
        hops.append(_hop(section, profiles[-1]))
        if not source:
            machine = True
            break
        if source == profiles[-1] and awsfiles.has_keys(section):
            break
        *through, source = _through_processes(files, source)
        if source in seen:
            circle = [*profiles[profiles.index(source) :], *through, source]
            raise MfaenvError(f"The profiles lead in a circle: {drawn(circle)}.", "Fix a source_profile.")
        if source not in files.profiles:
            raise MfaenvError(
                f"Profile '{source}' is missing: {drawn([*profiles, source])}.",
                f"Add it to {awsfiles.short(files.config)}, or fix the source_profile of '{profiles[-1]}'.",
            )
        profiles.append(source)
        seen.add(source)
        section = files.profiles[source]
    return Chain(profiles[-1], tuple(reversed(hops)), tuple(profiles), machine)


def of_process(files: AwsFiles, name: str) -> str:
    """Return the profile whose session a profile gives by our own credential_process; the same profile for any other.

    Other programs assume roles with such a profile. Here it counts as that which its process names: the session, the
    device and the code are the same, and no process is started.
    """
    return _through_processes(files, name)[-1]


def _through_processes(files: AwsFiles, name: str) -> list[str]:
    """Return the profiles on the way to that one, from this one on."""
    names = {name: None}
    while following := credential_process.session_profile(_command(files, name)):
        if following in names or following not in files.profiles:
            break  # the process of `name` tells what is wrong
        names[following] = None
        name = following
    return list(names)


def roles_of(files: AwsFiles, source: str) -> list[str]:
    """Return the profiles of roles in the config file that name this profile as their source."""
    return [
        name
        for name, section in files.of_config.items()
        if section.get("role_arn") and section.get("source_profile") == source != name
    ]


def _command(files: AwsFiles, name: str) -> str:
    """Return a profile's credential_process, where botocore finds nothing before it."""
    section = files.section(name)
    before = {"role_arn", "web_identity_token_file", "sso_account_id", "sso_role_name", "login_session"}
    has_other = before & section.keys() or awsfiles.has_keys(files.of_credentials.get(name, {}))
    return "" if has_other else section.get(credential_process.SETTING, "")


def _is_role(section: Section, *, first: bool) -> bool:
    """Return whether to go on: a source with keys of its own is the end, whatever else it holds, as in botocore."""
    is_end = not first and awsfiles.has_keys(section)
    return bool(section.get("role_arn")) and not section.get("web_identity_token_file") and not is_end


def _source(section: Section, name: str) -> str:
    source, machine = section.get("source_profile", ""), section.get("credential_source", "")
    if source and machine:
        raise MfaenvError(f"Profile '{name}' has both source_profile and credential_source.", "Remove one of them.")
    if not source and not machine:
        raise MfaenvError(
            f"Profile '{name}' has a role_arn, but neither source_profile nor credential_source.",
            "Add source_profile = the profile with your access keys.",
        )
    return source


def _hop(section: Section, name: str) -> Hop:
    arn = section["role_arn"]
    if not is_iam_arn(arn, "role/"):
        raise wrong_usage(f"'{arn}' is not the ARN of a role.", "It looks like arn:aws:iam::123456789012:role/NAME.")
    external_id = section.get("external_id", "")
    is_valid = len(external_id) in EXTERNAL_ID_LENGTHS and EXTERNAL_ID_CHARACTERS.issuperset(external_id)
    if external_id and not is_valid:
        raise MfaenvError(
            f"external_id of profile '{name}' is not valid.", "Use 2 to 1224 characters from A-Z a-z 0-9 _+=,.@:/-."
        )
    return Hop(
        role_arn=arn,
        session_name=section.get(SESSION_NAME, ""),
        external_id=external_id,
        duration=_whole(section.get("duration_seconds", "")),
        region=section.get("region", ""),
        endpoint="",
        profile=name,
    )


def _whole(text: str) -> int | None:
    """Read a number as botocore does: what is no whole number counts for nothing."""
    try:
        return int(text)
    except ValueError:
        return None


def without_profile(name: str, role_arn: str) -> Chain:
    """Return the chain of keys that stand in no profile, with a role on top where one is given."""
    return Chain(name, (_hop({"role_arn": role_arn}, name),) if role_arn else (), (name,))


def is_iam_arn(arn: str, kind: str) -> bool:
    """Return whether an ARN is IAM's for a thing of this kind: `arn:PARTITION:iam::ACCOUNT:KIND…`."""
    match arn.split(":", 5):
        case ["arn", _, "iam", "", account, resource]:
            is_account = len(account) == ACCOUNT_LENGTH and account.isascii() and account.isdigit()
            return is_account and resource.startswith(kind) and resource != kind
    return False


def check_region(name: str, source: str, *, of_aws: bool) -> None:
    """Raise MfaenvError (usage) where botocore takes no such region, or it is a slip and the service is AWS's own."""
    fits = len(name) <= REGION_LENGTH and REGION_CHARACTERS.issuperset(name)
    if not (fits and name == name.strip("-") and not name.isdigit()):
        raise wrong_usage(
            f"'{name}' ({source}) is not the name of a region.",
            "It looks like us-east-1: set --region, AWS_REGION, or the profile's region.",
        )
    hint = suggest.hint(name, list(regions.partitions()), "") if of_aws and not _is_regular(name) else ""
    if hint:
        raise wrong_usage(f"AWS has no region '{name}' ({source}).", hint)


def _is_regular(name: str) -> bool:
    """Return whether it is made as AWS's names are (eu-west-1): one that botocore does not know may be new."""
    *words, number = name.split("-")
    return not name or (len(words) >= len(("eu", "west")) and all(map(str.isalpha, words)) and number.isdigit())


def listed(files: AwsFiles) -> str:
    """Return the names of profiles with roles, for a message."""
    names = (name for name, section in files.profiles.items() if any(map(section.get, ("role_arn", "sso_role_name"))))
    return errors.listed(sorted(names))
