"""The table of output formats: one row for each, with what all commands know about it.

What writes a result in a format is in `result_table.py`.
"""

from __future__ import annotations

from enum import StrEnum, auto
from typing import Final

from mmctl.records import dataclass


class Format(StrEnum):
    """The formats in the order in which they are listed, the default first."""

    HUMAN = "human"
    JSON = "json"
    JSONL = "jsonl"
    SARIF = "sarif"
    GITHUB = "github"
    JUNIT = "junit"
    LCOV = "lcov"
    MARKDOWN = "markdown"
    HTML = "html"
    YAML = "yaml"
    HCL = "hcl"
    ZONE = "zone"


class Printing(StrEnum):
    """How what a writer returns becomes the text that is printed."""

    RENDERED = auto()
    """A text, or what rich renders for a terminal."""
    DOCUMENT = auto()
    """A JSON document: sorted, the same bytes for the same content."""
    TEXT = auto()
    """A text that shows invisible characters, and holds no command for a CI server."""
    COMMANDS = auto()
    """Our own commands for a CI server, with values already escaped."""
    EXACT = auto()
    """A text that programs read byte for byte; a screen shows it as `TEXT`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatRow:
    """What all commands know about one format."""

    what: str
    """The description, for messages and the manual."""
    gate: Printing
    for_others: bool = False
    """Whether it is for pull requests, job summaries and pages, which do not name mail."""
    shows_coverage: bool = False
    """Whether it always shows the coverage of cases."""
    shows_traces: bool = False
    """Whether it shows every rule that was tried, also for cases that pass."""


FORMATS: Final[dict[Format, FormatRow]] = {
    Format.HUMAN: FormatRow(what="text for people", gate=Printing.RENDERED),
    Format.JSON: FormatRow(what="JSON", gate=Printing.DOCUMENT, shows_traces=True),
    Format.JSONL: FormatRow(what="one JSON object a line", gate=Printing.EXACT),
    Format.SARIF: FormatRow(what="SARIF report", gate=Printing.DOCUMENT),
    Format.GITHUB: FormatRow(what="annotations", gate=Printing.COMMANDS, for_others=True),
    Format.JUNIT: FormatRow(what="JUnit report", gate=Printing.TEXT),
    Format.LCOV: FormatRow(what="coverage", gate=Printing.TEXT, shows_coverage=True),
    Format.MARKDOWN: FormatRow(what="Markdown", gate=Printing.TEXT, for_others=True),
    Format.HTML: FormatRow(
        what="HTML page",
        gate=Printing.TEXT,
        for_others=True,
        shows_coverage=True,
        shows_traces=True,
    ),
    Format.YAML: FormatRow(what="YAML", gate=Printing.EXACT),
    Format.HCL: FormatRow(what="HCL", gate=Printing.EXACT),
    Format.ZONE: FormatRow(what="records of a zone file", gate=Printing.EXACT),
}
