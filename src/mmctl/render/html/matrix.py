"""The matrix of a page: cases or messages down, rules across, in each cell what the rule did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.judge.trace import RuleResult
from mmctl.records import dataclass
from mmctl.render.html.markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.judge.trace import Trace
    from mmctl.language.project import LogicalRule

_ORDER: Final = (
    RuleResult.APPLIED,
    RuleResult.UNKNOWN,
    RuleResult.HELD_BACK,
    RuleResult.NOT_APPLIED,
)
"""For several recipients, the first of these is shown."""
_CELLS: Final = {
    RuleResult.APPLIED: Markup('<td class="a">●'),
    RuleResult.UNKNOWN: Markup('<td class="u">?'),
    RuleResult.HELD_BACK: Markup('<td class="h">○'),
    RuleResult.NOT_APPLIED: Markup("<td>"),
}
_NOT_ASKED: Final = Markup('<td class="n">')
"""There are many cells: end tags are left out, as HTML allows."""
_LEGEND: Final = (
    ("a", "●", "applied"),
    ("h", "○", "held back by unless"),
    ("u", "?", "not known"),
    ("", "", "did not apply"),
    ("n", "", "not evaluated: the mail had ended"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An item of the page, by its id and name; `kind` is the class of its name."""

    id: str
    name: str
    kind: str
    trace: Trace | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixTable:
    """A rule set, and the items that it judged."""

    rule_set: str
    rules: Sequence[LogicalRule]
    rows: Sequence[Row]


def matrix_section(noun: str, tables: Iterable[MatrixTable]) -> Markup:
    """One table for each rule set that judges items."""
    legend = [
        element("li", element("span", sign, class_=f"sign {kind}"), words)
        for kind, sign, words in _LEGEND
    ]
    return element(
        "section",
        element("h2", "Matrix"),
        element("ul", legend, class_="legend"),
        [_table(noun, table) for table in tables],
        id="matrix",
    )


def _table(noun: str, table: MatrixTable) -> Markup:
    heads = [
        element("th", element("span", rule.name), scope="col", title=rule.description)
        for rule in table.rules
    ]
    whole = element(
        "table",
        element("caption", f"Rule set {table.rule_set}"),
        element("thead", element("tr", element("th", noun.title(), scope="col"), heads)),
        element("tbody", [_row(row, len(table.rules)) for row in table.rows]),
        class_="matrix",
        style=f"--rules: {len(table.rules)}",
    )
    name = table.rule_set
    return element("div", whole, class_="scroll", tabindex=0, role="region", aria_label=name)


def _row(row: Row, width: int) -> Markup:
    head = element(
        "th",
        element("a", row.name, href=f"#{row.id}"),
        scope="row",
        class_=row.kind or None,
        title=row.name,
    )
    shown: dict[int, RuleResult] = {}
    for got in row.trace.recipients if row.trace else ():
        for rule in got.rules:
            before = shown.get(rule.index)
            if before is None or _ORDER.index(rule.result) < _ORDER.index(before):
                shown[rule.index] = rule.result
    cells = [_CELLS[shown[index]] if index in shown else _NOT_ASKED for index in range(width)]
    return element("tr", head, cells, data_item=row.id)
