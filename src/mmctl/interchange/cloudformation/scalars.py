"""Scalars of templates: YAML 1.1, and texts in which CloudFormation puts values at the deploy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.interchange.infrastructure.values import Hole, OpenText, Plain, parts_of, text_of

if TYPE_CHECKING:
    from mmctl.interchange.infrastructure.values import Part, Tree
    from mmctl.language.text.nodes import Scalar

_DYNAMIC: Final = re.compile(r"\{\{resolve:(ssm-secure|ssm|secretsmanager):([^}]*)\}\}")
_WHOLE: Final = re.compile(r"[+-]?[0-9]+")
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WORDS: Final = {
    **dict.fromkeys(("true", "yes", "on"), True),
    **dict.fromkeys(("false", "no", "off"), False),
}
"""YAML 1.1, which CloudFormation reads."""
_LONGEST: Final = 400
"""Characters of a number; more is no number that a resource has."""


def scalar_value(node: Scalar) -> Tree:
    """A scalar as YAML 1.1 has it; a text may name a secret that CloudFormation puts there."""
    if not node.plain:
        return with_secrets(node.text)
    text = node.text
    if text.lower() in _WORDS:
        return Plain(text, _WORDS[text.lower()])
    if text in {"", "~", "null", "Null", "NULL"}:
        return None
    if len(text) < _LONGEST and _WHOLE.fullmatch(text):
        return Plain(text, int(text))
    if len(text) < _LONGEST and _DECIMAL.fullmatch(text):
        return Plain(text, float(text))
    return with_secrets(text)


def with_secrets(value: OpenText | str) -> OpenText | str:
    """A text with what CloudFormation resolves at the deploy as parts that are unknown."""
    parts: list[Part] = []
    for part in parts_of(value) or ():
        if not isinstance(part, str) or "{{resolve:" not in part:
            parts.append(part)
            continue
        end = 0
        for found in _DYNAMIC.finditer(part):
            parts.append(part[end : found.start()])
            end = found.end()
            why = f"CloudFormation reads it from {found[1]} at the deploy"
            parts.append(Hole(key=f"{found[1]} {found[2]}", why=why, secret=found[1] != "ssm"))
        parts.append(part[end:])
    return text_of(parts)
