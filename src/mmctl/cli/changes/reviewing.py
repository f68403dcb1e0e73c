"""What `mmctl plan` found on the way to a plan, for reports that reviewers read."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mmctl.cli.changes.gate import pass_gates
from mmctl.cli.changes.passed import Passed
from mmctl.cli.result_table import STOPPED, write
from mmctl.errors import MmctlError, ProblemsFound
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from rich.console import RenderableType

    from mmctl.cli.changes.change import LiveEnvironment
    from mmctl.cli.run import Run
    from mmctl.live.plan.plan import Plan
    from mmctl.live.plan.preflight import PreflightFinding
    from mmctl.render.documents.review import Changed, Review


@dataclass(slots=True)
class ReviewFindings:
    """What was found, in the order it was found."""

    forced: Collection[str] = ()
    report: bool = False
    """Whether warnings are shown too: then remembered answers are not enough."""
    messages: list[Changed] = field(default_factory=list)
    passed: Passed = field(default_factory=Passed)

    def gate(self, change: LiveEnvironment) -> Passed:
        """Pass the gates and keep what they found."""
        self.passed = pass_gates(change, forced=self.forced, anew=self.report)
        return self.passed

    def review(self, plan: Plan, findings: tuple[PreflightFinding, ...] = ()) -> Review:
        """The plan with everything that was found."""
        from mmctl.render.documents.review import Review

        return Review(
            plan=plan,
            failed=self.passed.failed,
            problems=self.passed.problems,
            messages=tuple(self.messages),
            findings=findings,
        )


def human(run: Run, review: Review) -> RenderableType:
    """The plan, with the messages of a corpus that change if they are to be listed."""
    from mmctl.render.text.plan import human

    shown = [f"{each.message}  {', '.join(each.kinds)}" for each in review.messages]
    width = run.console().width
    return human(review.plan, width=width, messages=shown, verbose=run.verbose)


def document(_run: Run, review: Review) -> dict[str, Any]:
    """The plan as `mmctl/plan@1`, which `apply` takes."""
    from mmctl.live.plan.planfile import plan_document

    return plan_document(review.plan)


@contextmanager
def stops_written(run: Run) -> Iterator[None]:
    """Write problems that prevent a plan where reviewers would look for it."""
    try:
        yield
    except ProblemsFound as error:
        if run.format in STOPPED.writers:
            write(run, STOPPED, Stopped(environment=_environment(run), error=error))
        raise


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """The problems that prevent a plan."""

    environment: str
    error: ProblemsFound


def _environment(run: Run) -> str:
    """The name of the environment, if it is known when the files have problems."""
    try:
        return run.read_alone().environment.name
    except MmctlError:
        return run.environment or "unknown"


def stopped_markdown(_run: Run, found: Stopped) -> str:
    """Why there is no plan, as a comment."""
    from mmctl.render.documents.plan_markdown import stopped

    return stopped(found.environment, found.error.message, found.error.problems)


def stopped_page(_run: Run, found: Stopped) -> str:
    """Why there is no plan, as a page."""
    from mmctl.render.html.plan_page import stopped_page

    return stopped_page(found.environment, found.error.message, found.error.problems)
