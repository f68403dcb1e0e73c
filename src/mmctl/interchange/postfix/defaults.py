"""Parameters of main.cf: the defaults of those that decide about mail, and what the others are.

Source: postconf(5) of Postfix 3.7. A parameter that is not named here says nothing about rules.
"""

from __future__ import annotations

from typing import Final

RULES: Final[dict[str, str]] = {
    "access_map_reject_code": "554",
    "alias_database": "hash:/etc/aliases",
    "alias_maps": "hash:/etc/aliases",
    "always_bcc": "",
    "body_checks": "",
    "canonical_maps": "",
    "compatibility_level": "0",
    "config_directory": "/etc/postfix",
    "content_filter": "",
    "default_transport": "smtp",
    "header_checks": "",
    "inet_interfaces": "all",
    "local_recipient_maps": "proxy:unix:passwd.byname $alias_maps",
    "local_transport": "local:$myhostname",
    "luser_relay": "",
    "mailbox_command": "",
    "mailbox_transport": "",
    "masquerade_domains": "",
    "message_size_limit": "10240000",
    "milter_header_checks": "",
    "mime_header_checks": "$header_checks",
    "mydestination": "$myhostname, localhost.$mydomain, localhost",
    "mydomain": "",
    "myhostname": "",
    "mynetworks": "",
    "mynetworks_style": "host",
    "myorigin": "$myhostname",
    "nested_header_checks": "$header_checks",
    "non_smtpd_milters": "",
    "parent_domain_matches_subdomains": (
        "debug_peer_list,fast_flush_domains,mynetworks,permit_mx_backup_networks,"
        "qmqpd_authorized_clients,relay_domains,smtpd_access_maps"
    ),
    "postscreen_access_list": "permit_mynetworks",
    "postscreen_dnsbl_sites": "",
    "proxy_interfaces": "",
    "recipient_bcc_maps": "",
    "recipient_canonical_maps": "",
    "recipient_delimiter": "",
    "relay_domains": "${{$compatibility_level} <level {2} ? {$mydestination} : {}}",
    "relay_recipient_maps": "",
    "relay_transport": "relay",
    "relayhost": "",
    "relocated_maps": "",
    "sender_bcc_maps": "",
    "sender_canonical_maps": "",
    "sender_dependent_default_transport_maps": "",
    "sender_dependent_relayhost_maps": "",
    "smtp_body_checks": "",
    "smtp_generic_maps": "",
    "smtp_header_checks": "",
    "smtp_mime_header_checks": "",
    "smtp_nested_header_checks": "",
    "smtp_sasl_auth_enable": "no",
    "smtp_sasl_password_maps": "",
    "smtpd_client_restrictions": "",
    "smtpd_data_restrictions": "",
    "smtpd_delay_reject": "yes",
    "smtpd_end_of_data_restrictions": "",
    "smtpd_enforce_tls": "no",
    "smtpd_helo_restrictions": "",
    "smtpd_milters": "",
    "smtpd_null_access_lookup_key": "<>",
    "smtpd_proxy_filter": "",
    "smtpd_recipient_restrictions": "",
    "smtpd_reject_unlisted_recipient": "yes",
    "smtpd_reject_unlisted_sender": "no",
    "smtpd_relay_restrictions": (
        "${{$compatibility_level} <level {1} ? {} : "
        "{permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination}}"
    ),
    "smtpd_restriction_classes": "",
    "smtpd_sender_login_maps": "",
    "smtpd_sender_restrictions": "",
    "smtpd_tls_security_level": "",
    "transport_maps": "",
    "virtual_alias_domains": "$virtual_alias_maps",
    "virtual_alias_maps": "$virtual_maps",
    "virtual_mailbox_domains": "$virtual_mailbox_maps",
    "virtual_mailbox_maps": "",
    "virtual_maps": "",
    "virtual_transport": "virtual",
}
"""What a reader looks at, by name, with the default."""

LISTED: Final[dict[str, tuple[str, str]]] = {
    "content_filter": (
        "mail passes through another program, which Mail Manager cannot call",
        "subscribe to an add-on (Vade, Trend Micro), or call a Lambda function in a rule",
    ),
    "smtpd_proxy_filter": (
        "mail passes through another program before it is accepted",
        "subscribe to an add-on (Vade, Trend Micro), or call a Lambda function in a rule",
    ),
    "smtpd_milters": (
        "milters judge or change mail, which Mail Manager cannot call",
        "use the conditions `spf`, `dkim` and `dmarc_policy`, an add-on, or a Lambda function",
    ),
    "postscreen_dnsbl_sites": (
        "clients on blocklists of DNS are refused",
        "subscribe to the add-on Spamhaus Domain Block List or Abusix Mail Intelligence",
    ),
    "sender_canonical_maps": (
        "the sender is rewritten, which no rule can do",
        "rewrite it on the mail server behind",
    ),
    "masquerade_domains": (
        "host names are cut from addresses, which no rule can do",
        "rewrite addresses on the mail server behind",
    ),
    "smtp_generic_maps": (
        "addresses of outgoing mail are rewritten, which no rule can do",
        "rewrite them on the mail server that sends",
    ),
    "milter_header_checks": (
        "headers that milters add are compared, and there are no milters",
        "write rules on the headers that come with the mail",
    ),
    "luser_relay": (
        "mail for unknown local recipients goes to one address",
        "keep it on the mail server behind",
    ),
    "smtp_body_checks": (
        "bodies of outgoing mail are compared, which no rule sees",
        "use an add-on or a Lambda function",
    ),
    "smtp_mime_header_checks": (
        "headers of MIME parts of outgoing mail are compared, which no rule sees",
        "use an add-on or a Lambda function",
    ),
    "smtp_nested_header_checks": (
        "headers of attached messages of outgoing mail are compared, which no rule sees",
        "use an add-on or a Lambda function",
    ),
}
"""What changes mail and cannot come along: why, and what people do instead."""
