"""All brakes, and which of them hold a plan.

A new brake is a function in its own file and a line in `BRAKES`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.live.brakes.blocking import blocking
from mmctl.live.brakes.catch_all import catch_all
from mmctl.live.brakes.checked import behaviour, cases, lint
from mmctl.live.brakes.deletes import deletes
from mmctl.live.brakes.destinations import destination
from mmctl.live.brakes.drift import drift
from mmctl.live.brakes.entrance import entrance
from mmctl.live.brakes.evidence import evidence
from mmctl.live.brakes.for_good import endpoint_replacement, irreversible
from mmctl.live.brakes.lists import lists
from mmctl.live.brakes.looking import in_logical_rules
from mmctl.live.brakes.ordinary_mail import ordinary
from mmctl.live.brakes.pins import pin
from mmctl.live.brakes.plan_key import plan_key
from mmctl.live.brakes.policies import default_action
from mmctl.live.brakes.relays import relay_target
from mmctl.live.brakes.size import size
from mmctl.live.brakes.trust import trust
from mmctl.live.brakes.unknown_members import unknown_members

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mmctl.live.brakes.brake import Grip
    from mmctl.live.history.entries import HistoryEntry
    from mmctl.live.history.pins import Pin
    from mmctl.live.plan.plan import Plan


BRAKES: Final[tuple[Callable[[Plan], Iterator[Grip]], ...]] = (
    deletes,
    size,
    catch_all,
    default_action,
    relay_target,
    endpoint_replacement,
    irreversible,
    behaviour,
    cases,
    lint,
    trust,
    unknown_members,
    drift,
    lists,
    entrance,
    destination,
    blocking,
    ordinary,
)
"""The brakes that look only at the plan; `pin`, `plan_key` and `evidence` also need the history."""
AS_LIVE: Final = (unknown_members,)
"""Those that look at live rules; all others look at the logical rules of a packed rule set."""


def grips(
    plan: Plan, *, pinned: Iterable[Pin] = (), entries: Sequence[HistoryEntry] = ()
) -> tuple[Grip, ...]:
    """Every brake that holds a plan.

    `pinned` is what rollbacks took away, `entries` are the entries of the history.
    """
    told = in_logical_rules(plan)
    found = [grip for brake in BRAKES for grip in brake(plan if brake in AS_LIVE else told)]
    return (*found, *pin(plan, pinned), *plan_key(plan, entries), *evidence(plan, entries))
