"""How a project fits the quotas: for people, the fullest quotas first; and `mmctl/budget@1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

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


def human(budget: Budget, *, every_rule: bool = False) -> Text:
    """What is used of each quota; only rules close to a limit, unless all are requested."""
    text = Text()
    text.append(
        f"{visible(budget.environment)}: quotas are per account and region, where others may use "
        f"some too\n"
    )
    text.append_text(_listed(use for use in budget.account if use.used))
    for rule_set in budget.rule_sets:
        text.append_text(_rule_set(rule_set, every_rule=every_rule))
    for name, uses in budget.policies:
        text.append(f"traffic policy {visible(name)}\n", "bold")
        text.append_text(_listed(use for use in uses if use is uses[0] or _is_close(use)))
    for name, use in budget.lists:
        text.append(f"address list {visible(name)}\n", "bold")
        text.append_text(_listed((use,)))
    text.append(_summary(budget.uses) + "\n")
    return text


def _rule_set(rule_set: RuleSetBudget, *, every_rule: bool) -> Text:
    text = Text()
    rules, handing_on = rule_set.uses
    live = f"{rules.used} of {rules.limit} live rules"
    text.append(f"rule set {visible(rule_set.name)}", "bold")
    text.append(f": {len(rule_set.rules)} logical rules in ")
    text.append(live + "\n", _style(rules))
    if rules.over:
        text.append(f"  help: {rules.advice}\n")
    text.append_text(_listed((handing_on,)))
    for rule in rule_set.rules:
        close = [use for use in rule.uses if _is_close(use)]
        if every_rule:
            text.append(f"  {visible(rule.live)}", "bold")
            text.append(f" <- {visible(rule.logical.name)}  {_place(rule)}\n", "dim")
            text.append_text(_listed((use for use in rule.uses if use.used), indent=2))
        elif close:
            text.append(f"  {visible(rule.live)}", "bold")
            text.append(f"  {_place(rule)}\n", "dim")
            text.append_text(_listed(close, indent=2))
    return text


def _listed(uses: Iterable[Use], *, indent: int = 0) -> Text:
    text = Text()
    for use in uses:
        count = f"{use.used:,} of {use.limit:,}"
        text.append(" " * indent)
        text.append(f"{count:>{_COUNT}}  {use.noun}", _style(use))
        condition = _condition(use)
        text.append(f" of {condition}\n" if condition else "\n", _style(use))
        if use.over:
            text.append(f"{'':{_COUNT + indent}}  help: {use.advice}\n")
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
