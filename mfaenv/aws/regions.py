"""botocore's own data: the regions of AWS."""

import re
from functools import cache
from typing import Any


@cache
def loader() -> Any:
    """Return the reader of botocore's own data, not of AWS_DATA_PATH or ~/.aws/models."""
    from botocore.loaders import Loader

    return Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)


def find_partition(region: str, arn: str) -> str:
    """Return the partition of an ARN, else of a region, even a new one; empty where unknown."""
    if arn.startswith("arn:"):
        return arn.split(":")[1]
    return next((str(each["id"]) for each in _data() if re.match(each["regionRegex"], region)), "")


def call_region(region: str, arn: str) -> str:
    """Return the wanted region, or the global one of the ARN's partition where there is none or it is outside."""
    partition = find_partition("", arn)
    if region and (not partition or find_partition(region, "") in {"", partition}):
        return region
    homes = {str(each["id"]): str(each["outputs"]["implicitGlobalRegion"]) for each in _data()}
    return homes.get(partition or "aws", region)


def _data() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = loader().load_data("partitions")["partitions"]
    return rows


@cache
def partitions() -> dict[str, str]:
    """Return the partition of every region but `aws-global` and its like."""
    return {
        str(region): str(partition["id"])
        for partition in _data()
        for region in partition["regions"]
        if not region.endswith("-global")
    }
