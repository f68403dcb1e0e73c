"""What a brake is: its name, its grip on a plan, the flags that release it, and the refusal."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mmctl.errors import Refused, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable


class Brake(StrEnum):
    """The names that `--force` takes."""

    DELETES = "deletes"
    SIZE = "size"
    BEHAVIOUR = "behaviour"
    CATCH_ALL = "catch-all"
    DEFAULT_ACTION = "default-action"
    RELAY_TARGET = "relay-target"
    ENDPOINT_REPLACEMENT = "endpoint-replacement"
    IRREVERSIBLE = "irreversible"
    PIN = "pin"
    CASES = "cases"
    LINT = "lint"
    TRUST = "trust"
    UNKNOWN_MEMBERS = "unknown-members"
    DRIFT = "drift"


HOLDS_ROLLBACK: Final = (
    Brake.DELETES,
    Brake.IRREVERSIBLE,
    Brake.ENDPOINT_REPLACEMENT,
    Brake.UNKNOWN_MEMBERS,
)
"""The brakes that refuse a rollback too; the others are said and let it pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grip:
    """A brake that holds a plan: what, with numbers, and why."""

    brake: Brake
    what: str
    why: str
    instead: str | None = None
    """What else goes on: the setting in mmctl.yaml that moves the limit for good."""

    @property
    def help(self) -> str:
        """The flag that goes on."""
        return f"to go on: {_flag(self.brake)}" + (f", or {self.instead}" if self.instead else "")

    def refusal(self) -> Refused:
        """The brake as the error that ends the command."""
        return Refused(f"{self.brake}: {self.what}", why=self.why, help=self.help)


def brakes_named(names: Iterable[str]) -> tuple[str, ...]:
    """The brakes of `--force`, checked.

    Raises:
        UsageError: there is no such brake.
    """
    every = [brake.value for brake in Brake]
    for name in names:
        if name not in every:
            raise UsageError(f"no brake is called `{name}`", help=f"one of {', '.join(every)}")
    return tuple(sorted(set(names)))


def holding(
    found: Iterable[Grip], *, forced: Iterable[str] = (), allow_delete: bool = False
) -> tuple[Grip, ...]:
    """The brakes that are left after the flags, in a plan as in a rollback."""
    released = set(forced) | ({Brake.DELETES.value} if allow_delete else set())
    return tuple(grip for grip in found if grip.brake.value not in released)


def refuse(found: Iterable[Grip]) -> None:
    """End with all brakes that hold, if any does.

    Raises:
        Refused: what was refused, why, and the flags that go on.
    """
    held = tuple(found)
    if not held:
        return
    if len(held) == 1:
        raise held[0].refusal()
    raise Refused(
        "; ".join(f"{grip.brake}: {grip.what}" for grip in held),
        why="; ".join(f"{grip.brake}: {grip.why}" for grip in held),
        help="to go on: " + " ".join(sorted({_flag(grip.brake) for grip in held})),
    )


def _flag(brake: Brake) -> str:
    return "--allow-delete" if brake is Brake.DELETES else f"--force {brake}"
