"""Rows about matching alone: messages are parsed already, on both sides.

On our side header fields are not decoded yet, on the other all texts are ready in lower case.
"""

from __future__ import annotations

import statistics
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from benchmarks.judge import baseline, ours
from benchmarks.judge.rules import rules
from benchmarks.mail import mail, mailboxes
from benchmarks.measure import Pairs, cpu, fitting
from benchmarks.result import Curve, Measured
from mmctl.judge.index.index import Index
from mmctl.mail.email import Envelope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from benchmarks.judge.rules import Rule
    from benchmarks.result import Result
    from mmctl.judge.submission import Gateway, Submission

RULES: Final = 300
MANY_RULES: Final = 4000
COUNTS_OF_RULES: Final = (10, 30, 100, 300, 1000, 4000)
COUNTS_OF_RECIPIENTS: Final = (1, 2, 5, 10, 20, 50, 100)
PASS: Final = 2.0
"""CPU seconds that one pass may take, about."""


def rows(project: Callable[[int], Path], *, quick: bool) -> Iterator[Result]:
    """Against plain loops, first pass and again; 4,000 rules over 300."""
    contents = [each.content for each in mail(300 if quick else 2000)]
    known = rules(RULES)
    gateway, many = ours.gateway(project(RULES)), ours.gateway(project(MANY_RULES))
    parsed = [baseline.parse(content) for content in contents[: 60 if quick else 200]]
    first: list[float] = []
    again: list[float] = []
    theirs: list[float] = []
    more: list[float] = []
    for _ in range(3 if quick else 7):
        for costs, cost in zip((first, again), _passes(gateway, contents), strict=True):
            costs.append(cost)
        theirs.append(_plain(known, parsed))
        more.append(_passes(many, contents)[0])
    plain = f"against {_micro(theirs)} µs of plain loops"
    yield Measured(
        row="match",
        figure=Pairs(tuple(first), tuple(theirs)).faster,
        detail=f"{_micro(first)} µs a message {plain}, 4.5 recipients",
    )
    yield Measured(
        row="match-again",
        figure=Pairs(tuple(again), tuple(theirs)).faster,
        detail=f"{_micro(again)} µs a message {plain}: messages that were judged before",
    )
    yield Measured(
        row="rules",
        figure=Pairs(tuple(more), tuple(first)).dearer,
        detail=f"{_micro(more)} µs a message against {_micro(first)} µs",
    )


def curves(project: Callable[[int], Path]) -> Iterator[Curve]:
    """What matching costs a message, by the number of rules and by the number of recipients."""
    contents = [each.content for each in mail(1000)]
    parsed = [baseline.parse(content) for content in contents[:40]]
    points: dict[str, list[tuple[float, float]]] = {"plain loops": [], "mmctl": [], "again": []}
    for count in COUNTS_OF_RULES:
        first, again = _passes(ours.gateway(project(count)), contents)
        plain = _plain(rules(count), parsed[: 5 if count > RULES else None])
        for name, cost in zip(points, (plain, first, again), strict=True):
            points[name].append((count, cost))
    yield from (Curve(plot="rules", name=name, points=found) for name, found in points.items())
    yield from _by_recipients(ours.gateway(project(RULES)), contents)


def _by_recipients(gateway: Gateway, contents: list[bytes]) -> Iterator[Curve]:
    points: dict[str, list[tuple[float, float]]] = {"plain loops": [], "mmctl": []}
    known, company = rules(RULES), mailboxes()
    for count in COUNTS_OF_RECIPIENTS:
        recipients = tuple(company[:count])
        submissions = [
            replace(each, envelope=replace(each.envelope, recipients=recipients))
            for each in map(ours.submission, contents)
        ]
        parsed = [replace(baseline.parse(each), recipients=recipients) for each in contents[:5]]
        points["plain loops"].append((count, _plain(known, parsed)))
        points["mmctl"].append((count, _pass(_compiled(gateway), submissions)))
    yield from (Curve(plot="recipients", name=name, points=found) for name, found in points.items())


def _passes(gateway: Gateway, contents: Sequence[bytes]) -> tuple[float, float]:
    """CPU seconds a message, with a new index and again with the same."""
    index = _compiled(gateway)
    submissions = [ours.submission(content) for content in contents]
    first = _pass(index, submissions)
    return first, _pass(index, [ours.submission(content) for content in contents])


def _compiled(gateway: Gateway) -> Index:
    """An index that has judged a message of nobody, so that all is compiled."""
    index = Index(gateway=gateway)
    nobody = ours.submission(b"Return-Path: <>\n\n")
    index.judge(replace(nobody, envelope=Envelope(mail_from="", recipients=("a@example.com",))))
    return index


def _pass(index: Index, submissions: Sequence[Submission]) -> float:
    """CPU seconds a message; as many are judged as fit."""
    begin, rest = submissions[:4], submissions[4:]
    cost = cpu(lambda: ours.judge_all(index, begin)) / len(begin)
    if (count := fitting(cost, PASS, len(rest))) > len(begin):
        return cpu(lambda: ours.judge_all(index, rest[:count])) / count
    return cost


def _plain(known: list[Rule], parsed: Sequence[baseline.Parsed]) -> float:
    """CPU seconds a message of plain loops."""
    return cpu(lambda: [baseline.judge(known, each) for each in parsed]) / len(parsed)


def _micro(seconds: Sequence[float]) -> str:
    return f"{1e6 * statistics.median(seconds):,.0f}"
