"""Results of `mmctl.api` as tables for a notebook. Values only; all text is escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.render.html.markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from mmctl.judge.judged import JudgedMessage
    from mmctl.judge.trace import RecipientTrace
    from mmctl.language.project import Project
    from mmctl.live.plan.plan import Plan
    from mmctl.problem import Problem

_MOST: Final = 200
"""The rows of a table; more are counted in its last line."""
_LONGEST: Final = 400
"""The characters of a value."""


def project_table(project: Project) -> str:
    """The rules of each rule set, with where they are."""
    rows = [
        (name, rule.name, str(rule.position))
        for name, rules in project.rule_sets.items()
        for rule in rules.rules
    ]
    title = f"{project.settings.project}, {project.environment.name}: {counted(len(rows), 'rule')}"
    return _table(title, ("rule set", "rule", "place"), rows)


def problems_table(problems: Sequence[Problem]) -> str:
    """Problems, each with its place and advice."""
    rows = [
        (str(each.position), each.severity, each.message, each.help or "", each.check)
        for each in problems
    ]
    title = counted(len(rows), "problem") if rows else "no problems"
    return _table(title, ("place", "severity", "message", "help", "check"), rows)


def traces_table(recipients: Iterable[RecipientTrace]) -> str:
    """How a message ends for each recipient, and which rules applied."""
    return _ends(
        (each.recipient, each.outcome, each.by, each.applied, each.missing) for each in recipients
    )


def judged_table(judged: JudgedMessage) -> str:
    """How one of many messages ends for each recipient."""
    return _ends(
        (recipient, ended.outcome, ended.by, ended.rules, ended.missing)
        for recipient, ended in judged.recipients
    )


def plan_table(plan: Plan) -> str:
    """The edits of a plan in their order."""
    rows = [
        (
            each.kind,
            each.resource.noun,
            each.name,
            each.path,
            _value(each.before),
            _value(each.after),
        )
        for each in plan.edits
    ]
    title = f"{plan.target.environment}: {counted(len(rows), 'edit') if rows else 'no changes'}"
    return _table(title, ("edit", "of", "name", "path", "before", "after"), rows)


def _ends(ends: Iterable[tuple[str, str, str | None, Sequence[str], Sequence[object]]]) -> str:
    rows = [
        (recipient, outcome, by or "", ", ".join(rules), ", ".join(map(str, missing)))
        for recipient, outcome, by, rules, missing in ends
    ]
    title = counted(len(rows), "recipient")
    return _table(title, ("recipient", "outcome", "by", "rules", "missing"), rows)


def _value(value: Any) -> str:
    return "" if value is None else str(value)


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Markup:
    """A table whose empty columns are left out, so that a narrow page shows the others."""
    used = [place for place in range(len(heads)) if any(row[place] for row in rows)]
    body = [
        element("tr", [element("td", _short(row[place])) for place in used]) for row in rows[:_MOST]
    ]
    head = element("tr", [element("th", heads[place]) for place in used])
    left = len(rows) - _MOST
    return element(
        "div",
        element("p", element("strong", title)),
        element("table", element("thead", head), element("tbody", body)) if rows else None,
        element("p", f"{left:,} more are not shown") if left > 0 else None,
    )


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
