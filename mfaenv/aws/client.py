"""botocore sessions and clients, in the right region and with the settings of the right profile."""

from __future__ import annotations

from functools import cache
from typing import Any

from mfaenv.aws import explain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from botocore.session import Session

    from mfaenv.model import Credentials, Keys

CONNECT_SECONDS = 10
READ_SECONDS = 30
"""botocore's own 60 each, several times over, look like a program that hangs."""


@cache
def session(profile: str | None) -> Session:
    """Make a botocore session that takes its settings, not its keys, from a profile."""
    import botocore.session

    with explain.botocore_errors():
        made = botocore.session.Session(profile=profile)
        # The global endpoint's tokens are refused in opt-in regions, and it answers for one partition only.
        made.set_config_variable("sts_regional_endpoints", "regional")
        if made.get_config_variable("retry_mode") == "legacy":
            made.set_config_variable("retry_mode", "standard")
        return made


def client(service: str, profile: str | None, keys: Keys | Credentials, region: str, arn: str = "") -> Any:
    """Make a client of a service that signs with these keys, in the partition of `arn` where that is one.

    Raises MfaenvError where there is no such region or endpoint.
    """
    from botocore.config import Config

    source = session(profile)
    with explain.botocore_errors():
        return source.create_client(
            service,
            region_name=call_region(source, region, arn),
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key,
            aws_session_token=keys.token or None,
            config=Config(connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS),
        )


def call_region(source: Session, region: str, arn: str) -> str:
    """Give the region to call: the wanted one, unless it is known to lie outside the ARN's partition, or is none."""
    partition = arn.split(":")[1] if arn.startswith("arn:") else ""
    if region and (not partition or _partition(source, region) in {"", partition}):
        return region
    return _home_region(source, partition or "aws") or region


def _partition(source: Session, region: str) -> str:
    from botocore.exceptions import UnknownRegionError

    try:
        return source.get_partition_for_region(region)
    except UnknownRegionError:
        return ""


def _home_region(source: Session, partition: str) -> str:
    """Give the region in which a partition keeps what it has only once; botocore's own data names it."""
    partitions = source.get_component("data_loader").load_data("partitions")["partitions"]
    return next((str(p["outputs"]["implicitGlobalRegion"]) for p in partitions if p["id"] == partition), "")
