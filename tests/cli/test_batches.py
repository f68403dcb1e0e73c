"""Many messages in several processes: the same result, also where a process is killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from kill_this_process import Killing

from mmctl.cli.messages.batches import BATCH, TRIES, Judging, judged_batches
from mmctl.errors import CouldNot
from mmctl.judge.submission import gateway_of_rule_set
from mmctl.judge.tally import Tally
from mmctl.language.parsing.load import read_text
from mmctl.mail.email import Envelope
from mmctl.mail.facts import Stated
from mmctl.mail.partial import Message

if TYPE_CHECKING:
    from pathlib import Path

RULES = """
version: 1
archives: {vault: {retention: ONE_YEAR}}
rule_sets:
  inbound:
    rules:
      - {name: block, conditions: [{subject: {contains: "7"}}], actions: [drop]}
      - {name: keep, actions: [{archive: {to: vault}}]}
"""
MESSAGES = [Message(f"{n}.eml", f"Subject: {n}\r\n\r\n".encode()) for n in range(2 * BATCH + 1)]


def judging(check: Killing | None = None) -> Judging:
    project, _ = read_text({"rules.yaml": RULES})
    return Judging(
        gateway=gateway_of_rule_set(project, "inbound"),
        stated=Stated(envelope=Envelope(recipients=("b@example.com",))),
        form="json",
        authenticate=check,
    )


def result(judging: Judging, workers: int) -> tuple[list[object], Tally]:
    written: list[object] = []
    tally = Tally()
    for judged in judged_batches(judging, iter(MESSAGES), workers=workers):
        written += judged.written
        tally.merge(judged.tally)
    return written, tally


def test_a_killed_process_costs_its_batches_and_the_result_is_complete(tmp_path: Path) -> None:
    alone = result(judging(), workers=1)
    killed = result(judging(Killing(tmp_path, 1, MESSAGES[BATCH][1])), workers=2)
    assert (tmp_path / "killed-0").exists()
    assert killed == alone
    assert alone[1].messages == len(MESSAGES)


def test_a_message_that_kills_every_process_ends_the_command_with_a_reason(tmp_path: Path) -> None:
    with pytest.raises(CouldNot, match=r"`0\.eml` to `63\.eml`"):
        result(judging(Killing(tmp_path, 10 * TRIES, MESSAGES[0][1])), workers=2)


def test_a_tally_of_parts_is_the_tally_of_the_whole() -> None:
    whole, parts = Tally(), Tally()
    for message in MESSAGES[:30]:
        simulated = judging().simulated(message)
        part = Tally()
        part.add(simulated)
        parts.merge(part)
        whole.add(simulated)
    assert parts == whole
    assert list(parts.examples.items()) == list(whole.examples.items())
