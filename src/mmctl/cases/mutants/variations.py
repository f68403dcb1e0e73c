"""Values worth trying for a condition: what meets it, what just misses it, and what has nothing.

Pure: a condition → changes of a draft, in a fixed order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.judge.compare import network
from mmctl.mail.email import NoPolicy, Tls
from mmctl.model.enums import (
    IngressStringEmailAttribute,
    RuleBooleanEmailAttribute,
    RuleClientCertificateAttribute,
    RuleDmarcPolicy,
    RuleStringEmailAttribute,
    RuleVerdict,
    RuleVerdictAttribute,
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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mmctl.cases.mutants.drafts import Draft
    from mmctl.model.policies import PolicyCondition
    from mmctl.model.rules import RuleCondition

    Members = Mapping[str, tuple[str, ...]]

_ADDRESSES: Final = frozenset({"MAIL_FROM", "RECIPIENT", "SENDER", "FROM", "TO", "CC"})
_PLAIN_ADDRESS: Final = "someone@example.org"
_PLAIN_TEXTS: Final = {"HELO": "mail.example.org", "SUBJECT": "Hello"}
_MOST_VALUES: Final = 12
"""Values of one condition that are tried."""


@dataclass(frozen=True, slots=True)
class Variation:
    """One change of a draft."""

    words: str
    """Empty where the change says itself what it did."""
    change: Callable[[Draft], Draft]

    def of(self, draft: Draft) -> Draft:
        """The draft with the change in it."""
        if not self.words:
            return self.change(draft)
        return replace(self.change(draft), changes=(*draft.changes, self.words))


def variations(condition: RuleCondition | PolicyCondition, lists: Members) -> Iterator[Variation]:
    """Changes of what a condition looks at; `lists` are the address lists that are known."""
    expression = condition.value
    match expression:
        case RuleStringExpression() | IngressStringExpression():
            yield from _texts(expression)
        case RuleBooleanExpression() | IngressBooleanExpression():
            yield from _boolean(expression, lists)
        case RuleVerdictExpression():
            yield from _verdict(expression)
        case RuleDmarcExpression():
            policies = (*RuleDmarcPolicy, NoPolicy.NO_POLICY)
            yield from (_fact("dmarc_policy", policy) for policy in policies)
        case RuleNumberExpression():
            size = int(expression.value)
            yield from (size_of(each) for each in (size, size + 1, size - 1) if each > 0)
        case IngressTlsProtocolExpression():
            yield from (_session("tls", tls) for tls in Tls)
        case RuleIpExpression() | IngressIpv4Expression() | IngressIpv6Expression():
            yield from (_session("source_ip", ip) for ip in _clients(expression.values))
        case _:
            assert_never(expression)


def _fact(member: str, value: object) -> Variation:
    return Variation(
        f"{member} {value}",
        lambda draft: replace(draft, facts=replace(draft.facts, **{member: value})),  # type: ignore[arg-type] # of the member's type
    )


def _session(member: str, value: object) -> Variation:
    return Variation(
        f"{member} {value}",
        lambda draft: replace(draft, session=replace(draft.session, **{member: value})),  # type: ignore[arg-type] # of the member's type
    )


def size_of(size: int) -> Variation:
    """A message of so many bytes."""
    return Variation(f"{size} bytes", lambda draft: replace(draft, size=size, size_matters=True))


def _verdict(expression: RuleVerdictExpression) -> Iterator[Variation]:
    evaluated = expression.evaluate.value
    match evaluated:
        case Analysis():
            yield from _add_on(evaluated, tuple(verdict.value for verdict in RuleVerdict))
        case RuleVerdictAttribute.SPF:
            yield from (_fact("spf", verdict) for verdict in RuleVerdict)
        case RuleVerdictAttribute.DKIM:
            yield from (_fact("dkim", verdict) for verdict in RuleVerdict)
        case _:
            assert_never(evaluated)


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
    expression: RuleBooleanExpression | IngressBooleanExpression, lists: Members
) -> Iterator[Variation]:
    evaluated = expression.evaluate.value
    match evaluated:
        case Analysis() | IngressAnalysis():
            yield from _add_on(evaluated, (True, False))
        case RuleIsInAddressList() | IngressIsInAddressList():
            members = lists.get(evaluated.address_lists[0], ())[:_MOST_VALUES]
            for address in (*(_in_list(entry) for entry in members), _PLAIN_ADDRESS):
                yield _text(evaluated.attribute.value, address)
        case RuleBooleanEmailAttribute.TLS:
            yield from (_session("tls", tls) for tls in Tls)
        case RuleBooleanEmailAttribute.TLS_WRAPPED:
            yield from (_session("tls_wrapped", wrapped) for wrapped in (True, False))
        case RuleBooleanEmailAttribute.READ_RECEIPT_REQUESTED:
            for values in (("someone@example.org",), ()):
                yield _header("disposition-notification-to", values)
        case _:
            assert_never(evaluated)


def _in_list(entry: str) -> str:
    """An address that an entry of an address list is meant for."""
    local, at, domain = entry.rpartition("@")
    domain = domain.replace("*.", "mail.")
    return f"{local.replace('*', 'someone') or 'someone'}@{domain}" if at else f"someone@{domain}"


def _texts(expression: RuleStringExpression | IngressStringExpression) -> Iterator[Variation]:
    """Texts that meet each value, and texts that a neighboring operator takes as well."""
    evaluated, operator = expression.evaluate.value, expression.operator.value
    match evaluated:
        case Analysis() | IngressAnalysis():
            first = expression.values[:_MOST_VALUES]
            texts = (*first, *(f"{value}_OTHER" for value in first[:3]), "OTHER")
            yield from _add_on(evaluated, texts)
        case RuleClientCertificateAttribute():
            for value in _near(operator, expression.values, address=False):
                yield _session("client_certificate", {evaluated.value: (value,)})
        case RuleStringEmailAttribute() | IngressStringEmailAttribute():
            yield from _attribute_texts(evaluated.value, expression)
        case MimeHeaderAttribute():
            values = dict.fromkeys(_near(operator, expression.values, address=False))
            yield from (_header(evaluated.lower(), (value,)) for value in values)
            yield _header(evaluated.lower(), ())
        case _:
            assert_never(evaluated)


def _attribute_texts(
    attribute: str, expression: RuleStringExpression | IngressStringExpression
) -> Iterator[Variation]:
    operator = expression.operator.value
    address = attribute in _ADDRESSES
    values = dict.fromkeys(_near(operator, expression.values, address=address))
    yield from (_text(attribute, value) for value in values)
    if address:
        yield from _blended(attribute, operator, tuple(values))
    elif attribute == "SUBJECT" and operator == "CONTAINS":
        yield from (_extended(value) for value in expression.values[:_MOST_VALUES])
    yield _text(attribute, _PLAIN_ADDRESS if address else _PLAIN_TEXTS.get(attribute, "x"))
    if attribute == "MAIL_FROM":
        yield _text(attribute, "")
    elif attribute in {"SENDER", "FROM", "TO", "CC", "SUBJECT"}:
        yield _header(attribute.lower(), ())


def _extended(value: str) -> Variation:
    """More text behind the subject that the draft has: another condition wants that."""

    def change(draft: Draft) -> Draft:
        kept = " ".join(draft.headers.get("subject", ()))
        return _header("subject", (f"{kept} {value}".strip(),)).of(draft)

    return Variation("", change)


def _blended(attribute: str, operator: str, values: tuple[str, ...]) -> Iterator[Variation]:
    """Half of an address, the other half as the draft has it: another condition wants that."""
    for value in values:
        local, _, domain = value.rpartition("@")

        def change(draft: Draft, local: str = local, domain: str = domain) -> Draft:
            kept_local, _, kept_domain = _address_of(draft, attribute).rpartition("@")
            if operator == "ENDS_WITH":
                return _text(attribute, f"{kept_local or 'someone'}@{domain}").of(draft)
            return _text(attribute, f"{local}@{kept_domain or 'example.org'}").of(draft)

        yield Variation("", change)
        if operator == "ENDS_WITH" and local and '"' not in local:
            yield Variation("", partial(_quoted, attribute, value))


def _quoted(attribute: str, value: str, draft: Draft) -> Draft:
    """The address in the quotes of a local part (RFC 5321 §4.1.2), before the draft's domain."""
    _, _, domain = _address_of(draft, attribute).rpartition("@")
    return _text(attribute, f'"{value}"@{domain or "example.org"}').of(draft)


def _address_of(draft: Draft, attribute: str) -> str:
    """The address that a draft has for an attribute; empty where it has none."""
    match attribute:
        case "RECIPIENT":
            return draft.envelope.recipients[0]
        case "MAIL_FROM":
            return draft.envelope.mail_from or ""
        case _:
            found = draft.submission().email.addresses(attribute.lower())
            return found[0] if found else ""


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
            # What follows the first character, behind something else: `@notexample.com`.
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


def _text(attribute: str, value: str) -> Variation:
    name = attribute.lower()
    match attribute:
        case "RECIPIENT":
            return Variation(
                f"recipient {value}",
                lambda draft: replace(draft, envelope=replace(draft.envelope, recipients=(value,))),
            )
        case "MAIL_FROM":
            return Variation(
                f"mail_from {value or '<>'}",
                lambda draft: replace(draft, envelope=replace(draft.envelope, mail_from=value)),
            )
        case "HELO":
            return _session("helo", value)
        case _:
            return _header(name, (value,))


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
