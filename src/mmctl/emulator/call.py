"""One call of an operation: its input, account and time, and what it may use.

Everything that an operation may use comes from here; operations have no other clock, randomness
or database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.emulator.service_error import ServiceError, invalid, modelled
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mmctl.emulator.archive.index import ArchiveIndex
    from mmctl.emulator.store import ResourceStore, Scope
    from mmctl.model.quotas import Quota


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An operation under way: `now` in seconds since 1970, `declared` the errors it can raise.

    `strict`: references to nothing are refused; otherwise they are added to `notes`.
    """

    operation: str
    parameters: Mapping[str, Any]
    scope: Scope
    now: float
    store: ResourceStore
    archived: ArchiveIndex
    new_id: Callable[[], str]
    quotas: Mapping[Quota, int]
    """Numbers that differ from those of the service."""
    settle_seconds: float
    declared: frozenset[str]
    strict: bool
    notes: list[str]

    def most(self, quota: Quota) -> int:
        """Return how many of something there may be."""
        return self.quotas.get(quota, quota.most)

    def loose(self, error: ServiceError) -> None:
        """Raise the error if references are strict; note it if they are loose.

        Raises:
            ServiceError: the given error.
        """
        if self.strict:
            raise error
        self.notes.append(f"{self.operation}: {error.message}")

    def over_quota(self, message: str) -> ServiceError:
        """Build the error for too much of something, or the nearest that the operation can raise.

        Updates of rule sets and policies declare no ServiceQuotaExceededException.
        """
        code = "ServiceQuotaExceededException"
        return modelled(code, message) if code in self.declared else invalid(message)

    def missing(self, message: str) -> ServiceError:
        """Build the error for something that is named but missing, or the nearest it can raise.

        CreateIngressPoint declares no ResourceNotFoundException for the rule set that it names.
        """
        code = "ResourceNotFoundException"
        return modelled(code, message) if code in self.declared else invalid(message)
