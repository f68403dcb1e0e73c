"""A folder → a project: finds the files, reads each, puts the sections together, checks names.

Nothing of a project is executed. All problems come back at once; the project is as complete as
they allow.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Never

from mmctl.errors import ProblemsFound, UsageError
from mmctl.language import dialect
from mmctl.language.comments import ignores
from mmctl.language.conflicts import conflicts
from mmctl.language.files import (
    DiskFiles,
    Files,
    MemoryFiles,
    Unreadable,
    decode,
    leaves_project,
    no_larger,
)
from mmctl.language.invariants import invariant_of
from mmctl.language.nodes import Mapping as MappingNode
from mmctl.language.nodes import Node, Scalar, compose
from mmctl.language.nodes import Sequence as SequenceNode
from mmctl.language.placed import Table, Text, complete, positions_of
from mmctl.language.project import CaseText, Environment, Ignore, Kind, Project, Resource, Settings
from mmctl.language.reader import MISSING, Reader
from mmctl.language.references import is_raw, references
from mmctl.language.resources import ListFile, ResourceBuilder
from mmctl.language.root import PROJECT_FILE
from mmctl.language.rule_sets import RuleSetBuilder
from mmctl.language.settings import default_settings, settings_of
from mmctl.language.shapes import Builder
from mmctl.language.suggest import did_you_mean
from mmctl.language.unclaimed import unclaimed
from mmctl.language.variables import Scope
from mmctl.language.where import is_for_files, is_store, no_endpoint, no_store
from mmctl.problem import Position, Positions, Problem, Severity, ordered

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
    """The settings in the text of a project file, whatever its rules look like."""
    sources = Sources(MemoryFiles({PROJECT_FILE: text}), name)
    return _Reading(sources, name).settings()[0]


_NO_RULES: Final = frozenset({"cases", "invariants"})
"""Sections in which a mistake leaves no rule and no resource out."""


_WHERE: Final = frozenset({"version", "project", "snapshots", "default_environment"})
"""What of a project file says which project it is, and where its history is."""
_ERROR: Final = Severity.ERROR


@dataclass(slots=True)
class Sources:
    """The files of a project, to be read for one environment after the other.

    Each file is opened and parsed once.
    """

    files: Files
    name: str
    lone: bool = False
    parsed: dict[str, _Parsed] = field(default_factory=dict)

    def read(self, environment: str | None = None) -> tuple[Project, tuple[Problem, ...]]:
        """The project in an environment (None: the default one), and what is wrong with it.

        Raises:
            ProblemsFound: the project file says too little for anything else to be looked at.
            UsageError: there is no such environment, or nothing to read.
        """
        return _Reading(self, self.name).project(environment, lone=self.lone)

    def read_alone(self, environment: str | None = None) -> tuple[Project, tuple[Problem, ...]]:
        """The project file alone in an environment, and what is wrong with what that takes.

        No rule file is opened, and what is wrong with them, or with what the project file says of
        them and of other environments, does not matter.

        Raises:
            UsageError: there is no such environment.
        """
        return _Reading(self, self.name).project_file(environment)

    def parse(self, path: str) -> _Parsed:
        """The text and the nodes of a file."""
        if path not in self.parsed:
            self.parsed[path] = self._parse(path)
        return self.parsed[path]

    def _parse(self, path: str) -> _Parsed:
        try:
            text = decode(no_larger(self.files.read(path), path), path)
        except Unreadable as error:
            return _Parsed(None, None, (error.problem,))
        node, problems = compose(text, file=path)
        return _Parsed(text, node, problems)


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A file as it was parsed, the same in every environment."""

    text: str | None
    node: Node | None
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _File:
    """A rule file that was read."""

    text: str
    node: Node | None
    table: Table | None


