"""What debug records say of a traffic policy, in pieces that are prepared once.

The guide shows one condition: attribute RECIPIENT, operator CONTAINS, in the spelling of the API.
How it spells the others is not published; here they have the API's spelling too. What the API
gives no single word for is composed: an add-on is `ANALYZER#FIELD`, and a comparison with an
address list has the list as its value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from mmctl.emulator.records.texts import compact
from mmctl.judge.policy import TOO_LARGE
from mmctl.model.policies import (
    IngressAnalysis,
    IngressBooleanExpression,
    IngressIpv4Expression,
    IngressIpv6Expression,
    IngressIsInAddressList,
    IngressStringExpression,
    IngressTlsProtocolExpression,
)
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from mmctl.judge.trace import PolicyTrace
    from mmctl.model.policies import PolicyCondition, PolicyStatement, TrafficPolicy

_KEPT: Final = 4096
"""How many evaluations are kept; a policy has few different ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPieces:
    """The pieces of one policy: what is the same in all of its records."""

    statements: tuple[tuple[str, tuple[str, ...]], ...]
    """The beginning of each statement, and each of its conditions up to the result."""
    default: str
    largest: int | None
    known: dict[tuple[tuple[bool, ...], ...], str] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, policy: TrafficPolicy) -> PolicyPieces:
        """The pieces of a policy."""
        default = {
            "action": policy.default_action.value,
            "policyStatementMatched": True,
            "type": "DefaultAction",
            "scope": "Recipient",
        }
        return cls(
            statements=tuple(map(_statement, policy.policy_statements)),
            default=compact(default),
            largest=policy.max_message_size_bytes,
        )

    def evaluation(self, trace: PolicyTrace, received: int | None) -> str:
        """What `traffic_policy_evaluation` says of a recipient, up to what decided."""
        answers = tuple(
            tuple(condition.answer.is_true for condition in statement.conditions)
            for statement in trace.statements
        )
        text = self.known.get(answers)
        if text is None:
            text = self._text(trace, answers)
            if len(self.known) < _KEPT:
                self.known[answers] = text
        if trace.by != TOO_LARGE:
            return f"[{text}]"
        size = {
            "action": "DENY",
            "allowedMessageSize": self.largest,
            "receivedMessageSize": received,
            "scope": "Data",
        }
        return f"[{text},{compact(size)}]"

    def _text(self, trace: PolicyTrace, answers: tuple[tuple[bool, ...], ...]) -> str:
        parts: list[str] = []
        allowed = False
        for (start, conditions), statement, results in zip(
            self.statements, trace.statements, answers, strict=True
        ):
            told = ",".join(
                f"{condition}{_truth(result)}}}"
                for condition, result in zip(conditions, results, strict=True)
            )
            matched = all(results)
            parts.append(f'{start}[{told}],"policyStatementMatched":{_truth(matched)}}}')
            if matched and not statement.allows:
                return ",".join(parts)
            allowed = allowed or matched
        return ",".join(parts if allowed else [*parts, self.default])


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _statement(statement: PolicyStatement) -> tuple[str, tuple[str, ...]]:
    start = f'{{"action":"{statement.action.value}","conditions":'
    return start, tuple(map(_condition, statement.conditions))


def _condition(condition: PolicyCondition) -> str:
    attribute, operator, values = _words(condition)
    said = compact({"attribute": attribute, "operator": operator, "value": values})
    return f'{{"expression":{said},"expressionResult":'


def _words(condition: PolicyCondition) -> tuple[str, str, list[str]]:
    """Attribute, operator and values of a condition."""
    match condition.value:
        case IngressStringExpression() as text:
            looked_at = text.evaluate.value
            named = _analysis(looked_at) if isinstance(looked_at, IngressAnalysis) else looked_at
            return named, text.operator.value, list(text.values)
        case IngressIpv4Expression() as ipv4:
            return ipv4.evaluate.value, ipv4.operator.value, list(ipv4.values)
        case IngressIpv6Expression() as ipv6:
            return ipv6.evaluate.value, ipv6.operator.value, list(ipv6.values)
        case IngressTlsProtocolExpression() as tls:
            return tls.evaluate.value, tls.operator.value, [tls.value.value]
        case IngressBooleanExpression() as flag:
            match flag.evaluate.value:
                case IngressAnalysis() as analysis:
                    return _analysis(analysis), flag.operator.value, []
                case IngressIsInAddressList() as within:
                    return within.attribute.value, flag.operator.value, list(within.address_lists)
                case never:
                    assert_never(never)
        case never:
            assert_never(never)


def _analysis(analysis: IngressAnalysis) -> str:
    return f"{analysis.analyzer}#{analysis.result_field}"
