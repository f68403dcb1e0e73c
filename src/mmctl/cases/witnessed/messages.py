"""Messages near one rule: ordinary mail, changed until the rule takes it, or just does not."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from mmctl.analysis.encoding.proof import Proof, Shown
from mmctl.cases.library.filling import functions_asked, good_message
from mmctl.cases.library.people import people_of
from mmctl.cases.mutants.drafts import as_written, draft_of
from mmctl.cases.mutants.steering import answer_for, answering
from mmctl.cases.mutants.variations import variations
from mmctl.judge.compare import Members
from mmctl.judge.index.index import index_of
from mmctl.judge.ingress import gateway_behind, ingress_of
from mmctl.judge.judging import judge
from mmctl.judge.submission import LambdaAnswer, Scenario
from mmctl.language.project import Outcome
from mmctl.model.enums import AcceptAction
from mmctl.model.facts import EnvelopeFact
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.cases.mutants.drafts import Draft
    from mmctl.cases.mutants.steering import Demand
    from mmctl.judge.ingress import Way
    from mmctl.judge.submission import Submission
    from mmctl.judge.trace import RecipientTrace
    from mmctl.language.project import LogicalRule, Project

_TRIES: Final = 24
"""Messages that are tried for one rule and one question, before a proof is asked."""
_JUDGED: Final = 24
"""Of these, how many are judged."""
_JUDGED_IN_WORLDS: Final = 2
"""How many are judged where members of lists are unknown: each takes many times as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMail:
    """A message, and what becomes of it as its case will be read."""

    draft: Draft
    got: RecipientTrace

    def applied(self, rule: LogicalRule) -> bool:
        """Whether a rule applied to it."""
        return rule.name in self.got.applied


