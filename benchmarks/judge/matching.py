"""Rows about matching alone: messages are parsed and decoded already, on both sides.

Each round judges messages that were not seen before, and then the same again.
"""

from __future__ import annotations

import statistics
from dataclasses import replace
from itertools import count as counting
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.judge import baseline, ours
from benchmarks.judge.ours import Ours
from benchmarks.judge.rules import rules
from benchmarks.mail import mail, mailboxes
from benchmarks.measure import Pairs, cpu, fitting
from benchmarks.result import Curve, Measured
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
A_PASS: Final = 1000
"""The most messages of one."""

_SEEDS: Final = counting(2)


class Costs(NamedTuple):
    """CPU seconds a message."""

    first: float
    again: float
    plain: float


def rows(project: Callable[[int], Path], *, quick: bool) -> Iterator[Result]:
    """Against plain loops, first pass and again; 4,000 rules over 300."""
    count = A_PASS // 5 if quick else A_PASS
    known = rules(RULES)
    gateway, many = ours.gateway(project(RULES)), ours.gateway(project(MANY_RULES))
    rounds = []
    more = []
    for _ in range(3 if quick else 7):
        contents = _new(count)
        rounds.append(_costs(gateway, known, contents, plain=count // 5))
        more.append(_costs(many, known, contents, plain=1).first)
    first, again, theirs = zip(*rounds, strict=True)
    plain = f"against {_micro(theirs)} µs of plain loops"
    yield Measured(
        row="match",
        figure=Pairs(first, theirs).faster,
        detail=f"{_micro(first)} µs a message {plain}, 4.5 recipients",
    )
    yield Measured(
        row="match-again",
        figure=Pairs(again, theirs).faster,
        detail=f"{_micro(again)} µs a message {plain}: messages that were judged before",
    )
    yield Measured(
        row="rules",
        figure=Pairs(tuple(more), first).dearer,
        detail=f"{_micro(more)} µs a message against {_micro(first)} µs",
    )


def curves(project: Callable[[int], Path], *, quick: bool) -> Iterator[Curve]:
    """What matching costs a message, by the number of rules and by the number of recipients."""
    contents = _new(A_PASS // 5 if quick else A_PASS)
    by_rules = []
    for count in COUNTS_OF_RULES:
        plain = 30 if count <= RULES else 4
        by_rules.append(_costs(ours.gateway(project(count)), rules(count), contents, plain=plain))
    yield from _drawn("rules", COUNTS_OF_RULES, by_rules)
    gateway, known, company = ours.gateway(project(RULES)), rules(RULES), mailboxes()
    by_recipients = [
        _costs(gateway, known, contents, plain=4, recipients=tuple(company[:count]))
        for count in COUNTS_OF_RECIPIENTS
    ]
    yield from _drawn("recipients", COUNTS_OF_RECIPIENTS, by_recipients)


def _drawn(plot: str, counts: Sequence[int], costs: Sequence[Costs]) -> Iterator[Curve]:
    names = ("mmctl", "mmctl again", "plain loops")
    for name, column in zip(names, zip(*costs, strict=True), strict=True):
        yield Curve(plot=plot, name=name, points=list(zip(counts, column, strict=True)))


def _new(count: int) -> list[bytes]:
    """Messages that were not seen before, in this process."""
    return [each.content for each in mail(count, seed=next(_SEEDS))]


def _costs(
    gateway: Gateway,
    known: list[Rule],
    contents: Sequence[bytes],
    *,
    plain: int,
    recipients: tuple[str, ...] | None = None,
) -> Costs:
    """What it costs with a new index, again with the same, and with plain loops over some."""
    mine = Ours(gateway)
    nobody = mine.parse(b"Return-Path: <>\n\n")
    envelope = Envelope(mail_from="", recipients=("a@example.com",))
    mine.judge([replace(nobody, envelope=envelope)])  # compiles

    def decoded() -> list[Submission]:
        found = map(mine.decode, contents)
        if recipients is None:
            return list(found)
        return [
            replace(each, envelope=replace(each.envelope, recipients=recipients)) for each in found
        ]

    first = _pass(mine, decoded())
    again = _pass(mine, decoded())
    parsed = [baseline.parse(content) for content in contents[:plain]]
    if recipients is not None:
        parsed = [replace(each, recipients=recipients) for each in parsed]
    loops = cpu(lambda: [baseline.judge(known, each) for each in parsed]) / len(parsed)
    return Costs(first, again, loops)


def _pass(mine: Ours, submissions: Sequence[Submission]) -> float:
    """CPU seconds a message; as many are judged as fit."""
    begin, rest = submissions[:10], submissions[10:]
    cost = cpu(lambda: mine.judge(begin)) / len(begin)
    if (fit := fitting(cost, PASS, len(rest))) > len(begin):
        return cpu(lambda: mine.judge(rest[:fit])) / fit
    return cost


def _micro(seconds: Sequence[float]) -> str:
    return f"{1e6 * statistics.median(seconds):,.0f}"
