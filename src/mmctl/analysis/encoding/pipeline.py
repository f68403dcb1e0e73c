"""A gateway as formulas: who is admitted, which rules apply, what is done, and how it ends.

Follows `mmctl.judge.evaluator` step by step, with a literal where that has an answer. All copies of
the message go through the rules together, because a rule may change what others see.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, assert_never

from mmctl.analysis.encoding.copies import EncodedCopy, Path
from mmctl.analysis.encoding.meddling import headers_read, meddling_rules
from mmctl.analysis.sat.circuit import FALSE, TRUE
from mmctl.judge.actions import actions_in_effect, drops_on_failure
from mmctl.judge.submission import LambdaAnswer
from mmctl.model.actions import Does, asked_function, row_of
from mmctl.model.enums import AcceptAction, IpType
from mmctl.model.quotas import MESSAGE_BYTES
from mmctl.model.rules import (
    AddHeaderAction,
    ArchiveAction,
    BounceAction,
    DeliverToMailboxAction,
    DeliverToQBusinessAction,
    DropAction,
    InvokeLambdaAction,
    RelayAction,
    ReplaceRecipientAction,
    S3Action,
    SendAction,
    SnsAction,
)
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.analysis.encoding.conditions import Conditions
    from mmctl.analysis.encoding.readings import ReadingLiterals
    from mmctl.analysis.encoding.surroundings import AroundGateway
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import LogicalRule
    from mmctl.model.rules import RuleAction


class GatewayEncoder:
    """Encodes one gateway."""

    def __init__(
        self,
        gateway: Gateway,
        conditions: Conditions,
        readings: ReadingLiterals,
        surroundings: AroundGateway,
    ) -> None:
        self._gateway = gateway
        self._conditions = conditions
        self._readings = readings
        self._around = surroundings
        self._circuit = surroundings.circuit
        self._read = headers_read(gateway)
        self._forked: Counter[tuple[int, tuple[str, ...]]] = Counter()

    def going(self, ways: Mapping[tuple[int, int], int]) -> GatewayEncoder:
        """The same, where the asked recipient's copy goes to these addresses of several."""
        around = replace(self._around, ways=ways)
        return GatewayEncoder(self._gateway, self._conditions, self._readings, around)

    def others(self) -> int:
        """How many other recipients can make a difference for the one who is asked about."""
        return len(meddling_rules(self._gateway, self._readings, self._around))

    def run(self, others: int) -> tuple[Path, ...]:
        """The ways of all copies, that of the recipient who is asked about first."""
        copies = [
            EncodedCopy(self._circuit, place, there=self._around.there(place))
            for place in range(1 + others)
        ]
        for copy in copies:
            copy.admit(self._admitted(copy))
        for rule in self._gateway.rules:
            self._try(rule, copies)
        return tuple(copy.path(self._did(copy)) for copy in copies)

    def _did(self, copy: EncodedCopy) -> dict[Does, int]:
        """Of each thing that actions do whether it was done for a copy."""
        done: dict[Does, list[int]] = {does: [] for does in Does}
        for rule, literals in zip(self._gateway.rules, copy.rules, strict=True):
            for action, literal in zip(actions_in_effect(rule), literals.done, strict=True):
                done[row_of(action).does].append(literal)
        return {does: self._circuit.any_of(each) for does, each in done.items()}

    # The traffic policy

    def _admitted(self, copy: EncodedCopy) -> int:
        """Any matching DENY refuses; else any matching ALLOW admits; else the default."""
        fields = self._around.fields
        if self._gateway.closed:
            return FALSE
        if self._gateway.ip_type is IpType.IPV4:
            self._circuit.require(fields.client.version(4))
        limits = [MESSAGE_BYTES.most]
        policy = self._gateway.policy
        admitted = TRUE
        if policy is not None:
            denied, allowed = (
                self._circuit.any_of(
                    self._circuit.all_of(
                        self._conditions.policy(condition, copy.sight, denies=denies)
                        for condition in statement.conditions
                    )
                    for statement in policy.policy_statements
                    if (statement.action is AcceptAction.DENY) is denies
                )
                for denies in (True, False)
            )
            by_default = TRUE if policy.default_action is AcceptAction.ALLOW else FALSE
            admitted = self._circuit.all_of((-denied, self._circuit.any_of((allowed, by_default))))
            if policy.max_message_size_bytes is not None:
                limits.append(policy.max_message_size_bytes)
        too_large = fields.size.at_least(min(limits) + 1)
        return self._circuit.all_of((admitted, -too_large))

    # The rules

    def _try(self, rule: LogicalRule, copies: Sequence[EncodedCopy]) -> None:
        """Try one rule for every copy that is still under way."""
        for copy in copies:
            copy.reach(self._asked(rule, copy))
        if rule.refuses:
            for copy in copies:
                copy.refuse(len(actions_in_effect(rule)))
        else:
            for action in actions_in_effect(rule):
                self._perform(rule, action, copies)
        for copy in copies:
            copy.stop(self._readings.is_("first_match", "yes"))
            copy.leave()

    def _asked(self, rule: LogicalRule, copy: EncodedCopy) -> tuple[int, ...]:
        """All conditions match, and none under `unless` does."""
        ask = self._conditions.rule
        return (
            *(ask(condition, copy.sight) for condition in rule.conditions),
            *(-ask(condition, copy.sight) for condition in rule.unless),
        )

    def _perform(
        self, rule: LogicalRule, action: RuleAction, copies: Sequence[EncodedCopy]
    ) -> None:
        """Do an action, or fail: for the copies for which it acts, if the rule applies to them."""
        fails = self._around.fails(action)
        all_of = self._circuit.all_of
        acting = [copy.acting() for copy in copies]
        works = [all_of((acts, -fails)) for acts in acting]
        for copy, acts in zip(copies, works, strict=True):
            copy.rule.done.append(all_of((copy.rule.applies, acts)))
            copy.rule.carried.append(copy.carried)
        self._carry_out(rule, action, works, copies)
        if fails != FALSE and drops_on_failure(action):
            self._drop_failed([all_of((acts, fails)) for acts in acting], copies)

    def _drop_failed(self, failed: Sequence[int], copies: Sequence[EncodedCopy]) -> None:
        """An action that failed drops the matched recipients, or all of the message."""
        all_of = self._circuit.all_of
        whole = self._readings.is_("failure_drop_scope", "message")
        anybody = self._circuit.any_of(
            [all_of((copy.rule.applies, acts)) for copy, acts in zip(copies, failed, strict=True)]
        )
        for copy, acts in zip(copies, failed, strict=True):
            copy.stop(all_of((acts, -whole)), dropped=TRUE)
            copy.stop_whatever(all_of((anybody, whole)))

    def _carry_out(
        self,
        rule: LogicalRule,
        action: RuleAction,
        works: Sequence[int],
        copies: Sequence[EncodedCopy],
    ) -> None:
        """What an action does where it works."""
        all_of = self._circuit.all_of
        match action.value:
            case DropAction():
                cancels = self._readings.is_("drop_cancels_earlier", "yes")
                for copy, acts in zip(copies, works, strict=True):
                    copy.cancel_earlier(all_of((acts, cancels)))
                    copy.stop(acts, dropped=FALSE if rule.stop else TRUE)
            case AddHeaderAction(header_name=name, header_value=value):
                self._add_header(name, value, copies)
            case ReplaceRecipientAction(replace_with=addresses):
                for copy, acts in zip(copies, works, strict=True):
                    if addresses:
                        self._replace(rule, tuple(dict.fromkeys(addresses)), acts, copy)
            case BounceAction():
                ends = self._readings.is_("bounce_ends_evaluation", "yes")
                for copy, acts in zip(copies, works, strict=True):
                    copy.stop(all_of((acts, ends)))
            case InvokeLambdaAction():
                function = asked_function(action)
                if function is not None:
                    for copy, acts in zip(copies, works, strict=True):
                        self._obey(function, acts, copy)
            case (
                RelayAction()
                | SendAction()
                | DeliverToMailboxAction()
                | ArchiveAction()
                | S3Action()
                | DeliverToQBusinessAction()
                | SnsAction()
            ):
                pass  # where the message goes makes no difference to later actions
            case _:
                assert_never(action.value)

    def _add_header(self, name: str, value: str, copies: Sequence[EncodedCopy]) -> None:
        """A header is appended, and seen where a condition reads it."""
        name = name.lower()
        visible = self._readings.is_("added_headers_visible", "yes")
        whole = self._readings.is_("added_header_scope", "message")
        done = [copy.rule.done[-1] for copy in copies]
        anybody = self._circuit.any_of(done) if whole != FALSE else FALSE
        for copy, acts in zip(copies, done, strict=True):
            adds = self._circuit.choose(whole, anybody, acts)
            copy.carry_header(adds, name, value)
            if name in self._read:
                copy.see_header(self._circuit.all_of((adds, visible)), name, value)

    def _replace(
        self, rule: LogicalRule, addresses: tuple[str, ...], acts: int, copy: EncodedCopy
    ) -> None:
        """The recipient becomes one of the addresses: a model follows one of the copies."""
        all_of, done = self._circuit.all_of, copy.rule.done
        at = (copy.rule.place, len(done) - 1)
        branches = self._around.branches(copy.place, at, addresses, self._forked)
        seen = -self._readings.is_("replaced_recipients_visible", "no")
        for literal, address in zip(branches, addresses, strict=True):
            copy.send_to(all_of((done[-1], literal)), address)
            copy.see_address(all_of((done[-1], literal, seen)), address)
        asks_again = self._readings.is_("replaced_recipients_visible", "same_rule_too")
        if asks_again != FALSE:
            again = all_of(self._asked(rule, copy))
            copy.skip_rest(all_of((acts, asks_again, -again)))

    def _obey(self, function: str, acts: int, copy: EncodedCopy) -> None:
        """Do what a function answers."""
        all_of, answers = self._circuit.all_of, self._around.answers
        copy.skip_rest(all_of((acts, answers(function, LambdaAnswer.STOP_RULE))))
        copy.stop(all_of((acts, answers(function, LambdaAnswer.STOP_RULE_SET))))
