"""What is said of a region in which Mail Manager is not, or of a name that no region has."""

from __future__ import annotations

from typing import Final, assert_never

from mmctl.language.text.suggest import did_you_mean
from mmctl.model.regions import ABSENT, HERE, READ_IN, UNSAID, Availability, availability_in
from mmctl.records import dataclass

_NEAR: Final = {
    "cn": "`ap-southeast-1` and `ap-northeast-1` have it",
    "ap": "`ap-southeast-1` and `ap-northeast-1` have it",
    "eu": "`eu-central-1` and `eu-west-1` have it",
    "mx": "`us-east-1` and `us-west-2` have it",
}
"""By the first part of a name: regions near it where Mail Manager is."""
_SHOWN: Final = 40
"""Characters of a name that are shown; the longest of a region has 16."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidOfRegion:
    """What is wrong with a region, and what to write instead."""

    message: str
    help: str
    certain: bool
    """Whether the table says so; False: it says nothing."""


def said_of(region: str) -> SaidOfRegion | None:
    """What to say of a region; None: Mail Manager is there."""
    name = f"`{region[:_SHOWN]}`"
    match availability_in(region):
        case Availability.HERE:
            return None
        case Availability.ABSENT:
            return SaidOfRegion(
                message=f"Mail Manager is not in {name} (as of {READ_IN})",
                help=_NEAR[region.partition("-")[0]],
                certain=True,
            )
        case Availability.UNSAID:
            return SaidOfRegion(
                message=f"it is unknown whether Mail Manager is in {name} (as of {READ_IN})",
                help="ask AWS before you rely on it",
                certain=False,
            )
        case Availability.NO_REGION:
            return SaidOfRegion(
                message=f"there is no region {name} (as of {READ_IN})",
                help=did_you_mean(region[:_SHOWN], sorted(HERE))
                or did_you_mean(region[:_SHOWN], sorted(ABSENT | UNSAID))
                or "write one such as `us-east-1`",
                certain=True,
            )
        case never:
            assert_never(never)
