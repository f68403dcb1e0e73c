"""Whether a change of a traffic policy only admits less mail, or may admit more.

A policy that only narrows is applied before the rule sets, any other after them, so that no
admitted mail meets rules that do not know it yet.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mmctl.live.state.canonical import canonical, digest_of

if TYPE_CHECKING:
    from mmctl.compiler.configuration import LiveObject
    from mmctl.live.state.canonical import Canonical


def narrows(before: LiveObject, after: LiveObject) -> bool:
    """Whether the new policy admits nothing that the old one did not."""
    old, new = canonical(before), canonical(after)
    if old["DefaultAction"] == "DENY" and new["DefaultAction"] == "ALLOW":
        return False
    if _size(new) > _size(old):
        return False
    was, will_be = _statements(old), _statements(new)
    added, removed = will_be - was, was - will_be
    return not any(action == "ALLOW" for action, _ in added) and not any(
        action == "DENY" for action, _ in removed
    )


def _size(policy: Canonical) -> float:
    size = policy.get("MaxMessageSizeBytes")
    return float("inf") if size is None else float(size)


def _statements(policy: Canonical) -> Counter[tuple[str, str]]:
    return Counter((item["Action"], digest_of(item)) for item in policy["PolicyStatements"])
