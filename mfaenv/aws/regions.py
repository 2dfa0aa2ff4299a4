"""botocore's own data: the regions of AWS, and the models of its services."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from botocore.loaders import Loader
    from botocore.model import ServiceModel, StructureShape


@cache
def loader() -> Loader:
    """Return what reads botocore's own data, once in a process: the data takes most of the time to make a client.

    Never the data that AWS_DATA_PATH or ~/.aws/models put in its place.
    """
    from botocore.loaders import Loader

    return Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)


def partition_of(region: str) -> str:
    """Return the partition of a region (aws, aws-cn, aws-us-gov or another); empty where there is no such region."""
    return _partitions().get(region, "")


def names() -> list[str]:
    """Return the names of all regions."""
    return list(_partitions())


@cache
def _partitions() -> dict[str, str]:
    """Return the partition of every region; `aws-global` and its like are no regions to sign a request for."""
    return {
        str(region): str(partition["id"])
        for partition in loader().load_data("partitions")["partitions"]
        for region in partition["regions"]
        if not region.endswith("-global")
    }


def input_shape(service: str, operation: str) -> StructureShape:
    """Return the model of an operation's parameters."""
    shape = _model(service).operation_model(operation).input_shape
    return cast("StructureShape", shape)


@cache
def _model(service: str) -> ServiceModel:
    from botocore.model import ServiceModel

    return ServiceModel(loader().load_service_model(service, "service-2"), service)
