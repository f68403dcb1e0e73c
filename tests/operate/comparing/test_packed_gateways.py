"""A log of a packed rule set, judged by its live rules and told in those of the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mmctl.operate.comparing.gateways import LoggedGateways
from mmctl.operate.comparing.run import Comparing, compare_log
from mmctl.operate.logs.reading import Log
from mmctl.operate.logs.sources import LogFiles
from mmctl.records import replace
from operate.logs import packed as gateway
from operate.logs.conftest import Writer

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.language.project import Project
    from mmctl.operate.comparing.compared import LogComparison


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "logs"


def written(folder: Path, project: Project) -> Writer:
    writer = Writer(folder, project)
    ann = ("ann@example.com",)
    writer.message("m1", ann, mail_from="sender-07@example.net")
    writer.message("m2", ann, ip="198.51.100.3")
    writer.message("m3", ("one@example.com",))
    writer.records.close()
    return writer


def compared(folder: Path) -> LogComparison:
    live = LoggedGateways.of(gateway.live(), [gateway.packed()])
    both = replace(live, as_written=LoggedGateways.of(gateway.written()))
    messages = list(Log(sources=[LogFiles(folder)]).messages())
    return compare_log(Comparing(gateways=both), messages)


def test_what_the_live_rules_did_is_no_difference(folder: Path) -> None:
    written(folder, gateway.live())
    assert compared(folder).differences == 0


def test_a_log_of_before_the_rules_were_packed_is_held_against_them_as_written(
    folder: Path,
) -> None:
    written(folder, gateway.written())
    assert compared(folder).differences == 0


def test_a_difference_is_told_in_the_rule_of_the_files(folder: Path) -> None:
    written(folder, gateway.live())
    records = folder / "rule-set-application.jsonl"
    records.write_text(
        "".join(
            line
            for line in records.read_text(encoding="utf-8").splitlines(keepends=True)
            if "mm.sender-00.etc" not in line or '"m1"' not in line
        ),
        encoding="utf-8",
    )
    found = compared(folder)
    assert found.differences == 1
    (differing,) = found.differing
    told = differing.recipients[0].discrepancies[0]
    assert told.rule == "sender-07"
    assert (told.at or "").startswith("rules.yaml:")
