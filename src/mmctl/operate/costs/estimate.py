"""The costs of one environment with everything that they were made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.operate.costs.lines import Costs
    from mmctl.operate.costs.month import MailVolume
    from mmctl.operate.costs.prices import PricePlan, PriceTable


@dataclass(frozen=True, slots=True, kw_only=True)
class CostEstimate:
    """What an environment costs in a month, and by which prices."""

    costs: Costs
    volume: MailVolume | None
    plan: PricePlan
    prices: PriceTable
