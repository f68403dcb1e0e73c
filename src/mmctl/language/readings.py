"""Readings: the choices that AWS's text leaves open, under their names in the project file.

Each is explained in docs/semantics.md. The evaluator takes a `Readings`; nothing here judges.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_type_hints

from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

YesNo = Literal["no", "yes"]
Case = Literal["insensitive", "sensitive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """One choice for each open question; the defaults are the likeliest reading."""

    first_match: YesNo = "no"
    string_case: Case = "insensitive"
    text_case: Case = "insensitive"
    address_list_case: Case = "insensitive"
    address_fields: Literal["each_address", "whole_header"] = "each_address"
    repeated_headers: Literal["any", "first", "last"] = "any"
    encoded_words: Literal["decoded", "raw"] = "decoded"
    missing_header: Literal["matches", "does_not_match"] = "matches"
    sender_without_header: Literal["no_value", "from"] = "no_value"
    null_sender: Literal["matches", "does_not_match"] = "matches"
    bounce_ends_evaluation: YesNo = "no"
    drop_cancels_earlier: YesNo = "no"
    added_headers_visible: Literal["yes", "no"] = "yes"
    added_header_scope: Literal["matched_recipients", "message"] = "matched_recipients"
    replaced_recipients_visible: Literal["later_rules", "same_rule_too", "no"] = "later_rules"
    replaced_duplicates: Literal["once", "each"] = "once"
    failure_drop_scope: Literal["matched_recipients", "message"] = "matched_recipients"
    dmarc_policy_means: Literal["policy_when_dmarc_failed", "published_policy"] = (
        "policy_when_dmarc_failed"
    )
    dmarc_policy_without_record: Literal["no_value", "none"] = "no_value"
    tls_on_plaintext: Literal["does_not_match", "matches_deny"] = "does_not_match"
    ip_family_mismatch: Literal["matches", "does_not_match"] = "matches"
    add_on_over_ipv6: Literal["does_not_match", "ignored"] = "does_not_match"
    bare_domain_entry: Literal["that_domain", "that_domain_and_below"] = "that_domain"
    star_domain_entry: Literal["below", "below_and_d"] = "below"
    deleted_address_list: Literal["unknown", "does_not_match"] = "unknown"

    def choice(self, name: str) -> str:
        """The choice for one question."""
        chosen: str = getattr(self, name)
        return chosen

    def choosing(self, name: str, choice: str) -> Readings:
        """The same readings with another choice for one question.

        Raises:
            KeyError: there is no such reading or choice.
        """
        if choice not in CHOICES[name]:
            raise KeyError(choice)
        chosen: dict[str, Any] = {name: choice}
        return replace(self, **chosen)

    @classmethod
    def of(cls, choices: Mapping[str, str]) -> Readings:
        """The default readings with the choices of a project file.

        `string_case` decides `text_case` too, unless that is chosen separately.
        """
        readings = cls()
        for name, choice in choices.items():
            readings = readings.choosing(name, choice)
        if "string_case" in choices and "text_case" not in choices:
            readings = readings.choosing("text_case", choices["string_case"])
        return readings


def settled_by(choices: Mapping[str, str]) -> frozenset[str]:
    """The readings that the choices of a project file settle; `string_case` settles two."""
    return frozenset(choices) | ({"text_case"} if "string_case" in choices else set())


CHOICES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {name: get_args(choices) for name, choices in get_type_hints(Readings).items()}
)
"""The choices of each reading; the default comes first."""

QUESTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "first_match": "Whether a rule that applied ends the rule set.",
        "string_case": "Whether letter case matters where texts are compared.",
        "text_case": "The same for only the subject and X-headers. Default: as `string_case`.",
        "address_list_case": "Whether letter case matters in address lists.",
        "address_fields": "What of From, Sender, To and Cc is compared with a text.",
        "repeated_headers": "Which of several headers of one name counts.",
        "encoded_words": "Whether `=?utf-8?…?=` in headers is decoded before it is compared.",
        "missing_header": "Whether `not_equals` holds for a missing header.",
        "sender_without_header": "What `sender` is in a message without a Sender header.",
        "null_sender": "Whether `not_equals` holds for `mail_from` of a bounce, which is empty.",
        "bounce_ends_evaluation": "Whether no rule follows after a `bounce`.",
        "drop_cancels_earlier": "Whether `drop` undoes earlier actions of the same rule.",
        "added_headers_visible": "Whether rules see headers that rules above have added.",
        "added_header_scope": "For whom a header is added: matched recipients, or all of them.",
        "replaced_recipients_visible": "From which rule on conditions see a replaced recipient.",
        "replaced_duplicates": "How often two recipients that became one get the message.",
        "failure_drop_scope": "Whom `on_failure: drop` drops: matched recipients, or all of them.",
        "dmarc_policy_means": "What `dmarc_policy` is for mail that passed DMARC.",
        "dmarc_policy_without_record": "What `dmarc_policy` is for a domain without a record.",
        "tls_on_plaintext": "Whether `tls_protocol` under `deny` holds for a session without TLS.",
        "ip_family_mismatch": "Whether `not_cidr_matches` holds for a client of the other family.",
        "add_on_over_ipv6": "What a condition on an add-on answers for clients with IPv6.",
        "bare_domain_entry": "Whether an entry `example.com` also covers its subdomains.",
        "star_domain_entry": "Whether an entry `*.example.com` also covers `example.com` itself.",
        "deleted_address_list": "What a condition answers whose address list has been deleted.",
    }
)
"""What each reading decides, in a sentence."""
