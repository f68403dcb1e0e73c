"""A value that changes nothing: it stands there twice, or another value covers it.

What it does:
    Finds values that are repeated in a condition, and values of `contains`, `starts_with` and
    `ends_with` that match only what another value of the condition matches anyway. Upper and
    lower case count as equal where the project reads them so.

Why it is bad:
    It uses up one of the ten places that a condition has, and it makes readers look for a
    difference that is not there.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: mark
            conditions: [{subject: {contains: [invoice, unpaid invoice]}}]
            actions: [{add_header: {name: X-Invoice, value: "yes"}}]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: mark
            conditions: [{subject: {contains: [invoice]}}]
            actions: [{add_header: {name: X-Invoice, value: "yes"}}]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.checks.check import Check, Finding, Subject
from mmctl.checks.covering import covering_value
from mmctl.checks.places import text_tests
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.checks.places import TextTest
    from mmctl.language.readings import Readings


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the values that could be left out."""
    readings = subject.project.settings.readings
    for test in text_tests(subject.project):
        if len(test.values) > 1:
            yield from _redundant(test, _folds(test, readings))


def _folds(test: TextTest, readings: Readings) -> bool:
    as_text = test.subject == "subject" or test.subject.startswith("header ")
    return (readings.text_case if as_text else readings.string_case) == "insensitive"


def _redundant(test: TextTest, folds: bool) -> Iterator[Finding]:
    values = [value.lower() if folds else value for value in test.values]
    first: dict[str, int] = {}
    for index, value in enumerate(values):
        first.setdefault(value, index)
    for index, value in enumerate(values):
        cover = covering_value(test.operator, value, first)
        if first[value] != index:
            message = f"`{test.values[index]}` stands here twice"
        elif cover is not None and cover != value:
            written = test.values[first[cover]]
            message = f"`{test.values[index]}` is covered by `{written}`, which stands here too"
        else:
            continue
        yield test.at(index, message, help="leave it out")


CHECK = Check(id="redundant-value", severity=Severity.INFO, text=__doc__, run=run)
