"""Records of CloudTrail: read from anywhere, matched to objects, rules, entries and drift."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.stub import Stubber

from mmctl.errors import CouldNot, UsageError
from mmctl.live.aws.bucket import ObjectEntry
from mmctl.live.aws.cloudtrail import CloudTrail
from mmctl.operate.trail.events import LOG_WRITES, TAGGING, WRITES, NotAnEventError, event_of
from mmctl.operate.trail.looking_up import BETWEEN, NAMES, trail_of_lookups
from mmctl.operate.trail.reading import WantedEvents, trail_of_bucket, trail_of_files
from mmctl.operate.trail.subjects import changes_of
from operate.trail.records import ACCOUNT, REGION, record, rule, trail_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
UPDATE = record("UpdateRuleSet", {"ruleSetId": "rs-1", "rules": [rule("a"), rule("b")]})
OTHER = record("SendEmail", {"to": "x"}, at="2026-11-28T09:00:00Z")


def test_every_write_of_the_service_model_is_known_and_no_other() -> None:
    model = botocore.session.get_session().get_service_model("mailmanager")
    archives = {
        "StartArchiveExport",
        "StartArchiveSearch",
        "StopArchiveExport",
        "StopArchiveSearch",
    }
    changing = {
        name for name in model.operation_names if not name.startswith(("Get", "List"))
    } - archives
    assert set(WRITES) == changing
    logs = botocore.session.get_session().get_service_model("logs")
    assert set(LOG_WRITES) <= set(logs.operation_names)
    assert set(NAMES) == (changing - TAGGING) | set(LOG_WRITES)


@pytest.mark.parametrize("form", ["records", "lookup", "lines", "list", "packed"])
def test_all_forms_of_records_are_read(tmp_path: Path, form: str) -> None:
    texts = {
        "records": trail_text(UPDATE, OTHER),
        "lookup": json.dumps(
            {"Events": [{"CloudTrailEvent": json.dumps(each)} for each in (UPDATE, OTHER)]}
        ),
        "lines": "\n".join(json.dumps(each) for each in (UPDATE, OTHER)),
        "list": json.dumps([UPDATE, OTHER]),
        "packed": trail_text(UPDATE, OTHER),
    }
    content = texts[form].encode()
    file = tmp_path / ("a.json.gz" if form == "packed" else "a.json")
    file.write_bytes(gzip.compress(content) if form == "packed" else content)
    trail = trail_of_files(file, WantedEvents())
    assert [event.name for event in trail.events] == ["UpdateRuleSet"]
    assert (trail.records, trail.damaged) == (2, [])
    assert trail.first == datetime(2026, 11, 28, 9, tzinfo=UTC)
    event = trail.events[0]
    assert event.who == f"arn:aws:sts::{ACCOUNT}:assumed-role/admin/ann"
    assert event.role == f"arn:aws:iam::{ACCOUNT}:role/admin"


def test_damage_is_named_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(trail_text(UPDATE))
    (tmp_path / "b.json").write_text('{"Records": [')
    (tmp_path / "c.json.gz").write_bytes(gzip.compress(b"x" * 1000)[:40])
    (tmp_path / "d.json").write_text("[" * 100_000 + "]" * 100_000)
    (tmp_path / "e.json").write_text(json.dumps({"Records": [1, {}, {"eventName": "UpdateRelay"}]}))
    (tmp_path / "f.json").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "g.txt").write_text("not read")
    trail = trail_of_files(tmp_path, WantedEvents())
    assert len(trail.events) == 1
    named = " ".join(trail.damaged)
    for name in ("b.json", "c.json.gz", "d.json", "e.json", "f.json"):
        assert name in named
    assert "g.txt" not in named
    with pytest.raises(UsageError):
        trail_of_files(tmp_path / "missing", WantedEvents())


def test_the_same_event_in_two_files_is_one_and_others_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(trail_text(UPDATE))
    (tmp_path / "b.json").write_text(
        trail_text(
            UPDATE,
            record("UpdateRuleSet", {}, account="999999999999", id_="other-account"),
            record("UpdateRuleSet", {}, region="eu-west-1", id_="other-region"),
            record("UpdateRuleSet", {}, at="2026-11-01T00:00:00Z", id_="earlier"),
            record("TagResource", {"resourceArn": "arn:aws:ses:x:1:identity/a"}, id_="identity"),
            record("UpdateRuleSet", {}, source="evil.example.com", id_="elsewhere"),
        )
    )
    since = datetime(2026, 11, 20, tzinfo=UTC)
    trail = trail_of_files(tmp_path, WantedEvents(since=since, account=ACCOUNT, region=REGION))
    assert [event.id for event in trail.events] == [UPDATE["eventID"]]


class Objects:
    """Objects of a bucket as a trail writes them."""

    place = "s3://trails"

    def __init__(self, objects: dict[str, bytes]) -> None:
        self.objects = objects
        self.fetched: list[str] = []

    def entries(self, prefix: str) -> Iterator[ObjectEntry]:
        for key, content in self.objects.items():
            if key.startswith(prefix):
                yield ObjectEntry(key, len(content), "v")

    def part(self, entry: ObjectEntry, start: int, end: int) -> bytes:
        self.fetched.append(entry.key)
        return self.objects[entry.key][start:end]


def test_of_a_bucket_only_the_days_that_are_asked_for_are_fetched() -> None:
    prefix = f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}"
    packed = gzip.compress(trail_text(UPDATE).encode())
    bucket = Objects(
        {
            f"{prefix}/2026/11/28/a.json.gz": packed,
            f"{prefix}/2026/10/01/b.json.gz": packed,
            f"{prefix}/2026/11/28/digest.txt": b"x",
        }
    )
    trail = trail_of_bucket(bucket, "AWSLogs/", WantedEvents(since=NOW - timedelta(days=2)))
    assert bucket.fetched == [f"{prefix}/2026/11/28/a.json.gz"]
    assert len(trail.events) == 1


class Lookup:
    """LookupEvents by its documented answers: one attribute, pages, the most recent first."""

    def __init__(self, records: Sequence[dict[str, Any]]) -> None:
        self.records = records
        self.asked: list[tuple[str, datetime, datetime, str | None]] = []

    def page(
        self, name: str, since: datetime, until: datetime, token: str | None
    ) -> tuple[Sequence[str], str | None]:
        self.asked.append((name, since, until, token))
        found = [each for each in self.records if each["eventName"] == name]
        start = int(token or 0)
        following = str(start + 1) if start + 1 < len(found) else None
        return [json.dumps(each) for each in found[start : start + 1]], following


def test_cloudtrail_is_asked_for_each_write_page_by_page_and_not_too_fast() -> None:
    lookup = Lookup([UPDATE, record("UpdateRuleSet", {}, id_="second"), record("DeleteRelay", {})])
    waited: list[float] = []
    wanted = WantedEvents(since=NOW - timedelta(days=400), until=NOW + timedelta(days=1))
    trail = trail_of_lookups(lookup, wanted, now=NOW, sleep=waited.append)
    assert {event.id for event in trail.events} == {
        UPDATE["eventID"],
        "second",
        "DeleteRelay-2026-11-28T10:00:00Z-ann",
    }
    assert {name for name, *_ in lookup.asked} == set(NAMES)
    assert waited == [BETWEEN] * (len(lookup.asked) - 1)
    assert {(since, until) for _, since, until, _ in lookup.asked} == {
        (NOW - timedelta(days=90), NOW)
    }
    assert (trail.first, trail.last) == (NOW - timedelta(days=90), NOW)


def test_the_client_sends_what_the_api_documents() -> None:
    client = botocore.session.get_session().create_client(
        "cloudtrail", region_name=REGION, aws_access_key_id="a", aws_secret_access_key="b"
    )
    with Stubber(client) as stub:
        expected = {
            "LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "UpdateRelay"}],
            "StartTime": NOW,
            "EndTime": NOW,
            "MaxResults": 50,
        }
        events = [{"EventId": "1", "CloudTrailEvent": "{}"}]
        stub.add_response("lookup_events", {"Events": events, "NextToken": "t"}, expected)
        stub.add_response("lookup_events", {"Events": []}, expected | {"NextToken": "t"})
        stub.add_client_error("lookup_events", "AccessDeniedException", "no", 400)
        trail = CloudTrail(client)
        assert trail.page("UpdateRelay", NOW, NOW, None) == (["{}"], "t")
        assert trail.page("UpdateRelay", NOW, NOW, "t") == ([], None)
        with pytest.raises(CouldNot, match="denied") as error:
            trail.page("UpdateRelay", NOW, NOW, None)
        assert "cloudtrail:LookupEvents" in (error.value.help or "")


def test_rules_that_changed_are_told_by_what_the_call_before_said() -> None:
    later = [
        record(
            "UpdateRuleSet",
            {"ruleSetId": "rs-1", "rules": rules},
            at=f"2026-11-28T10:0{minute}:00Z",
        )
        for minute, rules in enumerate(
            (
                [rule("a"), rule("b")],
                [rule("a", "new"), rule("b")],
                [rule("a", "new")],
                [rule("a", "new"), rule("c")],
            ),
            1,
        )
    ]
    events = [event for each in later if (event := event_of(each)) is not None]
    found = changes_of(events, [])
    assert [change.rules for change in found] == [None, ("a",), ("b",), ("c",)]
    assert {(change.noun, change.name) for change in found} == {("rule set", "rs-1")}


def test_parameters_that_cloudtrail_left_out_or_hides_claim_nothing() -> None:
    cut = event_of(record("UpdateRuleSet", {"omitted": True, "originalSize": 150_000}))
    hidden = event_of(
        record(
            "RegisterMemberToAddressList",
            {"addressListId": "al-1", "address": "HIDDEN_DUE_TO_SECURITY_REASONS"},
        )
    )
    none = event_of(record("DeleteRelay", None))
    assert cut is not None
    assert hidden is not None
    assert none is not None
    assert cut.cut
    found = changes_of([cut, hidden, none], [])
    assert [(change.noun, change.name, change.rules, change.address) for change in found] == [
        ("rule set", "", None, None),
        ("address list", "al-1", None, None),
        ("relay", "", None, None),
    ]


def test_what_is_no_record_says_so() -> None:
    wrongs: tuple[Any, ...] = (
        None,
        [],
        "x",
        {},
        {"eventName": "UpdateRuleSet", "eventSource": "ses.amazonaws.com"},
        record("UpdateRuleSet", {}) | {"eventTime": "0001-01-01T00:00:00+10:00"},
    )
    for wrong in wrongs:
        with pytest.raises(NotAnEventError):
            event_of(wrong)
    assert event_of({"eventName": 5}) is None
    strange = record("UpdateRuleSet", {"ruleSetId": 7, "rules": "x"})
    strange["userIdentity"] = "root"
    event = event_of(strange)
    assert event is not None
    assert event.who == "unknown"
    assert changes_of([event], [])[0].rules is None
