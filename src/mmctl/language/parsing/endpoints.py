"""Where a project file may point: endpoints and stores, and the messages for others."""

from __future__ import annotations

from typing import Final

from mmctl.language.project import EMBEDDED
from mmctl.model.endpoints import is_loopback, is_mail_managers
from mmctl.patterns import Pattern

_BUCKET: Final = Pattern(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^*?${}\"\\\x00-\x1f\x7f]*)?")
"""The prefix is in policies and templates too, where these characters stand for other things."""
_LONGEST_NAME: Final = 255
"""How many bytes the name of a folder may have, on all usual file systems."""

_ENDPOINTS: Final = (
    "expected `embedded`, a URL such as `http://127.0.0.1:4579`, or one such as "
    "`https://mail-manager.us-east-1.amazonaws.com` (also mail-manager-fips, api.aws and VPC "
    "endpoints) without port and path; to use another one once: --endpoint-url URL"
)


def is_for_files(endpoint: str) -> bool:
    """Whether a file may name an endpoint; only the person who runs mmctl may choose another."""
    return endpoint == EMBEDDED or is_loopback(endpoint) or is_mail_managers(endpoint)


def is_store(snapshots: str) -> bool:
    """Whether snapshots can be stored there: a folder, or a bucket of S3 and a prefix."""
    if "://" in snapshots:
        return _BUCKET.fullmatch(snapshots) is not None
    parts = snapshots.split("/")
    return "\0" not in snapshots and all(len(part.encode()) <= _LONGEST_NAME for part in parts)


def no_endpoint(endpoint: str) -> tuple[str, str]:
    """Message and help for an endpoint that no file may name."""
    message = f"endpoint `{endpoint}` is neither one of Mail Manager's nor on this machine"
    return message, _ENDPOINTS


def no_store(snapshots: str) -> tuple[str, str]:
    """Message and help for a place that cannot store snapshots."""
    return (
        f"`snapshots: {snapshots}` is neither a folder nor an S3 bucket",
        "write one such as `snapshots: .mmctl/snapshots` or `snapshots: s3://bucket/prefix`",
    )
