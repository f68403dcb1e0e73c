"""The names of Mail Manager's endpoints and of S3's, and what is on this machine.

A file may name nothing else: requests to them are signed, and their answers are trusted.
Sources: the endpoint rules of `mailmanager` and the partitions in botocore 1.44.8 (November 2026),
with which `tests/model/test_endpoints.py` compares; names of interface endpoints: "Access an AWS
service using an interface VPC endpoint", AWS PrivateLink Guide; of buckets: "Methods for accessing
a general purpose bucket" and "Using Amazon S3 dual-stack endpoints", Amazon S3 User Guide.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from mmctl.patterns import Pattern
from mmctl.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """A group of regions whose endpoints have the same ending."""

    id: str
    region: str
    """The form of its regions."""
    suffix: str
    dual_stack_suffix: str


PARTITIONS: Final = (
    Partition(
        id="aws",
        region=r"(?:us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-[0-9]+",
        suffix="amazonaws.com",
        dual_stack_suffix="api.aws",
    ),
    Partition(
        id="aws-cn",
        region=r"cn-[a-z]+-[0-9]+",
        suffix="amazonaws.com.cn",
        dual_stack_suffix="api.amazonwebservices.com.cn",
    ),
    Partition(
        id="aws-us-gov",
        region=r"us-gov-[a-z]+-[0-9]+",
        suffix="amazonaws.com",
        dual_stack_suffix="api.aws",
    ),
    Partition(
        id="aws-eusc",
        region=r"eusc-de-[a-z]+-[0-9]+",
        suffix="amazonaws.eu",
        dual_stack_suffix="api.amazonwebservices.eu",
    ),
    Partition(
        id="aws-iso",
        region=r"us-iso-[a-z]+-[0-9]+",
        suffix="c2s.ic.gov",
        dual_stack_suffix="api.aws.ic.gov",
    ),
    Partition(
        id="aws-iso-b",
        region=r"us-isob-[a-z]+-[0-9]+",
        suffix="sc2s.sgov.gov",
        dual_stack_suffix="api.aws.scloud",
    ),
    Partition(
        id="aws-iso-e",
        region=r"eu-isoe-[a-z]+-[0-9]+",
        suffix="cloud.adc-e.uk",
        dual_stack_suffix="api.cloud-aws.adc-e.uk",
    ),
    Partition(
        id="aws-iso-f",
        region=r"us-isof-[a-z]+-[0-9]+",
        suffix="csp.hci.ic.gov",
        dual_stack_suffix="api.aws.hci.ic.gov",
    ),
)
"""Forms and endings, without lookalike letters."""
EMBEDDED_ACCOUNT: Final = "000000000000"
EMBEDDED_REGION: Final = "us-east-1"
"""The URL of the embedded Mail Manager, unless an environment states one."""
_BUCKET: Final = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"


def _mail_manager(partition: Partition) -> str:
    suffix, dual = re.escape(partition.suffix), re.escape(partition.dual_stack_suffix)
    private = rf"vpce-[0-9a-f]{{8,17}}-[a-z0-9]+(?:-{partition.region}[a-z])?\."
    service = r"mail-manager(?:-fips)?"
    return (
        rf"{service}\.{partition.region}\.(?:{suffix}|{dual})"
        rf"|{private}{service}\.{partition.region}\.vpce\.{suffix}"
    )


def _s3(partition: Partition) -> str:
    suffix = re.escape(partition.suffix)
    names = rf"s3(?:-fips)?(?:\.dualstack)?\.{partition.region}\.{suffix}"
    if partition.id == "aws":
        names += r"|s3(?:-accelerate(?:\.dualstack)?)?\.amazonaws\.com"
    return rf"(?:{_BUCKET}\.)?(?:{names})"


@cache
def _own() -> re.Pattern[str]:
    return re.compile(f"https://(?:{'|'.join(map(_mail_manager, PARTITIONS))})/?")


@cache
def _of_s3() -> re.Pattern[str]:
    return re.compile(f"https://(?:{'|'.join(map(_s3, PARTITIONS))})/[!-~]*")


_LOOPBACK: Final = Pattern(r"https?://(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?/?")


def partition_of(region: str) -> Partition:
    """The partition of a region; an unknown region counts as `aws`."""
    found = (each for each in PARTITIONS if re.fullmatch(each.region, region))
    return next(found, PARTITIONS[0])


def is_mail_managers(url: str) -> bool:
    """Whether a URL is exactly one of Mail Manager's: regional, FIPS, dual-stack or private."""
    return _own().fullmatch(url) is not None


def is_s3s(url: str) -> bool:
    """Whether a URL leads only to S3."""
    return _of_s3().fullmatch(url) is not None


def is_loopback(url: str) -> bool:
    """Whether a URL points to this machine and has only scheme, host and port."""
    return _LOOPBACK.fullmatch(url) is not None
