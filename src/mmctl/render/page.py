"""The cases and what they show, as one page of HTML that needs nothing else: no network, no files.

Sections are in `page_cases`, `page_matrix`, `page_rules`; style and behaviour in `html/`. The page
can be read without JavaScript; with it there are views, search, filters and keys.
"""

from __future__ import annotations

from collections import Counter
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from mmctl.cases.running import Status
from mmctl.render.markup import Markup, element
from mmctl.render.page_cases import cases_section
from mmctl.render.page_matrix import matrix_section
from mmctl.render.page_rules import rules_section
from mmctl.render.page_survivors import survivors_section

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.cases.coverage import Coverage
    from mmctl.cases.mutation import Mutation
    from mmctl.cases.running import CaseResult
    from mmctl.language.project import Project

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
"""Content security policy: whatever a message holds, the page loads and sends nothing."""
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
) -> str:
    """The page; the same input gives the same bytes."""
    title = f"{project.settings.project}, {project.environment.name}"
    sections = [
        ("cases", f"Cases {len(results):,}", cases_section(results)),
        ("matrix", "Matrix", matrix_section(project, results)),
        ("rules", f"Rules {coverage.percent} %", rules_section(project, coverage)),
    ]
    if mutation is not None:
        label = f"Survivors {len(mutation.survivors):,}"
        sections.append(("survivors", label, survivors_section(mutation)))
    head = element(
        "head",
        Markup('<meta charset="utf-8">'),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"{title}: cases"),
        element("style", Markup(_part("page.css"))),
    )
    body = element(
        "body",
        element("a", "Skip to the cases", href="#cases", class_="skip"),
        element("header", _title(project), _numbers(results, coverage, mutation), class_="top"),
        _bar(results, [(name, label) for name, label, _ in sections]),
        element("main", [section for _, _, section in sections]),
        element("footer", _keys()),
        element("script", Markup(_part("page.js"))),
    )
    return f'<!doctype html>\n<html lang="en">{head}{body}</html>\n'


def _part(name: str) -> str:
    return files("mmctl.render").joinpath("html", name).read_text(encoding="utf-8")


def _title(project: Project) -> Markup:
    environment = element("span", project.environment.name, class_="environment")
    return element("h1", project.settings.project, " ", environment)


def _numbers(
    results: Sequence[CaseResult], coverage: Coverage, mutation: Mutation | None
) -> Markup:
    failed = sum(1 for result in results if not result.passed)
    verdict = f"{failed:,} failed" if failed else "all pass"
    shown = [
        _number(f"{len(results):,}", f"cases, {verdict}", "bad" if failed else "good"),
        *(
            _number(
                f"{measure.percent} %",
                f"{measure.name}: {measure.covered:,} of {measure.total:,}",
                "good" if measure.covered == measure.total else "fair",
            )
            for measure in coverage.measures
            if measure.total
        ),
    ]
    if mutation is not None:
        words = f"mutants noticed: {mutation.killed:,} of {len(mutation.results):,}"
        shown.append(
            _number(f"{mutation.score} %", words, "fair" if mutation.survivors else "good")
        )
    return element("ul", shown, class_="numbers")


def _number(value: str, words: str, kind: str) -> Markup:
    return element("li", element("b", value), " ", element("span", words), class_=kind)


def _bar(results: Sequence[CaseResult], views: Sequence[tuple[str, str]]) -> Markup:
    """Views, search and filters: they stay in sight."""
    return element(
        "div",
        element(
            "nav",
            [element("a", label, href=f"#{name}", data_view=name) for name, label in views],
            aria_label="Views",
        ),
        element(
            "input",
            type="search",
            id="search",
            placeholder="Search cases, addresses, rules",
            aria_label="Search cases, addresses, rules",
            autocomplete="off",
        ),
        element(
            "fieldset",
            element("legend", "Show cases"),
            list(_filters(results)),
            class_="filters",
        ),
        element("output", id="shown", aria_live="polite"),
        class_="bar",
    )


def _filters(results: Sequence[CaseResult]) -> Iterator[Markup]:
    statuses = Counter(result.status for result in results)
    for status, words in _STATUSES.items():
        if statuses[status]:
            yield _filter("status", status.value, words, statuses[status])
    outcomes = Counter(
        outcome
        for result in results
        if result.trace is not None
        for outcome in dict.fromkeys(got.outcome for got in result.trace.recipients)
    )
    for outcome, count in sorted(outcomes.items(), key=lambda each: (-each[1], each[0])):
        yield _filter("outcome", outcome.value, outcome.value, count)


def _filter(kind: str, value: str, words: str, count: int) -> Markup:
    return element(
        "label",
        element("input", type="checkbox", name=kind, value=value),
        element("span", words, " ", element("small", count)),
        class_=f"filter {value}",
    )


def _keys() -> Markup:
    keys = (
        ("/", "search"),
        ("Esc", "clear"),
        ("1 2 3", "views"),
        ("j k", "next, previous case"),
        ("Enter", "open, close"),
        ("← ↑ ↓ →", "move in the matrix"),
    )
    return element(
        "p", [[element("kbd", key), f" {words}  "] for key, words in keys], class_="keys"
    )
