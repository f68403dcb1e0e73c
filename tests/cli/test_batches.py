"""Many messages in several processes: the same result, also where a process is killed."""

from __future__ import annotations

import multiprocessing
from typing import TYPE_CHECKING

import pytest
from kill_this_process import Killing

from mmctl.cli.messages import pool
from mmctl.cli.messages.batches import BATCH, judged_batches
from mmctl.cli.messages.judging import Batch, Judge, Judging
from mmctl.cli.messages.pool import IN_FLIGHT, TRIES, in_processes
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


@pytest.fixture(params=["fork", "spawn"], name="_started")
def started(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each way in which processes start."""
    if request.param not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {request.param} here")
    monkeypatch.setattr(pool, "_context", lambda: multiprocessing.get_context(request.param))


@pytest.mark.usefixtures("_started")
def test_a_killed_process_costs_its_batches_and_the_result_is_complete(tmp_path: Path) -> None:
    alone = result(judging(), workers=1)
    killed = result(judging(Killing(tmp_path, 1, MESSAGES[BATCH][1])), workers=2)
    assert (tmp_path / "killed-0").exists()
    assert killed == alone
    assert alone[1].messages == len(MESSAGES)


@pytest.mark.usefixtures("_started")
def test_a_message_that_kills_every_process_ends_the_command_with_a_reason(tmp_path: Path) -> None:
    with pytest.raises(CouldNot, match=r"`0\.eml` to `63\.eml`"):
        result(judging(Killing(tmp_path, 10 * TRIES, MESSAGES[0][1])), workers=2)


def test_a_tally_of_parts_is_the_tally_of_the_whole() -> None:
    parts = Tally()
    for message in MESSAGES[:30]:
        parts.merge(Judge(judging()).batch(Batch([message])).tally)
    whole = Judge(judging()).batch(Batch(MESSAGES[:30])).tally
    assert parts == whole
    assert list(parts.examples.items()) == list(whole.examples.items())


def doubled(text: bytes) -> bytes:
    if text == b"wrong":
        raise ValueError("it is wrong")
    return 2 * text


@pytest.mark.usefixtures("_started")
def test_tasks_and_results_larger_than_a_pipe_go_through_in_their_order() -> None:
    sizes = (1, 3_000_000, 1, 1, 2_000_000, *(5 * IN_FLIGHT * (1,)), 1_000_000)
    tasks = [bytes([number]) * size for number, size in enumerate(sizes)]
    assert list(in_processes(doubled, tasks, 2, named=repr)) == [2 * task for task in tasks]


@pytest.mark.usefixtures("_started")
def test_a_fault_in_another_process_is_reported_as_one_of_this() -> None:
    with pytest.raises(RuntimeError, match="ValueError: it is wrong"):
        list(in_processes(doubled, [b"right", b"wrong"], 2, named=repr))


@pytest.mark.usefixtures("_started")
def test_no_process_is_left_when_nobody_wants_more_results() -> None:
    results = in_processes(doubled, (b"a" for _ in range(1000)), 2, named=repr)
    assert next(results) == b"aa"
    assert len(multiprocessing.active_children()) == 2
    results.close()
    assert multiprocessing.active_children() == []
