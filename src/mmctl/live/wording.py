"""Changes in words: what was, what is, and of lists only what came and went."""

from __future__ import annotations

import json
from typing import Any, Final

from mmctl.compiler.compile import SHADOW_HEADER
from mmctl.live.changes import snake

GLUE: Final = "\u00a0"
"""Stands for a space at which no line is broken."""

_SHOWN_VALUES: Final = 4
_WRAPPERS: Final = ("Expression", "Evaluate", "Attribute")


def change_text(before: Any, after: Any) -> str:
    """A change in a few words: `+ "a" - "b"`, `25 → 2525`; spaces inside words are `GLUE`."""
    if _texts(before) and _texts(after):
        return _list_text(before, after)
    if before is None:
        return f"+{GLUE}{short(after)}"
    if after is None:
        return f"-{GLUE}{short(before)}"
    return f"{short(before)} → {short(after)}"


def _list_text(before: list[str], after: list[str]) -> str:
    added = [f"+{GLUE}{short(item)}" for item in after if item not in before]
    removed = [f"-{GLUE}{short(item)}" for item in before if item not in after]
    changed = [*added, *removed]
    more = len(changed) - _SHOWN_VALUES
    rest = [f"and {more} more"] if more > 0 else []
    return " ".join([*changed[:_SHOWN_VALUES], *rest]) or "in another order"


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def short(value: Any, most: int = 60) -> str:
    """A value on one line, cut where it is long."""
    text = _flow(value)
    return text if len(text) <= most else text[: most - 1] + "…"


def _flow(value: Any) -> str:
    """A value as the file would have it on one line, near enough to be recognised."""
    if isinstance(value, dict):
        if value.get("AddHeader", {}).get("HeaderName") == SHADOW_HEADER:
            return "shadow"
        if len(value) == 1 and next(iter(value)).endswith(_WRAPPERS):
            return _flow(next(iter(value.values())))
        inside = ", ".join(
            _flow(item) if member == "Evaluate" else f"{snake(member)}: {_flow(item)}"
            for member, item in value.items()
        )
        return "{" + inside + "}" if inside else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)
