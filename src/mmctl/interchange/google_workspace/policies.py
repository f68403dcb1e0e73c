"""An answer of the Policy API → the settings of Gmail in it, with the place of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.errors import ProblemsFound
from mmctl.interchange.migration.decoding import decoded
from mmctl.interchange.migration.placed_json import placed
from mmctl.interchange.migration.source import Unread
from mmctl.problem import Problem, Severity
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.interchange.migration.placed_json import Node

_GMAIL: Final = "gmail."
_AGAIN: Final = (
    'export the answers of `policies.list` of the Cloud Identity API, as `{"policies": [...]}`'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GmailSetting:
    """One setting for one organizational unit or group."""

    kind: str
    """Without what all have in common: `blocked_sender_lists`."""
    value: Node
    unit: str
    group: str


@dataclass(slots=True, kw_only=True)
class GmailPolicies:
    """What the files hold."""

    settings: list[GmailSetting] = field(default_factory=list)
    others: int = 0
    """Policies of other services."""
    unread: list[Unread] = field(default_factory=list)
    units: dict[str, int] = field(default_factory=dict)
    """How many policies each organizational unit has."""

    def of(self, kind: str) -> Iterator[GmailSetting]:
        """The settings of a kind, in order."""
        yield from (setting for setting in self.settings if setting.kind == kind)

    @property
    def whole(self) -> str:
        """The unit of the whole organization: the one with the most policies."""
        return max(self.units, key=self.units.__getitem__, default="")


def policies_of(named: Mapping[str, bytes]) -> GmailPolicies:
    """Read the answers of the API.

    Raises:
        ProblemsFound: a file is no JSON, or has no policies; at its place.
    """
    found = GmailPolicies()
    problems: list[Problem] = []
    for file, content in named.items():
        try:
            root = placed(file, decoded(file, content))
        except ProblemsFound as broken:
            problems += broken.problems
            continue
        nodes = _policies_in(root, found)
        if nodes is None:
            problems.append(_broken(root, "there are no policies in this file"))
            continue
        for node in nodes:
            _put(node, found, problems)
    if problems:
        raise ProblemsFound("cannot read the policies", tuple(problems))
    return found


def member(node: Node | None, *path: str) -> Node | None:
    """A member of a member; None: it is not there."""
    for name in path:
        node = (node.members or {}).get(name) if node is not None else None
    return node


def text(node: Node | None, *path: str) -> str:
    """A text at a path; empty if there is none."""
    found = member(node, *path)
    return found.scalar if found is not None and isinstance(found.scalar, str) else ""


def items(node: Node | None, *path: str) -> list[Node]:
    """The items of a list at a path."""
    found = member(node, *path)
    return (found.items or []) if found is not None else []


def _policies_in(root: Node, found: GmailPolicies) -> list[Node] | None:
    if root.items is not None:
        return root.items
    more = member(root, "nextPageToken")
    if more is not None and more.scalar:
        why = "the answer has more pages, which are not in this file"
        found.unread.append(
            Unread(place=more.place, text="nextPageToken", why=why, instead=_AGAIN, is_missing=True)
        )
    policies = member(root, "policies")
    if policies is not None:
        return policies.items
    return [root] if member(root, "setting") is not None else None


def _put(node: Node, found: GmailPolicies, problems: list[Problem]) -> None:
    kind = text(node, "setting", "type").removeprefix("settings/")
    value = member(node, "setting", "value")
    if not kind or value is None:
        problems.append(_broken(node, "this policy has no `setting` with `type` and `value`"))
        return
    if not kind.startswith(_GMAIL):
        found.others += 1
        return
    unit = text(node, "policyQuery", "orgUnit")
    found.units[unit] = found.units.get(unit, 0) + 1
    found.settings.append(
        GmailSetting(
            kind=kind.removeprefix(_GMAIL),
            value=value,
            unit=unit,
            group=text(node, "policyQuery", "group"),
        )
    )


def _broken(node: Node, message: str) -> Problem:
    return Problem(
        check="wrong-text",
        severity=Severity.ERROR,
        position=node.place,
        message=message,
        help=_AGAIN,
    )
