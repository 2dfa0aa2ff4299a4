import pytest
from botocore.loaders import Loader

from mfaenv.aws.regions import partitions

PARTITIONS = {partition["id"] for partition in Loader().load_data("partitions")["partitions"]}


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-east-1", "aws"),
        ("eu-central-2", "aws"),
        ("cn-northwest-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-isob-east-1", "aws-iso-b"),
        pytest.param(
            "eusc-de-east-1",
            "aws-eusc",
            marks=pytest.mark.skipif("aws-eusc" not in PARTITIONS, reason="this botocore does not know it yet"),
        ),
        ("aws-global", ""),
        ("us-east-9", ""),
        ("", ""),
    ],
)
def test_a_region_has_its_partition(region: str, partition: str) -> None:
    assert partitions().get(region, "") == partition
