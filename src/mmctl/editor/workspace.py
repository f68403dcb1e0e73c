"""The projects that an editor has open: texts of open files over the files on disk.

Nothing here opens a file but through `Disk`, which the command line gives.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final, Protocol

from mmctl.checks.kept_findings import KeptFindings
from mmctl.editor.lines import TextLines
from mmctl.errors import MmctlError
from mmctl.language.parsing.files import CALLED_YAML, MemoryFiles, Unreadable, leaves_project
from mmctl.language.parsing.load import Sources
from mmctl.language.parsing.parsed_files import ParsedFiles, is_rule_file
from mmctl.language.parsing.patterns import PathPattern
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.language.text.compose import compose
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lsprotocol import types

    from mmctl.language.parsing.files import Files
    from mmctl.language.parsing.parsed_files import Parsed
    from mmctl.language.project import Project
    from mmctl.language.text.nodes import Node
    from mmctl.problem import Position

_LONE: Final = "lone.yaml"
LARGE: Final = 1_000_000
"""Characters of a text beyond which requests about it have no answer; its problems come."""


class Disk(Protocol):
    """Where files that are not open come from."""

    def root_of(self, path: str) -> str | None:
        """The folder of the project that an absolute path is in; None: there is none."""

    def below(self, root: str) -> Files:
        """The files of a folder.

        Raises:
            UsageError: there is no such folder.
        """


class OpenFiles:
    """Files with the texts of an editor instead of what is on disk; `texts` stay as they are."""

    def __init__(self, behind: Files, texts: Mapping[str, str]) -> None:
        self._behind = behind
        self._texts = dict(texts)

    def matching(self, pattern: str) -> tuple[str, ...]:
        """The paths that a pattern matches, relative to the project, sorted."""
        found = set(self._behind.matching(pattern))
        if not leaves_project(pattern):
            wanted = PathPattern(pattern)
            found |= {path for path in self._texts if wanted.fullmatch(path)}
        return tuple(sorted(found))

    def called_yaml(self) -> tuple[str, ...]:
        """The files with names of YAML files, sorted."""
        opened = {path for path in self._texts if CALLED_YAML.search(path)}
        return tuple(sorted(opened.union(self._behind.called_yaml())))

    def read(self, path: str) -> bytes:
        """The bytes of a file.

        Raises:
            Unreadable: there is no such file, or reading is not allowed, or it is too large.
        """
        text = self._texts.get(path)
        return self._behind.read(path) if text is None else text.encode()


Kept = dict[str, tuple[bytes, "Parsed"]]
"""By path: the bytes of a file, and what they were parsed to."""


class KeptParses(ParsedFiles):
    """Parsed files that are kept from one reading to the next while their bytes are the same."""

    __slots__ = ("_between", "_kept")

    def __init__(self, files: Files, kept: Kept, between: Callable[[], object]) -> None:
        super().__init__(files)
        self._kept = kept
        self._between = between

    def parse(self, path: str) -> Parsed:
        """The text and the nodes of a file."""
        self._between()
        return super().parse(path)

    def _parse(self, path: str) -> Parsed:
        try:
            content = self.files.read(path)
        except Unreadable:
            return super()._parse(path)
        known = self._kept.get(path)
        if known is not None and known[0] == content:
            return known[1]
        parsed = super()._parse(path)
        self._kept[path] = content, parsed
        return parsed


def _goes_on() -> None:
    """Where nobody wants to stop."""


@dataclass(slots=True, eq=False)
class OpenProject:
    """One project of the editor, or one file outside of any; paths are relative to it."""

    root: str | None
    """Its folder, absolute; None: a file alone."""
    name: str
    disk: Disk | None
    texts: dict[str, str] = field(default_factory=dict)
    """The files that are open, as they are in the editor now."""
    read: Mapping[str, Project] = field(default_factory=dict)
    """The project as it was last read whole, by environment, the default one first."""
    findings: KeptFindings = field(default_factory=KeptFindings)
    """What checks found in it the last time."""
    _kept: Kept = field(default_factory=dict)
    _lines: dict[str, TextLines] = field(default_factory=dict)

    @property
    def lone(self) -> bool:
        """Whether it is a file outside of any project."""
        return self.root is None

    @property
    def project(self) -> Project | None:
        """The project in its default environment as it was last read; None: not yet."""
        return next(iter(self.read.values()), None)

    def sources(self, between: Callable[[], object] = _goes_on) -> Sources:
        """The files as they are now; `between` is called before each, and may raise to stop."""
        sources = Sources(self.files(), self.name, lone=self.lone)
        sources.parsed = KeptParses(sources.files, self._kept, between)
        return sources

    def files(self) -> Files:
        """The files as they are now: those of the editor, then those on disk."""
        if self.root is None or self.disk is None:
            return MemoryFiles(dict(self.texts))
        return OpenFiles(self.disk.below(self.root), self.texts)

    def paths(self) -> tuple[str, ...]:
        """The YAML files of the project as it was last read, and those that are open and in it."""
        known = {path for project in self.read.values() for path in project.files}
        return tuple(sorted(known | {path for path in self.texts if self.holds(path)}))

    def holds(self, path: str) -> bool:
        """Whether a file is one of mmctl: of the project, or like a rule file."""
        if path == PROJECT_FILE or any(path in project.files for project in self.read.values()):
            return True
        return is_rule_file(self.files(), path) or self._is_named(path)

    def _is_named(self, path: str) -> bool:
        """Whether the settings name a file that is new, and perhaps still empty."""
        if self.lone or leaves_project(path):
            return False
        try:
            settings = self.sources().settings()
        except MmctlError:
            return False
        patterns = (*settings.rules, *settings.cases)
        return any(PathPattern(each).fullmatch(path) for each in patterns)

    def large(self, path: str) -> bool:
        """Whether a file, as far as it was read, takes too long to answer while others wait."""
        texts = (self.texts.get(path), *(each.files.get(path) for each in self.read.values()))
        return len(next((text for text in texts if text is not None), "")) > LARGE

    def text(self, path: str) -> str | None:
        """The text of a file, as it is in the editor, or on disk; None: it cannot be read."""
        opened = self.texts.get(path)
        return self._parsed(path).text if opened is None else opened

    def node(self, path: str) -> Node | None:
        """The nodes of a file as it is now; None: it is empty, or no YAML at the moment."""
        return self._parsed(path).node

    def lines(self, path: str) -> TextLines:
        """The places in a file as it is now; of one that cannot be read: those of no text."""
        text = self.text(path) or ""
        known = self._lines.get(path)
        if known is None or known.text != text:
            known = self._lines[path] = TextLines(text)
        return known

    def node_of(self, text: str, path: str) -> Node | None:
        """The nodes of another text of a file: as it was before, or as it may become."""
        return compose(text, file=path)[0]

    def _parsed(self, path: str) -> Parsed:
        return self.sources().parsed.parse(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorPlace:
    """Where a request of the editor points to."""

    project: OpenProject
    path: str
    """The file, relative to the project."""
    offset: int
    """Characters from the start of its text."""
    position: Position
    """The same place, as our nodes and problems have it."""

    @property
    def text(self) -> str:
        """The text of the file, as it is in the editor."""
        return self.project.text(self.path) or ""

    @property
    def line(self) -> str:
        """The line of the place, up to the place."""
        return self.text[self.text.rfind("\n", 0, self.offset) + 1 : self.offset]


def place_in(project: OpenProject, path: str, at: types.Position) -> EditorPlace:
    """What an editor points to, in a file of a project."""
    lines = project.lines(path)
    offset = lines.offset_of(at)
    position = lines.position(offset, path)
    return EditorPlace(project=project, path=path, offset=offset, position=position)


class Workspace:
    """All that an editor has open, by the absolute paths of the files."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._projects: dict[str, OpenProject] = {}

    @property
    def projects(self) -> tuple[OpenProject, ...]:
        """The projects of which a file was opened, in that order; files alone included."""
        return tuple(self._projects.values())

    def find(self, path: str, *, on_disk: bool = True) -> tuple[OpenProject, str]:
        """The project of a file, and the path of the file in it; a new one the first time.

        `on_disk`: false for a text that was never saved, which is in no project.
        """
        root = self._disk.root_of(path) if on_disk else None
        key = root or path
        if root is not None:
            self._projects.pop(path, None)
        inside = _inside(root, path) if root is not None else _lone_name(path)
        if key not in self._projects:
            name = posixpath.basename(_plain(root)) if root is not None else "project"
            self._projects[key] = OpenProject(root, name, self._disk if root else None)
        return self._projects[key], inside

    def place(self, path: str, at: types.Position, *, on_disk: bool = True) -> EditorPlace:
        """What an editor points to."""
        return place_in(*self.find(path, on_disk=on_disk), at)

    def close(self, project: OpenProject, path: str) -> None:
        """Forget the text of a file: what is on disk counts again; a file alone is forgotten."""
        project.texts.pop(path, None)
        if project.lone:
            left = {key: each for key, each in self._projects.items() if each is not project}
            self._projects = left


def _plain(path: str) -> str:
    return path.replace("\\", "/")


def _inside(root: str, path: str) -> str:
    return posixpath.relpath(_plain(path), _plain(root))


def _lone_name(path: str) -> str:
    name = posixpath.basename(_plain(path))
    return name if name.endswith(".yaml") and name != PROJECT_FILE else _LONE
