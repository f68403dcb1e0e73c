"""Domains that SES must have verified, with the DNS records that verify them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.operate.templates.intrinsic import sub
from mmctl.operate.templates.naming import logical_id
from mmctl.operate.templates.template import Output, TemplateResource, TemplateSection

if TYPE_CHECKING:
    from mmctl.operate.foundation.needs import FoundationNeeds
    from mmctl.operate.templates.intrinsic import Value

_TOKENS: Final = (1, 2, 3)
"""SES gives three records for DKIM, which also prove that the domain is ours."""


def identity_section(needs: FoundationNeeds) -> TemplateSection:
    """Return an identity for each domain; its records are outputs."""
    return TemplateSection(
        title="Verified domains",
        comment="SES relays and sends only where the domain is verified: publish the CNAME records "
        "that the outputs name.",
        resources=tuple(
            TemplateResource(
                name=logical_id("Identity", domain),
                type="AWS::SES::EmailIdentity",
                comment=f"{domain}, which its DNS records verify.",
                properties={
                    "EmailIdentity": domain,
                    "DkimSigningAttributes": {"NextSigningKeyLength": "RSA_2048_BIT"},
                },
            )
            for domain in needs.identities
        ),
        outputs=tuple(
            Output(
                name=logical_id("Identity", domain, "Records"),
                value=_records(logical_id("Identity", domain)),
                comment=f"What to publish in the DNS for {domain}, name and target.",
            )
            for domain in needs.identities
        ),
    )


def _records(name: str) -> Value:
    tokens = (
        f"${{{name}.DkimDNSTokenName{number}}} CNAME ${{{name}.DkimDNSTokenValue{number}}}"
        for number in _TOKENS
    )
    return sub("; ".join(tokens))
