"""Many messages in several processes: the same result, also where a process is killed."""

from __future__ import annotations

import errno
import io
import multiprocessing
import os
import re
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest
from kill_this_process import Killing

from mmctl.analysis.questions.counting import Counts
from mmctl.cli.main import exit_code
from mmctl.cli.messages import pool
from mmctl.cli.messages.batches import BATCH, judged_batches
from mmctl.cli.messages.corpus_judge import CorpusJudge, CountedBatch
from mmctl.cli.messages.judging import Judge, JudgedBatch, Judging
from mmctl.cli.messages.pool import IN_FLIGHT, TRIES, in_processes
from mmctl.cli.messages.sharing import shared
from mmctl.cli.messages.unit_judge import UnitJudge
from mmctl.errors import CouldNot
from mmctl.judge.submission import gateway_of_rule_set
from mmctl.judge.tally import Tally
from mmctl.language.parsing.load import read_text
from mmctl.mail.email import Envelope
from mmctl.mail.facts import Stated
from mmctl.mail.partial import Message
from mmctl.mail.units import Given

GATEWAY = Path(__file__).parent / "gateway"
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
    judge = UnitJudge(judging=judging, environment=read_text({"rules.yaml": RULES})[0].environment)
    results = (
        judged_batches(judging, iter(MESSAGES))
        if workers == 1
        else (done.judged for done in shared(map(Given, MESSAGES), judge, workers, lambda: True))
    )
    for judged in results:
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


def tally_of(messages: list[Message]) -> Tally:
    judged = JudgedBatch()
    judge = Judge(judging())
    for message in messages:
        judge.add(message, judged)
    return judged.tally


def test_a_tally_of_parts_is_the_tally_of_the_whole() -> None:
    parts = Tally()
    for message in MESSAGES[:30]:
        parts.merge(tally_of([message]))
    whole = tally_of(MESSAGES[:30])
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


@pytest.mark.usefixtures("_started")
def test_no_more_processes_start_than_there_are_tasks() -> None:
    results = in_processes(doubled, [b"a", b"b"], 500, named=repr)
    assert next(results) == b"aa"
    assert len(multiprocessing.active_children()) == 2
    assert list(results) == [b"bb"]


def test_a_process_that_cannot_start_is_an_error_with_a_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_room(*_: object) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(os, "open", no_room)
    with pytest.raises(CouldNot, match="process 1 of 2 cannot be started: too many open files"):
        list(in_processes(doubled, [b"a"], 2, named=repr))
    assert multiprocessing.active_children() == []


@pytest.fixture(name="everything")
def everything_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All kinds of inputs in the folder `mail` of a small gateway."""
    monkeypatch.chdir(shutil.copytree(GATEWAY, tmp_path / "gateway"))
    monkeypatch.setattr("mmctl.mail.units._MAY_HOLD_MANY", 3000)
    mail = Path("mail")
    mail.mkdir()
    texts = [
        f"Delivered-To: cfo@example.com\r\nSubject: {n}\r\n\r\n{'x' * (n % 7) * 100}".encode()
        for n in range(40)
    ]
    for number, text in enumerate(texts):
        (mail / f"{number:03}.eml").write_bytes(text)
    with tarfile.open(mail / "a.tar", "w") as archive, zipfile.ZipFile(mail / "b.zip", "w") as box:
        for number, text in enumerate(texts):
            member = tarfile.TarInfo(f"in-{number}.eml")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
            box.writestr(f"in-{number}.eml", text)
    (mail / "c.mbox").write_bytes(b"".join(b"From a\n" + text + b"\n\n" for text in texts))
    (mail / "empty").touch()
    (mail / "picture.png").write_bytes(b"\x89PNG")
    (mail / "mail.rar").write_bytes(b"Rar!" + b"x" * 4000)
    (mail / "cut.tar").write_bytes((mail / "a.tar").read_bytes()[:5000])


RULE_BY_RULE = re.compile(r'"judged_rule_by_rule": \d+,\s*|judged rule by rule[^\n]*\n')
WAYS = [
    ["mail"],
    ["mail", "--rcpt", "cfo@example.com", "--tls", "TLS1_3", "--format", "json"],
    ["mail", "--against", "."],
    ["mail", "--format", "html"],
    ["mail/000.eml", "mail/empty"],
    ["mail/000.eml"],
    ["mail/empty"],
    ["mail/a.tar", "mail/mail.rar"],
    ["mail/000.eml", "mail/001.eml", "mail/cut.tar"],
    ["mail/000.eml", "mail/001.eml", "nowhere", "mail/002.eml"],
    ["mail/a.tar:in-7.eml", "mail/c.mbox#3"],
]


@pytest.mark.usefixtures("everything")
def test_the_result_of_two_processes_is_that_of_one_to_the_byte(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def ran(*words: str) -> tuple[int, str, str]:
        code = exit_code(["simulate", *words])
        printed = capsys.readouterr()
        # How much is judged rule by rule depends on what a process has seen before.
        return code, RULE_BY_RULE.sub("", printed.out), printed.err

    wrong = []
    for way in WAYS:
        alone, by_two = ran(*way), ran(*way, "--workers", "2")
        if alone != by_two or multiprocessing.active_children():
            wrong.append(way)
    assert wrong == []
    assert "skipped: 5 (1 empty, 1 no message, 3 unreadable)" in ran(*WAYS[0])[2]


BLOCKED = """rules:
  - name: block-sevens
    conditions:
      - subject: {contains: "7"}
    actions: [drop]
    final: true
