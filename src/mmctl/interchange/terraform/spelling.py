"""How the providers of Terraform spell the members of the API."""

from __future__ import annotations

import re
from typing import Final

SINGULAR: Final = {
    "Rules": "rule",
    "Conditions": "condition",
    "Unless": "unless",
    "Actions": "action",
    "PolicyStatements": "policy_statement",
}
"""Lists of structures are repeated blocks with a singular name in the provider `aws`."""
_SPELLED: Final = {
    "CAContent": "ca_content",
    "WriteToS3": "write_to_s3",
    "S3SseKmsKeyId": "s3_sse_kms_key_id",
}


def snake(member: str) -> str:
    """`ServerName` → `server_name`, as the providers spell it."""
    if member in _SPELLED:
        return _SPELLED[member]
    return re.sub(r"(?<!^)(?=[A-Z])", "_", member).lower()
