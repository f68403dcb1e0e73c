"""Whether a plan intends that mail is treated differently: it changes the rule for that address.

Rerouting one department or blocking one phishing domain is daily work. A rule for everybody, or one
that names somebody else, was not intended for this address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.language.project import Outcome
from mmctl.live.compare.rules import effect_of, paired_rules, rules_of
from mmctl.live.ordinary.named import (
    ADDRESSED,
    SENDING,
    conditions_of,
    list_test,
    members_of,
    text_test,
)
from mmctl.live.ordinary.values import About
from mmctl.model.comparisons import NEGATED
from mmctl.model.kinds import Kind
from mmctl.model.rules import RuleSet
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.ordinary.ingress import LiveIngress
    from mmctl.live.ordinary.messages import StandingMessage
    from mmctl.live.ordinary.named import Condition
    from mmctl.live.ordinary.treatment import Treatment
    from mmctl.model.policies import TrafficPolicy
    from mmctl.model.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of two states of an ingress point."""

    configuration: LiveConfiguration
    rules: tuple[Rule, ...]
    forms: list[dict[str, Any]]
    """The rules in canonical form, in the same order."""
    policy: TrafficPolicy | None

    @classmethod
    def behind(cls, configuration: LiveConfiguration, way: LiveIngress) -> Side:
        """The state of an ingress point."""
        rule_set = configuration.find(Kind.RULE_SET, way.rule_set)
        shape = None if rule_set is None else rule_set.shape
        return cls(
            configuration=configuration,
            rules=shape.rules if isinstance(shape, RuleSet) else (),
            forms=rules_of(rule_set),
            policy=way.policy,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """Two states, and which rules in them are the same."""

    before: Side
    after: Side
    old_of_new: dict[int, int]
    new_of_old: dict[int, int]

    @classmethod
    def between(cls, before: Side, after: Side) -> Meant:
        """Pair the rules of two states."""
        old_of_new = paired_rules(before.forms, after.forms)
        return cls(
            before=before,
            after=after,
            old_of_new=old_of_new,
            new_of_old={old: new for new, old in old_of_new.items()},
        )

    def is_meant(self, message: StandingMessage, before: Treatment, after: Treatment) -> bool:
        """Whether a rule that decides before or after is itself changed for this address."""
        if message.about is About.ADDRESS and _is_lost(before, after):
            return False
        pairs = set(self._responsible(before, after))
        return any(self._changed_for(message, old, new) for old, new in pairs) or (
            before.refused is not after.refused and self._policy_changed_for(message)
        )

    def _responsible(
        self, before: Treatment, after: Treatment
    ) -> Iterator[tuple[int | None, int | None]]:
        """The rules before and after that made the difference."""
        lost = {before.places[place] for place in before.places.keys() - after.places.keys()}
        gained = {after.places[place] for place in after.places.keys() - before.places.keys()}
        for old in lost | before.deciding:
            yield old, self.new_of_old.get(old)
        for new in gained | after.deciding:
            yield self.old_of_new.get(new), new

    def _acts_anew(self, old: int | None, new: int | None) -> bool:
        """Whether a rule does something else with the same mail that it matched before."""
        if old is None or new is None:
            return False
        one, other = self.before.forms[old], self.after.forms[new]
        same = all(one.get(part) == other.get(part) for part in ("Conditions", "Unless"))
        return same and one["Actions"] != other["Actions"]

    def _changed_for(self, message: StandingMessage, old: int | None, new: int | None) -> bool:
        one = None if old is None else self.before.rules[old]
        other = None if new is None else self.after.rules[new]
        named, still = _names(one, message), _names(other, message)
        if named is not still:
            return True
        if self._listed_anew(message, (one, other)):
            return True
        if message.about is About.SENDER or _lists(one, message, self.before.configuration):
            # A sender's mail that is no longer blocked: the brake `blocking` reports it.
            return self._acts_anew(old, new)
        if not named or old is None or new is None:
            return False
        return effect_of(self.before.forms[old]) != effect_of(self.after.forms[new])

    def _listed_anew(self, message: StandingMessage, rules: Iterable[Rule | None]) -> bool:
        """Whether a list gains or loses the address."""
        conditions = [each for rule in rules if rule is not None for each in conditions_of(rule)]
        return _listed_anew(
            message, conditions, self.before.configuration, self.after.configuration
        )

    def _policy_changed_for(self, message: StandingMessage) -> bool:
        """Whether the policies name the address differently."""
        named, still = (_policy_names(side.policy, message) for side in (self.before, self.after))
        if named != still:
            return True
        conditions = [
            condition
            for side in (self.before, self.after)
            if side.policy is not None
            for statement in side.policy.policy_statements
            for condition in statement.conditions
        ]
        return _listed_anew(
            message, conditions, self.before.configuration, self.after.configuration
        )


def _is_lost(before: Treatment, after: Treatment) -> bool:
    """Whether mail is lost, or now only stored instead of delivered, although no rule says so."""
    kept = {Outcome.DELIVERED, Outcome.STORED}
    lost = after.outcome is Outcome.LOST and before.outcome in kept
    return lost or (after.outcome is Outcome.STORED and before.outcome is Outcome.DELIVERED)


def _names(rule: Rule | None, message: StandingMessage) -> bool:
    """Whether a rule names exactly the address of a message."""
    if rule is None:
        return False
    return any(_condition_names(condition, message) for condition in conditions_of(rule))


def _condition_names(condition: Condition, message: StandingMessage) -> bool:
    test = text_test(condition)
    wanted = SENDING if message.about is About.SENDER else ADDRESSED
    return (
        test is not None
        and test.operand in wanted
        and test.operator not in NEGATED
        and any(_means(value, message) for value in test.values)
    )


def _means(text: str, message: StandingMessage) -> bool:
    """Whether a text is exactly that address, or the domain of a sender."""
    text = text.lower()
    if message.about is not About.SENDER:
        return text == message.subject
    sender = message.submission.envelope.mail_from or ""
    return text in {message.subject, sender} or text.lstrip("*@.") == sender.rpartition("@")[2]


def _lists(rule: Rule | None, message: StandingMessage, configuration: LiveConfiguration) -> bool:
    """Whether a list that a rule looks in has the address as a separate member."""
    if rule is None:
        return False
    asked = filter(None, map(list_test, conditions_of(rule)))
    return any(
        each.operand in ADDRESSED
        and message.subject in {member.lower() for member in members_of(configuration, each.name)}
        for each in asked
    )


def _policy_names(policy: TrafficPolicy | None, message: StandingMessage) -> frozenset[str]:
    """The actions of the statements that name the address."""
    return frozenset(
        str(statement.action)
        for statement in (() if policy is None else policy.policy_statements)
        if any(_condition_names(condition, message) for condition in statement.conditions)
    )


def _listed_anew(
    message: StandingMessage,
    conditions: Iterable[Condition],
    before: LiveConfiguration,
    after: LiveConfiguration,
) -> bool:
    wanted = SENDING if message.about is About.SENDER else ADDRESSED
    for asked in map(list_test, conditions):
        if asked is None or asked.operand not in wanted:
            continue
        if any(_means(each, message) for each in _came_or_went(asked.name, before, after)):
            return True
    return False


def _came_or_went(name: str, before: LiveConfiguration, after: LiveConfiguration) -> set[str]:
    """The members that a list gained or lost; for a new list those that no list had.

    A list that is a copy of another one, or was renamed, gained nobody.
    """
    is_now = _lowered(members_of(after, name))
    if before.find(Kind.ADDRESS_LIST, name) is not None:
        return is_now ^ _lowered(members_of(before, name))
    lists = before.of_kind(Kind.ADDRESS_LIST)
    return is_now.difference(*(_lowered(each.members or ()) for each in lists))


def _lowered(members: Iterable[str]) -> set[str]:
    return {each.lower() for each in members}
