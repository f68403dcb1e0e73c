"""Values worth trying for a condition: some meet it, some just miss it, and one is empty.

Pure: a condition → changes of a draft, in a fixed order.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.judge.compare import network
from mmctl.judge.texts import Texts
from mmctl.language.readings import Readings
from mmctl.mail.email import RECEIPT_HEADERS
from mmctl.model.conditions import operand_of
from mmctl.model.enums import (
    IngressStringEmailAttribute,
    RuleBooleanEmailAttribute,
    RuleClientCertificateAttribute,
    RuleNumberEmailAttribute,
    RuleStringEmailAttribute,
    RuleVerdict,
    RuleVerdictAttribute,
)
from mmctl.model.facts import (
    EnvelopeFact,
    Form,
    HeaderFact,
    HeaderName,
    MessageFact,
    SessionFact,
    VerdictFact,
)
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
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mmctl.cases.mutants.drafts import Draft
    from mmctl.model.facts import Fact
    from mmctl.model.operands import Operand
    from mmctl.model.policies import PolicyCondition
    from mmctl.model.rules import RuleCondition

    Members = Mapping[str, tuple[str, ...]]

_MOST_VALUES: Final = 12
"""At most this many values of one condition are tried."""


@dataclass(frozen=True, slots=True)
class Variation:
    """One change of a draft."""

    words: str
    """Empty if the change itself says what it did."""
    change: Callable[[Draft], Draft]

    def of(self, draft: Draft) -> Draft:
        """The draft with the change in it."""
        if not self.words:
            return self.change(draft)
        return replace(self.change(draft), changes=(*draft.changes, self.words))


def variations(condition: RuleCondition | PolicyCondition, lists: Members) -> Iterator[Variation]:
    """Changes of what a condition looks at; `lists` are the known address lists."""
    fact = operand_of(condition).fact
    expression = condition.value
    match expression:
        case RuleStringExpression() | IngressStringExpression():
            yield from _texts(expression, operand_of(condition))
        case RuleBooleanExpression() | IngressBooleanExpression():
            yield from _boolean(expression, operand_of(condition), lists)
        case RuleVerdictExpression():
            yield from _verdict(expression, fact)
        case RuleNumberExpression():
            yield from _numbers(expression)
        case RuleDmarcExpression() | IngressTlsProtocolExpression():
            yield from _choices(fact)
        case RuleIpExpression() | IngressIpv4Expression() | IngressIpv6Expression():
            yield from (_stated(fact, ip) for ip in _clients(expression.values))
        case _:
            assert_never(expression)


def _stated(fact: Fact, value: object, words: str | None = None) -> Variation:
    """Another value of a fact; nothing changes if the fact is in the message."""
    said = f"{fact.name} {value}" if words is None else words
    match fact.name:
        case HeaderName() | MessageFact():
            return Variation(said, lambda draft: draft)
        case SessionFact() | EnvelopeFact() | VerdictFact() as name:
            return Variation(said, lambda draft: draft.stating(name, value))
        case never:
            assert_never(never)


def _choices(fact: Fact) -> Iterator[Variation]:
    """Every value of a fact that is one of some words, or true or false."""
    match fact.name:
        case SessionFact() | EnvelopeFact() | VerdictFact():
            yield from (_stated(fact, value) for value in fact.choices or (True, False))
        case MessageFact.READ_RECEIPT:
            for values in (("someone@example.org",), ()):
                yield _header(RECEIPT_HEADERS[0], values)
        case HeaderName() | MessageFact.X_HEADER | MessageFact.SIZE:
            return
        case never:
            assert_never(never)


def _numbers(expression: RuleNumberExpression) -> Iterator[Variation]:
    """The number itself and its neighbors."""
    match expression.evaluate.value:
        case RuleNumberEmailAttribute.MESSAGE_SIZE:
            size = int(expression.value)
            yield from (size_of(each) for each in (size, size + 1, size - 1) if each > 0)
        case never:
            assert_never(never)


def size_of(size: int) -> Variation:
    """A message of this many bytes."""
    return Variation(f"{size} bytes", lambda draft: replace(draft, size=size, size_matters=True))


def _verdict(expression: RuleVerdictExpression, fact: Fact) -> Iterator[Variation]:
    match expression.evaluate.value:
        case Analysis() as analysis:
            yield from _add_on(analysis, tuple(verdict.value for verdict in RuleVerdict))
        case RuleVerdictAttribute():
            yield from _choices(fact)
        case never:
            assert_never(never)


def _add_on(
    analysis: Analysis | IngressAnalysis, values: Iterable[str | bool]
) -> Iterator[Variation]:
    name, field = analysis.analyzer, analysis.result_field

    def answering(value: str | bool) -> Callable[[Draft], Draft]:
        def change(draft: Draft) -> Draft:
            fields = {**draft.facts.add_ons.get(name, {}), field: value}
            add_ons = {**draft.facts.add_ons, name: fields}
            return replace(draft, facts=replace(draft.facts, add_ons=add_ons))

        return change

    for value in values:
        yield Variation(f"{name}.{field} {str(value).lower()}", answering(value))


def _boolean(
    expression: RuleBooleanExpression | IngressBooleanExpression, operand: Operand, lists: Members
) -> Iterator[Variation]:
    evaluated = expression.evaluate.value
    match evaluated:
        case Analysis() | IngressAnalysis():
            yield from _add_on(evaluated, (True, False))
        case RuleIsInAddressList() | IngressIsInAddressList():
            members = lists.get(evaluated.address_lists[0], ())[:_MOST_VALUES]
            for address in (*(_in_list(entry) for entry in members), operand.plain):
                yield _text(operand, address)
        case RuleBooleanEmailAttribute():
            yield from _choices(operand.fact)
        case _:
            assert_never(evaluated)


def _in_list(entry: str) -> str:
    """An address that an entry of an address list is meant to match."""
    local, at, domain = entry.rpartition("@")
    domain = domain.replace("*.", "mail.")
    return f"{local.replace('*', 'someone') or 'someone'}@{domain}" if at else f"someone@{domain}"


def _texts(
    expression: RuleStringExpression | IngressStringExpression, operand: Operand
) -> Iterator[Variation]:
    """Texts that meet each value, and texts that a similar operator also matches."""
    evaluated, operator = expression.evaluate.value, expression.operator.value
    match evaluated:
        case Analysis() | IngressAnalysis():
            first = expression.values[:_MOST_VALUES]
            texts = (*first, *(f"{value}_OTHER" for value in first[:3]), "OTHER")
            yield from _add_on(evaluated, texts)
        case RuleClientCertificateAttribute():
            for value in _near(operator, expression.values, address=False):
                words = f"{operand.key} {evaluated.value.lower()} {value}"
                yield _stated(operand.fact, {evaluated.value: (value,)}, words)
            yield _stated(operand.fact, {}, f"no {operand.key}")
        case RuleStringEmailAttribute() | IngressStringEmailAttribute():
            yield from _operand_texts(operand, expression)
        case MimeHeaderAttribute():
            values = dict.fromkeys(_near(operator, expression.values, address=False))
            yield from (_header(evaluated.lower(), (value,)) for value in values)
            yield _header(evaluated.lower(), ())
        case _:
            assert_never(evaluated)


def _operand_texts(
    operand: Operand, expression: RuleStringExpression | IngressStringExpression
) -> Iterator[Variation]:
    operator, fact = expression.operator.value, operand.fact
    values = dict.fromkeys(_near(operator, expression.values, address=operand.is_address))
    yield from (_text(operand, value) for value in values)
    if operand.is_address:
        yield from _blended(operand, operator, tuple(values))
    elif isinstance(fact, HeaderFact) and operator == "CONTAINS":
        yield from (_extended(fact, value) for value in expression.values[:_MOST_VALUES])
    yield _text(operand, operand.plain)
    if fact.empty_is_none:
        yield _text(operand, "")
    elif isinstance(fact, HeaderFact):
        yield _header(fact.key, ())


def _extended(fact: HeaderFact, value: str) -> Variation:
    """More text after what the draft has, which another condition needs."""

    def change(draft: Draft) -> Draft:
        kept = " ".join(draft.headers.get(fact.key, ()))
        return _header(fact.key, (f"{kept} {value}".strip(),)).of(draft)

    return Variation("", change)


def _blended(operand: Operand, operator: str, values: tuple[str, ...]) -> Iterator[Variation]:
    """Half of an address, with the draft's other half, which another condition needs."""
    for value in values:
        local, _, domain = value.rpartition("@")

        def change(draft: Draft, local: str = local, domain: str = domain) -> Draft:
            kept_local, _, kept_domain = _address_of(draft, operand).rpartition("@")
            if operator == "ENDS_WITH":
                return _text(operand, f"{kept_local or 'someone'}@{domain}").of(draft)
            return _text(operand, f"{local}@{kept_domain or 'example.org'}").of(draft)

        yield Variation("", change)
        if operator == "ENDS_WITH" and local and '"' not in local:
            yield Variation("", partial(_quoted, operand, value))


