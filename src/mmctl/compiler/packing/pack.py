"""A rule set → its packing: what is merged, moved, split and left out so that it fits.

The steps are in the modules beside this one. What comes out is proved to be alike, or not used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.questions.equality import Equality
from mmctl.compiler.packing.forms import Forming
from mmctl.compiler.packing.grouping import RuleGroup, neighbors_merged
from mmctl.compiler.packing.packed import Packing, PackingProof
from mmctl.compiler.packing.rendering import Rendering
from mmctl.compiler.packing.written import as_written, is_within
from mmctl.judge.compare import Members
from mmctl.judge.submission import gateway_of_rule_set
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.judge.submission import Gateway
    from mmctl.language.project import LogicalRuleSet, Project


def packed(project: Project, rule_set: LogicalRuleSet) -> Packing:
    """A rule set as it goes live: as it is written if it fits, else packed."""
    rules = rule_set.live_rules(project.environment.name)
    if is_within(rule_set, rules):
        return as_written(rule_set, rules, fits=True)
    forming = Forming(project.settings.readings)
    groups: Sequence[RuleGroup] = [
        RuleGroup(form=forming.of(rule), places=(place,)) for place, rule in enumerate(rules)
    ]
    groups = neighbors_merged(groups, rule_set.duplicates_ignored)
    rendering = Rendering(rule_set.name, rules)
    made = rendering.live(groups)
    live = tuple(each.rule for each in made)
    result = Packing(
        rule_set=rule_set.name,
        rules=made,
        lists=rendering.lists,
        proof=PackingProof(proved=False, why="it does not fit"),
        fits=is_within(rule_set, live),
    )
    return replace(result, proof=_proof(project, rule_set, result)) if result.fits else result


def packed_gateway(logical: Gateway, packing: Packing) -> Gateway:
    """The gateway with the live rules of a packing, and its compiled lists."""
    lists = {each.name: Members.of(each.members) for each in packing.lists}
    return replace(logical, rules=packing.live, lists={**logical.lists, **lists})


def _proof(project: Project, rule_set: LogicalRuleSet, packing: Packing) -> PackingProof:
    from mmctl.compiler.packing.proving import why_not_alike  # noqa: PLC0415 - loads the solver

    logical = gateway_of_rule_set(project, rule_set.name)
    equality = Equality.SET if rule_set.duplicates_ignored else Equality.MULTISET
    places = {id(rule): place for place, rule in enumerate(logical.rules)}
    why = why_not_alike(
        logical,
        packed_gateway(logical, packing),
        [[places[id(rule)] for rule in each.sources] for each in packing.rules],
        equality=equality,
    )
    return PackingProof(proved=not why, why=why, equality=equality.value)
