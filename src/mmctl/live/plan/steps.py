"""What a step is: one thing that apply does to one object; one type for each.

A step is one call, or one call for each address or tag in it. `ordering.py` orders them, and
`mmctl.live.apply.execution` carries them out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias, assert_never

from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.compiler.configuration import Key
    from mmctl.model.kinds import Kind

PASSWORD: Final = "SmtpPassword"  # noqa: S105 - the name of a member
_LISTED: Final = 3
"""The number of details of a step in its line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfObject:
    """What all steps have: the object, and their names in words and in saved plans."""

    verb: ClassVar[str]
    kind: Kind
    name: str
    """Logical name of the object."""
    id: str | None = None
    """The service's id if the object is already live; for an add-on, of its subscription."""

    @property
    def key(self) -> Key:
        """Kind and logical name of the object."""
        return (self.kind, self.name)

    @property
    def details(self) -> tuple[str, ...]:
        """What is changed in the object, if that is not all of it."""
        return ()

    @property
    def text(self) -> str:
        """The step in a line: `update rule set inbound: rules`."""
        more = len(self.details) - _LISTED
        listed = ", ".join(self.details[:_LISTED]) + (f" and {more} more" if more > 0 else "")
        return f"{self.verb} {self.kind.noun} {self.name}" + (f": {listed}" if listed else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(_OfObject):
    """Make the object."""

    verb: ClassVar[str] = "create"


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(_OfObject):
    """Send members of the object again."""

    verb: ClassVar[str] = "update"
    members: tuple[str, ...]

    @property
    def details(self) -> tuple[str, ...]:
        """The members."""
        return self.members


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeName(_OfObject):
    """Give the object another name, so that a successor can have its name."""

    verb: ClassVar[str] = "free name of"
    other: str

    @property
    def details(self) -> tuple[str, ...]:
        """The other name."""
        return (self.other,)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTags(_OfObject):
    """Set tags; others stay."""

    verb: ClassVar[str] = "tag"
    tags: tuple[tuple[str, str], ...]

    @property
    def details(self) -> tuple[str, ...]:
        """The keys."""
        return tuple(key for key, _ in self.tags)


@dataclass(frozen=True, slots=True, kw_only=True)
class Untag(_OfObject):
    """Remove tags."""

    verb: ClassVar[str] = "untag"
    keys: tuple[str, ...]

    @property
    def details(self) -> tuple[str, ...]:
        """The keys."""
        return self.keys


@dataclass(frozen=True, slots=True, kw_only=True)
class AddMembers(_OfObject):
    """Add addresses to an address list."""

    verb: ClassVar[str] = "add members to"
    addresses: tuple[str, ...]

    @property
    def details(self) -> tuple[str, ...]:
        """The addresses."""
        return self.addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveMembers(_OfObject):
    """Take addresses off an address list."""

    verb: ClassVar[str] = "remove members from"
    addresses: tuple[str, ...]

    @property
    def details(self) -> tuple[str, ...]:
        """The addresses."""
        return self.addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverLogs(_OfObject):
    """Deliver a log of the object to a receiver."""

    verb: ClassVar[str] = "deliver logs of"
    log_type: str
    receiver: str
    """Its ARN."""

    @property
    def details(self) -> tuple[str, ...]:
        """The type of the log."""
        return (self.log_type,)


@dataclass(frozen=True, slots=True, kw_only=True)
class StopLogs(_OfObject):
    """End the delivery of a log of the object."""

    verb: ClassVar[str] = "stop logs of"
    log_type: str

    @property
    def details(self) -> tuple[str, ...]:
        """The type of the log."""
        return (self.log_type,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(_OfObject):
    """Delete the object."""

    verb: ClassVar[str] = "delete"


MemberStep: TypeAlias = AddMembers | RemoveMembers
LogStep: TypeAlias = DeliverLogs | StopLogs
TagStep: TypeAlias = SetTags | Untag
Step: TypeAlias = Create | Update | FreeName | TagStep | MemberStep | LogStep | Delete
"""All step types, for `match`."""


def step_document(step: Step) -> dict[str, Any]:
    """A step as a saved plan has it: what it changes is in `members` or in pairs in `values`."""
    return {
        "verb": step.verb,
        "kind": step.kind.value,
        "name": step.name,
        "id": step.id,
        "members": step.members if isinstance(step, Update) else (),
        "values": _values(step),
    }


def _values(step: Step) -> tuple[tuple[str, str], ...]:
    """Tags and receivers with what they belong to; for others only the first of a pair counts."""
    match step:
        case SetTags():
            return step.tags
        case DeliverLogs():
            return ((step.log_type, step.receiver),)
        case Untag() | AddMembers() | RemoveMembers() | StopLogs() | FreeName():
            return tuple((detail, "") for detail in step.details)
        case Create() | Update() | Delete():
            return ()
        case _:
            assert_never(step)
