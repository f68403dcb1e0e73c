"""Mail that was sent, as `mmctl/send@1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.client.load import PERCENTILES

if TYPE_CHECKING:
    from mmctl.client.became import Became, RecipientBecame
    from mmctl.client.endpoint import Endpoint
    from mmctl.client.failure import SendFailure
    from mmctl.client.reply import Reply
    from mmctl.client.results import Loaded, SentAll, SentOne

SCHEMA: Final = "mmctl/send@1"
_DIGITS: Final = 3
_MILLI: Final = 1000


def messages_document(result: SentAll) -> dict[str, Any]:
    """The messages of a command, each with its dialogue and outcome."""
    return {
        "schema": SCHEMA,
        "endpoint": endpoint_document(result.endpoint, embedded=result.embedded),
        "messages": [_message(each) for each in result.messages],
    }


def load_document(loaded: Loaded) -> dict[str, Any]:
    """A load: its counts and times."""
    load = loaded.load
    return {
        "schema": SCHEMA,
        "endpoint": endpoint_document(loaded.endpoint, embedded=loaded.embedded),
        "load": {
            "count": load.count,
            "concurrency": loaded.concurrency,
            "accepted": load.accepted,
            "refused": load.refused,
            "failed": load.failed,
            "not_tried": load.not_tried,
            "seconds": round(load.seconds, _DIGITS),
            "per_second": round(load.per_second, 1),
            "ms": {f"p{each}": _ms(load.percentile(each)) for each in PERCENTILES},
            "reasons": dict(load.reasons),
        },
    }


def endpoint_document(endpoint: Endpoint, *, embedded: bool) -> dict[str, Any]:
    """Where mail went."""
    return {
        "host": endpoint.host,
        "port": endpoint.port,
        "ingress_point": endpoint.ingress_point,
        "embedded": embedded,
    }


def reply_document(reply: Reply | None) -> dict[str, Any] | None:
    """A reply with its code, enhanced code and text."""
    if reply is None:
        return None
    return {"code": reply.code, "enhanced": reply.enhanced, "text": reply.text}


def failure_document(failure: SendFailure | None) -> dict[str, Any] | None:
    """Why a session did not go on."""
    if failure is None:
        return None
    return {"kind": failure.kind.value, "message": failure.message, "help": failure.help}


def _message(each: SentOne) -> dict[str, Any]:
    sent = each.sent
    return {
        "message": sent.message.name,
        "size": len(sent.message.content),
        "mail_from": sent.message.mail_from,
        "accepted": sent.accepted,
        "message_id": sent.message_id,
        "reply": reply_document(sent.reply),
        "failure": failure_document(sent.failure),
        "recipients": [
            {
                "recipient": one.recipient,
                "accepted": one.accepted,
                "reply": reply_document(one.reply),
            }
            for one in sent.recipients
        ],
        "tls": None
        if sent.tls is None
        else {
            "protocol": sent.tls.protocol,
            "cipher": sent.tls.cipher,
            "verified": sent.tls.verified,
        },
        "facts_stated": sent.facts_stated,
        "dialogue": [{"side": line.side.value, "text": line.text} for line in sent.dialogue],
        "ms": {stage.value: _ms(seconds) for stage, seconds in sent.times.items()},
        "became": None if each.became is None else _became(each.became),
        "unsound": [
            {
                "recipient": one.recipient,
                "outcome": one.outcome,
                "sound": one.sound,
                "because": one.because,
            }
            for one in each.unsound
            if each.became is not None
        ],
    }


def _ms(seconds: float) -> float:
    return round(seconds * _MILLI, _DIGITS)


def _became(became: Became) -> dict[str, Any]:
    return {
        "finished": became.finished,
        "recipients": [_recipient(each) for each in became.recipients],
        "done": [
            {
                "what": done.what,
                "status": done.status,
                "recipients": list(done.recipients),
                "where": done.where,
            }
            for done in became.done
        ],
        "assumed": list(became.assumed),
        "simulated": None
        if became.simulated is None
        else [_recipient(each) for each in became.simulated],
        "differs": bool(became.differing),
    }


def _recipient(each: RecipientBecame) -> dict[str, Any]:
    return {
        "recipient": each.recipient,
        "outcome": each.outcome,
        "by": each.by,
        "rules": list(each.rules),
        "live": list(each.live),
    }
