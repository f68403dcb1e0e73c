"""Results in a folder: complete, the same however they were made, and never mixed."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections import Counter, deque
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from story import REPOSITORY

from mmctl.cli.main import exit_code
from mmctl.cli.messages import result_folder, storing
from mmctl.cli.messages.result_counts import counts_document, tally_of
from mmctl.cli.messages.stored_run import StoredRun
from mmctl.cli.messages.unit_judge import UnitJudge
from mmctl.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.cli.messages.unit_batches import UnitBatch
    from mmctl.cli.messages.unit_judge import DoneBatch
    from mmctl.judge.tally import Tally

Ran = tuple[int, str, str]

GATEWAY = Path(__file__).parent / "gateway"
BATCH = 4
MESSAGES = 30
FACTS = ("--tls", "TLS1_3", "--ip", "203.0.113.9")
COMMAND = ("simulate", "mail", *FACTS, "--results", "out")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small gateway and 30 messages, of which some lack facts, recipients or a good header."""
    monkeypatch.chdir(shutil.copytree(GATEWAY, tmp_path / "gateway"))
    monkeypatch.setattr("mmctl.cli.messages.manifest.STORED_BATCH", BATCH)
    Path("mail").mkdir()
    for number in range(MESSAGES):
        sender = ("ceo@examp1e.example", "ann@example.org", "bob@example.net")[number % 3]
        to = "" if number % 7 == 5 else "Delivered-To: cfo@example.com\r\n"
        spf = "Authentication-Results: a; spf=pass\r\n" if number % 4 else ""
        Path(f"mail/{number:02}.eml").write_text(
            f"Return-Path: <{sender}>\r\n{to}{spf}From: {sender}, x@example.org\r\n\r\n",
            encoding="utf-8",
            newline="",
        )
    Path("mail/note.txt").write_text("no message", encoding="utf-8")


