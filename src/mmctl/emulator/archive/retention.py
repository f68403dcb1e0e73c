"""How long an archive keeps a message, in seconds: a month has 30 days, a year 365."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from mmctl.model.enums import RetentionPeriod

if TYPE_CHECKING:
    from collections.abc import Mapping

_DAY: Final = 24 * 3600.0
_MONTH: Final = 30 * _DAY
_YEAR: Final = 365 * _DAY

SECONDS_OF: Final[Mapping[str, float]] = {
    RetentionPeriod.THREE_MONTHS: 3 * _MONTH,
    RetentionPeriod.SIX_MONTHS: 6 * _MONTH,
    RetentionPeriod.NINE_MONTHS: 9 * _MONTH,
    RetentionPeriod.ONE_YEAR: _YEAR,
    RetentionPeriod.EIGHTEEN_MONTHS: 1.5 * _YEAR,
    RetentionPeriod.TWO_YEARS: 2 * _YEAR,
    RetentionPeriod.THIRTY_MONTHS: 2.5 * _YEAR,
    RetentionPeriod.THREE_YEARS: 3 * _YEAR,
    RetentionPeriod.FOUR_YEARS: 4 * _YEAR,
    RetentionPeriod.FIVE_YEARS: 5 * _YEAR,
    RetentionPeriod.SIX_YEARS: 6 * _YEAR,
    RetentionPeriod.SEVEN_YEARS: 7 * _YEAR,
    RetentionPeriod.EIGHT_YEARS: 8 * _YEAR,
    RetentionPeriod.NINE_YEARS: 9 * _YEAR,
    RetentionPeriod.TEN_YEARS: 10 * _YEAR,
    RetentionPeriod.PERMANENT: math.inf,
}
