"""What a brake is: its name, how it holds a plan, the flags that release it, and the refusal."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mmctl.errors import Refused, UsageError
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


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
    ORDINARY_MAIL = "ordinary-mail"
    LISTS = "lists"
    ENTRANCE = "entrance"
    DESTINATION = "destination"
    BLOCKING = "blocking"
    EVIDENCE = "evidence"


HOLDS_ROLLBACK: Final = (
    Brake.DELETES,
    Brake.IRREVERSIBLE,
    Brake.ENDPOINT_REPLACEMENT,
    Brake.UNKNOWN_MEMBERS,
)
"""The brakes that refuse a rollback too; the others are only reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grip:
    """A brake that holds a plan: what was counted, and why it holds."""

    brake: Brake
    what: str
    why: str
    subject: str | None = None
    """What it holds, if that can be released by itself: `--force BRAKE=SUBJECT`."""
    instead: str | None = None
    """Another way to go on: the setting in mmctl.yaml that changes the limit permanently."""

    @property
    def flag(self) -> str:
        """The flag that releases this and nothing else."""
        if self.brake is Brake.DELETES:
            return "--allow-delete"
        if self.brake is Brake.EVIDENCE:
            return f"--force {self.brake} --reason TEXT"
        return f"--force {self.brake}" + (f"={self.subject}" if self.subject else "")

    @property
    def help(self) -> str:
        """The flag that goes on."""
        return f"to go on: {self.flag}" + (f", or {self.instead}" if self.instead else "")

    def refusal(self) -> Refused:
        """The brake as the error that ends the command."""
        return Refused(f"{self.brake}: {self.what}", why=self.why, help=self.help)


WITH_SUBJECT: Final = (
    Brake.ORDINARY_MAIL,
    Brake.LISTS,
    Brake.ENTRANCE,
    Brake.DESTINATION,
    Brake.BLOCKING,
)
"""Brakes with things that can be released one by one."""
_SHOWN: Final = 5
"""The number of things of one brake that a refusal names."""
_FLAGS_APIECE: Final = 3
"""Up to this number of things of one brake, a refusal shows a flag for each."""


def brakes_named(names: Iterable[str]) -> tuple[str, ...]:
    """The brakes of `--force`, checked: `lists`, or `lists=NAME` for one thing that it holds.

    Raises:
        UsageError: there is no such brake, or it can only be released as a whole.
    """
    every = [brake.value for brake in Brake]
    for name in names:
        brake, equals, subject = name.partition("=")
        if brake not in every:
            raise UsageError(f"there is no brake `{brake}`", help=f"one of {', '.join(every)}")
        if equals and (brake not in WITH_SUBJECT or not subject):
            raise UsageError(f"got `--force {name}`", help=f"--force {brake}")
    return tuple(sorted(set(names)))


def holding(
    found: Iterable[Grip], *, forced: Iterable[str] = (), allow_delete: bool = False
) -> tuple[Grip, ...]:
    """The brakes that still hold after the flags, for a plan or a rollback."""
    released = {name.lower() for name in forced} | (
        {Brake.DELETES.value} if allow_delete else set()
    )
    return tuple(
        grip
        for grip in found
        if grip.brake.value not in released
        and f"{grip.brake}={grip.subject}".lower() not in released
    )


def refuse(found: Iterable[Grip]) -> None:
    """Refuse with all brakes that hold, if any.

    Raises:
        Refused: what was refused, why, and the flags that go on.
    """
    held = tuple(found)
    if not held:
        return
    if len(held) == 1:
        raise held[0].refusal()
    raise Refused(
        "; ".join(_in_groups(held)),
        why="; ".join(dict.fromkeys(f"{grip.brake}: {grip.why}" for grip in held)),
        help="to go on: " + " ".join(_flags(held)),
    )


def _in_groups(held: Sequence[Grip]) -> Iterator[str]:
    """What holds, brake by brake; for a long list, the first things and how many more."""
    for brake, group in _by_brake(held):
        shown = [grip.what for grip in group[:_SHOWN]]
        more = [f"and {len(group) - _SHOWN} more"] if len(group) > _SHOWN else []
        yield f"{brake}: " + ", ".join([*shown, *more])


def _flags(held: Sequence[Grip]) -> list[str]:
    flags: set[str] = set()
    for brake, group in _by_brake(held):
        apiece = {grip.flag for grip in group}
        flags |= apiece if len(apiece) <= _FLAGS_APIECE else {f"--force {brake}"}
    return sorted(flags)


def _by_brake(held: Sequence[Grip]) -> Iterator[tuple[Brake, list[Grip]]]:
    for brake in dict.fromkeys(grip.brake for grip in held):
        yield brake, [grip for grip in held if grip.brake is brake]
