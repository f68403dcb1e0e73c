"""Which messages two states may treat differently, decided by the few rules that differ.

Rules that are the same on both sides, in the same order, with the same lists, treat mail alike
until one that differs applies. So a message that matches none of those need not be judged by all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.judging import judge
from mmctl.judge.trace import RuleResult
from mmctl.live.compare.rules import effect_of, fewest_moved
from mmctl.live.ordinary.named import conditions_of, list_test, text_test
from mmctl.model.actions import added_header, new_recipients
from mmctl.model.conditions import header_of
from mmctl.model.facts import RECIPIENTS
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.judge.submission import Gateway, Submission
    from mmctl.judge.trace import Trace
    from mmctl.language.project import LogicalRule
    from mmctl.live.ordinary.meant import Meant
    from mmctl.model.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """What differs between two states of one ingress point."""

    policies: tuple[Gateway, Gateway]
    """Both policies, without any rule."""
    rules: tuple[Gateway, Gateway]
    """The rules that differ, without their actions and without a policy."""
    same_policy: bool
    replaced: tuple[str, ...]
    """Recipients that rules replace others with, if a rule that differs looks at those."""
    all: bool
    """Whether every message may be treated differently, as far as this can tell."""

    @classmethod
    def between(cls, meant: Meant, before: Gateway, after: Gateway) -> Touched:
        """Find what differs."""
        lists = frozenset(
            name
            for name in before.lists.keys() | after.lists.keys()
            if before.lists.get(name) != after.lists.get(name)
        )
        moved = fewest_moved([meant.old_of_new[new] for new in sorted(meant.old_of_new)])
        same = {
            (old, new)
            for new, old in meant.old_of_new.items()
            if old not in moved
            and effect_of(meant.before.forms[old]) == effect_of(meant.after.forms[new])
            and not _asks(meant.after.rules[new], lists)
        }
        olds, news = {old for old, _ in same}, {new for _, new in same}
        differing = [
            *(rule for place, rule in enumerate(meant.before.rules) if place not in olds),
            *(rule for place, rule in enumerate(meant.after.rules) if place not in news),
        ]
        every = (*meant.before.rules, *meant.after.rules)
        return cls(
            policies=(replace(before, rules=()), replace(after, rules=())),
            rules=(_alone(before, olds), _alone(after, news)),
            same_policy=before.policy == after.policy
            and not _policy_asks(before, lists)
            and before.certificates is after.certificates,
            replaced=tuple(dict.fromkeys(_replaced(every)))
            if any(map(_asks_recipients, differing))
            else (),
            all=any(map(_asks_headers, differing)) and any(map(_adds_headers, every)),
        )

    def may_differ(self, submission: Submission) -> bool:
        """Whether a message may be treated differently; false only if it certainly is not."""
        if self.all:
            return True
        if not self.same_policy:
            one, other = (
                judge(policy, submission, assume_pass=True).recipients for policy in self.policies
            )
            if [each.outcome for each in one] != [each.outcome for each in other]:
                return True
        recipients = (*submission.envelope.recipients, *self.replaced)
        envelope = replace(submission.envelope, recipients=recipients)
        for_all = replace(submission, envelope=envelope)
        return any(
            _any_applies(judge(gateway, for_all, assume_pass=True))
            for gateway in self.rules
            if gateway.rules
        )


def _alone(gateway: Gateway, same: set[int]) -> Gateway:
    rules = tuple(
        _without_actions(rule) for place, rule in enumerate(gateway.rules) if place not in same
    )
    return replace(gateway, rules=rules, policy=None)


def _without_actions(rule: LogicalRule) -> LogicalRule:
    return replace(rule, rule=rule.rule.changed(actions=()))


def _any_applies(trace: Trace) -> bool:
    return any(
        rule.result in {RuleResult.APPLIED, RuleResult.UNKNOWN}
        for recipient in trace.recipients
        for rule in recipient.rules
    )


def _asks(rule: Rule, lists: frozenset[str]) -> bool:
    asked = filter(None, map(list_test, conditions_of(rule)))
    return any(each.name in lists for each in asked)


def _policy_asks(gateway: Gateway, lists: frozenset[str]) -> bool:
    statements = gateway.policy.policy_statements if gateway.policy is not None else ()
    asked = (list_test(condition) for each in statements for condition in each.conditions)
    return any(each is not None and each.name in lists for each in asked)


def _asks_recipients(rule: Rule) -> bool:
    tests = (text_test(each) or list_test(each) for each in conditions_of(rule))
    return any(test is not None and test.operand.fact is RECIPIENTS for test in tests)


def _asks_headers(rule: Rule) -> bool:
    return any(header_of(each) is not None for each in conditions_of(rule))


def _adds_headers(rule: Rule) -> bool:
    return any(added_header(action) is not None for action in rule.actions)


def _replaced(rules: Iterable[Rule]) -> Iterable[str]:
    for rule in rules:
        for action in rule.actions:
            yield from new_recipients(action)
