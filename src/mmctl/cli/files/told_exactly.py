"""Whether logical rules say exactly what somebody made of packed live rules by hand.

What changed in a live rule of many is put down to logical rules as well as it can be; before that
goes into files, it is proved that those do what the live rules do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.compare.logical import is_packed, logical_view
from mmctl.live.compare.repacking import in_short
from mmctl.model.kinds import Kind
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject
    from mmctl.language.project import Project


def not_exact(live: LiveConfiguration, project: Project) -> dict[str, str]:
    """The packed rule sets that logical rules do not say exactly as they are live, and why."""
    found = {}
    for thing in live.of_kind(Kind.RULE_SET):
        if is_packed(thing) and (why := _why_not(thing, live, project)):
            found[thing.name] = why
    return found


def _why_not(thing: LiveObject, live: LiveConfiguration, project: Project) -> str:
    from mmctl.analysis.questions.equality import Equality
    from mmctl.analysis.sat.solver import SolverMissing
    from mmctl.cli.changes.live_rules import project_of
    from mmctl.compiler.packing.proving import why_not_alike
    from mmctl.judge.ingress import Way, gateway_behind

    written = project.rule_sets.get(thing.name)
    equality = Equality.MULTISET
    if written is not None and written.duplicates_ignored:
        equality = Equality.SET
    places = {rule.name: place for place, rule in enumerate(thing.logical)}
    sources = [
        [places[name] for name in origin.logical if name in places] for origin in thing.origins
    ]
    way = Way(rule_set=thing.name)
    logical, packed = (
        gateway_behind(project_of(each, project), way) for each in (logical_view(live), live)
    )
    try:
        return why_not_alike(logical, packed, sources, equality=equality)
    except SolverMissing as error:
        return f"{error}"


def without_rule_sets(
    wanted: LiveConfiguration, desired: LiveConfiguration, names: Mapping[str, str]
) -> LiveConfiguration:
    """A wanted state whose rule sets of some names are as desired."""
    objects = (
        desired.find(*thing.key) or thing
        if thing.kind is Kind.RULE_SET and thing.name in names
        else thing
        for thing in wanted.objects
    )
    return replace(wanted, objects=tuple(objects))


def members_by_hand(live: LiveConfiguration) -> Iterator[tuple[str, str]]:
    """Rules that stand for what somebody added to compiled lists, and whose lists these are."""
    for thing in live.of_kind(Kind.RULE_SET):
        for name in thing.lists_by_hand:
            held = next((each.logical for each in thing.origins if name in each.logical), ())
            yield name, in_short([each for each in held if each not in thing.lists_by_hand])
