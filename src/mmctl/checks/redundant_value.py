"""A value that changes nothing: it is there twice, or another value covers it.

What it does:
    Finds values that are repeated in a condition, and values of `contains`, `starts_with` and
    `ends_with` that match only what another value of the condition matches anyway; networks inside
    another one; and members of address lists that are repeated, or are addresses of a domain that
    is a member as `*@domain`. Whether letter case matters follows the project's readings.

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

from itertools import pairwise
from typing import TYPE_CHECKING

from mmctl.analysis.covering import Covering
from mmctl.analysis.networks import Networks, network_tests
from mmctl.analysis.project_conditions import text_tests
from mmctl.checks.check import AboutValue, Check, Finding, Subject, finding
from mmctl.language.formatting.fix import Remove
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.networks import NetworkTest
    from mmctl.analysis.project_conditions import TextTest
    from mmctl.language.project import LogicalAddressList
    from mmctl.language.readings import Readings


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the values that could be left out."""
    readings = subject.project.settings.readings
    for test in text_tests(subject.project):
        if len(test.values) > 1:
            yield from _redundant(test, _folds(test, readings))
    for networks in network_tests(subject.project):
        if len(networks.values) > 1:
            yield from _inside_others(networks)
    folds = readings.address_list_case == "insensitive"
    for listed in subject.project.address_lists.values():
        yield from _members(listed, folds=folds)


def _folds(test: TextTest, readings: Readings) -> bool:
    free_text = test.operand.is_free_text
    return (readings.text_case if free_text else readings.string_case) == "insensitive"


def _redundant(test: TextTest, folds: bool) -> Iterator[Finding]:
    values = [value.lower() if folds else value for value in test.values]
    if _are_apart(test.operator, values):
        return
    first = Covering[int](test.operator)
    twice = [first.setdefault(value, index) != index for index, value in enumerate(values)]
    for index, value in enumerate(values):
        cover, at = next(first.values(value), (value, index))
        if twice[index]:
            message = f"`{test.values[index]}` is here twice"
        elif cover != value:
            written = test.values[at]
            message = f"`{test.values[index]}` is covered by `{written}`, which is here too"
        else:
            continue
        fix = Remove(at=test.place(index), old=test.values[index])
        yield finding(test.owner, test.path_of(index), message, help="remove it", fix=fix)


def _are_apart(operator: str, values: list[str]) -> bool:
    """Whether it is plain at once that no value covers another, as in nearly all lists."""
    if len(set(values)) < len(values):
        return False
    match operator:
        case "starts_with":
            in_order = sorted(values)
        case "ends_with":
            in_order = sorted(value[::-1] for value in values)
        case "contains":
            return len({len(value) for value in values}) == 1
        case _:
            return True
    # A text that starts with another is below it, and so are all in between.
    return not any(longer.startswith(shorter) for shorter, longer in pairwise(in_order))


def _inside_others(test: NetworkTest) -> Iterator[Finding]:
    # `unusable-network` reports those that are not well formed.
    read = [
        found if str(found) == value else None
        for found, value in zip(test.networks(), test.values, strict=True)
    ]
    first: dict[object, int] = {}
    for index, network in enumerate(read):
        first.setdefault(network, index)
    around = Networks(read).around
    for index, network in enumerate(read):
        cover = None if network is None else around(network)
        if cover is None or (cover == network and first[cover] == index):
            continue
        other = test.values[first[cover]]
        twice = cover == network
        message = "is here twice" if twice else f"is in `{other}`, which is here too"
        value, path = test.values[index], (*test.path, "Values", index)
        fix = Remove(at=test.owner.positions.at(path), old=value)
        yield finding(test.owner, path, f"`{value}` {message}", help="remove it", fix=fix)


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
