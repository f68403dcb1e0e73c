"""Members of live objects that this version does not know, and which of them a plan would erase.

An update sends what is known here, and the service replaces everything with it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.live.compare.edits import EditKind
from mmctl.live.plan.steps import (
    PASSWORD,
    AddMembers,
    Create,
    Delete,
    DeliverLogs,
    FreeName,
    RemoveMembers,
    SetTags,
    StopLogs,
    Untag,
    Update,
)
from mmctl.live.state.newer_api import AUTHENTICATION, CONFIGURATION
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject, UnknownMember
    from mmctl.live.compare.edits import Edit
    from mmctl.live.plan.steps import Step
    from mmctl.model.kinds import Kind

_INDEX: Final = re.compile(r"\[[0-9]*\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """One unknown member of one live object, and what a plan does to it."""

    kind: Kind
    object: str
    """Logical name of the object."""
    member: UnknownMember
    erased: bool
    """Whether an update of this plan takes it away."""
    known: bool
    """Whether `known_members` says that somebody looked at it."""

    @property
    def setting(self) -> str:
        """What `known_members` calls it: `RuleSet.Rules.Enabled`."""
        return f"{self.kind.api_noun}.{without_places(self.member.path)}"

    @property
    def text(self) -> str:
        """The object, the path and the value: `rule set inbound: `Rules[1].Enabled` = false`."""
        return f"{self.kind.noun} {self.object}: {self.member.text}"


def unknown_members(
    live: LiveConfiguration,
    edits: Sequence[Edit],
    steps: Iterable[Step],
    known: Collection[str] = (),
) -> tuple[Unknown, ...]:
    """Every unknown member of the live objects; `known` are those that somebody looked at."""
    sent = _sent(steps)
    looked_at = {without_places(each) for each in known}
    found = [
        Unknown(
            kind=thing.kind,
            object=thing.name,
            member=member,
            erased=_is_erased(thing, member, sent) and not _goes_anyway(thing, member, edits),
            known=f"{thing.kind.api_noun}.{without_places(member.path)}" in looked_at,
        )
        for thing in live.objects
        for member in thing.unknown
    ]
    return tuple(found)


def without_places(path: str) -> str:
    """A path without list indices: `Rules[1].Enabled` → `Rules.Enabled`."""
    return _INDEX.sub("", path)


def _sent(steps: Iterable[Step]) -> dict[tuple[Kind, str], set[str]]:
    """What the updates of each object send; for a replaced object, everything."""
    sent: dict[tuple[Kind, str], set[str]] = {}
    for step in steps:
        match step:
            case Create():
                sent.setdefault(step.key, set()).update(_members(step.kind))
            case Update():
                if step.kind.row.api.updates:
                    sent.setdefault(step.key, set()).update(step.members)
            case FreeName():
                sent.setdefault(step.key, set()).update(step.kind.row.always_sent)
            case Delete():
                pass  # what is deleted anyway is not erased
            case SetTags() | Untag() | AddMembers() | RemoveMembers() | DeliverLogs() | StopLogs():
                pass  # separate calls, which send no member of the object
            case _:
                assert_never(step)
    return sent


def _members(kind: Kind) -> set[str]:
    return {str(field.alias) for field in kind.row.shape.model_fields.values()}


def _is_erased(
    thing: LiveObject, member: UnknownMember, sent: dict[tuple[Kind, str], set[str]]
) -> bool:
    """Whether an update overwrites it.

    Any update of the object may drop what is unknown as a whole.
    """
    members = sent.get(thing.key)
    if members is None:
        return False
    head = without_places(member.path.partition(".")[0])
    if head == AUTHENTICATION:
        return bool(members & {CONFIGURATION, PASSWORD})
    return head in members or head not in _members(thing.kind)


def _goes_anyway(thing: LiveObject, member: UnknownMember, edits: Iterable[Edit]) -> bool:
    """Whether this plan deletes the rule that has it: other brakes handle that."""
    return member.rule is not None and any(
        edit.kind is EditKind.REMOVED and edit.rule == member.rule and edit.object == thing.name
        for edit in edits
    )


def warnings_of(found: Iterable[Unknown]) -> Iterator[str]:
    """What to say about those that nobody looked at."""
    rest = [each for each in found if not each.known]
    for first, count in grouped(rest):
        more = f" and {count - 1} more like it" if count > 1 else ""
        does = "would erase it" if first.erased else "leaves it unchanged"
        yield f"{first.text}{more} is unknown to this version of mmctl; this plan {does}"


def notes_of(found: Iterable[Unknown]) -> Iterator[str]:
    """What to say about those that are noted as known and still erased."""
    for first, count in grouped([each for each in found if each.known and each.erased]):
        more = f" and {count - 1} more like it" if count > 1 else ""
        yield f"{first.text}{more} is erased by this plan (`known_members` has it)"


def not_restored(desired: LiveConfiguration, live: LiveConfiguration) -> Iterator[str]:
    """The unknown members in a snapshot that no update restores, in sentences."""
    for thing in desired.objects:
        found = live.find(*thing.key)
        there = {_meant(member) for member in (found.unknown if found is not None else ())}
        for member in thing.unknown:
            if _meant(member) not in there:
                yield (
                    f"{thing.kind.noun} {thing.name}: {member.text}, which this version of mmctl "
                    "does not know"
                )


def _meant(member: UnknownMember) -> tuple[str, str | None, str]:
    """An unknown member, regardless of the position of its rule."""
    value = json.dumps(member.value, sort_keys=True)
    return without_places(member.path), member.rule, value


def passed_over(live: LiveConfiguration) -> Iterator[str]:
    """What to say when mail is judged by live rules."""
    for first, count in grouped(unknown_members(live, (), ())):
        more = f" and {count - 1} more like it" if count > 1 else ""
        yield f"{first.text}{more} is unknown to this version of mmctl: judged without it"


def grouped(found: Iterable[Unknown]) -> list[tuple[Unknown, int]]:
    """The first of each that differ in more than list indices, and how many there are."""
    groups: dict[tuple[object, ...], list[Unknown]] = {}
    for each in found:
        value = json.dumps(each.member.value, sort_keys=True)
        key = (each.kind, each.object, each.setting, value, each.erased)
        groups.setdefault(key, []).append(each)
    return [(group[0], len(group)) for group in groups.values()]
