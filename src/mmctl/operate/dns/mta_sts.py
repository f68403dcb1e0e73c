"""MTA-STS: the policy that says which hosts take mail for a domain, over TLS alone (RFC 8461)."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from mmctl.operate.dns.records import host_of
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

AT_MOST: Final = 64 * 1024
"""Bytes of a policy that a sender need read (RFC 8461 §3.2)."""
MAX_AGE: Final = 604800
"""Seconds that a sender keeps the policy: a week, which is short enough to go back."""
_ID_DIGITS: Final = 24
_MODES: Final = ("enforce", "testing", "none")
_LINE: Final = re.compile(r"([A-Za-z0-9_.-]{1,32}):[ \t]*([ -~]*?)[ \t]*")
_WHERE: Final = "/.well-known/mta-sts.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPolicy:
    """A policy as it was read: what counts, and what is wrong with it."""

    mode: str | None
    patterns: tuple[str, ...]
    faults: tuple[str, ...]


def policy_text(hosts: Sequence[str], mode: str = "testing") -> str:
    """The text of a policy for these hosts, with the line ends that it has to have."""
    lines = ("version: STSv1", f"mode: {mode}", *(f"mx: {host}" for host in hosts))
    return "".join(f"{line}\r\n" for line in (*lines, f"max_age: {MAX_AGE}"))


def policy_id(text: str) -> str:
    """The id of a policy: another one for another text, at most 32 letters and digits."""
    return sha256(text.encode()).hexdigest()[:_ID_DIGITS]


def policy_url(domain: str) -> str:
    """Where senders read the policy of a domain."""
    return f"https://mta-sts.{domain}{_WHERE}"


def matches(pattern: str, host: str) -> bool:
    """Whether a pattern of `mx:` allows a host: `*` stands for exactly one label (§4.1)."""
    pattern, host = pattern.lower().rstrip("."), host.lower().rstrip(".")
    if not pattern.startswith("*."):
        return pattern == host
    label, dot, rest = host.partition(".")
    return bool(label and dot) and rest == pattern[2:]


def read_policy(text: str) -> PublishedPolicy:
    """What a published policy says; a stranger may have written it."""
    mode: str | None = None
    patterns: list[str] = []
    faults: list[str] = []
    seen: set[str] = set()
    for number, line in enumerate(text[:AT_MOST].splitlines(), start=1):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            faults.append(f"line {number} is not `key: value`")
            continue
        key, value = match[1], match[2]
        if key == "mx":
            if host_of(value.removeprefix("*.")) is None:
                faults.append(f"line {number}: `{value[:80]}` is neither a host nor `*.` and one")
            else:
                patterns.append(value)
        elif key in seen:
            faults.append(f"line {number}: `{key}` is stated twice, and only the first counts")
        elif key == "mode":
            mode = value if value in _MODES else None
            if mode is None:
                faults.append(f"line {number}: got the mode `{value[:80]}`, expected `enforce`")
        elif key == "version" and value != "STSv1":
            faults.append(f"line {number}: got the version `{value[:80]}`, expected `STSv1`")
        seen.add(key)
    faults += [f"`{key}` is missing" for key in ("version", "mode", "max_age") if key not in seen]
    return PublishedPolicy(mode=mode, patterns=tuple(patterns), faults=tuple(faults))


def sentences_about(policy: PublishedPolicy, hosts: Sequence[str]) -> tuple[str, ...]:
    """What a policy does to mail for these hosts, where that is not what is wanted."""
    said = list(policy.faults)
    for host in hosts:
        if any(matches(pattern, host) for pattern in policy.patterns):
            continue
        verb = "refuse to deliver" if policy.mode == "enforce" else "report a failure"
        deep = [
            pattern
            for pattern in policy.patterns
            if pattern.startswith("*.") and host.endswith(pattern[1:])
        ]
        why = (
            f"`{deep[0]}` stands for one label, and `{host}` has more before it (RFC 8461 §4.1)"
            if deep
            else f"no `mx:` of the policy names `{host}`"
        )
        said.append(f"senders that honor MTA-STS {verb}: {why}")
    return tuple(said)
