"""Coverage for people, in 80 columns, and as the part of the document `mmctl/simulate@1`."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from mmctl.counted import counted
from mmctl.render.text.paragraphs import wrapped
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.cases.coverage import (
        ConditionCoverage,
        Coverage,
        Gap,
        GapReach,
        Measure,
        RuleCoverage,
        StatementCoverage,
    )
    from mmctl.problem import Position

_SHOWN: Final = 20
"""How many gaps are listed unless all are requested."""
_LONGEST: Final = 60


def coverage_report(
    coverage: Coverage, reaches: Sequence[GapReach] = (), *, all_gaps: bool = False
) -> Text:
    """How much the cases show of the rules, and where they show nothing.

    `reaches` says of each gap whether a message can reach it.
    """
    rules, *others = coverage.measures
    report = Text(f"coverage: cases apply {rules.covered:,} of {counted(rules.total, 'rule')}")
    report.append(f", {rules.percent} %\n")
    for measure in others:
        if measure.total:
            _measure(report, measure)
    gaps = coverage.gaps
    shown = gaps if all_gaps else gaps[:_SHOWN]
    if shown:
        report.append("not covered:\n")
    for gap, reach in zip_longest(shown, reaches[: len(shown)]):
        _gap(report, gap)
        if reach is not None and reach.words is not None:
            report.append(wrapped(visible(reach.words), "    "), "dim")
    if len(gaps) > len(shown):
        report.append(f"  and {len(gaps) - len(shown):,} more; -v lists them\n", "dim")
    unreachable = sum(each.possible is False for each in reaches)
    if unreachable:
        report.append(
            f"proved: no message can reach {unreachable:,} of {counted(len(gaps), 'gap')}"
        )
    report.rstrip()
    return report


def _measure(report: Text, measure: Measure) -> None:
    style = "green" if measure.covered == measure.total else ""
    report.append(f"  {measure.name:<26}{measure.covered:>7,} of {measure.total:>5,}  ")
    report.append(f"{measure.percent:>3} %\n", style)


def _gap(report: Text, gap: Gap) -> None:
    what = visible(gap.what)
    if len(what) > _LONGEST:
        what = what[: _LONGEST - 1] + "…"
    report.append(f"  {visible(gap.name)}", "yellow")
    report.append(f"  {what}  ")
    report.append(f"{visible(gap.position.file)}:{gap.position.line}\n", "dim")


def coverage_document(coverage: Coverage, reaches: Sequence[GapReach] = ()) -> dict[str, Any]:
    """All counts, and everything that is not covered."""
    return {
        "percent": coverage.percent,
        "measures": [
            {
                "name": measure.name,
                "covered": measure.covered,
                "total": measure.total,
                "percent": measure.percent,
            }
            for measure in coverage.measures
        ],
        "rules": [_rule(rule) for rule in coverage.rules],
        "statements": [_statement(statement) for statement in coverage.statements],
        "gaps": [
            {"name": gap.name, "what": gap.what, **_place(gap.position), **_reach(reach)}
            for gap, reach in zip_longest(coverage.gaps, reaches)
        ],
    }


def _reach(reach: GapReach | None) -> dict[str, Any]:
    """What is proved of a gap."""
    if reach is None or reach.possible is None:
        return {}
    found = {} if reach.message is None else {"message": reach.message}
    return {"reachable": reach.possible, **found}


def _place(position: Position) -> dict[str, Any]:
    return {"file": position.file, "line": position.line}


def _rule(rule: RuleCoverage) -> dict[str, Any]:
    return {
        "rule_set": rule.rule_set,
        "rule": rule.rule,
        **_place(rule.position),
        "applied": rule.applied,
        "not_applied": rule.not_applied,
        "held_back": rule.held_back,
        "conditions": _conditions(rule.conditions),
        "actions": [
            {
                "action": action.kind,
                "target": action.target,
                **_place(action.position),
                "done": action.done,
            }
            for action in rule.actions
        ],
    }


def _statement(statement: StatementCoverage) -> dict[str, Any]:
    return {
        "policy": statement.policy,
        "statement": statement.statement,
        **_place(statement.position),
        "matched": statement.matched,
        "not_matched": statement.not_matched,
        "conditions": _conditions(statement.conditions),
    }


def _conditions(conditions: Sequence[ConditionCoverage]) -> list[dict[str, Any]]:
    return [
        {
            "condition": condition.words,
            "unless": condition.unless,
            **_place(condition.position),
            "true": condition.true,
            "false": condition.false,
            "values": [
                {"value": value.value, **_place(value.position), "met": value.met}
                for value in condition.values
            ],
        }
        for condition in conditions
    ]
