"""Live rules of packed rule sets for people: what each holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from mmctl.counted import counted
from mmctl.render.text.paragraphs import wrapped
from mmctl.visible import visible

if TYPE_CHECKING:
    from mmctl.operate.logs.explained_rules import ExplainedRule, LivePlace
    from mmctl.operate.logs.packed import HeldRules


def holds_line(held: HeldRules) -> Text:
    """What a live rule holds, in one paragraph."""
    names = ", ".join(map(visible, held.names))
    return Text(wrapped(f"live rule {held.number} {visible(held.name)} holds {names}", ""))


def explained(rule: ExplainedRule) -> Text:
    """Where a rule of the files is live and with which others, or what a live rule holds."""
    report = Text(visible(rule.name), "bold")
    report.append(f"  {visible(rule.place)}\n" if rule.place else "\n", "dim")
    if rule.why_not is not None:
        report.append(f"  in no live rule: {visible(rule.why_not)}\n")
    for each in rule.live:
        _live(report, each, rule)
    return report


def _live(report: Text, each: LivePlace, asked: ExplainedRule) -> None:
    others = [(name, place) for name, place in each.holds if name != asked.name or not asked.place]
    where = f"rule {each.number} of {visible(each.rule_set)}"
    if asked.place is None:
        report.append(f"  live {where}, holds {counted(len(others), 'rule')}\n")
    else:
        whom = f"with {counted(len(others), 'other')}" if others else "alone"
        report.append(f"  live in {visible(each.live)}, {where}, {whom}\n")
    for name, place in others:
        report.append(f"    {visible(name)}")
        report.append(f"  {visible(place)}\n" if place else "\n", "dim")
