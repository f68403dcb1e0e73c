"""What tests of the command line share: a look at which results were written in which formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mmctl.cli.result_table import RESULTS, Result

if TYPE_CHECKING:
    from mmctl.cli.formats import Format
    from mmctl.cli.run import Run

Writers = set[tuple[str, "Format"]]


def all_writers() -> Writers:
    """The place of every writer of the table, with the format it writes."""
    return {(place, format_) for result in RESULTS for format_, place in result.writers.items()}


@pytest.fixture(name="writers")
def writers_fixture(monkeypatch: pytest.MonkeyPatch) -> Writers:
    """The writers that were called so far, in which formats."""
    called: Writers = set()
    made = Result.made

    def noted(result: Result, run: Run, value: object) -> object:
        called.add((result.writers[run.format], run.format))
        return made(result, run, value)

    monkeypatch.setattr(Result, "made", noted)
    return called
