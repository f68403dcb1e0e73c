"""The timeline of one recipient: what the policy said, which rules applied, what was done.

Values that were compared are shown as compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from mmctl.judge.trace import ActionResult, RuleResult
from mmctl.judge.words import condition_line
from mmctl.language.project import Outcome
from mmctl.render.problems import visible

if TYPE_CHECKING:
    from mmctl.judge.trace import (
        ActionTrace,
        CopyTrace,
        PolicyTrace,
        RecipientTrace,
        RuleTrace,
        StatementTrace,
    )

_RESULTS: Final = {
    ActionResult.DONE: "",
    ActionResult.FAILED: " (failed)",
    ActionResult.CANCELLED: " (cancelled by the drop)",
}


def timeline(got: RecipientTrace, *, all_rules: bool = False) -> Text:
    """What happened to one recipient, in order; with `all_rules` also why rules did not apply."""
    report = Text()
    report.append(f"  {visible(got.recipient)}\n", "bold")
    if got.policy is not None:
        _policy(report, got.policy, all_statements=all_rules)
    for copy in got.copies:
        if len(got.copies) > 1:
            report.append(f"    copy for {visible(copy.address)}: {copy.outcome}\n", "bold")
        _copy(report, copy, all_rules=all_rules)
    by = f" by {got.by}" if got.by else ""
    if got.outcome is Outcome.UNKNOWN:
        by = f": {' or '.join(got.possible) or 'too many ways it could go'}"
    report.append(f"    = {got.outcome}{by}\n", "bold")
    for fact in got.missing:
        about = f" ({visible(fact.about)})" if fact.about else ""
        report.append(f"      not known: {visible(fact.fact)}{about}\n", "magenta")
    return report


def _policy(report: Text, policy: PolicyTrace, *, all_statements: bool) -> None:
    for statement in policy.statements:
        if all_statements or not statement.answer.is_false:
            _statement(report, statement)
    word = {"true": "admitted", "false": "refused", "unknown": "unknown"}[policy.admitted.truth]
    report.append(f"    policy: {word} by {policy.by}\n")


def _statement(report: Text, statement: StatementTrace) -> None:
    kind = "allow" if statement.allows else "deny"
    answer = {"true": "matches", "false": "does not match", "unknown": "unknown"}
    report.append(f"    {kind} {statement.name}: {answer[statement.answer.truth]}\n")
    for asked in statement.conditions:
        if not (statement.answer.is_false and not asked.answer.is_false):
            report.append(f"        {visible(condition_line(asked))}\n", "dim")


def _copy(report: Text, copy: CopyTrace, *, all_rules: bool) -> None:
    skipped = 0
    for rule in copy.rules:
        if all_rules or rule.result is not RuleResult.NOT_APPLIED:
            _rule(report, rule)
        else:
            skipped += 1
    if skipped:
        noun = "rule" if skipped == 1 else "rules"
        report.append(f"    {skipped:,} {noun} did not apply; -v says why\n", "dim")


def _rule(report: Text, rule: RuleTrace) -> None:
    result = rule.result.value.replace("_", " ")
    report.append(f"    {rule.index + 1:>3} {rule.rule}: ")
    report.append(f"{result}\n", "green" if rule.applied else "")
    for line in _why(rule):
        report.append(f"        {visible(line)}\n", "dim")
    for action in rule.actions if rule.applied else ():
        report.append(f"        > {_done(action)}\n")


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


def _done(action: ActionTrace) -> str:
    """What an action did: target, recipient, what changed."""
    target = f" {visible(action.target)}" if action.target else ""
    match action.kind:
        case "replace_recipient":
            return f"replace_recipient {visible(action.recipient)} → {visible(action.target or '')}"
        case "relay" | "send" | "deliver_to_mailbox" | "bounce":
            detail = f" for {visible(action.recipient)}"
        case _:
            detail = ""
    return f"{action.kind}{target}{detail}{_RESULTS[action.result]}"
