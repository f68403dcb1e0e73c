"""The types of checks: a check, its input, its findings. No check and no runner may live here."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from mmctl.checks.page import page_of
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from mmctl.checks.company.held import BaseRules
    from mmctl.checks.page import Page
    from mmctl.language.formatting.fix import Fix
    from mmctl.language.project import LintSettings, Project
    from mmctl.problem import Path, Placed, Positions, Problem, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A fault at a member of something; the runner adds file, line, column, id and severity."""

    positions: Positions
    path: Path
    message: str
    help: str | None = None
    severity: Severity | None = None
    """Set if it differs from the severity of the check."""
    fix: Fix | None = None
    """What `lint --fix` may do about it: a change of the text that is certainly right."""


def finding(
    where: Placed,
    path: Path,
    message: str,
    *,
    help: str | None = None,
    severity: Severity | None = None,
    fix: Fix | None = None,
) -> Finding:
    """A fault at a member of a rule or resource."""
    return Finding(
        positions=where.positions,
        path=path,
        message=message,
        help=help,
        severity=severity,
        fix=fix,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a check looks at: one project in one environment, on one day (UTC)."""

    project: Project
    today: date
    found: tuple[Problem, ...] = ()
    """What other checks found; only the check of the ignore comments looks at it."""
    known: frozenset[str] = frozenset()
    """The ids of all checks, for the same check."""
    base: BaseRules | None = None
    """What the base of a change demands, if there is a base."""
    own: LintSettings | None = None
    """What the files demand, where the project has the stricter demands of the base."""


class AboutValue(IntEnum):
    """What a check says about one value; at one place, only the first in this order is reported."""

    NOT_MEANT_LITERALLY = 0
    MATCHES_NOTHING = 1
    MATCHES_TOO_MUCH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One fault that lint looks for. `run` yields what it finds and never raises."""

    id: str
    """In kebab case; it names the fault: `unreachable-rule`."""
    severity: Severity
    text: str
    """The docstring of the module, which is the page (`mmctl.checks.page`)."""
    run: Callable[[Subject], Iterator[Finding]]
    from_absence: bool = False
    """Whether it concludes from what is missing; then it runs only on whole projects."""
    about_value: AboutValue | None = None
    """What it says about a value, if it is about one."""
    about_mail: bool = False
    """Whether it asks what mail a rule is for: then it gets all rules in one spelling."""

    @property
    def page(self) -> Page:
        """Its page, in parts.

        Raises:
            ValueError: a part is missing or out of place.
        """
        return page_of(self.id, self.text)
