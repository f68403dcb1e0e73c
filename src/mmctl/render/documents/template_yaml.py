"""A template of CloudFormation as YAML, with a comment on every section and resource."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from mmctl.operate.templates.template import FORMAT
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mmctl.operate.templates.template import Template

_PLAIN: Final = re.compile(
    r"[A-Za-z/_][\w/.@+-]*(?:::?[\w/.@+-]+)*(?:[ ,;] ?[\w/.@+()-]+)*", re.ASCII
)
"""Texts that mean themselves without quotes, whoever reads them."""
_WORDS: Final = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
_LONG: Final = "Fn::"
_SHORT: Final = frozenset(
    {
        "And",
        "Cidr",
        "Equals",
        "GetAZs",
        "GetAtt",
        "If",
        "Join",
        "Not",
        "Or",
        "Select",
        "Split",
        "Sub",
    }
)
"""Functions with a short form; Base64 is written long, since its value mostly has a tag."""
_WIDTH: Final = 96
_Lines = list[str]


def as_yaml(template: Template) -> str:
    """Return the template as YAML."""
    document = template.document()
    lines = [*_comment(template.description), *_notes(template)]
    lines += [f"AWSTemplateFormatVersion: {json.dumps(FORMAT)}"]
    lines += _entry("Description", template.description)
    for part in ("Parameters", "Conditions"):
        if part in document:
            lines += ["", *_entry(part, document[part])]
    lines += ["", "Resources:" if document["Resources"] else "Resources: {}"]
    written: set[str] = set()
    for section in template.sections:
        fresh = [each for each in section.resources if each.name not in written]
        written |= {each.name for each in fresh}
        if fresh:
            lines += ["", *_heading(section.title), *_comment(section.comment, "  ")]
        for resource in fresh:
            made = {resource.name: document["Resources"][resource.name]}
            lines += ["", *_comment(resource.comment, "  "), *_indented(_mapping(made))]
    if "Outputs" in document:
        lines += ["", *_entry("Outputs", document["Outputs"])]
    return "\n".join(lines) + "\n"


def as_json(template: Template) -> str:
    """Return the template as JSON."""
    return json.dumps(template.document(), indent=2) + "\n"


def _notes(template: Template) -> _Lines:
    if not template.notes:
        return []
    told = [line for note in template.notes for line in _comment(f"- {note}")]
    return ["#", *_comment("Left to others:"), *told]


def _heading(title: str) -> _Lines:
    return [f"  # {'-' * 8} {visible(title)} {'-' * max(3, 70 - len(title))}"]


def _comment(text: str, indent: str = "") -> _Lines:
    """A text as comments, in lines that fit."""
    lines: _Lines = [""]
    for word in visible(text).split():
        if len(lines[-1]) + len(word) + 1 > _WIDTH - len(indent):
            lines.append("")
        lines[-1] += f" {word}"
    return [f"{indent}#{line}" for line in lines]


def _entry(key: str, value: Any) -> _Lines:
    head, rest = _value(value)
    return [f"{_text(key)}:{head and ' '}{head}", *rest]


def _mapping(value: Mapping[str, Any]) -> _Lines:
    return [line for key, each in value.items() for line in _entry(key, each)]


def _indented(lines: Iterable[str]) -> _Lines:
    return [f"  {line}" if line else "" for line in lines]


def _value(value: Any) -> tuple[str, _Lines]:
    """What is on the line of a key, and the lines below it."""
    match value:
        case dict() if len(value) == 1 and (made := _function(*next(iter(value.items())))):
            return made
        case dict():
            return ("", _indented(_mapping(value))) if value else ("{}", [])
        case list() | tuple():
            return ("", list(_items(value))) if value else ("[]", [])
        case str():
            return _written(value)
        case _:
            return json.dumps(value), []


def _items(values: Iterable[Any]) -> Iterator[str]:
    for each in values:
        head, rest = _value(each)
        if head:
            yield f"  - {head}"
            yield from (f"    {line}" if line else "" for line in rest)
        else:
            first, *others = (line[2:] for line in rest)
            yield f"  - {first}"
            yield from (f"    {line}" if line else "" for line in others)


def _function(name: str, value: Any) -> tuple[str, _Lines] | None:
    """A function of CloudFormation in its short form; None: it is no function with one."""
    if name == "Ref":
        return f"!Ref {value}", []
    short = name.removeprefix(_LONG)
    if short == name or short not in _SHORT:
        return None
    if short == "GetAtt":
        return f"!GetAtt {'.'.join(value)}", []
    if _function_in(value):
        return None
    head, rest = _value(value)
    return f"!{short}{head and ' '}{head}", rest


def _function_in(value: Any) -> bool:
    """Whether a value begins with a tag of its own: YAML takes one."""
    return isinstance(value, dict)


def _written(text: str) -> tuple[str, _Lines]:
    """A text: plain where that is safe, as lines where it has several, else in quotes."""
    *lines, end = text.split("\n")
    if _is_block(lines, end):
        return "|", [f"  {line}" if line else "" for line in lines]
    return _text(text), []


def _is_block(lines: _Lines, end: str) -> bool:
    """Whether YAML reads these lines as they are, and one end of line after the last."""
    if not lines or end or not lines[-1] or lines[0].startswith(" "):
        return False
    return len(lines) > 1 and all(each.isprintable() and each == each.rstrip() for each in lines)


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())
