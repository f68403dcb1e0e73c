"""A configuration as the service holds it or should hold it: the value that both sides share.

Desired objects come from the compiler, live ones from `live/state/read.py`. Shapes are AWS's; what
they refer to is named by logical names, or by `id:…` where this project does not know the thing.
Nothing here compares or writes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from mmctl.model.kinds import Kind, LiveShape, live_name_of
from mmctl.patterns import Pattern
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.model.rules import Rule

OWNER_TAG: Final = "mmctl:project"
"""The tag that says which project manages an object; its value is the project's name."""

_SECRET: Final = Pattern(r"password|secret|token|private", re.IGNORECASE)
_LONGEST_VALUE: Final = 60
Key = tuple[Kind, str]
"""How mmctl identifies an object: by its kind and its logical name."""


STACK_TAG: Final = "aws:cloudformation:stack-name"
"""The tag by which CloudFormation says that an object belongs to a stack; only AWS can set it."""
COMPILED_TAG: Final = "mmctl:compiled"
"""The tag of an address list that the compiler made; its value is the logical rule set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSource:
    """A logical rule that a live rule holds."""

    name: str
    place: str | None = None
    """`rules/legal.yaml:4`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOrigin:
    """Where a live rule comes from: the logical name, and the place in the files."""

    name: str
    """The logical name where the live rule is one logical rule, else its live name."""
    place: str | None = None
    """`rules/legal.yaml:4`."""
    holds: tuple[RuleSource, ...] = ()
    """The logical rules of a packed live rule; none: it is the logical rule of its name."""

    @property
    def logical(self) -> tuple[str, ...]:
        """The names of the logical rules that it holds."""
        return tuple(each.name for each in self.holds) or (self.name,)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRule:
    """A logical rule of a packed rule set, as it is written."""

    name: str
    place: str | None = None
    shape: Rule
    stop: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownMember:
    """A member in an answer of the service that this version does not know."""

    path: str
    """`Rules[1].Enabled`, in AWS's words, with the indexes of the answer."""
    value: Any
    """JSON."""
    rule: str | None = None
    """The live name of the rule it is in."""
    replaced: bool = False
    """Whether the shape has a known value in its place, because it cannot be without one."""

    @property
    def shown(self) -> Any:
        """The value; empty if it may be secret."""
        return None if _SECRET.search(self.path) else self.value

    @property
    def text(self) -> str:
        """The path and the value: `Rules[1].Enabled` = false."""
        where = f" of rule {self.rule}" if self.rule is not None else ""
        from json import dumps  # noqa: PLC0415 - hardly ever needed

        value = "" if self.shown is None else dumps(self.shown, ensure_ascii=False)
        cut = value if len(value) <= _LONGEST_VALUE else value[: _LONGEST_VALUE - 1] + "…"
        return f"`{self.path}`" + (f" = {cut}" if cut else "") + where


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveObject:
    """One resource: its AWS shape, and what the service keeps behind separate calls."""

    kind: Kind
    name: str
    """The logical name; for a live object that is in no file, the live name."""
    shape: LiveShape
    tags: Mapping[str, str] = field(default_factory=dict)
    """All tags but `mmctl:project` and AWS's own."""
    project: str | None = None
    """The value of the tag `mmctl:project`."""
    members: tuple[str, ...] | None = None
    """The addresses of an address list; None: they come from elsewhere."""
    managed_by: str | None = None
    """The tool that manages it by its tags: `cloudformation:STACK`; None: no tag says so."""
    closed: bool = False
    """Whether an ingress point is stopped and takes no mail now."""
    instance: bool = True
    """Whether the subscription of an add-on has the instance that conditions name."""
    smtp_password_env: str | None = None
    logging: Mapping[str, str] = field(default_factory=dict)
    """ARNs of log destinations, by log type."""
    logs_of_others: Mapping[str, str] = field(default_factory=dict)
    """Log types whose delivery this project did not make: the project that did, or empty."""
    was: str | None = None
    logical_rules: int = 0
    """How many logical rules a rule set was compiled from."""
    origins: tuple[RuleOrigin, ...] = ()
    """Parallel to the rules of a rule set that comes from files."""
    logical: tuple[WrittenRule, ...] = ()
    """The logical rules of a packed rule set, in file order; none: each live rule is one."""
    lists_by_hand: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Lists that only its logical rules name: what somebody added to lists of the compiler."""
    place: str | None = None
    id: str | None = None
    """The service's id of a live object; for an add-on, that of its instance."""
    subscription_id: str | None = None
    status: str | None = None
    """The state of an ingress point: ACTIVE, CLOSED, FAILED …"""
    password_version: str | None = None
    changed_at: str | None = None
    """When the service last changed it: UTC, ISO 8601."""
    unknown: tuple[UnknownMember, ...] = ()
    """What the service holds of it beyond the shape."""
    created_at: str | None = None
    """When it was made: UTC, ISO 8601."""
    a_record: str | None = None
    """The host name to which mail for a live ingress point is sent."""

    @property
    def key(self) -> Key:
        """Kind and logical name."""
        return (self.kind, self.name)

    @property
    def call_id(self) -> str | None:
        """The id that calls take: for an add-on, that of its subscription."""
        return self.id if self.kind.row.instance is None else self.subscription_id

    @property
    def compiled_for(self) -> str | None:
        """The rule set that the compiler made this address list for; None: it did not make it."""
        return self.tags.get(COMPILED_TAG) if self.kind is Kind.ADDRESS_LIST else None

    @property
    def written(self) -> tuple[RuleSource, ...]:
        """The logical rules of a rule set, in the order of the files."""
        rules = self.logical or self.origins
        return tuple(RuleSource(name=rule.name, place=rule.place) for rule in rules)

    @property
    def all_tags(self) -> dict[str, str]:
        """The tags as the service holds them, including the one that names the project."""
        owner = {OWNER_TAG: self.project} if self.project is not None else {}
        return {**self.tags, **owner}

    @property
    def kms_keys(self) -> tuple[str, ...]:
        """ARNs of the keys that encrypt it."""
        members = self.shape.to_api() if self.kind.row.keys else {}
        return tuple(members[member] for member in self.kind.row.keys if member in members)

    @property
    def live_name(self) -> str:
        """The name that the service knows it by; for an add-on, its product."""
        return live_name_of(self.shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLeftOut:
    """A rule that is written but not live here, and why: `disabled`, or other environments."""

    rule_set: str
    rule: str
    reason: str
    place: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveConfiguration:
    """All objects of one project in one environment, in the order in which they are created."""

    project: str
    objects: tuple[LiveObject, ...] = ()
    bindings: Mapping[Kind, Mapping[str, str]] = field(default_factory=dict)
    """Ids of things that are not managed here, by kind and logical name."""
    left_out: tuple[RuleLeftOut, ...] = ()

    def of_kind(self, kind: Kind) -> Iterator[LiveObject]:
        """The objects of one kind."""
        return (found for found in self.objects if found.kind is kind)

    def find(self, kind: Kind, name: str) -> LiveObject | None:
        """The object with a logical name, if there is one."""
        return next((found for found in self.of_kind(kind) if found.name == name), None)

    def by_key(self) -> dict[Key, LiveObject]:
        """The objects by kind and logical name."""
        return {found.key: found for found in self.objects}
