"""JSON bodies and files, with a bound on the memory that a few megabytes may take once parsed.

A body of 16 MB can hold millions of empty lists, which take a hundred times as much memory.
"""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import Any, Final

MOST_VALUES: Final = 1_000_000
"""More values than any request has; a list of 100,000 addresses has 300,000."""
_STARTS: Final = (b",", b"[", b"{")
_TEXT_OR_START: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[,\[{]', re.DOTALL)


class TooManyValues(ValueError):
    """A document has more values than any real one."""

    def __init__(self, most: int) -> None:
        super().__init__(f"more than {most} values")


def load_json(body: bytes) -> Any:
    """Read a JSON document in UTF-8.

    Raises:
        TooManyValues: it has more than `MOST_VALUES`.
        ValueError: it is not JSON.
        RecursionError: it is nested too deeply.
    """
    text = body.decode()
    if sum(map(body.count, _STARTS)) > MOST_VALUES and _has_too_many(body):
        raise TooManyValues(MOST_VALUES)
    return json.loads(text)


def _has_too_many(body: bytes) -> bool:
    """Count the places outside of texts where values begin: after a comma or an opening bracket."""
    starts = (found for found in _TEXT_OR_START.finditer(body) if found[0] in _STARTS)
    return next(islice(starts, MOST_VALUES, None), None) is not None
