"""Members as HCL, in the layout of `terraform fmt`.

A body holds attributes (texts, numbers, lists, maps, expressions) and blocks. Nothing here depends
on a resource.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, TypeAlias, assert_never

from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator

_STEP: Final = "  "
_WIDTH: Final = 100
_NAMED: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
_BEYOND_U: Final = 0x10000
_TEMPLATE: Final = re.compile(r"([$%]+)\{")
_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_HEREDOC: Final = "EOT"


@dataclass(frozen=True, slots=True)
class Expression:
    """HCL that is written unchanged: `aws_mailmanager_relay.exchange.id`."""

    text: str


Value: TypeAlias = (
    "Expression | str | bool | int | float | dict[str, Value] | Sequence[Value] | None"
)
"""What an attribute can be."""


@dataclass(slots=True, kw_only=True)
class Body:
    """What is between braces: attributes first, then blocks, each in the given order."""

    attributes: dict[str, Value] = field(default_factory=dict)
    blocks: list[tuple[str, Body]] = field(default_factory=list)
    """Heads such as `rule` or `resource "t" "n"`, with their bodies."""


def text_of(body: Body, *, indent: str = "") -> str:
    """A body as HCL, without braces around it."""
    return "".join(f"{line}\n" for line in _lines(body, indent))


def quoted(text: str) -> str:
    r"""A text as a quoted HCL template that yields that text and nothing else.

    `${` and `%{` start templates: their first character is doubled, or escaped if more of the same
    come before it, because `$$${` does not show where the doubled one begins.
    """

    def safe(found: re.Match[str]) -> str:
        signs = found[1]
        if len(signs) == 1:
            return f"{signs}{signs}{{"
        return "".join(f"\\u{ord(sign):04x}" for sign in signs) + "{"

    escaped = "".join(
        _NAMED.get(c, c) if c in _NAMED or c.isprintable() else _escape(c) for c in text
    )
    return '"' + _TEMPLATE.sub(safe, escaped) + '"'


def _escape(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number < _BEYOND_U else f"\\U{number:08x}"


def _lines(body: Body, indent: str) -> Iterator[str]:
    yield from _attributes(body.attributes, indent)
    for number, (head, inner) in enumerate(body.blocks):
        if number or body.attributes:
            yield ""
        if not inner.attributes and not inner.blocks:
            yield f"{indent}{head} {{}}"
            continue
        yield f"{indent}{head} {{"
        yield from _lines(inner, indent + _STEP)
        yield f"{indent}}}"


def _attributes(attributes: dict[str, Value], indent: str) -> Iterator[str]:
    """Attributes with their equals signs aligned, if they are on one line each."""
    run: list[tuple[str, str]] = []
    for name, value in attributes.items():
        lines = list(_value(value, indent, len(name)))
        if len(lines) == 1:
            run.append((name, lines[0]))
            continue
        yield from _aligned(run, indent)
        run = []
        yield f"{indent}{name} = {lines[0]}"
        yield from lines[1:]
    yield from _aligned(run, indent)


def _aligned(run: list[tuple[str, str]], indent: str) -> Iterator[str]:
    width = max((len(name) for name, _ in run), default=0)
    for name, text in run:
        yield f"{indent}{name:<{width}} = {text}"


def _value(value: Value, indent: str, taken: int = 0) -> Iterator[str]:
    match value:
        case Expression():
            yield value.text
        case str() if _as_heredoc(value):
            yield f"<<{_HEREDOC}"
            yield from value.removesuffix("\n").split("\n")
            yield _HEREDOC
        case str():
            yield quoted(value)
        case dict():
            yield from _map(value, indent)
        case Sequence():
            yield from _list(value, indent, taken)
        case bool() | int() | float() | None:
            yield json.dumps(value)
        case _:
            assert_never(value)


def _as_heredoc(text: str) -> bool:
    """Whether a text of several lines stays the same between `<<EOT` and `EOT`."""
    lines = text.split("\n")
    return (
        text.endswith("\n")
        and len(lines) > 2  # noqa: PLR2004 - one line with its line end stays in quotes
        and all(line.isprintable() and line.strip() != _HEREDOC for line in lines)
        and _TEMPLATE.search(text) is None
    )


def _map(value: dict[str, Value], indent: str) -> Iterator[str]:
    if not value:
        yield "{}"
        return
    inner = indent + _STEP
    keyed = {key if _KEY.fullmatch(key) else quoted(key): member for key, member in value.items()}
    yield "{"
    yield from _attributes(keyed, inner)
    yield f"{indent}}}"


def _list(items: Sequence[Value], indent: str, taken: int) -> Iterator[str]:
    inner = indent + _STEP
    rendered = [list(_value(item, inner)) for item in items]
    one_line = "[" + ", ".join(lines[0] for lines in rendered) + "]"
    room = _WIDTH - len(indent) - taken - len(" = ")
    if all(len(lines) == 1 for lines in rendered) and (len(one_line) <= room or len(items) == 1):
        yield one_line
        return
    yield "["
    for lines in rendered:
        lines[-1] += ","
        yield inner + lines[0]
        yield from lines[1:]
    yield f"{indent}]"
