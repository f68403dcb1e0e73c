"""The ways in which conditions compare: the values and the operators of each way.

One value for each expression of the API, as files and the service spell its operators. Nothing is
compared here.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from mmctl.model.enums import (
    IngressIpOperator,
    IngressTlsProtocolAttribute,
    IngressTlsProtocolOperator,
    RuleBooleanOperator,
    RuleDmarcOperator,
    RuleDmarcPolicy,
    RuleIpOperator,
    RuleNumberOperator,
    RuleStringOperator,
    RuleVerdict,
    RuleVerdictOperator,
)
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Mapping


class Takes(StrEnum):
    """What a condition compares with: the type of its values."""

    TEXT = "text"
    ADDRESS_LIST = "address list"
    FLAG = "flag"
    NUMBER = "number"
    NETWORK = "network"
    VERDICT = "verdict"
    POLICY = "policy"
    VERSION = "version"

    @property
    def is_single(self) -> bool:
        """Whether it is a single value, not a list of alternatives."""
        return self in {Takes.NUMBER, Takes.VERSION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One way to compare an operand."""

    takes: Takes
    expression: str
    """The member of AWS's union that holds it."""
    operators: Mapping[str, StrEnum] = field(hash=False)
    """Operators as files write them, with those of the API."""
    choices: tuple[str, ...] = ()
    """The words that its values can be; empty: any."""

    def key(self, operator: StrEnum) -> str:
        """An operator of the API as files write it; a flag has one for true and false."""
        if self.takes is Takes.FLAG:
            return next(iter(self.operators))
        return next(key for key, found in self.operators.items() if found == operator)


def _spelled(operators: type[StrEnum]) -> dict[str, StrEnum]:
    return {operator.value.lower(): operator for operator in operators}


def _comparison(
    takes: Takes,
    expression: str,
    operators: Mapping[str, StrEnum],
    choices: type[StrEnum] | None = None,
) -> Comparison:
    return Comparison(
        takes=takes,
        expression=expression,
        operators=MappingProxyType(dict(operators)),
        choices=() if choices is None else tuple(each.value for each in choices),
    )


TEXT: Final = _comparison(Takes.TEXT, "StringExpression", _spelled(RuleStringOperator))
LISTED: Final = _comparison(
    Takes.ADDRESS_LIST,
    "BooleanExpression",
    {
        "in_address_list": RuleBooleanOperator.IS_TRUE,
        "not_in_address_list": RuleBooleanOperator.IS_FALSE,
    },
)
FLAG: Final = _comparison(Takes.FLAG, "BooleanExpression", {"is": RuleBooleanOperator.IS_TRUE})
VERDICT: Final = _comparison(
    Takes.VERDICT, "VerdictExpression", _spelled(RuleVerdictOperator), RuleVerdict
)
NETWORK: Final = _comparison(Takes.NETWORK, "IpExpression", _spelled(RuleIpOperator))
NETWORK_6: Final = _comparison(Takes.NETWORK, "Ipv6Expression", _spelled(IngressIpOperator))
NUMBER: Final = _comparison(Takes.NUMBER, "NumberExpression", _spelled(RuleNumberOperator))
POLICY: Final = _comparison(
    Takes.POLICY, "DmarcExpression", _spelled(RuleDmarcOperator), RuleDmarcPolicy
)
VERSION: Final = _comparison(
    Takes.VERSION,
    "TlsExpression",
    {
        "minimum": IngressTlsProtocolOperator.MINIMUM_TLS_VERSION,
        "is": IngressTlsProtocolOperator.IS,
    },
    IngressTlsProtocolAttribute,
)
ANSWER_VERDICT: Final = replace(
    VERDICT,
    operators=MappingProxyType(
        {f"verdict_{key}": operator for key, operator in VERDICT.operators.items()}
    ),
)
"""Verdicts of add-ons, whose fields are compared with texts too."""
NEGATED: Final[frozenset[str]] = frozenset(
    {
        RuleStringOperator.NOT_EQUALS,
        RuleIpOperator.NOT_CIDR_MATCHES,
        RuleBooleanOperator.IS_FALSE,
    }
)
"""Negative operators, in the API's words."""
