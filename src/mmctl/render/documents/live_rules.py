"""The live rules of packed rule sets, as parts of JSON documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from mmctl.operate.logs.explained_rules import ExplainedRule
    from mmctl.operate.logs.packed import PackedRules

SCHEMA: Final = "mmctl/rule@1"


def live_rules(packed: Iterable[PackedRules], named: Collection[str]) -> list[dict[str, Any]]:
    """The live rules that hold some rules of the files, with all that each of them holds."""
    return [
        {
            "live": held.name,
            "rule_set": each.name,
            "number": held.number,
            "holds": list(held.names),
        }
        for each in packed
        for held in each.rules.values()
        if not set(held.names).isdisjoint(named)
    ]


def explained(rule: ExplainedRule) -> dict[str, Any]:
    """A rule of the files or of the service, as `mmctl/rule@1`."""
    return {
        "schema": SCHEMA,
        "name": rule.name,
        "place": rule.place,
        "why_not": rule.why_not,
        "live_rules": [
            {
                "live": each.live,
                "rule_set": each.rule_set,
                "number": each.number,
                "holds": [{"rule": name, "place": place} for name, place in each.holds],
            }
            for each in rule.live
        ],
    }
