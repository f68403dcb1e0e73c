"""Messages that were found stay in the project, whatever a repository has put in their place."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from mmctl.analysis.encoding.proof import Shown
from mmctl.analysis.questions.gateway_proof import find
from mmctl.api import load
from mmctl.cli.files.finding import wanted_by
from mmctl.cli.files.witnesses import keep
from mmctl.errors import UsageError
from mmctl.judge.ingress import Way

if TYPE_CHECKING:
    from pathlib import Path

GATEWAY = """
version: 1
rule_sets:
  inbound:
    rules: [{name: all, actions: [drop]}]
"""


def test_a_link_does_not_lead_a_message_out_of_the_project(tmp_path: Path) -> None:
    """The folder, a folder above it, or a file may be a link."""
    project, way = load({"rules.yaml": GATEWAY}), Way(rule_set="inbound")
    answer = find(project, way, wanted_by("dropped", project))
    assert isinstance(answer, Shown)
    for link in (".mmctl", ".mmctl/witness", ".mmctl/witness/it.eml", ".mmctl/witness/it.yaml"):
        name = link.replace("/", "-").strip(".")
        root, outside = tmp_path / name / "project", tmp_path / name / "outside"
        outside.mkdir(parents=True)
        target = outside / "victim" if "it." in link else outside
        if target != outside:
            target.write_text("precious")
        (root / link).parent.mkdir(parents=True)
        (root / link).symlink_to(target)
        with pytest.raises(UsageError, match="a link leads out of the project"):
            keep(root, "it", answer.witness, way)
        written = [each.read_text() for each in outside.rglob("*") if each.is_file()]
        assert written in ([], ["precious"])


def test_no_message_takes_the_file_of_another(tmp_path: Path) -> None:
    """The command under one claim would judge the message of another."""
    project, way = load({"rules.yaml": GATEWAY}), Way(rule_set="inbound")
    answer = find(project, way, wanted_by("dropped", project))
    assert isinstance(answer, Shown)
    names = ("a b", "a-b", "A b", "..", "日本", "x" * 300, "x" * 299, "a-b-2")
    taken: set[str] = set()
    kept = [keep(tmp_path, name, answer.witness, way, taken).path for name in names]
    assert len({each.lower() for each in kept}) == len(names)
    assert all((tmp_path / each).is_file() for each in kept)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_in_the_place_of_a_message_is_replaced(tmp_path: Path) -> None:
    project, way = load({"rules.yaml": GATEWAY}), Way(rule_set="inbound")
    answer = find(project, way, wanted_by("dropped", project))
    assert isinstance(answer, Shown)
    folder = tmp_path / ".mmctl" / "witness"
    folder.mkdir(parents=True)
    for name in ("it.eml", "it.yaml"):
        os.mkfifo(folder / name)
    keep(tmp_path, "it", answer.witness, way)
    assert all(each.is_file() for each in folder.iterdir())
