"""What `mmctl watch` finds out after each save: problems, then cases, then the plan.

Each step yields what is known by then, so that the caller can show it or go on with a newer save.
The project is only read; no service is asked, unless `--against live` asks it once at the start.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from mmctl.cli.files.linting import linted
from mmctl.cli.files.plan_base import PlanBase
from mmctl.cli.files.project_names import keep_names_of
from mmctl.counted import counted
from mmctl.errors import MmctlError, ProblemsFound
from mmctl.problem import Severity
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.cases.case import Case
    from mmctl.cases.result import CaseResult
    from mmctl.cli.changes.versions import Version
    from mmctl.cli.files.linting import Linted
    from mmctl.cli.run import Run
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.language.project import Project
    from mmctl.live.plan.plan import Plan
    from mmctl.render.text.watch import CaseEndsOtherwise, WatchedSave
    from mmctl.serve.file_changes import Changed

_SUFFIXES: Final = (".yaml", ".yml", ".csv", ".txt", ".eml")
"""Files that may be new in a project: rules, cases, lists, messages."""


class SaveRounds:
    """One round for each save, each beside what the round before it found."""

    def __init__(self, run: Run, against: str | None) -> None:
        """`against` names what plans are made against, as `PlanBase` reads it.

        Raises:
            UsageError: there is no project here, or no such state.
            ProblemsFound, CouldNot: that state cannot be used or read.
        """
        self._run = run
        self._day_is_stated = run.today != run.now().date()
        self._environment = run.environment or ""
        self._known: frozenset[str] = frozenset()
        self._gateway: Project | None = None
        self._results: tuple[CaseResult, ...] = ()
        run.sources()
        self._base = PlanBase(run, against)

    def matters(self, path: str) -> bool:
        """Whether the change of a file, or of all in a folder, can change what is found."""
        if path in self._known or path.endswith(_SUFFIXES):
            return True
        return any(known.startswith(f"{path}/") for known in self._known)

    def round(self, changed: Changed) -> Iterator[WatchedSave]:
        """What is known after a save, step by step; the last is all of it."""
        from mmctl.render.text.watch import WatchedSave

        if not self._day_is_stated:
            # It runs on over midnight.
            self._run = replace(self._run, today=self._run.now().date())
        save = WatchedSave(
            at=f"{self._run.now():%H:%M:%S}",
            environment=self._environment,
            changed=sorted(changed),
        )
        if not self._run.directory.is_dir():
            yield replace(save, stopped="the folder is not there")
            return
        try:
            for save in self._steps(save, changed):  # noqa: B020 - the last one is kept
                yield save
        except MmctlError as error:
            words = f"error: {error.message}" + (f"; {error.help}" if error.help else "")
            yield replace(save, stopped=words, under_way=None)
        except OSError as error:  # the folder, or a file between two looks at it
            words = f"error: a file cannot be read: {error.strerror or error}"
            yield replace(save, stopped=words, under_way=None)

    def _steps(self, save: WatchedSave, changed: Changed) -> Iterator[WatchedSave]:
        yield replace(save, under_way="lint")
        found = linted(self._run, ())
        keep_names_of(self._run, found)
        self._known = _files_of(found)
        save = replace(save, problems=found.problems, files=found.files)
        try:
            project = self._run.project()
        except ProblemsFound:
            yield replace(save, stopped="cases and plan wait until the files can be read")
            return
        self._known |= frozenset(project.list_files)
        self._environment = project.environment.name
        save = replace(save, environment=self._environment)
        yield replace(save, under_way="cases")
        save = self._with_cases(save, project, changed)
        yield replace(save, under_way="plan")
        yield _with_plan(self._run, save, project, self._base.now())

    def _with_cases(self, save: WatchedSave, project: Project, changed: Changed) -> WatchedSave:
        from mmctl.cases.parsing import cases_of
        from mmctl.cases.running import run_cases

        cases, _ = cases_of(project)
        gateway = replace(project, cases=(), files={})
        earlier = {each.case.name: each for each in self._results}
        # A rule above another one can change what becomes of any message: then all run again.
        known = earlier if gateway == self._gateway else {}
        fresh = [
            case
            for case in cases
            if case.name not in known
            or known[case.name].case != case
            or _concerns(changed, _files_of_case(case))
        ]
        ran = run_cases(project, fresh, self._run.read_file, whole=False)
        by_name = known | {each.case.name: each for each in ran}
        results = tuple(by_name[each.name] for each in cases)
        differing = _differing(self._results, results) if changed else ()
        self._gateway, self._results = gateway, results
        self._known |= {path for each in cases for path in _files_of_case(each)}
        return replace(save, results=results, ran=len(ran), cases_changed=differing)


def _files_of(found: Linted) -> frozenset[str]:
    seen = () if found.seen is None else found.seen.files
    return frozenset((*found.files, *seen))


def _files_of_case(case: Case) -> tuple[str, ...]:
    """The file that a case is in, and that of its message."""
    from mmctl.cases.case import MessageFile

    message = case.message
    return (case.position.file, *((message.path,) if isinstance(message, MessageFile) else ()))


def _concerns(changed: Changed, files: Iterable[str]) -> bool:
    """Whether one of these files changed, or a folder around it."""
    around = (str(each) for file in files for each in (file, *PurePosixPath(file).parents))
    return not changed.isdisjoint(around)


def _differing(
    before: Sequence[CaseResult], now: Sequence[CaseResult]
) -> tuple[CaseEndsOtherwise, ...]:
    """The cases that both rounds have, whose messages end differently."""
    from mmctl.render.text.watch import CaseEndsOtherwise

    earlier = {each.case.name: each.ends for each in before}
    return tuple(
        CaseEndsOtherwise(
            name=each.case.name,
            place=f"{each.case.position.file}:{each.case.position.line}",
            before=earlier[each.case.name],
            now=each.ends,
        )
        for each in now
        if earlier.get(each.case.name, each.ends) != each.ends
    )


def _with_plan(
    run: Run, save: WatchedSave, project: Project, before: Version | None
) -> WatchedSave:
    from mmctl.compiler.compile import compile_project
    from mmctl.live.brakes.catalogue import grips

    if before is None:
        return replace(save, stopped="no plan: there is nothing to compare with")
    desired, problems = compile_project(project, run.packings)
    if problems:
        many = counted(sum(each.severity is Severity.ERROR for each in problems), "problem")
        return replace(save, stopped=f"no plan: the rules exceed the quotas ({many}); see lint")
    made = _plan(project, desired, before.configuration)
    return replace(save, against=before.name, edits=made.edits, grips=grips(made))


def _plan(project: Project, desired: LiveConfiguration, before: LiveConfiguration) -> Plan:
    """The plan between two configurations, as far as it follows from both alone."""
    from mmctl.live.plan.plan import plan_between, target_of
    from mmctl.live.state.service import Identity
    from mmctl.model.endpoints import EMBEDDED_ACCOUNT, EMBEDDED_REGION

    environment = project.environment
    identity = Identity(
        account=environment.account or EMBEDDED_ACCOUNT,
        region=environment.region or EMBEDDED_REGION,
        endpoint="",
        caller="",
    )
    target = target_of(environment, identity, project.settings.lint.known_members)
    return plan_between(target, desired, before)
