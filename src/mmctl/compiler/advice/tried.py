"""What changes of a rule set gave when the changed rules were packed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.compiler.advice.change import KindOfChange
from mmctl.model.quotas import RULES
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.compiler.advice.change import Remedy
    from mmctl.compiler.packing.packed import Packing

_DEAD: Final = 1_000
"""A rule that would never apply then counts as so much too much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """Changes that were made together, and what packing the rules gave then."""

    changes: tuple[Remedy, ...]
    packings: tuple[Packing, ...]
    """One, or one for each of two ingress points."""
    dead: tuple[str, ...] = ()
    """Rules that would never apply then: such changes are no answer."""
    without: tuple[tuple[Remedy, int], ...] = ()
    """Of many changes: how many live rules there are without this one, as tried."""

    @property
    def fits(self) -> bool:
        """Whether all of it fits."""
        return not self.dead and all(each.fits for each in self.packings)

    @property
    def cost(self) -> int:
        """How many rules and settings somebody has to touch; a rule counts once."""
        touched = {rule.name for each in self.changes for rule in each.touched}
        return len(touched) + sum(each.settings for each in self.changes)

    @property
    def excess(self) -> int:
        """How much there is too much: live rules, and relay and send actions."""
        return sum(excess(each) for each in self.packings) + _DEAD * len(self.dead)

    @property
    def spare(self) -> int:
        """How many live rules more there may be; of what does not fit nothing is known."""
        return min(each.spare_rules for each in self.packings) if self.fits else RULES.most

    @property
    def has_second_point(self) -> bool:
        """Whether one of the changes is a second ingress point."""
        return any(each.kind is KindOfChange.SECOND_INGRESS_POINT for each in self.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What was tried for one rule set that does not fit."""

    answers: tuple[Tried, ...] = ()
    """Those that fit, the cheapest first; one has a second ingress point, where that helps."""
    nearest: Tried | None = None
    """What comes nearest where nothing fits."""
    second_point: Tried | None = None
    """What a second ingress point gives, where no answer has one."""
    tried: int = 0


def excess(packing: Packing) -> int:
    """How many live rules and relay or send actions are too many; 1 at least where it cannot be."""
    over = max(0, -packing.spare_rules) + max(0, -packing.spare_handed_on)
    return over or int(not packing.fits)
