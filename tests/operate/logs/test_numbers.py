"""Numbers of a log, rules that were never hit, shadow rules, pseudonyms, following, times."""

from __future__ import annotations

import json
import random
import tracemalloc
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from mmctl.errors import UsageError
from mmctl.live.aws.log_events import LogEvent
from mmctl.model.logs import ActionStatus
from mmctl.operate.logs import statistics
from mmctl.operate.logs.asked import network_of
from mmctl.operate.logs.following import QUIET, FollowedFiles, FollowedGroup, Following
from mmctl.operate.logs.found import ReadCounts
from mmctl.operate.logs.members import record_of
from mmctl.operate.logs.messages import Joiner
from mmctl.operate.logs.names import LogNames
from mmctl.operate.logs.outcomes import endings
from mmctl.operate.logs.reading import Log
from mmctl.operate.logs.records import RuleKey, RuleRecord
from mmctl.operate.logs.redaction import Pseudonyms, without_names
from mmctl.operate.logs.shadow import EXAMPLES, shadow_rules
from mmctl.operate.logs.sources import LogFiles
from mmctl.operate.logs.statistics import LogStatistics, never_hit, statistics_of
from mmctl.operate.logs.times import moment, period
from mmctl.operate.logs.told import told
from mmctl.render.documents import logs as documents
from mmctl.render.text import logs as text

if TYPE_CHECKING:
    from typing import Any

    from mmctl.language.project import Project
    from operate.logs.conftest import Writer


def log_of(writer: Writer) -> Log:
    return Log(sources=[LogFiles(writer.folder)])


def test_the_numbers_are_those_of_the_evaluator(writer: Writer, project: Project) -> None:
    chance = random.Random(7)  # noqa: S311 - the same each time
    whom = ("a@example.com", "b@example.com", "r@example.com", "lost@example.com", "x@example.org")
    hits: dict[str, int] = {}
    refused: dict[str, int] = {}
    accepted = 0
    for number in range(60):
        recipients = tuple(chance.sample(whom, chance.randint(1, 4)))
        ip = chance.choice(("192.0.2.1", "203.0.113.9"))
        trace = writer.message(f"m{number}", recipients, ip=ip)
        accepted += any(each.copies for each in trace.recipients)
        applied = {rule.rule for each in trace.recipients for rule in each.rules if rule.applied}
        for rule in applied:
            hits[rule] = hits.get(rule, 0) + 1
        for each in trace.recipients:
            if not each.copies:
                refused[each.by or ""] = refused.get(each.by or "", 0) + 1
    found = statistics_of(log_of(writer).records(), LogNames.of(project))
    assert {each.name.name: each.messages for each in found.hits()} == hits
    assert dict(found.refusals) == refused
    assert found.messages == accepted
    assert [each.rule.name for each in never_hit(found, project)] == ["never", "suspect"]


def test_a_failure_is_counted_by_its_action_and_a_later_success_ends_what_was_in_progress(
    writer: Writer, project: Project
) -> None:
    writer.message("m1", ("b@example.com",), failing={"relay": "no route"})
    writer.message(
        "m2", ("b@example.com",), failing={"archive": ""}, status=ActionStatus.IN_PROGRESS
    )
    writer.message("m2", ("b@example.com",))
    writer.message(
        "m3", ("b@example.com",), failing={"archive": ""}, status=ActionStatus.IN_PROGRESS
    )
    found = statistics_of(log_of(writer).records(), LogNames.of(project))
    assert dict(found.failures) == {("keep", "relay", "no route"): 1}
    assert found.in_progress == 1
    assert {each.name.name: each.messages for each in found.hits()} == {"keep": 3}


def test_a_record_of_two_sources_counts_once(writer: Writer, project: Project) -> None:
    for number in range(5):
        writer.message(f"m{number}", ("a@example.com", "b@example.com", "no@example.org"))
    once = LogStatistics(names=LogNames.of(project))
    twice = LogStatistics(names=LogNames.of(project), twice=True)
    for record in log_of(writer).records():
        once.add(record)
    for record in Log(sources=[LogFiles(writer.folder)] * 2).records():
        twice.add(record)
    assert twice.messages == 5
    assert twice.hits() == once.hits()
    assert (twice.refusals, twice.admitted) == (once.refusals, once.admitted)


def test_hostile_numbers_of_rules_and_failures_are_counted_together(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "_DIFFERENT", 10)
    found = LogStatistics(names=LogNames.of(project))
    for number in range(100):
        failed = {"action_name": "RELAY", "action_status": "FAILURE", "action_failure": f"{number}"}
        data = {"event_timestamp": 1, "message_id": f"{number}", "rule_name": f"r{number}"}
        found.add(record_of(data | {"action_metadata": failed}))
    assert len(found.rules) == 11
    assert found.rules["", "others"].messages == 90
    assert sum(found.failures.values()) == 100
    assert len(found.failures) == 11


