"""The checks that a rule file answers for alone: what they find does not depend on other files.

What other files could add never takes back what one of these found, so it can be shown while
somebody types; all other checks wait for the whole project.
"""

from __future__ import annotations

from typing import Final

LOCAL: Final = frozenset(
    {
        "actions-after-drop",
        "archive-by-arn",
        "case-decides",
        "contradicting-bounce-codes",
        "contradicting-conditions",
        "denied-allow",
        "dkim-alone",
        "dmarc-policy-alone",
        "duplicate-condition",
        "ending-service",
        "expired-rule",
        "foreign-arn",
        "foreign-password-variable",
        "header-for-recipient",
        "header-nobody-sets",
        "header-value-nobody-writes",
        "ignore-without-reason",
        "misplaced-add-on",
        "non-smtp-relay",
        "not-an-address",
        "not-formatted",
        "open-release",
        "pattern-in-literal",
        "redundant-value",
        "replacement-without-address",
        "rule-without-description",
        "rule-without-owner",
        "secret-in-file",
        "spf-alone",
        "stray-character",
        "substring-allow",
        "tls-minimum-denied",
        "unanchored-suffix",
        "unconditional-drop",
        "unencoded-domain",
        "unsorted-list",
        "unusable-list-member",
        "unusable-network",
    }
)
