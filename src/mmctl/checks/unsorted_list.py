"""A long list that is not sorted.

What it does:
    Finds lists of ten and more values in conditions, and of members in address lists, that are not
    in alphabetical order (networks: in the order of their numbers; addresses may be grouped by
    domain). It does not report lists with comments inside, or with variables, which have their own
    order. `mmctl lint --fix` sorts them.

Why it is bad:
    In an unsorted list nobody sees whether a value is there, and two people add the same one.

Bad:
    version: 1
    address_lists:
      blocked:
        members:
          - a@spam.example
          - c@spam.example
          - b@spam.example
          - d@spam.example
          - e@spam.example
          - f@spam.example
          - g@spam.example
          - h@spam.example
          - i@spam.example
          - j@spam.example

Good:
    version: 1
    address_lists:
      blocked:
        members:
          - a@spam.example
          - b@spam.example
          - c@spam.example
          - d@spam.example
          - e@spam.example
          - f@spam.example
          - g@spam.example
          - h@spam.example
          - i@spam.example
          - j@spam.example
"""

from __future__ import annotations

import re
from ipaddress import ip_network
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from mmctl.analysis.networks import network_tests
from mmctl.analysis.project_conditions import text_tests
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.language.formatting.fix import Sort
from mmctl.problem import Placed, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.language.project import Project
    from mmctl.problem import Path, Position

    Key = tuple[int | str, ...]

LONG: Final = 10


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the long lists without a recognizable order."""
    lines: dict[str, list[str]] = {}
    for where, path, values in _lists(subject.project):
        if len(values) < LONG:
            continue
        if any(map(_is_sorted, _other_orders(values))):
            continue
        keys = list(map(_key, values))
        if _is_sorted(keys):
            continue
        order = sorted(range(len(values)), key=keys.__getitem__)
        first = next(i for i, index in enumerate(order) if i != index)
        places = [where.positions.at((*path, index)) for index in range(len(values))]
        file = places[0].file
        if file not in lines:
            lines[file] = subject.project.files.get(file, "").splitlines()
        if _is_plain(lines[file], places, values):
            yield finding(
                where,
                (*path, order[first]),
                f"`{values[order[first]]}` belongs before `{values[first]}` in this list of"
                f" {len(values)}",
                help="`mmctl lint --fix` sorts it",
                fix=Sort(at=tuple(places), order=tuple(order), values=tuple(values)),
            )


def _lists(project: Project) -> Iterator[tuple[Placed, Path, Sequence[str]]]:
    for text in text_tests(project):
        yield text.owner, (*text.path, "Values"), text.values
    for network in network_tests(project):
        yield network.owner, (*network.path, "Values"), network.values
    for listed in project.address_lists.values():
        if listed.members is not None:
            yield listed, ("members",), listed.members


def _other_orders(values: Sequence[str]) -> Iterator[list[Key]]:
    """Orders that are as acceptable as the one that `--fix` makes."""
    yield [(value.lower(),) for value in values]
    yield [tuple(reversed(value.lower().rpartition("@"))) for value in values]


def _is_sorted(keys: list[Key]) -> bool:
    return keys == sorted(keys)  # sorting what is sorted costs nothing


def _key(value: str) -> Key:
    """Networks by number, texts as people sort them: `a2` before `a10`."""
    if "/" in value:
        try:
            network = ip_network(value, strict=False)
        except ValueError:
            pass
        else:
            return (1, network.version, int(network.network_address), network.prefixlen)
    parts = re.split(r"([0-9]{1,18})", value.lower().strip("<> "))
    return (0, *(int(part) if index % 2 else part for index, part in enumerate(parts)))


def _is_plain(lines: list[str], places: Sequence[Position], values: Sequence[str]) -> bool:
    """Whether the values follow each other in one file, without a comment between them."""
    if len({at.file for at in places}) > 1 or any(a >= b for a, b in pairwise(places)):
        return False
    if len(lines) < places[-1].line:
        return False
    inside = lines[places[0].line - 1 : places[-1].line]
    return "#" not in "".join(inside) and all(
        value in lines[at.line - 1] for at, value in zip(places, values, strict=True)
    )


CHECK = Check(id="unsorted-list", severity=Severity.INFO, text=__doc__, run=run)