def test_a_rule_without_a_record_is_not_called_never_hit(writer: Writer, project: Project) -> None:
    writer.message("m1", ("a@example.com",))  # dropped by the third rule: the rest is not tried
    found = statistics_of(log_of(writer).records(), LogNames.of(project))
    told_of = {each.rule.name: each.tried for each in never_hit(found, project)}
    assert told_of == {"never": 1, "suspect": 1, "replaced": 0, "keep": 0}
    empty = statistics_of((), LogNames.of(project))
    assert never_hit(empty, project) == []


def test_a_rule_that_moved_keeps_its_name_and_one_that_is_gone_keeps_that_of_the_log(
    project: Project,
) -> None:
    names = LogNames.of(project)
    moved = names.rule(RuleKey("live-inbound", "keep", 2))
    assert (moved.name, moved.rule_set, moved.number_now, moved.moved) == (
        "keep",
        "inbound",
        5,
        True,
    )
    gone = names.rule(RuleKey("live-inbound", "gone", 2))
    assert (gone.name, gone.rule, gone.moved) == ("gone", None, False)
    unnamed = names.rule(RuleKey("elsewhere", None, 3))
    assert (unnamed.name, unnamed.rule_set) == ("rule 3", "elsewhere")


def test_a_shadow_rule_is_told_with_days_senders_overlap_and_examples(
    writer: Writer, project: Project
) -> None:
    for number in range(30):
        day = 10 + number % 3
        writer.message(
            f"m{number}",
            ("b@example.com",),
            mail_from=f"s{number % 12}@example.{'net' if number % 2 else 'org'}",
            at=f"2026-11-{day}T21:00:00Z",
        )
    writer.message(
        "other", ("a@example.com",), mail_from="s1@example.net", at="2026-11-14T01:00:00Z"
    )
    names = LogNames.of(project)
    (found,) = shadow_rules(project)
    for message in log_of(writer).messages():
        found.see(message, names)
    assert (found.rule.name, found.tried, found.messages, found.days) == ("suspect", 31, 16, 5)
    assert len(found.by_day) == 4
    assert found.top_senders[0] == ("s1@example.net", 4)
    assert dict(found.overlap) == {"keep": 15, "block-a": 1}
    assert {outcome.value: number for outcome, number in found.outcomes.items()} == {
        "delivered": 15,
        "dropped": 1,
    }
    assert len(found.examples) == EXAMPLES
    senders = {message.client.mail_from for message in found.examples if message.client}
    assert len(senders) == 6
    assert "other" in {message.id for message in found.examples}


def test_nothing_personal_is_left_and_equal_values_stay_equal(
    writer: Writer, project: Project
) -> None:
    writer.message(
        "m1",
        ("b@example.com", "ann.lee@example.com", "no@other.example.org"),
        mail_from="carla@sender.example.org",
        failing={
            "relay": "550 5.1.1 <b@example.com>: mx7.example.com [192.0.2.77] says 2001:db8::7"
        },
    )
    writer.message("m2", ("b@example.com",), mail_from="carla@sender.example.org", ip="203.0.113.9")
    names = LogNames.of(project)
    hidden = Pseudonyms()
    one, two = (hidden.message(told(each, names)) for each in log_of(writer).messages())
    personal = (
        *("ann", "lee", "carla", "b@", "no@", "sender.example", "other.example", "mx7"),
        *("192.0.2", "203.0.113", "2001:db8", "mail.example.org"),
    )
    shown = [text.message(each).plain + json.dumps(documents.message(each)) for each in (one, two)]
    assert [each for each in personal if each in "".join(shown)] == []
    assert one.mail_from == two.mail_from
    assert one.ends[0].recipient == two.ends[0].recipient
    assert one.source_ip != two.source_ip
    numbers = statistics_of(log_of(writer).records(), names)
    hidden.statistics(numbers)
    said = f"{numbers.senders} {numbers.failures}"
    assert [each for each in personal if each in said] == []
    assert without_names("timed out after 30 seconds") == "timed out after 30 seconds"


