"""How a project fits the quotas: for people, the fullest quotas first; and `mmctl/budget@1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.render.text.styled_parts import StyledParts
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.analysis.quota_uses import Use
    from mmctl.compiler.budget import Budget, RuleBudget, RuleSetBudget

SCHEMA: Final = "mmctl/budget@1"
CLOSE_PERCENT: Final = 80
"""From this share on, something is close to its limit."""
_COUNT: Final = 16
"""Columns of `10 of 10`."""


def human(budget: Budget, *, every_rule: bool = False) -> StyledParts:
    """What is used of each quota; only rules close to a limit, unless all are requested."""
    text = StyledParts()
    text.add(
        f"{visible(budget.environment)}: quotas are per account and region, where others may use "
        f"some too\n"
    )
    text.extend(_listed(use for use in budget.account if use.used))
    for rule_set in budget.rule_sets:
        text.extend(_rule_set(rule_set, every_rule=every_rule))
    for name, uses in budget.policies:
        text.add(f"traffic policy {visible(name)}\n", "bold")
        text.extend(_listed(use for use in uses if use is uses[0] or _is_close(use)))
    for name, use in budget.lists:
        text.add(f"address list {visible(name)}\n", "bold")
        text.extend(_listed((use,)))
    text.add(_summary(budget.uses) + "\n")
    return text


def _rule_set(rule_set: RuleSetBudget, *, every_rule: bool) -> StyledParts:
    text = StyledParts()
    rules, handing_on = rule_set.uses
    live = f"{rules.used} of {rules.limit} live rules"
    text.add(f"rule set {visible(rule_set.name)}", "bold")
    text.add(f": {len(rule_set.rules)} logical rules in ")
    text.add(live + "\n", _style(rules))
    if rules.over:
        text.add(f"  help: {rules.advice}\n")
    text.extend(_listed((handing_on,)))
    for rule in rule_set.rules:
        close = [use for use in rule.uses if _is_close(use)]
        if every_rule:
            text.add(f"  {visible(rule.live)}", "bold")
            text.add(f" <- {visible(rule.logical.name)}  {_place(rule)}\n", "dim")
            text.extend(_listed((use for use in rule.uses if use.used), indent=2))
        elif close:
            text.add(f"  {visible(rule.live)}", "bold")
            text.add(f"  {_place(rule)}\n", "dim")
            text.extend(_listed(close, indent=2))
    return text


def _listed(uses: Iterable[Use], *, indent: int = 0) -> StyledParts:
    text = StyledParts()
    for use in uses:
        count = f"{use.used:,} of {use.limit:,}"
        text.add(" " * indent)
        text.add(f"{count:>{_COUNT}}  {use.noun}", _style(use))
        condition = _condition(use)
        text.add(f" of {condition}\n" if condition else "\n", _style(use))
        if use.over:
            text.add(f"{'':{_COUNT + indent}}  help: {use.advice}\n")
    return text


def _condition(use: Use) -> str:
    """The condition or statement that it is about, as other output names it: `unless[0]`."""
    match use.path:
        case ("Conditions" | "Unless" as member, int(index), *_):
            return f"{member.lower()}[{index}]"
        case ("PolicyStatements", int(index), *_) if use.noun == "conditions":
            return f"statements[{index}]"
        case _:
            return ""


def _is_close(use: Use) -> bool:
    return use.used * 100 >= use.limit * CLOSE_PERCENT


def _style(use: Use) -> str:
    if use.over:
        return "bold red"
    return "yellow" if use.used == use.limit else ""


def _summary(uses: Iterable[Use]) -> str:
    listed = tuple(uses)
    counts = (
        (sum(use.over > 0 for use in listed), "over the limit"),
        (sum(use.used == use.limit for use in listed), "at the limit"),
        (sum(_is_close(use) and use.used < use.limit for use in listed), "close to the limit"),
    )
    said = ", ".join(f"{count} {what}" for count, what in counts if count)
    return said or f"nothing uses {CLOSE_PERCENT} % of its quota"


def _place(rule: RuleBudget) -> str:
    return f"{visible(rule.logical.position.file)}:{rule.logical.position.line}"


def document(budget: Budget) -> dict[str, Any]:
    """The document `mmctl/budget@1`."""
    return {
        "schema": SCHEMA,
        "environment": budget.environment,
        "account": list(_documents(budget.account)),
        "rule_sets": [
            {
                "name": rule_set.name,
                "logical": len(rule_set.rules),
                "live": len(rule_set.rules),
                "limit": rule_set.limit,
                "uses": list(_documents(rule_set.uses)),
                "rules": [
                    {
                        "live": rule.live,
                        "logical": [rule.logical.name],
                        "place": _place(rule),
                        "uses": list(_documents(rule.uses)),
                    }
                    for rule in rule_set.rules
                ],
            }
            for rule_set in budget.rule_sets
        ],
        "traffic_policies": [
            {"name": name, "uses": list(_documents(uses))} for name, uses in budget.policies
        ],
        "address_lists": [
            {"name": name, "uses": list(_documents((use,)))} for name, use in budget.lists
        ],
    }


def _documents(uses: Iterable[Use]) -> Iterator[dict[str, Any]]:
    for use in uses:
        yield {
            "what": use.noun,
            "of": _condition(use) or None,
            "used": use.used,
            "limit": use.limit,
        }
