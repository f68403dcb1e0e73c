"""The nodes of a YAML text: what is where. A scalar is its text; nothing is resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.problem import Position

MAX_DEPTH: Final = 50
"""Rules need a depth of about ten; more is a mistake or an attack."""


# A file has a node for each of its words. Nodes are not frozen, which would make each of them three
# times as slow to create; nobody changes them.
@dataclass(slots=True)
class Scalar:
    """A text as written; `plain` when it is not quoted."""

    position: Position
    text: str
    plain: bool
    commented: bool
    """A comment follows on the same line."""


@dataclass(slots=True)
class Sequence:
    """A list."""

    position: Position
    items: tuple[Node, ...]


@dataclass(slots=True)
class Mapping:
    """Keys and values in their order; keys are texts and unique."""

    position: Position
    entries: tuple[tuple[Scalar, Node], ...]

    def get(self, key: str) -> Node | None:
        """The value of a key, or None."""
        return next((value for name, value in self.entries if name.text == key), None)


Node = Scalar | Sequence | Mapping
