"""The matrix of the page: cases down, rules across, in each cell what the rule did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.judge.trace import RuleResult
from mmctl.render.markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.cases.running import CaseResult
    from mmctl.language.project import LogicalRule, Project

_ORDER: Final = (
    RuleResult.APPLIED,
    RuleResult.UNKNOWN,
    RuleResult.HELD_BACK,
    RuleResult.NOT_APPLIED,
)
"""Of several recipients the first of these is shown."""
_CELLS: Final = {
    RuleResult.APPLIED: Markup('<td class="a">●'),
    RuleResult.UNKNOWN: Markup('<td class="u">?'),
    RuleResult.HELD_BACK: Markup('<td class="h">○'),
    RuleResult.NOT_APPLIED: Markup("<td>"),
}
_NOT_ASKED: Final = Markup('<td class="n">')
"""Cells are many: end tags are left out, as HTML allows."""
_LEGEND: Final = (
    ("a", "●", "applied"),
    ("h", "○", "held back by unless"),
    ("u", "?", "not known"),
    ("", "", "did not apply"),
    ("n", "", "not asked: the mail had ended"),
)


def matrix_section(project: Project, results: Sequence[CaseResult]) -> Markup:
    """One table for each rule set that cases are judged by."""
    environment = project.environment.name
    tables = [
        _table(name, rule_set.live_rules(environment), results)
        for name, rule_set in project.rule_sets.items()
    ]
    legend = [
        element("li", element("span", sign, class_=f"sign {kind}"), words)
        for kind, sign, words in _LEGEND
    ]
    return element(
        "section",
        element("h2", "Matrix"),
        element("ul", legend, class_="legend"),
        tables,
        id="matrix",
    )


def _table(name: str, rules: Sequence[LogicalRule], results: Sequence[CaseResult]) -> Markup:
    heads = [
        element("th", element("span", rule.name), scope="col", title=rule.description)
        for rule in rules
    ]
    rows = [
        _row(number, result, len(rules))
        for number, result in enumerate(results)
        if result.case.rule_set == name
    ]
    table = element(
        "table",
        element("caption", f"Rule set {name}"),
        element("thead", element("tr", element("th", "Case", scope="col"), heads)),
        element("tbody", rows),
        class_="matrix",
    )
    return element("div", table, class_="scroll", tabindex=0, role="region", aria_label=name)


def _row(number: int, result: CaseResult, width: int) -> Markup:
    head = element(
        "th",
        element("a", result.case.name, href=f"#case-{number}"),
        scope="row",
        class_=result.status.value,
    )
    cells = [_cell(result, index) for index in range(width)]
    return element("tr", head, cells, data_case=f"case-{number}")


def _cell(result: CaseResult, index: int) -> Markup:
    found = {
        rule.result
        for got in (result.trace.recipients if result.trace else ())
        for rule in got.rules
        if rule.index == index
    }
    return next((_CELLS[one] for one in _ORDER if one in found), _NOT_ASKED)
