"""`ends_with` a domain without `@` or `.` in front.

What it does:
    Finds values of `ends_with` on addresses and server names that are domains and begin with
    neither `@` nor `.`.

Why it is bad:
    `ends_with: example.com` also matches `someone@notexample.com`.

Bad:
    version: 1
    traffic_policies:
      edge:
        default: deny
        statements:
          - allow: [{recipient: {ends_with: example.com}}]

Good:
    version: 1
    traffic_policies:
      edge:
        default: deny
        statements:
          - allow: [{recipient: {ends_with: ["@example.com", ".example.com"]}}]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.project_conditions import text_tests
from mmctl.checks.check import AboutValue, Check, Finding, Subject, finding
from mmctl.patterns import Pattern
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

_DOMAIN: Final = Pattern(r"[\w-]+(\.[\w-]+)+")


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the suffixes that other domains also end with."""
    for test in text_tests(subject.project):
        server = test.about_server_names
        if test.operator != "ends_with" or not (test.about_addresses or server):
            continue
        for index, value in enumerate(test.values):
            if _DOMAIN.fullmatch(value):
                other = f"not{value}" if server else f"someone@not{value}"
                yield finding(
                    test.owner,
                    test.path_of(index),
                    f"`{other}` ends with `{value}` too",
                    help=_instead(value, server),
                )


def _instead(domain: str, server: bool) -> str:
    if server:
        return f'write `ends_with: ".{domain}"`'
    return f'write `ends_with: "@{domain}"`, with hosts below it `["@{domain}", ".{domain}"]`'


CHECK = Check(
    id="unanchored-suffix",
    severity=Severity.WARNING,
    text=__doc__,
    run=run,
    about_value=AboutValue.MATCHES_TOO_MUCH,
)
