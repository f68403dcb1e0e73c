"""A value that changes nothing: it is there twice, or another value covers it.

What it does:
    Finds values that are repeated in a condition, and values of `contains`, `starts_with` and
    `ends_with` that match only what other values of the condition match anyway; networks inside
    others, also of several together; and members of address lists that are repeated, or are
    addresses of a domain that is a member as `*@domain`. Whether letter case matters follows the
    project's readings.

Why it is bad:
    It uses one of the ten values that a condition may have, and makes readers look for a difference
    that does not exist. Of two equal values, somebody removes one later and forgets the other.

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

from mmctl.analysis.covered_values import covered_networks, covered_texts
from mmctl.analysis.networks import network_tests
from mmctl.analysis.one_spelling import in_one_spelling
from mmctl.analysis.project_conditions import text_tests
from mmctl.checks.check import AboutValue, Check, Finding, Subject, finding
from mmctl.checks.idle_values import idle_values
from mmctl.language.formatting.fix import Remove
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import LogicalAddressList, LogicalRule, LogicalTrafficPolicy
    from mmctl.problem import Path


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the values that could be left out."""
    project = subject.project
    readings = project.settings.readings
    for test in text_tests(project):
        for index, at in covered_texts(test, readings):
            value, other = test.values[index], test.values[at]
            twice = value.lower() == other.lower()
            message = "is here twice" if twice else f"is covered by `{other}`, which is here too"
            yield _found(test.owner, test.path_of(index), value, message)
    for networks in network_tests(project):
        for index, at in covered_networks(networks):
            value, other = networks.values[index], networks.values[at]
            twice = value == other
            message = "is here twice" if twice else f"is in `{other}`, which is here too"
            yield _found(networks.owner, (*networks.path, "Values", index), value, message)
    yield from _together(subject)
    folds = readings.address_list_case == "insensitive"
    for listed in project.address_lists.values():
        yield from _members(listed, folds=folds)


def _found(
    owner: LogicalRule | LogicalTrafficPolicy, path: Path, value: str, message: str
) -> Finding:
    fix = Remove(at=owner.positions.at(path), old=value)
    return finding(owner, path, f"`{value}` {message}", help="remove it", fix=fix)


def _together(subject: Subject) -> Iterator[Finding]:
    """Values that several others cover, as only a proof says: of the project that all prove."""
    for each in idle_values(in_one_spelling(subject.project)):
        found = each.found
        if found.covering and not (found.by or found.conditions or found.refused):
            others = " and ".join(f"`{other}`" for other in found.covering)
            message = f"is covered by {others}, which are here too"
            yield _found(found.rule, found.path, each.text, message)


def _members(listed: LogicalAddressList, *, folds: bool) -> Iterator[Finding]:
    members = [member.lower() if folds else member for member in listed.members or ()]
    first: dict[str, int] = {}
    for index, member in enumerate(members):
        first.setdefault(member, index)
    for index, member in enumerate(members):
        _, at, domain = member.rpartition("@")
        everybody = first.get(f"*@{domain}") if at else None
        written = (listed.members or ())[index]
        if first[member] != index:
            message = f"`{written}` is in `{listed.name}` twice"
        elif everybody is not None and everybody != index:
            message = f"`{written}` is covered by `*@{domain}`, which is in `{listed.name}` too"
        else:
            continue
        place = listed.positions.at(("members", index))
        # A file of members is not YAML, and another program may write it.
        fix = Remove(at=place, old=written) if place.file == listed.position.file else None
        yield finding(listed, ("members", index), message, help="remove it", fix=fix)


CHECK = Check(
    id="redundant-value",
    severity=Severity.INFO,
    text=__doc__,
    run=run,
    about_value=AboutValue.MATCHES_TOO_MUCH,
)
