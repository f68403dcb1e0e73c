"""Quotas are rows, and each is held by somebody: counted from files, or refused by the service."""

from __future__ import annotations

from pathlib import Path

from mmctl.analysis.quota_uses import (
    account_uses,
    list_uses,
    policy_uses,
    rule_set_uses,
    rule_uses,
    tag_uses,
)
from mmctl.language.parsing.load import read_text
from mmctl.model.kinds import Kind
from mmctl.model.quotas import (
    ACCOUNT_QUOTAS,
    ADDRESSES,
    ARCHIVE_EXPORTS,
    ARCHIVE_SEARCHES,
    EXPORT_MESSAGES,
    IMPORT_JOBS,
    MESSAGE_BYTES,
    QUOTAS,
    RECIPIENTS,
    RELAY_OR_SEND_ACTIONS,
    RULE_ACTIONS,
    RULE_CONDITIONS,
    RULE_EXCEPTIONS,
    RULES,
    SEARCH_DAYS,
    SEARCH_ROWS,
    STATEMENT_CONDITIONS,
    STATEMENTS,
    UNCOUNTED,
    VALUES,
    Within,
    account_quotas,
)

DOCS = Path(__file__).parents[2] / "docs"
OF_NO_PROJECT = {
    IMPORT_JOBS,
    ARCHIVE_SEARCHES,
    SEARCH_ROWS,
    SEARCH_DAYS,
    ARCHIVE_EXPORTS,
    EXPORT_MESSAGES,
    RECIPIENTS,
    MESSAGE_BYTES,
}
"""What no files use up: messages do, and calls."""
EVERYTHING = """\
version: 1
address_lists: {vip: {members: [a@example.com], tags: {team: mail}}}
traffic_policies:
  edge: {default: deny, statements: [{allow: [{recipient: {ends_with: ["@example.com"]}}]}]}
rule_sets:
  inbound:
    rules:
      - name: one
        conditions: [{subject: {contains: [voucher]}}]
        unless: [{subject: {contains: [invoice]}}]
        actions: [drop]
"""


def test_every_quota_is_counted_or_is_of_no_project() -> None:
    project, problems = read_text({"rules.yaml": EVERYTHING})
    assert not problems
    uses = [
        *account_uses(project),
        *(use for policy in project.traffic_policies.values() for use in policy_uses(policy)),
        *(use for _, use in list_uses(project)),
        *tag_uses(project),
    ]
    for rule_set in project.rule_sets.values():
        uses += rule_set_uses(rule_set, rule_set.rules)
        uses += [use for rule in rule_set.rules for use in rule_uses(rule)]
    assert {use.quota for use in uses} == {*QUOTAS} - OF_NO_PROJECT


def test_every_kind_has_a_quota_of_an_account_or_none_by_name() -> None:
    for kind in Kind:
        quotas = list(account_quotas(kind))
        assert bool(quotas) is (kind not in UNCOUNTED), f"{kind} has no row in ACCOUNT_QUOTAS"
        types = [quota.type for quota in quotas]
        assert len(set(types)) == len(types)


def test_rows_say_what_they_count() -> None:
    assert len({(quota.noun, quota.within) for quota in QUOTAS}) == len(QUOTAS)
    for quota in QUOTAS:
        assert (quota.kind is not None) is (quota in ACCOUNT_QUOTAS)
        assert (quota.within is Within.ACCOUNT) is (quota in ACCOUNT_QUOTAS)
        assert bool(quota.advice) is (quota not in OF_NO_PROJECT), quota


def test_the_manual_says_the_same_numbers() -> None:
    of = {quota.noun: quota.most for quota in ACCOUNT_QUOTAS}
    points = [of[f"{each} ingress points"] for each in ("open", "auth", "mtls")]
    text = (DOCS / "semantics.md").read_text(encoding="utf-8")
    for words in (
        f"{of['rule sets']} rule sets; {RULES.most} rules a set;",
        f"{RULE_CONDITIONS.most} conditions, {RULE_EXCEPTIONS.most} unless, {VALUES.most} values, "
        f"{RULE_ACTIONS.most} actions;",
        f"**{RELAY_OR_SEND_ACTIONS.most} relay or send actions a rule set**;",
        f"{of['traffic policies']} policies, {STATEMENTS.most} statements each, "
        f"{STATEMENT_CONDITIONS.most} conditions each;",
        f"{RECIPIENTS.most} recipients and",
        f"taken as {MESSAGE_BYTES.most:,})",
        f"{points[0]} open, {points[1]} auth, {points[2]} mTLS ingress points; "
        f"{of['relays']} relays; {of['address lists']} address lists of {ADDRESSES.most:,}; "
        f"{of['archives']} archives.",
    ):
        assert words in text
