"""From the conditions of a gateway to the fields that messages are looked up in."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, assert_never

from mmctl.judge.index.fields import (
    AskedField,
    ListField,
    NetworkField,
    SizeField,
    TextField,
    Work,
)
from mmctl.judge.index.questions import Question
from mmctl.judge.index.states import (
    State,
    add_on_state,
    certificate_state,
    fact_state,
    policy_add_on_state,
    size_state,
    source_of_addresses,
    source_of_header,
    source_of_texts,
)
from mmctl.judge.readings.about import readings_of_condition
from mmctl.model.comparisons import NEGATED
from mmctl.model.conditions import operator_of
from mmctl.model.enums import (
    AcceptAction,
    IngressStringEmailAttribute,
    RuleBooleanEmailAttribute,
    RuleClientCertificateAttribute,
    RuleStringEmailAttribute,
    RuleStringOperator,
    RuleVerdictAttribute,
)
from mmctl.model.facts import DMARC_POLICY, TLS
from mmctl.model.operands import HEADER, POLICY_OPERAND, RULE_OPERAND
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
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from mmctl.judge.compare import Members
    from mmctl.judge.index.context import Context
    from mmctl.judge.index.entries import Remembered
    from mmctl.judge.index.fields import FieldSource, Learning
    from mmctl.judge.index.rough import Rough
    from mmctl.judge.submission import Gateway
    from mmctl.model.conditions import Condition
    from mmctl.model.enums import RuleNumberOperator
    from mmctl.model.facts import Fact
    from mmctl.model.operands import Operand

Placed: TypeAlias = "tuple[int, int, Condition, bool, bool]"
"""Column, row, condition, whether it is under `unless`, and whether its statement denies."""


@dataclass(slots=True)
class MessageField:
    """A field that all recipients of a message share."""

    state: State
    meaning: Learning
    columns: int
    """The columns for which it has to be looked at."""
    rough: Rough | None = None
    """What may save a closer look."""
    known: dict[Hashable, Remembered] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fields:
    """All fields of a gateway."""

    of_message: tuple[MessageField, ...]
    """Those that cost little to look at come first."""
    of_recipient: tuple[Learning, ...]


def placed_conditions(gateway: Gateway) -> Iterator[Placed]:
    """Every condition of the policy's statements, which come first, and of the rules."""
    column = 0
    for statement in gateway.policy.policy_statements if gateway.policy else ():
        denies = statement.action is AcceptAction.DENY
        for row, condition in enumerate(statement.conditions):
            yield column, row, condition, False, denies
        column += 1
    for rule in gateway.rules:
        for row, asked in enumerate((*rule.conditions, *rule.unless)):
            yield column, row, asked, row >= len(rule.conditions), False
        column += 1


def compiled(context: Context) -> Fields:
    """The fields that the conditions of a gateway look at."""
    compiler = _Compiler(context)
    for placed in placed_conditions(context.gateway):
        compiler.add(*placed)
    return compiler.fields()


@dataclass(slots=True)
class _Texts:
    operand: Operand
    state: State | None
    source: FieldSource
    conditions: list[tuple[Question, RuleStringOperator, tuple[str, ...]]] = field(
        default_factory=list
    )
    negated: int = 0


@dataclass(slots=True)
class _Lists:
    state: State | None
    source: FieldSource
    conditions: list[tuple[Question, Members]] = field(default_factory=list)
    negated: int = 0


@dataclass(slots=True)
class _Questions:
    state: State | None
    questions: dict[tuple[Condition, bool], Question] = field(default_factory=dict)


