"""Hosts: which of them are surely this machine."""

from __future__ import annotations

from ipaddress import ip_address


def is_this_machine(host: str) -> bool:
    """Whether a host is surely this machine: an address of loopback, or `localhost`.

    A name that DNS resolves never is, wherever it leads today.
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"
