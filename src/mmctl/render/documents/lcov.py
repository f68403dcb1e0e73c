"""Coverage over the rule files as LCOV, which editors and coverage services show.

A rule is a function, a condition has two branches (true, false), each of several values has one
more, and so does a rule that `unless` holds back. A line counts for the outermost thing on
it. Format: https://github.com/linux-test-project/lcov, geninfo(1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.cases.coverage import ConditionCoverage, Coverage, RuleCoverage, StatementCoverage
    from mmctl.problem import Position


@dataclass(slots=True)
class _FileCoverage:
    """What is known about one rule file."""

    functions: list[tuple[int, str, int]] = field(default_factory=list)
    branches: list[tuple[int, int, int]] = field(default_factory=list)
    """Line, block, count; LCOV's `-` (never reached) is not needed."""
    lines: dict[int, int] = field(default_factory=dict)
    blocks: int = 0


@dataclass(slots=True)
class _Tracefile:
    """Files by path."""

    files: dict[str, _FileCoverage] = field(default_factory=dict)

    def at(self, position: Position) -> _FileCoverage:
        """Return the file of a place."""
        return self.files.setdefault(position.file, _FileCoverage())

    def line(self, position: Position, count: int) -> None:
        """Count a line, unless something around it is already counted there."""
        self.at(position).lines.setdefault(position.line, count)

    def block(self, position: Position, counts: Iterable[int]) -> None:
        """Add branches that belong together, all on one line."""
        file = self.at(position)
        file.branches += [(position.line, file.blocks, count) for count in counts]
        file.blocks += 1


def lcov(coverage: Coverage) -> str:
    """Coverage as an LCOV tracefile; paths are relative to the project, files are in order."""
    trace = _Tracefile()
    for rule in coverage.rules:
        _rule(trace, rule)
    for statement in coverage.statements:
        _statement(trace, statement)
    for condition in coverage.conditions:
        _condition(trace, condition)
    for rule in coverage.rules:
        for action in rule.actions:
            trace.line(action.position, action.done)
    names = sorted(trace.files)
    return "".join(f"{record}\n" for name in names for record in _records(trace, name))


def _rule(trace: _Tracefile, rule: RuleCoverage) -> None:
    trace.at(rule.position).functions.append((rule.position.line, rule.name, rule.applied))
    trace.line(rule.position, rule.applied)
    if rule.has_unless:
        trace.block(rule.position, (rule.applied, rule.held_back))


def _statement(trace: _Tracefile, statement: StatementCoverage) -> None:
    place = statement.position
    trace.at(place).functions.append((place.line, statement.name, statement.matched))
    trace.line(place, statement.matched)


def _condition(trace: _Tracefile, condition: ConditionCoverage) -> None:
    trace.line(condition.position, condition.true)
    trace.block(condition.position, (condition.true, condition.false))
    for value in condition.values:
        trace.line(value.position, value.met)
    for line in dict.fromkeys(value.position.line for value in condition.values):
        here = [value for value in condition.values if value.position.line == line]
        trace.block(here[0].position, [value.met for value in here])


def _records(trace: _Tracefile, name: str) -> Iterator[str]:
    file = trace.files[name]
    yield "TN:mmctl"
    yield f"SF:{name}"
    for line, function, _ in sorted(file.functions):
        yield f"FN:{line},{function}"
    for _, function, count in sorted(file.functions):
        yield f"FNDA:{count},{function}"
    yield f"FNF:{len(file.functions)}"
    yield f"FNH:{sum(1 for *_, count in file.functions if count)}"
    yield from _branches(file)
    for line, count in sorted(file.lines.items()):
        yield f"DA:{line},{count}"
    yield f"LF:{len(file.lines)}"
    yield f"LH:{sum(1 for count in file.lines.values() if count)}"
    yield "end_of_record"


def _branches(file: _FileCoverage) -> Iterator[str]:
    numbers: dict[int, int] = {}
    for line, block, count in sorted(file.branches, key=lambda branch: branch[:2]):
        number = numbers.get(block, 0)
        numbers[block] = number + 1
        yield f"BRDA:{line},{block},{number},{count}"
    yield f"BRF:{len(file.branches)}"
    yield f"BRH:{sum(1 for *_, count in file.branches if count)}"
