"""`${vars.NAME}` and `${env.name}`, `.account`, `.region`, `.partition`: replaced in values.

Nothing else is evaluated.

A variable that is the whole value keeps its type, a list as an item of a list is spliced in, and
inside a longer text a variable is text. `$${` is a literal `${`. Variables are not replaced inside
variables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.language.text.nodes import Node, Scalar, Sequence
from mmctl.language.text.suggest import did_you_mean
from mmctl.model.endpoints import EMBEDDED_ACCOUNT, EMBEDDED_REGION, partition_of
from mmctl.patterns import Pattern
from mmctl.problem import Position, Problem, Severity
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mmctl.language.project import Environment

OF_ENVIRONMENT: Final = ("name", "account", "region", "partition")
"""What values may use from the environment that they are read for."""
_LITERAL: Final = "for a literal `${` write `$${`"
_IN_PROJECT_FILE: Final = {
    "stack.": "outputs stand in `vars` and `bindings` of an environment: `${stack.Name}`"
}
"""What to do about a use in the project file, by how it begins."""
_USE: Final = Pattern(r"\$(\$\{)|\$\{([^}]*)\}?")
_WHOLE: Final = Pattern(r"\$\{([^}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableScope:
    """The variables that values may use, as nodes, and what the environment is."""

    environment: Environment | None = None
    variables: Mapping[str, Node] | None = field(default_factory=dict)
    """None: nothing is replaced here (the project file, where variables are defined)."""
    unread: bool = False
    """Some variables could not be read, so a missing one may well be defined."""

    def replace(self, node: Node, report: Callable[[Problem], None]) -> Node | None:
        """The node with its variables replaced; None (and a problem) if that is not possible."""
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
                    message = f"`${{{use[2]}}}` is a list, and cannot be part of a text"
                    report(_problem(node.position, message, "write it as an item of a list"))
                return None
            parts.append(found.text)
        parts.append(node.text[end:])
        return Scalar(node.position, "".join(parts), False, node.commented)

    def _look_up(
        self, name: str, position: Position, report: Callable[[Problem], None]
    ) -> Node | None:
        if self.variables is None:
            message = f"`${{{name}}}` in the project file: variables are not replaced here"
            report(_problem(position, message, _IN_PROJECT_FILE.get(name[:6], _LITERAL)))
            return None
        kind, _, variable = name.partition(".")
        if kind == "env" and variable in OF_ENVIRONMENT and self.environment is not None:
            return _of_environment(self.environment, variable, position, report)
        if kind != "vars" or not variable:
            message = f"`${{{name}}}` is not replaced: only `${{vars.NAME}}` and {_listed()} are"
            report(_problem(position, message, self._meant(name)))
            return None
        found = self.variables.get(variable)
        if found is None:
            if self.unread:
                return None  # the reason why the variables cannot be read is reported there
            message = f"`vars.{variable}` has no value"
            help_ = did_you_mean(variable, self.variables) or "set it under `vars` in mmctl.yaml"
            report(_problem(position, message, help_))
        return found

    def _meant(self, name: str) -> str:
        """What to write instead of a name that is neither a variable nor the environment's."""
        last = name.rpartition(".")[2]
        vars_ = {f"vars.{each}": each for each in self.variables or ()}
        known = [*vars_, *(f"env.{each}" for each in OF_ENVIRONMENT)]
        exact = f"vars.{last}"
        near = f"did you mean `{exact}`?" if exact in vars_ else did_you_mean(name, known)
        return near or "for a literal `${` write `$${`"


def _listed() -> str:
    return ", ".join(f"`${{env.{name}}}`" for name in OF_ENVIRONMENT)


def _of_environment(
    environment: Environment, name: str, position: Position, report: Callable[[Problem], None]
) -> Node | None:
    embedded = environment.on_this_machine
    region = environment.region or (EMBEDDED_REGION if embedded else None)
    value = {
        "name": environment.name,
        "account": environment.account or (EMBEDDED_ACCOUNT if embedded else None),
        "region": region,
        "partition": partition_of(region).id if region else None,
    }[name]
    if value is None:
        member = "region" if name == "partition" else name
        message = f"`env.{name}` has no value"
        report(_problem(position, message, f"write `{member}` of the environment in mmctl.yaml"))
        return None
    return Scalar(position, value, False, False)


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
