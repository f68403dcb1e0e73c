"""The metric filters of the template count what `mmctl logs --stats` counts."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from mmctl.language.parsing.load import read_text
from mmctl.model.logs import ActionStatus
from mmctl.operate.logs.metrics import METRICS, Metric
from mmctl.operate.logs.names import LogNames
from mmctl.operate.logs.reading import Log
from mmctl.operate.logs.sources import LogFiles
from mmctl.operate.logs.statistics import LogStatistics, statistics_of
from operate.logs.conftest import PROJECT, RULES, Writer
from operate.monitoring.filter_patterns import PatternError, dimensions_of, matches

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.language.project import Project
    from mmctl.operate.logs.metrics import Counted

WHOM = ("a@example.com", "b@example.com", "r@example.com", "lost@example.com", "x@example.org")


@pytest.fixture(scope="module")
def project() -> Project:
    read, _ = read_text({"mmctl.yaml": PROJECT, "rules.yaml": RULES})
    assert read is not None
    return read


def counted_by_filters(folder: Path) -> Counter[Counted]:
    """What CloudWatch would count if all logs went to one group."""
    found: Counter[Counted] = Counter()
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            for row in METRICS:
                if matches(row.pattern, line):
                    found[row.metric, dimensions_of(dict(row.dimensions), line)] += 1
    return found


def statistics(folder: Path, project: Project | None) -> LogStatistics:
    log = Log(sources=[LogFiles(folder)])
    return statistics_of(log.records(), LogNames.of(project))


def written(folder: Path, project: Project) -> None:
    """Sixty messages, some refused, some with actions that failed or are in progress."""
    chance = random.Random(16)  # noqa: S311 - the same each time
    writer = Writer(folder, project)
    for number in range(60):
        failing = chance.choice(({}, {"relay": "busy"}, {"archive": "no room"}))
        status = chance.choice((ActionStatus.FAILURE, ActionStatus.IN_PROGRESS))
        writer.message(
            f"m{number}",
            tuple(chance.sample(WHOM, chance.randint(1, 4))),
            ip=chance.choice(("192.0.2.1", "203.0.113.9")),
            failing=failing,
            status=status,
        )
    writer.records.close()


def test_filters_and_stats_count_the_same(tmp_path: Path, project: Project) -> None:
    written(tmp_path / "logs", project)
    found = statistics(tmp_path / "logs", project)
    assert found.metrics == counted_by_filters(tmp_path / "logs")
    assert {metric for metric, _ in found.metrics} == {*Metric}


def test_the_numbers_people_read_are_those_of_the_metrics(tmp_path: Path, project: Project) -> None:
    written(tmp_path / "logs", project)
    found = statistics(tmp_path / "logs", project)
    metrics = found.metrics
    assert metrics[Metric.ACCEPTED, ("live-mx",)] == found.messages > 0
    assert metrics[Metric.ADMITTED, ()] == found.admitted > 0
    assert metrics[Metric.REFUSED, ()] == sum(found.refusals.values()) > 0
    failed = Counter[str]()
    for (rule, _, _), number in found.failures.items():
        failed[rule] += number
    assert {
        rule: number
        for (metric, (_, rule)), number in (
            (each, count) for each, count in metrics.items() if len(each[1]) == 2
        )
        if metric is Metric.FAILURES_OF_RULES
    } == dict(failed)
    relays = sum(number for (_, kind, _), number in found.failures.items() if kind == "relay")
    assert metrics[Metric.RELAY_FAILURES, ()] == relays > 0
    assert metrics[Metric.ACTION_FAILURES, ()] == failed.total() - relays > 0
    settled = {
        name: hits.messages
        for (_, name), hits in found.rules.items()
        if name in {"block-a", "replaced"}
    }
    assert settled == {name: metrics[Metric.RULE_HITS, ("live-inbound", name)] for name in settled}


def test_two_copies_of_a_log_count_once(tmp_path: Path, project: Project) -> None:
    written(tmp_path / "logs", project)
    once = statistics(tmp_path / "logs", project).metrics
    twice = LogStatistics(names=LogNames.of(project), twice=True)
    log = Log(sources=[LogFiles(tmp_path / "logs"), LogFiles(tmp_path / "logs")])
    for record in log.records():
        twice.add(record)
    twice.finish()
    assert twice.metrics == once


def test_the_oracle_answers_as_the_guide_does() -> None:
    event = (
        '{"eventType": "UpdateTrail", "ip": "111.111.111.111", "arrayKey": ["value", "other"],'
        ' "objectList": [{"id": 1}, {"id": 2}], "SomeObject": null, "ThisFlag": true,'
        ' "user": {"id": 1, "email": "john@example.com"}, "actions": ["GET", "PUT", "DELETE"],'
        ' "coordinates": [[0, 1, 2]], "latency": 600}'
    )
    answers = {
        '{ $.eventType = "UpdateTrail" }': True,
        "{ $.eventType = Update* }": True,
        "{ $.eventType = *Trail }": True,
        "{ $.eventType = * }": True,
        "{ $.missing = * }": False,
        "{ $.ip != 123.123.* }": True,
        '{ $.arrayKey[0] = "value" }': True,
        "{ $.objectList[1].id = 2 }": True,
        "{ $.SomeObject IS NULL }": True,
        "{ $.SomeOtherObject NOT EXISTS }": True,
        "{ $.ThisFlag IS TRUE }": True,
        "{ $.ThisFlag IS FALSE }": False,
        '{ ($.user.id = 1) && ($.user.email = "john@example.com") }': True,
        '{ ($.user.id = 2 && $.user.email = "no") || $.actions[2] = "GET" }': False,
        "{ $.user.id = 1 || $.coordinates[0][1] = nonmatch && $.actions[2] = no }": True,
        "{ ($.user.id = 1 || $.coordinates[0][1] = no) && $.actions[2] = no }": False,
        "{ $.arrayKey = 1 }": False,
        "{ $.arrayKey != 1 }": False,
        "{ $.latency >= 500 }": True,
        "{ $.latency < 10e1 }": False,
    }
    assert {pattern: matches(pattern, event) for pattern in answers} == answers
    for wrong in ("$.a = 1", "{ $.a }", "{ $.a = a*b }", "{ ($.a = 1 }", "{ a = 1 }"):
        with pytest.raises(PatternError):
            matches(wrong, event)
