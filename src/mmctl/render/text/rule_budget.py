"""Where one rule is among the live rules, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.model.quotas import RULES
from mmctl.render.text.budget import is_close, place_of, title_of
from mmctl.render.text.budget_advice import pin_text
from mmctl.render.text.paragraphs import wrapped
from mmctl.render.text.styled_parts import StyledParts
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.compiler.budget import RuleBudget
    from mmctl.compiler.rule_budget import RulePlace

_NEIGHBORS: Final = 8
"""So many other rules of a live rule are named where nobody asks for all."""


def human(found: Sequence[RulePlace], *, every_rule: bool = False) -> StyledParts:
    """For each rule set where the rule is, with whom, what it costs, and what keeps it apart."""
    text = StyledParts()
    for place in found:
        text.add(heading_of(place), "bold")
        text.add("\n")
        for line in lines_of(place, every_rule=every_rule):
            text.add(wrapped(line, "  "))
        for pin in place.pins:
            text.extend(pin_text(pin, indent="  "))
    return text


def heading_of(place: RulePlace) -> str:
    """What it is about."""
    if place.rule is None:
        return f"live rule {visible(place.name)} of {title_of(place.rule_set)}"
    at = place_of(place.rule)
    return f"rule {visible(place.name)}  {at}  of {title_of(place.rule_set)}"


def lines_of(place: RulePlace, *, every_rule: bool = False) -> Iterator[str]:
    """Where it is, with whom, and what it costs."""
    if place.left_out is not None:
        yield f"in no live rule: {visible(place.left_out.why)}"
    for live in place.live:
        yield _where(place, live)
        yield from _neighbors(place, live, every_rule=every_rule)
        close = [f"{use.used} of {use.limit} {use.noun}" for use in live.uses if is_close(use)]
        if close:
            yield f"close to a limit there: {', '.join(dict.fromkeys(close))}"
    yield from _price(place)
    if place.pins:
        yield "what pins it:"


def _where(place: RulePlace, live: RuleBudget) -> str:
    rules = place.rule_set.rules
    number = next(at for at, each in enumerate(rules, 1) if each is live)
    how = f" ({visible(live.step)})" if live.step else ""
    if place.rule is None:
        return f"number {number} of {len(rules)}, {counted(len(live.sources), 'rule')}{how}"
    return f"in live rule {visible(live.live)}, number {number} of {len(rules)}{how}"


def _neighbors(place: RulePlace, live: RuleBudget, *, every_rule: bool) -> Iterator[str]:
    others = [each for each in live.sources if each is not place.rule]
    shown = others if every_rule else others[:_NEIGHBORS]
    names = ", ".join(f"{visible(each.name)} ({place_of(each)})" for each in shown)
    more = len(others) - len(shown)
    names += f" and {more:,} more" if more else ""
    if place.rule is None:
        yield f"it does the work of {names}"
    elif others:
        yield f"together with {names}"
    else:
        yield "no other rule is in it"


def _price(place: RulePlace) -> Iterator[str]:
    price = place.price
    if price is None:
        return
    own = place.rule is not None and place.rule.count_own
    now = f"now {counted(price.now, 'live rule')}"
    without = f"without this rule {price.without:,}"
    if own:
        yield f"{now}; {without}; it has a live rule of its own (`count: own`)"
    else:
        over = " (too many)" if price.alone > RULES.most else ""
        yield f"{now}; {without}; with `count: own` {price.alone:,}{over}"
