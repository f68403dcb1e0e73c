"""The parsed files of a project: each is opened once, for all environments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.language.dialect import FILE
from mmctl.language.parsing.files import Files, Unreadable, decode, no_larger
from mmctl.language.text.compose import compose
from mmctl.patterns import Pattern
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from mmctl.language.text.nodes import Node
    from mmctl.problem import Problem


LOOKED_AT: Final = 64 * 1024
"""How many bytes tell whether a file is a rule file."""
_SECTIONS: Final = "|".join(sorted(FILE.members.keys() - {"version"}))
_SECTION: Final = Pattern(rf"^(?:{_SECTIONS})\s*:".encode(), re.MULTILINE)
_OF_OURS: Final = Pattern(rb"^version\s*:|^\s*(?:- )?(?:actions|must_reach)\s*:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A parsed file, the same in every environment."""

    text: str | None
    node: Node | None
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class ParsedFiles:
    """The files of a project, parsed on demand."""

    files: Files
    parsed: dict[str, Parsed] = field(default_factory=dict)
    _called_yaml: tuple[str, ...] | None = None
    _rule_files: dict[str, bool] = field(default_factory=dict)

    def parse(self, path: str) -> Parsed:
        """The text and the nodes of a file."""
        if path not in self.parsed:
            self.parsed[path] = self._parse(path)
        return self.parsed[path]

    def called_yaml(self) -> tuple[str, ...]:
        """All files below the project with the suffix `.yaml` or a variant of it."""
        if self._called_yaml is None:
            self._called_yaml = self.files.called_yaml()
        return self._called_yaml

    def is_rule_file(self, path: str) -> bool:
        """Whether a file looks like a rule file."""
        if path not in self._rule_files:
            self._rule_files[path] = is_rule_file(self.files, path)
        return self._rule_files[path]

    def _parse(self, path: str) -> Parsed:
        try:
            text = decode(no_larger(self.files.read(path), path), path)
        except Unreadable as error:
            return Parsed(None, None, (error.problem,))
        node, problems = compose(text, file=path)
        return Parsed(text, node, problems)


def is_rule_file(files: Files, path: str) -> bool:
    """Whether a file looks like a rule file."""
    try:
        begin = files.read(path)[:LOOKED_AT]
    except Unreadable:
        return False
    return bool(_SECTION.search(begin) and _OF_OURS.search(begin))
