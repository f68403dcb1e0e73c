"""Which results a test has written in which formats."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from mmctl.cli.result_table import RESULTS, Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.cli.formats import Format
    from mmctl.cli.run import Run

Writers = set[tuple[str, "Format"]]


def all_writers() -> Writers:
    """The place of every writer of the table, with the format it writes."""
    return {(place, format_) for result in RESULTS for format_, place in result.writers.items()}


@contextmanager
def noted_writers() -> Iterator[Writers]:
    """The writers that are called inside, with the formats they write."""
    called: Writers = set()
    made = Result.made

    def noted(result: Result, run: Run, value: object) -> object:
        called.add((result.writers[run.format], run.format))
        return made(result, run, value)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Result, "made", noted)
        yield called
