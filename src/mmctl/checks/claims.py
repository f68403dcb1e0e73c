"""What rules believe because the sender wrote it: From, Sender, headers. No check lives here.

A claim lets mail past a rule that would end it: by an exception, or by a delivery that ends with
`stop` above the rule. Mail that others vouch for (SPF, DKIM, DMARC, an add-on, the client's network
or certificate) is not taken on the sender's word.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from mmctl.checks.effects import bounces, delivers, ends, unconditional
from mmctl.checks.own import domain_of, own_domains, takes_from_strangers
from mmctl.checks.places import Role, Same, address_attribute, rule_conditions, text_test
from mmctl.checks.verdicts import asks_for_failed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.checks.places import PlacedCondition
    from mmctl.language.project import LogicalRule, Project
    from mmctl.model.rules import RuleCondition

_WRITTEN: Final = frozenset({"from", "sender", "mail_from"})
"""What names the sender, in the sender's own words."""
_VOUCHED: Final = frozenset({"VerdictExpression", "DmarcExpression", "IpExpression"})
_NEGATED: Final = frozenset({"not_equals"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One condition by which a sender gets past a rule."""

    placed: PlacedCondition
    rule: LogicalRule
    what: str
    """`from`, `sender`, `mail_from` or the name of a header."""
    is_header: bool
    spared: LogicalRule | None
    """The rule below that the mail never meets; None for an exception of the rule itself."""
    own: tuple[int, ...] = ()
    """Which of the values are domains of the project itself."""

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
    own = own_domains(project)
    return tuple(
        claim
        for rule_set in project.rule_sets.values()
        if takes_from_strangers(project, rule_set)
        for claim in _among(rule_set.live_rules(project.environment.name), own)
    )


def _among(live: Sequence[LogicalRule], own: frozenset[str]) -> Iterator[Claim]:
    added: set[str] = set()
    screened = False
    for index, rule in enumerate(live):
        for claim in (*_exceptions(rule, own), *_deliveries(rule, live[index + 1 :], own)):
            if claim.what.lower() not in added if claim.is_header else not screened:
                yield claim
        screened = screened or (_blocks(rule) and any(map(asks_for_failed, rule.conditions)))
        added |= {
            action.add_header.header_name.lower()
            for action in rule.actions
            if action.add_header is not None
        }


def _exceptions(rule: LogicalRule, own: frozenset[str]) -> Iterator[Claim]:
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


def _deliveries(
    rule: LogicalRule, below: Sequence[LogicalRule], own: frozenset[str]
) -> Iterator[Claim]:
    if not (delivers(rule) and ends(rule)) or any(map(_vouched, (*rule.conditions, *rule.unless))):
        return
    spared = next((each for each in below if _blocks(each) and not unconditional(each)), None)
    for each in rule_conditions(rule) if spared is not None else ():
        claim = _claim(each, rule, spared, own) if each.role is Role.CONDITION else None
        if claim is not None:
            yield claim


def _claim(
    placed: PlacedCondition, rule: LogicalRule, spared: LogicalRule | None, own: frozenset[str]
) -> Claim | None:
    test = text_test(placed)
    if test is not None and test.operator in _NEGATED:
        return None
    header = test.subject.removeprefix("header ") if test is not None else ""
    is_header = test is not None and header != test.subject
    name = header if is_header else address_attribute(placed.condition)
    listed = placed.condition.boolean_expression
    excluded = listed is not None and listed.operator == "IS_FALSE"
    if name is None or excluded or not (is_header or name in _WRITTEN):
        return None
    values = () if test is None or is_header else test.values
    return Claim(
        placed=placed,
        rule=rule,
        what=name,
        is_header=is_header,
        spared=spared,
        own=tuple(i for i, value in enumerate(values) if domain_of(value) in own),
    )


def _family(placed: PlacedCondition) -> str | None:
    """What a condition is about, if that is an address or a header; From and Sender are one."""
    attribute = address_attribute(placed.condition)
    if attribute is None:
        test = text_test(placed)
        return (
            test.subject.lower()
            if test is not None and test.subject.startswith("header ")
            else None
        )
    return "from" if attribute == "sender" else attribute


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
