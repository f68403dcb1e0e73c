"""Rules that no mail can reach, because rules above take all of it: they stay, switched off.

The source has them too, and there they do nothing either. Lint calls them errors.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from mmctl.patterns import Pattern
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from mmctl.interchange.migration.lowered import LoweredGateway
    from mmctl.interchange.migration.report import IdleRule

_LINE: Final = Pattern(r" \(line [0-9]+\)")
_CHECKS: Final = frozenset({"unreachable-rule", "contradicting-conditions"})


def switched_off(
    texts: Mapping[str, str], today: date, lowered: LoweredGateway
) -> tuple[IdleRule, ...]:
    """Switch off, in place, the rules that lint calls unreachable; return them with the reason."""
    from mmctl.checks.catalogue import CHECKS
    from mmctl.checks.lint import report
    from mmctl.interchange.migration.report import IdleRule
    from mmctl.language.parsing.load import read_text

    project, _ = read_text(texts)
    found = report([project], today, checks=[each for each in CHECKS if each.id in _CHECKS])
    wrong = [each for each in found.problems if each.severity is Severity.ERROR]
    if not wrong:
        return ()
    rules = {rule["name"]: (each, rule) for each in lowered.rules for rule in each.rules}
    lines: dict[str, list[tuple[int, str]]] = {}
    for rule_set in project.rule_sets.values():
        for written in rule_set.rules:
            lines.setdefault(written.position.file, []).append(
                (written.position.line, written.name)
            )
    idle: dict[str, IdleRule] = {}
    for problem in wrong:
        starts = sorted(lines.get(problem.position.file, ()))
        at = bisect_right(starts, (problem.position.line, "\U0010ffff")) - 1
        if at < 0 or starts[at][1] not in rules:
            continue
        source, rule = rules[starts[at][1]]
        rule["enabled"] = False
        name = rule["name"]
        # The line is of a file here, and the place beside it is of the source.
        message = _LINE.sub("", problem.message)
        why = f"{message}; it is written, and switched off"
        idle.setdefault(name, IdleRule(name=name, place=source.source.place, why=why))
    return tuple(idle.values())
