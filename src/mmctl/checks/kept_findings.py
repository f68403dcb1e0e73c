"""What checks found in a project, kept while the same question is asked again.

A project is looked at again after each edit. What a check proves of rules takes seconds, and is the
same as long as nothing has changed of which it depends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mmctl.checks.check import Check, Subject
    from mmctl.language.formatting.fix import Fix
    from mmctl.language.project import Project
    from mmctl.problem import Problem

PROVED: Final = frozenset(
    {
        "blocks-ordinary-mail",
        "invariant-broken",
        "lost-mail",
        "not-proved",
        "order-matters",
        "redundant-value",
        "refused-too-late",
        "unreachable-rule",
        "unreachable-value",
        "vacuous-invariant",
    }
)
"""The checks that ask a solver: they look at nothing in a project but its gateways."""

Found = tuple["Problem", "Fix | None"]


@dataclass(slots=True, eq=False)
class KeptFindings:
    """What checks found in each environment of one project, the last time."""

    _asked: dict[str, Subject] = field(default_factory=dict)
    _found: dict[str, dict[str, tuple[Found, ...]]] = field(default_factory=dict)

    def of(
        self, check: Check, subject: Subject, look: Callable[[], Iterable[Found]]
    ) -> tuple[Found, ...]:
        """What a check finds: what it found before, or else what looking finds now."""
        known = self._known(subject)
        if check.id not in known:
            known[check.id] = tuple(look())
        return known[check.id]

    def _known(self, subject: Subject) -> dict[str, tuple[Found, ...]]:
        environment = subject.project.environment.name
        before = self._asked.get(environment)
        known = self._found.setdefault(environment, {})
        if before is subject:
            return known
        if before is None or not _is_same(before, subject):
            known = {}
        elif before.project is not subject.project:
            known = {check: found for check, found in known.items() if check in PROVED}
        self._asked[environment], self._found[environment] = subject, known
        return known


def _is_same(before: Subject, now: Subject) -> bool:
    """Whether checks that look at gateways alone are asked the same, place by place."""
    if (before.today, before.base, before.own) != (now.today, now.base, now.own):
        return False
    return before.project is now.project or _gateways(before.project) == _gateways(now.project)


def _gateways(project: Project) -> Project:
    """A project without what is no part of a gateway."""
    return replace(project, cases=(), ignores=(), files={}, list_files={})
