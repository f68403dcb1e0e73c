"""Cases that are run inside the server: how each went, and what they show of each rule.

Nothing is sent and nothing is started: messages are judged as `mmctl simulate` judges them.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from mmctl.cases.counting import coverage_of
from mmctl.cases.parsing import cases_of
from mmctl.cases.running import run_cases
from mmctl.counted import counted
from mmctl.errors import MmctlError
from mmctl.language.parsing.files import Unreadable
from mmctl.language.text.nodes import Mapping, Scalar, Sequence
from mmctl.problem import Severity
from mmctl.records import dataclass, field
from mmctl.render.text.simulate import cases_report
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Mapping as Map

    from mmctl.cases.case import Case
    from mmctl.cases.coverage import Coverage
    from mmctl.cases.result import CaseResult
    from mmctl.editor.workspace import OpenProject
    from mmctl.language.text.nodes import Node


@dataclass(frozen=True, slots=True)
class CaseLines:
    """The lines of one case in its file."""

    path: str
    name: Scalar
    first: int
    last: float
    """Infinite for the last case."""

    def has(self, case: Case) -> bool:
        """Whether a case, or a row of it, is written here."""
        return case.position.file == self.path and self.first <= case.position.line <= self.last


def case_lines(node: Node | None, path: str) -> tuple[CaseLines, ...]:
    """The cases of a file, as far as they have names."""
    section = node.get("cases") if isinstance(node, Mapping) else None
    items = section.items if isinstance(section, Sequence) else ()
    ends = [*(item.position.line - 1 for item in items[1:]), inf]
    return tuple(
        CaseLines(path, name, item.position.line, end)
        for item, end in zip(items, ends, strict=False)
        if isinstance(item, Mapping) and isinstance(name := item.get("name"), Scalar)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """How cases went with the texts as they were then."""

    results: tuple[CaseResult, ...] = ()
    coverage: Coverage | None = None
    """Only where all cases ran."""
    texts: Map[str, str] = field(default_factory=dict)
    refused: str | None = None
    """Why nothing ran, in a sentence."""

    def of(self, at: CaseLines) -> tuple[CaseResult, ...]:
        """The results of a case, one for each of its rows."""
        return tuple(each for each in self.results if at.has(each.case))

    @property
    def summary(self) -> str:
        """How it went, in a line."""
        if self.refused is not None:
            return self.refused
        failed = [result for result in self.results if not result.passed]
        ran = counted(len(self.results), "case")
        if not failed:
            return f"{ran}: passed"
        return f"{ran}: {len(failed)} failed, first `{visible(failed[0].case.name)}`"

    @property
    def report(self) -> str:
        """What `mmctl simulate` prints of the same cases; of one case, also what happened."""
        if self.refused is not None:
            return self.refused
        alone = len(self.results) == 1
        return cases_report(self.results, verbose=False, trace=alone).plain


def simulate(
    project: OpenProject,
    environment: str | None,
    at: CaseLines | None,
    between: Callable[[], object],
) -> Simulation:
    """Run one case with its rows, or all cases; `between` is called before each."""
    texts = dict(project.texts)
    sources = project.sources(between)
    try:
        read, problems = sources.read(environment)
    except MmctlError as error:
        return Simulation(refused=error.message, texts=texts)
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if errors:
        first = errors[0]
        message = f"the project has errors: {first.position}: {visible(first.message)}"
        return Simulation(refused=message, texts=texts)
    cases, wrong = cases_of(read)
    if wrong:
        message = f"{wrong[0].position}: {visible(wrong[0].message)}"
        return Simulation(refused=message, texts=texts)
    chosen = [case for case in cases if at is None or at.has(case)]
    if not chosen:
        name = read.environment.name
        return Simulation(refused=f"there is no case here for environment `{name}`", texts=texts)

    def one_by_one() -> Iterator[Case]:
        for case in chosen:
            between()
            yield case

    def content(path: str) -> bytes:
        try:
            return sources.files.read(path)
        except Unreadable as error:
            raise OSError(error.problem.message) from None

    results = run_cases(read, one_by_one(), content)
    coverage = coverage_of(read, results) if at is None else None
    return Simulation(results=results, coverage=coverage, texts=texts)
