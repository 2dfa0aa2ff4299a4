"""What was settled before anybody is asked or called, and where each value comes from: in words, without a secret."""

from __future__ import annotations

from mfaenv import options, profiles
from mfaenv.errors import without_password

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mfaenv.awsfiles import AwsFiles
    from mfaenv.model import Plan
    from mfaenv.options import Given

    Row = tuple[str, str, str]

SERVICES = ("sts", "iam", "s3")


def rows(plan: Plan, given: Given, env: Mapping[str, str], files: AwsFiles) -> Iterator[Row]:
    """Give the name, the text and the source of each value; the source is empty where there is nothing to say."""
    keys = plan.keys
    lasting = {} if plan.hops else given  # with a role, --duration speaks of the role
    names = " → ".join(plan.profiles)
    yield "profile", names, plan.profile.source if plan.profile.source != names else ""
    yield "keys", keys.access_key if keys else plan.kind, keys.source if keys else "resolved by botocore"
    yield "device", plan.device.text or "to be found", plan.device.source
    yield "region", plan.region.text or "none", plan.region.source if plan.region.text else ""
    yield from _endpoints(plan, env, files)
    yield "duration", options.duration_text(plan.duration), options.lookup(lasting, env, "duration")[1]
    yield "remaining", options.duration_text(plan.min_remaining), options.lookup(given, env, "min_remaining")[1]
    if plan.token_code.text:
        yield "code", "given", plan.token_code.source
    if plan.token_command.text:
        yield "program", "a token command", plan.token_command.source
    for hop in plan.hops:
        yield "role", hop.role_arn, f"profile {hop.profile}"


def _endpoints(plan: Plan, env: Mapping[str, str], files: AwsFiles) -> Iterator[Row]:
    """Give the addresses that are called, those that are the same together."""
    section = files.profiles.get(plan.profiles[-1], {})
    found: dict[str, list[str]] = {}
    for service in SERVICES:
        found.setdefault(profiles.endpoint(env, section, files, service), []).append(service)
    for url, services in found.items():
        variables = ("AWS_ENDPOINT_URL", *(f"AWS_ENDPOINT_URL_{service.upper()}" for service in services))
        source = next((name for name in variables if env.get(name) == url), "endpoint_url" if url else "")
        address = without_password(url) or "AWS's own"
        yield "endpoint", f"{address} for {', '.join(services)}", source
