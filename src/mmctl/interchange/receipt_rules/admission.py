"""Whose mail SES takes at all → a traffic policy.

SES developer guide, "Email receiving concepts": mail is accepted if one of its recipients matches
a rule of the active set; a rule without recipients matches everybody at verified domains.
`TlsPolicy: Require` refuses what does not come over TLS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.interchange.receipt_rules.recipients import (
    RecipientConditions,
    labels_by_domain,
    members_of,
    sorted_out,
    without_covered,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.interchange.migration.source import OtherGateway
    from mmctl.interchange.receipt_rules.rule_sets import ReceiptRule

_ACCEPTED: Final = "receipt-recipients"
_TLS: Final = "receipt-tls-recipients"
_VALUES_AT_MOST: Final = 10
_STATEMENTS_AT_MOST: Final = 12
"""Of the 20 that a policy takes: the others are for what is refused."""
_OVER_TLS: Final = {"tls_protocol": {"minimum": "TLS1_2"}}


def put_admission(rules: list[ReceiptRule], domains: tuple[str, ...], source: OtherGateway) -> None:
    """Set the traffic policy and the TLS policy; `rules` are those that are enabled."""
    required = [rule for rule in rules if rule.tls]
    source.tls_policy = "required" if rules and len(required) == len(rules) else "optional"
    everybody = any(not rule.recipients for rule in rules)
    if everybody and not domains:
        source.traffic_policy = _for_everybody(rules, source)
        return
    if source.tls_policy == "required" or not required:
        statements = _allow(_recipients(rules, domains), _ACCEPTED, [], source)
    elif any(not rule.recipients for rule in required):
        statements = _allow(_recipients(rules, domains), _ACCEPTED, [_OVER_TLS], source)
    else:
        over_tls = _recipients(required, domains)
        others = [rule for rule in rules if not rule.tls]
        outside = [{"recipient": {"not_in_address_list": _TLS}}]
        statements = [
            *_allow(over_tls, _TLS, [_OVER_TLS], source),
            *_allow(_recipients(others, domains), _ACCEPTED, outside, source),
        ]
    source.traffic_policy = {"default": "deny", "statements": statements}


def _for_everybody(rules: list[ReceiptRule], source: OtherGateway) -> dict[str, Any]:
    required = [rule for rule in rules if rule.tls]
    if source.tls_policy == "required" or not required:
        return {"default": "allow"}
    if any(not rule.recipients for rule in required):
        return {"default": "deny", "statements": [{"allow": [_OVER_TLS]}]}
    over_tls = _recipients(required, ())
    return {
        "default": "deny",
        "statements": [
            *_allow(over_tls, _TLS, [_OVER_TLS], source),
            {"allow": [{"recipient": {"not_in_address_list": _TLS}}]},
        ],
    }


def _recipients(rules: Iterable[ReceiptRule], domains: tuple[str, ...]) -> RecipientConditions:
    """The recipients of all rules; one without recipients is about the domains."""
    texts: list[str] = []
    for rule in rules:
        texts += [text for text, _ in rule.recipients]
        if not rule.recipients:
            texts += [text for domain in domains for text in (domain, f".{domain}")]
    return without_covered(sorted_out(texts))


def _allow(
    recipients: RecipientConditions, name: str, beside: list[dict[str, Any]], source: OtherGateway
) -> list[dict[str, Any]]:
    """Statements that admit recipients; labels that no list takes are conditions of their own."""
    source.address_lists[name] = tuple(members_of(recipients))
    statements = [{"allow": [{"recipient": {"in_address_list": name}}, *beside]}]
    statements += [
        {
            "allow": [
                {"recipient": {"starts_with": list(starts[first : first + _VALUES_AT_MOST])}},
                {"recipient": {"ends_with": f"@{domain}"}},
                *beside,
            ]
        }
        for domain, starts in labels_by_domain(recipients, long_ones=True)
        for first in range(0, len(starts), _VALUES_AT_MOST)
    ]
    left = len(statements) - _STATEMENTS_AT_MOST
    if left > 0:
        source.notes.append(
            f"the traffic policy has no room for the labels of long addresses ({left} statements "
            "too many): mail to these addresses with a label is refused"
        )
    return statements[:_STATEMENTS_AT_MOST]
