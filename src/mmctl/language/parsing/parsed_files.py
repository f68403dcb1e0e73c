"""The files of a project as they were parsed: each is opened once, for all environments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mmctl.language.parsing.files import Files, Unreadable, decode, no_larger
from mmctl.language.text.nodes import Node, compose

if TYPE_CHECKING:
    from mmctl.problem import Problem


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file as it was parsed, the same in every environment."""

    text: str | None
    node: Node | None
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class ParsedFiles:
    """The files of a project, parsed when they are asked for."""

    files: Files
    parsed: dict[str, Parsed] = field(default_factory=dict)

    def parse(self, path: str) -> Parsed:
        """The text and the nodes of a file."""
        if path not in self.parsed:
            self.parsed[path] = self._parse(path)
        return self.parsed[path]

    def _parse(self, path: str) -> Parsed:
        try:
            text = decode(no_larger(self.files.read(path), path), path)
        except Unreadable as error:
            return Parsed(None, None, (error.problem,))
        node, problems = compose(text, file=path)
        return Parsed(text, node, problems)
