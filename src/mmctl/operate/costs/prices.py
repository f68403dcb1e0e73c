"""The table of prices: one row for each thing that is paid for, with its source and date.

All are list prices of us-east-1 in US dollars, before tax and discounts. A price without a source
is None, and is said to be unknown: never estimated. No arithmetic is done here.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

REGION: Final = "us-east-1"
"""The region whose prices these are."""


class PricePlan(StrEnum):
    """How an account pays for SES; AWS has had plans since 2026-07-21."""

    A_LA_CARTE = "a-la-carte"
    ESSENTIALS = "essentials"


class PriceUnit(StrEnum):
    """What one price is for."""

    MESSAGE = "message"
    CHUNK = "chunk of 256 KB"
    REQUEST = "request"
    GB = "GB"
    GB_MONTH = "GB-month"
    MONTH = "month"
    HOUR = "hour"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPrice:
    """What AWS asks for one unit of something."""

    item: str
    unit: PriceUnit
    amount: Decimal | None
    """US dollars; None: not known."""
    source: str
    """Who says so; for what is unknown, what was looked at."""
    date: str
    """The day that the source states."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTable:
    """Prices by the name of the item."""

    prices: Mapping[str, ListPrice]
    changed: frozenset[str] = frozenset()
    """The items whose price a file of the user states."""

    def of(self, item: str) -> ListPrice:
        """The price of an item; one that the table does not have is unknown."""
        return self.prices.get(item) or ListPrice(
            item=item, unit=_unit_of(item), amount=None, source=_NO_SOURCE, date=_LOOKED
        )

    @property
    def oldest(self) -> str:
        """The earliest date of a known price."""
        known = [price.date for price in self.prices.values() if price.amount is not None]
        return min(known, default="")


_LOOKED: Final = "2026-11-29"
_NO_SOURCE: Final = "no source found"
_SES: Final = (
    "AWS price list of Amazon SES in us-east-1, as published in amazon-ses plans",
    "2026-07-22",
)
_VPC: Final = ("AWS price list of Amazon VPC, as quoted by public guides", "2026-06-13")
_CLOUDWATCH: Final = ("Amazon CloudWatch pricing page, as quoted by public guides", "2026-06-13")
_SERVERLESS: Final = ("AWS price lists, as checked by a public cost model", "2026-07-26")
_EC2: Final = ("AWS price list of Amazon EC2, as queried by a public benchmark", "2026-09-16")
_KMS: Final = ("AWS KMS pricing page, as quoted by public guides", "2026-06-13")
_GUIDE: Final = ("public guides without a date of their own", "2026-11-29")
_UNKNOWN: Final = (_NO_SOURCE, _LOOKED)

INSTANCE: Final = "instance-"
"""How the items of EC2 instances begin: `instance-t4g.small`."""
ADD_ON: Final = "add-on-"
"""How the items of add-ons begin: `add-on-SPAMHAUS_DBL`."""

_ROWS: Final[tuple[tuple[str, PriceUnit, str | None, tuple[str, str]], ...]] = (
    ("ingress-point", PriceUnit.MONTH, "50.00", _SES),
    ("message", PriceUnit.MESSAGE, "0.00015", _SES),
    ("message-essentials", PriceUnit.MESSAGE, "0.00016", _SES),
    ("message-essentials-above-10m", PriceUnit.MESSAGE, None, _UNKNOWN),
    ("chunk", PriceUnit.CHUNK, "0.00009", _SES),
    ("sent-message", PriceUnit.MESSAGE, "0.0001", _SES),
    ("sent-message-essentials", PriceUnit.MESSAGE, "0.00016", _SES),
    ("archive-in", PriceUnit.GB, "2.00", _SES),
    ("archive-stored", PriceUnit.GB_MONTH, "0.19", _SES),
    (f"{ADD_ON}ABUSIX_MAIL_INTELLIGENCE", PriceUnit.MESSAGE, "0.000125", _SES),
    (f"{ADD_ON}SPAMHAUS_DBL", PriceUnit.MESSAGE, "0.000125", _SES),
    (f"{ADD_ON}TRENDMICRO_VSAPI", PriceUnit.MESSAGE, "0.0001875", _SES),
    (f"{ADD_ON}VADE_ADVANCED_EMAIL_SECURITY", PriceUnit.MESSAGE, "0.000415", _SES),
    ("vpc-endpoint-zone", PriceUnit.HOUR, "0.01", _VPC),
    ("vpc-endpoint-data", PriceUnit.GB, "0.01", _VPC),
    ("public-address", PriceUnit.HOUR, "0.005", _VPC),
    ("nat-gateway", PriceUnit.HOUR, "0.045", _VPC),
    ("nat-data", PriceUnit.GB, "0.045", _VPC),
    ("log-in", PriceUnit.GB, "0.50", _CLOUDWATCH),
    ("log-stored", PriceUnit.GB_MONTH, "0.03", _CLOUDWATCH),
    (
        "metric",
        PriceUnit.MONTH,
        "0.30",
        ("Amazon CloudWatch pricing page, as quoted by a public guide", "2026-02-15"),
    ),
    ("alarm", PriceUnit.MONTH, "0.10", _SERVERLESS),
    ("dashboard", PriceUnit.MONTH, "3.00", _SERVERLESS),
    ("key", PriceUnit.MONTH, "1.00", _KMS),
    ("secret", PriceUnit.MONTH, "0.40", _GUIDE),
    ("volume-gp3", PriceUnit.GB_MONTH, "0.08", _GUIDE),
    ("object-stored", PriceUnit.GB_MONTH, "0.023", _SERVERLESS),
    ("object-put", PriceUnit.REQUEST, "0.000005", _SERVERLESS),
    ("topic-request", PriceUnit.REQUEST, "0.0000005", _SERVERLESS),
    ("queue-request", PriceUnit.REQUEST, "0.0000004", _SERVERLESS),
    ("function-request", PriceUnit.REQUEST, "0.0000002", _SERVERLESS),
    ("table-write", PriceUnit.REQUEST, "0.000000625", _SERVERLESS),
    ("schedule-run", PriceUnit.REQUEST, "0.000001", _SERVERLESS),
    (f"{INSTANCE}t4g.micro", PriceUnit.HOUR, "0.0084", _EC2),
    (f"{INSTANCE}t4g.small", PriceUnit.HOUR, "0.0168", _EC2),
    (f"{INSTANCE}t4g.medium", PriceUnit.HOUR, "0.0336", _EC2),
    (f"{INSTANCE}c7g.medium", PriceUnit.HOUR, "0.0363", _EC2),
    (f"{INSTANCE}c7g.large", PriceUnit.HOUR, "0.0725", _EC2),
)


def usual_prices() -> PriceTable:
    """The table of this version."""
    return PriceTable(
        prices={
            item: ListPrice(
                item=item,
                unit=unit,
                amount=None if amount is None else Decimal(amount),
                source=source,
                date=date,
            )
            for item, unit, amount, (source, date) in _ROWS
        }
    )


def _unit_of(item: str) -> PriceUnit:
    if item.startswith(INSTANCE):
        return PriceUnit.HOUR
    return PriceUnit.MESSAGE if item.startswith(ADD_ON) else PriceUnit.MONTH
