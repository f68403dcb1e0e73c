"""A Postfix configuration in a folder, imported into a project that can be judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mmctl.api import load
from mmctl.interchange.migration.files import ImportTarget, project_texts, written
from mmctl.interchange.migration.lowering import lowered
from mmctl.interchange.migration.source import Opened, SourceOptions
from mmctl.interchange.postfix.reading import read

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mmctl.api import Project
    from mmctl.interchange.migration.lowered import LoweredGateway
    from mmctl.interchange.migration.source import OtherGateway


def source_of(
    files: Mapping[str, bytes | str], named: tuple[str, ...] = ("main.cf",)
) -> OtherGateway:
    """What the reader makes of files that lie in one folder."""
    contents = {
        name: content.encode() if isinstance(content, str) else content
        for name, content in files.items()
    }
    opened = Opened(named={name: contents[name] for name in named}, beside=contents.get)
    return read(opened, SourceOptions())


def files_below(folder: Path) -> dict[str, bytes]:
    """The files of a folder, by their paths in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@dataclass
class ImportedPostfix:
    """The rules of an import, as a project."""

    lowered: LoweredGateway
    project: Project

    @classmethod
    def of(
        cls, files: Mapping[str, bytes | str], named: tuple[str, ...] = ("main.cf",)
    ) -> ImportedPostfix:
        """Import files and load what comes out."""
        rules = lowered(source_of(files, named))
        place = ImportTarget(project="postfix", host="mailboxes.example.com")
        return cls(rules, load(project_texts(written(rules, place), rules, place)))

    def rule_named(self, name: str | None) -> Any:
        """The rule of the source that a rule here comes from."""
        return next((each for each in self.lowered.rules if name in each.names), None)
