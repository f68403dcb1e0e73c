"""Changes that free the order of rules: phases in any order, phases where there are none."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from mmctl.analysis.effects import unconditional
from mmctl.compiler.advice.change import (
    KindOfChange,
    Remedy,
    at,
    files_of,
    named,
    parts_of,
    with_phase,
)
from mmctl.counted import counted
from mmctl.language.project import OnOverlap, Phase
from mmctl.model.actions import Does
from mmctl.records import replace
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.compiler.advice.change import RuleRun
    from mmctl.language.project import LogicalRule, LogicalRuleSet

_FEWEST: Final = 4
"""Fewer rules than these need no phase."""
_NAMES: Final = ("block", "bounce", "discard", "mark", "copy", "route")
"""Phases; what drops mail below a rule that bounces may drop the rest of it, so it stays there."""


def changes_of_order(rule_set: LogicalRuleSet, environment: str) -> Iterator[Remedy]:
    """Phases whose rules may be in any order, and phases for rules that are in none."""
    for part in parts_of(rule_set, environment):
        if part.phase is None:
            yield from _phases_for(rule_set, part)
        elif part.phase.on_overlap is not OnOverlap.ANY and len(part.rules) > 1:
            yield _any_order(part.phase, part)


def _any_order(phase: Phase, part: RuleRun) -> Remedy:
    def made(rule_set: LogicalRuleSet) -> tuple[LogicalRuleSet, ...]:
        return (with_phase(rule_set, replace(phase, on_overlap=OnOverlap.ANY)),)

    return Remedy(
        kind=KindOfChange.ANY_ORDER,
        what=f"write `on_overlap: any` in phase `{visible(phase.name)}` ({at(phase.position)})",
        short=f"`on_overlap: any` in phase `{visible(phase.name)}` ({at(phase.position)})",
        family=f"order {phase.name}",
        means=f"where two of its {counted(len(part.rules), 'rule')} take the same mail, either may"
        " come first",
        settings=1,
        made=made,
    )


def _phases_for(rule_set: LogicalRuleSet, part: RuleRun) -> Iterator[Remedy]:
    """Phases for runs of rules that are in none; a rule for all mail stays where it is."""
    runs: list[list[LogicalRule]] = [[]]
    for rule in part.rules:
        if unconditional(rule):
            runs.append([])
        else:
            runs[-1].append(rule)
    for run in runs:
        if len(run) >= _FEWEST:
            yield _phases_of(rule_set, run)


def _phases_of(rule_set: LogicalRuleSet, run: Sequence[LogicalRule]) -> Remedy:
    """One phase for each thing that rules of a run do, in the order in which they do them."""
    what = _places_of(run)
    order = sorted({*what}, key=lambda kind: _middle(what, kind))
    ranked = sorted(range(len(run)), key=lambda place: order.index(what[place]))
    moved = [run[place] for place in sorted(_not_in_order(ranked))]
    names = _phase_names(rule_set, [_NAMES[kind] for kind in order])
    first = run[0]
    phases = {
        names[rank]: tuple(run[place].name for place in ranked if what[place] == kind)
        for rank, kind in enumerate(order)
    }
    of_rule = {rule: phase for phase, rules in phases.items() for rule in rules}
    sorted_names = [run[place].name for place in ranked]

    def made(given: LogicalRuleSet) -> tuple[LogicalRuleSet, ...]:
        found = {rule.name: rule for rule in given.rules}
        places = [place for place, rule in enumerate(given.rules) if rule.name in of_rule]
        rules = list(given.rules)
        kept = (name for name in sorted_names if name in found)
        for place, name in zip(places, kept, strict=True):
            rules[place] = replace(found[name], phase=of_rule[name])
        added = tuple(
            Phase(name=name, on_overlap=OnOverlap.ANY, rules=members, position=first.position)
            for name, members in phases.items()
        )
        return (replace(given, rules=tuple(rules), phases=(*given.phases, *added)),)

    return Remedy(
        kind=KindOfChange.PHASES,
        what=_told(run, phases, moved),
        short=f"phases with `on_overlap: any`: {', '.join(phases)}; moved",
        family=f"phases {first.name}",
        means="where two rules of one phase take the same mail, either may come first",
        touched=tuple(moved),
        settings=len(phases),
        made=made,
    )


def _told(
    run: Sequence[LogicalRule], phases: dict[str, tuple[str, ...]], moved: Sequence[LogicalRule]
) -> str:
    listed = ", ".join(f"`{name}` ({len(rules):,})" for name, rules in phases.items())
    one = len(phases) == 1
    what = f"put the {counted(len(run), 'rule')} of {files_of(run)} that are in no phase into "
    what += f"a phase {listed}" if one else f"phases {listed}"
    if moved:
        what += f"; that moves {counted(len(moved), 'rule')}: {named(moved)}"
    return f"{what}; write `on_overlap: any` in {'it' if one else 'each'}"


def _places_of(run: Sequence[LogicalRule]) -> list[int]:
    """What each rule of a run does, as places in `_NAMES`."""
    block, bounce, discard = map(_NAMES.index, ("block", "bounce", "discard"))
    found: list[int] = []
    for rule in run:
        place = _place_of(rule)
        found.append(discard if place == block and bounce in found else place)
    return found


def _place_of(rule: LogicalRule) -> int:
    """What a rule does, as a place in `_NAMES`."""
    does = frozenset(rule.does)
    if Does.BOUNCES in does:
        return _NAMES.index("bounce")
    if does & {Does.DELIVERS, Does.REPLACES} or (rule.stop and Does.ENDS in does):
        return _NAMES.index("route")
    if Does.ENDS in does:
        return _NAMES.index("block")
    copies = does & {Does.STORES, Does.PUBLISHES, Does.CALLS}
    return _NAMES.index("copy" if copies else "mark")


def _middle(what: Sequence[int], kind: int) -> tuple[int, int]:
    """Where most rules that do a thing are: the order in which a file does things."""
    places = [place for place, each in enumerate(what) if each == kind]
    return places[len(places) // 2], kind


def _not_in_order(ranked: Sequence[int]) -> set[int]:
    """As few places as it takes to move, so that the others are in order."""
    tails: list[int] = []
    at_length: list[int] = []
    before: dict[int, int] = {}
    for place in ranked:
        length = bisect_left(tails, place)
        if length:
            before[place] = at_length[length - 1]
        tails[length : length + 1] = [place]
        at_length[length : length + 1] = [place]
    kept: set[int] = set()
    at_end = at_length[-1] if at_length else None
    while at_end is not None:
        kept.add(at_end)
        at_end = before.get(at_end)
    return {*ranked} - kept


def _phase_names(rule_set: LogicalRuleSet, wanted: Sequence[str]) -> list[str]:
    """Names of phases that are free in the set."""
    taken = {phase.name for phase in rule_set.phases}
    names = []
    for name in wanted:
        number, free = 2, name
        while free in taken:
            free, number = f"{name}-{number}", number + 1
        taken.add(free)
        names.append(free)
    return names
