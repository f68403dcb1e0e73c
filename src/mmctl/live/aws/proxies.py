"""The proxy that a request goes through: the one that the environment names, if any.

What goes to this machine goes through none: a proxy would take it elsewhere.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from mmctl.model.endpoints import is_loopback


def proxies_of(url: str) -> dict[str, str]:
    """The proxies for a URL, by scheme."""
    from botocore.utils import get_environ_proxies  # noqa: PLC0415 - slow to import

    parts = urlsplit(url)
    if is_loopback(f"{parts.scheme}://{parts.netloc}"):
        return {}
    found: dict[str, str] = get_environ_proxies(url)
    return found
