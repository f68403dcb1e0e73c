"""Values of which one other value of the same condition matches all that they match.

What several values cover together, or other conditions, is for a proof: `questions.idle`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from mmctl.analysis.covering import Covering
from mmctl.analysis.networks import Networks, network_tests
from mmctl.analysis.project_conditions import Role, text_tests
from mmctl.language.project import LogicalRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.networks import NetworkTest
    from mmctl.analysis.project_conditions import TextTest
    from mmctl.language.project import Project
    from mmctl.language.readings import Readings


def covered_texts(test: TextTest, readings: Readings) -> Iterator[tuple[int, int]]:
    """The values that another one covers, and that one; of equal ones, the first covers."""
    free_text = test.operand.is_free_text
    folds = (readings.text_case if free_text else readings.string_case) == "insensitive"
    values = [value.lower() if folds else value for value in test.values]
    if len(values) <= 1 or _are_apart(test.operator, values):
        return
    first = Covering[int](test.operator)
    twice = [first.setdefault(value, index) != index for index, value in enumerate(values)]
    for index, value in enumerate(values):
        cover, at = next(first.values(value), (value, index))
        if twice[index]:
            yield index, first.get(value, index)
        elif cover != value:
            yield index, at


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


def covered_networks(test: NetworkTest) -> Iterator[tuple[int, int]]:
    """The networks that are inside of another one, and that one; of equal ones, the first."""
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
        if cover is not None and not (cover == network and first[cover] == index):
            yield index, first[cover]


def covered_in_rules(project: Project) -> dict[int, set[tuple[int, int | None]]]:
    """By the identity of each rule, the places of covered values: condition and value.

    Conditions under `unless` come behind the others.
    """
    readings = project.settings.readings
    found: dict[int, set[tuple[int, int | None]]] = {}
    for text in text_tests(project):
        _note(found, text, covered_texts(text, readings))
    for networks in network_tests(project):
        _note(found, networks, covered_networks(networks))
    return found


def _note(
    found: dict[int, set[tuple[int, int | None]]],
    test: TextTest | NetworkTest,
    covered: Iterator[tuple[int, int]],
) -> None:
    rule = test.owner
    if not isinstance(rule, LogicalRule):
        return
    number = int(test.path[1])
    if test.role is Role.UNLESS:
        number += len(rule.conditions)
    for index, _ in covered:
        found.setdefault(id(rule), set()).add((number, index))
