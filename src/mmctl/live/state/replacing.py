"""Changes that no update can make: create the object again, move references, delete the old one.

The rows of `mmctl.model.kinds` say which members never change; here are the impossible
changes of members that can otherwise change ("Amazon SES Mail Manager API", UpdateIngressPoint,
UpdateTrafficPolicy).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.live.state.canonical import canonical_pair

if TYPE_CHECKING:
    from mmctl.compiler.configuration import LiveConfiguration, LiveObject
    from mmctl.model.kinds import Kind

LEFT_OVER: Final = "-replaced"
"""Suffix of the name that an object gets to free its name for its successor."""

BETWEEN: Final = "-renaming"
"""Suffix of the name of an object while another one takes its name, in the same plan."""


def why_replaced(desired: LiveObject, live: LiveObject) -> str | None:
    """Why the live object cannot become the desired one by updates; None: it can."""
    wanted, found = canonical_pair(desired, live)
    kind = desired.kind
    if kind.row.name_is_fixed and desired.live_name != live.live_name:
        return f"the service cannot rename {kind.a_noun}"
    for member, words in kind.row.fixed.items():
        if wanted.get(member) != found.get(member):
            return f"{words} of {kind.a_noun} cannot be changed"
    policies = {wanted.get("TlsPolicy"), found.get("TlsPolicy")}
    if len(policies) > 1 and "FIPS" in policies:
        return "`TlsPolicy` cannot be changed to or from FIPS"
    if "MaxMessageSizeBytes" in found and "MaxMessageSizeBytes" not in wanted:
        return "an update cannot remove `MaxMessageSizeBytes`"
    return None


def left_over_name(kind: Kind, live_name: str) -> str:
    """The name of a replaced object until it is deleted."""
    return _with_ending(kind, live_name, LEFT_OVER)


def name_between(kind: Kind, live_name: str) -> str:
    """The name of an object while another one takes its name; it gets the new one later."""
    return _with_ending(kind, live_name, BETWEEN)


def _with_ending(kind: Kind, live_name: str, ending: str) -> str:
    longest = kind.row.api.longest_name
    return live_name[: None if longest is None else longest - len(ending)] + ending


def is_left_over(thing: LiveObject, desired: LiveConfiguration) -> bool:
    """Whether a live object was left behind by an unfinished replacement of a desired one."""
    return not thing.kind.row.name_is_fixed and any(
        thing.live_name == left_over_name(thing.kind, wanted.live_name)
        for wanted in desired.of_kind(thing.kind)
    )
