"""What rules believe because the sender wrote it: From, Sender, HELO, headers. No check lives here.

A claim gets mail past a rule that would end it: by an exception, or by a delivery that ends with
`stop` above the rule. Mail that others vouch for (SPF, DKIM, DMARC, an add-on, the client's network
or certificate) is not taken on the sender's word.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from mmctl.analysis.effects import bounces, delivers, ends, unconditional
from mmctl.analysis.own_domains import domain_of, own_domains, takes_from_strangers
from mmctl.analysis.project_conditions import (
    Role,
    Same,
    rule_conditions,
    text_test,
)
from mmctl.analysis.verdicts import asks_for_failed
from mmctl.model.actions import added_header
from mmctl.model.comparisons import NEGATED
from mmctl.model.conditions import header_of, listed_by, operand_of
from mmctl.model.facts import RECIPIENTS
from mmctl.model.operands import FROM, Party
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mmctl.analysis.project_conditions import PlacedCondition, TextTest
    from mmctl.language.project import LogicalRule, Project
    from mmctl.model.rules import RuleCondition
    from mmctl.problem import Path

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
    """Values, and members of the named list, that are the project's own domains."""

    @property
    def is_exception(self) -> bool:
        """Whether it is under `unless`."""
        return self.placed.role is Role.UNLESS


def claims(project: Project) -> tuple[Claim, ...]:
    """Every claim in the rule sets that mail from strangers goes through."""
    return _claims_of(Same(project))


@lru_cache(maxsize=1)
def _claims_of(same: Same) -> tuple[Claim, ...]:
    # Three checks in a row need these for the same project.
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
    """The domains of a project, and the members of its address lists that belong to them."""

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
        listed = listed_by(placed.condition)
        for name in listed.address_lists if listed is not None else ():
            # One is enough as an example: a list may have many.
            yield from ((placed.path, member) for member in self.members.get(name, ())[:1])


def _among(live: Sequence[LogicalRule], own: _Own) -> Iterator[Claim]:
    added: set[str] = set()
    screened = False
    spared = _spared_by(live)
    for rule, below in zip(live, spared, strict=True):
        for claim in (*_exceptions(rule, own), *_deliveries(rule, below, own)):
            if claim.what.lower() not in added if claim.is_header else not screened:
                yield claim
        screened = screened or (_blocks(rule) and _asks_for_failed_alone(rule))
        headers = filter(None, map(added_header, rule.actions))
        added |= {name.lower() for name, _ in headers}


def _spared_by(live: Sequence[LogicalRule]) -> list[LogicalRule | None]:
    """For each rule, the first rule below that blocks some mail."""
    found: list[LogicalRule | None] = []
    below: LogicalRule | None = None
    for rule in reversed(live):
        found.append(below)
        if _blocks(rule) and not unconditional(rule):
            below = rule
    return found[::-1]


def _exceptions(rule: LogicalRule, own: _Own) -> Iterator[Claim]:
    if not rule.unless or not (ends(rule) or bounces(rule)):
        return
    placed = tuple(rule_conditions(rule))
    asked = {_family(each) for each in placed if each.role is Role.CONDITION}
    for each in placed:
        # An exception on the operand of one of the rule's conditions only narrows the rule.
        if each.role is Role.UNLESS and _family(each) not in asked - {None}:
            claim = _claim(each, rule, None, own)
            if claim is not None and (claim.is_header or _blocks(rule)):
                yield claim


def _deliveries(rule: LogicalRule, spared: LogicalRule | None, own: _Own) -> Iterator[Claim]:
    if spared is None or not (delivers(rule) and ends(rule)):
        return
    if any(map(_vouched, (*rule.conditions, *rule.unless))):
        return
    for each in rule_conditions(rule):
        claim = _claim(each, rule, spared, own) if each.role is Role.CONDITION else None
        if claim is not None:
            yield claim


def _claim(
    placed: PlacedCondition, rule: LogicalRule, spared: LogicalRule | None, own: _Own
) -> Claim | None:
    test = text_test(placed)
    if test is not None and test.operator in _NEGATED:
        return None
    header, operand = header_of(placed.condition), operand_of(placed.condition)
    # With a recipient, a subject only selects; by itself it lets any mail in.
    lets_in = operand.is_free_text and spared is not None and not _for_recipients(rule)
    name = header or (operand.key if lets_in or operand.party is Party.SENDER else None)
    listed = placed.condition.boolean_expression
    excluded = listed is not None and listed.operator in NEGATED
    if name is None or excluded:
        return None
    return Claim(
        placed=placed,
        rule=rule,
        what=name,
        is_header=header is not None,
        spared=spared,
        own=() if header is not None else tuple(own.within(placed, test)),
    )


def _for_recipients(rule: LogicalRule) -> bool:
    return any(operand_of(condition).fact is RECIPIENTS for condition in rule.conditions)


def _family(placed: PlacedCondition) -> str | None:
    """What a condition is about, if the sender writes it; From and Sender count as one."""
    header, operand = header_of(placed.condition), operand_of(placed.condition)
    if header is not None:
        return f"{operand.key} {header.lower()}"
    if operand.party is Party.SENDER and not operand.single:
        return FROM.key
    return operand.key if operand.is_address or operand.is_server_name else None


def _asks_for_failed_alone(rule: LogicalRule) -> bool:
    return bool(rule.conditions) and all(map(asks_for_failed, rule.conditions))


def _blocks(rule: LogicalRule) -> bool:
    """Whether mail ends at the rule and the rule delivers it to nobody."""
    return (ends(rule) and not delivers(rule)) or bounces(rule)


def _vouched(condition: RuleCondition) -> bool:
    """Whether somebody other than the sender vouches for what a condition looks at."""
    return operand_of(condition).vouched
