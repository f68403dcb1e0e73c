"""What an edit is: one difference between desired and live, as plan, drift and diff show it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from mmctl.live.compare.wording import spaced
from mmctl.records import asdict, dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    from mmctl.model.kinds import Kind


class EditKind(StrEnum):
    """What happens to a rule or an object."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"
    RENAMED = "renamed"
    ADOPTED = "adopted"
    RELEASED = "released"
    REPLACED = "replaced"
    REPACKED = "repacked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One line of a plan: what happens, to which object, and to which rule in it."""

    kind: EditKind
    resource: Kind
    object: str
    """Logical name of the object."""
    rule: str | None = None
    """Logical name of the rule in it; None: the object itself."""
    path: str = ""
    """What is changed, in the file's words: `unless[0].values`."""
    before: Any = None
    """JSON; for a moved rule the position, counted from 1; for a renamed one the name."""
    after: Any = None
    place: str | None = None
    words: str | None = None
    """A change in the words of the files; empty if those of an earlier edit include it."""
    note: str | None = None
    """Anything else that a reader must know: `after allow-partners`, `needs --allow-delete`."""
    managed_by: str | None = None
    """The tool that manages what is adopted, as `--adopt-from` takes it; else None."""
    by_hand: str | None = None
    """When somebody did what this undoes by hand: ISO 8601, or `after` and a time; else None."""
    live_rules: tuple[str, ...] = ()
    """The packed live rules that the rule is in, or was in; none: the live rule is the rule."""
    among: int = 0
    """How many logical rules that live rule holds, if it is one."""
    in_none: bool = False
    """Whether the rule of a packed rule set is in no live rule."""

    @property
    def name(self) -> str:
        """The rule, or the object if the edit is about all of it."""
        return self.rule or self.object

    @property
    def of(self) -> tuple[Kind, str]:
        """Kind and logical name of the object, as a key in a configuration."""
        return (self.resource, self.object)

    @property
    def of_rule(self) -> bool:
        """Whether a rule is edited and not the object around it."""
        return self.rule is not None

    def document(self) -> dict[str, Any]:
        """The edit as JSON."""
        return {
            "kind": self.kind.value,
            "resource": f"{self.resource}/{self.object}",
            "name": self.name,
            "path": self.path,
            "before": self.before,
            "after": self.after,
            "place": self.place,
            "note": self.note,
            **({"words": spaced(self.words)} if self.words else {}),
            **({"managed_by": self.managed_by} if self.managed_by else {}),
            **({"by_hand": self.by_hand} if self.by_hand else {}),
            **({"live_rules": list(self.live_rules)} if self.live_rules else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """How many rules and objects are added, changed, moved, deleted and renamed."""

    add: int = 0
    change: int = 0
    move: int = 0
    delete: int = 0
    rename: int = 0
    adopt: int = 0
    repack: int = 0
    """Rule sets of which nothing changes but how they are packed."""

    @classmethod
    def of(cls, edits: Iterable[Edit]) -> Self:
        """Count edits; several changes of one rule or object are one."""
        found = {(each.kind, each.of, each.rule) for each in edits}

        def count(*kinds: EditKind) -> int:
            return len({(of, rule) for kind, of, rule in found if kind in kinds})

        return cls(
            add=count(EditKind.ADDED),
            change=count(EditKind.CHANGED, EditKind.REPLACED, EditKind.RELEASED),
            move=count(EditKind.MOVED),
            delete=count(EditKind.REMOVED),
            rename=count(EditKind.RENAMED),
            adopt=count(EditKind.ADOPTED),
            repack=_repacked_alone(found),
        )

    def document(self) -> dict[str, int]:
        """The counts as JSON."""
        counts: dict[str, int] = asdict(self)
        if not self.repack:
            del counts["repack"]
        return counts


def _repacked_alone(found: set[tuple[EditKind, tuple[Kind, str], str | None]]) -> int:
    changed = {of for kind, of, _ in found if kind is not EditKind.REPACKED}
    return len({of for kind, of, _ in found if kind is EditKind.REPACKED} - changed)
