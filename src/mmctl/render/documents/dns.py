"""The document `mmctl/dns@1`: wanted records, what is published, and the steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mmctl.operate.dns.comparing import RecordState
    from mmctl.operate.dns.cut_over import CutOver
    from mmctl.operate.dns.report import DnsReport

SCHEMA: Final = "mmctl/dns@1"


def document(found: DnsReport) -> dict[str, Any]:
    """The document `mmctl/dns@1`."""
    return {
        "schema": SCHEMA,
        "environment": found.environment,
        "looked_at": found.looked_at,
        "records": [_record(state) for state in found.states],
        "policies": [
            {"domain": each.domain, "url": each.url, "text": each.text} for each in found.policies
        ],
        "about_policy": list(found.about_policy),
        "cut_overs": [_cut_over(each) for each in found.cut_overs],
        "notes": list(found.notes),
    }


def _record(state: RecordState) -> dict[str, Any]:
    record = state.record
    return {
        "domain": record.domain,
        "name": record.name or None,
        "type": record.type,
        "role": record.role,
        "needed": record.needed,
        "wanted": list(record.values),
        "zone": list(record.lines()),
        "why": record.why,
        "published": None if state.published is None else list(state.published),
        "match": state.match,
        "sentence": state.sentence,
    }


def _cut_over(way: CutOver) -> dict[str, Any]:
    return {
        "domain": way.domain,
        "said": way.said,
        "steps": [
            {
                "title": step.title,
                "publish": list(step.publish),
                "wait": step.wait,
                "watch": list(step.watch),
                "back": step.back,
                "back_to": list(step.back_to),
            }
            for step in way.steps
        ],
    }
