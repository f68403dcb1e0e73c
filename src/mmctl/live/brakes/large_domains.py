"""Whole domains: whether a list member means everybody at one, and which domains are very large."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from mmctl.judge.compare import Members

if TYPE_CHECKING:
    from collections.abc import Iterable

_TWO_OF_THEM: Final = ("qx7.kv2z", "w-3.fjq9")
"""A list that includes both of these at a domain includes everybody there."""


@lru_cache(maxsize=1)
def large_domains() -> frozenset[str]:
    """The large public mailbox providers; the file says where the list comes from."""
    text = files("mmctl.live.brakes").joinpath("large_domains.txt").read_text(encoding="utf-8")
    lines = (line.strip() for line in text.splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))


def ascii_form(text: str) -> str:
    """An address, domain or member in lower case, with a non-ASCII domain as in DNS."""
    local, at, domain = text.strip().lower().rpartition("@")
    labels = [_ascii_label(label) for label in domain.rstrip(".").split(".")]
    return f"{local}{at}{'.'.join(labels)}"


@lru_cache(maxsize=4096)
def _ascii_label(label: str) -> str:
    if label.isascii():
        return label
    try:
        return label.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return label


def wholly_included(members: Iterable[str], domains: Iterable[str]) -> tuple[str, ...]:
    """The domains at which a list includes everybody, no matter how its members are written."""
    looked_up = Members.of(map(ascii_form, members))
    return tuple(
        domain
        for domain in domains
        if all(
            looked_up.include(
                f"{local}@{ascii_form(domain)}",
                case="insensitive",
                bare_domain="that_domain",
                star_domain="below_and_d",
            )
            for local in _TWO_OF_THEM
        )
    )
