"""The problems of edited files: those of single rules at once, those of the whole project behind.

Together they are what `mmctl lint` would report if the edits were in the files.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Final

from mmctl.checks.baseline import beyond
from mmctl.checks.catalogue import CHECKS
from mmctl.checks.lint import report
from mmctl.checks.local_checks import LOCAL
from mmctl.checks.mistakes import MISTAKES
from mmctl.checks.moved import moved
from mmctl.errors import MmctlError
from mmctl.linting import problems_of
from mmctl.problem import ordered
from mmctl.records import dataclass, field
from mmctl.render.html.play_problems import ProblemsShown
from mmctl.serve.play.last_used import keep

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from mmctl.problem import Problem
    from mmctl.serve.play.bench import Bench, Edited, EditsKey
    from mmctl.serve.play.newest import NewestEdits

KEPT: Final = 6
"""Answers that are kept: the files, and edits that somebody may come back to."""
_QUICK: Final = LOCAL - {"redundant-value"}
"""The checks that every edit waits for; what is left out proves things about all rules."""
_LOCAL: Final = tuple(check for check in CHECKS if check.id in _QUICK)
_AT_ONCE: Final = _QUICK | MISTAKES.keys() - {"capacity", "unread-file"}
"""What is found with every edit; the rest waits for the whole project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whole:
    """What lint reports, and the texts that it read."""

    problems: tuple[Problem, ...]
    texts: Mapping[str, str] = field(default_factory=dict)
    said: str = ""


class EditProblems:
    """The problems of a project with edits; several threads may ask.

    `today` is the day in UTC, for rules that expire.
    """

    def __init__(self, bench: Bench, today: Callable[[], date], newest: NewestEdits) -> None:
        self._bench = bench
        self._today = today
        self._newest = newest
        self._one = Lock()
        self._wholes: OrderedDict[tuple[date, EditsKey], _Whole] = OrderedDict()
        self._firsts: OrderedDict[tuple[date, EditsKey], tuple[Problem, ...]] = OrderedDict()
        self._last: OrderedDict[str, _Whole] = OrderedDict()

    def at_once(self, edited: Edited, tab: str) -> ProblemsShown:
        """What can be told at once; what only the whole project shows is as it was, moved."""
        self._newest.show(tab, edited.key)
        key = self._today(), edited.key
        known = self._wholes.get(key)
        if known is not None:
            return self._shown(edited, known, whole=True)
        first = self._firsts.get(key)
        if first is None:
            first = self._first(edited)
            keep(self._firsts, key, first, KEPT)
        last = self._last.get(tab) or self._of_files(edited)
        later = () if last is None else _still(edited, last)
        found = _Whole(problems=ordered({*first, *later}), said=edited.rules.said)
        return self._shown(edited, found, whole=False)

    def whole(self, texts: Mapping[str, str], tab: str) -> ProblemsShown:
        """All that lint reports of the edited files.

        Raises:
            Overtaken: the tab shows other edits by now.
        """
        edited = self._bench.edited(texts)
        between = self._newest.while_shown(tab, edited.key)
        with self._one:
            between()
            found = self._linted(edited, between)
            if edited.edits:  # what is new follows from the files as they are
                self._linted(self._bench.edited({}), between)
        keep(self._last, tab, found, KEPT)
        return self._shown(edited, found, whole=True)

    def _first(self, edited: Edited) -> tuple[Problem, ...]:
        rules = edited.rules
        if rules.read is None:
            return rules.problems
        read = {rules.read.environment.name: rules.problems}
        return report([rules.read], self._today(), read, checks=_LOCAL).problems

    def _linted(self, edited: Edited, between: Callable[[], None]) -> _Whole:
        today = self._today()
        known = self._wholes.get((today, edited.key))
        if known is not None:
            keep(self._wholes, (today, edited.key), known, KEPT)
            return known
        try:
            found = problems_of(
                self._bench.sources(edited),
                today,
                environment=self._bench.environment,
                between=between,
            )
            made = _Whole(problems=found.problems, texts={**found.files, **found.list_files})
        except MmctlError as error:
            made = _Whole(problems=(), said=error.message)
        keep(self._wholes, (today, edited.key), made, KEPT)
        return made

    def _of_files(self, edited: Edited) -> _Whole | None:
        """What lint reports of the files without edits; None: that is unknown."""
        return self._wholes.get((self._today(), (edited.disk.version, ())))

    def _shown(self, edited: Edited, found: _Whole, *, whole: bool) -> ProblemsShown:
        shown = frozenset(edited.disk.texts)
        before = self._of_files(edited)
        if before is None or not edited.edits:
            return ProblemsShown(
                new=found.problems,
                said=found.said,
                whole=whole,
                beside_files=False,
                shown=shown,
            )
        new = beyond(found.problems, before.problems, shown | edited.disk.of_cases)
        mine = set(new)
        gone = beyond(before.problems, found.problems, shown | edited.disk.of_cases)
        usable = edited.rules.project is not None  # else most are not looked for
        return ProblemsShown(
            new=new,
            old=tuple(each for each in found.problems if each not in mine),
            gone=len(gone) if usable else 0,
            said=found.said,
            whole=whole,
            beside_files=True,
            shown=shown,
        )


def _still(edited: Edited, last: _Whole) -> tuple[Problem, ...]:
    """Problems of earlier texts that only the whole project shows, at their lines now."""
    by_file: dict[str, list[Problem]] = {}
    for problem in last.problems:
        file = problem.position.file
        if problem.check not in _AT_ONCE or file in edited.disk.of_cases:
            by_file.setdefault(file, []).append(problem)
    found: list[Problem] = []
    for file, problems in by_file.items():
        before, now = last.texts.get(file, ""), edited.text(file)
        found += problems if now in {None, before} else moved(problems, before, now or "")
    return tuple(found)
