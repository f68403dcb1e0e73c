"""What the watchdog found, as members of `mmctl/watchdog@1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mmctl.operate.monitoring.findings import WatchReport


def document(report: WatchReport, environment: str) -> dict[str, Any]:
    """Numbers, findings, and what was not looked at."""
    return {
        "numbers": {each.value: number for each, number in report.numbers.items()},
        "findings": [
            {
                "metric": each.measured.value,
                "count": each.count,
                "says": each.says,
                "details": list(each.details),
                "command": each.command.replace("ENV", environment),
            }
            for each in report.findings
        ],
        "not_looked": [
            {"what": each.what, "why": each.why, "fault": each.fault} for each in report.not_looked
        ],
        "looked": list(report.looked),
    }
