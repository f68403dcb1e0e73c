"""Whether an environment still leads where the base says: endpoint, account, role, store.

Whoever changes these in a file chooses where secrets and mail addresses go, and what is looked at.
The base is what was reviewed or applied before; `cli/base.py` finds it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.language.project import Environment, Settings

EDGES: Final = ("account", "region", "endpoint", "profile", "role_arn")
"""The members of an environment that say where it leads; `project` and `snapshots` come besides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One member that is another than in the base."""

    member: str
    before: str | None
    """None: not written there."""
    after: str | None

    @property
    def text(self) -> str:
        """The change in a line: `endpoint: not set → …`."""
        return f"{self.member}: {self.before or 'not set'} → {self.after or 'not set'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What the comparison with the base found."""

    base: str | None = None
    """What was compared with, as people call it; None: nothing could be."""
    shifts: tuple[Shift, ...] = ()
    base_taken: bool = False
    """Whether the values of the base count, not those of the files."""
    held: str | None = None
    """Why a protected environment may not be applied to: there is nothing to compare with."""
    fetch: str | None = None
    """The command that makes the base readable."""


def trust_document(trust: Trust) -> dict[str, Any]:
    """The comparison as JSON."""
    return {
        "base": trust.base,
        "changes": [asdict(shift) for shift in trust.shifts],
        "base_taken": trust.base_taken,
        "held": trust.held,
        "fetch": trust.fetch,
    }


def trust_of(document: Mapping[str, Any]) -> Trust:
    """The comparison of a document that `trust_document` wrote."""
    shifts = tuple(Shift(**shift) for shift in document["changes"])
    rest = {member: document[member] for member in ("base", "base_taken", "held", "fetch")}
    return Trust(shifts=shifts, **rest)


def edges_of(settings: Settings, environment: Environment) -> dict[str, str]:
    """Where an environment leads, as it is written; what is not written is left out."""
    written = {member: getattr(environment, member) for member in EDGES}
    written["project"] = settings.project
    written["snapshots"] = environment.snapshots or settings.snapshots
    return {member: str(value) for member, value in written.items() if value is not None}


def shifts_between(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Shift, ...]:
    """What differs, in a fixed order."""
    return tuple(
        Shift(member=member, before=before.get(member), after=after.get(member))
        for member in (*EDGES, "project", "snapshots")
        if before.get(member) != after.get(member)
    )