def test_following_gives_each_message_when_it_is_quiet_and_again_when_more_comes(
    writer: Writer, project: Project
) -> None:
    writer.message("old", ("b@example.com",))
    source = FollowedFiles.from_now(writer.folder)
    following, counts = Following(), ReadCounts()

    def looked(times: int = 1) -> list[str | None]:
        found = [following.take(source.new(counts)) for _ in range(times)]
        return [message.id for messages in found for message in messages]

    assert looked(5) == []
    writer.message("m1", ("b@example.com",), failing={"relay": ""}, status=ActionStatus.IN_PROGRESS)
    assert looked() == []
    assert looked(QUIET) == ["m1"]
    assert looked(5) == []
    writer.message("m2", ("x@example.org",))
    assert looked(QUIET + 1) == [None]
    writer.message("m1", ("b@example.com",), at="2026-11-28T22:00:00Z")
    found = following.take(source.new(counts))
    for _ in range(QUIET):
        found += following.take(source.new(counts))
    again = next(message for message in found if message.id == "m1")
    (end,) = endings(again, LogNames.of(project))
    assert end.outcome.value == "delivered"
    path = writer.folder / "rule-set-application.jsonl"
    with path.open("ab") as log:
        log.write(b'{"message_id": "half", "rule_name"')
    assert looked(QUIET + 1) == []
    with path.open("ab") as log:
        log.write(b': "r", "event_timestamp": 1}\n')
    assert looked() == []
    path.rename(writer.folder / "rule-set-application.000001.jsonl")
    assert [message.id for message in following.rest()] == ["half"]
    assert looked(3) == []
    assert (counts.damaged, counts.other) == (0, 0)


def test_a_log_group_is_followed_and_each_event_counts_once() -> None:
    record = json.dumps({"message_id": "m", "rule_name": "r", "event_timestamp": 1})

    class Group:
        name = "g"

        def __init__(self) -> None:
            self.given: list[LogEvent] = []

        def events(self, **_: object) -> list[LogEvent]:
            return self.given

    group: Any = Group()
    followed = FollowedGroup(group, datetime(2026, 1, 1, tzinfo=UTC))
    group.given = [LogEvent("1", "s", 1, record)]
    assert len(list(followed.new(ReadCounts()))) == 1
    group.given = [*group.given, LogEvent("2", "s", 1795899600000, record)]
    assert len(list(followed.new(ReadCounts()))) == 1
    assert list(followed.new(ReadCounts())) == []
    assert followed.since > datetime(2026, 11, 28, tzinfo=UTC)


def test_times_are_read_as_people_say_them() -> None:
    now = datetime(2026, 11, 28, 21, 30, 15, tzinfo=UTC)
    day = datetime(2026, 11, 28, tzinfo=UTC)
    texts = {
        "2h": now - timedelta(hours=2),
        "90m ago": now - timedelta(minutes=90),
        "yesterday": day - timedelta(days=1),
        "today": day,
        "now": now,
        "14:30": day + timedelta(hours=14, minutes=30),
        "2026-11-01": datetime(2026, 11, 1, tzinfo=UTC),
        "2026-11-01T10:00": datetime(2026, 11, 1, 10, tzinfo=UTC),
        "2026-11-01T10:00+02:00": datetime(2026, 11, 1, 8, tzinfo=UTC),
        "1w": now - timedelta(weeks=1),
    }
    assert {text: moment(text, now, option="--since") for text in texts} == texts
    assert moment("yesterday", now, option="--until", end=True) == day
    for wrong in ("", "soon", "25:00", "2026-13-01", "999999w", "-1h"):
        with pytest.raises(UsageError, match="--since"):
            moment(wrong, now, option="--since")
    with pytest.raises(UsageError, match="--ip"):
        network_of("300.1.1.1", option="--ip")


@pytest.mark.parametrize(
    ("now", "since", "until", "meant"),
    [
        ("00:05", "23:50", None, ("27T23:50", None)),
        ("00:05", "23:40", "23:50", ("27T23:40", "27T23:50")),
        ("00:05", "23:40", "0:03", ("27T23:40", "28T00:03")),
        ("00:05", "0:05", None, ("28T00:05", None)),
        ("15:30", "14:00", "16:00", ("28T14:00", "28T16:00")),
        ("15:30", "yesterday", "16:00", ("27T00:00", "28T16:00")),
        ("15:30", None, "16:00", (None, "28T16:00")),
    ],
)
def test_a_clock_time_after_midnight_is_that_of_the_night(
    now: str, since: str | None, until: str | None, meant: tuple[str | None, str | None]
) -> None:
    found = period(since, until, datetime.fromisoformat(f"2026-11-28T{now}Z"))
    assert found == tuple(
        None if each is None else datetime.fromisoformat(f"2026-11-{each}Z") for each in meant
    )
    around = moment("23:50", datetime(2026, 3, 1, 0, 5, tzinfo=UTC), option="--around")
    assert around == datetime(2026, 2, 28, 23, 50, tzinfo=UTC)


def test_a_million_records_would_fit() -> None:
    """What is kept of a rule that did not match is one shared key."""
    joiner = Joiner()
    tracemalloc.start()
    for message in range(500):
        for rule in range(40):
            data = {
                "message_id": f"message-{message}",
                "rule_set_name": "live-inbound",
                "rule_name": f"rule-{rule}",
                "rule_index": rule + 1,
                "recipients_matched": [],
                "event_timestamp": 1795899600000 + message,
            }
            record = record_of(data)
            assert isinstance(record, RuleRecord)
            joiner.add(record)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size / 500 < 1500, "bytes a message of 40 rules"
    assert sum(1 for _ in joiner.messages()) == 500
