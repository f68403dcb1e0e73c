"""A packing with a fault is not proved: a value or a member is gone, or a rule is moved."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest
from aimed_mail import Aim
from companies import company
from test_packed_rules_judge_alike import differing

from mmctl.analysis.questions.equality import Equality
from mmctl.compiler.compile import packings_of
from mmctl.compiler.packing.pack import packed_gateway
from mmctl.compiler.packing.proving import why_not_alike
from mmctl.judge.compare import Members
from mmctl.judge.submission import gateway_of_rule_set
from mmctl.language.parsing.load import read_text
from mmctl.model.conditions import values_of
from mmctl.model.shape import with_value
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.judge.submission import Gateway


class Version(NamedTuple):
    """Live rules, and for each the places of the logical rules whose work it does."""

    what: str
    gateway: Gateway
    sources: tuple[tuple[int, ...], ...]


class Packed(NamedTuple):
    """A company as it is written, and packed."""

    logical: Gateway
    version: Version


@pytest.fixture(scope="module")
def packed() -> Packed:
    project, _ = read_text(company(2, rules=120))
    (packing,) = packings_of(project)
    logical = gateway_of_rule_set(project, "inbound")
    places = {id(rule): place for place, rule in enumerate(logical.rules)}
    sources = tuple(tuple(places[id(rule)] for rule in each.sources) for each in packing.rules)
    return Packed(logical, Version("as packed", packed_gateway(logical, packing), sources))


def why(packed: Packed, version: Version) -> str:
    return why_not_alike(packed.logical, version.gateway, version.sources, equality=Equality.SET)


def without_a_value(version: Version) -> Iterator[Version]:
    """For each condition with several values: without its first one."""
    rules = version.gateway.rules
    for place, rule in enumerate(rules):
        for at, condition in enumerate(rule.conditions):
            if len(values_of(condition)) < SEVERAL:
                continue
            first, *rest = values_of(condition)
            fewer = with_value(condition, condition.value.changed(values=tuple(rest)))
            conditions = (*rule.conditions[:at], fewer, *rule.conditions[at + 1 :])
            changed = replace(rule, rule=rule.rule.changed(conditions=conditions))
            made = (*rules[:place], changed, *rules[place + 1 :])
            gateway = replace(version.gateway, rules=made)
            yield version._replace(what=f"{rule.name} lacks {first}", gateway=gateway)


def without_a_member(version: Version) -> Iterator[Version]:
    """For each list: without its first member."""
    for name, members in version.gateway.lists.items():
        assert members is not None
        first, *rest = sorted(members.entries)
        lists = {**version.gateway.lists, name: Members.of(rest)}
        gateway = replace(version.gateway, lists=lists)
        yield version._replace(what=f"{name} lacks {first}", gateway=gateway)


def with_a_rule_moved(version: Version) -> Iterator[Version]:
    """Each rule, at the end and at the beginning."""
    rules, sources = version.gateway.rules, version.sources
    for place, rule in enumerate(rules):
        left = (*rules[:place], *rules[place + 1 :])
        others = (*sources[:place], *sources[place + 1 :])
        for what, made, moved in (
            ("at the end", (*left, rule), (*others, sources[place])),
            ("at the beginning", (rule, *left), (sources[place], *others)),
        ):
            gateway = replace(version.gateway, rules=made)
            yield Version(f"{rule.name} is {what}", gateway, moved)


def test_what_is_packed_is_proved(packed: Packed) -> None:
    assert why(packed, packed.version) == ""


def test_no_value_and_no_member_can_be_missing(packed: Packed) -> None:
    faults = [*without_a_value(packed.version), *without_a_member(packed.version)]
    assert len(faults) > 20
    assert not [each.what for each in faults if not why(packed, each)]


def test_a_rule_that_is_moved_is_refused_if_a_message_shows_it(packed: Packed) -> None:
    moved = list(with_a_rule_moved(packed.version))
    refused = [each for each in moved if why(packed, each)]
    assert len(refused) > len(moved) / 3
    messages = list(Aim(packed.logical, Random(7)).messages(200))  # noqa: S311 - no secret
    alike = [each for each in moved if not why(packed, each)]
    shown = [
        each.what
        for each in alike
        if any(differing((packed.logical, each.gateway), messages, Counter(), once=True))
    ]
    assert not shown


SEVERAL: Final = 2
