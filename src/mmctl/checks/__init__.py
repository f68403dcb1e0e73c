"""What lint looks for: one check a file, each a fault with its page, and the list of them all."""

from typing import Final

from mmctl.checks import (
    actions_after_drop,
    archive_by_arn,
    contradicting_conditions,
    delivered_twice,
    foreign_arn,
    duplicate_rule,
    expired_rule,
    header_for_recipient,
    ignore_without_effect,
    ignore_without_reason,
    misplaced_add_on,
    not_an_address,
    over_quota,
    pattern_in_literal,
    redundant_value,
    replacement_without_address,
    rule_set_without_outcome,
    rule_without_owner,
    statement_without_effect,
    stray_character,
    substring_allow,
    tls_minimum_denied,
    unanchored_suffix,
    unconditional_drop,
    unreachable_rule,
    unusable_network,
    unused_resource,
    unused_rule_set,
)
from mmctl.checks.check import Check

CHECKS: Final[tuple[Check, ...]] = (
    # cannot work
    over_quota.CHECK,
    foreign_arn.CHECK,
    archive_by_arn.CHECK,
    misplaced_add_on.CHECK,
    unusable_network.CHECK,
    replacement_without_address.CHECK,
    # never applies, or changes nothing
    actions_after_drop.CHECK,
    unreachable_rule.CHECK,
    contradicting_conditions.CHECK,
    duplicate_rule.CHECK,
    not_an_address.CHECK,
    stray_character.CHECK,
    pattern_in_literal.CHECK,
    statement_without_effect.CHECK,
    unused_rule_set.CHECK,
    unused_resource.CHECK,
    redundant_value.CHECK,
    # dangerous
    unconditional_drop.CHECK,
    rule_set_without_outcome.CHECK,
    delivered_twice.CHECK,
    substring_allow.CHECK,
    unanchored_suffix.CHECK,
    tls_minimum_denied.CHECK,
    header_for_recipient.CHECK,
    # hygiene
    expired_rule.CHECK,
    rule_without_owner.CHECK,
    ignore_without_reason.CHECK,
    ignore_without_effect.CHECK,
)
