"""The log of two messages, as Mail Manager writes it, with any text in its members."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

AT = 1795899600000
ARN = "arn:aws:ses:us-east-1:000000000000:mailmanager-"


def sample_log(text: str, rule: str = "deliver", rule_set: str = "inbound") -> str:
    """Records of an accepted message and of a refused recipient; `text` is wherever one may be."""
    client = {
        "sender_ip_address": text,
        "smtp_mail_from": f"{text}@example.org",
        "smtp_helo": text,
        "tls_protocol": "TLSv1.3",
    }
    of_message = {"event_timestamp": AT, "message_id": text}
    of_rule = {**of_message, "rule_set_name": rule_set}
    recipients = [f"{text}@example.com"]
    action = {"action_name": text, "action_index": 2, "action_status": text}
    failed = {"action_name": "RELAY", "action_index": 1, "action_status": "FAILURE"}
    records: list[Any] = [
        {
            **of_message,
            **client,
            "resource_arn": f"{ARN}ingress-point/inp-1",
            "ingress_point_name": text,
            "recipients": recipients,
        },
        {
            **of_rule,
            "rule_name": rule,
            "rule_index": 7,
            "recipients_matched": recipients,
            "action_metadata": failed | {"action_failure": text},
        },
        {
            **of_rule,
            "rule_name": text,
            "rule_index": 8,
            "recipients_matched": recipients,
            "action_metadata": action,
        },
        {**of_rule, "rule_name": f"{text}-2", "rule_index": 9, "recipients_matched": []},
        {
            **client,
            "event_timestamp": AT,
            "ingress_point_session_id": "other",
            "traffic_policy_evaluation": [
                {"action": "DENY", "policyStatementMatched": True, "type": "DefaultAction"}
            ],
            "traffic_policy_verdict": "REJECT",
            "recipient": f"{text}@example.net",
        },
        {"message": text},
    ]
    return "".join(json.dumps(record) + "\n" for record in records) + f"{text}\n"


def sample_csv(text: str) -> str:
    """The log of another gateway about the same message."""
    rows = io.StringIO()
    writer = csv.writer(rows)
    writer.writerow(("rule", "recipient", "extra", "action", "message_id"))
    writer.writerow((text, f"{text}@example.com", "", text, text))
    return rows.getvalue()
