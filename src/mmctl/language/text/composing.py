"""Any YAML text → nodes, and what is wrong with it, by the events of libyaml.

`usual_yaml` reads most files; what it leaves comes here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.reader import ReaderError

from mmctl.counted import plural
from mmctl.language.text.nodes import MAX_DEPTH, Mapping, Scalar, Sequence
from mmctl.language.text.quoting import quoted_line
from mmctl.language.text.suggest import listed
from mmctl.language.text.syntax import explained
from mmctl.language.text.yaml_events import over_events
from mmctl.problem import Position, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.language.text.nodes import Node

_tuple: Final = tuple.__new__
"""Makes a named tuple at half the cost of calling its class."""


class _Stop(Exception):
    """The text cannot be read any further."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def composed(text: str, file: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """Read one YAML document; None if it is empty or cannot be read."""
    composer = _Composer(text, file)
    try:
        node = over_events(text, composer.document)
    except YAMLError as error:
        return None, (*composer.problems, composer.syntax(error))
    except _Stop as stop:
        return None, (*composer.problems, stop.problem)
    return node, tuple(composer.problems)


class _Composer:
    """Turns the events of libyaml into nodes."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.lines = text.splitlines() or [""]
        self.hashes = "#" in text
        """Whether there may be a comment anywhere."""
        self.problems: list[Problem] = []

    def document(self, next_event: Callable[[], Any]) -> Node | None:
        """The only document of the text; None if it is empty."""
        self.problems.clear()
        self._event = next_event
        self._event()
        if isinstance(self._event(), StreamEndEvent):
            return None
        node = self._node(self._event(), depth=0)
        self._event()
        after = self._event()
        if not isinstance(after, StreamEndEvent):
            self._report(
                after, "expected one document per file, got a second one", "split it into two files"
            )
        return node

    def _node(self, event: Any, depth: int) -> Node:
        kind = type(event)
        if depth <= MAX_DEPTH and kind is not AliasEvent and event.anchor is event.ctag is None:
            if kind is ScalarEvent:
                return self._scalar(event)
            whole = self._sequence if kind is SequenceStartEvent else self._mapping
            return whole(event, depth)
        if kind is AliasEvent:
            self._alias(event)
            return Scalar(self._position(event), "*" + event.anchor, True, False)
        if depth > MAX_DEPTH:
            raise _Stop(self._problem(event, f"nested deeper than {MAX_DEPTH} levels"))
        refused = self._refused_anchor_or_tag(event)
        if kind is ScalarEvent:
            # It was reported; continue with the text that was probably meant.
            return Scalar(self._position(event), f"{refused} {event.value}".strip(), False, False)
        if kind is SequenceStartEvent:
            return self._sequence(event, depth)
        return self._mapping(event, depth)

    def _scalar(self, event: Any) -> Scalar:
        # As `_position`, without a call: most events are scalars.
        start, end = event.start_mark, event.end_mark
        line, column = start.line, start.column
        length = end.column - column if end.line == line else 1
        return Scalar(
            _tuple(Position, (self.file, line + 1, column + 1, length or 1)),
            event.value,
            not event.style,
            self.hashes and self._commented(end),
        )

    def _commented(self, end: Any) -> bool:
        rest = self.lines[end.line][end.column :] if end.line < len(self.lines) else ""
        return rest.lstrip().startswith("#")

    def _sequence(self, event: Any, depth: int) -> Sequence:
        items: list[Node] = []
        next_event, node, scalar = self._event, self._node, self._scalar
        usual = depth < MAX_DEPTH
        while (kind := type(item := next_event())) is not SequenceEndEvent:
            if usual and kind is ScalarEvent and item.anchor is item.ctag is None:
                items.append(scalar(item))
            else:
                items.append(node(item, depth + 1))
        return Sequence(self._position(event), tuple(items))

    def _mapping(self, event: Any, depth: int) -> Mapping:
        entries: dict[str, tuple[Scalar, Node]] = {}
        twice: list[Scalar] = []
        next_event, node, scalar, depth = self._event, self._node, self._scalar, depth + 1
        usual = depth <= MAX_DEPTH
        while (kind := type(item := next_event())) is not MappingEndEvent:
            key: Node
            if usual and kind is ScalarEvent and item.anchor is item.ctag is None:
                key = scalar(item)
            else:
                key = node(item, depth)
            value = node(next_event(), depth)
            if type(key) is not Scalar:
                self._add(key.position, "a key must be text", None)
            elif key.text in entries:
                twice.append(key)
            else:
                entries[key.text] = (key, value)
        if twice:
            self._add_twice(twice, entries[twice[0].text][0].position.line)
        return Mapping(self._position(event), tuple(entries.values()))

    def _add_twice(self, keys: list[Scalar], first: int) -> None:
        """Several duplicate keys are one mistake: the line that separates them is missing."""
        names = list(dict.fromkeys(key.text for key in keys))
        one = len(names) == 1
        self._add(
            keys[0].position,
            f"{plural(len(names), 'key')} {listed(names)} {plural(len(names), 'is', 'are')} here "
            f"twice, first in line {first}",
            "keep one of the two"
            if one
            else "the line that begins the next item (`- …`) or names the next one is missing",
            check="duplicate-key",
        )

    def _refused_anchor_or_tag(self, event: Any) -> str:
        """The anchor or tag in the text; it is reported, because neither is supported."""
        if event.anchor is event.ctag is None:
            return ""
        text = f"&{event.anchor}" if event.anchor is not None else str(event.tag)
        what = "anchors" if event.anchor is not None else "tags"
        help_ = self._quoting_help(event.start_mark.line, event.start_mark.column)
        self._report(event, f"{what} such as `{text}` are not supported", help_)
        return text

    def _alias(self, event: Any) -> None:
        help_ = self._quoting_help(event.start_mark.line, event.start_mark.column)
        self._report(
            event, f"`*{event.anchor}` is an alias in YAML, and aliases are not supported", help_
        )

    def _quoting_help(self, line: int, column: int) -> str:
        shown = quoted_line(self.lines[line], column) if line < len(self.lines) else None
        use_vars = "to write a value once, use `vars`"
        return f"if it is a value, quote it: `{shown}`; {use_vars}" if shown else use_vars

    def syntax(self, error: YAMLError) -> Problem:
        """What an error of the library means for the person who wrote the file."""
        if isinstance(error, ReaderError):
            line = next((n for n, text in enumerate(self.lines, 1) if _control(text)), 1)
            at = Position(file=self.file, line=line)
            message = "a control character, which YAML does not allow"
            return _problem("syntax", at, message, "remove it, or write it as an escape in quotes")
        found = None
        if isinstance(error, MarkedYAMLError):
            found = explained(error, self.lines, lambda event: _Composer("", "").document(event))
        if found is None:
            return _problem("syntax", Position(file=self.file), str(error), None)
        at = Position(file=self.file, line=found.at.line + 1, column=found.at.column + 1)
        return _problem("syntax", at, found.message, found.help)

    def _position(self, event: Any) -> Position:
        start, end = event.start_mark, event.end_mark
        line, column = start.line, start.column
        length = end.column - column if end.line == line else 1
        return _tuple(Position, (self.file, line + 1, column + 1, length or 1))

    def _problem(self, event: Any, message: str) -> Problem:
        return _problem("syntax", self._position(event), message, None)

    def _report(self, event: Any, message: str, help_: str | None) -> None:
        self._add(self._position(event), message, help_)

    def _add(
        self, position: Position, message: str, help_: str | None, *, check: str = "syntax"
    ) -> None:
        self.problems.append(_problem(check, position, message, help_))


def _problem(check: str, position: Position, message: str, help_: str | None) -> Problem:
    return Problem(
        check=check, severity=Severity.ERROR, position=position, message=message, help=help_
    )


def _control(text: str) -> bool:
    return any((ord(c) < ord(" ") and c != "\t") or "\x7f" <= c < "\xa0" for c in text)
