"""Entries of the library as case files of the project, which a person owns from then on."""

from __future__ import annotations

import posixpath
import re
import textwrap
from typing import TYPE_CHECKING, Any, Final

from mmctl.cli.messages.case_text import put, text_of
from mmctl.errors import Refused, UsageError
from mmctl.inputs import RULES_AT_MOST, read_file, read_text, resolved
from mmctl.language.dialect.files import FILE
from mmctl.language.formatting.format import laid_out_as
from mmctl.language.parsing.files import MemoryFiles
from mmctl.language.text.layout import Branch, Entry, Leaf
from mmctl.language.text.source import parsed
from mmctl.mail.reader import read_email
from mmctl.model.facts import WRITTEN_HEADERS
from mmctl.records import dataclass, field
from mmctl.writing import write_together

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mmctl.cases.library.catalog import LibraryEntry
    from mmctl.cases.library.sound import Looked
    from mmctl.language.project import Project

_WILD: Final = re.compile(r"[*?\[].*")
_HEADER: Final = "# From the library of mmctl. These cases are yours now: change what they expect."
_COMMENT: Final = 96


def case_name(entry: LibraryEntry) -> str:
    """The name of a case that was made of an entry."""
    return f"{entry.kind}/{entry.name}"


def present_in(project: Project, entries: Iterable[LibraryEntry]) -> frozenset[str]:
    """The names of the entries that are cases of a project."""
    named = {str(case.data.get("name")) for case in project.cases}
    return frozenset(entry.name for entry in entries if case_name(entry) in named)


@dataclass(slots=True, kw_only=True)
class CaseFiles:
    """The files to write, together or not at all."""

    root: Path
    project: Project
    overwrite: bool
    files: dict[str, bytes] = field(default_factory=dict)
    """By path in the project."""
    messages: int = 0
    _trees: dict[str, Branch] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """The folder of cases: the fixed part of the project's first pattern."""
        patterns = self.project.settings.cases
        if not patterns:
            raise UsageError(
                "the project names no files of cases", help="add `cases: [cases/**/*.yaml]`"
            )
        return posixpath.dirname(_WILD.sub("", patterns[0]) + "x") or "."

    @property
    def case_files(self) -> tuple[str, ...]:
        """The case files that are written, by path in the project."""
        return tuple(name for name in self.files if name.endswith(".yaml"))

    def add(self, looked: Looked, environments: tuple[str, ...]) -> None:
        """Add one entry; nothing is written yet.

        Raises:
            Refused: another message is in its place.
            UsageError: a file cannot be read, or the project would not read it.
        """
        entry = looked.filled.entry
        file = posixpath.normpath(posixpath.join(self.folder, f"library-{entry.kind}.yaml"))
        if file not in self._trees:
            self._trees[file] = self._tree(file)
        cases = self._trees[file].get("cases")
        if cases is None or not isinstance(cases.value, Branch):
            raise UsageError(f"`{file}` has no list of cases", help="move the file away")
        kept = [each for each in cases.value.entries if _name_of(each) != case_name(entry)]
        made = Entry(value=self._case(looked, environments), before=[""] if kept else [])
        cases.value.entries = [*kept, made]
        self.files[file] = laid_out_as(self._trees[file], FILE).encode()

    def write(self) -> None:
        """Write all files, or none.

        Raises:
            UsageError: one cannot be written.
        """
        paths = {self.root / name: content for name, content in self.files.items()}
        try:
            for path in paths:
                if not resolved(path).is_relative_to(resolved(self.root)):
                    raise UsageError(f"cannot write `{path}`: a link leads out of the project")
                path.parent.mkdir(parents=True, exist_ok=True)
            write_together(paths)
        except OSError as error:
            raise UsageError(f"cannot write the cases: {error.strerror}") from None

    def _tree(self, file: str) -> Branch:
        settings = self.project.settings
        patterns = (*settings.cases, *settings.rules)
        if not any(MemoryFiles({file: ""}).matching(pattern) for pattern in patterns):
            raise UsageError(
                f"`{file}` would not be loaded as a file of cases",
                help=f"`cases:` of the project names {', '.join(settings.cases)}",
            )
        path = self.root / file
        try:
            text = read_text(path, at_most=RULES_AT_MOST) if path.exists() else None
        except OSError as error:
            raise UsageError(f"cannot read `{file}`: {error.strerror}") from None
        source = parsed(text_of([], _HEADER) if text is None else text)
        if source is None:
            raise UsageError(f"`{file}` cannot be read as YAML", help="mmctl lint says why")
        if text is None:
            cases = source.tree.get("cases")
            if cases is not None:
                cases.value = Branch(mapping=False)
        return source.tree

    def _case(self, looked: Looked, environments: tuple[str, ...]) -> Branch:
        filled = looked.filled
        entry = filled.entry
        case = Branch(mapping=True)
        put(case, "name", case_name(entry))
        first = case.entries[0]
        first.before = [
            f"# {line}"
            for said in (entry.description, f"Sound: {entry.sound.words}. {entry.because}")
            for line in textwrap.wrap(said, _COMMENT)
        ]
        put(case, "message", self._message(looked))
        if filled.ingress_point is None:
            put(case, "rule_set", filled.rule_set)
        else:
            put(case, "ingress_point", filled.ingress_point)
        if environments:
            put(case, "environments", list(environments))
        for name, value in filled.written.items():
            if value:
                put(case, name, _plain(value))
        put(
            case,
            "expect",
            {each.recipient: each.as_written for each in looked.verdicts},
            below=True,
        )
        if not looked.sound:
            wrong = next(each for each in looked.verdicts if not each.sound)
            by = f" by {wrong.by}" if wrong.by else ""
            put(case, "todo", f"{wrong.outcome}{by} when this case was added")
        return case

    def _message(self, looked: Looked) -> str | dict[str, Any]:
        """The message: a file beside the case, or written in it if it is large."""
        filled = looked.filled
        if filled.entry.size is not None:
            email = read_email(filled.message)
            named = {
                fact.name.value: email.header_values(fact.key, decoded=True)
                for fact in WRITTEN_HEADERS
            }
            said = {name: texts[0] for name, texts in named.items() if texts}
            return {**said, "size": len(filled.message)}
        name = posixpath.join("messages", "library", f"{filled.entry.name}.eml")
        inside = posixpath.normpath(posixpath.join(self.folder, name))
        if not self._is(self.root / inside, filled.message):
            self.files[inside] = filled.message
            self.messages += 1
        return name

    def _is(self, path: Path, content: bytes) -> bool:
        """Whether a file holds exactly this already.

        Raises:
            Refused: it holds something else.
        """
        if not path.exists() and not path.is_symlink():
            return False
        try:
            same = path.is_file() and read_file(path, at_most=len(content)) == content
        except OSError:
            same = False
        if not same and not self.overwrite:
            raise Refused(
                f"`{path.relative_to(self.root)}` exists and holds another message",
                why="nothing was written: mmctl does not overwrite what you own",
                help="move it away, or say --overwrite",
            )
        return same


def _name_of(entry: Entry) -> str | None:
    held = entry.value.get("name") if isinstance(entry.value, Branch) else None
    return held.value.text if held is not None and isinstance(held.value, Leaf) else None


def _plain(value: Any) -> Any:
    """A value as `put` takes it: mappings and lists of its own."""
    from collections.abc import Mapping

    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