"""
REAL = """Return-Path: <ann@example.org>
Delivered-To: {}@example.com
Received: from mx.example.org (mx.example.org [203.0.113.8])
 (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))
 by mx.example.com with ESMTPS; Fri, 20 Nov 2026 16:05:12 +0000
Authentication-Results: mx.example.com; spf=pass smtp.mailfrom=example.org; dkim=pass; dmarc=pass
Subject: {}

"""


@pytest.fixture(name="corpus")
def corpus_fixture(everything: None, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: ARG001
    """A change of rules that are live, and messages with all facts in the folder `real`."""
    Path("real").mkdir()
    for number in range(2 * BATCH + 3):
        text = REAL.format("sales" if number % 3 else "cfo", number)
        Path(f"real/{number:03}.eml").write_text(text, encoding="utf-8")
    shutil.copytree(".", "before", ignore=shutil.ignore_patterns("mail", "real", ".mmctl"))
    assert exit_code(["apply", "--yes", "-q"]) == 0
    rules = Path("rules/rules.yaml")
    text = rules.read_text(encoding="utf-8").replace("rules:\n", BLOCKED, 1)
    rules.write_text(text, encoding="utf-8")
    capsys.readouterr()


COUNTED = [
    ["diff", "before", "--corpus", "real", "--corpus", "mail"],
    ["diff", "before", "--corpus", "real", "--equal", "trace", "--format", "json"],
    ["diff", "before", "--corpus", "real", "--corpus", "nowhere"],
    ["plan", "--corpus", "mail", "--corpus", "real", "--messages", "--no-preflight"],
    ["plan", "--corpus", "mail/empty", "--format", "markdown", "--no-preflight"],
]


@pytest.mark.usefixtures("corpus")
def test_two_processes_count_the_changes_of_a_corpus_as_one_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def ran(*words: str) -> tuple[int, str, str]:
        code = exit_code(words)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    alone = [ran(*words) for words in COUNTED]
    assert [ran(*words, "--workers", "2") for words in COUNTED] == alone
    assert multiprocessing.active_children() == []
    assert [code for code, *_ in alone] == [2, 2, 64, 0, 0]
    assert (
        "mail: 22 of 295 messages of real, mail treated differently, 164 undecided" in alone[0][1]
    )
    assert "  real/007.eml  delivered → dropped\n" in alone[3][1]
    assert "skipped: 5 (1 empty, 1 no message, 3 unreadable)" in alone[3][2]


class DeadlyJudge(CorpusJudge):
    """Kills its process over one message, once for each file `kill-N`."""

    def add(self, message: Message, done: CountedBatch) -> None:
        if message.name.endswith("real/064.eml"):
            for mark in Path().glob("kill-*"):
                mark.unlink()
                os._exit(9)
        super().add(message, done)


@pytest.mark.usefixtures("_started", "corpus")
@pytest.mark.parametrize("times", [1, TRIES], ids=["once", "over and over"])
def test_a_process_that_is_killed_over_a_corpus_costs_nothing_but_time(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    assert exit_code(COUNTED[0]) == 2
    alone = capsys.readouterr().out
    for number in range(times):
        Path(f"kill-{number}").touch()
    monkeypatch.setattr("mmctl.cli.messages.corpus.CorpusJudge", DeadlyJudge)
    code = exit_code([*COUNTED[0], "--workers", "2"])
    printed = capsys.readouterr()
    assert list(Path().glob("kill-*")) == []
    if times < TRIES:
        assert (code, printed.out) == (2, alone)
    else:
        assert (code, printed.out) == (5, "")
        assert f"{TRIES} times a process was killed before `real/064.eml` to" in printed.err
    assert multiprocessing.active_children() == []


@pytest.mark.usefixtures("corpus")
def test_nothing_runs_on_when_the_count_of_a_corpus_is_interrupted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        assert multiprocessing.active_children() != []
        raise KeyboardInterrupt

    monkeypatch.setattr(Counts, "merge", interrupted)
    code = exit_code([*COUNTED[0], "--workers", "2"])
    printed = capsys.readouterr()
    assert (code, printed.out) == (130, "")
    assert "Traceback" not in printed.err
    assert multiprocessing.active_children() == []


@pytest.mark.usefixtures("everything")
def test_processes_without_a_corpus_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["diff", "."], ["plan"]):
        assert exit_code([*words, "--workers", "2"]) == 64
        assert "`--workers` goes with `--corpus MESSAGES`" in capsys.readouterr().err
        assert exit_code([*words, "--corpus", "mail", "--workers", "1001"]) == 64
        assert "got `--workers 1001`" in capsys.readouterr().err
