"""Looks for a message that shows a mutant: variations of cases' messages, each judged twice.

Cheap and deterministic: a bounded number of tries. Finding none proves nothing.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.cases.case import Case, Expectation, WrittenMessage
from mmctl.cases.expectations import failures_of
from mmctl.cases.mutants.candidates import Noticing
from mmctl.cases.mutants.drafts import as_written, case_text, draft_of
from mmctl.cases.mutants.mutant import PolicyChanged, RulesChanged, RulesSwapped
from mmctl.cases.mutants.sizes_and_failures import named_here, provocations
from mmctl.cases.mutants.steering import answering
from mmctl.cases.mutants.variations import variations
from mmctl.judge.index.index import index_of
from mmctl.judge.judging import judge
from mmctl.language.project import Outcome
from mmctl.mail.reader import read_email
from mmctl.model.comparisons import Takes
from mmctl.model.conditions import asked_by
from mmctl.model.facts import RECIPIENTS
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mmctl.cases.mutants.drafts import Draft
    from mmctl.cases.mutants.mutant import Mutant
    from mmctl.judge.submission import Gateway, Scenario, Submission
    from mmctl.judge.trace import RecipientTrace, Trace
    from mmctl.model.policies import PolicyCondition
    from mmctl.model.rules import RuleCondition

    Conditions = Iterable[RuleCondition | PolicyCondition]

BASES: Final = 8
"""At most this many cases are starting points."""
_TRIES: Final = 400
"""At most this many drafts are tried for one mutant; most are dropped without judging."""
_JUDGED: Final = 24
"""At most this many drafts are judged for one mutant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseCase:
    """A case as a starting point."""

    case: Case
    gateway: Gateway
    submission: Submission


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A case that would notice a mutant."""

    name: str
    draft: Draft
    expected: Expectation

    @property
    def text(self) -> str:
        """The case in YAML, as an item of `cases:`."""
        return case_text(self.name, self.draft, [self.expected])


def killing_case(
    mutant: Mutant, bases: Sequence[BaseCase], lists: Mapping[str, tuple[str, ...]]
) -> Suggestion | None:
    """A case that passes now and fails under the mutant; None if none was found."""
    judged = 0
    for gateway, draft in islice(_drafts(mutant, bases, lists), _TRIES):
        if not Noticing(gateway, draft.submission(), None).can_notice(mutant):
            continue
        judged += 1
        if judged > _JUDGED:
            return None
        expected = _difference(mutant, gateway, draft, draft.submission())
        if expected is None:
            continue
        written = as_written(draft)
        if written is not None and _difference(mutant, gateway, draft, written):
            return Suggestion(_name(draft, expected), draft, expected)
    return None


def noticed_by(mutant: Mutant, gateway: Gateway, draft: Draft) -> Suggestion | None:
    """The case of a message, if it passes now and fails under the mutant, as it is written."""
    written = as_written(draft)
    expected = None if written is None else _difference(mutant, gateway, draft, written)
    return None if expected is None else Suggestion(_name(draft, expected), draft, expected)


def _name(draft: Draft, expected: Expectation) -> str:
    """What the case shows: `from someone@examp1e.example is dropped by block-lookalike`."""
    what = " and ".join(draft.changes[-2:]) or f"{draft.base}, in full"
    return f"{what}: {expected.outcome}" + (f" by {expected.by}" if expected.by else "")


def _drafts(
    mutant: Mutant, bases: Sequence[BaseCase], lists: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[Gateway, Draft]]:
    """The messages unchanged, with one change, then steered to the rule and changed."""
    drafts = [(base.gateway, draft) for base in bases[:BASES] for draft in _drafts_of(base)]
    conditions = (*mutant.conditions, *_admitting(mutant, bases))
    focus = [variation for asked in conditions for variation in variations(asked, lists)]
    provoked = {id(base.gateway): list(provocations(mutant, base.gateway)) for base in bases}
    yield from drafts
    for gateway, draft in drafts:
        for variation in (*focus, *provoked[id(gateway)]):
            yield gateway, variation.of(draft)
    for gateway, draft in drafts:
        for led in _led(mutant, gateway, draft, lists):
            yield gateway, led
            for variation in (*focus, *provoked[id(gateway)]):
                yield gateway, variation.of(led)


def _admitting(mutant: Mutant, bases: Sequence[BaseCase]) -> Conditions:
    """For a condition on recipients, those of the policies: no other recipient gets that far."""
    if isinstance(mutant.edit, PolicyChanged) or not any(map(_on_recipients, mutant.conditions)):
        return ()
    policies = {id(base.gateway.policy): base.gateway.policy for base in bases}
    return [
        condition
        for policy in policies.values()
        for statement in (policy.policy_statements if policy else ())
        for condition in statement.conditions
        if _on_recipients(condition)
    ]


def _on_recipients(condition: RuleCondition | PolicyCondition) -> bool:
    asked = asked_by(condition)
    return asked.operand.fact is RECIPIENTS and asked.takes is Takes.TEXT


def _drafts_of(base: BaseCase) -> Iterator[Draft]:
    for recipient in base.case.envelope.recipients[:2]:
        yield draft_of(
            base.case.name,
            base.submission,
            base.case.scenario,
            recipient,
            base.case.ingress_point,
            base.case.rule_set,
        )


def _led(
    mutant: Mutant, gateway: Gateway, draft: Draft, lists: Mapping[str, tuple[str, ...]]
) -> Iterator[Draft]:
    """The draft, changed until all other conditions of the mutated rule or statement are met."""
    for conditions, unless in _around(mutant, gateway):
        demands = [
            *((True, each) for each in conditions if each not in mutant.conditions),
            *((False, each) for each in unless if each not in mutant.conditions),
        ]
        led: Draft | None = draft
        for place in range(len(demands)):
            led = answering(gateway, led, demands[: place + 1], lists)
        if led is not None and led is not draft:
            yield led


def _around(mutant: Mutant, gateway: Gateway) -> Iterator[tuple[Conditions, Conditions]]:
    """The conditions and exceptions that a message must meet to show the mutant."""
    match mutant.edit:
        case PolicyChanged():
            statements = gateway.policy.policy_statements if gateway.policy else ()
            touched = [each for each in statements if set(each.conditions) & set(mutant.conditions)]
            yield from ((statement.conditions, ()) for statement in touched)
        case RulesChanged(rules=changed):
            for index in list(changed)[:2]:
                rule = gateway.rules[index]
                yield rule.conditions, rule.unless
        case RulesSwapped(first=first):
            one, other = gateway.rules[first : first + 2]
            yield (*one.conditions, *other.conditions), (*one.unless, *other.unless)
        case _:
            assert_never(mutant.edit)


def _difference(
    mutant: Mutant, gateway: Gateway, draft: Draft, submission: Submission
) -> Expectation | None:
    """What a draft's case would expect, if it passes now and would fail under the mutant."""
    rules = index_of(gateway).survey(submission).rules
    before = judge(gateway, submission, draft.scenario, among=rules).recipients[0]
    if before.outcome is Outcome.UNKNOWN or before.missing:
        return None
    after = under(mutant, gateway, submission, draft.scenario)
    labels = [action.label for action in before.actions]
    kinds = [action.kind for action in before.actions]
    named = [label if named_here(kind) else kind for label, kind in zip(labels, kinds, strict=True)]
    for actions in (None, kinds, named, labels):
        expected = _expectation(mutant, before, actions)
        if failures_of(_case(draft, expected), after):
            return expected
    return None


def under(mutant: Mutant, gateway: Gateway, submission: Submission, scenario: Scenario) -> Trace:
    """What happens to a message under the mistake, by the rules that may apply to it."""
    rules = index_of(gateway).survey(submission).rules
    among = mutant.may_apply(gateway, rules)
    return judge(mutant.apply(gateway), submission, scenario, among=among)


def _expectation(mutant: Mutant, got: RecipientTrace, actions: list[str] | None) -> Expectation:
    return Expectation(
        recipient=got.recipient,
        outcome=got.outcome,
        by=got.by,
        rules=got.applied,
        actions=None if actions is None else tuple(actions),
        position=mutant.position,
    )


def _case(draft: Draft, expected: Expectation) -> Case:
    return Case(
        name=draft.base,
        position=expected.position,
        message=WrittenMessage(email=read_email(b"")),
        ingress_point=draft.ingress_point,
        rule_set=draft.rule_set,
        session=draft.session,
        envelope=draft.envelope,
        facts=draft.facts,
        scenario=draft.scenario,
        expectations=(expected,),
    )
