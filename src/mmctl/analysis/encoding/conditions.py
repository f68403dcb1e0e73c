"""Conditions of rules and policies as literals: what `mmctl.judge.conditions` answers.

In a proof every fact is known, because it is free; so a condition holds or does not.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, assert_never

from mmctl.analysis.encoding.add_ons import AddOns
from mmctl.analysis.encoding.fields import ABSENT, DMARC_PASSED, MAIL_FROM
from mmctl.analysis.encoding.lists import Lists
from mmctl.analysis.encoding.looks import Looks
from mmctl.analysis.encoding.views import FieldLook, FieldView
from mmctl.analysis.sat.circuit import FALSE, TRUE
from mmctl.judge.compare import network
from mmctl.judge.lookup import case_of, without_text
from mmctl.judge.readings.about import readings_of_condition
from mmctl.mail.email import Tls
from mmctl.model.comparisons import NEGATED
from mmctl.model.conditions import header_of, one_by_one, operand_of
from mmctl.model.enums import (
    IngressBooleanOperator,
    IngressIpOperator,
    IngressStringEmailAttribute,
    IngressTlsProtocolOperator,
    RuleBooleanEmailAttribute,
    RuleBooleanOperator,
    RuleClientCertificateAttribute,
    RuleDmarcOperator,
    RuleDmarcPolicy,
    RuleIpOperator,
    RuleNumberEmailAttribute,
    RuleStringEmailAttribute,
    RuleStringOperator,
    RuleVerdictAttribute,
    RuleVerdictOperator,
)
from mmctl.model.facts import FROM, RECIPIENTS, SENDER, HeaderFact, SessionFact
from mmctl.model.operands import CLIENT_CERTIFICATE, HEADER, POLICY_OPERAND, RULE_OPERAND
from mmctl.model.policies import (
    IngressAnalysis,
    IngressBooleanExpression,
    IngressIpv4Expression,
    IngressIpv6Expression,
    IngressIsInAddressList,
    IngressStringExpression,
    IngressTlsProtocolExpression,
)
from mmctl.model.rules import (
    Analysis,
    RuleBooleanExpression,
    RuleDmarcExpression,
    RuleIpExpression,
    RuleIsInAddressList,
    RuleNumberExpression,
    RuleStringExpression,
    RuleVerdictExpression,
)
from mmctl.model.texts import MimeHeaderAttribute

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from typing import Final, Literal

    from mmctl.analysis.encoding.fields import FreeFields
    from mmctl.analysis.encoding.readings import ReadingLiterals
    from mmctl.analysis.encoding.seen import SeenTexts
    from mmctl.analysis.encoding.sight import CopySight
    from mmctl.judge.submission import Gateway
    from mmctl.language.readings import Readings
    from mmctl.model.facts import Fact
    from mmctl.model.operands import Operand
    from mmctl.model.policies import PolicyCondition
    from mmctl.model.rules import RuleCondition

_VERSIONS: Final = list(Tls)


class Conditions:
    """The conditions of one gateway, over the fields of a message."""

    def __init__(self, fields: FreeFields, gateway: Gateway, readings: ReadingLiterals) -> None:
        self._fields = fields
        self._circuit = fields.circuit
        self._gateway = gateway
        self._readings = readings
        self._looks = Looks(fields, gateway)
        self._lists = Lists(fields, gateway)
        self._add_ons = AddOns(fields)
        self._known: dict[Hashable, tuple[RuleCondition, int]] = {}
        """Each with its condition: while that is kept, no other one has its identity."""

    def rule(self, condition: RuleCondition, sight: CopySight) -> int:
        """Whether a condition of a rule holds for a copy of the message."""
        if operand_of(condition).fact is RECIPIENTS:
            key: Hashable = (id(condition), sight.recipient, sight.replaced)
        elif (header := header_of(condition)) is not None:
            name = header.lower()
            key = (id(condition), tuple(each for each in sight.added if each[1] == name))
        else:
            key = id(condition)
        known = self._known.get(key)
        if known is None:
            names = readings_of_condition(condition, self._gateway)
            literal = self._readings.over(names, partial(self._of_rule, condition, sight))
            known = self._known[key] = (condition, literal)
        return known[1]

    def policy(self, condition: PolicyCondition, sight: CopySight, *, denies: bool) -> int:
        """Whether a condition of a policy's statement holds."""
        names = readings_of_condition(condition, self._gateway)
        return self._readings.over(names, partial(self._of_policy, condition, sight, denies))

    def alone(self, condition: RuleCondition, sight: CopySight) -> tuple[int, ...]:
        """For each value of a condition whether it is met, whatever the operator makes of that."""
        names = tuple(readings_of_condition(condition, self._gateway))
        return tuple(
            self._readings.over(names, partial(self._of_rule, each, sight))
            for each in one_by_one(condition)
        )

    def view_of(self, condition: RuleCondition, sight: CopySight) -> FieldView | None:
        """The view whose tests alone decide about a condition's values; None: more does."""
        expression = condition.value
        if not isinstance(expression, RuleStringExpression):
            return None
        attribute = expression.evaluate.value
        if isinstance(attribute, (Analysis, RuleClientCertificateAttribute)):
            return None
        readings = self._gateway.readings
        if isinstance(attribute, MimeHeaderAttribute):
            seen = self._looks.x_header(attribute, sight, readings)
        else:
            seen = self._looks.of(RULE_OPERAND[attribute], sight, readings)
        return seen if isinstance(seen, FieldView) else None

    def _of_rule(self, condition: RuleCondition, sight: CopySight, readings: Readings) -> int:
        match condition.value:
            case RuleStringExpression() as string:
                return self._string(string, sight, readings)
            case RuleBooleanExpression() as flag:
                return self._boolean(flag, sight, readings)
            case RuleNumberExpression() as number:
                return self._number(number)
            case RuleIpExpression() as client:
                negative = client.operator is RuleIpOperator.NOT_CIDR_MATCHES
                return self._client(client.values, negative, None, readings)
            case RuleVerdictExpression() as verdict:
                return self._verdict(verdict)
            case RuleDmarcExpression() as dmarc:
                return self._dmarc(dmarc, readings)
            case never:
                assert_never(never)

    def _of_policy(
        self, condition: PolicyCondition, sight: CopySight, denies: bool, readings: Readings
    ) -> int:
        match condition.value:
            case IngressStringExpression() as string:
                return self._policy_string(string, sight, readings)
            case IngressIpv4Expression() as ipv4:
                negative = ipv4.operator is IngressIpOperator.NOT_CIDR_MATCHES
                return self._client(ipv4.values, negative, 4, readings)
            case IngressIpv6Expression() as ipv6:
                negative = ipv6.operator is IngressIpOperator.NOT_CIDR_MATCHES
                return self._client(ipv6.values, negative, 6, readings)
            case IngressTlsProtocolExpression() as tls:
                return self._tls(tls, denies, readings)
            case IngressBooleanExpression() as flag:
                return self._policy_boolean(flag, sight, readings)
            case never:
                assert_never(never)

    # Texts

    def _string(
        self, expression: RuleStringExpression, sight: CopySight, readings: Readings
    ) -> int:
        match expression.evaluate.value:
            case RuleStringEmailAttribute() as attribute:
                operand = RULE_OPERAND[attribute]
                seen = self._looks.of(operand, sight, readings)
            case RuleClientCertificateAttribute() as field:
                operand = CLIENT_CERTIFICATE
                seen = self._looks.certificate(field, case_of(operand, readings))
            case Analysis() as analysis:
                return self._add_ons.text(
                    analysis, expression.operator, expression.values, readings
                )
            case MimeHeaderAttribute() as header:
                operand = HEADER
                seen = self._looks.x_header(header, sight, readings)
            case never:
                assert_never(never)
        return self._compared(operand, seen, expression.operator, expression.values, readings)

    def _compared(
        self,
        operand: Operand,
        seen: SeenTexts,
        operator: RuleStringOperator,
        values: Sequence[str],
        readings: Readings,
    ) -> int:
        """Any value may be met; for `NOT_EQUALS` none, and a reading decides without a text."""
        met = self._circuit.any_of([seen.test(operator, value) for value in values])
        if operator not in NEGATED:
            return met
        without = TRUE if without_text(operand, readings) == "matches" else FALSE
        return self._circuit.choose(seen.present, -met, without)

    def _policy_string(
        self, expression: IngressStringExpression, sight: CopySight, readings: Readings
    ) -> int:
        operator = RuleStringOperator(expression.operator.value)
        match expression.evaluate.value:
            case IngressAnalysis() as analysis:
                found = self._add_ons.text(analysis, operator, expression.values, readings)
                return self._not_over_ipv6(found, readings)
            case IngressStringEmailAttribute() as attribute:
                operand = POLICY_OPERAND[attribute]
                seen = self._looks.of(operand, sight, readings)
                return self._compared(operand, seen, operator, expression.values, readings)
            case never:
                assert_never(never)

    # Facts that are true or false, and address lists

    def _boolean(
        self, expression: RuleBooleanExpression, sight: CopySight, readings: Readings
    ) -> int:
        wanted = expression.operator is RuleBooleanOperator.IS_TRUE
        match expression.evaluate.value:
            case Analysis() as analysis:
                return self._add_ons.flag(analysis, wanted=wanted)
            case RuleIsInAddressList(attribute=listed, address_lists=lists):
                return self._listed(RULE_OPERAND[listed], lists[0], wanted, sight, readings)
            case RuleBooleanEmailAttribute() as attribute:
                found = self._flag(RULE_OPERAND[attribute].fact)
            case never:
                assert_never(never)
        return found if wanted else -found

    def _flag(self, fact: Fact) -> int:
        if fact.name is SessionFact.TLS:
            return -self._fields.tls.is_(Tls.NONE)
        return self._fields.flag(fact.name)

    def _policy_boolean(
        self, expression: IngressBooleanExpression, sight: CopySight, readings: Readings
    ) -> int:
        wanted = expression.operator is IngressBooleanOperator.IS_TRUE
        match expression.evaluate.value:
            case IngressAnalysis() as analysis:
                found = self._add_ons.flag(analysis, wanted=wanted)
                return self._not_over_ipv6(found, readings)
            case IngressIsInAddressList(attribute=attribute, address_lists=lists):
                operand = POLICY_OPERAND[attribute]
                return self._listed(operand, lists[0], wanted, sight, readings)
            case never:
                assert_never(never)

    def _listed(
        self, operand: Operand, name: str, wanted: bool, sight: CopySight, readings: Readings
    ) -> int:
        """Whether an address is in a list; of a list that does not exist, a reading says more."""
        lists = self._lists
        if lists.is_deleted(name):
            if readings.deleted_address_list == "does_not_match":
                return FALSE
            found = lists.of_deleted(name)
        elif operand.fact is RECIPIENTS:
            found = self._recipient_listed(name, sight, readings)
        elif isinstance(operand.fact, HeaderFact):
            found = self._header_listed(operand.fact, name, readings)
        else:
            look = FieldLook(MAIL_FROM, readings.address_list_case)
            found = lists.includes(name, self._fields.view(look), readings)
        return found if wanted else -found

    def _recipient_listed(self, name: str, sight: CopySight, readings: Readings) -> int:
        look = FieldLook(sight.recipient, readings.address_list_case)
        found = self._lists.includes(name, self._fields.view(look), readings)
        for condition, address in sight.replaced:
            written = self._lists.includes_written(name, address, readings)
            found = self._circuit.choose(condition, written, found)
        return found

    def _header_listed(self, fact: HeaderFact, name: str, readings: Readings) -> int:
        """Whether an address of a header is in a list: display names never are."""

        def included(header: str) -> int:
            look = FieldLook(
                header,
                readings.address_list_case,
                addresses=True,
                repeated=readings.repeated_headers,
            )
            return self._lists.includes(name, self._fields.view(look), readings)

        own = included(fact.key)
        if fact is not SENDER or readings.sender_without_header != "from":
            return own
        return self._circuit.choose(self._fields.header(SENDER.key), own, included(FROM.key))

    # Numbers, networks, words

    def _number(self, expression: RuleNumberExpression) -> int:
        match expression.evaluate.value:
            case RuleNumberEmailAttribute.MESSAGE_SIZE:
                return self._fields.size.meets(expression.operator, expression.value)
            case never:
                assert_never(never)

    def _client(
        self,
        values: Sequence[str],
        negative: bool,
        version: Literal[4, 6] | None,
        readings: Readings,
    ) -> int:
        """Whether the client is in a network; one of another family is a reading."""
        networks = [found for value in values if (found := network(value)) is not None]
        families = {each.version for each in networks} if version is None else {version}
        inside = self._circuit.any_of(
            [self._fields.client.inside(each) for each in networks if each.version in families]
        )
        if not negative:
            return inside
        counts = self._circuit.any_of([self._fields.client.version(each) for each in families])
        other = TRUE if readings.ip_family_mismatch == "matches" else FALSE
        return self._circuit.choose(counts, -inside, other)

    def _verdict(self, expression: RuleVerdictExpression) -> int:
        negative = expression.operator is RuleVerdictOperator.NOT_EQUALS
        match expression.evaluate.value:
            case Analysis() as analysis:
                return self._add_ons.verdict(analysis, expression.values, negative=negative)
            case RuleVerdictAttribute() as attribute:
                verdict = self._fields.verdict(RULE_OPERAND[attribute].fact.name)
                found = self._circuit.any_of([verdict.is_(each) for each in expression.values])
            case never:
                assert_never(never)
        return -found if negative else found

    def _dmarc(self, expression: RuleDmarcExpression, readings: Readings) -> int:
        """The policy that a condition sees: none for mail that passed, if the reading says so."""
        published = self._fields.published
        found = self._circuit.any_of([published.is_(each) for each in expression.values])
        without = published.is_(ABSENT)
        as_none = readings.dmarc_policy_without_record == "none"
        if as_none and RuleDmarcPolicy.NONE in expression.values:
            found = self._circuit.any_of((found, without))
        if readings.dmarc_policy_means == "policy_when_dmarc_failed":
            found = self._circuit.all_of((found, -self._fields.flag(DMARC_PASSED)))
        return -found if expression.operator is RuleDmarcOperator.NOT_EQUALS else found

    def _tls(
        self, expression: IngressTlsProtocolExpression, denies: bool, readings: Readings
    ) -> int:
        """Compare the TLS version; a session in plain text has none, regardless of the operator."""
        wanted = Tls(expression.value.value)
        minimum = expression.operator is IngressTlsProtocolOperator.MINIMUM_TLS_VERSION
        versions = _VERSIONS[_VERSIONS.index(wanted) :] if minimum else [wanted]
        met = [self._fields.tls.is_(each) for each in versions]
        if denies and readings.tls_on_plaintext == "matches_deny":
            met.append(self._fields.tls.is_(Tls.NONE))
        return self._circuit.any_of(met)

    def _not_over_ipv6(self, found: int, readings: Readings) -> int:
        """A policy's add-on condition: add-ons are not asked over IPv6."""
        over_ipv6 = TRUE if readings.add_on_over_ipv6 == "ignored" else FALSE
        return self._circuit.choose(self._fields.client.version(4), found, over_ipv6)
