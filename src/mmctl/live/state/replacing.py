"""What no update can do: the object is made anew, what points to it follows, the old one goes.

Immutable members: "Amazon SES Mail Manager API", UpdateIngressPoint, UpdateArchive,
UpdateTrafficPolicy; an address list has no update at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from mmctl.live.state.canonical import canonical_pair
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from mmctl.compiler.configuration import LiveConfiguration, LiveObject

NAME_IS_FIXED: Final = (Kind.ADDRESS_LIST, Kind.ADD_ON)
"""Kinds that the service cannot rename: another name is another object."""

LEFT_OVER: Final = "-replaced"
"""Ending of the name that an object gets to free its own for its successor."""

BETWEEN: Final = "-renaming"
"""Ending of the name that an object has while another one takes its own, in the same plan."""

_LONGEST_NAME: Final = {
    Kind.ARCHIVE: 64,
    Kind.RELAY: 100,
    Kind.RULE_SET: 100,
    Kind.TRAFFIC_POLICY: 63,
    Kind.INGRESS_POINT: 63,
}


def why_replaced(desired: LiveObject, live: LiveObject) -> str | None:
    """Why the live object cannot become the desired one by updates; None: it can."""
    wanted, found = canonical_pair(desired, live)
    if desired.kind in NAME_IS_FIXED and desired.live_name != live.live_name:
        return f"the service cannot rename an {desired.kind.noun}"
    match desired.kind:
        case Kind.INGRESS_POINT:
            for member in ("Type", "NetworkConfiguration"):
                if wanted.get(member) != found.get(member):
                    return f"`{member}` of an ingress point cannot be changed"
            policies = {wanted.get("TlsPolicy"), found.get("TlsPolicy")}
            if len(policies) > 1 and "FIPS" in policies:
                return "`TlsPolicy` cannot be changed to or from FIPS"
        case Kind.ARCHIVE:
            if wanted.get("KmsKeyArn") != found.get("KmsKeyArn"):
                return "the key of an archive cannot be changed"
        case Kind.TRAFFIC_POLICY:
            if "MaxMessageSizeBytes" in found and "MaxMessageSizeBytes" not in wanted:
                return "an update cannot take `MaxMessageSizeBytes` away"
        case Kind.ADDRESS_LIST | Kind.RELAY | Kind.ADD_ON | Kind.RULE_SET:
            pass
        case _:
            assert_never(desired.kind)
    return None


def left_over_name(kind: Kind, live_name: str) -> str:
    """The name under which a replaced object waits to be deleted."""
    return _with_ending(kind, live_name, LEFT_OVER)


def name_between(kind: Kind, live_name: str) -> str:
    """The name of an object while another one takes its own; its new one comes later."""
    return _with_ending(kind, live_name, BETWEEN)


def _with_ending(kind: Kind, live_name: str, ending: str) -> str:
    return live_name[: _LONGEST_NAME.get(kind, 100) - len(ending)] + ending


def is_left_over(thing: LiveObject, desired: LiveConfiguration) -> bool:
    """Whether a live object is what an unfinished replacement of a desired one left behind."""
    return thing.kind not in NAME_IS_FIXED and any(
        thing.live_name == left_over_name(thing.kind, wanted.live_name)
        for wanted in desired.of_kind(thing.kind)
    )
