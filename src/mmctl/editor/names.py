"""The names of a project, in all of its files: what they are defined as, and where they are used.

The files are as they are in the editor. One that is no YAML at the moment counts as it last was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

from mmctl.editor.lines import TextLines
from mmctl.editor.sites import sites, variables
from mmctl.errors import MmctlError
from mmctl.language.dialect.nouns import is_managed
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.editor.sites import Site
    from mmctl.editor.workspace import OpenProject
    from mmctl.language.dialect.nouns import Named
    from mmctl.language.parsing.parsed_files import Parsed
    from mmctl.language.text.nodes import Node


@dataclass(slots=True)
class _FileNames:
    """A file, and the names in it."""

    text: str
    node: Node | None
    sites: tuple[Site, ...]
    whole: bool
    """False: the text is no YAML, and these are the names of what it was before; or too large."""
    lines: TextLines | None = None


_LARGE_FILE: Final = _FileNames("", None, (), whole=False)


@dataclass(slots=True, eq=False)
class ProjectNames:
    """The names of one project, as its files were when `looked` was called."""

    project: OpenProject
    _seen: dict[str, _FileNames] = field(default_factory=dict)
    _by_name: dict[str, list[Site]] = field(default_factory=dict)

    def looked(self) -> Self:
        """Look at the files again; those that are as they were cost next to nothing."""
        parsed = self.project.sources().parsed
        before, self._seen = self._seen, {}
        for path in self._paths():
            if self.project.large(path):
                self._seen[path] = _LARGE_FILE
            else:
                self._seen[path] = _looked_at(path, parsed.parse(path), before.get(path))
        if any(before.get(path) is not seen for path, seen in self._seen.items()) or (
            before.keys() != self._seen.keys()
        ):
            self._by_name = {}
            for site in self.sites():
                self._by_name.setdefault(site.name, []).append(site)
        return self

    def _paths(self) -> Iterable[str]:
        """The files of the project; before it was read, those that its settings name."""
        known = self.project.paths()
        if self.project.read or self.project.lone:
            return known
        files = self.project.files()
        try:
            settings = self.project.sources().settings()
        except MmctlError:
            return known
        patterns = (PROJECT_FILE, *settings.rules, *settings.cases)
        return sorted({*known, *(path for each in patterns for path in files.matching(each))})

    @property
    def paths(self) -> tuple[str, ...]:
        """The files of the project."""
        return tuple(self._seen)

    def text(self, path: str) -> str:
        """The text of a file."""
        seen = self._seen.get(path)
        return "" if seen is None else seen.text

    def node(self, path: str) -> Node | None:
        """The nodes of a file; None: it is no YAML at the moment."""
        seen = self._seen.get(path)
        return None if seen is None else seen.node

    def lines(self, path: str) -> TextLines:
        """The places in a file."""
        seen = self._seen.get(path)
        if seen is None:
            return TextLines("")
        if seen.lines is None:
            seen.lines = TextLines(seen.text)
        return seen.lines

    def sites(self) -> Iterator[Site]:
        """Every name in every file."""
        for seen in self._seen.values():
            yield from seen.sites

    def sites_in(self, path: str) -> tuple[Site, ...]:
        """The names in one file."""
        seen = self._seen.get(path)
        return () if seen is None else seen.sites

    def unreadable(self) -> tuple[str, ...]:
        """The files that are no YAML at the moment, or too large to be looked at."""
        return tuple(path for path, seen in self._seen.items() if not seen.whole)

    def at(self, path: str, offset: int) -> Site | None:
        """The name that a place in a file is in."""
        line = self.lines(path).position(offset, path).line
        for site in self.sites_in(path):
            if site.position.line == line:
                start, end = self.span(site)
                if start <= offset <= end:
                    return site
        return None

    def span(self, site: Site) -> tuple[int, int]:
        """Where a name is in the text of its file: without quotation marks, or `archive:`."""
        path = site.position.file
        start = self.lines(path).offset(site.position)
        written = self.text(path)[start : start + site.position.length]
        at = written.rfind(site.name)
        if at < 0:
            return start, start + len(written)
        return start + at, start + at + len(site.name)

    def is_plain(self, site: Site) -> bool:
        """Whether a name is written as it is, so that it can be replaced in the text."""
        start, end = self.span(site)
        return self.text(site.position.file)[start:end] == site.name

    def definitions(self, names: tuple[Named, ...], name: str) -> tuple[Site, ...]:
        """Where a name is defined."""
        return tuple(
            site
            for site in self._by_name.get(name, ())
            if site.defines and not set(names).isdisjoint(site.names)
        )

    def same(self, site: Site) -> tuple[Site, ...]:
        """All places with the same name of the same thing, itself included, in their order.

        What a use may name (`by` of a case: a rule or a statement) is what is defined.
        """
        defined = self.definitions(site.names, site.name)
        meant = {named for each in defined for named in each.names} or set(site.names)
        return tuple(
            each for each in self._by_name.get(site.name, ()) if not meant.isdisjoint(each.names)
        )

    def known(self, names: tuple[Named, ...]) -> dict[str, Site]:
        """Every name of some things: defined ones, or used ones where files define none."""
        found: dict[str, Site] = {}
        managed = any(map(is_managed, names))
        for site in self.sites():
            if (site.defines or not managed) and not set(names).isdisjoint(site.names):
                found.setdefault(site.name, site)
        return found


def _looked_at(path: str, parsed: Parsed, before: _FileNames | None) -> _FileNames:
    text = parsed.text or ""
    if before is not None and before.text == text:
        return before
    if parsed.node is not None or not text.strip():
        return _FileNames(text, parsed.node, tuple(sites(parsed.node, text, path)), whole=True)
    kept = before.sites if before is not None else tuple(variables(text, path))
    return _FileNames(text, None, kept, whole=False)
