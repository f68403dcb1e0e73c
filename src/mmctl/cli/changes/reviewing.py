"""What `mmctl plan` found on the way to a plan, for reports that reviewers read."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mmctl.cli.changes.gate import pass_gates
from mmctl.cli.changes.passed import Passed
from mmctl.errors import MmctlError, ProblemsFound

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from mmctl.cli.changes.change import Change
    from mmctl.cli.run import Run
    from mmctl.live.plan.plan import Plan
    from mmctl.live.plan.preflight import Finding
    from mmctl.render.documents.review import Changed, Review

REPORTS: Final = frozenset({"markdown", "html"})


@dataclass(slots=True)
class Found:
    """What was found, in the order in which it was."""

    forced: Collection[str] = ()
    report: bool = False
    """Whether warnings are to be shown too: then nothing that is remembered will do."""
    messages: list[Changed] = field(default_factory=list)
    passed: Passed = field(default_factory=Passed)

    def gate(self, change: Change) -> Passed:
        """Pass the gates, and keep what they found."""
        self.passed = pass_gates(change, forced=self.forced, anew=self.report)
        return self.passed

    def review(self, plan: Plan, findings: tuple[Finding, ...] = ()) -> Review:
        """The plan with all of it."""
        from mmctl.render.documents.review import Review

        return Review(
            plan=plan,
            failed=self.passed.failed,
            problems=self.passed.problems,
            messages=tuple(self.messages),
            findings=findings,
        )


def write_report(run: Run, review: Review) -> None:
    """Write the plan as a page, Markdown or HTML."""
    if run.format == "html":
        from mmctl.render.html.plan_page import page

        run.write(page(review))
    else:
        from mmctl.render.documents.plan_markdown import markdown

        run.write(markdown(review))


@contextmanager
def stops_written(run: Run) -> Iterator[None]:
    """Problems that leave no plan are written where reviewers would look for it."""
    try:
        yield
    except ProblemsFound as error:
        if run.format in REPORTS:
            _write_stopped(run, _environment(run), error)
        raise


def _environment(run: Run) -> str:
    """The name of the environment, as far as it is known where the files have problems."""
    try:
        return run.read_alone().environment.name
    except MmctlError:
        return run.environment or "unknown"


def _write_stopped(run: Run, environment: str, error: ProblemsFound) -> None:
    if run.format == "markdown":
        from mmctl.render.documents.plan_markdown import stopped

        run.write(stopped(environment, error.message, error.problems))
    elif run.format == "html":
        from mmctl.render.html.plan_page import stopped_page

        run.write(stopped_page(environment, error.message, error.problems))
