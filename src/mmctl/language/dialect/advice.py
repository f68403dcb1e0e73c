"""What to write instead of keys that people expect and that do not exist."""

from __future__ import annotations

from typing import Final

_UNSEEN = "Mail Manager's rules do not see {what}; "
CONDITION_ADVICE: Final = {
    "body": _UNSEEN.format(what="the body")
    + "use an add-on (`add_on`), or `invoke_lambda` to look at the stored message",
    "attachment": _UNSEEN.format(what="attachments")
    + "use an add-on that scans them: `add_on: {name: …, field: isPassed, is: false}`",
    "content_type": _UNSEEN.format(what="Content-Type") + "use an add-on, or `header` for `X-…`",
    "reply_to": _UNSEEN.format(what="Reply-To") + "use `from`, `sender` or `mail_from`",
    "list_unsubscribe": _UNSEEN.format(what="List-Unsubscribe") + "use `header` for an `X-…`",
    "list_id": _UNSEEN.format(what="List-Id") + "use `header` for an `X-…` header",
    "message_id": _UNSEEN.format(what="Message-ID") + "use `header` for an `X-…` header",
    "date": _UNSEEN.format(what="Date"),
    "sender_ip": "in rules it is `source_ip`; `sender_ip` is for traffic policies",
    "sender_ipv6": "rules compare only IPv4, with `source_ip`; IPv6 is for traffic policies",
    "tls_protocol": "in rules it is `tls: true`; TLS versions are for traffic policies",
    "size": "write `message_size: {greater_than: 25MB}`",
    "bcc": "an envelope recipient that no header names is still a `recipient`",
    "dmarc": "write `dmarc_policy: {equals: REJECT}`",
    "envelope_from": "write `mail_from`",
    "return_path": "write `mail_from`",
    "rcpt_to": "write `recipient`",
    "ip": "write `source_ip: {cidr_matches: […]}`",
    "addon": "write `add_on`",
    "sender_domain": "write `mail_from: {ends_with: '@…'}`",
    "domain": "write `mail_from: {ends_with: '@…'}`, or `recipient`",
    "virus": "use an add-on: `add_on: {name: …, field: isPassed, is: false}`",
    "spam": "use an add-on: `add_on: {name: …, field: isPassed, is: false}`",
    "verdict": "write `spf`, `dkim`, or `add_on` with `field: verdict`",
}
_NO_PATTERNS: Final = (
    "there are no patterns: write `equals`, `starts_with`, `ends_with` or `contains`, "
    "each with a list of texts"
)
_UNDER_UNLESS: Final = "write it under `unless`, without the `not`"
OPERATOR_ADVICE: Final = {
    **dict.fromkeys(
        ("regex", "regexp", "re", "matches", "match", "like", "glob", "pattern", "wildcard"),
        _NO_PATTERNS,
    ),
    **dict.fromkeys(
        (
            "not_matches",
            "not_like",
            "not_regex",
            "not_contains",
            "not_starts_with",
            "not_ends_with",
        ),
        _UNDER_UNLESS,
    ),
    **dict.fromkeys(("in", "any", "any_of", "one_of", "is", "eq", "equal"), "write `equals: […]`"),
    **dict.fromkeys(("not_in", "none_of", "is_not", "not", "ne"), "write `not_equals: […]`"),
    "domain": "write `ends_with: '@…'`",
    "exists": "a missing header equals no text: write `contains` with its text",
    "case_sensitive": "the service decides: see `string_case` under `semantics`",
}
NETWORK_ADVICE: Final = {
    **dict.fromkeys(
        ("in", "is", "equals", "cidr", "matches", "network"), "write `cidr_matches: […]`"
    ),
    **dict.fromkeys(("not_in", "is_not", "not_equals"), "write `not_cidr_matches: […]`"),
}
POLICY_ADVICE: Final = {
    "mail_from": "a traffic policy does not see the sender; use a rule with `mail_from`",
    "from": "a traffic policy does not see headers; use a rule with `from`",
    "sender": "a traffic policy does not see the sender; use a rule with `mail_from` or `sender`",
    "sender_domain": "a traffic policy does not see the sender; use a rule with "
    "`mail_from: {ends_with: '@…'}`",
    "subject": "a traffic policy does not see headers; use a rule with `subject`",
    "header": "a traffic policy does not see headers; use a rule with `header`",
    "message_size": "write `max_message_size` on the policy itself",
    "size": "write `max_message_size` on the policy itself",
    "source_ip": "in traffic policies it is `sender_ip` (IPv4) or `sender_ipv6`",
    "to": "a traffic policy does not see headers; use `recipient`",
    "cc": "a traffic policy does not see headers; use `recipient`",
    "body": "a traffic policy does not see the message; use an add-on, or a rule",
    "ip": "write `sender_ip: {cidr_matches: […]}`",
    "source_ipv6": "write `sender_ipv6: {cidr_matches: […]}`",
    "tls_version": "write `tls_protocol: {minimum: TLS1_2}`",
    "helo": "a traffic policy does not see HELO; use a rule with `helo`",
    "tls": "write `tls_protocol: {minimum: TLS1_2}`",
    "spf": "verdicts are known after acceptance; use a rule with `spf`",
    "dkim": "verdicts are known after acceptance; use a rule with `dkim`",
    "dmarc_policy": "verdicts are known after acceptance; use a rule with `dmarc_policy`",
}
ACTION_ADVICE: Final = {
    "send_to_sqs": "Mail Manager has no such action; write `publish_to_sns` to a topic with an "
    "SQS subscription",
    "deliver": "write `relay: {to: NAME}` for a mail server, or `deliver_to_mailbox` for WorkMail",
    "forward": "write `replace_recipient` and then `send` or `relay`",
    "reject": "accepted mail can only be dropped or bounced; refuse it in a traffic policy",
    "quarantine": "write `archive: {to: NAME}` and then `stop`",
    "discard": "write `drop`",
    "delete": "write `drop`",
    "s3": "write `write_to_s3`",
    "sns": "write `publish_to_sns`",
    "lambda": "write `invoke_lambda`",
    "tag": "write `add_header: {name: X-…, value: …}`",
}
RULE_ADVICE: Final = {
    "priority": "the order of the list is the order of the rules",
    "order": "the order of the list is the order of the rules",
    "if": "write `conditions`",
    "match": "write `conditions`",
    "when": "write `conditions`",
    "then": "write `actions`",
    "action": "write `actions`, a list",
    "condition": "write `conditions`, a list",
    "disabled": "write `enabled: false`",
    "exceptions": "write `unless`",
    "except": "write `unless`",
    "expiry": "write `expires`",
}