@dataclass(slots=True)
class _Reading:
    """One reading of a project, and what is found on the way."""

    sources: Sources
    name: str
    loaded: dict[str, _File] = field(default_factory=dict)
    list_files: dict[str, str] = field(default_factory=dict)
    builder: Builder = field(default_factory=Builder)
    scope: Scope = field(default_factory=Scope)
    environment: str = ""

    def project(
        self, environment: str | None, *, lone: bool
    ) -> tuple[Project, tuple[Problem, ...]]:
        settings, project_text = self.settings()
        chosen = self._environment(settings, environment)
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

    def project_file(self, environment: str | None) -> tuple[Project, tuple[Problem, ...]]:
        """The project file alone, with the problems that leave open what is meant."""
        settings, text = self.settings()
        problems = tuple(each for each in ordered(self.builder.problems) if each.severity is _ERROR)
        node = self.sources.parse(PROJECT_FILE).node if text is not None else None
        wanted = environment or settings.default_environment
        matter = tuple(each for each in problems if _matters(node, each.position, wanted))
        files = {} if text is None else {PROJECT_FILE: text}
        if matter and wanted not in settings.environments:
            chosen = next(iter(settings.environments.values()))
        else:
            chosen = self._environment(settings, environment)
        return Project(settings=settings, environment=chosen, files=files), matter

    def _refuse_nothing(self, settings: Settings) -> Never:
        if settings.file is not None:
            self.builder.problems += unclaimed(self.sources.files, (), settings)
        message = f"no rule file matches {_listed(settings.rules)}"
        if self.builder.problems:
            raise self._unusable(message)
        raise UsageError(message, help="`mmctl init` makes a small project to start from")

    def _unusable(self, message: str) -> ProblemsFound:
        """The project file says too little for anything else to be looked at."""
        text = self.sources.parsed[PROJECT_FILE].text or ""
        return ProblemsFound(message, ordered(self.builder.problems), {PROJECT_FILE: text})

    def _leaves_out(self, problem: Problem) -> bool:
        """Whether a rule or resource may be missing because of a problem."""
        file = self.loaded.get(problem.position.file)
        section = _section(file.node, problem.position) if file is not None else None
        # A rule whose relay has no such name is there; an ingress point without its rules is not.
        named = problem.check == "unknown-name" and section != Kind.INGRESS_POINT.value
        return not named and section not in _NO_RULES

    # -- files

    def settings(self) -> tuple[Settings, str | None]:
        """The settings of the project, and the text of the project file."""
        if not self.sources.files.matching(PROJECT_FILE):
            return default_settings(self.name), None
        parsed = self.sources.parse(PROJECT_FILE)
        self.builder.problems.extend(parsed.problems)
        text, node = parsed.text, parsed.node
        table = MISSING
        if node is not None:
            reader = Reader(Scope(variables=None), self.builder.problems)
            table = reader.read(dialect.PROJECT, node)
        if node is None and not parsed.problems:
            at = Position(file=PROJECT_FILE)
            help_ = "write `version: 1` and `project: NAME`"
            self.builder.report("missing-key", at, "the file is empty", help_)
        if table is MISSING or node is None:
            raise self._unusable(f"`{PROJECT_FILE}` cannot be used")
        settings = settings_of(table, node)
        self._check_patterns(table)
        self._check_after(table)
        self._check_where(table)
        self._check_default(table)
        return settings, text

    def _environment(self, settings: Settings, name: str | None) -> Environment:
        """The environment that is wanted, or the default one.

        Raises:
            UsageError: there is no such environment.
            ProblemsFound: there is none, and the project file has mistakes.
        """
        wanted = name or settings.default_environment
        found = settings.environments.get(wanted)
        if found is not None:
            return found
        if self.builder.problems:
            raise self._unusable(f"there is no environment `{wanted}`")
        known = _listed(tuple(settings.environments))
        raise UsageError(
            f"there is no environment `{wanted}`",
            help=did_you_mean(wanted, settings.environments) or f"the project has {known}",
        )

    def _check_default(self, table: Table) -> None:
        """The default environment is one of those that there are."""
        name, environments = table.get("default_environment"), table.get("environments", {})
        if name is not None and name not in environments:
            help_ = did_you_mean(name, environments) or f"one of {_listed(tuple(environments))}"
            message = f"there is no environment `{name}`"
            self.builder.report("unknown-name", name.position, message, help_)

    def _check_after(self, table: Table) -> None:
        """Every environment that another comes after is there, and none comes after itself."""
        environments = table.get("environments", {})
        before = {name: value["after"] for name, value in environments.items() if "after" in value}
        for name, after in before.items():
            if after not in environments:
                self.builder.report(
                    "unknown-name",
                    after.position,
                    f"there is no environment `{after}`",
                    did_you_mean(after, environments),
                )
                continue
            seen = {name}
            while after in before and after not in seen:
                seen.add(after)
                after = before[after]  # noqa: PLW2901 - the way back
            if after in seen:
                self.builder.report(
                    "unknown-name", before[name].position, f"`{name}` would come after itself"
                )

    def _check_where(self, table: Table) -> None:
        """No file chooses a server that is not Mail Manager's, nor a store that is no bucket."""
        for environment in table.get("environments", {}).values():
            endpoint = environment.get("endpoint")
            if endpoint is not None and not is_for_files(endpoint):
                self.builder.report("wrong-text", endpoint.position, *no_endpoint(endpoint))
        for holder in (table, *table.get("environments", {}).values()):
            snapshots = holder.get("snapshots")
            if snapshots is not None and not is_store(snapshots):
                self.builder.report("wrong-text", snapshots.position, *no_store(snapshots))

    def _check_patterns(self, table: Table) -> None:
        for key in ("rules", "cases"):
            for pattern in table.get(key, ()):
                if leaves_project(pattern):
                    self.builder.report(
                        "include", pattern.position, f"`{pattern}` leaves the project"
                    )
                elif not self.sources.files.matching(pattern):
                    self.builder.report("include", pattern.position, f"no file matches `{pattern}`")

    def _load(self, path: str) -> _File:
        """Read a rule file, once."""
        if path in self.loaded:
            return self.loaded[path]
        parsed = self.sources.parse(path)
        self.builder.problems.extend(parsed.problems)
        table = self._table(path, parsed)
        self.loaded[path] = _File(parsed.text or "", parsed.node, table)
        return self.loaded[path]

    def _table(self, path: str, parsed: _Parsed) -> Table | None:
        if parsed.node is None:
            if not parsed.problems:
                at = Position(file=path)
                self.builder.report("missing-key", at, "the file is empty", "write `version: 1`")
            return None
        found: list[Problem] = []
        value = Reader(self.scope, found).read(dialect.FILE, parsed.node)
        if found:
            elsewhere = tuple(_rules_elsewhere(parsed.node, self.environment))
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
        found = conflicts(text, file=whole)
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
            return decode(self.sources.files.read(whole), whole)
        except Unreadable as error:
            message = f"`{whole}` {error.problem.message}"
            self.builder.report("unreadable-file", path.position, message)
            return None

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
        if PROJECT_FILE in self.sources.parsed:
            parsed = self.sources.parsed[PROJECT_FILE]
            texts[PROJECT_FILE] = (parsed.text or "", None)
        texts |= {path: (text, None) for path, text in self.list_files.items()}
        for path, (text, node) in texts.items():
            if "mmctl:" in text:
                yield from ignores(text, file=path, rules=_rule_lines(node))

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
        """The names of a kind that the files define, also where the definition has errors."""
        sections = [
            file.node.get(kind.value)
            for file in self.loaded.values()
            if isinstance(file.node, MappingNode)
        ]
        return {
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
    return file.table is not None and complete(file.table.get("rule_sets"))


def _matters(node: Node | None, place: Position, environment: str) -> bool:
    """Whether a place of the project file says where an environment is and what is kept where."""
    section = _section(node, place)
    if section == "environments" and isinstance(node, MappingNode):
        return _section(node.get(section), place) in {environment, None}
    return section in {None, *_WHERE}


def _rules_elsewhere(node: Node | None, environment: str) -> Iterator[tuple[int, int]]:
    """First and last line of each rule that does not live in an environment."""
    for rule in _rule_nodes(node):
        environments = rule.get("environments")
        if isinstance(environments, SequenceNode):
            names = [item.text for item in environments.items if isinstance(item, Scalar)]
            if environment not in names:
                yield rule.position.line, _last_line(rule)


def _section(node: Node | None, place: Position) -> str | None:
    """The section of a file that a place is in."""
    entries = node.entries if isinstance(node, MappingNode) else ()
    above = [key for key, _ in entries if key.position <= place]
    return max(above, key=lambda key: key.position).text if above else None


def _rule_lines(node: Node | None) -> Iterator[tuple[int, int]]:
    for rule in _rule_nodes(node):
        yield rule.position.line, _last_line(rule)


def _rule_nodes(node: Node | None) -> Iterator[MappingNode]:
    """Every mapping below a key `rules` that is a rule."""
    if isinstance(node, MappingNode):
        for key, value in node.entries:
            if key.text == "rules" and isinstance(value, SequenceNode):
                for item in value.items:
                    if isinstance(item, MappingNode) and item.get("actions") is not None:
                        yield item
            yield from _rule_nodes(value)
    elif isinstance(node, SequenceNode):
        for item in node.items:
            yield from _rule_nodes(item)


def _last_line(node: Node) -> int:
    match node:
        case Scalar():
            return node.position.line
        case SequenceNode():
            return max((_last_line(item) for item in node.items), default=node.position.line)
        case MappingNode():
            return max((_last_line(value) for _, value in node.entries), default=node.position.line)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
