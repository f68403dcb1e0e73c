"""A value that changes nothing: it stands there twice, or another value covers it.

What it does:
    Finds values that are repeated in a condition, and values of `contains`, `starts_with` and
    `ends_with` that match only what another value of the condition matches anyway; and IPv4
    networks that lie in another one. Upper and lower case count as equal where the project reads
    them so.

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

from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.checks.covering import covering_network, covering_value
from mmctl.checks.networks import IPV4, ipv4, network_tests
from mmctl.checks.places import text_tests
from mmctl.language.fix import Remove
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from ipaddress import IPv4Network

    from mmctl.checks.networks import NetworkTest
    from mmctl.checks.places import TextTest
    from mmctl.language.readings import Readings


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the values that could be left out."""
    readings = subject.project.settings.readings
    for test in text_tests(subject.project):
        if len(test.values) > 1:
            yield from _redundant(test, _folds(test, readings))
    for networks in network_tests(subject.project):
        yield from _inside_others(networks)


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
        fix = Remove(at=test.place(index), old=test.values[index])
        yield test.at(index, message, help="leave it out", fix=fix)


def _inside_others(test: NetworkTest) -> Iterator[Finding]:
    read = [_plain(value) if test.version == IPV4 else None for value in test.values]
    first: dict[IPv4Network, int] = {}
    for index, network in enumerate(read):
        if network is not None:
            first.setdefault(network, index)
    for index, network in enumerate(read):
        cover = None if network is None else covering_network(network, first.keys())
        if cover is None or (cover == network and first[cover] == index):
            continue
        other = test.values[first[cover]]
        twice = cover == network
        message = "stands here twice" if twice else f"lies in `{other}`, which stands here too"
        value, path = test.values[index], (*test.path, "Values", index)
        fix = Remove(at=test.owner.positions.at(path), old=value)
        yield finding(test.owner, path, f"`{value}` {message}", help="leave it out", fix=fix)


def _plain(value: str) -> IPv4Network | None:
    """A network as it should be written; `unusable-network` speaks of the others."""
    network = ipv4(value)
    return network if str(network) == value else None


CHECK = Check(id="redundant-value", severity=Severity.INFO, text=__doc__, run=run)
