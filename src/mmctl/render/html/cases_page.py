"""The cases of a project and what they show, as one page of HTML.

Its frame is in `page_frame`, single messages are in `page_messages`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from mmctl.cases.result import Status
from mmctl.render.html.cases import cases_section
from mmctl.render.html.frame import Filter, View, number, page_of
from mmctl.render.html.markup import Markup, element
from mmctl.render.html.matrix import MatrixTable, Row, matrix_section
from mmctl.render.html.passed_over import PassedOver
from mmctl.render.html.rules import rules_section
from mmctl.render.html.survivors import survivors_section

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.cases.coverage import Coverage, GapReach
    from mmctl.cases.mutants.trial import Mutation
    from mmctl.cases.result import CaseResult
    from mmctl.language.project import Project

_STATUSES: Final = {
    Status.FAILED: "failed",
    Status.PASSED: "passed",
    Status.TODO: "to do",
    Status.TODO_PASSED: "to do but passing",
}


def page(
    project: Project,
    results: Sequence[CaseResult],
    coverage: Coverage,
    mutation: Mutation | None = None,
    reaches: Sequence[GapReach] = (),
) -> str:
    """The page; the same input gives the same bytes."""
    passed_over = PassedOver()
    views = [
        View(
            id="cases",
            label=f"Cases {len(results):,}",
            section=cases_section(results, passed_over),
        ),
        View(
            id="matrix", label="Matrix", section=matrix_section("case", _tables(project, results))
        ),
        View(
            id="rules",
            label=f"Rules {coverage.percent} %",
            section=rules_section(project, coverage, reaches),
        ),
    ]
    if mutation is not None:
        label = f"Survivors {len(mutation.survivors):,}"
        views.append(View(id="survivors", label=label, section=survivors_section(mutation)))
    name, environment = project.settings.project, project.environment.name
    return page_of(
        "case",
        title=f"{name}, {environment}: cases",
        heading=heading(project),
        numbers=list(_numbers(results, coverage, mutation)),
        filters=list(_filters(results)),
        views=views,
        passed_over=passed_over,
    )


def heading(project: Project) -> Markup:
    """The names of the project and the environment."""
    environment = element("span", project.environment.name, class_="environment")
    return element("h1", project.settings.project, " ", environment)


def _tables(project: Project, results: Sequence[CaseResult]) -> Iterator[MatrixTable]:
    for name, rule_set in project.rule_sets.items():
        rows = [
            Row(
                id=f"case-{place}",
                name=result.case.name,
                kind=result.status.value,
                trace=result.trace,
            )
            for place, result in enumerate(results)
            if result.case.rule_set == name
        ]
        yield MatrixTable(
            rule_set=name, rules=rule_set.live_rules(project.environment.name), rows=rows
        )


def _numbers(
    results: Sequence[CaseResult], coverage: Coverage, mutation: Mutation | None
) -> Iterator[Markup]:
    failed = sum(1 for result in results if not result.passed)
    verdict = f"{failed:,} failed" if failed else "all pass"
    yield number(f"{len(results):,}", f"cases, {verdict}", "bad" if failed else "good")
    for measure in coverage.measures:
        if measure.total:
            words = f"{measure.name}: {measure.covered:,} of {measure.total:,}"
            kind = "good" if measure.covered == measure.total else "fair"
            yield number(f"{measure.percent} %", words, kind)
    if mutation is not None:
        words = f"mutants noticed: {mutation.killed:,} of {mutation.total:,}"
        yield number(f"{mutation.score} %", words, "fair" if mutation.survivors else "good")


def _filters(results: Sequence[CaseResult]) -> Iterator[Filter]:
    statuses = Counter(result.status for result in results)
    for status, words in _STATUSES.items():
        if statuses[status]:
            yield Filter(kind="status", value=status.value, words=words, count=statuses[status])
    traces = [result.trace for result in results if result.trace is not None]
    yield from outcome_filters(
        [[got.outcome.value for got in trace.recipients] for trace in traces]
    )


def outcome_filters(items: Sequence[Sequence[str]]) -> Iterator[Filter]:
    """A filter for each outcome that some item has, the most frequent first."""
    outcomes = Counter(outcome for item in items for outcome in dict.fromkeys(item))
    for outcome, count in sorted(outcomes.items(), key=lambda each: (-each[1], each[0])):
        yield Filter(kind="outcome", value=outcome, words=outcome, count=count)
