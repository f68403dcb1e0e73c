"""Mutation testing: run the cases against each mutant; what no case notices is not tested.

Of what no case notices a message is looked for that would show it: first near those of the cases,
then by proof, which finds one or says that there is none.

Deterministic. Mutants are spread over processes; if none can be started, or only few mutants
are tried, everything happens in this one.
"""

from __future__ import annotations

import os
import re
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final

from mmctl.analysis.encoding.proof import Shown
from mmctl.analysis.questions.ways import ways_into
from mmctl.analysis.sat.solver import SolverMissing
from mmctl.cases.expectations import failures_of
from mmctl.cases.mutants.candidates import Noticing
from mmctl.cases.mutants.generate import mutants_of
from mmctl.cases.mutants.mutant import PolicyChanged
from mmctl.cases.mutants.proving import WayIn, shown, why_open
from mmctl.cases.mutants.search import BASES, BaseCase, killing_case, noticed_by, under
from mmctl.cases.parsing import cases_of
from mmctl.cases.result import Status
from mmctl.cases.running import gateway_of_case, submission_of_case
from mmctl.cases.words import free_name
from mmctl.judge.ingress import gateway_behind, ingress_of
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from mmctl.cases.mutants.mutant import Mutant
    from mmctl.cases.mutants.search import Suggestion
    from mmctl.cases.result import CaseResult
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import Project