def _quoted(operand: Operand, value: str, draft: Draft) -> Draft:
    """The address in the quotes of a local part (RFC 5321 §4.1.2), before the draft's domain."""
    _, _, domain = _address_of(draft, operand).rpartition("@")
    return _text(operand, f'"{value}"@{domain or "example.org"}').of(draft)


def _address_of(draft: Draft, operand: Operand) -> str:
    """The address that a draft has for an operand; empty where it has none."""
    submission = draft.submission()
    texts = Texts(submission, Readings()).of(operand.fact, submission.envelope.recipients[0])
    return texts[0] if texts else ""


def _near(operator: str, values: Iterable[str], *, address: bool) -> Iterator[str]:
    first = tuple(values)[:_MOST_VALUES]
    for value in first:
        match operator:
            case "STARTS_WITH":
                yield _address(f"{value}x") if address else f"{value} more"
            case "ENDS_WITH":
                yield _address(value, before=True) if address else f"x{value}"
            case "CONTAINS":
                yield _address(value) if address else f"before {value} after"
            case _:
                yield value
    for value in first[:3]:
        if operator == "ENDS_WITH":
            # Without its first character, after other text: `@notexample.com`.
            sign = value[0] if value[0] in "@." else ""
            yield (
                _address(f"{sign}not{value[len(sign) :]}", before=True)
                if address
                else (f"x{value[1:]}")
            )
            yield _address(f"{value}.example", before=True) if address else f"x{value}.example"
        elif operator == "STARTS_WITH":
            yield _address(f"x{value}x") if address else f"x {value} more"
        elif operator in {"EQUALS", "NOT_EQUALS"}:
            yield f"x{value}"
            yield value if address else f"{value} more"


