"""The regions of AWS, and in which of them Mail Manager is: a table with its date.

Nothing is asked of AWS here, so the table can be older than a region. Source of where Mail Manager
is: the CloudFormation resource types `AWS::SES::MailManager…` (eight in each region that has any)
in the data of cfn-lint 1.58, of names of regions: the partitions in botocore 1.44.8, both read in
November 2026; `tests/model/test_regions.py` compares. In partitions apart from the public one
(`eusc`, `iso`) that data is a copy of us-east-1 and says nothing.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

READ_IN: Final = "2026-11"
"""The month in which the table was made."""


class Availability(StrEnum):
    """Whether Mail Manager is in a region, as far as the table says."""

    HERE = "here"
    ABSENT = "absent"
    UNSAID = "unsaid"
    """The region exists, and the table does not say whether Mail Manager is in it."""
    NO_REGION = "no-region"
    """The table has no region of this name."""


HERE: Final = frozenset(
    (
        *("af-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1"),
        *("ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-5"),
        *("ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1"),
        *("eu-west-1", "eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "sa-east-1"),
        *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "us-gov-east-1", "us-gov-west-1"),
    )
)
ABSENT: Final = frozenset(
    (
        *("ap-east-1", "ap-east-2", "ap-southeast-4", "ap-southeast-6", "ap-southeast-7"),
        *("cn-north-1", "cn-northwest-1", "eu-south-2", "mx-central-1"),
    )
)
UNSAID: Final = frozenset(
    (
        # me-south-1 is in the guide's table of relay networks, and not in the data.
        *("me-south-1", "me-west-1", "sa-west-1", "eusc-de-east-1", "us-iso-east-1"),
        *("us-iso-west-1", "us-isob-east-1", "us-isob-west-1", "us-isof-east-1"),
        *("us-isof-south-1", "eu-isoe-west-1"),
    )
)


def availability_in(region: str) -> Availability:
    """Whether Mail Manager is in a region, as far as the table says."""
    if region in HERE:
        return Availability.HERE
    if region in ABSENT:
        return Availability.ABSENT
    return Availability.UNSAID if region in UNSAID else Availability.NO_REGION
