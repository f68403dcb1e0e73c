"""What `up`, `status` and `down` found and did: stacks, addresses, parts with their time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class StackRow:
    """One stack."""

    name: str
    status: str
    """In CloudFormation's words; `absent` where there is none."""
    made: int = 0
    changed: int = 0
    removed: int = 0
    drift: str | None = None
    """`IN_SYNC`, `DRIFTED`, or why it is unknown; None: nobody looked."""
    outputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRow:
    """Something that mail goes to or comes from."""

    name: str
    address: str | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """One part of the work, and how long it took."""

    name: str
    result: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StacksReport:
    """The result of one command."""

    doing: str
    """`up`, `status` or `down`."""
    environment: str
    account: str
    region: str
    stacks: tuple[StackRow, ...]
    addresses: tuple[AddressRow, ...] = ()
    parts: tuple[PartRow, ...] = ()
    left: tuple[str, ...] = ()
    """What stays after a `down`, and what it goes on to cost."""
    notes: tuple[str, ...] = ()
    good: bool = True
    """Whether all that was looked at is as it should be."""
