"""Restrictions of the SMTP server that are built in, and what stands for them (postconf(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.source import Deviation
from mmctl.interchange.migration.tests import AllOf, Matches, Near, Negated, Unseen

if TYPE_CHECKING:
    from mmctl.interchange.migration.tests import Test

_BLOCKLIST: Final = (
    "client or domain is looked up in a blocklist of DNS, which no rule does",
    (
        "subscribe to the add-on Spamhaus Domain Block List or Abusix Mail Intelligence, and deny "
        "what it lists in the traffic policy"
    ),
)
_CLIENT_DNS: Final = (
    "the name of the client in DNS is not seen",
    "block the networks by `source_ip`, or use the add-on Abusix Mail Intelligence",
)
_HELO_DNS: Final = (
    "the HELO name is looked up in DNS, which no rule does",
    "compare `helo` with the names that you see in logs, or use `spf`",
)
_SENDER_DNS: Final = (
    "the domain of the sender is looked up in DNS, which no rule does",
    "use the conditions `spf` and `dmarc_policy`",
)
_PROBED: Final = (
    "the address is tried on its own server, which Mail Manager does not do",
    "list the recipients in an address list that the traffic policy admits",
)
_LOGIN: Final = (
    "senders are compared with who logged in, which no rule sees",
    "let submission have an ingress point of type auth with rules of its own",
)
_PROTOCOL: Final = (
    "this is about the SMTP dialogue, which Mail Manager leads itself",
    "leave it out: the service refuses broken dialogues",
)
UNSEEN: Final[dict[str, tuple[str, str]]] = {
    "check_policy_service": (
        "another program decides, which Mail Manager does not ask",
        "for SPF use the condition `spf`; for the rest an add-on or a Lambda function",
    ),
    "check_ccert_access": (
        "the fingerprint of a client certificate is not seen",
        "use an ingress point of type mtls and the condition `client_certificate`",
    ),
    "check_sasl_access": _LOGIN,
    "reject_authenticated_sender_login_mismatch": _LOGIN,
    "reject_known_sender_login_mismatch": _LOGIN,
    "reject_sender_login_mismatch": _LOGIN,
    "reject_unauthenticated_sender_login_mismatch": _LOGIN,
    "reject_invalid_helo_hostname": (
        "whether a HELO name is well formed is not seen",
        "compare `helo` with the names that you see in logs, or use `spf`",
    ),
    "reject_maps_rbl": _BLOCKLIST,
    "reject_multi_recipient_bounce": (
        "how many recipients a bounce has is not seen",
        "leave it out",
    ),
    "reject_non_fqdn_sender": (
        "whether the domain of the sender has a dot is not seen",
        "use the conditions `spf` and `dmarc_policy`",
    ),
    "reject_rbl_client": _BLOCKLIST,
    "reject_rhsbl_client": _BLOCKLIST,
    "reject_rhsbl_helo": _BLOCKLIST,
    "reject_rhsbl_recipient": _BLOCKLIST,
    "reject_rhsbl_reverse_client": _BLOCKLIST,
    "reject_rhsbl_sender": _BLOCKLIST,
    "reject_unauth_pipelining": _PROTOCOL,
    "reject_unknown_address": _SENDER_DNS,
    "reject_unknown_client_hostname": _CLIENT_DNS,
    "reject_unknown_forward_client_hostname": _CLIENT_DNS,
    "reject_unknown_helo_hostname": _HELO_DNS,
    "reject_unknown_reverse_client_hostname": _CLIENT_DNS,
    "reject_unknown_sender_domain": _SENDER_DNS,
    "reject_unlisted_sender": (
        "whether an own sender address exists is not compared",
        "refuse own domains as senders that fail `spf` or `dkim`",
    ),
    "reject_unverified_recipient": _PROBED,
    "reject_unverified_sender": _PROBED,
} | {
    f"check_{who}_{what}_access": _CLIENT_DNS if who.endswith("client") else _SENDER_DNS
    for who in ("client", "helo", "sender", "recipient", "reverse_client_hostname")
    for what in ("a", "mx", "ns")
}
"""Restrictions whose test Mail Manager cannot see: what is asked, and what people do instead."""
UNSEEN["check_reverse_client_hostname_access"] = _CLIENT_DNS

OLD_NAMES: Final = {
    "reject_invalid_hostname": "reject_invalid_helo_hostname",
    "reject_non_fqdn_hostname": "reject_non_fqdn_helo_hostname",
    "reject_unknown_client": "reject_unknown_client_hostname",
    "reject_unknown_hostname": "reject_unknown_helo_hostname",
}
"""Names of Postfix before 2.3, which it still takes."""

COVERED: Final[dict[str, str]] = {
    "reject_non_fqdn_recipient": "the traffic policy admits recipients of the own domains alone",
    "reject_unknown_recipient_domain": (
        "the traffic policy admits recipients of the own domains alone"
    ),
    "reject_unlisted_recipient": "the traffic policy admits the recipients that tables list",
    "sleep": "the service leads the SMTP dialogue",
}
"""Restrictions that need no rule: why."""

NOBODY: Final[dict[str, str]] = {
    "permit_inet_interfaces": "no mail comes from the server itself",
    "permit_sasl_authenticated": "nobody logs in at an ingress point of type open",
    "permit_tls_all_clientcerts": "no client has a certificate at an ingress point of type open",
    "permit_tls_clientcerts": "no client has a certificate at an ingress point of type open",
}
"""Permissions that nobody has at an open ingress point: why."""

UNSEEN_PERMITS: Final[dict[str, tuple[str, str]]] = {
    "permit_dnswl_client": (
        "clients on a list of DNS are admitted, and no rule looks them up",
        "write the networks that you trust as `source_ip`",
    ),
    "permit_mx_backup": (
        "domains whose MX record names this server are admitted, and no rule looks that up",
        "write these domains into relay_domains",
    ),
    "permit_rhswl_client": (
        "clients on a list of DNS are admitted, and no rule looks them up",
        "write the networks that you trust as `source_ip`",
    ),
}
"""Permissions that depend on what Mail Manager cannot see."""

WITH_VALUE: Final = frozenset(
    {"reject_rbl_client", "reject_rhsbl_client", "reject_rhsbl_helo", "reject_rhsbl_sender"}
    | {"reject_rhsbl_recipient", "reject_rhsbl_reverse_client", "check_policy_service", "sleep"}
    | {"permit_dnswl_client", "permit_rhswl_client"}
)
"""Restrictions that the next word belongs to; so it does to every `check_…_access`."""

SEEN_REJECTS: Final[dict[str, Test]] = {
    "reject_plaintext_session": Matches(operand="tls", operator="is", values=("false",)),
    "reject_non_fqdn_helo_hostname": Near(
        test=AllOf(
            (
                Negated(Matches(operand="helo", operator="contains", values=(".",))),
                Negated(Matches(operand="helo", operator="contains", values=(":",))),
            )
        ),
        difference=Deviation(
            code="helo-without-dot",
            says="a HELO name without any dot is rejected here; the source also rejects one whose "
            "only dot is at its end, and takes no address of IPv6 but in brackets",
        ),
    ),
}
"""Restrictions whose test can be said."""


def unseen(name: str, value: str = "") -> Unseen:
    """The test of a restriction that Mail Manager cannot make."""
    says, instead = (UNSEEN | UNSEEN_PERMITS)[name]
    shown = f"`{name} {value[:80]}`" if value else f"`{name}`"
    return Unseen(
        difference=Deviation(
            code="not-seen-at-all", says=f"{shown}: {says}", instead=instead, loses=True
        )
    )
