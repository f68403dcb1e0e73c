"""The rule files of a project while it is loaded: their tables, and the files beside them."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from mmctl.language import dialect
from mmctl.language.dialect import FILE
from mmctl.language.parsing.comments import ignores as ignores_in
from mmctl.language.parsing.files import Unreadable, decode, leaves_project
from mmctl.language.parsing.list_files import no_columns
from mmctl.language.parsing.resources import ListFile
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.language.parsing.scalars import MISSING
from mmctl.language.parsing.values import Reader
from mmctl.language.text.conflicts import conflicts
from mmctl.language.text.nodes import Mapping as MappingNode
from mmctl.language.text.nodes import Node
from mmctl.language.text.placed import Table, Text, complete
from mmctl.language.text.sections import rule_lines, rules_elsewhere
from mmctl.model.kinds import Kind
from mmctl.problem import Position, Problem
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.language.parsing.parsed_files import Parsed, ParsedFiles
    from mmctl.language.parsing.shapes import Builder
    from mmctl.language.parsing.variables import VariableScope
    from mmctl.language.project import Ignore


@dataclass(slots=True)
class RuleFile:
    """A rule file that was read."""

    text: str
    node: Node | None
    table: Table | None


@dataclass(slots=True)
class RuleFiles:
    """The files of a project in one environment; their problems go to the builder."""

    sources: ParsedFiles
    builder: Builder
    scope: VariableScope
    environment: str
    alone: bool = False
    """Whether one file is read: what it includes has no rules then."""
    loaded: dict[str, RuleFile] = field(default_factory=dict)
    list_files: dict[str, str] = field(default_factory=dict)

    def load(self, path: str) -> RuleFile:
        """Read a rule file, once."""
        if path in self.loaded:
            return self.loaded[path]
        parsed = self.sources.parse(path)
        self.builder.problems.extend(parsed.problems)
        table = self._table(path, parsed)
        self.loaded[path] = RuleFile(parsed.text or "", parsed.node, table)
        return self.loaded[path]

    def _table(self, path: str, parsed: Parsed) -> Table | None:
        if parsed.node is None:
            if not parsed.problems:
                at = Position(file=path)
                self.builder.report("missing-key", at, "the file is empty", "write `version: 1`")
            return None
        found: list[Problem] = []
        value = Reader(found, self.scope).read(dialect.FILE, parsed.node)
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
            message = (
                f"`{path}` is hidden: a path that begins with a dot is not part of the project"
            )
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
        """What to write instead of a path that starts from the project's folder."""
        if leaves_project(path) or posixpath.normpath(path) not in self.matching(path):
            return None
        written = posixpath.relpath(path, posixpath.dirname(path.position.file) or ".")
        return f"paths are relative to the file that names them: write `{written}`"

    def matching(self, pattern: str) -> tuple[str, ...]:
        """The files that an include matches."""
        return self.sources.files.matching(pattern)

    def rules_of(self, file: str, position: Position) -> list[Table] | None:
        """The items of an included file's `rules`."""
        if self.alone:
            return []
        loaded = self.load(file)
        if loaded.table is None:
            return None
        if "rules" not in loaded.table:
            self.builder.report("include", position, f"`{file}` has no `rules`")
            return None
        items: list[Table] = loaded.table["rules"]
        return items

    def definitions(self) -> Iterator[tuple[Kind, str, Table, Position]]:
        """The resources of all files: kind, name, content, and the place of the name."""
        # Includes load more files while this runs; their sections count too.
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

    def section(self, name: str) -> Iterator[tuple[str, Table]]:
        """The items of one list in all files, each with its file."""
        for path, file in self.loaded.items():
            if file.table is not None:
                yield from ((path, item) for item in file.table.get(name, ()))

    def refuse_unincluded(self, included: Mapping[str, Position]) -> None:
        """Report files whose rules no rule set includes."""
        left = [
            (path, file.table.keys_at["rules"])
            for path, file in self.loaded.items()
            if file.table is not None and "rules" in file.table and path not in included
        ]
        if not left or not all(_rule_sets_read(file) for file in self.loaded.values()):
            return
        for path, at in left:
            self.builder.report(
                "include",
                at,
                "no rule set includes these rules",
                f"name the file in `include` of a rule set: `- include: [{path}]`",
            )

    def ignores(self) -> Iterator[Ignore]:
        """The comments that silence checks."""
        texts = {path: (file.text, file.node) for path, file in self.loaded.items()}
        parsed = self.sources.parsed.get(PROJECT_FILE)
        if parsed is not None:
            texts[PROJECT_FILE] = (parsed.text or "", None)
        texts |= {path: (text, None) for path, text in self.list_files.items()}
        for path, (text, node) in texts.items():
            if "mmctl:" in text:
                yield from ignores_in(text, file=path, rules=rule_lines(node))

    def defined(self, kind: Kind) -> set[str]:
        """The names of a kind that the files define, even if the definition has errors.

        What is under a misspelled section, or under none, may be of any kind.
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


def _beside(path: Text) -> str:
    """The path in the project of a file, relative to the file that names it."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path.position.file), path))


def _rule_sets_read(file: RuleFile) -> bool:
    """Whether all includes of a file could be read."""
    if file.table is None or not isinstance(file.node, MappingNode):
        return False
    known = all(key.text in FILE.members for key, _ in file.node.entries)
    return known and complete(file.table.get("rule_sets"))
