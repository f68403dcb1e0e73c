"""The intrinsic functions of templates, evaluated as far as the files know their arguments.

Source: "Intrinsic function reference", AWS CloudFormation Template Reference. Nothing is fetched:
imports, macros, secrets and parameters of Systems Manager stay values that somebody fills in.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any, Final

from mmctl.interchange.cloudformation.conditions import TemplateConditions
from mmctl.interchange.cloudformation.pieces import cuttable, pieces
from mmctl.interchange.cloudformation.scalars import scalar_value, with_secrets
from mmctl.interchange.cloudformation.template_nodes import FunctionCall, items_of
from mmctl.interchange.infrastructure.stand_ins import as_hole
from mmctl.interchange.infrastructure.values import (
    Hole,
    OpenText,
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
_PROCESSED: Final = "give what `aws cloudformation get-template --template-stage Processed` says"
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

    def condition(self, name: str, call: FunctionCall) -> bool | None:
        """Whether a condition of the template holds; None: it depends on what is unknown."""
        conditions = TemplateConditions(
            nodes=self.scope.conditions,
            value=self.apart,
            wrong=self.wrong,
            under_way=self.under_way,
        )
        return conditions.hold(name, call)

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
        instead = _PROCESSED if call.name == "Fn::Transform" else None
        return self._hole(call, call.name.removeprefix("Fn::"), why, instead)

    def _hole(self, node: TemplateNode, key: str, why: str, instead: str | None = None) -> OpenText:
        place = f"{node.position.line}_{node.position.column}"
        key = f"{key} {place}"
        return OpenText((Hole(key=key, why=why, instead=instead, scope=self.scope.prefix),))

    def wrong(self, call: FunctionCall, message: str, help_: str | None = None) -> OpenText:
        """Report a call that CloudFormation would refuse; its value is unknown."""
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
            return self.wrong(call, "expected the name of a parameter or resource")
        name = call.argument.text
        if name == "AWS::NoValue":
            return ABSENT
        value: Tree = self.scope.reference(name)
        if value is None:
            return self.wrong(call, f"nothing is called `{name[:60]}`")
        return value

    def _attribute(self, call: FunctionCall) -> Tree:
        if isinstance(call.argument, Scalar):
            name, _, attribute = call.argument.text.partition(".")
        else:
            parts = [known_text(self.apart(item)) for item in items_of(call.argument)]
            name, attribute = [*(part or "" for part in parts), "", ""][:2]
        if not name or not attribute:
            return self.wrong(call, "expected a resource and an attribute", "`Resource.Attribute`")
        value: Tree = self.scope.attribute(name, attribute)
        if value is None:
            return self.wrong(call, f"there is no resource `{name[:60]}`")
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
            return self.wrong(call, "expected a text, or a list of a text and a mapping")
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
            unknown = self.wrong(call, f"nothing is called `{name[:60]}`")
            return unknown.parts
        return parts

    def _join(self, call: FunctionCall) -> Tree:
        items = items_of(call.argument)
        listed = self.apart(items[1]) if len(items) > 1 else None
        delimiter = known_text(self.apart(items[0])) if items else None
        if isinstance(listed, OpenText):
            return self._of_unknown(call, listed, "joined")
        if delimiter is None or not isinstance(listed, list):
            return self.wrong(call, "expected a delimiter and a list")
        parts: list[Part] = []
        for index, own in enumerate(map(parts_of, listed)):
            if own is None:
                return self.wrong(call, "expected a list of texts")
            parts += [delimiter, *own] if index else own
        return with_secrets(text_of(parts))

    def _select(self, call: FunctionCall) -> Tree:
        items = items_of(call.argument)
        written = known_text(self.apart(items[0])) if items else None
        if len(items) != 2 or written is None or not _INDEX.fullmatch(written):  # noqa: PLR2004 - as the function has
            return self.wrong(call, "expected an index and a list")
        index = int(written)
        if isinstance(items[1], FunctionCall) and items[1].name == "Fn::Split":
            listed: Tree | Absent = self._split(items[1], at_least=index + 1)
        else:
            listed = self.apart(items[1])
        if isinstance(listed, OpenText):
            return self._of_unknown(call, listed, f"item {index}")
        if not isinstance(listed, list):
            return self.wrong(call, "expected an index and a list")
        if index >= len(listed):
            return self.wrong(call, f"the list has {len(listed)} items, got the index {index}")
        return listed[index]

    def _split(self, call: FunctionCall, at_least: int | None = None) -> Tree:
        """The pieces of a text; if it is unknown in part, at least so many that are known."""
        items = items_of(call.argument)
        delimiter = known_text(self.apart(items[0])) if items else None
        text = self.apart(items[1]) if len(items) > 1 else None
        parts = parts_of(text)
        if not delimiter or parts is None:
            return self.wrong(call, "expected a delimiter and a text")
        made = pieces(cuttable(self.scope, parts), delimiter)
        if made.known == len(made.texts) or (at_least is not None and at_least <= made.known):
            return made.texts
        return self._of_unknown(call, text, "split")

    def _of_unknown(self, call: FunctionCall, value: Tree | Absent, what: str) -> OpenText:
        """What a function makes of a value that is unknown here."""
        parts = parts_of(value) or ()
        unknown = next((as_hole(part) for part in parts if not isinstance(part, str)), None)
        if unknown is None or len(parts) > 1:
            why = "a part of it is unknown here" if unknown is None else unknown.why
            return self._hole(call, what.split(maxsplit=1)[0], f"{what}: {why}")
        key, why = f"{unknown.key} {what}", f"{what}: {unknown.why}"
        return OpenText((Hole(key=key, why=why, scope=unknown.scope),))

    def _if(self, call: FunctionCall, path: Path) -> Tree | Absent:
        items = items_of(call.argument)
        if len(items) != 3 or not isinstance(items[0], Scalar):  # noqa: PLR2004 - as the function has
            return self.wrong(call, "expected a condition and two values")
        name = items[0].text
        holds = self.condition(name, call)
        if holds is None:
            first, second = self.apart(items[1]), self.apart(items[2])
            if first == second:
                return self.value(items[1], path)
            why = f"condition `{name}` depends on values that are unknown here"
            key = f"if {name} {call.position.line}"
            return OpenText((Hole(key=key, why=why, scope=self.scope.prefix),))
        chosen = items[1] if holds else items[2]
        if path and isinstance(path[-1], int):
            self.places[path] = chosen.position
        return self.value(chosen, path)

    def _find(self, call: FunctionCall) -> Tree:
        items = items_of(call.argument)
        if len(items) < 3:  # noqa: PLR2004 - as the function has
            return self.wrong(call, "expected a mapping of this template and two keys")
        named, first, second = (known_text(self.apart(item)) for item in items[:3])
        if named is None:
            return self._hole(call, "found", "which mapping is meant is unknown here")
        last = items[-1]
        default = last.get("DefaultValue") if isinstance(last, Mapping) else None
        mapping = self.scope.mappings.get(named)
        if mapping is None and default is None:
            return self.wrong(call, f"there is no mapping `{named[:60]}`")
        found = [self.apart(node) for node in _values(mapping, first, second)]
        if default is not None and (not found or first is None or second is None):
            found.append(self.apart(default))
        if not found:
            return self.wrong(call, f"`{named}` has no `{first}` with `{second}`")
        if any(each != found[0] for each in found):
            why = f"what mapping `{named}` has depends on values that are unknown here"
            return self._hole(call, f"{named} {second or ''}", why)
        return _present(found[0])


def _values(mapping: Mapping | None, first: str | None, second: str | None) -> list[TemplateNode]:
    """The values of a mapping under two keys; None: any key, since it is unknown."""
    return [
        value
        for outer, node in (mapping.entries if mapping is not None else ())
        if isinstance(node, Mapping) and first in {None, outer.text}
        for inner, value in node.entries
        if second in {None, inner.text}
    ]


def _present(value: Tree | Absent) -> Tree:
    return "" if isinstance(value, Absent) else value
