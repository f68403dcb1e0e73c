"""What rules believe because the sender wrote it: From, Sender, HELO, headers. No check lives here.

A claim lets mail past a rule that would end it: by an exception, or by a delivery that ends with
`stop` above the rule. Mail that others vouch for (SPF, DKIM, DMARC, an add-on, the client's network
or certificate) is not taken on the sender's word.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from mmctl.analysis.effects import bounces, delivers, ends, unconditional
from mmctl.analysis.own_domains import domain_of, own_domains, takes_from_strangers
from mmctl.analysis.project_conditions import (
    Role,
    Same,
    address_attribute,
    rule_conditions,
    text_test,
)
from mmctl.analysis.verdicts import asks_for_failed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mmctl.analysis.project_conditions import PlacedCondition, TextTest
    from mmctl.language.project import LogicalRule, Project
    from mmctl.model.rules import RuleCondition
    from mmctl.problem import Path

_WRITTEN: Final = frozenset({"from", "sender", "mail_from", "helo"})
"""What names the sender, in the sender's own words."""
_VOUCHED: Final = frozenset({"VerdictExpression", "DmarcExpression", "IpExpression"})
_NEGATED: Final = frozenset({"not_equals"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One condition by which a sender gets past a rule."""

    placed: PlacedCondition
    rule: LogicalRule
    what: str
    """`from`, `sender`, `mail_from`, `helo`, `subject` or the name of a header."""
    is_header: bool
    spared: LogicalRule | None
    """The rule below that the mail never meets; None for an exception of the rule itself."""
    own: tuple[tuple[Path, str], ...] = ()
    """Values, and members of the list it names, that are domains of the project itself."""

    @property
    def is_exception(self) -> bool:
        """Whether it stands under `unless`."""
        return self.placed.role is Role.UNLESS


def claims(project: Project) -> tuple[Claim, ...]:
    """Every claim in the rule sets that strangers' mail passes."""
    return _claims_of(Same(project))


@lru_cache(maxsize=1)
def _claims_of(same: Same) -> tuple[Claim, ...]:
    # Three checks ask for these, one after the other for the same project.
    project = same.project
    own = _Own.of(project)
    return tuple(
        claim
        for rule_set in project.rule_sets.values()
        if takes_from_strangers(project, rule_set)
        for claim in _among(rule_set.live_rules(project.environment.name), own)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Own:
    """The domains of a project, and which members of its address lists are of them."""

    domains: frozenset[str]
    members: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, project: Project) -> _Own:
        domains = own_domains(project)
        members = {
            name: tuple(member for member in listed.members or () if domain_of(member) in domains)
            for name, listed in project.address_lists.items()
        }
        return cls(domains=domains, members=members if domains else {})

    def within(self, placed: PlacedCondition, test: TextTest | None) -> Iterator[tuple[Path, str]]:
        """The own domains in a condition, each with its place."""
        for index, value in enumerate(test.values if test is not None else ()):
            if test is not None and domain_of(value) in self.domains:
                yield (*test.path, "Values", index), value
        evaluate = getattr(placed.condition.value, "evaluate", None)
        listed = getattr(evaluate, "is_in_address_list", None)
        for name in listed.address_lists if listed is not None else ():
            # One says it: a list may have many.
            yield from ((placed.path, member) for member in self.members.get(name, ())[:1])


def _among(live: Sequence[LogicalRule], own: _Own) -> Iterator[Claim]:
    added: set[str] = set()
    screened = False
    for index, rule in enumerate(live):
        for claim in (*_exceptions(rule, own), *_deliveries(rule, live[index + 1 :], own)):
            if claim.what.lower() not in added if claim.is_header else not screened:
                yield claim
        screened = screened or (_blocks(rule) and _asks_for_failed_alone(rule))
        added |= {
            action.add_header.header_name.lower()
            for action in rule.actions
            if action.add_header is not None
        }


def _exceptions(rule: LogicalRule, own: _Own) -> Iterator[Claim]:
    if not (ends(rule) or bounces(rule)):
        return
    placed = tuple(rule_conditions(rule))
    asked = {_family(each) for each in placed if each.role is Role.CONDITION}
    for each in placed:
        # An exception by what the rule itself asks for only says more exactly what it is for.
        if each.role is Role.UNLESS and _family(each) not in asked - {None}:
            claim = _claim(each, rule, None, own)
            if claim is not None and (claim.is_header or _blocks(rule)):
                yield claim


def _deliveries(rule: LogicalRule, below: Sequence[LogicalRule], own: _Own) -> Iterator[Claim]:
    if not (delivers(rule) and ends(rule)) or any(map(_vouched, (*rule.conditions, *rule.unless))):
        return
    spared = next((each for each in below if _blocks(each) and not unconditional(each)), None)
    for each in rule_conditions(rule) if spared is not None else ():
        claim = _claim(each, rule, spared, own) if each.role is Role.CONDITION else None
        if claim is not None:
            yield claim


def _claim(
    placed: PlacedCondition, rule: LogicalRule, spared: LogicalRule | None, own: _Own
) -> Claim | None:
    test = text_test(placed)
    if test is not None and test.operator in _NEGATED:
        return None
    header = test.subject.removeprefix("header ") if test is not None else ""
    is_header = test is not None and header != test.subject
    # Of mail for one recipient, a subject chooses some; by itself it lets any mail in.
    is_subject = header == "subject" and spared is not None and not _for_recipients(rule)
    name = header if is_header or is_subject else _name_of_sender(placed, test)
    listed = placed.condition.boolean_expression
    excluded = listed is not None and listed.operator == "IS_FALSE"
    if name is None or excluded:
        return None
    return Claim(
        placed=placed,
        rule=rule,
        what=name,
        is_header=is_header,
        spared=spared,
        own=() if is_header else tuple(own.within(placed, test)),
    )


def _for_recipients(rule: LogicalRule) -> bool:
    return any(address_attribute(condition) == "recipient" for condition in rule.conditions)


def _name_of_sender(placed: PlacedCondition, test: TextTest | None) -> str | None:
    name = "helo" if test is not None and test.subject == "helo" else None
    name = name or address_attribute(placed.condition)
    return name if name in _WRITTEN else None


def _family(placed: PlacedCondition) -> str | None:
    """What a condition is about, if a sender writes it; From and Sender are one."""
    attribute = address_attribute(placed.condition)
    if attribute is not None:
        return "from" if attribute == "sender" else attribute
    test = text_test(placed)
    known = test is not None and (test.subject == "helo" or test.subject.startswith("header "))
    return test.subject.lower() if test is not None and known else None


def _asks_for_failed_alone(rule: LogicalRule) -> bool:
    return bool(rule.conditions) and all(map(asks_for_failed, rule.conditions))


def _blocks(rule: LogicalRule) -> bool:
    """Whether mail ends at the rule and reaches nobody by it."""
    return (ends(rule) and not delivers(rule)) or bounces(rule)


def _vouched(condition: RuleCondition) -> bool:
    """Whether somebody but the sender answers for a condition."""
    if condition.kind in _VOUCHED:
        return True
    evaluate = getattr(condition.value, "evaluate", None)
    return (
        getattr(evaluate, "analysis", None) is not None
        or getattr(evaluate, "client_certificate_attribute", None) is not None
    )
