"""Single mistakes in the written files of a project, each of a kind that people make."""

from __future__ import annotations

import re
from ipaddress import ip_network
from random import Random
from typing import TYPE_CHECKING, Final, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SEED: Final = 2026
_OPERATORS: Final = {
    "equals": "contains",
    "not_equals": "equals",
    "starts_with": "contains",
    "ends_with": "contains",
    "contains": "starts_with",
    "in_address_list": "not_in_address_list",
    "cidr_matches": "not_cidr_matches",
    "greater_than": "greater_than_or_equal",
    "less_than": "less_than_or_equal",
    "minimum": "is",
}
_WORDS: Final = {
    "PASS": "GRAY",
    "FAIL": "GRAY",
    "REJECT": "QUARANTINE",
    "TLS1_2": "TLS1_3",
    "TLS1_3": "TLS1_2",
    "true": "false",
    "false": "true",
    "deny": "allow",
    "allow": "deny",
    "preserve": "replace",
    "replace": "preserve",
    "headers": "content",
}
_TEXTS: Final = frozenset({"equals", "not_equals", "starts_with", "ends_with", "contains"})
_WITHOUT_EFFECT: Final = frozenset(
    {"description", "owner", "ticket", "expires", "name", "phase", "include", "final", "type"}
)
_SECTIONS: Final = frozenset({"rules", "rule_sets", "traffic_policies", "address_lists", "vars"})
_LETTER: Final = re.compile(r"(?:\$\{[^}]*\})|([a-zA-Z])")


class Slip(NamedTuple):
    """One mistake."""

    kind: str
    file: str
    text: str
    """All of the file, with the mistake in it."""
    line: int


class _Place(NamedTuple):
    """A node, and what leads to it."""

    path: tuple[str, ...]
    node: Node


def slips(files: Mapping[str, str], targets: Mapping[str, Sequence[str]]) -> list[Slip]:
    """All mistakes, kind after kind and again: whatever is taken from the front has every kind.

    `targets` are the names that each kind of action can have under `to`.
    """
    kinds: dict[str, list[Slip]] = {}
    for file, text in files.items():
        found = _Members(file, text) if file.endswith(".csv") else _File(file, text, targets)
        for slip in found.slips():
            kinds.setdefault(slip.kind, []).append(slip)
    random = Random(SEED)  # noqa: S311 - no secret
    for several in kinds.values():
        random.shuffle(several)
    longest = max(map(len, kinds.values()))
    return [
        kinds[kind][place]
        for place in range(longest)
        for kind in sorted(kinds)
        if place < len(kinds[kind])
    ]


class _Members(NamedTuple):
    """A file of list members, one a line below the name of the column."""

    file: str
    text: str

    def slips(self) -> Iterator[Slip]:
        """Each member gone, and each with another letter."""
        lines = self.text.splitlines(keepends=True)
        for place in range(1, len(lines)):
            others = {"member gone": "", "letter of a member": _other_letter(lines[place]) or ""}
            for kind, line in others.items():
                text = "".join((*lines[:place], line, *lines[place + 1 :]))
                yield Slip(kind, self.file, text, place + 1)


