"""Recipients of one message who are seen alike: whatever is asked has the same answers for them.

They end alike in every world, so that a message for many is judged in every world only once. What
tells recipients apart is only the policy and rules with conditions on the recipient.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mmctl.judge.policy import refused_outright

if TYPE_CHECKING:
    from mmctl.judge.answers import Answer
    from mmctl.judge.evaluator import Evaluator
    from mmctl.judge.remembering import CouldBe, RuleQuestion


class _SeenBefore(NamedTuple):
    """A recipient who was judged, with what was asked, in the order of asking."""

    place: int
    policies: tuple[CouldBe, ...]
    """What facts could be whenever the policy was asked."""
    rules: tuple[RuleQuestion, ...]
    """What was asked of rules that read recipients."""


class Alike:
    """The recipients of one message who were judged, to find them again in others."""

    __slots__ = ("_evaluator", "_models", "_recipients")

    def __init__(self, evaluator: Evaluator) -> None:
        """The evaluator answers without deciding anything, and has the memory of the judgment."""
        self._evaluator = evaluator
        self._recipients = evaluator.submission.envelope.recipients
        self._models: list[_SeenBefore] = []

    def model(self, place: int) -> int | None:
        """The place of a recipient who was judged and is seen like this one, if there is one."""
        if not self._models:
            return None
        evaluator = self._evaluator
        if refused_outright(evaluator.gateway, evaluator.submission, place) is not None:
            return None
        return next((each.place for each in self._models if self._same(each, place)), None)

    def remember(self, place: int) -> None:
        """Take a recipient who was judged in every world as a model for others."""
        recipient, memory = self._recipients[place], self._evaluator.memory
        self._models.append(
            _SeenBefore(
                place=place,
                policies=tuple(memory.policies.get(recipient, ())),
                rules=tuple(memory.rules.get(recipient, ())),
            )
        )

    def _same(self, model: _SeenBefore, place: int) -> bool:
        """Whether all that was asked about one recipient has the same answers for another.

        Up to the first answer that differs, judging the other would have asked the same.
        """
        one, other = self._recipients[model.place], self._recipients[place]
        return one == other or (
            all(self._same_policy(one, other, facts) for facts in model.policies)
            and all(self._same_rule(one, other, question) for question in model.rules)
        )

    def _same_policy(self, one: str, other: str, facts: CouldBe) -> bool:
        policy = self._evaluator.gateway.policy
        if policy is None:
            return True
        before = self._evaluator.policy_in(policy, one, facts)
        after = self._evaluator.policy_in(policy, other, facts)
        return before.by == after.by and _same(before.admitted, after.admitted)

    def _same_rule(self, one: str, other: str, question: RuleQuestion) -> bool:
        before = self._evaluator.rule_in(one, question)
        return _same(before.answer, self._evaluator.rule_in(other, question).answer)


def _same(one: Answer, other: Answer) -> bool:
    """Whether answers are equal, and what is missing could be the same things."""
    return one == other and all(
        lack.fact.choices == another.fact.choices
        for lack, another in zip(one.lacks, other.lacks, strict=True)
    )
