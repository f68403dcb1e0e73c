"""Conditions on address lists, written as what they are: conditions on their members.

A list whose members are known is compared like the values that it stands for. A form that no other
condition has (`*.example.com`) leaves the condition as it is. No check lives here.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

from mmctl.model.comparisons import NEGATED, Takes
from mmctl.model.conditions import asked_by, listed_by
from mmctl.model.enums import (
    IngressStringEmailAttribute,
    IngressStringOperator,
    RuleStringEmailAttribute,
    RuleStringOperator,
)
from mmctl.model.operands import ATTRIBUTE_OF, MAIL_FROM
from mmctl.model.policies import (
    IngressStringExpression,
    IngressStringToEvaluate,
    PolicyCondition,
)
from mmctl.model.rules import RuleCondition, RuleStringExpression, RuleStringToEvaluate
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.language.project import LogicalRule, Project
    from mmctl.model.conditions import Condition

_MOST: Final = 4
"""At most this many ways to meet a rule are looked at one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """The members of a list: whole addresses, and endings that begin with the @."""

    addresses: tuple[str, ...]
    endings: tuple[str, ...]


@dataclass(slots=True)
class KnownLists:
    """The address lists of a project whose members are known."""

    project: Project
    _known: dict[str, _Known | None] = field(default_factory=dict)

    def alternatives(self, condition: Condition) -> tuple[Condition, ...]:
        """Conditions of which one holds exactly where this one does; itself if it has no list."""
        listed = listed_by(condition)
        known = self._of(listed.address_lists[0]) if listed is not None else None
        if known is None or not self._compared_alike(condition):
            return (condition,)
        if condition.value.operator in NEGATED:
            # No condition excludes endings.
            if known.endings or not known.addresses:
                return (condition,)
            return (_text(condition, "NOT_EQUALS", known.addresses),)
        parts = (("EQUALS", known.addresses), ("ENDS_WITH", known.endings))
        return tuple(_text(condition, operator, values) for operator, values in parts if values)

    def ways(self, rule: LogicalRule) -> tuple[LogicalRule, ...]:
        """Rules of which one applies exactly where this one does; itself if it names no list."""
        if not any(listed_by(each) for each in (*rule.conditions, *rule.unless)):
            return (rule,)
        ways = tuple(product(*map(self.alternatives, rule.conditions)))
        unless = tuple(other for each in rule.unless for other in self.alternatives(each))
        return tuple(
            replace(rule, rule=rule.rule.changed(conditions=conditions, unless=unless))
            for conditions in (ways if len(ways) <= _MOST else (rule.conditions,))
        )

    def _compared_alike(self, condition: Condition) -> bool:
        """Whether lists and texts are compared in the same way under the project's readings."""
        readings = self.project.settings.readings
        operand = asked_by(condition).operand
        if readings.address_list_case != readings.string_case:
            return False
        if condition.value.operator in NEGATED:
            # A header may be missing, and the sender of a bounce is empty.
            null = operand is not MAIL_FROM or readings.null_sender == "matches"
            return operand.in_envelope and null
        return operand.in_envelope or readings.address_fields == "each_address"

    def _of(self, name: str) -> _Known | None:
        if name not in self._known:
            listed = self.project.address_lists.get(name)
            members = listed.members if listed is not None else None
            bare = self.project.settings.readings.bare_domain_entry == "that_domain"
            self._known[name] = _sorted(members, bare=bare) if members else None
        return self._known[name]


def _sorted(members: Sequence[str], *, bare: bool) -> _Known | None:
    """The members of a list; None if one has a form that no other condition has.

    `bare`: a domain stands for the addresses in it alone.
    """
    addresses, endings = [], []
    for member in members:
        local, at, domain = member.rpartition("@")
        if not at and bare:
            local = "*"
        elif not at:
            return None
        if "*" in domain or ("*" in local and local != "*"):
            return None
        if local == "*":
            endings.append(f"@{domain}")
        else:
            addresses.append(member)
    return _Known(addresses=tuple(addresses), endings=tuple(endings))


def _text(condition: Condition, operator: str, values: tuple[str, ...]) -> Condition:
    """A condition on the same operand that compares it with texts."""
    attribute = ATTRIBUTE_OF[asked_by(condition).operand, Takes.TEXT]
    if isinstance(condition, RuleCondition):
        text = RuleStringExpression.unvalidated(
            evaluate=RuleStringToEvaluate(attribute=RuleStringEmailAttribute(attribute)),
            operator=RuleStringOperator(operator),
            values=values,
        )
        return RuleCondition(string_expression=text)
    policy_text = IngressStringExpression.unvalidated(
        evaluate=IngressStringToEvaluate(attribute=IngressStringEmailAttribute(attribute)),
        operator=IngressStringOperator(operator),
        values=values,
    )
    return PolicyCondition(string_expression=policy_text)
