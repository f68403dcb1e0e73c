"""Rule sets that fit as they are written: nothing is packed there, and nothing changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.quota_uses import fits, rule_set_uses
from mmctl.compiler.packing.packed import PackedRule, Packing, PackingProof

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.language.project import LogicalRule, LogicalRuleSet


def is_within(rule_set: LogicalRuleSet, live: Sequence[LogicalRule]) -> bool:
    """Whether rules are within the limits of a rule set and of its rules."""
    return all(map(fits, live)) and not any(use.over for use in rule_set_uses(rule_set, live))


def as_written(rule_set: LogicalRuleSet, rules: Sequence[LogicalRule], *, fits: bool) -> Packing:
    """A rule set of which each live rule is one logical rule."""
    return Packing(
        rule_set=rule_set.name,
        rules=tuple(PackedRule(rule=rule, sources=(rule,)) for rule in rules),
        proof=PackingProof(proved=True),
        fits=fits,
    )
