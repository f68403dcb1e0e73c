"""Snapshots: the whole live state before an entry, and whether it is the one that was kept.

A snapshot holds everything that a rollback needs. Its entry also holds its digest, so that a state
that was edited afterwards is not made live.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, Final

from mmctl.language.project import Brakes
from mmctl.live.plan.plan import object_digests
from mmctl.live.state.canonical import canonical, digest_of
from mmctl.live.state.encode import configuration_document, configuration_of
from mmctl.records import asdict, dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.history.entries import HistoryEntry
    from mmctl.live.plan.plan import Plan

SNAPSHOT_SCHEMA: Final = "mmctl/snapshot@1"
_DIGEST: Final = "digest"
_MOST_TRIED: Final = 4096
"""The number of digests to try for a snapshot of 0.1.0, which notes its own indirectly."""


class Standing(StrEnum):
    """Whether a snapshot is the one that its entry names."""

    KEPT = "in the history"
    UNKNOWN = "not in the history"
    OTHER = "not the snapshot in the history"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The whole live state before an entry, and what the entry was to do."""

    id: str
    at: str
    environment: str
    account: str
    region: str
    endpoint: str
    protected: bool
    """0.1.0 did not note it: its snapshots count as those of a protected environment."""
    brakes: Brakes
    configuration: LiveConfiguration
    wanted: LiveConfiguration | None
    """What the entry was to make live; 0.1.0 did not keep it."""
    state_before: str | None
    """The entry whose snapshot is the earlier state; 0.1.0 noted it only in the entry."""
    saved_plan: str | None
    """The seal of the saved plan that was carried out, if any."""
    goes_back_to: str | None
    plan: Mapping[str, Any]
    """The plan as its document."""


def snapshot_document(
    entry: HistoryEntry, plan: Plan, plan_document: Mapping[str, Any]
) -> dict[str, Any]:
    """The snapshot to keep before an entry, sealed with its digest."""
    identity = plan.target.identity
    document = {
        "schema": SNAPSHOT_SCHEMA,
        "id": entry.id,
        "at": entry.at,
        "environment": entry.environment,
        "account": identity.account,
        "region": identity.region,
        "endpoint": identity.endpoint,
        "protected": plan.target.protected,
        "brakes": asdict(plan.target.brakes),
        "state_before": entry.state_before,
        "saved_plan": entry.plan,
        "configuration": configuration_document(plan.live),
        "digests": object_digests(plan.live),
        "plan": dict(plan_document),
        "wanted": configuration_document(plan.desired),
    }
    return document | {_DIGEST: digest_of(document)}


def snapshot_of(document: Mapping[str, Any]) -> Snapshot:
    """The snapshot of a document.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is damaged.
    """
    wanted, brakes = document.get("wanted"), document.get("brakes", {})
    known = {member: brakes[member] for member in asdict(Brakes()) if member in brakes}
    return Snapshot(
        id=document["id"],
        at=document["at"],
        environment=document["environment"],
        account=document["account"],
        region=document["region"],
        endpoint=document["endpoint"],
        protected=document.get("protected", True),
        brakes=Brakes(**known),
        configuration=configuration_of(document["configuration"]),
        wanted=None if wanted is None else configuration_of(wanted),
        state_before=document.get("state_before"),
        saved_plan=document.get("saved_plan"),
        goes_back_to=document["plan"]["goes_back_to"],
        plan=document["plan"],
    )


def standing(document: Mapping[str, Any], entry: HistoryEntry | None) -> Standing:
    """Compare a snapshot with its own digest and with that of its entry."""
    bare = {member: value for member, value in document.items() if member != _DIGEST}
    own = document.get(_DIGEST)
    if own is not None and own != digest_of(bare):
        return Standing.OTHER
    if entry is None or entry.rebuilt:
        return Standing.UNKNOWN
    if entry.snapshot is not None:
        return Standing.KEPT if own == entry.snapshot else Standing.OTHER
    return Standing.UNKNOWN if own is not None else _standing_of_old(document, entry)


def _standing_of_old(document: Mapping[str, Any], entry: HistoryEntry) -> Standing:
    """What 0.1.0 kept: the digest of each object, and of the state as its plan saw it."""
    configuration = snapshot_of(document).configuration
    named = document["plan"][_DIGEST]["before"]
    if object_digests(configuration) != document["digests"] or named != entry.digest_before:
        return Standing.OTHER
    variants = [list(_seen(thing)) for thing in configuration.objects]
    if prod(map(len, variants)) > _MOST_TRIED:
        return Standing.UNKNOWN
    names = [f"{thing.kind}/{thing.name}" for thing in configuration.objects]
    tried = (digest_of(dict(zip(names, forms, strict=True))) for forms in product(*variants))
    return Standing.KEPT if named in tried else Standing.OTHER


def _seen(thing: Any) -> Iterator[dict[str, Any]]:
    """Forms in which a plan may have seen an object: filled-in members count if desired."""
    form = canonical(thing)
    filled = [member for member in thing.kind.row.server_filled if member in form]
    for left_out in product((True, False), repeat=len(filled)):
        gone = {member for member, out in zip(filled, left_out, strict=True) if out}
        yield {member: value for member, value in form.items() if member not in gone}
