"""A file that is not formatted, in a project that requires the format.

What it does:
    With `lint: {require_format: true}` in `mmctl.yaml`, compares every file with its formatted
    text. Formatting takes longer than all other checks together, so a project must ask for it; in
    CI, `mmctl fmt --check` does the same.

Why it is bad:
    Where everybody writes in another layout, a review of one changed rule also shows lines that
    only changed their layout.

Bad:
    version: 1
    rule_sets:
        inbound:
            rules:
                - actions: [{archive: {to: all-mail}}]
                  name: keep
    archives: {all-mail: {retention: one_year}}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: keep
            actions:
              - archive: {to: all-mail}
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from mmctl.checks.check import Check, Finding, Subject
from mmctl.language.formatting.fix import FormatFile
from mmctl.problem import Position, Positions, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the files that are not in mmctl's layout, each once."""
    if not subject.project.settings.lint.require_format:
        return
    from mmctl.language.formatting.format import formatted  # noqa: PLC0415 - few projects need it

    for file, text in subject.project.files.items():
        result = formatted(text, file=file)
        if result.problems or result.text == text:
            continue
        line = _first_difference(text, result.text)
        at = Position(file=file, line=line)
        yield Finding(
            positions=Positions({(): at}),
            path=(),
            message=f"`{file}` is not formatted, from this line on",
            help="run `mmctl fmt`, or `mmctl lint --fix`",
            fix=FormatFile(at=at),
        )


def _first_difference(before: str, after: str) -> int:
    pairs = enumerate(zip_longest(before.splitlines(), after.splitlines()), 1)
    lines = before.count("\n") + 1
    # If all lines are the same, only the line ends differ.
    return min(next((number for number, (old, new) in pairs if old != new), 1), lines)


CHECK = Check(id="not-formatted", severity=Severity.INFO, text=__doc__, run=run)
