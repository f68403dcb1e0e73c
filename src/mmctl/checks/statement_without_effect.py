"""A policy statement that decides what the default or another statement decides anyway.

What it does:
    Finds `allow` statements of a policy whose default is `allow`, and `deny` statements of a
    policy whose default is `deny` and that allows nothing. A statement whose conditions all
    follow from those of another one with the same action is a warning.

Why it is bad:
    Any `deny` that matches refuses, then any `allow` that matches admits, then the default
    decides. An `allow` under `default: allow` restricts nobody, though its author usually
    believes that it does.

Bad:
    version: 1
    traffic_policies:
      edge:
        default: allow
        statements:
          - allow: [{recipient: {ends_with: "@example.com"}}]

Good:
    version: 1
    traffic_policies:
      edge:
        default: deny
        statements:
          - allow: [{recipient: {ends_with: "@example.com"}}]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.implication import case_folds, follows
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.enums import AcceptAction
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from mmctl.model.policies import PolicyStatement


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the statements that change nothing."""
    folds = case_folds(subject.project)
    for policy in subject.project.traffic_policies.values():
        listed = policy.policy.policy_statements
        for index, statement in enumerate(listed):
            path = ("PolicyStatements", index)
            if statement.action is policy.policy.default_action:
                said = _as_by_default(statement.action, {each.action for each in listed})
                if said is not None:
                    message, help_ = said
                    yield finding(policy, path, message, help=help_)
                    continue
            other = _covering(listed, index, folds=folds)
            if other is not None:
                line = policy.positions.at(("PolicyStatements", other)).line
                action = str(statement.action).lower()
                verb = "admits" if statement.action is AcceptAction.ALLOW else "refuses"
                yield finding(
                    policy,
                    path,
                    f"everything that this {verb}, the `{action}` in line {line} {verb} too",
                    help="remove one of the two",
                    severity=Severity.WARNING,
                )


def _as_by_default(
    action: AcceptAction, actions: AbstractSet[AcceptAction]
) -> tuple[str, str] | None:
    if action is AcceptAction.ALLOW:
        return (
            "this `allow` admits nobody whom `default: allow` would not admit",
            "to admit nobody else, write `default: deny`; otherwise remove the statement",
        )
    if AcceptAction.ALLOW not in actions:
        return (
            "this `deny` refuses nobody whom `default: deny` would not refuse",
            "write `default: allow`, or add an `allow` statement",
        )
    return None


def _covering(listed: Sequence[PolicyStatement], index: int, *, folds: bool) -> int | None:
    """The statement with the same action that matches whatever this one matches.

    Of two that match the same, it is the first.
    """
    for other, wide in enumerate(listed):
        if other == index or wide.action is not listed[index].action:
            continue
        if _covers(wide, listed[index], folds=folds) and (
            other < index or not _covers(listed[index], wide, folds=folds)
        ):
            return other
    return None


def _covers(wide: PolicyStatement, narrow: PolicyStatement, *, folds: bool) -> bool:
    return all(
        any(follows(condition, inner, folds=folds) for inner in narrow.conditions)
        for condition in wide.conditions
    )


CHECK = Check(
    id="statement-without-effect", severity=Severity.ERROR, text=__doc__, run=run, from_absence=True
)