@dataclass(slots=True)
class _Compiler:
    """Sorts conditions by what they look at."""

    context: Context
    texts: dict[Hashable, _Texts] = field(default_factory=dict)
    lists: dict[Hashable, _Lists] = field(default_factory=dict)
    asked: dict[Hashable, _Questions] = field(default_factory=dict)
    networks: list[tuple[Question, tuple[str, ...], int | None]] = field(default_factory=list)
    not_in_networks: int = 0
    sizes: list[tuple[Question, RuleNumberOperator, float]] = field(default_factory=list)
    question: Question = field(init=False)
    """The condition that is being sorted, as a question of its own."""
    slot: int = 0
    negated: int = 0
    """Its slot, if its operator is negative."""

    def add(self, column: int, row: int, condition: Condition, unless: bool, denies: bool) -> None:
        """Sort one condition."""
        self.slot = self.context.layout.slot(column, row)
        self.negated = self.slot if operator_of(condition) in NEGATED else 0
        self.question = Question(
            condition=condition,
            denies=denies,
            readings=frozenset(readings_of_condition(condition, self.context.gateway)),
            first=column,
            row=row,
            slots=self.slot,
            turned=self.slot if unless else 0,
        )
        match condition.value:
            case RuleStringExpression() as string:
                self._string(string)
            case RuleBooleanExpression() as flag:
                self._boolean(flag)
            case RuleNumberExpression(operator=operator, value=number):
                self.sizes.append((self.question, operator, number))
            case RuleIpExpression(values=values):
                self._network(values, None)
            case RuleVerdictExpression(evaluate=verdict):
                match verdict.value:
                    case Analysis() as analysis:
                        self._add_on(analysis)
                    case RuleVerdictAttribute() as attribute:
                        self._fact(RULE_OPERAND[attribute].fact)
                    case never_verdict:
                        assert_never(never_verdict)
            case RuleDmarcExpression():
                self._fact(DMARC_POLICY)
            case IngressStringExpression() as policy_string:
                self._policy_string(policy_string)
            case IngressBooleanExpression() as policy_flag:
                self._policy_boolean(policy_flag)
            case IngressIpv4Expression(values=values):
                self._network(values, 4)
            case IngressIpv6Expression(values=values):
                self._network(values, 6)
            case IngressTlsProtocolExpression():
                self._ask(("policy", TLS.name), fact_state(TLS))
            case never:
                assert_never(never)

    def _string(self, expression: RuleStringExpression) -> None:
        match expression.evaluate.value:
            case RuleStringEmailAttribute() as attribute:
                self._text(RULE_OPERAND[attribute], expression.operator, expression.values)
            case MimeHeaderAttribute() as header:
                key = ("header", header.lower())
                if key not in self.texts:
                    source, state = source_of_header(header)
                    self.texts[key] = _Texts(HEADER, state, source)
                self._add_text(key, expression.operator, expression.values)
            case RuleClientCertificateAttribute() as certificate:
                state = certificate_state(certificate, self.context.gateway)
                self._ask(("certificate", certificate), state)
            case Analysis() as analysis:
                self._add_on(analysis)
            case never:
                assert_never(never)

    def _policy_string(self, expression: IngressStringExpression) -> None:
        match expression.evaluate.value:
            case IngressStringEmailAttribute() as attribute:
                operator = RuleStringOperator(expression.operator.value)
                self._text(POLICY_OPERAND[attribute], operator, expression.values)
            case IngressAnalysis() as analysis:
                self._policy_add_on(analysis)
            case never:
                assert_never(never)

    def _boolean(self, expression: RuleBooleanExpression) -> None:
        match expression.evaluate.value:
            case RuleBooleanEmailAttribute() as attribute:
                self._fact(RULE_OPERAND[attribute].fact)
            case Analysis() as analysis:
                self._add_on(analysis)
            case RuleIsInAddressList(attribute=listed, address_lists=lists):
                self._listed(RULE_OPERAND[listed].fact, lists[0])
            case never:
                assert_never(never)

    def _policy_boolean(self, expression: IngressBooleanExpression) -> None:
        match expression.evaluate.value:
            case IngressAnalysis() as analysis:
                self._policy_add_on(analysis)
            case IngressIsInAddressList(attribute=listed, address_lists=lists):
                self._listed(POLICY_OPERAND[listed].fact, lists[0])
            case never:
                assert_never(never)

    def _text(
        self, operand: Operand, operator: RuleStringOperator, values: tuple[str, ...]
    ) -> None:
        key = operand.fact.name
        if key not in self.texts:
            source, state = source_of_texts(operand.fact)
            self.texts[key] = _Texts(operand, state, source)
        self._add_text(key, operator, values)

    def _add_text(
        self, key: Hashable, operator: RuleStringOperator, values: tuple[str, ...]
    ) -> None:
        self.texts[key].conditions.append((self.question, operator, values))
        self.texts[key].negated |= self.negated

    def _listed(self, fact: Fact, name: str) -> None:
        source, state = source_of_addresses(fact)
        members = self.context.gateway.lists.get(name)
        if members is None:
            self._ask(("list", fact.name), state)
            return
        lists = self.lists.setdefault(fact.name, _Lists(state, source))
        lists.conditions.append((self.question, members))
        lists.negated |= self.negated

    def _network(self, values: tuple[str, ...], version: int | None) -> None:
        self.networks.append((self.question, values, version))
        self.not_in_networks |= self.negated

    def _fact(self, fact: Fact) -> None:
        self._ask(fact.name, fact_state(fact))

    def _add_on(self, analysis: Analysis) -> None:
        self._ask((analysis.analyzer, analysis.result_field), add_on_state(analysis))

    def _policy_add_on(self, analysis: IngressAnalysis) -> None:
        key = ("policy", analysis.analyzer, analysis.result_field)
        self._ask(key, policy_add_on_state(analysis))

    def _ask(self, key: Hashable, state: State | None) -> None:
        asked = self.asked.setdefault(key, _Questions(state))
        question = asked.questions.setdefault(
            (self.question.condition, self.question.denies), self.question
        )
        question.slots |= self.slot
        question.turned |= self.question.turned

    def fields(self) -> Fields:
        """All conditions that were sorted."""
        found: list[tuple[State | None, Learning]] = []
        for texts in self.texts.values():
            text = TextField(
                self.context, texts.operand, texts.source, texts.conditions, texts.negated
            )
            found.append((texts.state, text))
        for lists in self.lists.values():
            listed = ListField(self.context, lists.source, lists.conditions, lists.negated)
            found.append((lists.state, listed))
        found += [
            (asked.state, AskedField(self.context, tuple(asked.questions.values())))
            for asked in self.asked.values()
        ]
        if self.networks:
            network = NetworkField(self.context, self.networks, self.not_in_networks)
            found.append((lambda submission: submission.session.source_ip, network))
        if self.sizes:
            sizes = SizeField(self.context, self.sizes)
            found.append((size_state(sizes.matcher.numbers), sizes))
        found.sort(key=lambda each: (each[1].work, -each[1].share.columns.bit_count()))
        return Fields(
            tuple(self._of_message(state, each) for state, each in found if state is not None),
            tuple(each for state, each in found if state is None),
        )

    def _of_message(self, state: State, meaning: Learning) -> MessageField:
        """A field of the message; what `--assume pass` assumes there has to be told."""
        may_assume = self.context.assume_pass and meaning.work is Work.STATED
        always = self.context.layout.always if may_assume else 0
        rough = meaning.rough() if isinstance(meaning, TextField) else None
        return MessageField(state, meaning, meaning.share.columns | always, rough)
