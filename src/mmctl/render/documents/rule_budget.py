"""Where one rule is among the live rules: `mmctl/budget-rule@1`, and Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.render.documents.budget import pin_document, uses_documents
from mmctl.render.documents.markdown import code
from mmctl.render.text.budget import place_of
from mmctl.render.text.budget_advice import pair_of, why_of
from mmctl.render.text.rule_budget import heading_of, lines_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.compiler.rule_budget import RulePlace

SCHEMA: Final = "mmctl/budget-rule@1"


def document(found: Sequence[RulePlace]) -> dict[str, Any]:
    """The document `mmctl/budget-rule@1`."""
    return {"schema": SCHEMA, "places": [_place(each) for each in found]}


def _place(place: RulePlace) -> dict[str, Any]:
    price = place.price
    return {
        "name": place.name,
        "rule_set": place.rule_set.name,
        "ingress_point": place.rule_set.packing.ingress_point,
        "place": None if place.rule is None else place_of(place.rule),
        "live": [
            {
                "live": each.live,
                "logical": [rule.name for rule in each.sources],
                "uses": list(uses_documents(each.uses)),
            }
            for each in place.live
        ],
        "left_out": None if place.left_out is None else place.left_out.why,
        "price": None
        if price is None
        else {"now": price.now, "without": price.without, "alone": price.alone},
        "pins": [pin_document(each) for each in place.pins],
    }


def markdown(found: Sequence[RulePlace]) -> str:
    """The same for a pull request; everything that comes from files is code."""
    parts = []
    for place in found:
        parts.append(f"### {code(heading_of(place))}")
        lines = [*lines_of(place), *(f"{pair_of(pin)}: {why_of(pin)}" for pin in place.pins)]
        parts.append("\n".join(f"- {code(line)}" for line in lines))
    return "\n\n".join(parts) + "\n"
