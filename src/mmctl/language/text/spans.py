"""Where each value of a YAML text begins and ends. Nothing is resolved or changed here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ruamel.yaml import events
from ruamel.yaml.error import YAMLError

from mmctl.language.text.yaml_events import over_events
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.problem import Path


@dataclass(slots=True, kw_only=True)
class SpanItem:
    """One value: a text, with its place in the characters of the file."""

    path: Path
    """Keys and indices from the top of the file."""
    start: int
    end: int
    text: str
    quote: str | None
    """The quotation mark around it; `|` or `>` for a block; None for a plain text."""
    flow: bool
    """Whether it is between brackets or braces."""
    siblings: int = 0
    """How many values its list has; 0 if it is in no list."""


@dataclass(slots=True)
class _SpanWalk:
    next_event: Callable[[], Any]
    items: dict[tuple[int, int], SpanItem] = field(default_factory=dict)

    def node(self, event: Any, path: Path, *, flow: bool) -> SpanItem | None:
        """Read one node; return its item, if it is a text."""
        if isinstance(event, events.MappingStartEvent):
            self.mapping(path, flow=flow or bool(event.flow_style))
        elif isinstance(event, events.SequenceStartEvent):
            self.sequence(path, flow=flow or bool(event.flow_style))
        elif isinstance(event, events.ScalarEvent):
            return self.scalar(event, path, flow=flow)
        return None

    def scalar(self, event: Any, path: Path, *, flow: bool) -> SpanItem:
        start = event.start_mark
        item = SpanItem(
            path=path,
            start=start.index,
            end=event.end_mark.index,
            text=event.value,
            quote=event.style or None,
            flow=flow,
        )
        self.items[start.line + 1, start.column + 1] = item
        return item

    def sequence(self, path: Path, *, flow: bool) -> None:
        inside: list[SpanItem] = []
        count = 0
        while not isinstance(event := self.next_event(), events.SequenceEndEvent):
            item = self.node(event, (*path, count), flow=flow)
            inside += [item] if item is not None else []
            count += 1
        for item in inside:
            item.siblings = count

    def mapping(self, path: Path, *, flow: bool) -> None:
        while not isinstance(key := self.next_event(), events.MappingEndEvent):
            name = ""
            if isinstance(key, events.ScalarEvent):
                name = str(key.value)
            else:
                self.node(key, path, flow=flow)
            self.node(self.next_event(), (*path, name), flow=flow)


def items_of(text: str) -> dict[tuple[int, int], SpanItem]:
    """Every value that is a text, by line and column (from 1); empty if the text is not YAML."""
    try:
        return over_events(text, _items)
    except YAMLError:
        return {}


def _items(next_event: Callable[[], Any]) -> dict[tuple[int, int], SpanItem]:
    walk = _SpanWalk(next_event)
    while not isinstance(event := next_event(), events.DocumentStartEvent):
        if isinstance(event, events.StreamEndEvent):
            return {}
    walk.node(next_event(), (), flow=False)
    return walk.items
