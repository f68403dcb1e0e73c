"""The document `mmctl/migration-report@1`: what became of each rule of another gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.interchange.migration.lowered import Sameness

if TYPE_CHECKING:
    from mmctl.interchange.migration.report import (
        MigrationReport,
        ReportedRule,
        ShownDifference,
    )
    from mmctl.problem import Position

SCHEMA: Final = "mmctl/migration-report@1"


def document(report: MigrationReport) -> dict[str, Any]:
    """The document `mmctl/migration-report@1`."""
    return {
        "schema": SCHEMA,
        "system": report.system,
        "counts": {status.value: len(report.of(status)) for status in Sameness},
        "accepted": sum(rule.accepted is not None for rule in report.rules),
        "open": len(report.left),
        "rules": [_rule(rule) for rule in report.rules],
        "unread": [
            {
                **_place(each.place),
                "text": each.text,
                "why": each.why,
                "instead": each.instead,
                "missing": each.is_missing,
            }
            for each in report.unread
        ],
        "needed": {
            name: {"stand_in": each.stand_in, "why": each.why}
            for name, each in report.needed.items()
        },
        "never_applies": [
            {"rule": each.name, **_place(each.place), "why": each.why} for each in report.idle
        ],
        "notes": list(report.notes),
        "fit": {"fits": report.is_fitting, "says": report.fit},
        "linted": report.linted,
    }


def _rule(rule: ReportedRule) -> dict[str, Any]:
    return {
        "name": rule.name,
        **_place(rule.place),
        "text": rule.text,
        "status": rule.status.value,
        "differences": [_difference(each) for each in rule.differences],
        "became": list(rule.became),
        "owner": rule.owner,
        "enabled": rule.enabled,
        "shadow": rule.shadow,
        "differs": rule.differs,
        "accepted": rule.accepted,
    }


def _difference(difference: ShownDifference) -> dict[str, Any]:
    example = difference.example
    return {
        "code": difference.code,
        "says": difference.says,
        "instead": difference.instead,
        "loses": difference.loses,
        "example": None
        if example is None
        else {"mail": example.mail, "there": example.there, "here": example.here},
    }


def _place(place: Position) -> dict[str, Any]:
    return {"file": place.file, "line": place.line, "column": place.column}
