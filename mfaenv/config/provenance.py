"""The values of a request, and where each comes from: in words, without a secret."""

from collections.abc import Iterable, Iterator

from mfaenv import duration
from mfaenv.aws import client
from mfaenv.aws.address import shown
from mfaenv.model import Acquisition, Provider, Request


def rows(
    request: Request, acquisition: Acquisition, services: Iterable[str] = ("sts",)
) -> Iterator[tuple[str, str, str]]:
    """Yield the name, text and source, if any, of each value and of these services' addresses."""
    keys = request.keys
    names = " → ".join(request.profiles)
    resolved = "the AWS files have none" if request.provider is Provider.MACHINE else "resolved by botocore"
    yield "profile", names, request.profile.source if request.profile.source != names else ""
    yield "keys", keys.access_key if keys else request.provider, keys.source if keys else resolved
    yield "device", request.device.text or "to be found", request.device.source
    region = request.region
    yield "region", region.text or "none", region.source if region.text else ""
    for service in services:
        endpoint = request.endpoints[service]
        url = endpoint.text or client.own_address(service, client.settings_of(request))
        yield "endpoint", f"{shown(url) if url else 'none'} for {service}", endpoint.source or "AWS's own"
    yield "duration", duration.text(request.duration.seconds), request.duration.source
    yield "remaining", duration.text(request.min_remaining.seconds), request.min_remaining.source
    if acquisition.ask.source:
        yield "ask", acquisition.ask.text, acquisition.ask.source
    if acquisition.token_code.text:
        yield "code", "given", acquisition.token_code.source
    if acquisition.token_command.text:
        yield "program", "a token command", acquisition.token_command.source
    for hop in request.hops:
        yield "role", hop.role_arn, f"profile {hop.profile}"
        if hop.endpoint not in {"", request.endpoint.text}:
            yield "endpoint", f"{shown(hop.endpoint)} for sts of {hop.profile}", "endpoint_url"
        if hop.duration:
            yield "duration", duration.text(hop.duration.seconds), hop.duration.source
