"""A folder → a project: finds the files, reads each, puts the sections together, checks names.

Nothing of a project is executed. All problems come back at once; the project is as complete as
they allow.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Never

from mmctl.errors import UsageError
from mmctl.language import dialect
from mmctl.language.dialect import FILE
from mmctl.language.parsing.comments import ignores
from mmctl.language.parsing.files import (
    DiskFiles,
    Files,
    MemoryFiles,
    Unreadable,
    decode,
    leaves_project,
)
from mmctl.language.parsing.invariants import invariant_of
from mmctl.language.parsing.list_files import no_columns
from mmctl.language.parsing.parsed_files import Parsed, ParsedFiles
from mmctl.language.parsing.project_file import ProjectFile
from mmctl.language.parsing.resources import ListFile, ResourceBuilder
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.language.parsing.rule_sets import RuleSetBuilder
from mmctl.language.parsing.shapes import Builder
from mmctl.language.parsing.unclaimed import unclaimed
from mmctl.language.parsing.values import MISSING, Reader
from mmctl.language.parsing.variables import Scope
from mmctl.language.project import CaseText, Environment, Ignore, Project, Resource, Settings
from mmctl.language.references import is_raw, references
from mmctl.language.text.conflicts import conflicts
from mmctl.language.text.nodes import Mapping as MappingNode
from mmctl.language.text.nodes import Node
from mmctl.language.text.placed import Table, Text, complete, positions_of
from mmctl.language.text.sections import rule_lines, rules_elsewhere, section_at
from mmctl.language.text.suggest import did_you_mean, listed
from mmctl.model.kinds import Kind
from mmctl.problem import Position, Positions, Problem, ordered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mmctl.model.shape import Shape

LONE_RULE_SET: Final = "rules"
"""The rule set that the rules of a single file, looked at by itself, are taken as."""


def read_project(
    root: Path, *, environment: str | None = None
) -> tuple[Project, tuple[Problem, ...]]:
    """Read all files below a folder, for one environment (None: the default one).

    Raises:
        ProblemsFound: the project file says too little for anything else to be looked at.
        UsageError: there is no such folder or environment, or nothing in it to read.
    """
    return Sources(DiskFiles.below(root), root.resolve().name).read(environment)


def read_text(
    files: Mapping[str, str | bytes], *, environment: str | None = None, lone: bool = False
) -> tuple[Project, tuple[Problem, ...]]:
    """Read the files of a project from texts, by path.

    `lone`: a file looked at by itself, outside a project. Its rules need no rule set, and names
    of things that it does not define are taken as they are.

    Raises:
        ProblemsFound: the project file says too little for anything else to be looked at.
        UsageError: there is no such environment, or nothing to read.
    """
    return Sources(MemoryFiles(files), "project", lone=lone).read(environment)


def read_settings(text: str | bytes, name: str) -> Settings:
    """The settings in the text of a project file, whatever its rules look like.

    Raises:
        ProblemsFound: it says too little.
    """
    return Sources(MemoryFiles({PROJECT_FILE: text}), name).settings()


_NO_RULES: Final = frozenset({"cases", "invariants"})
"""Sections in which a mistake leaves no rule and no resource out."""


@dataclass(slots=True)
class Sources:
    """The files of a project, to be read for one environment after the other.

    Each file is opened and parsed once.
    """

    files: Files
    name: str
    lone: bool = False
    parsed: ParsedFiles = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is parsed yet."""
        self.parsed = ParsedFiles(self.files)

    def read(self, environment: str | None = None) -> tuple[Project, tuple[Problem, ...]]:
        """The project in an environment (None: the default one), and what is wrong with it.

        Raises:
            ProblemsFound: the project file says too little for anything else to be looked at.
            UsageError: there is no such environment, or nothing to read.
        """
        return _Reading(self.parsed, self._project_file()).project(environment, lone=self.lone)

    def read_alone(self, environment: str | None = None) -> tuple[Project, tuple[Problem, ...]]:
        """The project file alone in an environment, and what is wrong with what that takes.

        No rule file is opened, and what is wrong with them, or with what the project file says of
        them and of other environments, does not matter.

        Raises:
            UsageError: there is no such environment.
        """
        return self._project_file().alone(environment)

    def settings(self) -> Settings:
        """The settings alone, whatever the rules look like.

        Raises:
            ProblemsFound: the project file says too little.
        """
        return self._project_file().settings()[0]

    def _project_file(self) -> ProjectFile:
        return ProjectFile(self.parsed, self.name, Builder())


