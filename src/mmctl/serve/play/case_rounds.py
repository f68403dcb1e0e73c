"""The cases of the project run by edited rules, a portion at a time, those concerned first."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Final

from mmctl.cases.parsing import cases_of
from mmctl.cases.running import gateway_of_case, run_case
from mmctl.judge.trace import RuleResult
from mmctl.records import dataclass, field, replace
from mmctl.render.html.play_cases import CasesShown
from mmctl.serve.play.touched import touched_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mmctl.cases.case import Case
    from mmctl.cases.result import CaseResult
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import Project
    from mmctl.problem import Problem
    from mmctl.render.html.play_cases import CaseKey
    from mmctl.serve.play.bench import Bench, Edited, EditsKey
    from mmctl.serve.play.newest import NewestEdits

PORTION: Final = 40
"""Cases that are run for one answer: the page shows them and asks for more."""
KEPT: Final = 5
"""Rounds that are kept: that of the files, and those of the last edits."""


@dataclass(slots=True, eq=False, kw_only=True)
class _Round:
    """The cases by the rules of one moment."""

    project: Project | None
    """None: the rules cannot be used."""
    order: tuple[CaseKey, ...] = ()
    """The cases as their files have them."""
    problems: tuple[Problem, ...] = ()
    left: dict[CaseKey, Case] = field(default_factory=dict)
    """Those that did not run yet, the next one first."""
    results: dict[CaseKey, CaseResult] = field(default_factory=dict)
    gateways: dict[tuple[str | None, str], Gateway] = field(default_factory=dict)

    def run(self, key: CaseKey, read_file: Callable[[str], bytes]) -> None:
        """Run one case, unless that was done."""
        case = self.left.pop(key, None)
        if case is None or self.project is None:
            return
        way_in = (case.ingress_point, case.rule_set)
        gateway = self.gateways.get(way_in)
        if gateway is None:
            gateway = self.gateways[way_in] = gateway_of_case(self.project, case)
        self.results[key] = run_case(gateway, case, read_file, whole=False)


class CaseRounds:
    """Runs cases; several threads may ask. `read_file` reads a file of the project by its path."""

    def __init__(
        self, bench: Bench, read_file: Callable[[str], bytes], newest: NewestEdits
    ) -> None:
        self._bench = bench
        self._read_file = read_file
        self._newest = newest
        self._one = Lock()
        self._rounds: OrderedDict[EditsKey, _Round] = OrderedDict()

    def more(
        self, texts: Mapping[str, str], tab: str, *, first: str | None = None, again: bool = False
    ) -> CasesShown:
        """How the cases went so far: a portion more than the last time.

        `first` names the case that somebody looks at; `again` runs all of them again.

        Raises:
            Overtaken: the tab shows other edits by now.
        """
        edited = self._bench.edited(texts)
        between = self._newest.while_shown(tab, edited.key)
        with self._one:
            between()
            if again:
                self._rounds.clear()
            files = self._round(self._bench.edited({}), None, first)
            now = self._round(edited, files, first) if edited.edits else files
            beside = now is not files and files.project is not None
            for key in list(now.left)[:PORTION]:
                between()
                if beside:
                    files.run(key, self._read_file)
                now.run(key, self._read_file)
            numbers = {
                key_of(case): number for number, case in enumerate(edited.disk.cases.values())
            }
            return CasesShown(
                usable=now.project is not None,
                results=tuple(now.results[key] for key in now.order if key in now.results),
                before=dict(files.results) if beside else None,
                problems=now.problems,
                unusable=_unusable(now, files),
                left=len(now.left),
                numbers=numbers,
            )

    def _round(self, edited: Edited, files: _Round | None, first: str | None) -> _Round:
        """The round of some edits; `files` is that without edits."""
        known = self._rounds.get(edited.key)
        if known is None:
            last = next(reversed(self._rounds.values()), None)
            known = self._rounds[edited.key] = _begun(edited, files, last, first)
            for key in [key for key in self._rounds if key[0] != edited.key[0]]:
                del self._rounds[key]
            if len(self._rounds) > KEPT:
                del self._rounds[next(key for key in self._rounds if key[1])]
        return known


def key_of(case: Case) -> CaseKey:
    """What a case is known by, whatever is edited."""
    return case.position.file, case.name


def _begun(edited: Edited, files: _Round | None, last: _Round | None, first: str | None) -> _Round:
    """A round in which nothing ran yet: the cases that edits concern come first."""
    project = edited.rules.project
    if project is None:
        return _Round(project=None)
    texts = (*project.cases, *edited.disk.case_texts) if edited.edits else project.cases
    cases, problems = cases_of(replace(project, cases=texts))
    by_key = {key_of(case): case for case in cases}
    touched = touched_rules(edited)

    def rank(key: CaseKey) -> int:
        if key[1] == first:
            return 0
        before = None if files is None else files.results.get(key)
        if last is not None and _differs(last.results.get(key), before):
            return 1
        return 2 if _concerns(by_key[key], before, touched) else 3

    order = sorted(by_key, key=rank)
    return _Round(
        project=project,
        order=tuple(by_key),
        problems=problems,
        left={key: by_key[key] for key in order},
    )


def _unusable(now: _Round, files: _Round) -> int:
    """How many cases cannot be run: those that are missing, else the places with problems."""
    missing = set(files.order) - set(now.order)
    return len(missing or {each.position for each in now.problems}) if now.problems else 0


def _differs(result: CaseResult | None, before: CaseResult | None) -> bool:
    """Whether a case failed, or ended differently than by the files, a moment ago."""
    if result is None:
        return False
    return not result.passed or (before is not None and result.ends != before.ends)


def _concerns(case: Case, before: CaseResult | None, touched: frozenset[str]) -> bool:
    """Whether a case names a rule that is touched, or met one by the files."""
    if any(touched & {*each.names, each.by} for each in case.expectations):
        return True
    trace = None if before is None else before.trace
    return trace is not None and any(
        rule.rule in touched and rule.result is not RuleResult.NOT_APPLIED
        for recipient in trace.recipients
        for copy in recipient.copies
        for rule in copy.rules
    )
