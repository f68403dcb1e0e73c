"""Every message of the library, sent by SMTP, ends as its case is judged."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from embedded_server import EmbeddedServer

from mmctl.cases.library.catalog import entries
from mmctl.cases.library.filling import Library
from mmctl.cli.main import exit_code
from mmctl.cli.run import Run

if TYPE_CHECKING:
    from collections.abc import Mapping

REPOSITORY: Final = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("step", [40, pytest.param(1, marks=pytest.mark.deep)])
def test_every_message_of_the_library_ends_by_smtp_as_it_is_judged(
    step: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for part in ("rules", "lists", "cases"):
        shutil.copytree(REPOSITORY / part, tmp_path / part)
    shutil.copy(REPOSITORY / "mmctl.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    assert exit_code(["apply", "--yes", "-q"]) == 0
    library = Library(Run(directory=tmp_path, today=date(2026, 11, 28)).project())
    wrong = []
    with EmbeddedServer(tmp_path, {}, "--accept-facts"):
        for entry in entries()[::step]:
            if library.lacks(entry) is not None:
                continue
            judged = {
                each.recipient: (each.outcome.value, each.by)
                for each in library.judged(library.filled(entry)).recipients
            }
            capsys.readouterr()
            exit_code(["send", "--scenario", entry.name, "--format", "json"])
            out, errors = capsys.readouterr()
            assert out, (entry.name, errors)
            (message,) = json.loads(out)["messages"]
            ended = ends_of(message)
            refused = {name for name, (outcome, _) in judged.items() if outcome == "refused"}
            expected = {name: end for name, end in judged.items() if name not in refused}
            if ended != expected or (refused and message["accepted"]):
                wrong.append((entry.name, ended, judged))
    assert wrong == []


def ends_of(message: Mapping[str, object]) -> dict[str, tuple[str, str | None]]:
    """How a message that was sent ended, for each recipient for whom it was taken."""
    became = message["became"]
    if not isinstance(became, dict):
        return {}
    return {each["recipient"]: (each["outcome"], each["by"]) for each in became["recipients"]}
