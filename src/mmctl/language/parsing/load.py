"""A folder → a project: finds the files, reads each, puts the sections together, checks names.

Nothing of a project is executed. All problems are returned at once; the project is as complete as
they allow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Never

from mmctl.errors import UsageError
from mmctl.language.parsing.files import (
    DiskFiles,
    Files,
    MemoryFiles,
)
from mmctl.language.parsing.invariants import invariant_of
from mmctl.language.parsing.names import check_names
from mmctl.language.parsing.parsed_files import ParsedFiles
from mmctl.language.parsing.project_file import ProjectFile
from mmctl.language.parsing.resources import ResourceBuilder
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.language.parsing.rule_files import RuleFiles
from mmctl.language.parsing.rule_sets import RuleSetBuilder
from mmctl.language.parsing.shapes import Builder
from mmctl.language.parsing.unclaimed import unclaimed
from mmctl.language.parsing.variables import VariableScope
from mmctl.language.project import CaseText, Environment, Project, Resource, Settings
from mmctl.language.text.placed import Table, positions_of
from mmctl.language.text.sections import section_at
from mmctl.language.text.suggest import listed
from mmctl.model.kinds import Kind
from mmctl.problem import Position, Problem, ordered
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path


LONE_RULE_SET: Final = "rules"
"""The rule set for the rules of a single file outside of a project."""


def read_project(
    root: Path, *, environment: str | None = None
) -> tuple[Project, tuple[Problem, ...]]:
    """Read all files below a folder, for one environment (None: the default one).

    Raises:
        ProblemsFound: the project file says too little to read anything else.
        UsageError: there is no such folder or environment, or nothing in it to read.
    """
    return Sources(DiskFiles.below(root), root.resolve().name).read(environment)


def read_text(
    files: Mapping[str, str | bytes], *, environment: str | None = None, lone: bool = False
) -> tuple[Project, tuple[Problem, ...]]:
    """Read the files of a project from texts, by path.

    `lone`: a single file outside of a project. Its rules need no rule set, and names that it does
    not define are accepted.

    Raises:
        ProblemsFound: the project file says too little to read anything else.
        UsageError: there is no such environment, or nothing to read.
    """
    return Sources(MemoryFiles(files), "project", lone=lone).read(environment)


def read_settings(text: str | bytes, name: str) -> Settings:
    """The settings in the text of a project file, regardless of its rules.

    Raises:
        ProblemsFound: it says too little.
    """
    return Sources(MemoryFiles({PROJECT_FILE: text}), name).settings()


@dataclass(frozen=True, slots=True)
class PartOfProject:
    """One file of a project, and what others define; None: any name may be defined elsewhere."""

    path: str
    elsewhere: Mapping[Kind, Collection[str]] | None


_NO_RULES: Final = frozenset({"cases", "invariants"})
"""Sections in which a mistake never leaves out a rule or resource."""


@dataclass(slots=True)
class Sources:
    """The files of a project, read for one environment after the other.

    Each file is opened and parsed once.
    """

    files: Files
    name: str
    lone: bool = False
    outputs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What stacks said, by environment; stand-ins are in the place of what is not here."""
    parsed: ParsedFiles = field(init=False)

    def __post_init__(self) -> None:
        """Set up; nothing is parsed yet."""
        self.parsed = ParsedFiles(self.files)

    def read(
        self, environment: str | None = None, *, cases: Sequence[str] | None = None
    ) -> tuple[Project, tuple[Problem, ...]]:
        """The project in an environment (None: the default one), and what is wrong with it.

        `cases` are the files whose cases it has then, by their paths in the project (None: those
        that its settings name).

        Raises:
            ProblemsFound: the project file says too little to read anything else.
            UsageError: there is no such environment, or nothing to read.
        """
        project_file = self._project_file()
        return _load(self.parsed, project_file, environment, lone=self.lone, cases=cases)

    def without_rules(
        self, environment: str | None = None, *, cases: Sequence[str] | None = None
    ) -> tuple[Project, tuple[Problem, ...]]:
        """The settings, the environment and the cases, for rules that are in no rule file.

        `cases` are as in `read`. No rule file is opened.

        Raises:
            ProblemsFound: the project file says too little to read anything else.
            UsageError: there is no such environment.
        """
        project_file = self._project_file()
        return _load(self.parsed, project_file, environment, lone=True, cases=cases, rules=False)

    def read_part(
        self, part: PartOfProject, environment: str | None = None
    ) -> tuple[Project, tuple[Problem, ...]]:
        """One file with the settings, without what it includes.

        Raises:
            ProblemsFound: the project file says too little to read anything else.
            UsageError: there is no such environment.
        """
        project_file = self._project_file()
        return _load(self.parsed, project_file, environment, lone=True, cases=None, part=part)

    def read_alone(self, environment: str | None = None) -> tuple[Project, tuple[Problem, ...]]:
        """Only the project file in an environment, and the problems that affect that.

        No rule file is opened. Problems of rule files, or of what the project file says about
        them and about other environments, do not matter.

        Raises:
            UsageError: there is no such environment.
        """
        return self._project_file().alone(environment)

    def settings(self) -> Settings:
        """Only the settings, regardless of the rules.

        Raises:
            ProblemsFound: the project file says too little.
        """
        return self._project_file().settings()[0]

    def _project_file(self) -> ProjectFile:
        return ProjectFile(self.parsed, self.name, Builder(), self.outputs)


