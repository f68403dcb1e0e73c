"""A member of an address list that is neither an address nor a form the service knows.

What it does:
    Looks at every member of the address lists in the project. The service takes addresses,
    domains, and one `*` in either (`*@example.com`, `billing*@example.com`, `*.example.com`), from
    3 to 320 characters; beside a `*`, at most 19 characters before the `@` and 2 to 9 labels of
    a domain.

Why it is bad:
    The service refuses the member, or accepts it and it matches nothing.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block
            conditions: [{mail_from: {in_address_list: blocked}}]
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
    address_lists:
      blocked: {members: ["@spam.example", "<spammer@spam.example>"]}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block
            conditions: [{mail_from: {in_address_list: blocked}}]
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
    address_lists:
      blocked: {members: ["*@spam.example", spammer@spam.example]}
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.counted import counted
from mmctl.patterns import Pattern
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

_ONE: Final = "write an address such as `someone@example.com`, a domain as `*@example.com`"
SHORTEST: Final = 3
LONGEST: Final = 320
LONGEST_LOCAL: Final = 19
"""The most characters before the @, besides a star."""
LABELS: Final = range(2, 10)
"""How many labels a domain may have, besides a star."""
_STRAY: Final = Pattern(r"[\s<>,;()\"]")


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the members that match no address.

    Forms and limits: https://docs.aws.amazon.com/ses/latest/dg/eb-address-lists.html.
    """
    for address_list in subject.project.address_lists.values():
        for index, member in enumerate(address_list.members or ()):
            fault = fault_of(member)
            if fault is not None:
                message, help_ = fault
                yield finding(address_list, ("members", index), message, help=help_)


def fault_of(member: str) -> tuple[str, str] | None:
    """Why a member matches no address, and what to write instead; None if it is well formed."""
    local, at, domain = member.rpartition("@")
    stray = _STRAY.search(member)
    if not SHORTEST <= len(member) <= LONGEST:
        expected = f"expected {SHORTEST} to {LONGEST}"
        return f"`{member}` has {counted(len(member), 'character')}, {expected}", _ONE
    if stray is not None:
        inside = re.search(r"<([^<>\s]+@[^<>\s]+)>", member)
        if inside is None:
            return f"`{member}` is not an address", _ONE
        return f"`{member}` has text besides the address", f"write `{inside[1]}`"
    if at and not local:
        return f"`{member}` has nothing before the @", f'write `"*{member}"`'
    if "@" in local:
        return f"`{member}` has more than one @", "write one address per member"
    if "." not in domain:
        return f"`{member}` is neither an address nor a domain", _ONE
    return _star_fault(member, local, domain)


def _star_fault(member: str, local: str, domain: str) -> tuple[str, str] | None:
    if member.count("*") > 1:
        return f"`{member}` has more than one `*`", "write one member for each, with one `*`"
    labels = [label for label in domain.split(".") if label not in {"*", ""}]
    if "*" in local and len(local) - 1 > LONGEST_LOCAL:
        return (
            (
                f"beside a `*` the service takes {LONGEST_LOCAL} characters before the @,"
                f" got {len(local) - 1}"
            ),
            "write a shorter beginning",
        )
    if "*" in domain and len(labels) not in LABELS:
        return (
            (
                f"beside a `*` the service takes a domain of {LABELS[0]} to {LABELS[-1]} labels,"
                f" got {len(labels)}"
            ),
            "write one such as `*.example.com`",
        )
    return None


CHECK = Check(id="unusable-list-member", severity=Severity.ERROR, text=__doc__, run=run)
