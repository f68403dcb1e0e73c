"""Values that a proof says change nothing, for the checks that report them. No check lives here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.model.conditions import values_of
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.analysis.questions.idle import Idle
    from mmctl.language.project import LogicalRule, Project
    from mmctl.problem import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleValue:
    """One value, and why it changes nothing."""

    found: Idle
    rules: Sequence[LogicalRule]
    """All rules of the gateway, in order."""
    values: tuple[str, ...]
    """All values of its condition."""
    value: str
    path: Path
    lines: tuple[int, ...]
    """Where the other conditions are that make it so."""


def idle_values(project: Project) -> Iterator[IdleValue]:
    """The values that change nothing, of those that no simpler check finds."""
    if not project.settings.lint.proof_effort:
        return
    # Formulas and their solver are loaded when something is proved.
    from mmctl.analysis.questions.idle import Idle  # noqa: PLC0415
    from mmctl.analysis.questions.of_project import proofs_of  # noqa: PLC0415

    for answer in proofs_of(project).idle():
        idle = answer.found
        if isinstance(idle, Idle) and idle.value is not None and idle.changed is None:
            yield _placed(idle, idle.value, answer.gateway.rules)


def _placed(idle: Idle, index: int, rules: Sequence[LogicalRule]) -> IdleValue:
    rule = idle.rule
    condition = (*rule.conditions, *rule.unless)[idle.condition]
    values = tuple(map(str, values_of(condition)))
    places = [rule.positions.at(_path(rule, number)).line for number in idle.conditions]
    return IdleValue(
        found=idle,
        rules=rules,
        values=values,
        value=values[index],
        path=(*_path(rule, idle.condition), condition.kind, "Values", index),
        lines=tuple(dict.fromkeys(places)),
    )


def _path(rule: LogicalRule, number: int) -> Path:
    """The path of a condition; those under `unless` come behind the others."""
    among = len(rule.conditions)
    return ("Conditions", number) if number < among else ("Unless", number - among)
