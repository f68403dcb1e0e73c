"""The names of a project, in all of its files: what they are defined as, and where they are used.

The files are as they are in the editor. One that is no YAML at the moment counts as it last was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.editor.sites import sites, variables
from mmctl.language.dialect.nouns import is_managed
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.editor.sites import Site
    from mmctl.editor.workspace import OpenProject
    from mmctl.language.dialect.nouns import Named


@dataclass(frozen=True, slots=True)
class _Seen:
    text: str
    sites: tuple[Site, ...]
    whole: bool
    """False: the text is no YAML, and these are the names of what it was before."""


@dataclass(slots=True, eq=False)
class Names:
    """The names of one project."""

    project: OpenProject
    _seen: dict[str, _Seen] = field(default_factory=dict)

    def sites(self) -> Iterator[Site]:
        """Every name in every file."""
        for path in self.project.paths():
            yield from self.sites_in(path)

    def sites_in(self, path: str) -> tuple[Site, ...]:
        """The names in one file."""
        text = self.project.text(path) or ""
        known = self._seen.get(path)
        if known is None or known.text != text:
            known = self._seen[path] = self._looked_at(path, text, known)
        return known.sites

    def _looked_at(self, path: str, text: str, before: _Seen | None) -> _Seen:
        node = self.project.node(path)
        if node is not None or not text.strip():
            return _Seen(text, tuple(sites(node, text, path)), whole=True)
        kept = before.sites if before is not None else tuple(variables(text, path))
        return _Seen(text, kept, whole=False)

    def unreadable(self) -> tuple[str, ...]:
        """The files that are no YAML at the moment."""
        paths = self.project.paths()
        for path in paths:
            self.sites_in(path)
        return tuple(path for path in paths if not self._seen[path].whole)

    def at(self, path: str, offset: int) -> Site | None:
        """The name that a place in a file is in."""
        for site in self.sites_in(path):
            start, end = self.span(site)
            if start <= offset <= end:
                return site
        return None

    def span(self, site: Site) -> tuple[int, int]:
        """Where a name is in the text of its file: without quotation marks, or `archive:`."""
        path = site.position.file
        text = self.project.text(path) or ""
        start = self.project.lines(path).offset(site.position)
        written = text[start : start + site.position.length]
        at = written.rfind(site.name)
        if at < 0:
            return start, start + len(written)
        return start + at, start + at + len(site.name)

    def is_plain(self, site: Site) -> bool:
        """Whether a name is written as it is, so that it can be replaced in the text."""
        start, end = self.span(site)
        return (self.project.text(site.position.file) or "")[start:end] == site.name

    def definitions(self, names: tuple[Named, ...], name: str) -> tuple[Site, ...]:
        """Where a name is defined."""
        return tuple(
            site
            for site in self.sites()
            if site.defines and site.name == name and not set(names).isdisjoint(site.names)
        )

    def same(self, site: Site) -> tuple[Site, ...]:
        """All places with the same name of the same thing, itself included, in their order.

        What a use may name (`by` of a case: a rule or a statement) is what is defined.
        """
        defined = self.definitions(site.names, site.name)
        meant = {named for each in defined for named in each.names} or set(site.names)
        return tuple(
            each
            for each in self.sites()
            if each.name == site.name and not meant.isdisjoint(each.names)
        )

    def known(self, names: tuple[Named, ...]) -> dict[str, Site]:
        """Every name of some things: defined ones, or used ones where files define none."""
        found: dict[str, Site] = {}
        for site in self.sites():
            if set(names).isdisjoint(site.names):
                continue
            if site.defines or not any(map(is_managed, names)):
                found.setdefault(site.name, site)
        return found
