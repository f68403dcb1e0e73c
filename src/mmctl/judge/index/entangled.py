"""The rules that change what conditions of later rules see: by new recipients, or by headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.actions import actions_in_effect
from mmctl.model.actions import added_header, new_recipients
from mmctl.model.conditions import header_of, operand_of
from mmctl.model.facts import RECIPIENTS
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.judge.index.layout import Layout
    from mmctl.judge.submission import Gateway


@dataclass(frozen=True, slots=True, kw_only=True)
class Entangled:
    """Rules and conditions that have to do with each other."""

    replacing: int
    """The columns of those that replace recipients."""
    addresses: tuple[str, ...]
    """By whom."""
    marking: int
    """The columns of those that add a header which a later rule reads."""
    reading: int
    """The slots of the conditions that read it."""
    touched: int
    """The columns of rules whose conditions may see what others changed."""

    @classmethod
    def of(cls, gateway: Gateway, layout: Layout) -> Entangled:
        """The rules of a gateway."""
        replacing = marking = reading = of_recipient = 0
        addresses: dict[str, None] = {}
        adders: dict[str, int] = {}
        for place, rule in enumerate(gateway.rules):
            column = layout.statements + place
            for row, condition in enumerate((*rule.conditions, *rule.unless)):
                if operand_of(condition).fact is RECIPIENTS:
                    of_recipient |= layout.slot(column, row)
                header = header_of(condition)
                adding = 0 if header is None else adders.get(header.lower(), 0)
                if adding:
                    marking |= adding
                    reading |= layout.slot(column, row)
            for action in actions_in_effect(rule):
                added, others = added_header(action), new_recipients(action)
                if added is not None:
                    adders[added[0].lower()] = adders.get(added[0].lower(), 0) | 1 << column
                if others:
                    replacing |= 1 << column
                    addresses.update(dict.fromkeys(others))
        return cls(
            replacing=replacing,
            addresses=tuple(addresses),
            marking=marking,
            reading=reading,
            touched=layout.columns_of(reading | (of_recipient if replacing else 0)),
        )
