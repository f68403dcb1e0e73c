"""Archives as JSON: what a search found, one message, what was exported and released."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.render.documents.trace import trace_document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from mmctl.operate.archive.released import Release
    from mmctl.operate.archive.releasing import ReleaseResult
    from mmctl.operate.archive.searching import FoundMail
    from mmctl.operate.archive.service import ArchivedMail
    from mmctl.operate.archive.showing import ReadableMessage


def found_document(
    place: Mapping[str, Any], mail: FoundMail, since: datetime, until: datetime
) -> dict[str, Any]:
    """What a search found, as `mmctl/archive-search@1`."""
    return {
        "schema": "mmctl/archive-search@1",
        **place,
        "since": _time(since),
        "until": _time(until),
        "searches": [*mail.searches],
        "complete": mail.complete,
        "messages": [_mail(each) for each in mail.mail],
    }


def message_document(place: Mapping[str, Any], shown: ReadableMessage) -> dict[str, Any]:
    """One message, as `mmctl/archive-message@1`."""
    about = shown.message
    return {
        "schema": "mmctl/archive-message@1",
        **place,
        "id": about.id,
        "received": _time(about.at),
        "mail_from": about.mail_from,
        "recipients": [*about.recipients],
        "helo": about.helo,
        "source_ip": about.source_ip,
        "tls": {"protocol": about.tls_protocol, "cipher": about.tls_cipher},
        "ingress_point_id": about.ingress_point_id,
        "traffic_policy_id": about.traffic_policy_id,
        "rule_set_id": about.rule_set_id,
        "size": len(about.content),
        "header": [{"name": name, "value": value} for name, value in shown.fields],
        "text": shown.text,
        "text_is_cut": shown.is_cut,
        "text_from_html": shown.from_html,
        "attachments": [
            {"name": each.name, "type": each.type, "size": each.size} for each in shown.attached
        ],
        "notes": [*shown.notes],
        "judged_by": shown.way,
        "not_judged": shown.no_way,
        "trace": None if shown.trace is None else trace_document(shown.trace),
    }


def export_document(
    place: Mapping[str, Any], to: str, number: int | None, id_: str | None
) -> dict[str, Any]:
    """What was exported, as `mmctl/archive-export@1`."""
    return {
        "schema": "mmctl/archive-export@1",
        **place,
        "to": to,
        "messages": number,
        "export": id_,
    }


def releases_document(place: Mapping[str, Any], results: Sequence[ReleaseResult]) -> dict[str, Any]:
    """What was released and what was not, as `mmctl/releases@1`."""
    return {
        "schema": "mmctl/releases@1",
        **place,
        "releases": [each.release.document() for each in results if each.release is not None],
        "not_released": [
            {"message": each.message, "why": each.fault}
            for each in results
            if each.fault is not None
        ],
        "damaged_lines": [],
    }


def record_document(
    place: Mapping[str, Any], done: Sequence[Release], wrong: Sequence[int]
) -> dict[str, Any]:
    """All releases of a store, oldest first, as `mmctl/releases@1`."""
    return {
        "schema": "mmctl/releases@1",
        **place,
        "releases": [each.document() for each in done],
        "not_released": [],
        "damaged_lines": [*wrong],
    }


def _mail(mail: ArchivedMail) -> dict[str, Any]:
    return {
        "id": mail.id,
        "received": _time(mail.at),
        "from": mail.header_from,
        "to": mail.header_to,
        "cc": mail.cc,
        "subject": mail.subject,
        "date": mail.date,
        "message_id": mail.message_id,
        "attachments": mail.attachments,
        "mail_from": mail.mail_from,
        "recipients": [*mail.recipients],
        "helo": mail.helo,
        "source_ip": mail.source_ip,
        "ingress_point_id": mail.ingress_point_id,
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")
