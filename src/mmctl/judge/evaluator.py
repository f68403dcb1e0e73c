"""The evaluator: rules in order, for each recipient, as the manual's page on semantics says.

This is the definition: whatever is faster must agree with it. What a condition says is in
`mmctl.judge.conditions`; facts that nobody stated are taken from a `World`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mmctl.judge.actions import actions_in_effect, drops_on_failure, kind_of, target_of
from mmctl.judge.answers import MissingFact, all_of, any_of
from mmctl.judge.asking import Asking
from mmctl.judge.conditions import ask
from mmctl.judge.copies import Copy, Ending, Step
from mmctl.judge.policy import ADMITTED, ask_policy, refused_by, refused_outright
from mmctl.judge.submission import LambdaAnswer
from mmctl.judge.trace import ActionResult, ActionTrace, RuleResult
from mmctl.model.enums import LambdaInvocationType
from mmctl.model.rules import (
    AddHeaderAction,
    BounceAction,
    DropAction,
    InvokeLambdaAction,
    ReplaceRecipientAction,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.judge.answers import Answer
    from mmctl.judge.submission import Gateway, Scenario, Submission
    from mmctl.judge.texts import Texts
    from mmctl.judge.trace import AddedHeader, ConditionTrace, PolicyTrace
    from mmctl.judge.worlds import World
    from mmctl.language.project import LogicalRule
    from mmctl.model.rules import RuleAction, RuleCondition
    from mmctl.problem import Path


Answers = dict[tuple[int, "Path", str, "tuple[AddedHeader, ...]"], "ConditionTrace"]
"""Conditions that were asked, by themselves, their place, and what they saw of a recipient."""


@dataclass(slots=True, kw_only=True)
class Evaluator:
    """Judges one message in one world."""

    gateway: Gateway
    submission: Submission
    scenario: Scenario
    texts: Texts
    world: World
    assume_pass: bool
    assumed: dict[str, str]
    answers: Answers
    """What was asked before, in any world: without the facts of worlds."""

    def admit(self, place: int, recipient: str) -> tuple[PolicyTrace, PolicyTrace]:
        """Ask the traffic policy for one recipient: what is known, and what this world says."""
        refused = refused_outright(self.gateway, self.submission, place)
        if refused is not None:
            return refused_by(refused), refused_by(refused)
        policy = self.gateway.policy
        if policy is None:
            return ADMITTED, ADMITTED
        asking = self._asking(recipient, ())
        known = decided = ask_policy(policy, asking)
        while decided.admitted.is_unknown:
            decided = ask_policy(policy, self._in_world(asking, decided.admitted))
        return known, decided

    def run(self, copies: list[Copy]) -> list[Copy]:
        """Ask every rule for every copy that still goes on; the copies as they end."""
        for index, rule in enumerate(self.gateway.rules):
            going = [copy for copy in copies if copy.ending is None]
            if not going:
                break
            matched = [copy for copy in going if self._applies(rule, index, copy)]
            matched = self._perform(rule, matched, copies)
            if self.gateway.readings.first_match == "yes":
                for copy in matched:
                    copy.end(Ending.STOPPED, rule)
        return copies

    def _applies(self, rule: LogicalRule, index: int, copy: Copy) -> bool:
        """A rule applies when all conditions match and no unless-condition does."""
        conditions = self._ask_all("Conditions", rule.conditions, copy)
        unless = self._ask_all("Unless", rule.unless, copy)
        answer = _answer(conditions, unless)
        applies = answer.is_true if not answer.is_unknown else self._decide(rule, copy, answer)
        copy.steps.append(
            Step(
                rule=rule,
                index=index,
                recipient=copy.seen,
                conditions=conditions,
                unless=unless,
                result=_result(applies=applies, conditions=conditions),
                missing=answer.missing,
            )
        )
        return applies

    def _decide(self, rule: LogicalRule, copy: Copy, answer: Answer) -> bool:
        """Whether a rule applies in this world, where it is not known whether it does."""
        asking = self._asking(copy.seen, self._visible(copy))
        while answer.is_unknown:
            asking = self._in_world(asking, answer)
            answer = _answer(
                tuple(ask(condition, (), asking) for condition in rule.conditions),
                tuple(ask(condition, (), asking) for condition in rule.unless),
            )
        return answer.is_true

    def _ask_all(
        self, member: str, conditions: Iterable[RuleCondition], copy: Copy
    ) -> tuple[ConditionTrace, ...]:
        return tuple(
            self._ask(condition, (member, place), copy)
            for place, condition in enumerate(conditions)
        )

    def _ask(self, condition: RuleCondition, path: Path, copy: Copy) -> ConditionTrace:
        added = self._visible(copy)
        key = (id(condition), path, copy.seen, added)
        if key not in self.answers:
            self.answers[key] = ask(condition, path, self._asking(copy.seen, added))
        return self.answers[key]

    def _visible(self, copy: Copy) -> tuple[AddedHeader, ...]:
        return copy.headers if self.gateway.readings.added_headers_visible == "yes" else ()

    def _asking(self, recipient: str, added: tuple[AddedHeader, ...]) -> Asking:
        return Asking(
            gateway=self.gateway,
            submission=self.submission,
            texts=self.texts,
            recipient=recipient,
            added=added,
            assume_pass=self.assume_pass,
            assumed=self.assumed,
        )

    def _in_world(self, asking: Asking, answer: Answer) -> Asking:
        """The same with one more fact taken from the world."""
        self.world.take(answer.missing[0])
        return replace(asking, taken=self.world.taken)

    def _perform(self, rule: LogicalRule, matched: list[Copy], copies: list[Copy]) -> list[Copy]:
        """Run a rule's actions in order; the copies it is then about (replacing forks)."""
        for place, action in enumerate(actions_in_effect(rule)):
            acting = [
                copy for copy in matched if copy.ending is None and not copy.steps[-1].skips_rest
            ]
            if not acting:
                break
            for copy in acting:
                self._note(rule, action, place, copy)
            match action.value:
                case DropAction():
                    self._drop(rule, acting)
                case AddHeaderAction(header_name=name, header_value=value):
                    self._add_header((name, value), acting, copies)
                case ReplaceRecipientAction(replace_with=addresses) if addresses:
                    matched = self._replace_recipients(rule, addresses, acting, matched, copies)
                case _:
                    self._contents(rule, action, acting, copies)
        return matched

    def _note(self, rule: LogicalRule, action: RuleAction, place: int, copy: Copy) -> None:
        """Write down that an action is done for a copy, or that it fails."""
        kind, target = kind_of(action, stop=rule.stop), target_of(action)
        fails = self.scenario.fails(kind, target)
        copy.steps[-1].actions.append(
            ActionTrace(
                kind=kind,
                target=target,
                action=action,
                path=("Actions", place),
                recipient=copy.address,
                headers=copy.headers,
                result=ActionResult.FAILED if fails else ActionResult.DONE,
            )
        )

    def _drop(self, rule: LogicalRule, acting: list[Copy]) -> None:
        """`drop` removes the recipients it applied to; so does `stop`, without being a drop."""
        for copy in acting:
            if self.gateway.readings.drop_cancels_earlier == "yes":
                *earlier, drop = copy.steps[-1].actions
                cancelled = [
                    replace(done, result=ActionResult.CANCELLED) if done.done else done
                    for done in earlier
                ]
                copy.steps[-1].actions[:] = [*cancelled, drop]
            copy.end(Ending.STOPPED if rule.stop else Ending.DROPPED, rule)

    def _add_header(self, header: AddedHeader, acting: list[Copy], copies: list[Copy]) -> None:
        """`add_header` appends, even if the header is there."""
        whole = self.gateway.readings.added_header_scope == "message"
        for copy in copies if whole else acting:
            if copy.ending is None:
                copy.headers = (*copy.headers, header)

    def _replace_recipients(
        self,
        rule: LogicalRule,
        addresses: tuple[str, ...],
        acting: list[Copy],
        matched: list[Copy],
        copies: list[Copy],
    ) -> list[Copy]:
        """`replace_recipient` changes the envelope only: a copy for each of the new addresses.

        What acts on the envelope next sees the new address under every reading; the reading says
        whether conditions do: those of later rules, those of the same rule too (so that its
        remaining actions are only for new recipients that it would match), or none.
        """
        visible = self.gateway.readings.replaced_recipients_visible
        distinct = tuple(dict.fromkeys(addresses))
        for copy in acting:
            forks = [copy.fork(address) for address in distinct]
            for fork in forks:
                if visible != "no":
                    fork.seen = fork.address
                if visible == "same_rule_too":
                    fork.steps[-1].skips_rest = not self._still_matches(rule, fork)
            for group in (copies, matched):
                at = next(place for place, other in enumerate(group) if other is copy)
                group[at : at + 1] = forks
        return matched

    def _still_matches(self, rule: LogicalRule, copy: Copy) -> bool:
        answer = _answer(
            self._ask_all("Conditions", rule.conditions, copy),
            self._ask_all("Unless", rule.unless, copy),
        )
        return answer.is_true if not answer.is_unknown else self._decide(rule, copy, answer)

    def _contents(
        self, rule: LogicalRule, action: RuleAction, acting: list[Copy], copies: list[Copy]
    ) -> None:
        """What follows from an action on the content: a failure, an answer, a bounce."""
        if self.scenario.fails(kind_of(action), target_of(action)):
            whole = self.gateway.readings.failure_drop_scope == "message"
            if drops_on_failure(action):
                for copy in copies if whole else acting:
                    copy.end(Ending.DROPPED, rule)
            return
        match action.value:
            case BounceAction() if self.gateway.readings.bounce_ends_evaluation == "yes":
                for copy in acting:
                    copy.end(Ending.STOPPED, rule)
            case InvokeLambdaAction(
                function_arn=function, invocation_type=LambdaInvocationType.REQUEST_RESPONSE
            ):
                self._obey(self._answer_of(function), rule, acting)
            case _:
                pass

    def _answer_of(self, function: str) -> LambdaAnswer:
        stated = self.scenario.answer_of(function)
        if stated is not None:
            return stated
        name = function.rpartition(":")[2]
        fact = MissingFact(
            fact=f"answer of {name}",
            states=f"lambda: {{{name}: …}} in a case",
            choices=tuple(LambdaAnswer),
        )
        return LambdaAnswer(self.world.take(fact))

    def _obey(self, answer: LambdaAnswer, rule: LogicalRule, acting: list[Copy]) -> None:
        """Do what a function answered, for the recipients it was asked about.

        STOP_RULE leaves out the rest of the rule, STOP_RULE_SET asks no further rule:
        https://docs.aws.amazon.com/ses/latest/dg/receiving-email-action-lambda-example-functions.html
        """
        for copy in acting:
            match answer:
                case LambdaAnswer.CONTINUE:
                    pass
                case LambdaAnswer.STOP_RULE:
                    copy.steps[-1].skips_rest = True
                case LambdaAnswer.STOP_RULE_SET:
                    copy.end(Ending.STOPPED, rule)


def _answer(conditions: tuple[ConditionTrace, ...], unless: tuple[ConditionTrace, ...]) -> Answer:
    """Whether a rule applies: all conditions, and none under `unless`."""
    held_back = any_of(asked.answer for asked in unless)
    return all_of((*(asked.answer for asked in conditions), ~held_back))


def _result(*, applies: bool, conditions: tuple[ConditionTrace, ...]) -> RuleResult:
    if applies:
        return RuleResult.APPLIED
    if any(asked.answer.is_false for asked in conditions):
        return RuleResult.NOT_APPLIED
    return RuleResult.HELD_BACK