class _File:
    """One file, and the mistakes that can be made in it."""

    def __init__(self, file: str, text: str, targets: Mapping[str, Sequence[str]]) -> None:
        self._file, self._text, self._targets = file, text, targets
        self._lines = text.splitlines(keepends=True)

    def slips(self) -> Iterator[Slip]:
        """Each mistake in what mail meets: rules, policies, lists, variables."""
        root = YAML(typ="safe", pure=True).compose(self._text)
        assert isinstance(root, MappingNode)
        for key, value in root.value:
            if key.value in _SECTIONS:
                for place in _below((key.value,), value):
                    yield from self._of(place)

    def _of(self, place: _Place) -> Iterator[Slip]:
        if _WITHOUT_EFFECT & set(place.path[1:]):
            return
        match place.node:
            case ScalarNode():
                yield from self._of_scalar(place.path, place.node)
            case SequenceNode():
                yield from self._of_list(place.path, place.node)
            case MappingNode():
                yield from self._of_mapping(place.path, place.node)

    def _of_scalar(self, path: tuple[str, ...], node: ScalarNode) -> Iterator[Slip]:
        text, last = node.value, path[-1]
        if text in _WORDS and path[0] != "vars":
            kind = "switch" if text in {"true", "false"} else f"word in {_WORDS[text]}"
            yield self._written(kind if last != "default" else "default", node, _WORDS[text])
            return
        if last == "to":
            names = self._targets[path[-2]]
            yield self._written("action to", node, names[names.index(text) - 1])
            return
        if "actions" in path:
            letter = _LETTER.search(text)
            if letter and letter[1] and last not in {"stop", "drop", "role", "topic", "actions"}:
                yield self._written(f"action {last}", node, _other_letter(text) or text)
            return
        if last in {"cidr_matches", "not_cidr_matches"} and "/" in text and "$" not in text:
            wider = str(ip_network(text).supernet())
            yield self._written("network", node, wider)
        elif re.fullmatch(r"\d+MB", text):
            yield self._written("size", node, f"{int(text[:-2]) * 1_000_000 + 1}")
        elif last in _TEXTS or path[0] == "vars" or last == "members":
            other = _other_letter(text)
            if other is not None:
                yield self._written("letter", node, other)
                yield self._written("letter case", node, _other_case(text))

    def _of_list(self, path: tuple[str, ...], node: SequenceNode) -> Iterator[Slip]:
        items, last = node.value, path[-1]
        several = len(items) > 1
        kinds = {
            "rules": "rule gone",
            "conditions": "condition gone",
            "unless": "unless gone",
            "actions": "action gone",
            "statements": "statement gone",
            "deny": "condition of a statement gone",
            "allow": "condition of a statement gone",
        }
        for place, item in enumerate(items):
            kind = kinds.get(last, "value gone")
            if isinstance(item, ScalarNode) and item.value == "stop":
                kind = "stop gone"
            if several:
                yield self._without(kind, node, place)
            if last == "rules" and place + 1 < len(items) and not node.flow_style:
                yield self._swapped(node, place)

    def _of_mapping(self, path: tuple[str, ...], node: MappingNode) -> Iterator[Slip]:
        for key, value in node.value:
            if key.value in _OPERATORS and "actions" not in path:
                words = path[-1] in {"spf", "dkim", "dmarc_policy"} and key.value == "equals"
                other = "not_equals" if words else _OPERATORS[key.value]
                yield self._written(f"operator {key.value}", key, other)
            if key.value in {"deny", "allow"} and "statements" in path:
                other = "allow" if key.value == "deny" else "deny"
                yield self._written("statement turned", key, other)
            if key.value == "unless" and len(value.value) == 1:
                yield self._cut("unless gone", key.start_mark.line, _end(value))

    def _written(self, kind: str, node: ScalarNode, text: str) -> Slip:
        """Another text in place of a scalar."""
        quoted = node.style or ('"' if "#" in text or text in {"true", "false"} else "")
        if node.value in {"true", "false"} and not node.style:
            quoted = ""
        start, end = node.start_mark.index, node.end_mark.index
        changed = f"{self._text[:start]}{quoted}{text}{quoted}{self._text[end:]}"
        return Slip(kind, self._file, changed, node.start_mark.line + 1)

    def _cut(self, kind: str, first: int, end: int) -> Slip:
        """Without some lines."""
        text = "".join((*self._lines[:first], *self._lines[end:]))
        return Slip(kind, self._file, text, first + 1)

    def _without(self, kind: str, node: SequenceNode, place: int) -> Slip:
        """Without one of several items of a list."""
        items = node.value
        item = items[place]
        if not node.flow_style:
            return self._cut(kind, item.start_mark.line, _end(item))
        if place + 1 < len(items):
            start, end = item.start_mark.index, items[place + 1].start_mark.index
        else:
            start, end = items[place - 1].end_mark.index, item.end_mark.index
        return Slip(
            kind, self._file, self._text[:start] + self._text[end:], item.start_mark.line + 1
        )

    def _swapped(self, node: SequenceNode, place: int) -> Slip:
        """Two neighbors in the other order."""
        one, other = node.value[place : place + 2]
        first, middle, end = one.start_mark.line, other.start_mark.line, _end(other)
        lines = self._lines
        text = "".join((*lines[:first], *lines[middle:end], *lines[first:middle], *lines[end:]))
        return Slip("neighbors", self._file, text, first + 1)


def _end(node: Node) -> int:
    """The line after a node of which no other thing is on the last line."""
    line: int = node.end_mark.line
    block = isinstance(node, (MappingNode, SequenceNode)) and not node.flow_style
    return line if block else line + 1


def _below(path: tuple[str, ...], node: Node) -> Iterator[_Place]:
    yield _Place(path, node)
    match node:
        case MappingNode():
            for key, value in node.value:
                yield from _below((*path, key.value), value)
        case SequenceNode():
            for item in node.value:
                yield from _below(path, item)


def _other_letter(text: str) -> str | None:
    """The text with another first letter that is in no variable; None: there is none."""
    for found in _LETTER.finditer(text):
        if found[1]:
            other = "z" if found[1].lower() != "z" else "y"
            return text[: found.start()] + other + text[found.end() :]
    return None


def _other_case(text: str) -> str:
    for found in _LETTER.finditer(text):
        if found[1]:
            return text[: found.start()] + found[1].swapcase() + text[found.end() :]
    return text
