"""The timeline of one recipient: what the policy decided, which rules applied, what they did.

Compared values are shown in the form in which they were compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from rich.text import Text

from mmctl.counted import counted
from mmctl.judge.policy import ADMITTED
from mmctl.judge.trace import ActionResult, RuleResult
from mmctl.judge.words import condition_line
from mmctl.language.project import Outcome
from mmctl.model.actions import CANNOT_FAIL, Does
from mmctl.render.text.paragraphs import wrapped
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mmctl.judge.trace import (
        ActionTrace,
        CopyTrace,
        Performed,
        PolicyTrace,
        RecipientTrace,
        RuleTrace,
        StatementTrace,
    )


def timeline(
    got: RecipientTrace, *, all_rules: bool = False, live: Mapping[str, str] | None = None
) -> Text:
    """What happened for one recipient, in order; with `all_rules`, also why rules did not apply.

    `live` says where rules of a packed rule set are live, by their names.
    """
    live = live or {}
    report = Text()
    report.append(f"  {visible(got.recipient)}\n", "bold")
    if got.policy is not None:
        _policy(report, got.policy, all_statements=all_rules)
    shared = _shared(got.copies)
    if len(got.copies) > 1:
        _rules(report, got.copies[0].rules[:shared], live, all_rules=all_rules)
    for copy in got.copies:
        if len(got.copies) > 1:
            report.append(f"    copy for {visible(copy.address)}: {copy.outcome}\n", "bold")
        _rules(report, copy.rules[shared:], live, all_rules=all_rules)
        if copy.ended_by is not None and not _ends_visibly(copy.rules[-1]):
            report.append(
                f"    no further rule is evaluated, because of {visible(copy.ended_by)}\n", "dim"
            )
    by = f" by {visible(got.by)}" if got.by else ""
    if got.outcome is Outcome.UNKNOWN:
        by = f": {' or '.join(got.possible) or 'too many possible outcomes'}"
    report.append(f"    = {got.outcome}{by}\n", "bold")
    _missing(report, got)
    return report


def sent(performed: Iterable[Performed]) -> Text:
    """What is sent where: each action that sends mail somewhere, with the headers added by then."""
    report = Text()
    for action in filter(goes_anywhere, performed):
        if not report:
            report.append("  destinations\n", "bold")
        target = f" {visible(action.target)}" if action.target else ""
        failed = ", which fails" if action.failed else ""
        report.append(f"    {action.kind}{target}{failed}\n", "red" if action.failed else "green")
        whom = ", ".join(visible(recipient) for recipient in action.recipients)
        report.append(wrapped(f"for {whom}, by {visible(action.rule)}", " " * 8), "dim")
        for name, value in action.headers:
            report.append(f"        + {visible(name)}: {visible(value)}\n")
    return report


def goes_anywhere(action: Performed) -> bool:
    """Whether an action sends mail somewhere; the others change the message or end it."""
    return action.kind not in CANNOT_FAIL


def _ends_visibly(rule: RuleTrace) -> bool:
    """Whether the last action of a rule shows that no later rule is evaluated."""
    return bool(rule.actions) and rule.actions[-1].does is Does.ENDS


def _missing(report: Text, got: RecipientTrace) -> None:
    """Each missing fact once, with what it is compared with if that is one thing."""
    about: dict[str, list[str]] = {}
    for fact in got.missing:
        about.setdefault(fact.fact, []).append(fact.about)
    for name, comparisons in about.items():
        one = f" ({visible(comparisons[0])})" if comparisons[0] else ""
        more = f" ({len(comparisons):,} comparisons)" if len(comparisons) > 1 else one
        report.append(wrapped(f"unknown: {visible(name)}{more}", " " * 6), "magenta")


def _shared(copies: Sequence[CopyTrace]) -> int:
    """How many rules were evaluated before the copies separated."""
    shared = 0
    for same in zip(*(copy.rules for copy in copies), strict=False):
        if any(rule != same[0] for rule in same):
            break
        shared += 1
    return shared if len(copies) > 1 else 0


def _policy(report: Text, policy: PolicyTrace, *, all_statements: bool) -> None:
    for statement in policy.statements:
        if all_statements or not statement.answer.is_false:
            _statement(report, statement)
    word = {"true": "admitted", "false": "refused", "unknown": "unknown"}[policy.admitted.truth]
    report.append(
        f"    {visible(policy.by)}: {word}\n"
        if policy == ADMITTED
        else f"    policy: {word} by {visible(policy.by)}\n"
    )


def _statement(report: Text, statement: StatementTrace) -> None:
    kind = "allow" if statement.allows else "deny"
    answer = {"true": "matches", "false": "does not match", "unknown": "unknown"}
    report.append(f"    {kind} {visible(statement.name)}: {answer[statement.answer.truth]}\n")
    for asked in statement.conditions:
        if not (statement.answer.is_false and not asked.answer.is_false):
            report.append(wrapped(visible(condition_line(asked)), " " * 8), "dim")


def _rules(
    report: Text, rules: Sequence[RuleTrace], live: Mapping[str, str], *, all_rules: bool
) -> None:
    skipped = 0
    for rule in rules:
        if all_rules or rule.result is not RuleResult.NOT_APPLIED:
            _rule(report, rule, live.get(rule.rule, "") if rule.applied else "")
        else:
            skipped += 1
    if skipped:
        report.append(f"    {counted(skipped, 'rule')} did not apply; -v shows why\n", "dim")


def _rule(report: Text, rule: RuleTrace, live: str) -> None:
    result = rule.result.value.replace("_", " ")
    report.append(f"    {rule.index + 1:>3} {visible(rule.rule)}: ")
    report.append(result, "green" if rule.applied else "")
    report.append(f", {visible(live)}\n" if live else "\n", "dim")
    for line in _why(rule):
        report.append(wrapped(visible(line), " " * 8), "dim")
    for line in done_lines(rule):
        report.append(wrapped(f"> {line}", " " * 8))


REFUSES: Final = "refuse at RCPT"


def done_lines(rule: RuleTrace) -> list[str]:
    """What a rule that applied did."""
    if not rule.applied:
        return []
    return [REFUSES] if rule.refuses else [action_line(action) for action in rule.actions]


def _why(rule: RuleTrace) -> list[str]:
    """The conditions that made the difference, as compared."""
    match rule.result:
        case RuleResult.APPLIED:
            return [condition_line(asked) for asked in rule.conditions]
        case RuleResult.NOT_APPLIED:
            return [condition_line(rule.failed)] if rule.failed else []
        case RuleResult.HELD_BACK:
            return [f"unless {condition_line(rule.held_back_by)}"] if rule.held_back_by else []
        case RuleResult.UNKNOWN:
            asked = (*rule.conditions, *rule.unless)
            return [condition_line(one) for one in asked if one.answer.is_unknown]
        case _:
            assert_never(rule.result)


def consequence(action: ActionTrace) -> str:
    """How an action ended, unless it was simply done."""
    match action.result:
        case ActionResult.FAILED:
            return "failed; on_failure: drop" if action.drops_on_failure else "failed"
        case ActionResult.CANCELLED:
            return "cancelled by the drop"
        case ActionResult.DONE:
            return "" if action.answer is None else f"answers {action.answer}"
        case _:
            assert_never(action.result)


def action_line(action: ActionTrace) -> str:
    """What an action did: target, recipient, what changed."""
    target = f" {visible(action.target)}" if action.target else ""
    came = consequence(action)
    result = f" ({came})" if came else ""
    match action.does:
        case Does.REPLACES:
            new = visible(action.target or "nobody: no address is given")
            return f"{action.kind} {visible(action.recipient)} → {new}{result}"
        case Does.DELIVERS | Does.BOUNCES:
            return f"{action.kind}{target} for {visible(action.recipient)}{result}"
        case Does.ENDS | Does.MARKS | Does.STORES | Does.PUBLISHES | Does.CALLS:
            return f"{action.kind}{target}{result}"
        case _:
            assert_never(action.does)
