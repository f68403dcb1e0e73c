"""Garbage in cycles is looked for seldom while many messages are judged, and as before later."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from mmctl.cli.main import exit_code
from mmctl.cli.messages.judging import Judge

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from mmctl.judge.comparison import MessageEnd
    from mmctl.judge.tally import Tally
    from mmctl.mail.partial import Message

RULES = "version: 1\nrule_sets: {inbound: {rules: [{name: no, actions: [drop]}]}}\n"


def test_judging_seldom_looks_for_garbage_and_leaves_no_trace_of_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rules.yaml").write_text(RULES)
    for number in range(2):
        (tmp_path / f"{number}.eml").write_bytes(b"Subject: x\n\nbody\n")
    monkeypatch.chdir(tmp_path)
    seen = []
    ending = Judge.ending

    def watched(judge: Judge, message: Message, tally: Tally) -> MessageEnd:
        seen.append(gc.get_threshold())
        return ending(judge, message, tally)

    monkeypatch.setattr(Judge, "ending", watched)
    before = gc.get_threshold()
    assert exit_code(["simulate", "0.eml", "1.eml", "--rcpt", "b@example.com"]) == 0
    assert [threshold[0] > 10 * before[0] for threshold in seen] == [True, True]
    assert gc.get_threshold() == before
