"""Verify DMARC: did the author's domain authenticate, and what does it ask for? (RFC 7489).

Organizational domains come from the public suffix list that `publicsuffixlist` contains.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from publicsuffixlist import PublicSuffixList

from mmctl.mail.records import LONGEST_NAME, UnansweredError, texts
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mmctl.mail.records import Records

_POLICIES: Final = frozenset({"none", "quarantine", "reject"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Dmarc:
    """The result of DMARC for a message."""

    result: str
    """`pass`, `fail`, `none` (no record), `temperror`, `permerror` (no single author)."""
    policy: str | None = None
    """`none`, `quarantine` or `reject` as published; None: nothing is published."""


def dmarc_result(
    records: Records, authors: Iterable[str], spf_domain: str | None, signed_by: Iterable[str]
) -> Dmarc:
    """Compare the domain of From with those that authenticated.

    `authors` are the domains of From, `spf_domain` the one SPF passed for, `signed_by` those
    whose signatures are valid.
    """
    domains = {domain.lower().rstrip(".") for domain in authors}
    if len(domains) != 1 or not all(domains):
        return Dmarc(result="permerror")
    (author,) = domains
    try:
        tags, below = _record(records, author)
    except UnansweredError:
        return Dmarc(result="temperror")
    policy = None if tags is None else _policy(tags, below=below)
    if tags is None or policy is None:
        return Dmarc(result="none")
    passed = spf_domain is not None and _aligned(spf_domain, author, tags.get("aspf"))
    passed = passed or any(_aligned(domain, author, tags.get("adkim")) for domain in signed_by)
    return Dmarc(result="pass" if passed else "fail", policy=policy)


def organizational_domain(domain: str) -> str:
    """The registered domain: `example.co.uk` of `mail.example.co.uk` (§3.2).

    What is too long for a domain stays as it is.
    """
    if len(domain) > LONGEST_NAME:
        return domain.lower()
    suffixes = _suffixes()
    return suffixes.privatesuffix(domain.lower().rstrip(".")) or domain.lower()


def same_organization(one: str, other: str) -> bool:
    """Whether two domains are in relaxed alignment (§3.1)."""
    return bool(one and other) and organizational_domain(one) == organizational_domain(other)


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def _aligned(domain: str, author: str, mode: str | None) -> bool:
    if mode == "s":
        return domain.lower() == author
    return same_organization(domain, author)


def _record(records: Records, author: str) -> tuple[Mapping[str, str] | None, bool]:
    """The record of the author's domain, else that of its organization and True (§6.6.3)."""
    above = organizational_domain(author)
    for domain in dict.fromkeys((author, above)):
        found = [text for text in texts(records, f"_dmarc.{domain}") if _is_record(text)]
        if len(found) == 1:
            return _tags(found[0]), domain != author
        if found:
            return None, False
    return None, False


def _is_record(text: str) -> bool:
    return text.partition(";")[0].replace(" ", "").lower() == "v=dmarc1"


def _tags(text: str) -> dict[str, str]:
    """The tags of a record; the first of repeated ones."""
    tags: dict[str, str] = {}
    for part in text.split(";"):
        name, _, value = part.partition("=")
        tags.setdefault(name.strip().lower(), value.strip().lower())
    return tags


def _policy(tags: Mapping[str, str], *, below: bool) -> str | None:
    """The requested policy; a record without a usable one counts as `none` if it has `rua`."""
    policy = tags.get("p", "")
    if below:
        policy = tags.get("sp", policy)
    if policy in _POLICIES:
        return policy
    return "none" if tags.get("rua", "").startswith("mailto:") else None
