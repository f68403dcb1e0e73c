"""An address with capital letters, whose match depends on how the service compares.

What it does:
    Finds capital letters in values that are compared with addresses and server names. AWS does not
    say whether letter case matters; the project's reading is `string_case` in `semantics`.

Why it is bad:
    If letter case matters, `Marketing@example.com` matches no mail for `marketing@example.com`, the
    usual spelling of nearly all addresses.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block
            conditions: [{mail_from: {ends_with: "@Spam.example"}}]
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block
            conditions: [{mail_from: {ends_with: "@spam.example"}}]
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.project_conditions import SERVER_NAMES, compared_as_addresses, text_tests
from mmctl.checks.check import AboutValue, Check, Finding, Subject, finding
from mmctl.language.formatting.fix import Replace
from mmctl.patterns import Pattern
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLAIN: Final = Pattern(r"[\w.@+-]+")
"""No names next to addresses, no quotes, no `[IPv6:…]`."""


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the values that match ordinary mail under one reading only."""
    names = compared_as_addresses(subject.project) | SERVER_NAMES
    sensitive = subject.project.settings.readings.string_case == "sensitive"
    for test in text_tests(subject.project):
        if test.operand not in names:
            continue
        there = frozenset(test.values)
        for index, value in enumerate(test.values):
            small = value.lower()
            if small != value and small not in there and _PLAIN.fullmatch(value):
                yield finding(
                    test.owner,
                    test.path_of(index),
                    f"`{value}` differs from `{small}` where letter case matters",
                    help=f"write `{small}`"
                    + ("; mail with capitals then needs a separate value" if sensitive else ""),
                    fix=None if sensitive else Replace(at=test.place(index), old=value, new=small),
                )


CHECK = Check(
    id="case-decides",
    severity=Severity.INFO,
    text=__doc__,
    run=run,
    about_value=AboutValue.MATCHES_TOO_MUCH,
)
