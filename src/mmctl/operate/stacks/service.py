"""The CloudFormation that the driver of stacks needs, and what else it gets from outside.

`live/aws/cloudformation.py` implements the service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.live.state.stacks import (
        ChangeSet,
        ChangeSetRequest,
        StackDrift,
        StackEvent,
        StackResource,
        StackState,
    )

PATIENCE: Final = 5_400.0
"""Seconds that one operation on a stack may take."""


class StackService(Protocol):
    """The stacks of one account and region.

    Reading raises CouldNot alone; writing may raise ServiceAnswer and OutcomeUnknown too.
    """

    def stack(self, name: str) -> StackState | None:
        """A stack by its name or id; None: there is none."""

    def change_set(self, stack: str, name: str) -> ChangeSet | None:
        """A change set; None: there is none."""

    def change_sets(self, stack: str) -> tuple[str, ...]:
        """The names of the change sets of a stack."""

    def events(self, stack: str, after: str | None) -> tuple[StackEvent, ...]:
        """The events of a stack after one of them (None: all), the oldest first."""

    def resources(self, stack: str) -> tuple[StackResource, ...]:
        """The resources of a stack."""

    def drift(self, stack: str) -> str:
        """Have the service look for drift; return an id that tells how far it is."""

    def drift_found(self, id_: str) -> StackDrift | None:
        """What a look for drift found; None: it goes on."""

    def create_change_set(self, request: ChangeSetRequest) -> None:
        """Ask for a change set; it is ready later."""

    def execute(self, stack: str, change_set: str) -> None:
        """Carry out a change set."""

    def delete_change_set(self, stack: str, name: str) -> None:
        """Delete a change set; a missing one is already deleted."""

    def delete(self, stack: str) -> None:
        """Begin to delete a stack."""

    def continue_rollback(self, stack: str) -> None:
        """Go on with the rollback of an update that failed."""

    def protect(self, stack: str, *, on: bool) -> None:
        """Switch the protection from deletion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackMeans:
    """The only effects that work on stacks may have."""

    service: StackService
    say: Callable[[str], None]
    """One line of progress."""
    sleep: Callable[[float], None]
    elapsed: Callable[[], float]
    """Seconds on a clock that is never set."""
    store: Callable[[str, str], str | None]
    """Stores a large template under a name, and returns its URL; None: there is no bucket yet."""
    poll_seconds: float = 5.0
    patience_seconds: float = PATIENCE
