"""All looks, in the order in which they are made.

A new look is a file in `looks/` and a line here; `mmctl doctor`, its JSON document and
docs/troubleshooting.md follow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.operate.doctor.looks import (
    account_quota,
    actions_failed,
    archive_going,
    bucket_refuses,
    certificate_wrong,
    changed_by_hand,
    changed_since,
    dns_records,
    endpoint_acl_denies,
    endpoint_groups_closed,
    endpoint_missing,
    endpoint_not_available,
    endpoint_of_other_service,
    endpoint_quota,
    endpoint_routes_dead,
    endpoint_shared,
    endpoint_without_name,
    endpoint_without_subnets,
    endpoints_in_vpc,
    failure_hidden,
    function_missing,
    key_refuses,
    login_refused,
    mail_lost,
    mail_server_open,
    message_gone,
    mx_elsewhere,
    name_without_address,
    no_greeting,
    not_active,
    not_applied,
    not_in_the_log,
    not_live,
    other_rule_set,
    password_secret,
    port_silent,
    reading_matters,
    rejected_flows,
    relay_identity,
    relay_secret,
    role_not_allowed,
    role_not_trusting,
    rule_quota,
    rule_switched_off,
    rule_unknown,
    rule_unreached,
    sandbox,
    sending_quota,
    taken_before,
    tls_required,
    topic_refuses,
)
from mmctl.operate.doctor.said import Symptom

if TYPE_CHECKING:
    from mmctl.operate.doctor.look import DoctorLook

LOOKS: Final[tuple[DoctorLook, ...]] = (
    # the SMTP connection fails
    not_live.LOOK,
    not_active.LOOK,
    tls_required.LOOK,
    password_secret.LOOK,
    endpoint_quota.LOOK,
    name_without_address.LOOK,
    port_silent.LOOK,
    no_greeting.LOOK,
    certificate_wrong.LOOK,
    login_refused.LOOK,
    mx_elsewhere.LOOK,
    rejected_flows.LOOK,
    # a rule does not take effect
    rule_unknown.LOOK,
    rule_switched_off.LOOK,
    not_applied.LOOK,
    changed_by_hand.LOOK,
    other_rule_set.LOOK,
    rule_unreached.LOOK,
    taken_before.LOOK,
    reading_matters.LOOK,
    changed_since.LOOK,
    not_in_the_log.LOOK,
    # a VPC endpoint does not take mail
    endpoint_missing.LOOK,
    endpoint_not_available.LOOK,
    endpoint_of_other_service.LOOK,
    endpoint_shared.LOOK,
    endpoint_without_subnets.LOOK,
    endpoint_groups_closed.LOOK,
    endpoint_acl_denies.LOOK,
    endpoint_routes_dead.LOOK,
    endpoint_without_name.LOOK,
    # mail is accepted and gone
    message_gone.LOOK,
    mail_lost.LOOK,
    actions_failed.LOOK,
    failure_hidden.LOOK,
    relay_identity.LOOK,
    sandbox.LOOK,
    relay_secret.LOOK,
    role_not_trusting.LOOK,
    role_not_allowed.LOOK,
    bucket_refuses.LOOK,
    key_refuses.LOOK,
    topic_refuses.LOOK,
    function_missing.LOOK,
    archive_going.LOOK,
    # dns
    dns_records.LOOK,
    mail_server_open.LOOK,
    # a limit is near
    account_quota.LOOK,
    rule_quota.LOOK,
    sending_quota.LOOK,
    endpoints_in_vpc.LOOK,
)
"""By symptom, in the order of `Symptom`."""

COMMANDS: Final = {
    Symptom.CONNECTION: "mmctl doctor --env ENV --ingress-point NAME --probe",
    Symptom.RULE: "mmctl doctor --env ENV --rule NAME --message FILE --rcpt ADDRESS",
    Symptom.VPC_ENDPOINT: "mmctl doctor --env ENV --ingress-point NAME",
    Symptom.GONE: "mmctl doctor --env ENV --message-id ID",
    Symptom.DNS: "mmctl doctor --env ENV --probe",
    Symptom.QUOTAS: "mmctl doctor --env ENV",
}
"""The command line for each symptom, which also makes all other looks."""
