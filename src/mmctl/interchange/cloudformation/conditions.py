"""The conditions of templates: whether they hold, as far as the files know what they compare.

Source: "Condition functions", AWS CloudFormation Template Reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.interchange.cloudformation.template_nodes import FunctionCall, items_of
from mmctl.interchange.infrastructure.values import known_text
from mmctl.language.text.nodes import Mapping, Scalar
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping as MappingOf

    from mmctl.interchange.cloudformation.template_nodes import TemplateNode


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateConditions:
    """The conditions of one template."""

    nodes: MappingOf[str, TemplateNode]
    value: Callable[[TemplateNode], Any]
    """What a node means."""
    wrong: Callable[[FunctionCall, str], object]
    """Reports a call that CloudFormation would refuse."""
    under_way: list[str]
    """Those that are being evaluated, to notice circles."""

    def hold(self, name: str, call: FunctionCall) -> bool | None:
        """Whether a condition holds; None: it depends on what is unknown."""
        node = self.nodes.get(name)
        if node is None:
            self.wrong(call, f"there is no condition `{name[:60]}`")
            return None
        if name in self.under_way:
            self.wrong(call, f"condition `{name}` depends on itself")
            return None
        self.under_way.append(name)
        holds = self._holds(node)
        self.under_way.pop()
        return holds

    def _holds(self, node: TemplateNode) -> bool | None:
        if isinstance(node, Mapping) and len(node.entries) == 1:
            key, value = node.entries[0]
            node = FunctionCall(key.position, key.text, value)
        if not isinstance(node, FunctionCall):
            return None
        match node.name:
            case "Condition" if isinstance(node.argument, Scalar):
                return self.hold(node.argument.text, node)
            case "Fn::Equals":
                return self._equal(node)
            case "Fn::Not" | "Fn::And" | "Fn::Or":
                held = [self._holds(item) for item in items_of(node.argument)]
                return _joined(node.name, held)
            case _:
                return None

    def _equal(self, call: FunctionCall) -> bool | None:
        items = items_of(call.argument)
        if len(items) != 2:  # noqa: PLR2004 - as the function has
            self.wrong(call, "expected two values")
            return None
        first, second = (self.value(item) for item in items)
        if first == second:
            return True
        known = known_text(first), known_text(second)
        return None if None in known else known[0] == known[1]


def _joined(name: str, held: list[bool | None]) -> bool | None:
    if name == "Fn::Not":
        return None if len(held) != 1 or held[0] is None else not held[0]
    decides = name == "Fn::Or"
    if decides in held:
        return decides
    return None if None in held else not decides