class NearRules:
    """One way into a project, and messages near each of its rules."""

    def __init__(self, project: Project, way: Way) -> None:
        """Encode the gateway and compose ordinary mail for it."""
        names = ingress_of(project, way)
        self.gateway = gateway_behind(project, way)
        self._supposed = replace(
            self.gateway,
            lists={
                name: Members.of(()) if members is None else members
                for name, members in self.gateway.lists.items()
            },
        )
        """The gateway as if lists whose members nobody knows had none: far faster to ask."""
        self._is_known = None not in self.gateway.lists.values()
        self._judged_at_most = _JUDGED if self._is_known else _JUDGED_IN_WORLDS
        self.proof = Proof(self.gateway, effort=project.settings.lint.proof_effort)
        self._lists = {
            name: tuple(sorted(members.entries, key=lambda each: ("*" in each, each)))
            for name, members in self.gateway.lists.items()
            if members is not None
        }
        self._names = (way.ingress_point, names.rule_set)
        answers = dict.fromkeys(functions_asked(self.gateway), LambdaAnswer.CONTINUE)
        self._scenario = Scenario(answers=answers)
        self._bases = tuple(self._admitted(project))

    def _admitted(self, project: Project) -> Iterator[Draft]:
        """Ordinary mail that the policy lets in, or may let in: one message for each statement."""
        person, *_ = people_of(project).persons
        plain = self._draft(good_message(project, person), person)
        judged = self._judged(plain)
        if judged is None or judged.got.outcome is not Outcome.REFUSED:
            yield plain
        policy = self.gateway.policy
        for statement in () if policy is None else policy.policy_statements:
            if statement.action is AcceptAction.ALLOW:
                led = self._led(plain, [(True, each) for each in statement.conditions])
                if led is not None:
                    yield led

    def _draft(self, submission: Submission, recipient: str) -> Draft:
        return draft_of("", submission, self._scenario, recipient, *self._names)

    def _judged(self, draft: Draft) -> NearMail | None:
        """A draft as its case will be read; None: it cannot be written, or something is unknown."""
        submission = as_written(draft)
        if submission is None:
            return None
        rules = index_of(self.gateway).survey(submission).rules
        got = judge(self.gateway, submission, draft.scenario, among=rules).recipients[0]
        if got.outcome is Outcome.UNKNOWN or got.missing:
            return None
        return NearMail(draft=draft, got=got)

    def _may(self, draft: Draft, rule: LogicalRule, *, applies: bool) -> bool:
        """Whether a rule applies to a draft, or does not, if unknown lists have no members."""
        if self._is_known:
            return True
        submission = draft.submission()
        rules = index_of(self._supposed).survey(submission).rules
        got = judge(self._supposed, submission, draft.scenario, among=rules).recipients[0]
        return (rule.name in got.applied) is applies

    def taken(self, place: int) -> NearMail | None:
        """A message that a rule takes; None: none was found."""
        rule = self.gateway.rules[place]
        demands = _demands(rule)
        tried = (
            draft
            for base in self._bases
            for led in (self._led(base, demands),)
            if led is not None
            for draft in (_natural(led, base), led, *self._others(led, demands))
        )
        likely = (draft for draft in islice(tried, _TRIES) if self._may(draft, rule, applies=True))
        for draft in islice(likely, self._judged_at_most):
            judged = self._judged(draft)
            if judged is not None and judged.applied(rule):
                return judged
        if not self._is_known:
            return None
        return self._proved([self.proof.paths[0].rules[place].applies], rule, applies=True)

    def missed(self, place: int, taken: NearMail) -> NearMail | None:
        """A message like the one that a rule takes, but for one condition; None: none was found.

        Preferably one that gets in, and that nothing above the rule ends.
        """
        rule = self.gateway.rules[place]
        demands = _demands(rule)
        refused: NearMail | None = None
        tried = islice(self._just_missing(taken.draft, demands), _TRIES)
        likely = (draft for draft in tried if self._may(draft, rule, applies=False))
        for draft in islice(likely, self._judged_at_most):
            judged = self._judged(draft)
            if judged is None or judged.applied(rule):
                continue
            if judged.got.outcome is not Outcome.REFUSED or taken.got.outcome is Outcome.REFUSED:
                return judged
            refused = refused or judged
        if refused is None and demands and self._is_known:
            literals = self.proof.paths[0].rules[place]
            for at, asked in enumerate(literals.asked):
                others = [each for number, each in enumerate(literals.asked) if number != at]
                found = self._proved([literals.reached, -asked, *others], rule, applies=False)
                if found is not None:
                    return found
        return refused

    def _just_missing(self, draft: Draft, demands: Sequence[Demand]) -> Iterator[Draft]:
        for place, (wanted, asked) in enumerate(demands):
            others = [*demands[:place], *demands[place + 1 :]]
            for varied in (
                *(variation.of(draft) for variation in variations(asked, self._lists)),
                *_neighbors(draft),
            ):
                if answer_for(self.gateway, varied, asked) is (not wanted) and self._meets(
                    varied, others
                ):
                    yield _natural(varied, draft)
                    yield varied

    def _led(self, draft: Draft, demands: Sequence[Demand]) -> Draft | None:
        """A draft, changed until all demands are met."""
        led: Draft | None = draft
        for place in range(len(demands)):
            led = answering(self.gateway, led, demands[: place + 1], self._lists)
        return led

    def _others(self, led: Draft, demands: Sequence[Demand]) -> Iterator[Draft]:
        """Other messages that meet all demands."""
        for _, asked in demands:
            for variation in variations(asked, self._lists):
                varied = variation.of(led)
                if self._meets(varied, demands):
                    yield varied

    def _meets(self, draft: Draft, demands: Sequence[Demand]) -> bool:
        return all(answer_for(self.gateway, draft, asked) is wanted for wanted, asked in demands)

    def _proved(self, literals: list[int], rule: LogicalRule, *, applies: bool) -> NearMail | None:
        """The message of a proof, if a case can state it."""
        answer = self.proof.ask(literals)
        if not isinstance(answer, Shown):
            return None
        witness = answer.witness
        submission = witness.submission
        draft = self._draft(submission, submission.envelope.recipients[0])
        draft = replace(
            draft,
            scenario=replace(witness.scenario, answers=self._scenario.answers),
            size_matters=witness.size is not None,
        )
        judged = self._judged(draft)
        return judged if judged is not None and judged.applied(rule) is applies else None


def _demands(rule: LogicalRule) -> list[Demand]:
    return [
        *((True, each) for each in rule.conditions),
        *((False, each) for each in rule.unless),
    ]


def _neighbors(draft: Draft) -> Iterator[Draft]:
    """The draft for somebody else at the same domain, at a domain below it, and at another one."""
    local, _, domain = draft.envelope.recipients[0].rpartition("@")
    for address in (f"not.{local}@{domain}", f"{local}@not.{domain}", f"{local}@not-{domain}"):
        yield draft.stating(EnvelopeFact.RECIPIENTS, (address,))


def _natural(draft: Draft, before: Draft) -> Draft:
    """A draft whose headers name those whom its envelope names, where only one of them changed."""
    recipient, sender = draft.envelope.recipients[0], draft.envelope.mail_from
    if draft.headers.get("to") == before.headers.get("to"):
        draft = draft.with_header("to", (recipient,))
    own = draft.headers.get("from", ())
    if own != before.headers.get("from") and sender == before.envelope.mail_from and own:
        address = own[0].rpartition("<")[2].removesuffix(">")
        return replace(draft, envelope=replace(draft.envelope, mail_from=address))
    if own == before.headers.get("from") and sender != before.envelope.mail_from and sender:
        return draft.with_header("from", (sender,))
    return draft
