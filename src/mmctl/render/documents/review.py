"""What a reviewer needs besides the edits of a plan: failed cases, problems, whose mail changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.cases.result import CaseResult
    from mmctl.live.plan.plan import Plan
    from mmctl.live.plan.preflight import PreflightFinding
    from mmctl.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One message of the corpus that is treated differently."""

    message: str
    """Its name."""
    kinds: tuple[str, ...]
    """`delivered → dropped`."""
    by: tuple[str, ...] = ()
    """The rules or statements in the files that decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A plan, and everything that was found while making it."""

    plan: Plan
    failed: tuple[CaseResult, ...] = ()
    problems: tuple[Problem, ...] = ()
    messages: tuple[Changed, ...] = ()
    findings: tuple[PreflightFinding, ...] = ()

    @property
    def compared(self) -> bool:
        """Whether the edits say anything: against an empty embedded Mail Manager they do not.

        On a fresh runner every plan against it would create everything.
        """
        return not self.plan.target.identity.embedded or bool(self.plan.live.objects)


NOT_COMPARED = (
    "nothing was compared: the embedded Mail Manager of this machine is empty, as on a new runner"
)
COMPARE = "mmctl diff git:origin/main"
"""What shows the changes of a branch where nothing is live."""