def _address(text: str, *, before: bool = False) -> str:
    """A text as part of an address."""
    if "@" not in text:
        return (
            f"someone@mail{text}"
            if before and text.startswith(".")
            else (f"someone@x{text}" if before else f"{text}@example.org")
        )
    local, _, domain = text.rpartition("@")
    return f"{local or 'someone'}@{domain if '.' in domain else domain + 'example.org'}"


def _text(operand: Operand, value: str) -> Variation:
    """Another text of an operand."""
    fact = operand.fact
    if isinstance(fact, HeaderFact):
        return _header(fact.key, (value,))
    words = f"{operand.key} {value or '<>'}" if operand.in_envelope else f"{operand.key} {value}"
    return _stated(fact, (value,) if fact.form is Form.TEXTS else value, words)


def _header(name: str, values: tuple[str, ...]) -> Variation:
    words = f"{name} {values[0]}" if values else f"no {name}"
    return Variation(words, lambda draft: draft.with_header(name, values))


def _clients(values: Iterable[str]) -> Iterator[str]:
    """An address in each network, then those just outside."""
    known = [around for value in tuple(values)[:_MOST_VALUES] if (around := network(value))]
    for around in known:
        yield str(around[min(1, around.num_addresses - 1)])
    for around in known:
        size = 2 ** (around.max_prefixlen)
        for number in (int(around[0]) - 1, int(around[-1]) + 1):
            if 0 <= number < size:
                yield str(type(around[0])(number))
