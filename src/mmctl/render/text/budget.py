"""How a project fits the quotas, for people: one screen, and every rule where it is requested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.render.text.budget_advice import advice_lines, pin_lines
from mmctl.render.text.paragraphs import some_of, wrapped
from mmctl.render.text.styled_parts import StyledParts
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.analysis.quota_uses import Use
    from mmctl.compiler.budget import Budget, ListsBudget, RuleBudget, RuleSetBudget
    from mmctl.compiler.packing.packed import Packing
    from mmctl.language.project import LogicalRule

CLOSE_PERCENT: Final = 80
"""From this share on, something is close to its limit."""
_COUNT: Final = 16
"""Columns of `10 of 10`."""
_NAMES: Final = 4
"""So many names a line has where nobody asks for all."""


_READINGS: Final = 3
"""So many readings are named where nobody asks for all."""


def human(budget: Budget, *, every_rule: bool = False) -> StyledParts:
    """What is used of each quota; only rules close to a limit, unless all are requested."""
    text = StyledParts()
    text.add(
        f"{visible(budget.environment)}: quotas are per account and region, where others may use "
        f"some too\n"
    )
    text.extend(_listed(use for use in budget.account if use.used))
    text.add(_lists_line(budget.counted_lists))
    for rule_set in budget.rule_sets:
        if rule_set.is_asked_about:
            text.extend(_packed(rule_set, every_rule=every_rule))
        else:
            text.extend(_rule_set(rule_set, every_rule=every_rule))
    for name, uses in budget.policies:
        text.add(f"traffic policy {visible(name)}\n", "bold")
        text.extend(_listed(use for use in uses if use is uses[0] or is_close(use)))
    for name, use in budget.lists:
        text.add(f"address list {visible(name)}\n", "bold")
        text.extend(_listed((use,)))
    text.add(_summary(budget) + "\n")
    return text


def title_of(rule_set: RuleSetBudget) -> str:
    """A rule set as a heading names it."""
    point = rule_set.packing.ingress_point
    at = f" at ingress point {visible(point)}" if point is not None else ""
    return f"rule set {visible(rule_set.name)}{at}"


def _lists_line(lists: ListsBudget) -> str:
    if not lists.compiled:
        return ""
    return (
        f"{'':{_COUNT}}  {lists.written:,} written, {lists.compiled:,} compiled;"
        f" at most {lists.peak:,} during a change\n"
    )


def _head(rule_set: RuleSetBudget) -> StyledParts:
    text = StyledParts()
    rules = rule_set.uses[0]
    text.add(title_of(rule_set), "bold")
    text.add(f": {counted(len(rule_set.logical), 'logical rule')} in ")
    text.add(f"{rules.used} of {rules.limit} live rules\n", _style(rules))
    return text


def _rule_set(rule_set: RuleSetBudget, *, every_rule: bool) -> StyledParts:
    """A rule set whose live rules are its logical rules."""
    text = _head(rule_set)
    text.extend(_listed(rule_set.uses[1:]))
    if rule_set.packing.proof.missing:
        text.add(wrapped(proof_line(rule_set.packing), "  "), "bold red")
    text.extend(_rules(rule_set, every_rule=every_rule))
    return text


def _rules(rule_set: RuleSetBudget, *, every_rule: bool) -> StyledParts:
    """Live rules with the logical rules in them; those close to a limit, or all."""
    text = StyledParts()
    for rule in rule_set.rules:
        close = [use for use in rule.uses if is_close(use)]
        if every_rule:
            text.extend(_whole_rule(rule))
        elif close:
            text.add(f"  {visible(rule.live)}", "bold")
            text.add(f"  {place_of(rule.logical)}\n", "dim")
            text.extend(_listed(close, indent=2))
    return text


def _whole_rule(rule: RuleBudget) -> StyledParts:
    """A live rule, the logical rules in it, and what it uses."""
    text = StyledParts()
    text.add(f"  {visible(rule.live)}", "bold")
    if len(rule.sources) == 1:
        text.add(f" <- {visible(rule.logical.name)}  {place_of(rule.logical)}\n", "dim")
    else:
        step = f" ({visible(rule.step)})" if rule.step else ""
        text.add(f" <- {counted(len(rule.sources), 'rule')}{step}\n", "dim")
        text.add(wrapped(", ".join(visible(each.name) for each in rule.sources), "      "), "dim")
    text.extend(_listed((use for use in rule.uses if use.used), indent=2))
    return text


def _packed(rule_set: RuleSetBudget, *, every_rule: bool) -> StyledParts:
    """A rule set that is packed: its bounds first, then what it takes and what it rests on."""
    packing = rule_set.packing
    text = _head(rule_set)
    for line in bound_lines(packing):
        text.add(wrapped(line, "  "))
    text.extend(_listed(rule_set.uses[1:], helped=rule_set.advice is None))
    text.extend(_fullest(rule_set))
    for line, style in _told(rule_set, every_rule=every_rule):
        text.add(wrapped(line, "  "), style)
    text.extend(pin_lines(rule_set, every=every_rule))
    text.extend(advice_lines(rule_set, every=every_rule))
    if every_rule:
        text.extend(_left_out_lines(rule_set))
        text.extend(_bounds_lines(rule_set))
        text.extend(_rules(rule_set, every_rule=True))
    return text


def bound_lines(packing: Packing) -> Iterator[str]:
    """Both lower bounds, and what they are made of."""
    bounds = packing.bounds
    if bounds.by_actions:
        lists = counted(len(bounds.by_actions), "list of actions", "lists of actions")
        yield (
            f"in any order at least {counted(bounds.rules, 'live rule')} and"
            f" {counted(bounds.handed_on, 'relay or send action')}: {lists}"
        )


def _fullest(rule_set: RuleSetBudget) -> StyledParts:
    """For each quota of a rule the most that a live rule uses, and how many use all of it."""
    text = StyledParts()
    for use, full in fullest(rule_set):
        count = f"{use.used:,} of {use.limit:,}"
        text.add(f"{count:>{_COUNT}}  {use.noun} {use.where}", _style(use))
        said = f" (in {counted(full, 'live rule')})" if full and use.used == use.limit else ""
        text.add(f"{said}\n")
        if use.over:
            text.add(wrapped(f"help: {use.advice}", " " * (_COUNT + 2)))
    return text


def fullest(rule_set: RuleSetBudget) -> list[tuple[Use, int]]:
    """The largest use of each quota of a rule, and how many live rules are at the limit."""
    largest: dict[str, Use] = {}
    full: dict[str, set[str]] = {}
    for rule in rule_set.rules:
        for use in rule.uses:
            held = largest.get(use.noun)
            if held is None or use.used > held.used:
                largest[use.noun] = use
            if use.used >= use.limit:
                full.setdefault(use.noun, set()).add(rule.live)
    return [(use, len(full.get(noun, ()))) for noun, use in largest.items() if use.used]


def _told(rule_set: RuleSetBudget, *, every_rule: bool) -> Iterator[tuple[str, str]]:
    """What is left out, what the packing rests on, and what counting costs."""
    packing = rule_set.packing
    yield from ((line, "") for line in left_out(rule_set))
    brief = not every_rule
    yield proof_line(packing, brief=brief), "" if packing.is_used else "bold red"
    if packing.is_used:
        yield first_match_line(packing), ""
    for price in rule_set.prices:
        names = some_of([visible(rule.name) for rule in price.rules], _NAMES)
        yield f"`count: own` of {names} costs {counted(price.live_rules, 'live rule')}", ""


def left_out(rule_set: RuleSetBudget) -> Iterator[str]:
    """The rules in no live rule, and those that no traffic policy takes, by reason."""
    for said, rules in (("left out", rule_set.left_out), ("not refused", rule_set.staying)):
        reasons: dict[str, list[str]] = {}
        for each in rules:
            # Which statement it is in is said of each rule, where all are listed.
            why = each.why.partition(", statement")[0]
            reasons.setdefault(why, []).append(visible(each.rule.name))
        for why, names in reasons.items():
            yield f"{said}: {some_of(names, _NAMES)}: {visible(why)}"


def proof_line(packing: Packing, *, brief: bool = False) -> str:
    """Whether the live rules do what the logical ones do, and what that rests on."""
    proof = packing.proof
    if proof.proved:
        readings = ", ".join(f"{name}: {choice}" for name, choice in proof.readings.items())
        if brief and len(proof.readings) > _READINGS:
            readings = f"{len(proof.readings)} readings are as the project says; -v names them"
            return f"proved alike for every message, if {readings}"
        return f"proved alike for every message{f' if {readings}' if readings else ''}"
    if proof.missing:
        return f"not packed: {visible(proof.why)}; {proof.missing}"
    if not packing.fits:
        return "it does not fit, so nothing of it goes live"
    return f"not proved to be alike, so that it is not used: {visible(proof.why)}"


def first_match_line(packing: Packing) -> str:
    """Whether it is alike where Mail Manager ends at the first rule that applies."""
    if packing.survives_first_match is None:
        return "undecided whether it is alike under `first_match: yes` too"
    if packing.survives_first_match:
        return "alike under `first_match: yes` too"
    return "not alike under `first_match: yes`: then it has to be packed again"


def _left_out_lines(rule_set: RuleSetBudget) -> StyledParts:
    text = StyledParts()
    for each in rule_set.left_out:
        text.add(f"  {visible(each.rule.name)}", "bold")
        text.add(f"  {place_of(each.rule)}  {visible(each.why)}\n", "dim")
    return text


def _bounds_lines(rule_set: RuleSetBudget) -> StyledParts:
    """Each list of actions with what it costs at least."""
    text = StyledParts()
    for each in rule_set.costs:
        names = some_of([visible(rule.name) for rule in each.rules], _NAMES)
        said = f"at least {each.least} for {visible(each.actions)}: {names}"
        text.add(wrapped(said, "  "), "dim")
    return text


def _listed(uses: Iterable[Use], *, indent: int = 0, helped: bool = True) -> StyledParts:
    text = StyledParts()
    for use in uses:
        count = f"{use.used:,} of {use.limit:,}"
        text.add(" " * indent)
        text.add(f"{count:>{_COUNT}}  {use.noun}", _style(use))
        condition = condition_of(use)
        text.add(f" of {condition}\n" if condition else "\n", _style(use))
        if use.over and helped:
            text.add(f"{'':{_COUNT + indent}}  help: {use.advice}\n")
    return text


def condition_of(use: Use) -> str:
    """The condition or statement that it is about, as other output names it: `unless[0]`."""
    match use.path:
        case ("Conditions" | "Unless" as member, int(index), *_):
            return f"{member.lower()}[{index}]"
        case ("PolicyStatements", int(index), *_) if use.noun == "conditions":
            return f"statements[{index}]"
        case _:
            return ""


def is_close(use: Use) -> bool:
    """Whether it is at its limit, or nearly."""
    return use.used * 100 >= use.limit * CLOSE_PERCENT


def _style(use: Use) -> str:
    if use.over:
        return "bold red"
    return "yellow" if use.used == use.limit else ""


def _summary(budget: Budget) -> str:
    listed: Sequence[Use] = budget.uses
    counts = (
        (sum(use.over > 0 for use in listed), "over the limit"),
        (sum(use.used == use.limit for use in listed), "at the limit"),
        (sum(is_close(use) and use.used < use.limit for use in listed), "close to the limit"),
    )
    said = ", ".join(f"{count} {what}" for count, what in counts if count)
    return said or f"nothing uses {CLOSE_PERCENT} % of its quota"


def place_of(rule: LogicalRule) -> str:
    """Where a rule is written."""
    return f"{visible(rule.position.file)}:{rule.position.line}"