_FEW: Final = 64
"""How many mutants are tried before a second process would be ready."""
_ROW: Final = re.compile(r" \[\d+\]$")
"""What the name of a row of `for_each` ends with."""
_SHARE: Final = 8
"""How many mutants a process gets at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MutantResult:
    """What the cases showed about one mutant."""

    mutant: Mutant
    killed_by: str | None
    """The name of the first case that fails under it; None: it survived."""
    suggested: Suggestion | None = None
    """For a survivor: a case that would fail under it; None if none was found."""
    equivalent: bool = False
    """Whether it is proved that no message shows it: then it is no survivor."""
    undecided: str | None = None
    """For a survivor without such a case: why it is unknown whether there is one."""

    @property
    def suggestion(self) -> str | None:
        """The case in YAML."""
        return None if self.suggested is None else self.suggested.text

    @property
    def killed(self) -> bool:
        """Whether some case noticed."""
        return self.killed_by is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """What the cases showed about all mutants that were tried."""

    results: tuple[MutantResult, ...]
    left_out: int = 0
    """How many mutants were over the budget."""

    @property
    def survivors(self) -> tuple[MutantResult, ...]:
        """The mutants that no case noticed."""
        return tuple(each for each in self.results if not each.killed and not each.equivalent)

    @property
    def equivalent(self) -> tuple[MutantResult, ...]:
        """The mutants of which it is proved that no message shows them."""
        return tuple(result for result in self.results if result.equivalent)

    @property
    def killed(self) -> int:
        """How many were noticed."""
        return sum(result.killed for result in self.results)

    @property
    def total(self) -> int:
        """How many some message can show."""
        return len(self.results) - len(self.equivalent)

    @property
    def score(self) -> int:
        """The percent noticed of those that a message can show: whole, never rounded up."""
        return 100 * self.killed // self.total if self.total else 100


def mutate(
    project: Project,
    results: Sequence[CaseResult],
    read_file: Callable[[str], bytes],
    *,
    budget: int | None = None,
    workers: int | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Mutation:
    """Run the cases that pass against mutants of the project.

    `budget` is how many mutants are tried, spread evenly; `progress` gets how many are done
    and how many there are.
    """
    every = mutants_of(project)
    chosen = _spread(every, budget)
    laboratory = _Laboratory.of(project, results, read_file)
    tasks = [laboratory.task(mutant) for mutant in chosen]
    done: list[MutantResult] = []
    taken = _names(project)
    for result in _tried(laboratory, tasks, workers or os.cpu_count() or 1):
        done.append(_of_its_own_name(result, taken))
        progress(len(done), len(tasks))
    return Mutation(results=tuple(done), left_out=len(every) - len(chosen))


def _names(project: Project) -> set[str]:
    """The names of all cases: those of rows, and of the cases that the rows belong to."""
    names = {case.name for case in cases_of(project)[0]}
    return names | {_ROW.sub("", name) for name in names}


def _of_its_own_name(result: MutantResult, taken: set[str]) -> MutantResult:
    """The result with a name for its suggestion that no other case has."""
    if result.suggested is None:
        return result
    name = free_name(result.suggested.name, taken)
    return replace(result, suggested=replace(result.suggested, name=name))


def _spread(mutants: Sequence[Mutant], budget: int | None) -> tuple[Mutant, ...]:
    """At most `budget` mutants, spread evenly."""
    if budget is None or budget >= len(mutants):
        return tuple(mutants)
    return tuple(mutants[place * len(mutants) // budget] for place in range(budget))


@dataclass(frozen=True, slots=True)
class _Task:
    """A mutant, and the cases by their places."""

    mutant: Mutant
    noticing: tuple[int, ...]
    """The cases that can notice it."""
    near: tuple[int, ...]
    """The cases to start from when searching for one that would."""


@dataclass(slots=True)
class _Laboratory:
    """What every process needs: the cases that pass, and what judges them."""

    bases: tuple[BaseCase, ...]
    lists: Mapping[str, tuple[str, ...]]
    policies: Mapping[str, str]
    """The traffic policy of each ingress point."""
    ways: tuple[WayIn, ...]
    """Every way in, for proofs."""
    effort: int
    """Conflicts that a proof may take; 0: nothing is proved."""
    notices: tuple[Noticing, ...] = ()

    @classmethod
    def of(
        cls, project: Project, results: Iterable[CaseResult], read_file: Callable[[str], bytes]
    ) -> _Laboratory:
        gateways: dict[tuple[str | None, str], Gateway] = {}
        bases, notices = [], []
        for result in results:
            if result.status is not Status.PASSED or result.trace is None:
                continue
            case = result.case
            gateway = gateways.setdefault(
                (case.ingress_point, case.rule_set), gateway_of_case(project, case)
            )
            submission = submission_of_case(case, read_file)
            bases.append(BaseCase(case=case, gateway=gateway, submission=submission))
            notices.append(Noticing(gateway, submission, result.trace))
        points = project.ingress_points.items()
        return cls(
            bases=tuple(bases),
            lists={
                name: each.sample or () if each.members is None else each.members
                for name, each in project.address_lists.items()
            },
            policies={name: each.ingress_point.traffic_policy_id for name, each in points},
            ways=tuple(_ways_in(project)),
            effort=project.settings.lint.proof_effort,
            notices=tuple(notices),
        )

    def task(self, mutant: Mutant) -> _Task:
        """Make the task for a mutant."""
        about = [place for place, base in enumerate(self.bases) if self._is_about(mutant, base)]
        noticing = tuple(place for place in about if self.notices[place].can_notice(mutant))
        first = set(noticing)
        near = sorted(
            about, key=lambda at: (at not in first, self.notices[at].distance(mutant), at)
        )
        return _Task(mutant, noticing, tuple(near[:BASES]))

    def _is_about(self, mutant: Mutant, base: BaseCase) -> bool:
        point = base.case.ingress_point
        if isinstance(mutant.edit, PolicyChanged):
            return point is not None and self.policies[point] == mutant.edit.policy
        return base.case.rule_set == mutant.edit.rule_set

    def tried(self, task: _Task) -> MutantResult:
        """Run the cases that can notice a mutant until one does."""
        mutant = task.mutant
        for place in task.noticing:
            base = self.bases[place]
            trace = under(mutant, base.gateway, base.submission, base.case.scenario)
            if failures_of(base.case, trace):
                return MutantResult(mutant=mutant, killed_by=base.case.name)
        near = [self.bases[place] for place in task.near]
        suggested = killing_case(mutant, near, self.lists)
        if suggested is not None or not self.effort:
            return MutantResult(mutant=mutant, killed_by=None, suggested=suggested)
        return self._proved(mutant)

    def _proved(self, mutant: Mutant) -> MutantResult:
        """A mutant of which no message of a case shows anything: with a made-up one, or none."""
        why = None
        try:
            for each in self.ways:
                if each.is_about(mutant):
                    suggested, open_question = self._made_up(mutant, each)
                    if suggested is not None:
                        return MutantResult(mutant=mutant, killed_by=None, suggested=suggested)
                    why = why or open_question
        except SolverMissing as error:
            why = str(error)
        return MutantResult(mutant=mutant, killed_by=None, equivalent=why is None, undecided=why)

    def _made_up(self, mutant: Mutant, way: WayIn) -> tuple[Suggestion | None, str | None]:
        """A case with a message that shows a mutant; else why it is open whether there is one."""
        why = None
        for whole in (False, True):
            answer = shown(mutant, way.gateway, self.effort, whole=whole)
            why = why_open(answer)
            if not isinstance(answer, Shown):
                break
            suggested = noticed_by(mutant, way.gateway, way.draft(answer.witness))
            if suggested is not None:
                return suggested, None
        return None, why


def _ways_in(project: Project) -> Iterator[WayIn]:
    for way in ways_into(project):
        names = ingress_of(project, way)
        gateway = gateway_behind(project, way)
        yield WayIn(way=way, rule_set=names.rule_set, policy=names.policy, gateway=gateway)


_laboratory: _Laboratory | None = None
"""Set once in each worker process."""


def _set_up(laboratory: _Laboratory) -> None:
    global _laboratory  # noqa: PLW0603 - the one way to hand a worker process its data once
    _laboratory = laboratory


def _try_in_worker(tasks: list[_Task]) -> list[MutantResult]:
    assert _laboratory is not None  # noqa: S101 - the pool starts with `_set_up`
    return [_laboratory.tried(task) for task in tasks]


def _tried(laboratory: _Laboratory, tasks: list[_Task], workers: int) -> Iterator[MutantResult]:
    """The results in the order of the tasks, from several processes if that pays."""
    done = 0
    if workers > 1 and len(tasks) > _FEW:
        shared = replace(laboratory, notices=())
        shares = [tasks[at : at + _SHARE] for at in range(0, len(tasks), _SHARE)]
        try:
            with ProcessPoolExecutor(
                workers, get_context("spawn"), initializer=_set_up, initargs=(shared,)
            ) as pool:
                for results in pool.map(_try_in_worker, shares):
                    done += len(results)
                    yield from results
        except (OSError, BrokenProcessPool):
            pass  # no process could be started, or one was killed: the rest is done here
    for task in tasks[done:]:
        yield laboratory.tried(task)
