"""The budget as one page of HTML: how each rule set fits, its live rules, and what to change.

The page needs no other files and no JavaScript. It shares the style of all pages, in `html/`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.render.html.frame import head_of, number
from mmctl.render.html.markup import element
from mmctl.render.html.tables import items, section, table
from mmctl.render.text.budget import (
    bound_lines,
    first_match_line,
    fullest,
    is_close,
    left_out,
    place_of,
    proof_line,
    title_of,
)
from mmctl.render.text.budget_advice import (
    advice_texts,
    gives,
    pair_of,
    second_point_lines,
    why_of,
)
from mmctl.render.text.rule_budget import heading_of, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.analysis.quota_uses import Use
    from mmctl.compiler.advice.tried import Tried
    from mmctl.compiler.budget import Budget, RuleBudget, RuleSetBudget
    from mmctl.compiler.rule_budget import RulePlace
    from mmctl.render.html.markup import Child, Markup

_QUOTAS: Final = ("Quota", "Used", "Limit")


def page(budget: Budget) -> str:
    """The page; the same input gives the same bytes."""
    title = f"budget of {budget.environment}"
    numbers = [_number(each) for each in budget.rule_sets]
    account = [_quota(use) for use in budget.account if use.used]
    sections = [
        *(_rule_set(each) for each in budget.rule_sets),
        section("In the account and region", [table(_QUOTAS, account), _lists(budget)]),
    ]
    heading = element("h1", title)
    top = element("header", heading, element("ul", numbers, class_="numbers"), class_="top")
    body = element("body", top, element("main", sections))
    return f'<!doctype html>\n<html lang="en">{head_of(title)}{body}</html>\n'


def _number(rule_set: RuleSetBudget) -> Markup:
    rules = rule_set.uses[0]
    kind = "bad" if rule_set.cannot_go_live else "fair" if is_close(rules) else "good"
    return number(f"{rules.used}/{rules.limit}", f"live rules of {rule_set.name}", kind)


def _lists(budget: Budget) -> Markup | None:
    lists = budget.counted_lists
    if not lists.compiled:
        return None
    said = f"Address lists: {lists.written:,} written, {lists.compiled:,} compiled; at most"
    return element("p", f"{said} {lists.peak:,} during a change")


def _rule_set(rule_set: RuleSetBudget) -> Markup:
    packing = rule_set.packing
    lines = []
    if rule_set.is_asked_about:
        lines = [*bound_lines(packing), *left_out(rule_set), proof_line(packing)]
        lines += [first_match_line(packing)] if packing.is_used else []
    uses = [
        *(_quota(use) for use in rule_set.uses),
        *((f"{use.noun} {use.where}", *_quota(use)[1:]) for use, _ in fullest(rule_set)),
    ]
    logical = counted(len(rule_set.logical), "logical rule")
    return section(
        f"{title_of(rule_set)}: {logical} in {counted(len(rule_set.rules), 'live rule')}",
        [
            element("ul", items(lines), class_="about") if lines else None,
            table(_QUOTAS, uses),
            list(_advice(rule_set)),
            list(_pins(rule_set)),
            table(("Live rule", "Rules", "Logical rules"), list(map(_live_rule, rule_set.rules))),
        ],
    )


def _quota(use: Use) -> tuple[str, str, str]:
    return use.noun, f"{use.used:,}", f"{use.limit:,}"


def _live_rule(rule: RuleBudget) -> tuple[Child, ...]:
    names = ", ".join(f"{each.name} ({place_of(each)})" for each in rule.sources)
    return element("b", rule.live), f"{len(rule.sources):,}", names


def _pins(rule_set: RuleSetBudget) -> Iterator[Markup]:
    if rule_set.pins:
        pairs = counted(rule_set.pairs, "pair of rules pins", "pairs of rules pin")
        yield element("h3", f"{pairs} the order")
        rows = [
            (
                pair_of(pin),
                why_of(pin) or "undecided",
                element("code", pin.kept.command) if pin.kept is not None else "",
            )
            for pin in rule_set.pins
        ]
        yield table(("Pair", "Why", "Message"), rows)


def _advice(rule_set: RuleSetBudget) -> Iterator[Markup]:
    advice = rule_set.advice
    if advice is None:
        return
    for line in advice_texts(rule_set):
        yield element("h3", line)
    for each in advice.answers or (() if advice.nearest is None else (advice.nearest,)):
        yield _tried(each)
    for line in second_point_lines(advice):
        yield element("p", line)


def _tried(tried: Tried) -> Markup:
    return element(
        "div",
        element("p", element("b", gives(tried)), class_="head"),
        element("ul", items([f"{each.what} ({each.means})" for each in tried.changes])),
        class_="item answer",
    )


def rule_page(found: Sequence[RulePlace]) -> str:
    """The page about one rule."""
    title = f"budget of {found[0].name}"
    sections = [
        section(
            heading_of(place),
            element(
                "ul",
                items([*lines_of(place), *(f"{pair_of(p)}: {why_of(p)}" for p in place.pins)]),
                class_="about",
            ),
        )
        for place in found
    ]
    top = element("header", element("h1", title), class_="top")
    body = element("body", top, element("main", sections))
    return f'<!doctype html>\n<html lang="en">{head_of(title)}{body}</html>\n'
