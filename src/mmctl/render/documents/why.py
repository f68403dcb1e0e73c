"""Why a message ended as it did, for programs: all details, as `mmctl/why@1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.render.documents.trace import (
    condition_document,
    known_document,
    missing_document,
    rule_document,
    statement_document,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mmctl.judge.reasons import OtherReasons, Reason
    from mmctl.judge.simulation import Known
    from mmctl.judge.submission import Gateway
    from mmctl.judge.trace import RuleTrace, Trace

SCHEMA: Final = "mmctl/why@1"


def why_document(
    message: str,
    known: Iterable[Known],
    trace: Trace,
    reasons: Sequence[Reason],
    gateway: Gateway,
    other: OtherReasons | None = None,
    live_rules: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The document `mmctl/why@1`; `live_rules` are those that hold rules of packed rule sets."""
    against = None if other is None else _against(other)
    return {
        **({} if against is None else {"against": against}),
        **({"live_rules": list(live_rules)} if live_rules else {}),
        "schema": SCHEMA,
        "message": message,
        "known": [known_document(each) for each in known],
        "recipients": [_reason(reason, gateway) for reason in reasons],
        "assumed": {fact.fact: value for fact, value in trace.assumed.items()},
        "notes": list(trace.notes),
    }


def _against(other: OtherReasons) -> dict[str, Any]:
    return {
        "rules": other.name,
        "recipients": [_reason(reason, other.gateway) for reason in other.reasons],
    }


def _reason(reason: Reason, gateway: Gateway) -> dict[str, Any]:
    got = reason.got
    return {
        "recipient": got.recipient,
        "outcome": got.outcome.value,
        "by": got.by,
        "possible": [outcome.value for outcome in got.possible],
        "missing": [missing_document(fact) for fact in got.missing],
        "decided": [_asked(trace, gateway) for trace in reason.decided],
        "statements": [statement_document(asked) for asked in reason.statements],
        "open": [_asked(trace, gateway) for trace in reason.open_questions],
        "rule": None if reason.rule is None else _question(reason, gateway),
    }


def _question(reason: Reason, gateway: Gateway) -> dict[str, Any]:
    return {
        "rule": reason.rule,
        "asked": [_asked(trace, gateway) for trace in reason.asked],
        "ended_by": None if reason.asked else reason.ended_by,
    }


def _asked(trace: RuleTrace, gateway: Gateway) -> dict[str, Any]:
    because = []
    for condition in trace.deciding:
        place = gateway.place_of(trace.index, condition.path) or trace.position
        member, number = str(condition.path[0]).lower(), condition.path[1]
        because.append(
            {
                **condition_document(condition),
                "at": f"{member}[{number}]",
                "file": place.file,
                "line": place.line,
            }
        )
    return {**rule_document(trace), "because": because}
