"""Conditions on senders and recipients: addresses, groups, domains, scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.exchange.context import address_in, in_list, of_each
from mmctl.interchange.migration.differences import Deviation
from mmctl.interchange.migration.tests import (
    ALWAYS,
    NEVER,
    AllOf,
    EitherOf,
    Negated,
    Unseen,
)
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.interchange.exchange.context import RuleContext
    from mmctl.interchange.exchange.sketch import Sketch
    from mmctl.interchange.exchange.stated import StatedValue
    from mmctl.interchange.migration.tests import Test

HEADERS: Final = {
    "AnyOfToHeader": ("to",),
    "AnyOfCcHeader": ("cc",),
    "AnyOfToCcHeader": ("to", "cc"),
}
_INSIDE: Final = Unseen(
    difference=Deviation(
        code="senders-inside",
        says="the rule acts on mail of the organization's own senders, over an authenticated "
        "connection; an open ingress point has no such mail",
        instead="keep the rule in Exchange, or write it for the rule set of an `auth` ingress "
        "point that takes the organization's own mail",
        loses=True,
    )
)
_DOMAINS: Final = Unseen(
    difference=Deviation(
        code="domains-not-given",
        says="the rule asks whether recipients are inside the organization, and the export does "
        "not have its domains",
        instead="import with `--domain DOMAIN` for each accepted domain",
        loses=True,
    )
)


def operands_of(name: str, context: RuleContext) -> tuple[str, ...]:
    """What a condition on people compares."""
    if name.startswith("AnyOf"):
        return HEADERS[name.removesuffix("MemberOf")]
    return ("recipient",) if name.startswith("SentTo") else context.senders


def people(name: str, stated: StatedValue, context: RuleContext, *, exception: bool) -> Test:
    """One of these people: by address, or by a name that somebody must look up."""
    operands = operands_of(name, context)
    addresses = [address for value in stated.values if (address := address_in(value))]
    others = [value for value in stated.values if address_in(value) is None]
    tests: list[Test] = [of_each(operands, "equals", addresses)] if addresses else []
    for value in others:
        listed = context.lists.named("person", value)
        tests.append(in_list(context, operands, listed, f"`{value}`", exception=exception))
    return tests[0] if len(tests) == 1 else EitherOf(tuple(tests))


def groups(name: str, stated: StatedValue, context: RuleContext, *, exception: bool) -> Test:
    """A member of one of these groups."""
    return _members(operands_of(name, context), stated.values, context, exception=exception)


def between(stated: StatedValue, context: RuleContext, *, exception: bool) -> Test:
    """From a member of one group to a member of another, or the other way."""
    other = context.stated.get(("BetweenMemberOf2", exception))
    one_way = stated.values, other.values if other is not None else ()
    tests = []
    for senders, recipients in (one_way, one_way[::-1]):
        tests.append(
            AllOf(
                (
                    _members(("from",), senders, context, exception=exception),
                    _members(("recipient",), recipients, context, exception=exception),
                )
            )
        )
    return EitherOf(tuple(tests))


def _members(
    operands: Sequence[str], names: Sequence[str], context: RuleContext, *, exception: bool
) -> Test:
    tests = []
    for value in names:
        listed = context.lists.named("group", value)
        who = f"the group `{value}`"
        tests.append(in_list(context, operands, listed, who, exception=exception))
    return tests[0] if len(tests) == 1 else EitherOf(tuple(tests))


def domains(name: str, stated: StatedValue, context: RuleContext) -> Test:
    """An address in one of the domains, or below."""
    operands = ("recipient",) if name == "RecipientDomainIs" else context.senders
    ends = [f"{mark}{domain.strip('.')}" for domain in stated.values for mark in "@."]
    return of_each(operands, "ends_with", ends)


def from_scope(stated: StatedValue, context: RuleContext, *, exception: bool) -> Test:
    """Senders inside are authenticated: at an open ingress point nobody is."""
    outside = stated.values[0].lower() == "notinorganization"
    if outside and not exception:
        context.outside = True
        return ALWAYS
    if not outside and exception:
        context.outside = True
        return NEVER
    return _INSIDE


def to_scope(stated: StatedValue, context: RuleContext) -> Test:
    """Recipients in the organization's domains, or not."""
    scope = stated.values[0].lower()
    if scope in {"externalpartner", "externalnonpartner"}:
        return Unseen(
            difference=Deviation(
                code="partners-not-known",
                says="Mail Manager does not know which domains are partners of Exchange's Domain "
                "Security",
                instead="a condition on the domains of the partners",
                loses=True,
            )
        )
    if not context.own:
        return _DOMAINS
    inside = of_each(("recipient",), "ends_with", context.own)
    return inside if scope == "inorganization" else Negated(inside)


def shown(name: str, stated: StatedValue, context: RuleContext, sketch: Sketch) -> Sketch:
    """A message that meets a condition on people."""
    first = stated.values[0] if stated.values else ""
    if name == "SentToScope":
        if first.lower() == "inorganization" and context.own:
            return sketch.having("recipients", (f"a.user{context.own[0]}",))
        return sketch.having("recipients", ("a.user@elsewhere.example",))
    if name in {"SenderDomainIs", "RecipientDomainIs"}:
        address = f"someone@{first.strip('.')}"
    else:
        found = next((found for value in stated.values if (found := address_in(value))), None)
        if found is None:
            return replace(sketch, sound=False)
        address = found
    if name in HEADERS:
        part = "cc" if name == "AnyOfCcHeader" else "to"
        return sketch.having(part, address)
    if name in {"SentTo", "RecipientDomainIs"}:
        return sketch.having("recipients", (address,))
    return sent_by(sketch, context, address)


def sent_by(sketch: Sketch, context: RuleContext, address: str) -> Sketch:
    """A message of this sender, where the rule looks for it."""
    part = "sender" if "from" in context.senders else "mail_from"
    return sketch.having(part, address)
