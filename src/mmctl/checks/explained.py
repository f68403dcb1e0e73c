"""The checks as they are explained, without the checks themselves, which are slow to import."""

from __future__ import annotations

from typing import NamedTuple

from mmctl.checks.page import Page
from mmctl.checks.written_pages import WRITTEN_PAGES


class ExplainedCheck(NamedTuple):
    """What is known of a check where none is run."""

    id: str
    severity: str
    page: Page


def explained_checks() -> list[ExplainedCheck]:
    """All checks, in the order of the catalogue."""
    return [
        ExplainedCheck(
            name, severity, Page(summary=summary, does=does, why=why, bad=bad, good=good)
        )
        for name, severity, summary, does, why, bad, good in WRITTEN_PAGES
    ]
