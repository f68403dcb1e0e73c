"""What happens around a gateway in a proof: functions that answer, actions that fail, others.

Free are the answers of functions, failures where they are asked for, whether other recipients are
there, and which address of several a copy went to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.sat.circuit import FALSE, TRUE
from mmctl.judge.actions import kind_of, target_of
from mmctl.judge.submission import LambdaAnswer
from mmctl.model.actions import CANNOT_FAIL
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

    from mmctl.analysis.encoding.fields import FreeFields
    from mmctl.analysis.sat.circuit import Circuit
    from mmctl.model.rules import RuleAction

THERE = "there "
ANSWER = "answer "
FAILS = "fails "
BRANCH = "branch "


@dataclass(frozen=True, slots=True, kw_only=True)
class AroundGateway:
    """The surroundings of one gateway."""

    fields: FreeFields
    failures: bool = False
    """Whether any action that can fail may fail."""
    gateway: int = 0
    """Which gateway of the proof it is: each goes its own ways where a recipient is replaced."""
    compared: bool = False
    """Whether gateways are compared: then headers matter that no rule reads, and copies of one
    message go the same way in each gateway where that has the same addresses."""
    ways: Mapping[tuple[int, int], int] | None = None
    """The address that the asked recipient's copy goes to, by rule and action; None: any."""

    @property
    def circuit(self) -> Circuit:
        """Where the formulas are."""
        return self.fields.circuit

    def there(self, place: int) -> int:
        """Whether a recipient is there; the first one is asked about."""
        return self.fields.flag(f"{THERE}{place}") if place else TRUE

    def fails(self, action: RuleAction) -> int:
        """Whether an action fails."""
        kind, target = kind_of(action), target_of(action)
        if kind in CANNOT_FAIL or not self.failures:
            return FALSE
        return self.fields.flag(FAILS + (kind if target is None else f"{kind}:{target}"))

    def answers(self, function: str, answer: LambdaAnswer) -> int:
        """Whether a function answers so."""
        return self.fields.choice(f"{ANSWER}{function}", tuple(LambdaAnswer)).is_(answer)

    def branches(
        self,
        copy: int,
        at: tuple[int, int],
        addresses: tuple[str, ...],
        forked: Counter[tuple[int, tuple[str, ...]]],
    ) -> tuple[int, ...]:
        """Of each address whether the copy that is followed went there.

        `at` is the place of the rule, and of the action in it; `forked` counts how often a copy
        went to one of these addresses before.
        """
        if len(addresses) == 1:
            return (TRUE,)
        if copy == 0 and self.ways is not None:
            way = self.ways[at]
            return tuple(TRUE if place == way else FALSE for place in range(len(addresses)))
        before = forked[copy, addresses]
        forked[copy, addresses] += 1
        which = f"{before} {addresses}" if self.compared else f"{self.gateway} {at}"
        places = tuple(map(str, range(len(addresses))))
        choice = self.fields.choice(f"{BRANCH}{copy} {which}", places)
        return tuple(choice.is_(place) for place in places)
