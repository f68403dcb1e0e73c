"""The rule files of the page, colored by what the cases show."""

from __future__ import annotations

from collections import defaultdict
from itertools import zip_longest
from typing import TYPE_CHECKING

from mmctl.counted import counted
from mmctl.records import dataclass, field
from mmctl.render.html.markup import Child, Markup, element
from mmctl.render.html.passed_over import anchor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mmctl.cases.coverage import ConditionCoverage, Coverage, GapReach
    from mmctl.language.project import Project
    from mmctl.problem import Position


@dataclass(slots=True)
class _Line:
    """What is known about one line."""

    counts: list[tuple[str, int]] = field(default_factory=list)
    """What was counted, outermost first, and how often."""
    marks: dict[tuple[int, int], bool] = field(default_factory=dict)
    """Values by column and length: whether some case met them."""
    gaps: list[str] = field(default_factory=list)


def rules_section(
    project: Project, coverage: Coverage, reaches: Sequence[GapReach] = (), *, gaps: bool = True
) -> Markup:
    """Every rule file with something to cover; `gaps`: mark what no case covers."""
    lines = _lines(coverage, reaches, gaps=gaps)
    return element(
        "section",
        element("h2", "Rules"),
        [
            _file(name, text, lines[name], gaps=gaps)
            for name, text in sorted(project.files.items())
            if name in lines
        ],
        id="rules",
    )


def _lines(
    coverage: Coverage, reaches: Sequence[GapReach], *, gaps: bool
) -> dict[str, dict[int, _Line]]:
    files: dict[str, dict[int, _Line]] = defaultdict(lambda: defaultdict(_Line))

    def at(position: Position) -> _Line:
        return files[position.file][position.line]

    for rule in coverage.rules:
        at(rule.position).counts.append(("applied", rule.applied))
    for statement in coverage.statements:
        at(statement.position).counts.append(("matched", statement.matched))
    for condition in coverage.conditions:
        _condition(at, condition, gaps=gaps)
    for rule in coverage.rules:
        for action in rule.actions:
            at(action.position).counts.append((f"{action.kind} done", action.done))
    for gap, reach in zip_longest(coverage.gaps, reaches) if gaps else ():
        said = None if reach is None else reach.words
        at(gap.position).gaps.append(f"{gap.of} {gap.what}{f': {said}' if said else ''}")
    return files


def _condition(
    at: Callable[[Position], _Line], condition: ConditionCoverage, *, gaps: bool
) -> None:
    line = at(condition.position)
    line.counts += [("true", condition.true), ("false", condition.false)]
    for value in condition.values if gaps else ():
        place = (value.position.column, value.position.length)
        marks = at(value.position).marks
        marks[place] = marks.get(place, False) or value.met > 0


def _file(name: str, text: str, lines: dict[int, _Line], *, gaps: bool) -> Markup:
    count = sum(len(line.gaps) for line in lines.values())
    words = "no gaps" if not count else counted(count, "gap")
    source = [
        _source(name, number, written, lines.get(number), gaps=gaps)
        for number, written in enumerate(text.splitlines(), 1)
    ]
    return element(
        "details",
        element(
            "summary",
            element("span", name, class_="name"),
            element("span", words, class_=f"chip {'fair' if count else 'good'}") if gaps else None,
        ),
        element("ol", source, class_="source"),
        class_="file",
        open=True,
    )


def _source(file: str, number: int, written: str, line: _Line | None, *, gaps: bool) -> Markup:
    if line is None or not (line.counts or line.marks):
        kind, count, title = "", "", None
    else:
        counts = _summed(line.counts)
        first = next(iter(counts.values()), 0)
        missed = "miss" if gaps else ""
        kind = missed if counts and not first else "part" if line.gaps else "hit"
        count = f"{first:,}" if counts else ""
        title = ", ".join(f"{what} {often:,}" for what, often in counts.items())
    lacks = [] if line is None else list(dict.fromkeys(line.gaps))
    return element(
        "li",
        element("span", count, class_="count", title=title),
        element("code", list(_painted(written, line))),
        [element("span", gap, class_="gap") for gap in lacks],
        id=anchor(file, number),
        class_=kind or None,
    )


def _summed(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Add up counts of the same kind: the condition of a phase is in each of its rules."""
    summed: dict[str, int] = {}
    for what, often in counts:
        summed[what] = summed.get(what, 0) + often
    return summed


def _painted(written: str, line: _Line | None) -> Iterator[Child]:
    """The line with marks on its values."""
    end = 0
    for (column, length), met in sorted(line.marks.items() if line else ()):
        start = column - 1
        if start < end or length < 1:
            continue
        yield written[end:start]
        end = start + length
        yield element("mark", written[start:end], class_="met" if met else "unmet")
    yield written[end:]
