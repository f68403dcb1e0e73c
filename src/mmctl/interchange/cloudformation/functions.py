"""The intrinsic functions of templates, evaluated as far as the files know their arguments.

Source: "Intrinsic function reference", AWS CloudFormation Template Reference. Nothing is fetched:
imports, macros, secrets and parameters of Systems Manager stay values that somebody fills in.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any, Final

from mmctl.interchange.cloudformation.scalars import scalar_value, with_secrets
from mmctl.interchange.cloudformation.scope import arn_parts
from mmctl.interchange.cloudformation.template_nodes import FunctionCall
from mmctl.interchange.infrastructure.values import (
    Hole,
    OpenText,
    Pointer,
    known_text,
    parts_of,
    text_of,
)
from mmctl.language.text.nodes import Mapping, Scalar, Sequence
from mmctl.problem import Problem, Severity
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from mmctl.interchange.cloudformation.scope import TemplateScope
    from mmctl.interchange.cloudformation.template_nodes import TemplateNode
    from mmctl.interchange.infrastructure.values import Part, Tree
    from mmctl.problem import Path, Position

_INDEX: Final = re.compile(r"[0-9]{1,9}")
_USE: Final = re.compile(r"\$\{(!?)([^}]*)\}")


class GrowsTooMuch(Exception):
    """A template grows beyond all bounds when its functions are evaluated."""


class Absent:
    """What `AWS::NoValue` is: the member that has it is not there."""


ABSENT: Final = Absent()


@dataclass(slots=True, kw_only=True)
class Evaluation:
    """One value of a template that is being evaluated."""

    scope: TemplateScope
    places: dict[Path, Position] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    under_way: list[str] = field(default_factory=list)
    """Conditions that are being evaluated, to notice circles."""
    left: int = 200_000
    """How many values may still be made: a function may repeat its input."""

    def value(self, node: TemplateNode, path: Path) -> Tree | Absent:
        """The value of a node; its place is kept under the path.

        Raises:
            GrowsTooMuch: functions repeat their input too often.
        """
        self.left -= 1
        if self.left < 0:
            raise GrowsTooMuch
        self.places.setdefault(path, node.position)
        match node:
            case Mapping():
                return self._mapping(node, path)
            case Sequence():
                return self._list(node, path)
            case FunctionCall():
                return self._call(node, path)
            case _:
                return scalar_value(node)

    def _mapping(self, node: Mapping, path: Path) -> Tree:
        values: dict[str, Tree] = {}
        for key, inner in node.entries:
            at = (*path, key.text)
            self.places[at] = key.position
            value = self.value(inner, at)
            if not isinstance(value, Absent):
                values[key.text] = value
        return values

    def _list(self, node: Sequence, path: Path) -> Tree:
        values: list[Tree] = []
        for item in node.items:
            at = (*path, len(values))
            self.places.pop(at, None)
            value = self.value(item, at)
            if not isinstance(value, Absent):
                values.append(value)
        return values

    def apart(self, node: TemplateNode) -> Tree | Absent:
        """The value of an argument, which has no place of its own."""
        inner = Evaluation(
            scope=self.scope, problems=self.problems, under_way=self.under_way, left=self.left
        )
        value = inner.value(node, ())
        self.left = inner.left
        return value

    # -- functions

    def _call(self, call: FunctionCall, path: Path) -> Tree | Absent:
        match call.name:
            case "Ref":
                return self._ref(call)
            case "Fn::GetAtt":
                return self._attribute(call)
            case "Fn::Sub":
                return self._substitution(call)
            case "Fn::Join":
                return self._join(call)
            case "Fn::Select":
                return self._select(call)
            case "Fn::Split":
                return self._split(call)
            case "Fn::If":
                return self._if(call, path)
            case "Fn::FindInMap":
                return self._find(call)
            case "Fn::Base64":
                text = known_text(self.apart(call.argument))
                if text is not None:
                    return base64.b64encode(text.encode()).decode()
            case "Fn::ImportValue":
                export = self.apart(call.argument)
                name = known_text(export) or "value"
                if name in self.scope.imports:
                    return self.scope.imports[name]
                why = f"export `{name}` of another stack is not in this file"
                return OpenText((Hole(key=f"import {name}", why=why),))
            case _:
                pass
        why = f"`{call.name}` is not evaluated here"
        return self._hole(call, call.name.removeprefix("Fn::"), why)

    def _hole(self, node: TemplateNode, key: str, why: str) -> OpenText:
        place = f"{node.position.line}_{node.position.column}"
        return OpenText((Hole(key=f"{key} {place}", why=why),))

    def _wrong(self, call: FunctionCall, message: str, help_: str | None = None) -> OpenText:
        self.problems.append(
            Problem(
                check="broken-export",
                severity=Severity.ERROR,
                position=call.position,
                message=f"`{call.name}`: {message}",
                help=help_,
            )
        )
        return self._hole(call, "broken", f"`{call.name}` cannot be evaluated")

    def _ref(self, call: FunctionCall) -> Tree | Absent:
        if not isinstance(call.argument, Scalar):
            return self._wrong(call, "expected the name of a parameter or resource")
        name = call.argument.text
        if name == "AWS::NoValue":
            return ABSENT
        value: Tree = self.scope.reference(name)
        if value is None:
            return self._wrong(call, f"nothing is called `{name[:60]}`")
        return value

    def _attribute(self, call: FunctionCall) -> Tree:
        if isinstance(call.argument, Scalar):
            name, _, attribute = call.argument.text.partition(".")
        else:
            parts = [known_text(self.apart(item)) for item in _items(call.argument)]
            name, attribute = [*(part or "" for part in parts), "", ""][:2]
        if not name or not attribute:
            return self._wrong(call, "expected a resource and an attribute", "`Resource.Attribute`")
        value: Tree = self.scope.attribute(name, attribute)
        if value is None:
            return self._wrong(call, f"there is no resource `{name[:60]}`")
        return value

    def _substitution(self, call: FunctionCall) -> Tree:
        own: dict[str, Tree] = {}
        text = call.argument
        if isinstance(text, Sequence) and text.items:
            second = text.items[1] if len(text.items) > 1 else None
            if isinstance(second, Mapping):
                own = {key.text: _present(self.apart(value)) for key, value in second.entries}
            text = text.items[0]
        if not isinstance(text, Scalar):
            return self._wrong(call, "expected a text, or a list of a text and a mapping")
        parts: list[Part] = []
        end = 0
        for found in _USE.finditer(text.text):
            parts.append(text.text[end : found.start()])
            end = found.end()
            parts += self._used(call, found[1], found[2].strip(), own)
        parts.append(text.text[end:])
        return with_secrets(text_of(parts))

    def _used(
        self, call: FunctionCall, literal: str, name: str, own: dict[str, Tree]
    ) -> tuple[Part, ...]:
        if literal:
            return (f"${{{name}}}",)
        value: Any = own.get(name)
        if value is None:
            value = self.scope.reference(name)
        if value is None and "." in name:
            resource, _, attribute = name.partition(".")
            value = self.scope.attribute(resource, attribute)
        if isinstance(value, list):
            value = ",".join(known_text(item) or "" for item in value)
        parts = parts_of(value)
        if value is None or parts is None:
            unknown = self._wrong(call, f"nothing is called `{name[:60]}`")
            return unknown.parts
        return parts

    def _join(self, call: FunctionCall) -> Tree:
        items = _items(call.argument)
        listed = self.apart(items[1]) if len(items) > 1 else None
        delimiter = known_text(self.apart(items[0])) if items else None
        if isinstance(listed, OpenText):
            return (
                listed
                if len(listed.parts) == 1
                else self._hole(call, "joined", "a list is unknown")
            )
        if delimiter is None or not isinstance(listed, list):
            return self._wrong(call, "expected a delimiter and a list")
        parts: list[Part] = []
        for index, item in enumerate(listed):
            own = parts_of(item)
            if own is None:
                return self._wrong(call, "expected a list of texts")
            parts += [delimiter, *own] if index else own
        return with_secrets(text_of(parts))

    def _select(self, call: FunctionCall) -> Tree:
        items = _items(call.argument)
        index = known_text(self.apart(items[0])) if items else None
        listed = self.apart(items[1]) if len(items) > 1 else None
        if isinstance(listed, OpenText):
            return self._hole(call, "selected", "the list is unknown here")
        if index is None or not _INDEX.fullmatch(index) or not isinstance(listed, list):
            return self._wrong(call, "expected an index and a list")
        if int(index) >= len(listed):
            return self._wrong(call, f"the list has {len(listed)} items, got the index {index}")
        return listed[int(index)]

    def _split(self, call: FunctionCall) -> Tree:
        items = _items(call.argument)
        delimiter = known_text(self.apart(items[0])) if items else None
        parts = parts_of(self.apart(items[1])) if len(items) > 1 else None
        if not delimiter or parts is None:
            return self._wrong(call, "expected a delimiter and a text")
        pieces: list[list[Part]] = [[]]
        for part in self._cut(parts):
            if not isinstance(part, str):
                pieces[-1].append(part)
                continue
            first, *others = part.split(delimiter)
            pieces[-1].append(first)
            pieces += [[other] for other in others]
        return [text_of(piece) for piece in pieces]

    def _cut(self, parts: tuple[Part, ...]) -> list[Part]:
        return [
            inner
            for part in parts
            for inner in (arn_parts(self.scope, part) if isinstance(part, Pointer) else (part,))
        ]

    def _if(self, call: FunctionCall, path: Path) -> Tree | Absent:
        items = _items(call.argument)
        if len(items) != 3 or not isinstance(items[0], Scalar):  # noqa: PLR2004 - as the function has
            return self._wrong(call, "expected a condition and two values")
        name = items[0].text
        holds = self.condition(name, call)
        if holds is None:
            first, second = self.apart(items[1]), self.apart(items[2])
            if first == second:
                return self.value(items[1], path)
            why = f"condition `{name}` depends on values that are unknown here"
            return OpenText((Hole(key=f"if {name} {call.position.line}", why=why),))
        chosen = items[1] if holds else items[2]
        if path and isinstance(path[-1], int):
            self.places[path] = chosen.position
        return self.value(chosen, path)

    def _find(self, call: FunctionCall) -> Tree:
        items = _items(call.argument)
        keys = [known_text(self.apart(item)) for item in items[:3]]
        mapping = self.scope.mappings.get(keys[0] or "") if keys else None
        if mapping is None or len(keys) < 3:  # noqa: PLR2004 - as the function has
            return self._wrong(call, "expected a mapping of this template and two keys")
        outer = [mapping.get(keys[1])] if keys[1] is not None else [n for _, n in mapping.entries]
        found = [
            self.apart(inner)
            for node in outer
            if isinstance(node, Mapping)
            for key, inner in node.entries
            if key.text == keys[2] or keys[2] is None
        ]
        if not found:
            return self._wrong(call, f"`{keys[0]}` has no `{keys[1]}` with `{keys[2]}`")
        if any(each != found[0] for each in found):
            why = f"what mapping `{keys[0]}` has depends on values that are unknown here"
            return self._hole(call, f"{keys[0]} {keys[2] or ''}", why)
        return _present(found[0])

    # -- conditions

    def condition(self, name: str, call: FunctionCall) -> bool | None:
        """Whether a condition of the template holds; None: it depends on what is unknown."""
        node = self.scope.conditions.get(name)
        if node is None:
            self._wrong(call, f"there is no condition `{name[:60]}`")
            return None
        if name in self.under_way:
            self._wrong(call, f"condition `{name}` depends on itself")
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
                return self.condition(node.argument.text, node)
            case "Fn::Equals":
                return self._equal(node)
            case "Fn::Not" | "Fn::And" | "Fn::Or":
                held = [self._holds(item) for item in _items(node.argument)]
                return _joined(node.name, held)
            case _:
                return None

    def _equal(self, call: FunctionCall) -> bool | None:
        items = _items(call.argument)
        if len(items) != 2:  # noqa: PLR2004 - as the function has
            self._wrong(call, "expected two values")
            return None
        first, second = (self.apart(item) for item in items)
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


def _items(node: TemplateNode) -> tuple[TemplateNode, ...]:
    return node.items if isinstance(node, Sequence) else ()


def _present(value: Tree | Absent) -> Tree:
    return "" if isinstance(value, Absent) else value
