"""Whether and how an answer reaches a client: the vocabulary that faults and faces share.

A fault says what should happen to the connection; each face does it in its own way.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.emulator.service_error import ServiceError


class Delivery(StrEnum):
    """What a client gets of an answer."""

    WHOLE = "whole"
    RESET = "reset"
    """Nothing: the connection is reset."""
    HALF_AND_RESET = "half and reset"
    """Half of the body, then the connection is reset."""
    HALF_AND_CLOSED = "half and closed"
    """Half of the body, then the connection is closed as if the answer were complete."""
    NEVER = "never"
    """Nothing: the connection stays open."""


class Undelivered(Exception):
    """Raised in place of an answer that a client must not get whole.

    `outcome` is what the service answered: a result or an error; None if it was never called.
    """

    def __init__(
        self, delivery: Delivery, outcome: Mapping[str, Any] | ServiceError | None = None
    ) -> None:
        super().__init__(delivery.value)
        self.delivery = delivery
        self.outcome = outcome