@pytest.fixture(name="mmctl")
def mmctl_fixture(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run `mmctl`: exit code, standard output, standard error."""

    def mmctl(*words: str) -> Ran:
        code = exit_code(words)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return mmctl


@pytest.fixture(name="judged")
def judged_fixture(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the batches that are judged."""
    numbers: list[int] = []
    judge = UnitJudge.__call__

    def seen(self: UnitJudge, batch: UnitBatch) -> DoneBatch:
        numbers.append(batch.number)
        return judge(self, batch)

    monkeypatch.setattr(UnitJudge, "__call__", seen)
    return numbers


def files(folder: str) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def rows(folder: str) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for path in sorted(Path(folder).glob("rows/*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def test_the_rows_and_the_summary_say_what_simulate_says(mmctl: Callable[..., Ran]) -> None:
    code, out, errors = mmctl(*COMMAND, "--against", ".")
    assert code == 0
    assert "stored 30 messages in `out` (8 files)" in errors
    printed = json.loads(mmctl("simulate", "mail", *FACTS, "--against", ".", "--format", "json")[1])
    summary = json.loads(Path("out/summary.json").read_text(encoding="utf-8"))
    counts = dict(printed["summary"])
    counts.pop("judged_rule_by_rule", None)
    assert summary["summary"] == counts
    assert summary["inputs"] == MESSAGES + 1
    found = rows("out")
    assert len(found) == MESSAGES
    by_name = {message["message"]: message for message in printed["messages"]}
    for row in found:
        message = by_name[row["message"]]
        assert row["notes"] == message["notes"]
        if row["recipient"] is None:
            assert message["recipients"] == []
            assert row["outcome"] is None
            continue
        (told,) = message["recipients"]
        for member in ("recipient", "outcome", "by", "rules", "actions", "possible"):
            assert row[member] == told[member]
        assert row["missing"] == list(dict.fromkeys(fact["fact"] for fact in told["missing"]))
        assert row["depends_on"] == [
            {name: each[name] for name in ("reading", "other", "outcome_if_other")}
            for each in message["depends_on"]
        ]
        same = {name: row[name] for name in ("outcome", "by", "rules", "actions")}
        assert row["against"] == {**same, "differs": False}
    outcomes = Counter(row["outcome"] for row in found if row["recipient"])
    assert counts["outcomes"] == outcomes
    assert len(outcomes) > 1
    assert "by block-lookalike" in out


def test_all_files_are_as_published(mmctl: Callable[..., Ran]) -> None:
    assert mmctl(*COMMAND, "--against", ".")[0] == 0
    schema = json.loads((REPOSITORY / "schemas" / "results.schema.json").read_text("utf-8"))
    for part, documents in {
        "row": rows("out"),
        "manifest": [json.loads(Path("out/manifest.json").read_text(encoding="utf-8"))],
        "summary_file": [json.loads(Path("out/summary.json").read_text(encoding="utf-8"))],
    }.items():
        validator = Draft202012Validator({**schema["$defs"][part], "$defs": schema["$defs"]})
        assert [error.message for each in documents for error in validator.iter_errors(each)] == []


def test_results_are_the_same_however_they_are_made(mmctl: Callable[..., Ran]) -> None:
    alone = mmctl(*COMMAND)
    shared = mmctl(*COMMAND[:-1], "both", "--workers", "2")
    assert (alone[0], alone[1]) == (shared[0], shared[1])
    assert files("both") == files("out")


def test_parquet_has_the_rows_of_json_lines(mmctl: Callable[..., Ran]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    assert mmctl(*COMMAND, "--against", ".")[0] == 0
    words = (*COMMAND[:-1], "table", "--against", ".", "--results-as", "parquet")
    assert mmctl(*words, "--workers", "2")[0] == 0
    assert parquet.read_table("table/rows").to_pylist() == rows("out")


def test_an_interrupted_run_says_how_to_go_on_and_goes_on(
    mmctl: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, judged: list[int]
) -> None:
    undisturbed = mmctl(*COMMAND[:-1], "whole")
    keep = result_folder.ResultFolder.keep
    judged.clear()

    def interrupted(self: Any, manifest: Any, batch: UnitBatch, *more: Any) -> None:
        if batch.number == 3:
            raise KeyboardInterrupt
        keep(self, manifest, batch, *more)

    with monkeypatch.context() as patched:
        patched.setattr(result_folder.ResultFolder, "keep", interrupted)
        code, _, errors = mmctl(*COMMAND)
    assert code == 130
    assert "12 messages judged and stored: the same command with --resume goes on" in errors
    assert judged == [0, 1, 2, 3]
    judged.clear()
    code, out, errors = mmctl(*COMMAND, "--resume")
    assert judged == [3, 4, 5, 6, 7]
    assert "stored 30 messages in `out` (8 files, 3 of them kept)" in errors
    assert (code, out) == undisturbed[:2]
    assert files("out") == files("whole")
    judged.clear()
    assert mmctl(*COMMAND, "--resume")[1] == out
    assert judged == []


KILLED = """
import os, signal, sys
from mmctl.cli.messages import manifest, result_folder
from mmctl.cli.main import main
manifest.STORED_BATCH = 4
put = result_folder.ResultFolder.put
def killed(self, stored):
    if stored.number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    put(self, stored)
result_folder.ResultFolder.put = killed
main(sys.argv[1:])
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no SIGKILL here")
def test_a_killed_run_goes_on_where_it_was(mmctl: Callable[..., Ran], judged: list[int]) -> None:
    mmctl(*COMMAND[:-1], "whole")
    words = [sys.executable, "-c", KILLED, *COMMAND, "--workers", "2"]
    killed = subprocess.run(words, capture_output=True, check=False, timeout=120)
    assert killed.returncode == -9
    Path("out/rows/.mmctl-0123456789abcdef").write_text("unfinished", encoding="utf-8")
    judged.clear()
    assert mmctl(*COMMAND, "--resume")[0] == 0
    assert judged == [2, 3, 4, 5, 6, 7]
    assert files("out") == files("whole")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no SIGKILL here")
@pytest.mark.parametrize("number", ["begin", "keep", "put"])
def test_a_run_that_was_killed_before_it_stored_anything_binds_no_other(
    mmctl: Callable[..., Ran], number: str
) -> None:
    """Neither the same one nor one with other options, with or without `--resume`."""
    mmctl(*COMMAND[:-1], "whole")
    code = KILLED_AT.replace("NAME", number)
    for more in ((), ("--resume",)):
        words = [sys.executable, "-c", code, *COMMAND, "--assume", "pass"]
        killed = subprocess.run(words, capture_output=True, check=False, timeout=120)
        assert killed.returncode == -9
        assert Path("out/manifest.json").exists()
        assert mmctl(*COMMAND, *more)[0] == 0
        assert files("out") == files("whole")
        shutil.rmtree("out")


KILLED_AT = """
import os, signal, sys
from mmctl.cli.messages import result_folder
from mmctl.cli.main import main
done = result_folder.ResultFolder.NAME
def killed(self, *given):
    if "NAME" == "begin":
        done(self, *given)
    os.kill(os.getpid(), signal.SIGKILL)
result_folder.ResultFolder.NAME = killed
main(sys.argv[1:])
"""
INTERRUPTED_TWICE = """
import atexit, os, signal
from mmctl.cli.start import main
from mmctl.cli.messages import result_folder
def interrupted(*_):
    raise KeyboardInterrupt
result_folder.ResultFolder.keep = interrupted
atexit.register(lambda: os.kill(os.getpid(), signal.SIGINT))
main()
"""


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_another_interruption_at_the_end_changes_nothing() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_TWICE, *COMMAND],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 130
    assert ended.stderr.endswith("the same command with --resume goes on\n")


@pytest.mark.parametrize("what", ["cut", "gone", "other", "altered counts", "counts", "no counts"])
def test_what_is_damaged_is_judged_again(
    mmctl: Callable[..., Ran], judged: list[int], what: str
) -> None:
    mmctl(*COMMAND)
    whole = files("out")
    stored, counts = Path("out/rows/0000000008.jsonl"), Path("out/counts/0000000008.json")
    match what:
        case "cut":
            stored.write_bytes(stored.read_bytes()[:-20])
        case "gone":
            stored.unlink()
        case "other":
            stored.write_bytes(stored.read_bytes().replace(b"dropped", b"bounced"))
        case "altered counts":
            counts.write_bytes(counts.read_bytes().replace(b'"messages": 4', b'"messages": 9'))
        case "counts":
            counts.write_text('{"schema": "mmctl/results@1"', encoding="utf-8")
        case _:
            counts.unlink()
    assert what in {"gone", "counts", "no counts"} or files("out") != whole
    judged.clear()
    assert mmctl(*COMMAND, "--resume")[0] == 0
    assert judged == [2]
    assert files("out") == whole


def rules(old: str, new: str) -> None:
    path = Path("rules/rules.yaml")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


REFUSED: dict[str, tuple[Callable[[], object], tuple[str, ...], str]] = {
    "rules": (lambda: rules("examp1e", "examp2e"), (), "other rules"),
    "options": (lambda: None, ("--helo", "a.example"), "options: `--ip"),
    "against": (lambda: None, ("--against", "."), "other rules of --against"),
    "format": (lambda: None, ("--results-as", "parquet"), "--results-as: `jsonl`, now `parquet`"),
    "shard": (lambda: None, ("--shard", "1/2"), "--shard: `1/1`, now `1/2`"),
    "paths": (lambda: None, ("mail/00.eml",), "inputs: `mail`, now `mail mail/00.eml`"),
    "content": (
        lambda: Path("mail/05.eml").write_text("Subject: other\n\n", encoding="utf-8"),
        (),
        "between `mail/04.eml` and `mail/07.eml`, the inputs have changed",
    ),
    "time": (
        lambda: os.utime("mail/05.eml", (1, 1)),
        (),
        "between `mail/04.eml` and `mail/07.eml`, the inputs have changed",
    ),
    "more": (
        lambda: Path("mail/001.eml").write_text("Subject: more\n\n", encoding="utf-8"),
        (),
        "between `mail/00.eml` and `mail/03.eml`, the inputs have changed",
    ),
    "fewer": (
        lambda: deque(map(Path.unlink, sorted(Path("mail").iterdir())[-3:])),
        (),
        "there are fewer inputs than when they were judged",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_results_of_something_else_are_not_gone_on_with(
    mmctl: Callable[..., Ran], what: str
) -> None:
    change, more, said = REFUSED[what]
    mmctl(*COMMAND)
    stored = files("out")
    change()
    code, out, errors = mmctl(*COMMAND, *more, "--resume")
    assert (code, out) == (3, "")
    assert said in errors
    assert "name another folder" in errors
    summary = stored.pop("summary.json")
    now = files("out")
    assert now.pop("summary.json", summary) == summary
    assert now == stored


def test_readings_are_part_of_what_results_depend_on(mmctl: Callable[..., Ran]) -> None:
    mmctl(*COMMAND)
    path = Path("mmctl.yaml")
    text = path.read_text(encoding="utf-8") + "\nsemantics: {first_match: yes}\n"
    path.write_text(text, encoding="utf-8")
    code, _, errors = mmctl(*COMMAND, "--resume")
    assert code == 3
    assert "other readings" in errors


def test_nothing_is_written_where_something_is(mmctl: Callable[..., Ran]) -> None:
    code, _, errors = mmctl(*COMMAND[:-1], "cases")
    assert code == 3
    assert "refused: `cases` is not empty" in errors
    code, _, errors = mmctl(*COMMAND[:-1], "cases", "--resume")
    assert code == 64
    assert "`cases` is no folder of results: `manifest.json` is missing" in errors
    code, _, errors = mmctl(*COMMAND[:-1], "mmctl.yaml")
    assert code == 64
    assert "cannot write `mmctl.yaml`" in errors


def test_a_run_that_stored_nothing_is_not_in_the_way_of_the_next(
    mmctl: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("empty").mkdir()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    assert mmctl("simulate", "nowhere", "--results", "out")[0] == 64
    assert mmctl("simulate", "empty", "--results", "out")[0] == 64
    with monkeypatch.context() as patched:
        patched.setattr(result_folder.ResultFolder, "keep", interrupted)
        assert mmctl("simulate", "mail/00.eml", "--results", "out")[0] == 130
    assert mmctl(*COMMAND)[0] == 0
    mmctl(*COMMAND[:-1], "whole")
    assert files("out") == files("whole")


def test_advice_is_something_that_can_be_done(mmctl: Callable[..., Ran]) -> None:
    mmctl("simulate", "mail", "--results", "out")
    code, _, errors = mmctl("simulate", "--join", "out", "--results", "cases")
    assert code == 3
    assert "help: name another folder\n" in errors
    code, _, errors = mmctl("simulate", "mail", "--results", "out", "--resume", "--assume", "pass")
    assert code == 3
    assert "options: `none`, now `--assume pass`" in errors


def test_a_full_disk_loses_nothing_that_is_stored(
    mmctl: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, judged: list[int]
) -> None:
    def full(path: Path, content: Any) -> None:
        if path.name == "0000000012.jsonl":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write_whole(path, content)

    with monkeypatch.context() as patched:
        patched.setattr(result_folder, "write_whole", full)
        code, _, errors = mmctl(*COMMAND)
    assert code == 64
    assert "cannot write `out/rows/0000000012.jsonl`: no space left on device" in errors
    assert "--resume" in errors
    judged.clear()
    assert mmctl(*COMMAND, "--resume")[0] == 0
    assert judged == [3, 4, 5, 6, 7]


HELD = """
import fcntl
lock = open("out/.lock", "ab")
fcntl.lockf(lock, fcntl.LOCK_EX)
print(flush=True)
input()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no such locks here")
def test_two_runs_do_not_write_to_one_folder(mmctl: Callable[..., Ran]) -> None:
    mmctl(*COMMAND)
    with subprocess.Popen(
        [sys.executable, "-c", HELD], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        code, _, errors = mmctl(*COMMAND, "--resume")
        other.communicate(b"\n")
    assert code == 64
    assert "another run of mmctl writes to `out`" in errors
    assert mmctl(*COMMAND, "--resume")[0] == 0


def test_an_error_ends_the_run_after_what_comes_before_it(mmctl: Callable[..., Ran]) -> None:
    code, _, errors = mmctl("simulate", "mail", "nowhere", *FACTS, "--results", "out")
    assert code == 64
    assert "`nowhere` does not exist" in errors
    assert len(list(Path("out/rows").iterdir())) == 7
    Path("nowhere").write_text("Subject: here\n\n", encoding="utf-8")
    code, _, errors = mmctl("simulate", "mail", "nowhere", *FACTS, "--results", "out", "--resume")
    assert code == 0
    assert "stored 31 messages in `out` (8 files, 7 of them kept)" in errors


def test_shards_are_parts_that_add_up_to_the_whole(mmctl: Callable[..., Ran]) -> None:
    whole = mmctl(*COMMAND, "--against", ".", "--format", "json")
    names = [f"part-{number}" for number in (1, 2, 3)]
    for number, name in enumerate(names, start=1):
        words = (*COMMAND[:-1], name, "--against", ".", "--shard", f"{number}/3")
        assert mmctl(*words, "--workers", "2")[0] == 0
    assert sum(len(rows(name)) for name in names) == MESSAGES
    joined = mmctl("simulate", "--join", *reversed(names), "--results", "all", "--format", "json")
    assert json.loads(joined[1]) == json.loads(whole[1])
    assert files("all") == files("out")
    assert mmctl("simulate", "--join", "all", "--format", "json")[1] == joined[1]
    assert mmctl("simulate", "--join", *names)[1] == mmctl("simulate", "--join", "out")[1]


def test_more_shards_than_batches_leave_some_empty(mmctl: Callable[..., Ran]) -> None:
    names = [f"part-{number}" for number in range(1, 11)]
    for number, name in enumerate(names, start=1):
        assert mmctl(*COMMAND[:-1], name, "--shard", f"{number}/10")[0] == 0
    assert rows("part-10") == []
    assert mmctl(*COMMAND)[0] == 0
    assert mmctl("simulate", "--join", *names, "--results", "all")[0] == 0
    assert files("all") == files("out")


def test_shards_that_do_not_make_one_whole_are_refused_by_name(mmctl: Callable[..., Ran]) -> None:
    def shard(text: str, name: str, *more: str) -> None:
        mmctl(*COMMAND[:-1], name, "--shard", text, *more)

    shard("1/3", "one")
    shard("2/3", "two")
    shard("3/3", "three")
    shard("3/3", "foreign", "--helo", "a.example")
    shard("3/4", "of-four")
    Path("mail/99.eml").write_text("Subject: more\n\n", encoding="utf-8")
    shard("3/3", "later")
    shutil.copytree("three", "damaged")
    next(Path("damaged/rows").iterdir()).write_text("{}", encoding="utf-8")
    shutil.copytree("three", "incomplete")
    Path("incomplete/summary.json").unlink()
    said = {
        ("one", "two"): "refused: 1 shard missing: 3/3",
        ("two",): "refused: 2 shards missing: 1/3, 3/3",
        ("one", "two", "two"): "`two` and `two` are both shard 2/3",
        ("one", "two", "foreign"): "`foreign` do not belong to those in `one`\noptions:",
        ("one", "two", "of-four"): "`one` is shard 1/3, and `of-four` is 3/4",
        ("one", "two", "later"): "`later` was made of other inputs than `one`",
        ("one", "two", "damaged"): "results in `damaged` are missing or damaged",
        ("one", "two", "incomplete"): "the results in `incomplete` are not complete",
        ("one", "mail"): "`mail` is no folder of results",
        ("one", "nowhere"): "`nowhere` is no folder of results",
    }
    wrong = {}
    for names, expected in said.items():
        code, out, errors = mmctl("simulate", "--join", *names, "--results", "all")
        if code not in {3, 64} or out or expected not in errors or Path("all").exists():
            wrong[names] = (code, out, errors)
    assert wrong == {}
    assert mmctl("simulate", "--join", "one", "two", "three")[0] == 0


def test_options_that_make_no_sense_are_refused(mmctl: Callable[..., Ran]) -> None:
    said = {
        ("mail", "--resume"): "`--resume` is for results in a folder",
        ("mail", "--shard", "1/2"): "`--shard` is for results in a folder",
        ("mail", "--results", "out", "--shard", "0/2"): "got `--shard 0/2`",
        ("mail", "--results", "out", "--shard", "3/2"): "got `--shard 3/2`",
        ("mail", "--results", "out", "--shard", "x"): "got `--shard x`",
        ("mail", "--results", "out", "--shard", "1/10001"): "got `--shard 1/10001`",
        ("mail", "--results", "out", "--shard", f"1/{'9' * 5000}"): "at most 10,000 parts",
        ("mail", "--results", "out", "--workers", f"1{'0' * 23}"): "got `--workers 1000",
        (
            "mail",
            "--results",
            "out",
            "--results-as",
            "csv",
        ): "'csv' is not one of 'jsonl', 'parquet'",
        ("mail", "--results", "out", "--trace"): "got both `--results` and `--trace`",
        ("mail", "--results", "out", "--record", "x.yaml"): "got both `--results` and `--record`",
        ("mail", "--results", "out", "--format", "html"): "stored results have no HTML page",
        ("mail", "--results", "out", "--engine", "spark"): "'spark' is not one of",
        ("mail", "--results", "out", "--engine", "dask"): "`--engine dask` needs the address",
        ("mail", "--results", "out", "--scheduler", "tcp://a"): "`--scheduler` is for `--engine",
        ("--results", "out"): "`--results` is for messages, and none is given",
        ("--join",): "`--join` takes folders of results\nhelp: mmctl simulate --join out-1",
        ("--join", "out", "--shard", "1/2"): "`--shard` is for messages, and `--join` takes",
    }
    wrong = {}
    for words, expected in said.items():
        code, out, errors = mmctl("simulate", *words)
        if (code, out) != (64, "") or expected not in errors:
            wrong[words] = (code, out, errors)
    assert wrong == {}
    assert not Path("out").exists()


def test_counts_come_back_as_they_were_written(
    mmctl: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Tally] = []

    def stored_run(**members: Any) -> StoredRun:
        seen.append(members["tally"])
        return StoredRun(**members)

    monkeypatch.setattr(storing, "StoredRun", stored_run)
    assert mmctl(*COMMAND, "--against", ".", "--assume", "pass")[0] == 0
    (tally,) = seen
    again = tally_of(json.loads(json.dumps(counts_document(tally))))
    assert again == replace(tally, evaluated=0, asked=Counter())
    assert list(again.examples.items()) == list(tally.examples.items())
    assert tally.readings
    assert tally.left_out
    assert tally.decided


def test_counts_that_are_no_counts_are_damage_and_no_fault(mmctl: Callable[..., Ran]) -> None:
    assert mmctl(*COMMAND)[0] == 0
    written = json.loads(Path("out/counts/0000000000.json").read_text(encoding="utf-8"))["counts"]
    assert tally_of(written).messages == BATCH
    taken = []
    for wrong in ("4", None, True, -1, 4.0, float("inf"), [4]):
        for counts in (
            {**written, "messages": wrong},
            {**written, "outcomes": {"dropped": wrong}},
            {**written, "decided": [["block", "dropped", wrong]]},
            {**written, "differences": [["other rules", wrong]]},
            {**written, "assumed": [["spf", "PASS", wrong]]},
            {**written, "left_out": {"empty": wrong}},
        ):
            with suppress(KeyError, ValueError, TypeError):
                tally_of(counts)
                taken.append(counts)
    assert taken == []


def test_manifests_of_other_hands_are_refused(mmctl: Callable[..., Ran]) -> None:
    assert mmctl(*COMMAND)[0] == 0
    manifest = json.loads(Path("out/manifest.json").read_text(encoding="utf-8"))
    codes = {}
    for name, value in (("shard", "1/1000000000000"), ("inputs", [1, None]), ("batch", 1e999)):
        Path("out/manifest.json").write_text(json.dumps({**manifest, name: value}), "utf-8")
        for words in (("simulate", "--join", "out"), (*COMMAND, "--resume")):
            codes[name, words[1]] = mmctl(*words)[0]
    assert {each for key, each in codes.items() if key != ("inputs", "--join")} <= {3, 64}
    assert codes["inputs", "--join"] == 0


@pytest.mark.skipif(os.name != "posix", reason="links need a privilege elsewhere")
def test_a_link_in_place_of_the_lock_is_refused(mmctl: Callable[..., Ran]) -> None:
    Path("out").mkdir()
    Path("out/.lock").symlink_to("nowhere/lock")
    code, _, errors = mmctl(*COMMAND)
    assert code == 64
    assert errors.startswith("error: `out/.lock` is a link, expected a file of mmctl\n")


@pytest.mark.skipif(os.name != "posix", reason="named pipes are POSIX")
def test_a_pipe_in_place_of_the_lock_is_not_waited_for(mmctl: Callable[..., Ran]) -> None:
    Path("out").mkdir()
    os.mkfifo("out/.lock")
    code, _, errors = mmctl(*COMMAND)
    assert code == 64
    assert errors.startswith("error: cannot write `")
