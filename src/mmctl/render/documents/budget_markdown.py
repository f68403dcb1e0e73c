"""The budget as Markdown, for a pull request: how each rule set fits, and what to change if not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.counted import counted
from mmctl.render.documents.markdown import code, details, table, word
from mmctl.render.text.budget import (
    bound_lines,
    first_match_line,
    fullest,
    left_out,
    proof_line,
)
from mmctl.render.text.budget_advice import (
    advice_texts,
    gives,
    pair_of,
    second_point_lines,
    why_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.compiler.advice.tried import Tried
    from mmctl.compiler.budget import Budget, RuleSetBudget
    from mmctl.language.project import LogicalRule

_HEAD = ("Quota", "Used", "Limit")
_NAMES = 12
"""So many names a cell has."""


def markdown(budget: Budget) -> str:
    """The budget; everything that comes from files is code."""
    return "\n\n".join(_parts(budget)) + "\n"


def _parts(budget: Budget) -> Iterator[str]:
    yield f"### mmctl budget: {word(budget.environment)}"
    yield f"**{'Fits.' if budget.fits else 'Does not fit.'}**"
    account = [(use.noun, f"{use.used:,}", f"{use.limit:,}") for use in budget.account if use.used]
    if account:
        yield details("in the account and region", table(_HEAD, account))
    if budget.counted_lists.compiled:
        lists = budget.counted_lists
        yield (
            f"Address lists: {lists.written:,} written, {lists.compiled:,} compiled; at most"
            f" {lists.peak:,} during a change"
        )
    for rule_set in budget.rule_sets:
        yield from _rule_set(rule_set)


def _rule_set(rule_set: RuleSetBudget) -> Iterator[str]:
    packing, rules = rule_set.packing, rule_set.uses[0]
    point = packing.ingress_point
    at = f" at ingress point {code(point)}" if point is not None else ""
    live = f"{rules.used} of {rules.limit} live rules"
    logical = counted(len(rule_set.logical), "logical rule")
    yield f"#### {code(rule_set.name)}{at}: {logical} in {live}"
    if rule_set.is_asked_about:
        lines = [*bound_lines(packing), *left_out(rule_set), proof_line(packing)]
        lines += [first_match_line(packing)] if packing.is_used else []
        yield "\n".join(f"- {code(line)}" for line in lines)
    uses = [(use.noun, f"{use.used:,}", f"{use.limit:,}") for use in rule_set.uses]
    uses += [
        (f"{use.noun} {use.where}", f"{use.used:,}", f"{use.limit:,}")
        for use, _ in fullest(rule_set)
    ]
    yield table(_HEAD, uses)
    yield from _pins(rule_set)
    yield from _advice(rule_set)
    if packing.is_packed:
        rows = [
            (code(rule.live), f"{len(rule.sources):,}", _names(rule.sources))
            for rule in rule_set.rules
        ]
        yield details("live rules", table(("Live rule", "Rules", "Logical rules"), rows))


def _names(rules: Sequence[LogicalRule]) -> str:
    shown = ", ".join(code(rule.name) for rule in rules[:_NAMES])
    more = len(rules) - _NAMES
    return shown + (f" and {more:,} more" if more > 0 else "")


def _pins(rule_set: RuleSetBudget) -> Iterator[str]:
    if not rule_set.pins:
        return
    rows = [
        (
            code(pair_of(pin)),
            code(why_of(pin)) or "undecided",
            code(pin.kept.command) if pin.kept is not None else "",
        )
        for pin in rule_set.pins
    ]
    title = f"{counted(rule_set.pairs, 'pair of rules pins', 'pairs of rules pin')} the order"
    yield details(title, table(("Pair", "Why", "Message"), rows))


def _advice(rule_set: RuleSetBudget) -> Iterator[str]:
    advice = rule_set.advice
    if advice is None:
        return
    for line in advice_texts(rule_set):
        yield f"**{line}**"
    for each in advice.answers or (() if advice.nearest is None else (advice.nearest,)):
        yield _tried(each)
    for line in second_point_lines(advice):
        yield code(line)


def _tried(tried: Tried) -> str:
    lines = [f"1. {gives(tried)}"]
    lines += [f"   - {code(change.what)} ({change.means})" for change in tried.changes]
    return "\n".join(lines)
