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
        "contradicting-bounce-codes",
        "contradicting-conditions",
        "duplicate-condition",
        "expired-rule",
        "foreign-arn",
        "header-for-recipient",
        "header-nobody-sets",
        "header-value-nobody-writes",
        "ignore-without-reason",
        "not-an-address",
        "not-formatted",
        "pattern-in-literal",
        "redundant-value",
        "rule-without-description",
        "rule-without-owner",
        "secret-in-file",
        "stray-character",
        "unanchored-suffix",
        "unencoded-domain",
        "unsorted-list",
    }
)
