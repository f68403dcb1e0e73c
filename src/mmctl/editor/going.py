"""From a name to where it is defined, to every place that uses it, and from a path to its file."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from mmctl.language.dialect.nouns import FileNoun
from mmctl.language.parsing.root import PROJECT_FILE

if TYPE_CHECKING:
    from mmctl.editor.names import ProjectNames
    from mmctl.editor.sites import Site

MOST: int = 200
"""Files that one pattern leads to."""


def defined(names: ProjectNames, path: str, offset: int) -> tuple[Site, ...]:
    """Where the name at a place is defined; nothing if no file defines it."""
    site = names.at(path, offset)
    if site is None or FileNoun.FILE in site.names:
        return ()
    return names.definitions(site.names, site.name)


def files_meant(names: ProjectNames, path: str, offset: int) -> tuple[str, ...]:
    """The files that the path or pattern at a place stands for."""
    site = names.at(path, offset)
    if site is None or FileNoun.FILE not in site.names:
        return ()
    folder = "" if path == PROJECT_FILE else posixpath.dirname(path)
    whole = posixpath.normpath(posixpath.join(folder, site.name))
    return names.project.files().matching(whole)[:MOST]


def used(names: ProjectNames, path: str, offset: int, *, definitions: bool) -> tuple[Site, ...]:
    """Every place with the name at a place; its definitions too if they are asked for."""
    site = names.at(path, offset)
    if site is None or FileNoun.FILE in site.names:
        return ()
    return tuple(each for each in names.same(site) if definitions or not each.defines)
