"""What a live object is and holds, in words: what a person must know before it is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from mmctl.counted import counted
from mmctl.model.policies import TrafficPolicy
from mmctl.model.resources import AddonSubscription, AddressList, Archive, IngressPoint, Relay
from mmctl.model.rules import RuleSet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.compiler.configuration import LiveObject

_DAY: Final = len("2026-11-20")


def what_it_holds(thing: LiveObject) -> str:
    """Its live name where that is another, its age, what is in it: `made 2024-03-01, 12 rules`."""
    name = [f"live as {thing.live_name}"] if thing.live_name != thing.name else []
    loses = [thing.kind.row.loses] if thing.kind.row.loses else []
    return ", ".join([*name, *_age(thing), *loses, *_contents(thing)])


def _age(thing: LiveObject) -> Iterator[str]:
    if thing.created_at:
        yield f"made {thing.created_at[:_DAY]}"


def _contents(thing: LiveObject) -> Iterator[str]:
    shape = thing.shape
    match shape:
        case Archive():
            kept = shape.retention and shape.retention.retention_period
            if kept:
                yield f"retention {kept.value}"
        case Relay():
            yield f"to {shape.server_name}:{shape.server_port:.0f}"
        case RuleSet():
            yield counted(len(shape.rules), "rule")
        case TrafficPolicy():
            yield counted(len(shape.policy_statements), "statement")
        case AddressList():
            if thing.members is not None:
                yield counted(len(thing.members), "member")
        case AddonSubscription() | IngressPoint():
            pass
        case _:
            assert_never(shape)
    if thing.a_record:
        yield f"A record {thing.a_record}"
