"""Values that another value of the same list makes superfluous, where a list is too long."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from mmctl.analysis.covering import Covering
from mmctl.analysis.networks import Networks
from mmctl.judge.compare import network
from mmctl.model.conditions import operand_of
from mmctl.model.enums import RuleStringOperator
from mmctl.model.rules import RuleIpExpression, RuleStringExpression

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.compiler.packing.forms import Dimension
    from mmctl.language.readings import Readings


def covers(dimension: Dimension, readings: Readings) -> Mapping[str, str]:
    """Each value of a dimension with the one that stands for it, which may be itself."""
    values = sorted(dimension.values)
    expression = dimension.like.value
    if dimension.listed:
        return _listed(values, folds=readings.address_list_case == "insensitive")
    if isinstance(expression, RuleIpExpression):
        return _networks(values)
    if isinstance(expression, RuleStringExpression):
        free = operand_of(dimension.like).is_free_text
        case = readings.text_case if free else readings.string_case
        return _texts(expression.operator, values, folds=case == "insensitive")
    return {value: value for value in values}


def _listed(values: Sequence[str], *, folds: bool) -> dict[str, str]:
    """Addresses of a domain that is in the list itself are superfluous."""
    folded = {value: value.lower() if folds else value for value in values}
    first: dict[str, str] = {}
    for value in values:
        first.setdefault(folded[value], value)
    found = {}
    for value in values:
        domain = f"*@{folded[value].rpartition('@')[2]}"
        found[value] = first.get(domain) or first[folded[value]]
    return found


def _texts(operator: RuleStringOperator, values: Sequence[str], *, folds: bool) -> dict[str, str]:
    folded = {value: value.lower() if folds else value for value in values}
    equal = operator is RuleStringOperator.NOT_EQUALS
    first = Covering[str]("equals" if equal else operator.value.lower())
    for value in values:
        first.setdefault(folded[value], value)
    return {value: next(first.values(each), (each, value))[1] for value, each in folded.items()}


def _networks(values: Sequence[str]) -> dict[str, str]:
    read = {value: found for value in values if isinstance(found := network(value), IPv4Network)}
    first: dict[object, str] = {}
    for value, found in read.items():
        first.setdefault(found, value)
    around = Networks(read.values()).around
    return {value: first[around(read[value])] if value in read else value for value in values}
