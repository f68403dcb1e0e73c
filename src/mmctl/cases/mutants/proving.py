"""Proves that no message shows a mutant, or finds one where trying messages of cases found none.

Both versions are formulas over the same message. What shows a mistake is what a case can expect:
the outcome, which rule or statement decided, which rules applied, and what they did.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, assert_never

from mmctl.analysis.encoding.proof import Proof, Refuted, Shown, Undecided
from mmctl.analysis.sat.circuit import FALSE
from mmctl.cases.mutants.drafts import draft_of
from mmctl.cases.mutants.mutant import Mistake, PolicyChanged, RulesChanged, RulesSwapped
from mmctl.judge.actions import actions_in_effect
from mmctl.judge.policy import statement_name
from mmctl.model.actions import Does, row_of
from mmctl.model.enums import AcceptAction
from mmctl.model.quotas import MESSAGE_BYTES
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.analysis.encoding.proof import Answer
    from mmctl.analysis.encoding.witness import Witness
    from mmctl.cases.mutants.drafts import Draft
    from mmctl.cases.mutants.mutant import Mutant
    from mmctl.judge.ingress import Way
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import LogicalRule
    from mmctl.model.rules import RuleAction


@dataclass(frozen=True, slots=True, kw_only=True)
class WayIn:
    """One way into the project, with all that is behind it."""

    way: Way
    rule_set: str
    policy: str | None
    gateway: Gateway

    def is_about(self, mutant: Mutant) -> bool:
        """Whether mail that comes in there meets what is changed."""
        if isinstance(mutant.edit, PolicyChanged):
            return self.policy == mutant.edit.policy
        return self.rule_set == mutant.edit.rule_set

    def draft(self, witness: Witness) -> Draft:
        """The message of a witness, as a case can state it."""
        submission = witness.submission
        draft = draft_of(
            "a message that was made up",
            submission,
            witness.scenario,
            submission.envelope.recipients[0],
            self.way.ingress_point,
            self.rule_set,
        )
        sized = witness.size is not None
        return replace(
            draft,
            envelope=submission.envelope,
            size_matters=sized,
            changes=(f"mail to {submission.envelope.recipients[0]}",),
        )


def shown(mutant: Mutant, gateway: Gateway, effort: int, *, whole: bool = False) -> Answer:
    """A message that shows a mutant of a gateway; refuted: there is none.

    `whole`: all facts are stated that rules further below look at, which takes longer.
    """
    count = len(gateway.rules) if whole else _rules_that_count(mutant, gateway)
    before = replace(gateway, rules=gateway.rules[:count])
    proof = Proof(before, mutant.apply(before), failures=True, effort=effort)
    return proof.ask([_Shows(proof).mutant(mutant)])


def why_open(answer: Answer) -> str | None:
    """Why it is unknown whether a message shows a mutant; None: it is known that none does."""
    match answer:
        case Refuted():
            return None
        case Shown():
            return "a message that was found cannot be stated in a case"
        case Undecided(why=why):
            return why
        case never:
            assert_never(never)


def _shows_below(mutant: Mutant, gateway: Gateway) -> bool:
    """Whether a mistake shows only in what becomes of the mail after the changed rule."""
    if mutant.change is Mistake.ON_FAILURE_CHANGED:
        return True
    return isinstance(mutant.edit, RulesChanged) and any(
        rule is not None and _ends(rule) is not _ends(gateway.rules[place])
        for place, rule in mutant.edit.rules.items()
    )


def _ends(rule: LogicalRule) -> bool:
    return any(row_of(action).does is Does.ENDS for action in actions_in_effect(rule))


def _rules_that_count(mutant: Mutant, gateway: Gateway) -> int:
    """Up to which rule a mistake shows: that its rule applies, or what it does, is enough."""
    if _shows_below(mutant, gateway):
        return len(gateway.rules)
    match mutant.edit:
        case PolicyChanged():
            return 0
        case RulesSwapped(first=first):
            return first + 2
        case RulesChanged(rules=rules):
            return max(rules) + 1
        case _:
            assert_never(mutant.edit)


class _Shows:
    """What a case would see of a mutant, as literals."""

    def __init__(self, proof: Proof) -> None:
        self._proof = proof
        self._circuit = proof.circuit
        self._before, self._after = proof.paths

    def mutant(self, mutant: Mutant) -> int:
        """Whether a case would notice."""
        any_of, differ = self._circuit.any_of, self._circuit.differ
        if isinstance(mutant.edit, RulesChanged) and _shows_below(mutant, self._proof.gateways[0]):
            outcomes = self._before.outcomes
            fails = mutant.change is Mistake.ON_FAILURE_CHANGED  # the action is another, but alike
            return any_of(
                (
                    *(differ(outcomes[each], self._after.outcomes[each]) for each in outcomes),
                    *self._applied(dict.fromkeys(range(len(self._before.rules)))),
                    *(self._done(mutant.edit.rules) if not fails else ()),
                )
            )
        match mutant.edit:
            case PolicyChanged():
                decided = self._decided(0), self._decided(1)
                names = dict.fromkeys((*decided[0], *decided[1]))
                by = any_of(differ(*(each.get(name, FALSE) for each in decided)) for name in names)
                return any_of(
                    (
                        differ(self._before.admitted, self._after.admitted),
                        self._circuit.all_of((by, -self._too_large())),
                    )
                )
            case RulesSwapped(first=first):
                one, other = self._before.rules[first : first + 2]
                other_after, one_after = self._after.rules[first : first + 2]
                return any_of(
                    (
                        self._circuit.all_of((one.applies, other.applies)),
                        differ(one.applies, one_after.applies),
                        differ(other.applies, other_after.applies),
                    )
                )
            case RulesChanged(rules=rules):
                gone = [place for place, rule in rules.items() if rule is None]
                left_out = [self._before.rules[place].applies for place in gone]
                kept = {place: None for place in rules if place not in gone}
                return any_of((*left_out, *self._applied(kept), *self._done(rules)))
            case _:
                assert_never(mutant.edit)

    def _too_large(self) -> int:
        """Whether no statement decides, in one of the versions."""
        policies = [each.policy for each in self._proof.gateways if each.policy is not None]
        stated = [each.max_message_size_bytes for each in policies]
        limit = min((MESSAGE_BYTES.most, *(each for each in stated if each is not None)))
        return self._proof.fields.size.at_least(limit + 1)

    def _applied(self, places: dict[int, None]) -> Iterator[int]:
        """Whether a rule applies in one version alone."""
        for place in places:
            both = self._before.rules[place], self._after.rules[place]
            yield self._circuit.differ(*(each.applies for each in both))

    def _done(self, rules: Mapping[int, LogicalRule | None]) -> Iterator[int]:
        """Whether an action is done in one version alone."""
        for place, rule in rules.items():
            if rule is not None:
                halves = self._by_action(0, place), self._by_action(1, place)
                for action in dict.fromkeys((*halves[0], *halves[1])):
                    yield self._circuit.differ(*(each.get(action, FALSE) for each in halves))

    def _by_action(self, number: int, place: int) -> dict[tuple[RuleAction, int], int]:
        """Of each action whether it is done; the second of two alike counts by itself."""
        rule = self._proof.gateways[number].rules[place]
        found: dict[tuple[RuleAction, int], int] = {}
        times: Counter[RuleAction] = Counter()
        done = self._proof.paths[number].rules[place].done
        for action, literal in zip(actions_in_effect(rule), done, strict=True):
            if row_of(action).does is Does.ENDS:
                continue  # that shows in the outcome, and in the rules below
            found[action, times[action]] = literal
            times[action] += 1
        return found

    def _decided(self, number: int) -> dict[str, int]:
        """Of each statement, by name, whether it decides: the first deny, else the first allow."""
        gateway = self._proof.gateways[number]
        statements = () if gateway.policy is None else gateway.policy.policy_statements
        matches = [self._proof.statement(each, number) for each in statements]
        found: dict[str, int] = {}
        above: list[int] = []
        for action in (AcceptAction.DENY, AcceptAction.ALLOW):
            for place, statement in enumerate(statements):
                if statement.action is action:
                    name = statement_name(gateway.statement_names, place)
                    alone = self._circuit.all_of((matches[place], -self._circuit.any_of(above)))
                    found[name] = self._circuit.any_of((found.get(name, FALSE), alone))
                    above.append(matches[place])
        return found
