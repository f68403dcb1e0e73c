"""The document `mmctl/stacks@1`: what `up`, `status` and `down` did and found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.records import asdict

if TYPE_CHECKING:
    from mmctl.operate.stacks.report import StacksReport

SCHEMA: Final = "mmctl/stacks@1"


def document(report: StacksReport) -> dict[str, Any]:
    """The report as JSON."""
    document = {"schema": SCHEMA, **asdict(report)}
    for part in document["parts"]:
        if part["seconds"] is not None:
            part["seconds"] = round(part["seconds"], 1)
    return document
