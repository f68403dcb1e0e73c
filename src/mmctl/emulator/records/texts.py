"""Values as the records spell them: JSON without blanks, ASCII alone, times in milliseconds."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

quoted: Final = json.encoder.encode_basestring_ascii
"""A text as JSON."""
_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MILLISECOND: Final = timedelta(milliseconds=1)


def compact(value: Any) -> str:
    """A value as JSON without blanks."""
    return json.dumps(value, separators=(",", ":"))


def listed(texts: Iterable[str]) -> str:
    """Texts as a JSON list."""
    return f"[{','.join(map(quoted, texts))}]"


def or_null(text: str | None) -> str:
    """A text as JSON, or null."""
    return "null" if text is None else quoted(text)


def milliseconds(at: datetime | str) -> int:
    """A time as records count it, from a `datetime` or its ISO form."""
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    return (at - _EPOCH) // _MILLISECOND