@dataclass(slots=True)
class _File:
    """A rule file that was read."""

    text: str
    node: Node | None
    table: Table | None


@dataclass(slots=True)
class _Reading:
    """One reading of a project, and what is found on the way."""

    sources: ParsedFiles
    project_file: ProjectFile
    loaded: dict[str, _File] = field(default_factory=dict)
    list_files: dict[str, str] = field(default_factory=dict)
    scope: Scope = field(default_factory=Scope)
    environment: str = ""

    def project(
        self, environment: str | None, *, lone: bool
    ) -> tuple[Project, tuple[Problem, ...]]:
        settings, project_text = self.project_file.settings()
        chosen = self.project_file.environment(settings, environment)
        self.environment = chosen.name
        self.scope = Scope(
            environment=chosen,
            variables={**settings.variables, **chosen.variables},
            unread=bool(self.builder.problems),
        )
        for pattern in (*settings.rules, *settings.cases):
            for path in self.sources.files.matching(pattern):
                if path != PROJECT_FILE:
                    self._load(path)
        if not self.loaded:
            self._refuse_nothing(settings)
        project = self._built(settings, chosen, lone=lone)
        if settings.file is not None and not lone:
            self.builder.problems += unclaimed(self.sources.files, self.loaded, settings)
        texts = {path: file.text for path, file in self.loaded.items()}
        if project_text is not None:
            texts[PROJECT_FILE] = project_text
        problems = ordered(self.builder.problems)
        return replace(
            project,
            files=texts,
            list_files=self.list_files,
            whole=not any(map(self._leaves_out, problems)),
        ), problems

    @property
    def builder(self) -> Builder:
        """Keeps what is wrong with the project, beginning with its file."""
        return self.project_file.builder

    def _refuse_nothing(self, settings: Settings) -> Never:
        if settings.file is not None:
            self.builder.problems += unclaimed(self.sources.files, (), settings)
        message = f"no rule file matches {listed(settings.rules)}"
        if self.builder.problems:
            raise self.project_file.unusable(message)
        raise UsageError(message, help="`mmctl init` makes a small project to start from")

    def _leaves_out(self, problem: Problem) -> bool:
        """Whether a rule or resource may be missing because of a problem."""
        file = self.loaded.get(problem.position.file)
        section = section_at(file.node, problem.position) if file is not None else None
        # A rule whose relay has no such name is there; an ingress point without its rules is not.
        named = problem.check == "unknown-name" and section != Kind.INGRESS_POINT.value
        return not named and section not in _NO_RULES

    # -- files

    def _load(self, path: str) -> _File:
        """Read a rule file, once."""
        if path in self.loaded:
            return self.loaded[path]
        parsed = self.sources.parse(path)
        self.builder.problems.extend(parsed.problems)
        table = self._table(path, parsed)
        self.loaded[path] = _File(parsed.text or "", parsed.node, table)
        return self.loaded[path]

    def _table(self, path: str, parsed: Parsed) -> Table | None:
        if parsed.node is None:
            if not parsed.problems:
                at = Position(file=path)
                self.builder.report("missing-key", at, "the file is empty", "write `version: 1`")
            return None
        found: list[Problem] = []
        value = Reader(self.scope, found).read(dialect.FILE, parsed.node)
        if found:
            elsewhere = tuple(rules_elsewhere(parsed.node, self.environment))
            self.builder.problems.extend(
                problem
                for problem in found
                if problem.check != "unknown-variable"
                or not any(first <= problem.position.line <= last for first, last in elsewhere)
            )
        return None if value is MISSING else value

    def text(self, path: Text) -> str | None:
        """The text of a file that a member names."""
        return self._read_beside(path, _beside(path))

    def list_file(self, path: Text) -> ListFile | None:
        """A file of addresses that a member names."""
        whole = _beside(path)
        text = self._read_beside(path, whole)
        if text is None:
            return None
        self.list_files[whole] = text
        found = conflicts(text, file=whole) or no_columns(text, file=whole)
        self.builder.problems.extend(found)
        return None if found else ListFile(whole, text)

    def _read_beside(self, path: Text, whole: str) -> str | None:
        if leaves_project(whole):
            self.builder.report("include", path.position, f"`{path}` leaves the project")
            return None
        if any(part.startswith(".") for part in whole.split("/")):
            message = f"`{path}` is hidden: what begins with a dot is no part of the project"
            self.builder.report("include", path.position, message, "move it, or copy it")
            return None
        try:
            content = self.sources.files.read(whole)
        except Unreadable as error:
            message = f"`{whole}` {error.problem.message}"
            self.builder.report("unreadable-file", path.position, message, self._meant(path))
            return None
        try:
            return decode(content, whole)
        except Unreadable as error:
            self.builder.problems.append(error.problem)
            return None

    def _meant(self, path: Text) -> str | None:
        """What to write instead of a path that is meant from the folder of the project."""
        if leaves_project(path) or posixpath.normpath(path) not in self.matching(path):
            return None
        written = posixpath.relpath(path, posixpath.dirname(path.position.file) or ".")
        return f"paths are relative to the file that names them: write `{written}`"

    def matching(self, pattern: str) -> tuple[str, ...]:
        """The files that an include matches."""
        return self.sources.files.matching(pattern)

    def rules_of(self, file: str, position: Position) -> list[Table] | None:
        """The items of an included file's `rules`."""
        loaded = self._load(file)
        if loaded.table is None:
            return None
        if "rules" not in loaded.table:
            self.builder.report("include", position, f"`{file}` has no `rules`")
            return None
        items: list[Table] = loaded.table["rules"]
        return items

    # -- sections

    def _built(self, settings: Settings, environment: Environment, *, lone: bool) -> Project:
        rule_sets = RuleSetBuilder(self.builder, self, environment.name)
        resources = ResourceBuilder(self.builder, self)
        kinds: dict[Kind, dict[str, Resource]] = {kind: {} for kind in Kind}
        for kind, name, table, at in self._definitions():
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
                message = f"a second {kind.noun} `{name}`, the first is at {first.position}"
                self.builder.report("duplicate-name", at, message, "give it a name of its own")
        if lone and not kinds[Kind.RULE_SET]:
            self._take_lone_rules(rule_sets, kinds[Kind.RULE_SET])
        self._refuse_unincluded(rule_sets.included, lone=lone)
        sections: dict[str, Any] = {kind.value: resources for kind, resources in kinds.items()}
        project = Project(
            settings=settings,
            environment=environment,
            invariants=tuple(self._invariants()),
            cases=tuple(self._cases()),
            ignores=tuple(self._ignores()),
            **sections,
        )
        self._check_names(project, lone=lone)
        return project

    def _definitions(self) -> Iterator[tuple[Kind, str, Table, Position]]:
        # Includes load further files while this runs; their sections count too.
        done: set[str] = set()
        while left := [path for path in self.loaded if path not in done]:
            for path in left:
                done.add(path)
                table = self.loaded[path].table
                if table is not None:
                    for kind in (kind for kind in Kind if kind.value in table):
                        section = table[kind.value]
                        for name, value in section.items():
                            yield kind, name, value, section.keys_at[name]

    def _section(self, name: str) -> Iterator[tuple[str, Table]]:
        for path, file in self.loaded.items():
            if file.table is not None:
                yield from ((path, item) for item in file.table.get(name, ()))

    def _take_lone_rules(self, rule_sets: RuleSetBuilder, found: dict[str, Resource]) -> None:
        for path, file in list(self.loaded.items()):
            if file.table is not None and "rules" in file.table:
                rule_sets.included[path] = Position(file=path)
                name = LONE_RULE_SET if not found else f"{LONE_RULE_SET}-{len(found) + 1}"
                at = file.table.keys_at["rules"]
                found[name] = rule_sets.lone(name, file.table["rules"], at)

    def _refuse_unincluded(self, included: Mapping[str, Position], *, lone: bool) -> None:
        if lone or not all(_rule_sets_read(file) for file in self.loaded.values()):
            return
        for path, file in self.loaded.items():
            if file.table is None or "rules" not in file.table or path in included:
                continue
            self.builder.report(
                "include",
                file.table.keys_at["rules"],
                "no rule set includes these rules",
                f"name the file in `include` of a rule set: `- include: [{path}]`",
            )

    def _ignores(self) -> Iterator[Ignore]:
        texts = {path: (file.text, file.node) for path, file in self.loaded.items()}
        parsed = self.sources.parsed.get(PROJECT_FILE)
        if parsed is not None:
            texts[PROJECT_FILE] = (parsed.text or "", None)
        texts |= {path: (text, None) for path, text in self.list_files.items()}
        for path, (text, node) in texts.items():
            if "mmctl:" in text:
                yield from ignores(text, file=path, rules=rule_lines(node))

    def _invariants(self) -> Iterator[Any]:
        for _, table in self._section("invariants"):
            yield invariant_of(table, self.builder)

    def _cases(self) -> Iterator[CaseText]:
        for path, table in self._section("cases"):
            yield CaseText(
                data=table,
                file=path,
                position=table.values_at["name"],
                positions=positions_of(table, otherwise=table.position),
            )

    # -- names

    def _check_names(self, project: Project, *, lone: bool) -> None:
        if any(file.node is None for file in self.loaded.values()):
            return  # what is not defined here may be defined in a file that cannot be read
        names = {
            kind: self._defined(kind) | project.environment.bindings.get(kind, {}).keys()
            for kind in Kind
        }
        for shape, positions in (*_referring(project), *self.builder.incomplete):
            for reference in references(shape):
                known = names[reference.kind]
                if is_raw(reference.name) or reference.name in known or (lone and not known):
                    continue
                self.builder.report(
                    "unknown-name",
                    positions.at(reference.path),
                    f"there is no {reference.kind.noun} `{reference.name}`",
                    did_you_mean(reference.name, known)
                    or f"define it under `{reference.kind.value}`, bind it in the environment, "
                    "or write its id as `id:…`",
                )

    def _defined(self, kind: Kind) -> set[str]:
        """The names of a kind that the files define, also where the definition has errors.

        What stands under a misspelled section, or without one, may be of any kind.
        """
        files = [file.node for file in self.loaded.values() if isinstance(file.node, MappingNode)]
        sections = [file.get(kind.value) for file in files]
        misspelled = [
            (key, value)
            for file in files
            for key, value in file.entries
            if key.text not in FILE.members
        ]
        sections += [value for _, value in misspelled]
        return {key.text for key, _ in misspelled} | {
            key.text
            for section in sections
            if isinstance(section, MappingNode)
            for key, _ in section.entries
        }


def _referring(project: Project) -> Iterator[tuple[Shape, Positions]]:
    """Every shape of the environment that may name other resources."""
    for rule_set in project.rule_sets.values():
        for rule in rule_set.rules:
            if rule.environments is None or project.environment.name in rule.environments:
                yield rule.rule, rule.positions
    for policy in project.traffic_policies.values():
        yield policy.policy, policy.positions
    for ingress_point in project.ingress_points.values():
        yield ingress_point.ingress_point, ingress_point.positions


def _beside(path: Text) -> str:
    """The path in the project of a file that stands beside the one which names it."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path.position.file), path))


def _rule_sets_read(file: _File) -> bool:
    """Whether all includes of a file could be read."""
    if file.table is None or not isinstance(file.node, MappingNode):
        return False
    known = all(key.text in FILE.members for key, _ in file.node.entries)
    return known and complete(file.table.get("rule_sets"))
