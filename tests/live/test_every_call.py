"""Everything that can go wrong, at every call: what docs/faults.md says, and that it is made good.

All of it is tried by `make faults`, which writes the page; a test run tries a part of it, the same
one each time, and compares.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from live.trial import WRONGS, Laboratory

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="there is no fork elsewhere"),
]

UNDERTAKINGS = ("first apply", "change", "rollback", "removal")
ONE_IN = 12


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
        # Two members are as many as it takes for an import job.
        patch.setattr("mmctl.live.apply.members.IMPORT_BEYOND", 1)
        yield Laboratory(tmp_path_factory.mktemp("trials"))


@pytest.mark.parametrize("wrong", WRONGS)
@pytest.mark.parametrize("name", UNDERTAKINGS)
def test_each_fault_at_each_call_ends_as_the_page_says_and_is_made_good(
    name: str, wrong: str, laboratory: Laboratory, update: bool
) -> None:
    from live import faults_page as page  # noqa: PLC0415 - there is no fcntl elsewhere

    undertaking = laboratory.undertakings[name]
    numbers = range(1, len(undertaking.calls) + 1)
    if update:
        cells = [laboratory.tried(undertaking, wrong, number) for number in numbers]
        page.write_column(name, undertaking.calls, wrong, cells)
    table = page.tables()[name]
    assert page.operations(table) == [*undertaking.calls], "other calls than before: make faults"
    offset = WRONGS.index(wrong) * 5
    chosen = [] if update else [n for n in numbers if (n + offset) % ONE_IN == 0]
    got = {number: laboratory.tried(undertaking, wrong, number) for number in chosen}
    assert got == {number: table[wrong][number - 1] for number in chosen}
