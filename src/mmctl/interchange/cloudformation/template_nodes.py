"""The text of a template → nodes with places: YAML with its short tags, or JSON.

`!Ref X`, `{Ref: X}` and `{"Ref": "X"}` are the same node. Aliases, which CloudFormation does not
have, are refused: nothing grows. Nothing here is evaluated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.reader import ReaderError

from mmctl.inputs import DEEPEST
from mmctl.interchange.infrastructure.json_nodes import json_nodes
from mmctl.language.text.nodes import Mapping, Scalar, Sequence
from mmctl.language.text.syntax import explained
from mmctl.language.text.yaml_events import over_events
from mmctl.patterns import Pattern
from mmctl.problem import Position, Problem, Severity
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

_SHORT: Final = frozenset(
    {
        "Base64", "Cidr", "FindInMap", "GetAtt", "GetAZs", "ImportValue", "Join", "Select",
        "Split", "Sub", "Transform", "And", "Equals", "If", "Not", "Or", "ToJsonString", "Length",
        "ForEach", "Contains", "EachMemberEquals", "EachMemberIn", "RefAll", "ValueOf",
        "ValueOfAll",
    }
)  # fmt: skip
_BARE: Final = frozenset({"Ref", "Condition"})
_CONTROL: Final = Pattern("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_MERGE: Final = "<<"
_STANDARD: Final = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """An intrinsic function: `Ref`, `Fn::Sub`, …, with its argument."""

    position: Position
    name: str
    argument: TemplateNode


TemplateNode: TypeAlias = "Scalar | Sequence | Mapping | FunctionCall"
"""What a template holds; lists and mappings of these."""


def items_of(node: TemplateNode) -> tuple[TemplateNode, ...]:
    """The arguments of a function that takes several."""
    return node.items if isinstance(node, Sequence) else ()


def template_nodes(text: str, file: str) -> tuple[TemplateNode | None, tuple[Problem, ...]]:
    """The nodes of a template, and its problems; no node if it is empty or cannot be read."""
    if text.lstrip()[:1] == "{":
        node, problems = json_nodes(text, file)
        return (None if node is None else _called(node)), problems
    composer = _TemplateComposer(text, file)
    try:
        found = over_events(text, composer.document)
    except YAMLError as error:
        return None, (*composer.problems, composer.syntax(error))
    except _BrokenTemplate as stop:
        return None, (*composer.problems, stop.problem)
    return (None if found is None else _called(found)), tuple(composer.problems)


def _called(node: TemplateNode) -> TemplateNode:
    """The node with its functions as calls: those that are written as mappings of one key."""
    match node:
        case Sequence():
            return Sequence(node.position, tuple(_called(item) for item in node.items))  # type: ignore[misc]
        case FunctionCall():
            return FunctionCall(node.position, node.name, _called(node.argument))
        case Mapping(entries=((key, value),)) if _is_function(key.text):
            return FunctionCall(key.position, key.text, _called(value))
        case Mapping():
            entries = tuple((key, _called(value)) for key, value in node.entries)
            return Mapping(node.position, entries)  # type: ignore[arg-type]
        case _:
            return node


def _is_function(name: str) -> bool:
    return name == "Ref" or name.startswith("Fn::")


class _BrokenTemplate(Exception):
    """The text cannot be read any further."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class _TemplateComposer:
    """Turns the events of a YAML reader into nodes."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.text = text
        self.problems: list[Problem] = []

    def document(self, next_event: Callable[[], Any]) -> TemplateNode | None:
        """The only document of the text; None if it is empty."""
        self.problems.clear()
        self._event = next_event
        self._event()
        if isinstance(self._event(), StreamEndEvent):
            return None
        node = self._node(self._event(), 0)
        self._event()
        after = self._event()
        if not isinstance(after, StreamEndEvent):
            self._add(after, "expected one template per file, got a second document")
        return node

    def _node(self, event: Any, depth: int) -> TemplateNode:
        position = self._position(event)
        if depth > DEEPEST:
            raise _BrokenTemplate(_problem(position, f"nested deeper than {DEEPEST} levels", None))
        if isinstance(event, AliasEvent):
            message = f"`*{event.anchor}` is an alias, and CloudFormation has no aliases"
            self._add(event, message, "write the value in its place")
            return Scalar(position, "", False, False)
        name = self._function(event)
        node = self._bare(event, position, depth)
        if name is None:
            return node
        return FunctionCall(position, name, self._argument(name, node))

    def _bare(self, event: Any, position: Position, depth: int) -> TemplateNode:
        if isinstance(event, ScalarEvent):
            plain = not event.style and not event.tag
            return Scalar(position, event.value, plain, False)
        if isinstance(event, SequenceStartEvent):
            items = []
            while not isinstance(item := self._event(), SequenceEndEvent):
                items.append(self._node(item, depth + 1))
            return Sequence(position, tuple(items))  # type: ignore[arg-type]
        return self._mapping(position, depth)

    def _mapping(self, position: Position, depth: int) -> Mapping:
        entries: dict[str, tuple[Scalar, TemplateNode]] = {}
        while not isinstance(event := self._event(), MappingEndEvent):
            key = self._node(event, depth + 1)
            value = self._node(self._event(), depth + 1)
            if not isinstance(key, Scalar):
                self.problems.append(_problem(key.position, "a key must be text", None))
            elif key.plain and key.text == _MERGE:
                message = f"`{_MERGE}` merges mappings, and CloudFormation has no merges"
                self.problems.append(_problem(key.position, message, "write the members out"))
            elif key.text in entries:
                first = entries[key.text][0].position.line
                message = f"`{key.text[:60]}` is already defined at line {first}"
                self.problems.append(_problem(key.position, message, "keep one of the two"))
            else:
                entries[key.text] = (key, value)
        return Mapping(position, tuple(entries.values()))  # type: ignore[arg-type]

    def _function(self, event: Any) -> str | None:
        """The function that a tag names: `!Sub` is `Fn::Sub`."""
        tag = str(event.tag) if event.tag is not None else ""
        if not tag or tag == "!" or tag.startswith(_STANDARD):
            return None
        name = tag.removeprefix("!")
        if name in _BARE:
            return name
        if name in _SHORT:
            return f"Fn::{name}"
        self._add(event, f"unknown function `{tag[:60]}`", "the functions of CloudFormation")
        return None

    @staticmethod
    def _argument(name: str, node: TemplateNode) -> TemplateNode:
        """The argument of a short form: `!GetAtt A.B` names two things in one text."""
        if name == "Fn::GetAtt" and isinstance(node, Scalar):
            return Scalar(node.position, node.text, False, False)
        return node

    def syntax(self, error: YAMLError) -> Problem:
        """What an error of the YAML reader means, at its place."""
        if isinstance(error, ReaderError):
            message = "a control character, which YAML does not allow"
            place = _CONTROL.search(self.text)
            line = 1 if place is None else self.text.count("\n", 0, place.start()) + 1
            return _problem(Position(file=self.file, line=line), message, "remove it")
        lines = self.text.splitlines() or [""]
        found = explained(error, lines, lambda event: _TemplateComposer("", "").document(event))
        if found is None:
            return _problem(Position(file=self.file), "not readable as YAML", None)
        at = Position(file=self.file, line=found.at.line + 1, column=found.at.column + 1)
        return _problem(at, found.message, found.help)

    def _position(self, event: Any) -> Position:
        start, end = event.start_mark, event.end_mark
        length = end.column - start.column if end.line == start.line else 1
        return Position(self.file, start.line + 1, start.column + 1, length or 1)

    def _add(self, event: Any, message: str, help_: str | None = None) -> None:
        self.problems.append(_problem(self._position(event), message, help_))


def _problem(position: Position, message: str, help_: str | None) -> Problem:
    return Problem(
        check="syntax", severity=Severity.ERROR, position=position, message=message, help=help_
    )
