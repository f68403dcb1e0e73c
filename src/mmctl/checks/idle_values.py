"""Values that a proof says change nothing, for the checks that report them. No check lives here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.analysis.questions.idle import Idle
    from mmctl.language.project import LogicalRule, Project


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleValue:
    """One value, and why it changes nothing."""

    found: Idle
    text: str
    """The value as it is written."""
    rules: Sequence[LogicalRule]
    """All rules of the gateway, in order."""


def idle_values(project: Project) -> Iterator[IdleValue]:
    """The values that change nothing, of those that no simpler check finds."""
    if not project.settings.lint.proof_effort:
        return
    # Formulas and their solver are loaded when something is proved.
    from mmctl.analysis.questions.idle import Idle  # noqa: PLC0415
    from mmctl.analysis.questions.of_project import proofs_of  # noqa: PLC0415

    for answer in proofs_of(project).idle():
        idle = answer.found
        if not isinstance(idle, Idle) or idle.text is None or idle.changed is not None:
            continue
        # Members of a list are there for other rules too.
        if idle.path in idle.rule.positions.places:
            yield IdleValue(found=idle, text=idle.text, rules=answer.gateway.rules)
