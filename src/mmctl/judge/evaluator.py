"""The evaluator: rules in order, for each recipient, as docs/semantics.md says.

This is the definition: anything faster must agree with it. Conditions are evaluated in
`mmctl.judge.conditions`; facts that nobody stated are taken from a `World`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypeVar, assert_never

from mmctl.judge.actions import actions_in_effect, drops_on_failure, kind_of, target_of
from mmctl.judge.answers import Lack, MissingFact
from mmctl.judge.copies import Copy, Ending, Step
from mmctl.judge.lookup import Asking
from mmctl.judge.policy import ADMITTED, ask_policy, refused_by, refused_outright
from mmctl.judge.remembering import ask_rule
from mmctl.judge.submission import LambdaAnswer
from mmctl.judge.trace import ActionResult, ActionTrace, RuleResult
from mmctl.model.actions import asked_function
from mmctl.model.conditions import operand_of
from mmctl.model.facts import RECIPIENTS
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
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mmctl.judge.answers import Answer
    from mmctl.judge.remembering import AskedConditions, CouldBe, Memory, RuleQuestion
    from mmctl.judge.submission import Gateway, Scenario, Submission
    from mmctl.judge.texts import Texts
    from mmctl.judge.trace import AddedHeader, PolicyTrace
    from mmctl.judge.worlds import World
    from mmctl.language.project import LogicalRule
    from mmctl.model.policies import TrafficPolicy
    from mmctl.model.rules import RuleAction

Narrowed: TypeAlias = "dict[MissingFact, frozenset[str]]"
"""What missing facts could still be in one world."""

Found = TypeVar("Found")


@dataclass(slots=True, kw_only=True)
class Evaluator:
    """Judges one message in one world."""

    gateway: Gateway
    among: Sequence[int]
    """The places of the rules to try; the others must be known not to apply."""
    submission: Submission
    scenario: Scenario
    texts: Texts
    world: World
    memory: Memory
    assume_pass: bool
    assumed: dict[MissingFact, str]
    brief: bool = False
    """Whether to record no step for a rule that is known not to apply in any world."""

    def admit(self, place: int, recipient: str) -> tuple[PolicyTrace, PolicyTrace]:
        """Evaluate the policy for one recipient: what is known, and what this world says."""
        refused = refused_outright(self.gateway, self.submission, place)
        if refused is not None:
            return refused_by(refused), refused_by(refused)
        policy = self.gateway.policy
        if policy is None:
            return ADMITTED, ADMITTED

        def ask_in(narrowed: Narrowed) -> PolicyTrace:
            return self.policy_in(policy, recipient, tuple(narrowed.items()))

        return self._decided(ask_in, lambda trace: trace.admitted)

    def policy_in(self, policy: TrafficPolicy, recipient: str, facts: CouldBe) -> PolicyTrace:
        """What the policy says of a recipient if missing facts could be so."""
        known = self.memory.policies.setdefault(recipient, {})
        if facts not in known:
            known[facts] = ask_policy(policy, self._asking(recipient, (), facts))
        return known[facts]

    def rule_in(self, seen: str, question: RuleQuestion) -> AskedConditions:
        """Whether a rule applies for a recipient if missing facts could be so."""
        index, added, facts = question
        known = self.memory.rules.setdefault(seen if self._reads_recipient(index) else "", {})
        if question not in known:
            asking = self._asking(seen, added, facts)
            known[question] = ask_rule(self.gateway.rules[index], asking)
        return known[question]

    def run(self, copies: list[Copy]) -> list[Copy]:
        """Try every rule for every copy that is still under way; return the copies as they end."""
        for index in self.among:
            rule = self.gateway.rules[index]
            going = [copy for copy in copies if copy.ending is None]
            if not going:
                break
            matched = [copy for copy in going if self._applies(rule, index, copy)]
            if not matched:
                continue
            matched = self._perform(rule, matched, copies)
            if self.gateway.readings.first_match == "yes":
                for copy in matched:
                    copy.end(Ending.STOPPED, rule)
            for copy in copies:
                if copy.ending is not None and copy.ended_at is None:
                    copy.ended_at = index
        return copies

    def _applies(self, rule: LogicalRule, index: int, copy: Copy) -> bool:
        """A rule applies when all conditions match and no unless-condition does."""
        if self.brief and self._never_applies(index, copy):
            return False
        known, decided = self._ask(index, copy)
        copy.steps.append(
            Step(
                rule=rule,
                index=index,
                recipient=copy.seen,
                conditions=known.conditions,
                unless=known.unless,
                result=_result(decided),
                missing=known.answer.missing,
            )
        )
        return decided.answer.is_true

    def _reads_recipient(self, index: int) -> bool:
        reading = self.memory.reading
        if index not in reading:
            rule = self.gateway.rules[index]
            reading[index] = any(
                operand_of(condition).fact is RECIPIENTS
                for condition in (*rule.conditions, *rule.unless)
            )
        return reading[index]

    def _never_applies(self, index: int, copy: Copy) -> bool:
        """Whether it is known already that no missing fact makes a rule apply for a copy."""
        known = self.memory.rules.get(copy.seen if self._reads_recipient(index) else "")
        asked = known and known.get((index, self._visible(copy), ()))
        return bool(asked and asked.answer.is_false)

    def _ask(self, index: int, copy: Copy) -> tuple[AskedConditions, AskedConditions]:
        """Evaluate a rule's conditions for a copy: what is known, and what this world says."""
        added = self._visible(copy)

        def ask_in(narrowed: Narrowed) -> AskedConditions:
            return self.rule_in(copy.seen, (index, added, tuple(narrowed.items())))

        return self._decided(ask_in, lambda asked: asked.answer)

    def _decided(
        self, ask_in: Callable[[Narrowed], Found], answer_of: Callable[[Found], Answer]
    ) -> tuple[Found, Found]:
        """Evaluate without the facts of this world, and if that is unknown, with them."""
        known = decided = ask_in({})
        narrowed: Narrowed = {}
        while (answer := answer_of(decided)).is_unknown:
            missing = answer.missing
            if all(fact in narrowed for fact in missing):
                self.world.decide(answer.lacks[0])
            for fact in (*narrowed, *missing):
                narrowed[fact] = self.world.could_be.get(fact) or frozenset(fact.choices)
            decided = ask_in(narrowed)
        return known, decided

    def _visible(self, copy: Copy) -> tuple[AddedHeader, ...]:
        return copy.headers if self.gateway.readings.added_headers_visible == "yes" else ()

    def _asking(self, recipient: str, added: tuple[AddedHeader, ...], facts: CouldBe) -> Asking:
        key = (recipient, added, facts)
        if key not in self.memory.askings:
            self.memory.askings[key] = Asking(
                gateway=self.gateway,
                submission=self.submission,
                texts=self.texts,
                recipient=recipient,
                added=added,
                narrowed=dict(facts),
                assume_pass=self.assume_pass,
                assumed=self.assumed,
            )
        return self.memory.askings[key]

    def _perform(self, rule: LogicalRule, matched: list[Copy], copies: list[Copy]) -> list[Copy]:
        """Run a rule's actions in order; return the copies it then applies to (replacing forks)."""
        if rule.refuses:
            for copy in matched:
                copy.end(Ending.REFUSED, rule)
            return matched
        for place, action in enumerate(actions_in_effect(rule)):
            acting = [
                copy for copy in matched if copy.ending is None and not copy.steps[-1].skips_rest
            ]
            if not acting:
                break
            fails = self._fails(acting[0].steps[-1].index, place, action)
            self._note(rule, action, place, acting, fails=fails)
            if fails:
                self._fail(rule, action, acting, copies)
            else:
                matched = self._carry_out(rule, action, acting, matched, copies)
        return matched

    def _fails(self, index: int, place: int, action: RuleAction) -> bool:  # noqa: ARG002 - a log tells each action apart
        """Whether an action of a rule fails, by the places of both."""
        return self.scenario.fails(kind_of(action), target_of(action))

    def _carry_out(
        self,
        rule: LogicalRule,
        action: RuleAction,
        acting: list[Copy],
        matched: list[Copy],
        copies: list[Copy],
    ) -> list[Copy]:
        """Do what an action does; return the copies that the rule then applies to."""
        match action.value:
            case DropAction():
                self._drop(rule, acting)
            case AddHeaderAction(header_name=name, header_value=value):
                self._add_header((name, value), acting, copies)
            case ReplaceRecipientAction(replace_with=addresses):
                if addresses:
                    return self._replace_recipients(addresses, acting, matched, copies)
            case BounceAction():
                self._bounce(rule, acting)
            case InvokeLambdaAction():
                function = asked_function(action)
                if function is not None:
                    self._obey(self._answer_of(function), rule, acting)
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
        return matched

    def _note(
        self, rule: LogicalRule, action: RuleAction, place: int, acting: list[Copy], *, fails: bool
    ) -> None:
        """Record that an action is done for copies, or that it fails."""
        kind, target = kind_of(action, stop=rule.stop), target_of(action)
        answer = None if fails else self._stated_answer(action)
        for copy in acting:
            copy.steps[-1].actions.append(
                ActionTrace(
                    kind=kind,
                    target=target,
                    action=action,
                    path=("Actions", place),
                    recipient=copy.address,
                    headers=copy.headers,
                    result=ActionResult.FAILED if fails else ActionResult.DONE,
                    answer=answer,
                )
            )

    def _stated_answer(self, action: RuleAction) -> LambdaAnswer | None:
        function = asked_function(action)
        return None if function is None else self.scenario.answer_of(function)

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
        addresses: tuple[str, ...],
        acting: list[Copy],
        matched: list[Copy],
        copies: list[Copy],
    ) -> list[Copy]:
        """`replace_recipient` changes the envelope only: a copy for each of the new addresses.

        Later actions see the new address under every reading; the reading says whether conditions
        do: those of later rules, those of the same rule too (so that its remaining actions apply
        only to new recipients that it would match), or none.
        """
        visible = self.gateway.readings.replaced_recipients_visible
        distinct = tuple(dict.fromkeys(addresses))
        for copy in acting:
            forks = [copy.fork(address) for address in distinct]
            for fork in forks:
                if visible != "no":
                    fork.seen = fork.address
                if visible == "same_rule_too":
                    _, again = self._ask(fork.steps[-1].index, fork)
                    fork.steps[-1].skips_rest = not again.answer.is_true
            for group in (copies, matched):
                at = next(place for place, other in enumerate(group) if other is copy)
                group[at : at + 1] = forks
        return matched

    def _fail(
        self, rule: LogicalRule, action: RuleAction, acting: list[Copy], copies: list[Copy]
    ) -> None:
        """An action that fails does nothing, but may drop the message."""
        if drops_on_failure(action):
            whole = self.gateway.readings.failure_drop_scope == "message"
            for copy in copies if whole else acting:
                copy.end(Ending.DROPPED, rule)

    def _bounce(self, rule: LogicalRule, acting: list[Copy]) -> None:
        """`bounce` tells the sender; whether later rules are tried is a reading."""
        if self.gateway.readings.bounce_ends_evaluation == "yes":
            for copy in acting:
                copy.end(Ending.STOPPED, rule)

    def _answer_of(self, function: str) -> LambdaAnswer:
        stated = self.scenario.answer_of(function)
        if stated is not None:
            return stated
        name = function.rpartition(":")[2]
        in_case = f"lambda: {{{name}: …}}"
        fact = MissingFact(
            fact=f"answer of {name}",
            states=f"{in_case} in a case",
            in_case=in_case,
            choices=tuple(LambdaAnswer),
        )
        for answer in LambdaAnswer:
            left = self.world.could_be.get(fact, frozenset(fact.choices))
            if answer in left and len(left) > 1:
                self.world.decide(Lack(fact, frozenset({answer})))
        (only,) = self.world.could_be[fact]
        return LambdaAnswer(only)

    def _obey(self, answer: LambdaAnswer, rule: LogicalRule, acting: list[Copy]) -> None:
        """Do what a function answered, for the recipients it was called for.

        STOP_RULE skips the rest of the rule, STOP_RULE_SET tries no further rule:
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
                case _:
                    assert_never(answer)


def _result(asked: AskedConditions) -> RuleResult:
    if asked.answer.is_true:
        return RuleResult.APPLIED
    if any(condition.answer.is_false for condition in asked.conditions):
        return RuleResult.NOT_APPLIED
    return RuleResult.HELD_BACK
