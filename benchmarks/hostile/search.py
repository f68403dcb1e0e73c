"""Searches for values that cost much: `python -m benchmarks.hostile.search [SECONDS] [SEED]`.

Makes units of what headers consist of, repeats them, with a number that grows or without, and
prints the dearest ones. What it finds belongs in `shapes.py`.
"""

from __future__ import annotations

import sys
import time
from functools import partial
from random import Random
from typing import Final

from benchmarks.hostile.run import MIB, READERS, seconds
from benchmarks.hostile.shapes import with_value

SIZE: Final = MIB // 16
SHOWN: Final = 20
NUMBER: Final = "{0:x}"
PIECES: Final = (
    *('"', "(", ")", "<", ">", "[", "]", "@", ",", ";", ":", ".", "\\", " ", "\t", "\r\n "),
    *("=?u?q?", "=?utf-8?b?", "?=", NUMBER, "a", "\u00e9", "<a@b>", "Offer", "b.example"),
)
FIELDS: Final = {"From": "addresses", "Delivered-To": "facts", "Received": "facts", "X-A": "texts"}


def search(for_seconds: float, seed: int) -> list[tuple[float, str, str]]:
    """Milliseconds a MiB, field and unit, the dearest first."""
    dice = Random(seed)  # noqa: S311 - the same ones each time
    found = []
    end = time.process_time() + for_seconds
    while time.process_time() < end:
        unit = "".join(dice.choices(PIECES, k=dice.randint(1, 8)))
        field = dice.choice(list(FIELDS))
        message = with_value(field, partial(_repeated, unit), SIZE)
        cost = seconds(READERS[FIELDS[field]], message)
        found.append((cost / len(message) * MIB * 1000, field, unit))
    return sorted(found, reverse=True)


def _repeated(unit: str, size: int) -> str:
    count = size // len(unit.encode()) + 1
    return "".join(unit.replace(NUMBER, f"{number:x}") for number in range(count))


if __name__ == "__main__":
    for_seconds, seed = (*map(float, sys.argv[1:3]), *(60.0, 1.0)[len(sys.argv) - 1 :])
    for milliseconds, field, unit in search(for_seconds, int(seed))[:SHOWN]:
        print(f"{milliseconds:6.0f} ms a MiB  {field}: {unit!r}")
