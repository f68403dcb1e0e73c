"""`${vars.name}` and `${env.name}`: replaced in values, and nothing else is evaluated.

Alone in a value a variable keeps its type, as an item of a list a list is spliced in, inside a
longer text it is text. `$${` is a literal `${`. Variables are not replaced inside variables.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mmctl.language.nodes import Node, Scalar, Sequence
from mmctl.language.suggest import did_you_mean
from mmctl.problem import Position, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_USE: Final = re.compile(r"\$(\$\{)|\$\{([^}]*)\}?")
_WHOLE: Final = re.compile(r"\$\{([^}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The variables that values may use, as nodes, and the environment's name."""

    environment: str
    variables: Mapping[str, Node] | None = field(default_factory=dict)
    """None: nothing is replaced here (the project file, where variables are defined)."""
    unread: bool = False
    """Some variables could not be read, so one that is not there may well be defined."""

    def replace(self, node: Node, report: Callable[[Problem], None]) -> Node | None:
        """The node with its variables replaced; None (and a problem) where that cannot be done."""
        if not isinstance(node, Scalar) or "${" not in node.text:
            return node
        whole = _WHOLE.fullmatch(node.text)
        if whole is not None:
            found = self._look_up(whole[1], node.position, report)
            return None if found is None else _moved(found, node.position)
        return self._replaced_in_text(node, report)

    def _replaced_in_text(self, node: Scalar, report: Callable[[Problem], None]) -> Node | None:
        parts: list[str] = []
        end = 0
        for use in _USE.finditer(node.text):
            parts.append(node.text[end : use.start()])
            end = use.end()
            if use[1]:
                parts.append("${")
                continue
            found = self._look_up(use[2], node.position, report)
            if not isinstance(found, Scalar):
                if found is not None:
                    message = f"`${{{use[2]}}}` is a list, and cannot stand inside a text"
                    report(_problem(node.position, message, "write it as an item of a list"))
                return None
            parts.append(found.text)
        parts.append(node.text[end:])
        return Scalar(node.position, "".join(parts), False, node.commented)

    def _look_up(
        self, name: str, position: Position, report: Callable[[Problem], None]
    ) -> Node | None:
        if name == "env.name" and self.variables is not None:
            return Scalar(position, self.environment, False, False)
        if self.variables is None:
            message = f"`${{{name}}}` in the project file: variables are not replaced here"
            report(_problem(position, message, "for a literal `${` write `$${`"))
            return None
        kind, _, variable = name.partition(".")
        if kind != "vars" or not variable:
            message = (
                f"`${{{name}}}` is not replaced: only `${{vars.NAME}}` and `${{env.name}}` are"
            )
            report(_problem(position, message, "for a literal `${` write `$${`"))
            return None
        found = self.variables.get(variable)
        if found is None:
            if self.unread:
                return None  # what keeps the variables from being read is reported there
            message = f"`vars.{variable}` has no value"
            help_ = did_you_mean(variable, self.variables) or "set it under `vars` in mmctl.yaml"
            report(_problem(position, message, help_))
        return found


def _moved(node: Node, position: Position) -> Node:
    """The value of a variable, at the place where it is used."""
    if isinstance(node, Scalar):
        return Scalar(position, node.text, node.plain, False)
    if isinstance(node, Sequence):
        return Sequence(position, tuple(_moved(item, position) for item in node.items))
    return node


def _problem(position: Position, message: str, help_: str | None) -> Problem:
    return Problem(
        check="unknown-variable",
        severity=Severity.ERROR,
        position=position,
        message=message,
        help=help_,
    )
