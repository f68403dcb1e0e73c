"""What a case states that its ingress point makes irrelevant: it shows less than it seems to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.add_ons import is_add_on
from mmctl.judge.compare import client_address
from mmctl.model.conditions import analysis_of
from mmctl.model.enums import IpType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.cases.case import Case
    from mmctl.judge.submission import Gateway
    from mmctl.model.policies import PolicyCondition
    from mmctl.model.rules import RuleCondition


def idle_facts(case: Case, gateway: Gateway) -> tuple[str, ...]:
    """What a case states without effect, in sentences; nothing for one without an ingress point."""
    return () if case.ingress_point is None else tuple(_idle(case, case.ingress_point, gateway))


def _idle(case: Case, point: str, gateway: Gateway) -> Iterator[str]:
    if case.session.client_certificate and not gateway.certificates:
        yield (
            f"`client_certificate` cannot matter: ingress point `{point}` asks for none; only "
            f"type `mtls` does"
        )
    source = case.session.source_ip
    address = None if source is None else client_address(source)
    if address is None or address.version == 4:  # noqa: PLR2004 - the IP versions are 4 and 6
        return
    if gateway.ip_type is IpType.IPV4:
        yield f"`source_ip` {address} cannot matter: ingress point `{point}` takes only IPv4"
        return
    for name in case.facts.add_ons:
        if _is_asked_by_policy(gateway, name) and not _is_asked_by_rules(gateway, name):
            yield f"`add_ons.{name}` cannot matter: traffic policies ask no add-on over IPv6"


def _is_asked_by_policy(gateway: Gateway, name: str) -> bool:
    statements = gateway.policy.policy_statements if gateway.policy is not None else ()
    return any(_asks(each, name) for statement in statements for each in statement.conditions)


def _is_asked_by_rules(gateway: Gateway, name: str) -> bool:
    return any(
        _asks(each, name) for rule in gateway.rules for each in (*rule.conditions, *rule.unless)
    )


def _asks(condition: PolicyCondition | RuleCondition, name: str) -> bool:
    analysis = analysis_of(condition)
    return analysis is not None and is_add_on(name, analysis.analyzer)
