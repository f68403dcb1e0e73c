"""Comparisons and descriptions as a rule file has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.model.operands import OPERAND_OF_KEY

if TYPE_CHECKING:
    from mmctl.interchange.migration.source import Data, SourceRule
    from mmctl.interchange.migration.tests import Matches

_TEXT_AT_MOST: Final = 400
"""Characters of the source's text in a description."""


def condition(compared: Matches) -> Data:
    """A comparison as a condition."""
    operand = OPERAND_OF_KEY[compared.operand]
    if operand.is_flag:
        return {operand.key: compared.values[0] == "true"}
    named = {key: _text(value) for key, value in compared.beside}
    return {operand.key: {**named, compared.operator: _value(compared)}}


def _value(compared: Matches) -> Any:
    first = _text(compared.values[0])
    if compared.operand == "message_size":
        return int(first) if first.isdecimal() else first
    if compared.operator == "is":
        return first == "true"
    if len(compared.values) == 1 and "${" not in first:
        return first
    return [_text(value) for value in compared.values]


def _text(value: str) -> str:
    return value.replace("${", "$${")


def description(rule: SourceRule, system: str, part: str) -> str:
    """What a rule was there, in one line: what people wrote about it, its name, text and place."""
    own = _line(rule.description or "")
    own = f"{own} " if own.endswith((".", "!", "?")) or not own else f"{own}. "
    note = f", {part}" if part else ""
    text = _line(rule.text)
    if len(text) > _TEXT_AT_MOST:
        text = f"{text[:_TEXT_AT_MOST]}…"
    place = f"{rule.place.file}:{rule.place.line}"
    return _text(_line(f"{own}{system} `{rule.name}`{note}: {text} ({place})"))


def _line(text: str) -> str:
    """A text without line breaks and control characters."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
