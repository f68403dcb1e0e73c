"""The problems of edited files, as the page of `play` lists them and marks their lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.counted import counted
from mmctl.problem import Severity
from mmctl.records import dataclass, field
from mmctl.render.html.markup import Markup, element, markup
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.problem import Problem

MOST_PROBLEMS: Final = 50
"""Problems of a list that are shown; the others are counted."""
MOST_MARKS: Final = 1_000
"""Lines that are marked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemsShown:
    """What is wrong with the files as they are edited."""

    new: tuple[Problem, ...] = ()
    """Those that the files do not have; all of them where those are unknown."""
    old: tuple[Problem, ...] = ()
    gone: int = 0
    """Those of the files that the edits take away."""
    said: str = ""
    """What is about all files."""
    whole: bool
    """Whether the whole project was looked at."""
    beside_files: bool
    """Whether those of the files are listed apart."""
    shown: frozenset[str] = field(default_factory=frozenset)
    """The files that the page can show."""

    @property
    def summary(self) -> str:
        """How many there are, in a few words."""
        if not self.beside_files:
            return counted(len(self.new), "problem") if self.new or self.said else "no problems"
        new = counted(len(self.new), "new problem") if self.new else "no new problems"
        return f"{new}, {counted(len(self.old), 'old one')}" if self.old else new


def problems_document(found: ProblemsShown) -> dict[str, Any]:
    """The list, its summary, and for each file its lines with the worst severity and messages."""
    lines: dict[str, dict[int, list[str]]] = {}
    for problem in (*found.new, *found.old)[:MOST_MARKS]:
        at = problem.position
        words = f"{problem.severity}: {visible(problem.message)} [{problem.check}]"
        marked = lines.setdefault(at.file, {}).setdefault(at.line, [problem.severity.value])
        worst = min(Severity(marked[0]), problem.severity, key=lambda each: each.rank)
        marked[0] = worst.value
        marked.append(words)
    every = (*found.new, *found.old)
    return {
        "problems": problems_view(found),
        "problem_lines": lines,
        "problems_said": found.summary,
        "worst": min((each.severity for each in every), key=lambda s: s.rank).value
        if every
        else "",
        "whole": found.whole,
    }


def problems_view(found: ProblemsShown) -> Markup:
    """The problems, each leading to its place."""
    gone = (
        f"your edits fix {counted(found.gone, 'problem')} of the files"
        if found.gone and found.whole
        else None
    )
    return markup(
        [
            element("p", found.said, class_="failure") if found.said else None,
            element("p", gone, class_="same") if gone else None,
            _listed(found.new, found.shown),
            element(
                "details",
                element("summary", f"{counted(len(found.old), 'problem')} of the files, too"),
                _listed(found.old, found.shown),
                open=not found.new,
            )
            if found.old
            else None,
        ]
    )


def _listed(problems: Sequence[Problem], shown: frozenset[str]) -> Markup:
    left = len(problems) - MOST_PROBLEMS
    return markup(
        [
            element("ol", [_problem(each, shown) for each in problems[:MOST_PROBLEMS]])
            if problems
            else None,
            element("p", f"and {left:,} more: mmctl lint --all", class_="nothing")
            if left > 0
            else None,
        ]
    )


def _problem(problem: Problem, shown: frozenset[str]) -> Markup:
    place = problem.position
    return element(
        "li",
        element(
            "button",
            str(place),
            type="button",
            data_file=place.file,
            data_line=str(place.line),
            data_column=str(place.column),
            data_length=str(place.length),
        )
        if place.file in shown
        else element("code", str(place)),
        " ",
        element("b", problem.severity.value),
        f" {problem.message} ",
        element("small", f"[{problem.check}]"),
        element("p", f"help: {problem.help}") if problem.help else None,
        class_=problem.severity.value,
    )
