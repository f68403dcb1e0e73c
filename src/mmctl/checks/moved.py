"""Problems of an earlier text of a file, at their places in a later one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.problem import Problem


def moved(problems: Iterable[Problem], before: str, after: str) -> Iterator[Problem]:
    """Problems of a text in a later text: where their lines are now; others are left out."""
    old, new = before.splitlines(), after.splitlines()
    head, tail = same_lines(old, new)
    for problem in problems:
        line = problem.position.line
        if line <= head:
            yield problem
        elif line > len(old) - tail:
            at = problem.position
            yield replace(problem, position=at._replace(line=line + len(new) - len(old)))


def same_lines(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many lines are the same at the start of two texts, and behind that at the end."""
    head = _same(old, new)
    return head, min(_same(old[::-1], new[::-1]), len(old) - head, len(new) - head)


def _same(before: Sequence[str], after: Sequence[str]) -> int:
    """How many lines are the same at the start."""
    pairs = zip(before, after, strict=False)
    return next(
        (at for at, (one, other) in enumerate(pairs) if one != other), min(len(before), len(after))
    )
