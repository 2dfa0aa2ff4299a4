"""From a profile to the one with the keys: source_profile by source_profile, as botocore follows them."""

import re
from typing import NamedTuple

from mfaenv import suggest
from mfaenv.aws import regions
from mfaenv.config import awsfiles, credential_process
from mfaenv.config.awsfiles import AwsFiles, Section, short
from mfaenv.config.role_sessions import AWS_CHARACTERS, EXTERNAL_ID_LENGTHS, SESSION_NAME, checked
from mfaenv.errors import FAILED, USAGE, MfaenvError, wrong_usage
from mfaenv.model import BEFORE_PROCESS, Hop, Origin, Span, Value

REGION = r"(?![0-9]+\Z)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
"""A part of a host's name: https://datatracker.ietf.org/doc/html/rfc1123#section-2.1."""

REGULAR_REGION = r"(?:[a-z]+-){2,}[0-9]+"  # eu-west-1: one that botocore does not know may be new


class Chain(NamedTuple):
    """The roles in the order of assuming, and the profiles from the wanted one to the one with the keys.

    With `machine`, the first role is assumed with what that one's credential_source gives.
    """

    hops: tuple[Hop, ...]
    profiles: tuple[str, ...]
    machine: bool = False


def chain(files: AwsFiles, name: str, role_arn: str) -> Chain:
    """Follow a profile, with a role_arn if not empty, to the one with the keys. Raise MfaenvError without one.

    A profile in no file is that one itself: its keys come from elsewhere.
    """
    if role_arn:
        _check_arn(role_arn, "--role-arn", USAGE)
    section = files.section(name)
    if role_arn and not section.get("source_profile"):  # what the profile itself gives is the source
        below = chain(files, name, "")
        settings = {"region": section.get("region", "")} if section.get("role_arn") else section
        hop = _hop({**settings, "role_arn": role_arn}, below.profiles[0])
        return below._replace(hops=(*below.hops, hop))
    visited = {name: None}
    profiles, hops, machine = [profile_behind_process(files, name, visited)], [], False
    section = {**files.section(profiles[0]), **({"role_arn": role_arn} if role_arn else {})}
    while "role_arn" in section and "web_identity_token_file" not in section:
        if len(profiles) > 1 and awsfiles.has_keys(section):  # the end, as in botocore
            break
        source = _source(section, profiles[-1])
        hops.append(_hop(section, profiles[-1]))
        if source is None:
            machine = True
            break
        if source == profiles[-1] and awsfiles.has_keys(section):
            break
        _follow(files, visited, source, "source_profile")
        profiles.append(profile_behind_process(files, source, visited))
        section = files.profiles[profiles[-1]]
    return Chain(tuple(reversed(hops)), tuple(profiles), machine)


def profile_behind_process(files: AwsFiles, name: str, visited: dict[str, None] | None = None) -> str:
    """Return the profile whose session our own credential_process gives; the same profile without one."""
    visited = visited or {name: None}
    while following := credential_process.session_profile(_command(files, name)):
        _follow(files, visited, following, credential_process.SETTING)
        name = following
    return name


def _follow(files: AwsFiles, visited: dict[str, None], name: str, setting: str) -> None:
    if name in files.profiles and name not in visited:
        visited[name] = None
        return
    names = [*visited, name]
    if name in visited:
        circle = " → ".join(names[names.index(name) :])
        raise MfaenvError(f"The profiles lead in a circle: {circle}.", f"Fix a {setting}.")
    hint = f"Add it to {short(files.config)}, or fix the {setting} of '{names[-2]}'."
    hint = files.title_to_write(name) or hint
    raise MfaenvError(f"Profile '{name}' is missing: {' → '.join(names)}.", hint)


def roles_of(files: AwsFiles, source: str) -> list[str]:
    """Return the role profiles with this source."""
    roles = ((name, section) for name, section in files.profiles.items() if section.get("role_arn"))
    return [name for name, section in roles if section.get("source_profile") == source != name]


def _command(files: AwsFiles, name: str) -> str:
    section = files.section(name)
    has_other = section.keys() & BEFORE_PROCESS or awsfiles.has_keys(files.of_credentials.get(name, {}))
    return "" if has_other else section.get(credential_process.SETTING, "")


def _source(section: Section, name: str) -> str | None:
    source, machine = section.get("source_profile"), section.get("credential_source")
    if source is not None and machine is not None:
        wrong = f"Profile '{name}' has both source_profile and credential_source."
        raise MfaenvError(wrong, "Remove one of them.")
    if not source and machine is None:
        wrong = f"Profile '{name}' has a role_arn, but neither source_profile nor credential_source."
        raise MfaenvError(wrong, "Add source_profile = the profile with your access keys.")
    return source


def _hop(section: Section, name: str) -> Hop:
    arn = section["role_arn"]
    if not arn:
        raise MfaenvError(f"Profile '{name}' has an empty role_arn.", "Remove it, or name a role.")
    _check_arn(arn, f"role_arn of profile {name}", FAILED)
    source = f"external_id of profile '{name}'"
    return Hop(
        role_arn=arn,
        session_name=section.get(SESSION_NAME, ""),
        external_id=checked(section.get("external_id", ""), source, EXTERNAL_ID_LENGTHS, ":/"),
        duration=_seconds(section.get("duration_seconds", ""), f"duration_seconds of profile {name}"),
        region=section.get("region", ""),
        endpoint="",
        profile=name,
    )


def _check_arn(arn: str, source: str, status: int) -> None:
    is_name = " " not in arn and AWS_CHARACTERS.issuperset(arn.rpartition("/")[2])  # with no comment behind it
    if not (is_name and is_iam_arn(arn, "role/")):
        hint = "It looks like arn:aws:iam::123456789012:role/NAME."
        raise MfaenvError(f"{source}: '{arn}' is not the ARN of a role.", hint, status=status)


def _seconds(text: str, source: str) -> Span | None:
    """Read a number as botocore does: anything else counts for nothing."""
    try:
        return Span(int(text), source)
    except ValueError:
        return None


def is_iam_arn(arn: str, kind: str) -> bool:
    """Return whether this is `arn:PARTITION:iam::ACCOUNT:KIND…`."""
    return bool(re.fullmatch(rf"arn:[^:]*:iam::[0-9]{{12}}:{kind}.+", arn, re.DOTALL))


def region_error(region: Value, *, of_aws: bool) -> MfaenvError | None:
    """Return the error (usage) for what is not a region, or a slip where the service is AWS's own."""
    name, source = region.text, region.source
    if not name:
        return None
    if not re.fullmatch(REGION, name):
        cure = "set --region, AWS_REGION, or the profile's region"
        if region.origin is Origin.VARIABLE:
            cure = f"set {source} to one, or unset it"
        wrong = f"'{name}' ({source}) is not the name of a region."
        return wrong_usage(wrong, f"A region is one word, such as us-east-1: {cure}.")
    is_slip = of_aws and not re.fullmatch(REGULAR_REGION, name)
    advice = suggest.advice(name.lower(), list(regions.partitions())) if is_slip else ()
    return wrong_usage(f"AWS has no region '{name}' ({source}).", *advice) if advice else None
