"""One change of the files that may make a rule set fit, and the parts of a set that changes are in.

A change says what to write, and makes the rule sets that result, so that they can be packed. Its
cost is what somebody has to touch.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Final, TypeAlias

from mmctl.counted import counted
from mmctl.records import dataclass, field, replace
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mmctl.language.project import LogicalRule, LogicalRuleSet, Phase
    from mmctl.problem import Position

_NAMED: Final = 3
"""So many rules a sentence names; the others it counts."""


class KindOfChange(StrEnum):
    """The kinds of changes, as JSON names them."""

    ANY_ORDER = "any_order"
    PHASES = "phases"
    SAME_ACTIONS = "same_actions"
    SHARED_EXCEPTIONS = "shared_exceptions"
    DUPLICATES = "duplicates"
    ROUTE = "route"
    REFUSE = "refuse"
    FEWER_VALUES = "fewer_values"
    COUNT_ANY = "count_any"
    SHADOW = "shadow"
    ONE_RULE = "one_rule"
    SECOND_INGRESS_POINT = "second_ingress_point"


RuleSets: TypeAlias = "tuple[LogicalRuleSet, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What to write, which rules it touches, and the rule sets that it makes of one."""

    kind: KindOfChange
    what: str
    """An imperative: ``write `on_overlap: any` in phase `block` (rules/a.yaml:4)``."""
    short: str
    """The same in a few words; how many rules and which ones is said beside it."""
    means: str
    """What it changes for mail, or what somebody has to be sure of."""
    touched: tuple[LogicalRule, ...] = field(default=(), compare=False, repr=False)
    family: str
    """Remedies of one family do the same, more or less of it: only one of them is used."""
    settings: int = 0
    """How many settings of phases, of the set or of policies it touches."""
    made: Callable[[LogicalRuleSet], RuleSets] = field(compare=False, repr=False)

    @property
    def cost(self) -> int:
        """How many rules and settings somebody has to touch."""
        return len(self.touched) + self.settings

    @property
    def brief(self) -> str:
        """The change with the first of its rules, and how many more there are."""
        if not self.touched:
            return self.short
        first, more = self.touched[0], len(self.touched) - 1
        rules = f"`{visible(first.name)}` ({at(first.position)})"
        rules += f" and {more:,} more" if more else ""
        return f"{self.short} in {counted(len(self.touched), 'rule')}: {rules}"

    @property
    def lists_saved(self) -> int:
        """How many lists of actions are gone, each of which takes a live rule; 0 if none is."""
        if self.kind is KindOfChange.SHADOW:
            return len(self.touched)
        same = self.kind is KindOfChange.SAME_ACTIONS
        return len({rule.actions for rule in self.touched}) if same else 0

    @property
    def weight(self) -> int:
        """About how much it saves, to put first what saves most."""
        return len({(rule.actions, rule.unless) for rule in self.touched}) or self.settings


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRun:
    """Rules of a set that are beside each other: those of one phase, or those between phases."""

    phase: Phase | None
    rules: tuple[LogicalRule, ...]

    @property
    def described(self) -> str:
        """The part as a sentence names it."""
        if self.phase is not None:
            return f"phase `{visible(self.phase.name)}`"
        first, last = self.rules[0], self.rules[-1]
        return f"the rules from `{visible(first.name)}` to `{visible(last.name)}`"


def parts_of(rule_set: LogicalRuleSet, environment: str) -> tuple[RuleRun, ...]:
    """The live rules of a set, phase by phase."""
    phases = {phase.name: phase for phase in rule_set.phases}
    grouped = groupby(rule_set.live_rules(environment), key=lambda rule: rule.phase)
    return tuple(
        RuleRun(phase=None if name is None else phases.get(name), rules=tuple(rules))
        for name, rules in grouped
    )


def with_rules(
    rule_set: LogicalRuleSet, changed: Mapping[str, LogicalRule | None]
) -> LogicalRuleSet:
    """The set with other rules under some names; None: without that rule."""
    rules = (changed.get(rule.name, rule) for rule in rule_set.rules)
    return replace(rule_set, rules=tuple(rule for rule in rules if rule is not None))


def with_phase(rule_set: LogicalRuleSet, changed: Phase) -> LogicalRuleSet:
    """The set with another phase of the same name."""
    phases = (changed if each.name == changed.name else each for each in rule_set.phases)
    return replace(rule_set, phases=tuple(phases))


def at(position: Position) -> str:
    """A place as sentences name it."""
    return f"{visible(position.file)}:{position.line}"


def named(rules: Sequence[LogicalRule]) -> str:
    """The first of some rules with their places, and how many more there are."""
    shown = [f"`{visible(rule.name)}` ({at(rule.position)})" for rule in rules[:_NAMED]]
    more = len(rules) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def files_of(rules: Iterable[LogicalRule]) -> str:
    """The files that rules are in."""
    files = list(dict.fromkeys(rule.position.file for rule in rules))
    shown = ", ".join(visible(file) for file in files[:_NAMED])
    return shown + (f" and {len(files) - _NAMED:,} more files" if len(files) > _NAMED else "")
