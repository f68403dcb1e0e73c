"""What a budget asks besides counting: pairs that pin the order, prices, and what to change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.questions.ways import ways_into
from mmctl.compiler.advice.advice import advice_for
from mmctl.compiler.advice.pins import ALL, SHOWN, pinned_pairs
from mmctl.compiler.advice.prices import prices_of_counting
from mmctl.compiler.packing.proving import ProvedLicenses
from mmctl.judge.ingress import Way, gateway_behind
from mmctl.judge.submission import gateway_of_rule_set
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mmctl.analysis.encoding.witness import Witness
    from mmctl.analysis.questions.behavior import KeptMessage
    from mmctl.compiler.advice.pins import OrderPin
    from mmctl.compiler.budget import Budget, RuleSetBudget
    from mmctl.compiler.packing.packed import Packing
    from mmctl.language.project import LogicalRuleSet, Project


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetQuestions:
    """Who packs rules without proof, and who keeps messages in files."""

    pack: Callable[[Project, str, str | None], Packing]
    prove: Callable[[Project, str, str | None], Packing]
    """The same, proved as a whole: for answers."""
    keep: Callable[[str, Witness, Way], KeptMessage | None]
    every: bool = False
    """Whether more pairs are asked about than fit on a screen."""

    def packer(
        self, project: Project, budget: RuleSetBudget, *, proof: bool = False
    ) -> Callable[[LogicalRuleSet], Packing]:
        """What packs changed versions of a rule set of a project."""
        point = budget.packing.ingress_point
        packing = self.prove if proof else self.pack

        def pack(changed: LogicalRuleSet) -> Packing:
            rule_sets = {**project.rule_sets, changed.name: changed}
            return packing(replace(project, rule_sets=rule_sets), changed.name, point)

        return pack


def asked(project: Project, budget: Budget, asking: BudgetQuestions) -> Budget:
    """The budget with what is asked about each of its packed rule sets."""
    rule_sets = tuple(_of_rule_set(project, each, asking) for each in budget.rule_sets)
    return replace(budget, rule_sets=rule_sets)


def _of_rule_set(project: Project, budget: RuleSetBudget, asking: BudgetQuestions) -> RuleSetBudget:
    packing, rule_set = budget.packing, project.rule_sets[budget.name]
    if not budget.is_asked_about:
        return budget

    pack = asking.packer(project, budget)
    pairs = pairs_of(project, budget)
    most = ALL if asking.every else SHOWN
    return replace(
        budget,
        pairs=len(pairs),
        pins=with_messages(project, budget, pairs[:most], asking),
        prices=prices_of_counting(rule_set, budget.logical, packing, pack),
        advice=None
        if packing.fits
        else advice_for(
            project, rule_set, packing, pack, asking.packer(project, budget, proof=True)
        ),
    )


def pairs_of(project: Project, budget: RuleSetBudget) -> list[OrderPin]:
    """The pairs that keep live rules of a rule set apart."""

    def licenses() -> ProvedLicenses:
        gateway = gateway_of_rule_set(project, budget.name)
        return ProvedLicenses(replace(gateway, rules=budget.logical))

    return pinned_pairs(budget.packing, budget.logical, licenses)


def with_messages(
    project: Project, budget: RuleSetBudget, pairs: Sequence[OrderPin], asking: BudgetQuestions
) -> tuple[OrderPin, ...]:
    """The pairs, each with a message that shows why its order matters, if one is found."""
    if not pairs:
        return ()
    way = way_of(project, budget)
    gateway = gateway_behind(project, way)
    places = {rule.name: place for place, rule in enumerate(gateway.rules)}
    licenses = ProvedLicenses(gateway)
    found = []
    for each in pairs:
        pin = licenses.pin(places[each.above.name], places[each.below.name])
        kept = asking.keep(_name(each), pin.witness, way) if pin is not None else None
        found.append(replace(each, pin=pin, kept=kept))
    return tuple(found)


def way_of(project: Project, budget: RuleSetBudget) -> Way:
    """Where mail for a rule set comes in: at its ingress point, else the first one."""
    ways = [
        way
        for way in ways_into(project)
        if way.rule_set == budget.name
        or (
            way.ingress_point is not None
            and project.ingress_points[way.ingress_point].ingress_point.rule_set_id == budget.name
            and budget.packing.ingress_point in {None, way.ingress_point}
        )
    ]
    return ways[0] if ways else Way(rule_set=budget.name)


def _name(pin: OrderPin) -> str:
    return f"order of {pin.above.name} and {pin.below.name}"
