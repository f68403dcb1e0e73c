"""What people reported about mail rules, and what lint reports for the same mistake.

The table is `docs/developers/lint-failures.md`; `pytest tests/checks --update` rewrites it. The
reports themselves are not in the repository; where they are available, none may be missing here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import pytest
from ruamel.yaml import YAML

from mmctl.checks.catalogue import CHECKS
from mmctl.checks.lint import lint_all
from mmctl.language.parsing.load import read_text

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs" / "developers" / "lint-failures.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One report, by its number."""

    number: str
    what: str
    check: str | None = None
    """Who reports it; None: nobody, for the `reason`."""
    example: str = ""
    reason: str = ""


FAILURES: Final = tuple(
    Failure(**entry)
    for entry in YAML(typ="safe", pure=True).load(
        (Path(__file__).parent / "reported-failures.yaml").read_text(encoding="utf-8")
    )
)
NAMED: Final = tuple(each for each in CHECKS if each.id in {f.check for f in FAILURES})
"""The checks of the table. What else a new check finds in its examples is no concern of it."""
REPORTS: Final = ROOT.parent / "shared" / "reference" / "failures.md"
HEAD: Final = """\
# Reported failures

Mistakes with mail rules that people reported in public, and the check of `mmctl lint` that reports
the same mistake here. The tests run the examples; exactly that check reports each of them. Names
without a link are syntax errors, whose messages explain themselves.

| # | What went wrong | Reported by |
| --- | --- | --- |
"""
TAIL: Final = """\

## What lint does not report

- A rule that has been disabled for long: a file does not say since when. `expires` does, and lint
  reports it.
- A rule that no case covers: `mmctl simulate --coverage` runs the cases and knows; names in cases
  do not say it.
- `mail_from: preserve` at a relay as such: a server's name does not say whether it is outside the
  company. `preserve-to-outside` reports the cases that are certain.
- A relay back to an ingress point under your own name for it: AWS assigns the address of the
  ingress point, which is in no file. `delivery-loop` reports `send`, and relays to the names that
  AWS assigns.
- A header added before a relay: rules add only `X-` headers, which a signature covers only where
  the sender asked for it.
- Deprecated spellings: version 1 of the language has none. Other spellings of AWS's words are for
  `mmctl fmt`.
- A file that is not formatted, as such: `mmctl fmt --check` says so, and takes as long as all
  checks; `not-formatted` says it too where the project sets `require_format`.
- A rule without a description, as such: a matter of taste, unless the project sets `require_owner`.
"""


def found(failure: Failure) -> set[str]:
    project, problems = read_text({"a.yaml": failure.example}, lone=True)
    name = project.environment.name
    reported = lint_all([project], date(2026, 11, 20), {name: problems}, checks=NAMED)
    return {each.check for each in reported}


@pytest.mark.parametrize(
    "failure", [each for each in FAILURES if each.example], ids=lambda each: each.number
)
def test_the_mistake_is_reported_by_exactly_its_check(failure: Failure) -> None:
    assert found(failure) == ({failure.check} if failure.check else set())


def test_what_is_not_reported_has_a_reason_instead() -> None:
    for failure in FAILURES:
        assert failure.reason or (failure.check and failure.example), failure.number


@pytest.mark.skipif(not REPORTS.is_file(), reason="the reports are not on this machine")
def test_no_report_for_lint_is_missing() -> None:
    text = REPORTS.read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([A-Z][0-9]+) \|(.*)\|(.*)\|$", text, re.MULTILINE)
    wanted = {number for number, _, advice in rows if re.search(r"\blint\b", advice)}
    assert wanted
    assert wanted <= {failure.number for failure in FAILURES}


def test_the_page_in_the_manual_is_up_to_date(update: bool) -> None:
    page = HEAD + "".join(map(_row, FAILURES)) + TAIL + "".join(map(_example, FAILURES))
    if update:
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text("utf-8") == page


def _row(failure: Failure) -> str:
    says = failure.reason
    if failure.check:
        pages = {check.id for check in CHECKS}
        link = f"[{failure.check}](../checks/{failure.check}.md)"
        says = link if failure.check in pages else f"`{failure.check}`"
    return f"| {failure.number} | {failure.what} | {says} |\n"


def _example(failure: Failure) -> str:
    if not failure.example:
        return ""
    return f"\n## {failure.number}: {failure.what}\n\n```yaml\n{failure.example}```\n"
