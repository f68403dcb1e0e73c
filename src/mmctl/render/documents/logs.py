"""What a log says, as `mmctl/logs@1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.operate.logs.metrics import METRIC

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mmctl.operate.logs.found import ReadCounts
    from mmctl.operate.logs.names import RuleName
    from mmctl.operate.logs.shadow import ShadowHits
    from mmctl.operate.logs.statistics import LogStatistics, NeverHit
    from mmctl.operate.logs.told import ToldMessage, ToldRule

SCHEMA = "mmctl/logs@1"


def head(
    sources: Sequence[str], counts: ReadCounts, reach: tuple[datetime, datetime] | None
) -> dict[str, Any]:
    """What is the same in all documents: what was read."""
    return {
        "schema": SCHEMA,
        "sources": list(sources),
        "read": {
            "records": counts.records,
            "damaged": counts.damaged,
            "other": counts.other,
            "named": list(counts.named),
        },
        "reach": None if reach is None else {"first": _time(reach[0]), "last": _time(reach[1])},
    }


def message(told: ToldMessage) -> dict[str, Any]:
    """One message."""
    return {
        "id": told.id,
        "at": _time(told.at),
        "ingress_point": told.point,
        "rule_set": told.rule_set,
        "mail_from": told.mail_from,
        "helo": told.helo,
        "source_ip": told.source_ip,
        "tls": None if told.tls is None else told.tls.value,
        "size": told.size,
        "recipients": [
            {
                "recipient": end.recipient,
                "outcome": end.outcome.value,
                "by": end.by,
                "one_of": _one_of(end.by_rule),
                "waiting": end.waiting,
                "why_unknown": None if end.why_unknown is None else end.why_unknown.value,
            }
            for end in told.ends
        ],
        "rules": [_rule(rule) for rule in told.rules],
        "not_matched": list(told.passed),
    }


def _rule(rule: ToldRule) -> dict[str, Any]:
    name = rule.name
    return {
        "rule": name.name,
        "rule_set": name.rule_set,
        "index": name.number,
        "index_now": name.number_now,
        "in_files": name.in_files,
        "live": name.live,
        "one_of": _one_of(name),
        "shadow": rule.is_shadow,
        "recipients": list(rule.recipients),
        "actions": [
            {
                "at": _time(each.at),
                "action": each.kind,
                "index": each.action.index,
                "status": each.action.status,
                "failure": each.action.failure,
                "recipients": list(each.recipients),
            }
            for each in rule.actions
        ],
    }


def statistics(found: LogStatistics, never: Sequence[NeverHit] | None) -> dict[str, Any]:
    """The numbers."""
    return {
        "first": None if found.first is None else _time(found.first),
        "last": None if found.last is None else _time(found.last),
        "messages": found.messages,
        "recipients": found.recipients,
        "bytes": found.bytes,
        "ingress_points": dict(found.points),
        "admitted": found.admitted,
        "refusals": dict(found.refusals),
        "rules": [
            {
                "rule": each.name.name,
                "rule_set": each.name.rule_set,
                "in_files": each.name.in_files,
                "messages": each.messages,
                "recipients": each.recipients,
                "not_matched": each.passed,
                "perhaps": each.perhaps,
                "last": None if each.last is None else _time(each.last),
            }
            for each in found.hits()
        ],
        "one_of": [
            {
                "rules": list(each.name.names),
                "live": each.name.live,
                "rule_set": each.name.rule_set,
                "messages": each.messages,
                "recipients": each.recipients,
                "last": None if each.last is None else _time(each.last),
            }
            for each in found.open_hits()
        ],
        "failures": [
            {"rule": rule, "action": action, "failure": reason, "count": number}
            for (rule, action, reason), number in sorted(found.failures.items())
        ],
        "in_progress": found.in_progress,
        "metrics": [
            {
                "metric": metric.value,
                "dimensions": dict(zip(METRIC[metric].dimensions, values, strict=True)),
                "count": number,
            }
            for (metric, values), number in found.metric_rows()
        ],
        "top_senders": [
            {"sender": sender, "messages": number} for sender, number in found.top_senders
        ],
        "never_hit": None
        if never is None
        else [
            {"rule": each.rule.name, "rule_set": each.rule_set, "tried": each.tried}
            for each in never
            if each.is_known
        ],
        "not_known": None
        if never is None
        else [
            {
                "rule": each.rule.name,
                "rule_set": each.rule_set,
                "live": [{"live": live, "messages": number} for live, number in each.may_be],
            }
            for each in never
            if each.may_be
        ],
        "in_no_live_rule": None
        if never is None
        else [
            {"rule": each.rule.name, "rule_set": each.rule_set, "why": each.left_out}
            for each in never
            if each.left_out is not None
        ],
    }


def _one_of(name: RuleName | None) -> list[str]:
    """The rules of which it is unknown which one is meant."""
    return list(name.names) if name is not None and name.is_open else []


def shadow(each: ShadowHits) -> dict[str, Any]:
    """What one shadow rule would have hit."""
    return {
        "rule": each.rule.name,
        "rule_set": each.rule_set,
        "first": None if each.first is None else _time(each.first),
        "last": None if each.last is None else _time(each.last),
        "days": each.days,
        "tried": each.tried,
        "messages": each.messages,
        "recipients": each.recipients,
        "by_day": {day.isoformat(): number for day, number in sorted(each.by_day.items())},
        "top_senders": [{"sender": who, "messages": number} for who, number in each.top_senders],
        "overlap": [{"rule": rule, "messages": number} for rule, number in each.top_overlap],
        "outcomes": {outcome.value: number for outcome, number in each.outcomes.items()},
        "examples": [example.id for example in each.examples],
    }


def _time(at: datetime) -> str:
    text = at.isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"