def _load(
    parsed: ParsedFiles,
    project_file: ProjectFile,
    environment: str | None,
    *,
    lone: bool,
    cases: Sequence[str] | None,
    rules: bool = True,
    part: PartOfProject | None = None,
) -> tuple[Project, tuple[Problem, ...]]:
    settings, project_text = project_file.settings()
    chosen = project_file.environment(settings, environment)
    builder = project_file.builder
    scope = VariableScope(
        environment=chosen,
        variables={**settings.variables, **chosen.variables},
        unread=bool(builder.problems),
    )
    files = RuleFiles(parsed, builder, scope, chosen.name, alone=part is not None)
    patterns = (*(settings.rules if rules else ()), *settings.cases) if part is None else ()
    for pattern in patterns:
        for path in parsed.files.matching(pattern):
            if path != PROJECT_FILE:
                files.load(path)
    named = cases or () if part is None else (part.path,)
    for path in named:
        if path != PROJECT_FILE:
            files.load(path)
    if rules and part is None and not files.loaded:
        _refuse_nothing(parsed, project_file, settings)
    built = _built(files, settings, chosen, lone=lone, part=part)
    project = _with_twins(built, project_file.outputs.get(chosen.name), builder)
    if settings.file is not None and not lone:
        builder.problems += unclaimed(parsed, files.loaded, settings)
    texts = {path: file.text for path, file in files.loaded.items()}
    if project_text is not None:
        texts[PROJECT_FILE] = project_text
    problems = ordered(builder.problems)
    return replace(
        project,
        cases=tuple(case for case in project.cases if cases is None or case.file in cases),
        files=texts,
        list_files=files.list_files,
        whole=not any(_leaves_out(files, problem) for problem in problems),
    ), problems


def _with_twins(project: Project, known: Mapping[str, str] | None, builder: Builder) -> Project:
    stack = project.environment.stack
    if stack is None or not stack.sender:
        return project
    from mmctl.language.parsing.twins import with_twins  # noqa: PLC0415 - few projects

    found = with_twins(project.environment, project.ingress_points, known, builder)
    return replace(project, environment=found)


def _refuse_nothing(parsed: ParsedFiles, project_file: ProjectFile, settings: Settings) -> Never:
    if settings.file is not None:
        project_file.builder.problems += unclaimed(parsed, (), settings)
    message = f"no rule file matches {listed(settings.rules)}"
    if project_file.builder.problems:
        raise project_file.unusable(message)
    raise UsageError(message, help="`mmctl init` makes a small project to start with")


def _leaves_out(files: RuleFiles, problem: Problem) -> bool:
    """Whether a rule or resource may be missing because of a problem."""
    file = files.loaded.get(problem.position.file)
    section = section_at(file.node, problem.position) if file is not None else None
    # A rule with an unknown relay is still there; an ingress point without its rules is not.
    named = problem.check == "unknown-name" and section != Kind.INGRESS_POINT.value
    return not named and section not in _NO_RULES


def _built(
    files: RuleFiles,
    settings: Settings,
    environment: Environment,
    *,
    lone: bool,
    part: PartOfProject | None = None,
) -> Project:
    builder = files.builder
    rule_sets = RuleSetBuilder(builder, files, environment.name)
    resources = ResourceBuilder(builder, files)
    kinds: dict[Kind, dict[str, Resource]] = {kind: {} for kind in Kind}
    for kind, name, table, at in files.definitions():
        built = (
            rule_sets.build(name, table, at)
            if kind is Kind.RULE_SET
            else resources.build(kind, name, table, at)
        )
        if built is None:
            continue
        first = kinds[kind].get(name)
        if first is None:
            kinds[kind][name] = built
        else:
            message = f"{kind.noun} `{name}` is already defined at {first.position}"
            builder.report("duplicate-name", at, message, "give it another name")
    if lone and not kinds[Kind.RULE_SET]:
        _take_lone_rules(files, rule_sets, kinds[Kind.RULE_SET])
    if not lone:
        files.refuse_unincluded(rule_sets.included)
    sections: dict[str, Any] = {kind.value: resources for kind, resources in kinds.items()}
    project = Project(
        settings=settings,
        environment=environment,
        invariants=tuple(invariant_of(table, builder) for _, table in files.section("invariants")),
        cases=tuple(_case(path, table) for path, table in files.section("cases")),
        ignores=tuple(files.ignores()),
        **sections,
    )
    if part is None:
        check_names(files, project, lone=lone)
    elif part.elsewhere is not None:
        check_names(files, project, lone=True, elsewhere=part.elsewhere)
    return project


def _take_lone_rules(
    files: RuleFiles, rule_sets: RuleSetBuilder, found: dict[str, Resource]
) -> None:
    for path, file in list(files.loaded.items()):
        if file.table is not None and "rules" in file.table:
            rule_sets.included[path] = Position(file=path)
            name = LONE_RULE_SET if not found else f"{LONE_RULE_SET}-{len(found) + 1}"
            at = file.table.keys_at["rules"]
            found[name] = rule_sets.lone(name, file.table["rules"], at)


def _case(path: str, table: Table) -> CaseText:
    return CaseText(
        data=table,
        file=path,
        position=table.values_at["name"],
        positions=positions_of(table, otherwise=table.position),
    )
