"""A log compared with simulation, for programs, as `mmctl/logs-compare@1`."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from datetime import datetime

    from mmctl.operate.comparing.compared import (
        ComparedMessage,
        ComparedRecipient,
        Discrepancy,
        ExplainingReading,
        LogComparison,
    )
    from mmctl.operate.comparing.other_gateway import Agreement

SCHEMA: Final = "mmctl/logs-compare@1"


def document(found: LogComparison) -> dict[str, Any]:
    """The document `mmctl/logs-compare@1`."""
    return {
        "schema": SCHEMA,
        "against": found.against,
        "messages": found.messages,
        "messages_read": found.read,
        "policy_answers": found.asked,
        "recipients": {told.name.lower(): count for told, count in found.told.items()},
        "missing": dict(sorted(found.missing.items())),
        "by_rule": dict(sorted(found.by_rule.items())),
        "not_in_project": dict(sorted(found.unknown_gateways.items())),
        "differing": [_message(each) for each in found.differing],
        "readings_tried": found.explained,
        "readings": [_reading(each) for each in found.explanations],
    }


def _message(message: ComparedMessage) -> dict[str, Any]:
    return {
        "id": message.id,
        "at": _time(message.at),
        "mail_from": message.mail_from,
        "gateway": message.gateway,
        "message_read": message.read,
        "recipients": [_recipient(each) for each in message.recipients],
    }


def _recipient(each: ComparedRecipient) -> dict[str, Any]:
    return {
        "recipient": each.recipient,
        "told": each.told.name.lower(),
        "differences": [_difference(found) for found in each.discrepancies],
        "missing": list(each.missing),
    }


def _difference(found: Discrepancy) -> dict[str, Any]:
    return {
        "kind": str(found.kind),
        "rule": found.rule,
        "place": found.at,
        "log": found.log,
        "simulation": found.simulation,
        "because": found.because,
    }


def _reading(each: ExplainingReading) -> dict[str, Any]:
    return {
        "reading": each.reading,
        "choice": each.choice,
        "chosen": each.chosen,
        "explains": each.explains,
        "against": each.against,
        "example": each.example,
        "evidence": _difference(each.evidence),
    }


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def agreement_document(found: Agreement) -> dict[str, Any]:
    """The same for another gateway's log, as `mmctl/logs-agreement@1`."""
    return {
        "schema": "mmctl/logs-agreement@1",
        "other": found.other,
        "both": found.both,
        "same": found.same,
        "only_here": found.only_here,
        "only_there": found.only_there,
        "skipped": found.skipped,
        "outcomes": [
            {"here": here, "there": there, "recipients": count}
            for (here, there), count in sorted(found.outcomes.items())
        ],
        "rules": [
            {
                "here": pair.here,
                "there": pair.there,
                "outcome_here": pair.outcome_here,
                "outcome_there": pair.outcome_there,
                "recipients": count,
                "example": example,
            }
            for pair, (count, example) in found.pairs
        ],
        "blocked": found.blocked,
        "joined": {str(by): count for by, count in sorted(found.joined.items())},
        "shadows": found.shadows,
        "sources": [
            {
                "source": each.source,
                "owner": each.owner,
                "recipients": each.recipients,
                "same": each.same,
                "shadow": each.shadow,
            }
            for each in found.tallies
        ],
    }
