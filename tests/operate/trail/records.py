"""Records of CloudTrail as AWS documents them, for tests."""

from __future__ import annotations

import json
from typing import Any

ACCOUNT = "111122223333"
REGION = "us-east-1"


def record(
    name: str,
    request: dict[str, Any] | None,
    *,
    at: str = "2026-11-28T10:00:00Z",
    who: str = "ann",
    answer: dict[str, Any] | None = None,
    source: str = "ses.amazonaws.com",
    error: str | None = None,
    id_: str | None = None,
    account: str = ACCOUNT,
    region: str = REGION,
) -> dict[str, Any]:
    """One event of a role that somebody assumed."""
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": f"AROAEXAMPLE:{who}",
            "arn": f"arn:aws:sts::{account}:assumed-role/admin/{who}",
            "accountId": account,
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "arn": f"arn:aws:iam::{account}:role/admin",
                    "userName": "admin",
                }
            },
        },
        "eventTime": at,
        "eventSource": source,
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": "192.0.2.9",
        "userAgent": "console.amazonaws.com",
        **({"errorCode": error} if error else {}),
        "requestParameters": request,
        "responseElements": answer,
        "eventID": id_ or f"{name}-{at}-{who}",
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
    }


def trail_text(*records: dict[str, Any]) -> str:
    """A file as a trail delivers it."""
    return json.dumps({"Records": list(records)})


def rule(name: str, value: str = "a") -> dict[str, Any]:
    """A rule in the spelling of CloudTrail."""
    return {"name": name, "actions": [{"addHeader": {"headerName": "X-A", "headerValue": value}}]}
