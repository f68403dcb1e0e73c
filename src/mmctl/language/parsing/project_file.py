"""The project file: its settings, the selected environment, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import ProblemsFound, UsageError
from mmctl.language import dialect
from mmctl.language.parsing.endpoints import is_for_files, is_store, no_endpoint, no_store
from mmctl.language.parsing.files import leaves_project
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.language.parsing.scalars import MISSING
from mmctl.language.parsing.settings import LOCAL, default_settings, settings_of
from mmctl.language.parsing.values import Reader
from mmctl.language.parsing.variables import VariableScope
from mmctl.language.project import Environment, Project, Settings
from mmctl.language.text.nodes import Mapping as MappingNode
from mmctl.language.text.placed import Text
from mmctl.language.text.sections import section_at
from mmctl.language.text.suggest import did_you_mean, listed
from mmctl.problem import Position, Problem, Severity, ordered
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.language.parsing.parsed_files import ParsedFiles
    from mmctl.language.parsing.shapes import Builder
    from mmctl.language.text.nodes import Node
    from mmctl.language.text.placed import Table

_WHERE: Final = frozenset({"version", "project", "snapshots", "default_environment"})
"""What identifies a project and its history in a project file."""
_ELSEWHERE: Final = frozenset({"rules", "cases", "vars", "semantics", "lint"})
"""What says nothing about environments: a mistake there is not why one is missing."""
_ERROR: Final = Severity.ERROR


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """The project file among some files; `name` is the project's name if there is none."""

    sources: ParsedFiles
    name: str
    builder: Builder
    """Collects what is wrong with it."""
    outputs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What stacks said, by environment; stand-ins are in the place of what is not here."""

    def settings(self) -> tuple[Settings, str | None]:
        """The settings of the project, and the text of the project file."""
        if not self.sources.files.matching(PROJECT_FILE):
            return default_settings(self.name), None
        parsed = self.sources.parse(PROJECT_FILE)
        self.builder.problems.extend(parsed.problems)
        text, node = parsed.text, parsed.node
        table = MISSING
        used: dict[str, tuple[str, ...]] = {}
        if node is not None and "${stack." in (text or ""):
            used, node = self._with_outputs(node)
        if node is not None:
            reader = Reader(self.builder.problems, VariableScope(variables=None))
            table = reader.read(dialect.PROJECT, node)
        if node is None and not parsed.problems:
            at = Position(file=PROJECT_FILE)
            help_ = "write `version: 1` and `project: NAME`"
            self.builder.report("missing-key", at, "the file is empty", help_)
        if table is MISSING or node is None:
            raise self.unusable(f"`{PROJECT_FILE}` cannot be used")
        settings = settings_of(table, node, self.builder, used)
        self._check_patterns(table)
        self._check_after(table)
        self._check_where(table)
        self._check_stacks(table)
        self._check_default(table)
        return settings, text

    def environment(self, settings: Settings, name: str | None) -> Environment:
        """The selected environment, or the default one.

        Raises:
            UsageError: there is no such environment.
            ProblemsFound: there is none, and a mistake in the project file may be why.
        """
        wanted = name or settings.default_environment
        found = settings.environments.get(wanted)
        if found is not None:
            return found
        node = self.sources.parse(PROJECT_FILE).node
        if any(section_at(node, each.position) not in _ELSEWHERE for each in self.builder.problems):
            raise self.unusable(f"there is no environment `{wanted}`")
        known = listed(tuple(settings.environments))
        raise UsageError(
            f"there is no environment `{wanted}`",
            help=did_you_mean(wanted, settings.environments) or f"the project has {known}",
        )

    def _check_default(self, table: Table) -> None:
        """Check that the default environment exists."""
        name, environments = table.get("default_environment"), tuple(table.get("environments", ()))
        if not environments and self.builder.problems:
            return  # The mistake may be in the part that defines them.
        environments = environments or (LOCAL,)
        if name is not None and name not in environments:
            help_ = did_you_mean(name, environments) or f"one of {listed(environments)}"
            message = f"there is no environment `{name}`"
            self.builder.report("unknown-name", name.position, message, help_)

    def _check_after(self, table: Table) -> None:
        """Check that every environment in `after` exists, and that none comes after itself."""
        environments = table.get("environments", {})
        before = {
            name: _before(value["after"])
            for name, value in environments.items()
            if "after" in value
        }
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
        """Check that files choose only Mail Manager's servers, and folders or buckets as stores."""
        for environment in table.get("environments", {}).values():
            endpoint = environment.get("endpoint")
            if endpoint is not None and not is_for_files(endpoint):
                self.builder.report("wrong-text", endpoint.position, *no_endpoint(endpoint))
        for holder in (table, *table.get("environments", {}).values()):
            snapshots = holder.get("snapshots")
            if snapshots is not None and not is_store(snapshots):
                self.builder.report("wrong-text", snapshots.position, *no_store(snapshots))

    def _with_outputs(self, node: Node) -> tuple[dict[str, tuple[str, ...]], Node]:
        """The outputs of stacks that each environment uses, and the file with their values."""
        from mmctl.language.parsing.stack_outputs import (  # noqa: PLC0415 - few projects
            StackOutputs,
            outputs_used,
        )

        environments = node.get("environments") if isinstance(node, MappingNode) else None
        entries = environments.entries if isinstance(environments, MappingNode) else ()
        used = {key.text: outputs_used(value) for key, value in entries}
        outputs = StackOutputs(known=self.outputs, problems=self.builder.problems)
        return used, outputs.put_into(node)

    def _check_stacks(self, table: Table) -> None:
        stacks = [
            each["stack"] for each in table.get("environments", {}).values() if "stack" in each
        ]
        if stacks:
            from mmctl.language.parsing.stack import check_stack  # noqa: PLC0415 - few projects

            for stack in stacks:
                check_stack(stack, self.builder)

    def _check_patterns(self, table: Table) -> None:
        for key in ("rules", "cases"):
            for pattern in table.get(key, ()):
                if leaves_project(pattern):
                    self.builder.report(
                        "include", pattern.position, f"`{pattern}` leaves the project"
                    )
                elif not self.sources.files.matching(pattern):
                    self.builder.report("include", pattern.position, f"no file matches `{pattern}`")

    def alone(self, environment: str | None) -> tuple[Project, tuple[Problem, ...]]:
        """Only the project file, with the problems that make it ambiguous."""
        settings, text = self.settings()
        problems = tuple(each for each in ordered(self.builder.problems) if each.severity is _ERROR)
        node = self.sources.parse(PROJECT_FILE).node if text is not None else None
        wanted = environment or settings.default_environment
        matter = tuple(each for each in problems if _matters(node, each.position, wanted))
        files = {} if text is None else {PROJECT_FILE: text}
        if matter and wanted not in settings.environments:
            chosen = next(iter(settings.environments.values()))
        else:
            chosen = self.environment(settings, environment)
        return Project(settings=settings, environment=chosen, files=files), matter

    def unusable(self, message: str) -> ProblemsFound:
        """The project file says too little to read anything else."""
        text = self.sources.parsed[PROJECT_FILE].text or ""
        return ProblemsFound(message, ordered(self.builder.problems), {PROJECT_FILE: text})


def _before(after: Any) -> Text:
    """The name of the environment before, which is all that is written, or a member of it."""
    name: Text = after if isinstance(after, Text) else after["environment"]
    return name


def _matters(node: Node | None, place: Position, environment: str) -> bool:
    """Whether a place in the project file says where an environment is and where data is kept."""
    section = section_at(node, place)
    if section == "environments" and isinstance(node, MappingNode):
        return section_at(node.get(section), place) in {environment, None}
    return section in {None, *_WHERE}
