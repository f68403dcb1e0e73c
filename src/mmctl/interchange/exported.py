"""What every export has: its text, what it cannot express, and where references lead.

Nothing here knows a format.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from mmctl.counted import counted
from mmctl.model.kinds import Kind
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mmctl.interchange.things import ApiObject
    from mmctl.language.project import Reference

Members = dict[str, Any]

_EMPTY_IS_ABSENT: Final = ("Conditions", "Unless")


@dataclass(slots=True, kw_only=True)
class Exported:
    """A configuration in another form."""

    text: str
    left_out: list[str] = field(default_factory=list)
    """What the format cannot express."""
    notes: list[str] = field(default_factory=list)
    """What must be done by hand, or is worth knowing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """A reference to something outside of the export: an id or an ARN."""

    kind: Kind
    text: str

    @property
    def arn(self) -> bool:
        """Whether it is an ARN."""
        return self.text.startswith("arn:")


Link = str | Elsewhere
"""Where a reference leads: the logical name of an exported object, or elsewhere."""


def link(
    reference: Reference, there: Mapping[Kind, set[str]], bindings: Mapping[Kind, Mapping[str, str]]
) -> Link:
    """Where a reference leads; `there` are the names of the exported objects."""
    text = reference.name
    if not text.startswith(("id:", "arn:")):
        if text in there.get(reference.kind, set()):
            return text
        text = bindings.get(reference.kind, {}).get(text, text)
    text = text.removeprefix("id:")
    if reference.kind is Kind.ARCHIVE and text.startswith("arn:"):
        # A rule takes at most 66 characters for its archive: an id, whatever the model says.
        text = text.rsplit("/", 1)[-1]
    return Elsewhere(kind=reference.kind, text=text)


def names_there(things: Sequence[ApiObject]) -> dict[Kind, set[str]]:
    """The logical names of the objects, by kind."""
    return {kind: {thing.name for thing in things if thing.kind is kind} for kind in Kind}


def plain(value: Any) -> Any:
    """Members with whole numbers as integers (26214400.0 is 26214400), without empty conditions."""
    match value:
        case dict():
            return {
                key: plain(member)
                for key, member in value.items()
                if not (key in _EMPTY_IS_ABSENT and member == [])
            }
        case list():
            return [plain(item) for item in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


def members_left_out(things: Sequence[ApiObject], form: str) -> Iterator[str]:
    """Note the members of address lists, which infrastructure code cannot express."""
    for thing in things:
        if thing.members:
            count = len(thing.members)
            yield (
                f"address list `{thing.name}`: its {counted(count, 'member')}; "
                f"{form} creates only the list"
            )


def words(name: str) -> list[str]:
    """The words of a name: `threat-feed.v2` is threat, feed, v2."""
    return re.findall(r"[A-Za-z0-9]+", name)
