"""The rules that edits touch: those with a changed line, before or after."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from mmctl.checks.moved import same_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import Project
    from mmctl.serve.play.bench import Edited


def touched_rules(edited: Edited) -> frozenset[str]:
    """The names of the rules that edits touch."""
    found: set[str] = set()
    for path, text in edited.edits.items():
        old, new = edited.disk.texts[path].splitlines(), text.splitlines()
        head, tail = same_lines(old, new)
        for project, lines in ((edited.disk.rules.project, old), (edited.rules.project, new)):
            if project is not None:
                found.update(_rules_in(project, path, head + 1, len(lines) - tail))
    return frozenset(found)


def _rules_in(project: Project, path: str, first: int, last: int) -> Iterator[str]:
    """The names of the rules of a file that have one of these lines."""
    begins = sorted(
        (rule.position.line, rule.name)
        for rule_set in project.rule_sets.values()
        for rule in rule_set.rules
        if rule.position.file == path
    )
    for (line, name), (below, _) in pairwise([*begins, (last + 1, "")]):
        if line <= last and first < max(below, line + 1):
            yield name
