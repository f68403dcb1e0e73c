"""How much Mail Manager accepts; none of these numbers can be raised. Nothing else may live here.

One row per quota, which all other rooms read: lint and the compiler count with
`mmctl.analysis.quota_uses`, the budget shows what they count, preflight and the embedded Mail
Manager refuse what exceeds them.

From https://docs.aws.amazon.com/ses/latest/dg/quotas.html, read 2026-11.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mmctl.model.enums import IngressPointType
from mmctl.model.kinds import Kind
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator


class Within(StrEnum):
    """The scope of a quota: what the things are counted in."""

    ACCOUNT = "in an account and region"
    RULE_SET = "in a rule set"
    RULE = "in one rule"
    CONDITION = "in one condition"
    POLICY = "in a policy"
    STATEMENT = "in a statement"
    ADDRESS_LIST = "in an address list"
    RESOURCE = "on a resource"
    MESSAGE = "of one message"
    IMPORTS = "at once"
    SEARCH = "of one search"
    EXPORT = "of one export"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How many there may be of something."""

    noun: str
    """What is counted: `rule sets`."""
    within: Within
    most: int
    advice: str = ""
    """What to do if there are too many; `{over}` is replaced by the number above the quota."""
    kind: Kind | None = None
    """The kind that is counted in an account."""
    type: IngressPointType | None = None
    """The type of ingress point; None: any type."""


def _of_account(kind: Kind, most: int, type: IngressPointType | None = None) -> Quota:
    return Quota(
        noun=kind.plural if type is None else f"{type.lower()} {kind.plural}",
        within=Within.ACCOUNT,
        most=most,
        advice="remove {over}, or use a second account or region",
        kind=kind,
        type=type,
    )


ACCOUNT_QUOTAS: Final = (
    _of_account(Kind.RULE_SET, 40),
    _of_account(Kind.TRAFFIC_POLICY, 100),
    _of_account(Kind.RELAY, 40),
    _of_account(Kind.ADDRESS_LIST, 100),
    _of_account(Kind.ARCHIVE, 10),
    _of_account(Kind.INGRESS_POINT, 10, IngressPointType.OPEN),
    _of_account(Kind.INGRESS_POINT, 50, IngressPointType.AUTH),
    _of_account(Kind.INGRESS_POINT, 10, IngressPointType.MTLS),
)
"""How many of a kind an account may have in a region, in the order in which a budget shows them."""
UNCOUNTED: Final = frozenset({Kind.ADD_ON})
"""Kinds without a documented number."""

RULES: Final = Quota(
    noun="rules",
    within=Within.RULE_SET,
    most=40,
    advice="join rules that do the same, or move some to a rule set of another ingress point",
)
RELAY_OR_SEND_ACTIONS: Final = Quota(
    noun="relay or send actions",
    within=Within.RULE_SET,
    most=10,
    advice="let one rule relay or send for several conditions",
)
"""Both kinds together."""
RULE_CONDITIONS: Final = Quota(
    noun="conditions",
    within=Within.RULE,
    most=10,
    advice="put addresses into an address list, or use two rules",
)
RULE_EXCEPTIONS: Final = Quota(
    noun="conditions under `unless`",
    within=Within.RULE,
    most=10,
    advice="put the addresses into an address list",
)
RULE_ACTIONS: Final = Quota(
    noun="actions",
    within=Within.RULE,
    most=10,
    advice="split the rule into two with the same conditions",
)
VALUES: Final = Quota(
    noun="values",
    within=Within.CONDITION,
    most=10,
    advice="split the rule into two: only addresses can be in an address list",
)
STATEMENTS: Final = Quota(
    noun="statements",
    within=Within.POLICY,
    most=20,
    advice="join statements, or put addresses into an address list",
)
STATEMENT_CONDITIONS: Final = Quota(
    noun="conditions", within=Within.STATEMENT, most=10, advice="split it into two"
)
ADDRESSES: Final = Quota(
    noun="addresses",
    within=Within.ADDRESS_LIST,
    most=100_000,
    advice="use a second list, or a wildcard such as `*@example.com` for many addresses",
)
TAGS: Final = Quota(noun="tags", within=Within.RESOURCE, most=200, advice="remove some")
IMPORT_JOBS: Final = Quota(noun="imports into address lists", within=Within.IMPORTS, most=20)
ARCHIVE_SEARCHES: Final = Quota(noun="searches of archives", within=Within.IMPORTS, most=1)
SEARCH_ROWS: Final = Quota(noun="messages", within=Within.SEARCH, most=1000)
SEARCH_DAYS: Final = Quota(noun="days", within=Within.SEARCH, most=30)
"""From the first to the last day that it looks at."""
ARCHIVE_EXPORTS: Final = Quota(noun="exports of archives", within=Within.IMPORTS, most=1)
EXPORT_MESSAGES: Final = Quota(noun="messages", within=Within.EXPORT, most=250_000)
RECIPIENTS: Final = Quota(noun="recipients", within=Within.MESSAGE, most=100)
MESSAGE_BYTES: Final = Quota(noun="bytes", within=Within.MESSAGE, most=40_000_000)
"""Including headers; AWS says 40 MB."""
GENEROUS: Final = 1.05
"""AWS does not say whether 40 MB are 40,000,000 bytes or 40 MiB."""

QUOTAS: Final = (
    *ACCOUNT_QUOTAS,
    RULES,
    RELAY_OR_SEND_ACTIONS,
    RULE_CONDITIONS,
    RULE_EXCEPTIONS,
    RULE_ACTIONS,
    VALUES,
    STATEMENTS,
    STATEMENT_CONDITIONS,
    ADDRESSES,
    TAGS,
    IMPORT_JOBS,
    ARCHIVE_SEARCHES,
    SEARCH_ROWS,
    SEARCH_DAYS,
    ARCHIVE_EXPORTS,
    EXPORT_MESSAGES,
    RECIPIENTS,
    MESSAGE_BYTES,
)
"""All of them."""


def account_quotas(kind: Kind) -> Iterator[Quota]:
    """How many of a kind an account may have: for ingress points, one quota per type."""
    return (quota for quota in ACCOUNT_QUOTAS if quota.kind is kind)
