"""An `allow` or `unless` on a part of an address that ends in the middle of the domain.

What it does:
    Finds `contains` with an address or domain, and `starts_with` with a whole address, where a
    match lets mail through: in an `allow` statement, and under `unless` of a rule that drops,
    stops or bounces. In the conditions of a rule that delivers its mail or lets it pass, `@` and a
    domain are a warning.

Why it is bad:
    `contains "@example.com"` also matches `someone@example.com.attacker.example`, a domain that
    anybody can register.

Bad:
    version: 1
    traffic_policies:
      edge:
        default: deny
        statements:
          - allow: [{recipient: {contains: "@example.com"}}]

Good:
    version: 1
    traffic_policies:
      edge:
        default: deny
        statements:
          - allow: [{recipient: {ends_with: "@example.com"}}]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.effects import bounces, delivers, ends
from mmctl.analysis.project_conditions import Role, text_tests
from mmctl.checks.check import AboutValue, Check, Finding, Subject, finding
from mmctl.language.project import LogicalRule
from mmctl.patterns import Pattern
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.project_conditions import TextTest

_ADDRESS: Final = Pattern(r"[^@]@[\w-]+(\.[\w-]+)+$")
_AT_DOMAIN: Final = Pattern(r"@[\w-]+(\.[\w-]+)+$")
_DOMAIN: Final = Pattern(r"@[\w-]|^[\w-]+(\.[\w-]+)*\.[a-zA-Z]{2,}$")


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the substrings that let mail through."""
    for test in text_tests(subject.project):
        named = test.about_addresses or test.about_server_names
        if not named or test.operator not in {"contains", "starts_with"}:
            continue
        begins = test.operator == "starts_with"
        passes, treats = _lets_through(test), _treats_as_own(test)
        for index, value in enumerate(test.values):
            if begins and not (test.about_server_names or _ADDRESS.search(value)):
                continue
            if (passes and _DOMAIN.search(value)) or (treats and _AT_DOMAIN.search(value)):
                verb = "lets through" if passes else "matches"
                yield finding(
                    test.owner,
                    test.path_of(index),
                    f"`{test.operator}` `{value}` also {verb} `{_lookalike(test, value)}`",
                    help=_instead(test, value),
                    severity=None if passes else Severity.WARNING,
                )


def _lets_through(test: TextTest) -> bool:
    if isinstance(test.owner, LogicalRule):
        return test.role is Role.UNLESS and (ends(test.owner) or bounces(test.owner))
    return test.role is Role.ALLOW


def _treats_as_own(test: TextTest) -> bool:
    """Whether the rule delivers or marks mail because of the match."""
    if not isinstance(test.owner, LogicalRule) or test.role is not Role.CONDITION:
        return False
    return delivers(test.owner) or not (ends(test.owner) or bounces(test.owner))


def _lookalike(test: TextTest, value: str) -> str:
    local, at, domain = value.rpartition("@")
    if not at and test.about_server_names:
        return f"{value}.attacker.example"
    return f"{local or 'someone'}@{domain if at else value}.attacker.example"


def _instead(test: TextTest, value: str) -> str:
    if value.startswith("@"):
        return f'write `ends_with: "{value}"`'
    if "@" in value or test.about_server_names:
        return f"write `equals: {value}`"
    return f'write `ends_with: ["@{value}", ".{value}"]`'


CHECK = Check(
    id="substring-allow",
    severity=Severity.ERROR,
    text=__doc__,
    run=run,
    about_value=AboutValue.MATCHES_TOO_MUCH,
)
