"""A value that no address can equal, start with or end with.

What it does:
    Looks at conditions on the envelope recipient and sender, and on sender, from, to and cc where
    the project compares address by address. It finds values of `equals` and `not_equals` without an
    `@`, values of `starts_with` that begin with `@`, values of `ends_with` that end with it, and
    domains with an empty part. The recipient `postmaster` needs no domain (RFC 5321, 4.1.1.3).

Why it is bad:
    The attribute is a whole address such as `info@example.com`. A domain alone never equals it: a
    deny statement refuses nobody, an `unless` excludes nobody.

Bad:
    version: 1
    traffic_policies:
      edge:
        default: allow
        statements:
          - deny: [{recipient: {equals: retired.example.com}}]

Good:
    version: 1
    traffic_policies:
      edge:
        default: allow
        statements:
          - deny: [{recipient: {ends_with: "@retired.example.com"}}]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.project_conditions import Role, compared_as_addresses, text_tests
from mmctl.checks.check import AboutValue, Check, Finding, Subject, finding
from mmctl.patterns import Pattern
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.project_conditions import TextTest

LOCAL_ONLY: Final = frozenset({"postmaster", "<>", ""})
"""Envelope addresses without a domain: the postmaster, and the sender of bounces."""

_EMPTY_PART: Final = Pattern(r"@@|@\.|(?<=@)[^@]*\.\.")
"""Before the @, dots may be where no RFC allows them: such addresses are in use."""
_WRONG: Final = ("@@", "@.", "..")
_SIGNS: Final = {
    "equals": (*_WRONG, "\0@", ".\0"),
    "not_equals": (*_WRONG, "\0@", ".\0"),
    "starts_with": (*_WRONG, "\0@"),
    "ends_with": (*_WRONG, ".\0", "@\0"),
    "contains": _WRONG,
}
"""One of these is in every value that is found here, or a whole address has no @."""
_WHOLE: Final = frozenset({"equals", "not_equals"})


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the values that no address matches."""
    operands = compared_as_addresses(subject.project)
    for test in text_tests(subject.project):
        if test.operand not in operands or not _is_suspect(test):
            continue
        for index, value in enumerate(test.values):
            help_ = _instead(test, value)
            if help_ is not None:
                said = _SAID[test.operator]
                yield finding(
                    test.owner,
                    test.path_of(index),
                    f"no {test.subject} {said} `{value}`",
                    help=help_,
                )


def _is_suspect(test: TextTest) -> bool:
    """Whether some value may be found here: nearly all lists are cleared by this."""
    text = test.at_once
    return any(sign in text for sign in _SIGNS[test.operator]) or (
        test.operator in _WHOLE and not all("@" in value for value in test.values)
    )


_SAID: Final = {
    "equals": "is ever equal to",
    "not_equals": "is ever equal to",
    "starts_with": "ever starts with",
    "ends_with": "ever ends with",
    "contains": "ever contains",
}


def _instead(test: TextTest, value: str) -> str | None:
    """What to write instead, or None if an address may match."""
    empty = _EMPTY_PART.search(value)
    match test.operator:
        case _ if empty is not None and '"' not in value:
            return f"remove what is wrong at `{empty.group()}`"
        case "equals" | "not_equals" | "ends_with" if value.endswith("."):
            return f"write `{value.rstrip('.')}`: a domain in mail has no dot at its end"
        case "equals" | "not_equals" if value.startswith("@"):
            return _domain_help(test, value)
        case "equals" | "not_equals" if "@" not in value and value.lower() not in LOCAL_ONLY:
            return _domain_help(test, f"@{value}")
        case "starts_with" if value.startswith("@"):
            if value == "@":
                return 'for a domain, write it after the @: `ends_with: "@example.com"`'
            return f'for the domain, write `ends_with: "{value}"`'
        case "ends_with" if value.endswith("@"):
            return f'for the name before the @, write `starts_with: "{value}"`'
        case _:
            return None


def _domain_help(test: TextTest, ending: str) -> str:
    if "." not in ending:
        return f"write the whole address, such as `{ending.removeprefix('@')}@example.com`"
    if test.operator == "equals":
        return f'for all addresses of the domain, write `ends_with: "{ending}"`'
    if test.role in {Role.CONDITION, Role.UNLESS}:
        return f'for all but this domain, put `ends_with: "{ending}"` under `unless`'
    return f'for all but this domain, allow `ends_with: "{ending}"` under `default: deny`'


CHECK = Check(
    id="not-an-address",
    severity=Severity.ERROR,
    text=__doc__,
    run=run,
    about_value=AboutValue.MATCHES_NOTHING,
)
