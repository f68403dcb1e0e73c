"""A file that is being written otherwise, and its conditions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fixture_tree import listed, rules_of, statements_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fixture_tree import Tree


@dataclass(frozen=True, kw_only=True)
class Spelling:
    """A project that says the same in other words."""

    files: Mapping[str, str]
    """The rules, by path below the folder of rules."""
    settings: str = ""
    """What its project file says besides."""
    environment: str = "local"


@dataclass
class Copy:
    """A file that is being changed."""

    tree: dict[str, Tree]
    changed: bool = False
    settings: dict[str, Tree] = field(default_factory=dict)
    files: dict[str, Tree] = field(default_factory=dict)
    environment: str = "local"

    def spelling(self) -> Spelling | None:
        if not self.changed:
            return None
        files = {name: text_of(tree) for name, tree in self.files.items()}
        return Spelling(
            files={"rules.yaml": text_of(self.tree), **files},
            settings=text_of(self.settings) if self.settings else "",
            environment=self.environment,
        )


def holders(tree: dict[str, Tree]) -> Iterator[tuple[dict[str, Tree], str]]:
    """Where conditions are listed: what has them, and under which key."""
    for rule in rules_of(tree):
        yield rule, "conditions"
        yield rule, "unless"
    for statement in statements_of(tree):
        yield statement, "allow"
        yield statement, "deny"


def conditions_of(tree: dict[str, Tree]) -> Iterator[dict[str, Tree]]:
    for holder, key in holders(tree):
        yield from listed(holder, key)


def keyed(tree: dict[str, Tree]) -> Iterator[tuple[str, dict[str, Tree]]]:
    """What conditions compare with: the key of the operand, and the operators."""
    for condition in conditions_of(tree):
        ((key, compared),) = condition.items()
        if isinstance(compared, dict):
            yield key, compared


def all_compared(tree: dict[str, Tree]) -> Iterator[dict[str, Tree]]:
    for _, compared in keyed(tree):
        yield compared


def compared_in(
    tree: dict[str, Tree], keys: frozenset[str]
) -> Iterator[tuple[str, dict[str, Tree]]]:
    return ((key, compared) for key, compared in keyed(tree) if key in keys)


def several(value: Tree) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def as_before(value: Tree, values: list[str]) -> Tree:
    return list(values) if isinstance(value, list) else values[0]
