"""Invariants: what must hold for every message; parsed and kept for the proofs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.language.parsing.conditions import condition_members
from mmctl.language.project import Invariant
from mmctl.language.text.placed import positions_of
from mmctl.model.rules import RuleCondition
from mmctl.problem import Positions

if TYPE_CHECKING:
    from mmctl.language.parsing.shapes import Builder
    from mmctl.language.text.placed import Table


def invariant_of(table: Table, builder: Builder) -> Invariant:
    """The invariant in a table; conditions that the service would refuse become problems."""
    conditions = []
    places = dict(positions_of(table, otherwise=table.position).places)
    for index, condition in enumerate(table.get("when", ())):
        members: dict[str, Any] = condition_members(condition)
        at = next(iter(condition.keys_at.values()))
        shape, positions = builder.build(RuleCondition, members, otherwise=at)
        places |= {("when", index, *path): value for path, value in positions.places.items()}
        if shape is not None:
            conditions.append(shape)
    return Invariant(
        name=str(table["name"]),
        when=tuple(conditions),
        ingress_point=table.get("ingress_point"),
        environments=tuple(table["environments"]) if "environments" in table else None,
        claim={key: table[key] for key in ("never", "always", "before", "only") if key in table},
        position=table.values_at["name"],
        positions=Positions(places),
    )
