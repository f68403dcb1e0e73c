"""The pages of checks, for the terminal and as Markdown, and the list of them."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final, Protocol

from mmctl.checks.mistakes import MISTAKES
from mmctl.render.text.styled_parts import StyledParts

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from mmctl.checks.page import Page
    from mmctl.language.company_rules import CompanyRule


class Explained(Protocol):
    """A check, or what is written of one."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def severity(self) -> str:
        """How bad it is what it finds."""

    @property
    def page(self) -> Page:
        """Its page, in parts."""


SCHEMA: Final = "mmctl/checks@1"
_WIDTH: Final = 80


def listing(checks: Sequence[Explained]) -> StyledParts:
    """All checks, one per line: severity, id and what it finds."""
    widest = max(len(check.id) for check in checks)
    text = StyledParts()
    for check in checks:
        text.add(f"{check.severity:<8}")
        text.add(f"{check.id:<{widest}}  ", "bold")
        first, *more = textwrap.wrap(check.page.summary, max(_WIDTH - 10 - widest, 30))
        text.add(first + "\n")
        for line in more:
            text.add(" " * (10 + widest) + line + "\n")
    text.add(f"{len(checks)} checks; `mmctl explain CHECK` shows the page of one\n")
    return text


def explanation(check: Explained) -> StyledParts:
    """The page of one check."""
    read = check.page
    text = StyledParts()
    text.add(check.id, "bold")
    text.add(f" ({check.severity})\n{_filled(read.summary)}\n")
    for title, prose in (("what it does", read.does), ("why it is bad", read.why)):
        text.add(f"\n{title}\n", "bold")
        text.add(_filled(prose) + "\n")
    for title, example in (("bad", read.bad), ("good", read.good)):
        text.add(f"\n{title}\n", "bold")
        text.add(textwrap.indent(example, "  "))
    if check.id in MISTAKES:
        text.add("\nno comment can ignore it\n")
    else:
        text.add(f"\nto accept one place: `# mmctl: ignore[{check.id}] the reason`, above it\n")
    return text


def company_rule(rule: CompanyRule, written: str) -> StyledParts:
    """A company rule, as the project file has it."""
    text = StyledParts()
    text.add(rule.id, "bold")
    text.add(f" ({rule.severity})\n{_filled(rule.message)}\n")
    text.add(f"\na company rule of {rule.position.file}:{rule.position.line}\n", "bold")
    text.add(textwrap.indent(written, "  "))
    accepted = f"to accept one place: `# mmctl: ignore[{rule.id}] the reason`, above it;"
    text.add(f"\n{_filled(f'{accepted} it counts once the base of the change has it')}\n")
    return text


def mistake(name: str, meaning: str) -> StyledParts:
    """Explain a problem that keeps a file from being read or used."""
    text = StyledParts()
    text.add(name, "bold")
    text.add(f" (error)\n{_filled(meaning)}\n\n")
    text.add(_filled("Not a check, but a syntax error: it cannot be ignored."))
    text.add("\n")
    return text


def document(checks: Sequence[Explained]) -> dict[str, Any]:
    """The document `mmctl/checks@1`."""
    return {
        "schema": SCHEMA,
        "checks": [
            {
                "check": check.id,
                "severity": str(check.severity),
                "summary": read.summary,
                "does": read.does,
                "why": read.why,
                "bad": read.bad,
                "good": read.good,
            }
            for check, read in ((check, check.page) for check in checks)
        ],
    }


def markdown(check: Explained) -> str:
    """The page of one check for the manual."""
    read = check.page
    return (
        f"# {check.id}\n\n{read.summary}\n\nSeverity: {check.severity}\n\n"
        f"## What it does\n\n{read.does}\n\n## Why it is bad\n\n{read.why}\n\n"
        f"## Bad\n\n```yaml\n{read.bad}```\n\n## Good\n\n```yaml\n{read.good}```\n"
    )


def index(
    checks: Sequence[Explained], mistakes: Mapping[str, str], with_page: Container[str] = ()
) -> str:
    """The list of all checks for the manual, with links to their pages; then the mistakes."""
    rows = [
        f"| [{check.id}]({check.id}.md) | {check.severity} | {check.page.summary} |"
        for check in sorted(checks, key=lambda check: check.id)
    ]
    head = ["# Checks", "", "What `mmctl lint` looks for.", ""]
    titles = ["| Check | Severity | Finds |", "| --- | --- | --- |"]
    others = [
        f"| {f'[{name}]({name}.md)' if name in with_page else f'`{name}`'} | {meaning} |"
        for name, meaning in sorted(mistakes.items())
    ]
    return "\n".join([*head, *titles, *rows, "", *_MISTAKES, *others]) + "\n"


_MISTAKES: Final = (
    "## Mistakes",
    "",
    "A mistake that keeps mmctl from loading or using a file is an error; its message explains it.",
    "",
    "| Mistake | |",
    "| --- | --- |",
)


def _filled(prose: str) -> str:
    return textwrap.fill(prose, _WIDTH, break_long_words=False, break_on_hyphens=False)
