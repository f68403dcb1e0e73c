"""What live rules held at other times: the history of applies tells it by the message's time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mmctl.operate.logs.messages import LoggedMessage
from mmctl.operate.logs.names import LogNames
from mmctl.operate.logs.naming import MessageNames
from mmctl.operate.logs.periods import PackedInHistory
from mmctl.operate.logs.records import ActionRecord, IngressRecord, RuleKey, RuleRecord
from mmctl.operate.logs.statistics import statistics_of
from mmctl.records import replace
from operate.logs import packed as gateway

if TYPE_CHECKING:
    from mmctl.operate.logs.names import RuleName
    from mmctl.operate.logs.packed import PackedRules
    from mmctl.operate.logs.records import Record

SENDERS = "mm.sender-00.etc"


def day(number: int) -> datetime:
    return datetime(2026, 11, number, 12, tzinfo=UTC)


def fewer() -> PackedRules:
    """The same live rule, when it held three rules."""
    now = gateway.packed()
    held = replace(now.rules[SENDERS], sources=now.rules[SENDERS].sources[:3])
    return replace(now, rules={SENDERS: held})


def names() -> tuple[LogNames, list[int]]:
    read: list[int] = []

    def of_apply(place: int) -> tuple[PackedRules, ...] | None:
        read.append(place)
        return (None, (fewer(),), (gateway.packed(),))[place]

    now = (gateway.packed(),)
    periods = PackedInHistory(times=[day(1), day(10), day(20)], read=of_apply, before=now)
    return LogNames.of(gateway.written(), now, periods), read


def records(at: datetime, rule: str) -> tuple[IngressRecord, RuleRecord]:
    came = IngressRecord(at=at, message_id="m1", recipients=("ann@example.com",))
    done = ActionRecord(name="DROP", index=1, status="SUCCESS")
    key = RuleKey("live-inbound", rule, 1)
    acted = RuleRecord(
        at=at, message_id="m1", key=key, recipients=("ann@example.com",), action=done
    )
    return came, acted


def told(known: LogNames, at: datetime, rule: str = SENDERS) -> RuleName:
    came, acted = records(at, rule)
    message = LoggedMessage(id="m1", accepted=came, acted=(acted,), first=at, last=at)
    return MessageNames(message, known).of(acted)


def test_a_live_rule_is_what_the_last_apply_before_the_message_made_it() -> None:
    known, read = names()
    assert told(known, day(15)).names == ("sender-00", "sender-01", "sender-02")
    assert told(known, day(25)).names == gateway.SENDERS
    assert told(known, day(12)).names == ("sender-00", "sender-01", "sender-02")
    assert read == [1, 2], "each apply is read once, and only if it is asked for"
    assert told(known, day(5)).names == gateway.SENDERS, "a snapshot that cannot be read"


def test_a_live_rule_that_the_history_does_not_have_is_of_an_earlier_packing() -> None:
    known, _ = names()
    found = told(known, day(15), "mm.lure-00.etc")
    assert not found.in_files
    assert found.is_earlier
    assert found.quoted() == "live rule `mm.lure-00.etc` of an earlier packing"
    assert not told(known, day(15), "by-hand").is_earlier


def test_numbers_are_of_the_rules_that_were_live_then() -> None:
    known, _ = names()
    both: tuple[Record, ...] = records(day(15), SENDERS)
    found = statistics_of(both, known)
    assert [group.name.names for group in found.open_hits()] == [
        ("sender-00", "sender-01", "sender-02")
    ]
