"""A rule set → its packing: what is merged, moved, split and left out so that it fits.

The steps are in the modules beside this one. What comes out is proved to be alike, or not used.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from mmctl.analysis.questions.equality import Equality
from mmctl.compiler.packing.bounds import bounds_of
from mmctl.compiler.packing.cover import MOST_GROUPS, Cover, WantedGroups
from mmctl.compiler.packing.forms import Forming
from mmctl.compiler.packing.grouping import RuleGroup
from mmctl.compiler.packing.leaving_out import without_idle_actions
from mmctl.compiler.packing.merging import Merging
from mmctl.compiler.packing.ordering import Ordering
from mmctl.compiler.packing.packed import LeftOutRule, Obstacle, Packing, PackingProof
from mmctl.compiler.packing.proving import ProvedLicenses, proof_of, survives_first_match
from mmctl.compiler.packing.rendering import Rendering
from mmctl.compiler.packing.written import as_written, is_within
from mmctl.judge.compare import Members
from mmctl.judge.submission import gateway_of_rule_set
from mmctl.language.project import PROOF_EFFORT, OnOverlap
from mmctl.model.quotas import RELAY_OR_SEND_ACTIONS, RULES
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.compiler.packing.licenses import Licenses
    from mmctl.compiler.packing.packed import PackedRule
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import LogicalRule, LogicalRuleSet, Project


def packed(
    project: Project,
    rule_set: LogicalRuleSet,
    *,
    gateway: Gateway | None = None,
    ingress_point: str | None = None,
) -> Packing:
    """A rule set as it goes live: as it is written if it fits, else packed and proved.

    `gateway`: the rules to pack, and all that is certain about the mail that comes to them; None:
    all rules of the set, for any mail.
    """
    logical = gateway or gateway_of_rule_set(project, rule_set.name)
    made = replace(
        pack_without_proof(project, rule_set, gateway=logical), ingress_point=ingress_point
    )
    if not made.is_packed or not made.fits:
        return made
    effort = max(PROOF_EFFORT, project.settings.lint.proof_effort)
    return proved(rule_set, logical, made, effort=effort)


def pack_without_proof(
    project: Project,
    rule_set: LogicalRuleSet,
    *,
    gateway: Gateway | None = None,
) -> Packing:
    """The same without the proof as a whole: what could be made of a rule set."""
    logical = gateway or gateway_of_rule_set(project, rule_set.name)
    if is_within(rule_set, logical.rules):
        return as_written(rule_set, logical.rules, fits=True)
    licenses = ProvedLicenses(logical, equality=equality_of(rule_set))
    return _Packer(project, rule_set, logical, licenses).packing()


def equality_of(rule_set: LogicalRuleSet) -> Equality:
    """When the packed rules count as alike with those of a rule set."""
    return Equality.SET if rule_set.duplicates_ignored else Equality.MULTISET


_TRIES: Final = 3
"""So often a cover is asked for, each with a group less, where long lists make it too large."""


class _Packer:
    """One rule set on its way."""

    def __init__(
        self,
        project: Project,
        rule_set: LogicalRuleSet,
        logical: Gateway,
        licenses: Licenses,
    ) -> None:
        self._rule_set = rule_set
        self._rules = logical.rules
        self._licenses = licenses
        self._forming = Forming(project.settings.readings)
        self._readings = project.settings.readings

    def packing(self) -> Packing:
        """What comes of it, without a proof."""
        living, left_out = self._living()
        groups = [self._group(place) for place in living]
        merging = Merging(
            groups,
            Ordering(self._rule_set, self._rules, self._licenses),
            self._licenses,
            doubles_ignored=self._rule_set.duplicates_ignored,
        )
        merging.merge()
        made = self._made(merging, groups, left_out)
        if made.fits or not made.bounds.may_fit:
            return made
        units = merging.units
        merging.merge(guarded=True)
        made = self._made(merging, groups, left_out)
        return made if made.fits else self._covered(units, merging, made, groups)

    def _covered(
        self,
        units: Sequence[RuleGroup],
        merging: Merging,
        made: Packing,
        groups: Sequence[RuleGroup],
    ) -> Packing:
        """The packing that the solver finds, if it finds one that fits."""
        if len(units) > MOST_GROUPS:
            return made
        pieces = len(made.rules) - len(merging.groups)
        cover = Cover(
            units,
            merging.ordering,
            self._licenses,
            doubles_ignored=self._rule_set.duplicates_ignored,
        )
        for less in range(_TRIES):
            wanted = WantedGroups(
                groups=RULES.most - pieces - less, handed_on=RELAY_OR_SEND_ACTIONS.most
            )
            found = cover.solved(wanted)
            if found is None:
                return made
            merging.groups = found
            merging.merge(guarded=True)
            covered = self._made(merging, groups, made.left_out)
            if covered.fits:
                return covered
        return made

    def _made(
        self, merging: Merging, groups: Sequence[RuleGroup], left_out: tuple[LeftOutRule, ...]
    ) -> Packing:
        """The packing of the groups as they are merged by now."""
        rendering = Rendering(
            self._rule_set.name,
            self._rules,
            self._forming,
            doubles_ignored=self._rule_set.duplicates_ignored,
        )
        rules = tuple(chain.from_iterable(rendering.live(merging.groups)))
        return Packing(
            rule_set=self._rule_set.name,
            rules=rules,
            lists=rendering.lists,
            left_out=left_out,
            bounds=bounds_of(groups, self._rules, self._readings),
            proof=PackingProof(proved=False, why="not asked"),
            fits=is_within(self._rule_set, [each.rule for each in rules]),
            obstacles=tuple(self._obstacles(merging, rules)),
        )

    def _living(self) -> tuple[list[int], tuple[LeftOutRule, ...]]:
        """The rules that can apply, and the others."""
        dead = [at for at in range(len(self._rules)) if self._licenses.never_applies(at)]
        left_out = (LeftOutRule(rule=self._rules[at], why="it never applies") for at in dead)
        return [at for at in range(len(self._rules)) if at not in dead], tuple(left_out)

    def _group(self, place: int) -> RuleGroup:
        rule = without_idle_actions(self._rules[place], self._readings)
        alone = rule.shadow or rule.count_own
        return RuleGroup(form=self._forming.of(rule), places=(place,), alone=alone)

    def _obstacles(self, merging: Merging, rules: Sequence[PackedRule]) -> Iterator[Obstacle]:
        """What kept live rules apart that would be one."""
        holding = {id(source): each for each in reversed(rules) for source in each.sources}
        for _, apart in sorted(merging.apart.items()):
            one, other = (self._rules[each.first] for each in (apart.one, apart.other))
            pinned = [self._rules[each] for each in apart.pinned]
            yield Obstacle(
                one=holding[id(one)],
                other=holding[id(other)],
                between=pinned[1] if len(pinned) > 2 else None,  # noqa: PLR2004 - see `Apart`
                pinned=pinned[-1],
            )


def packed_gateway(logical: Gateway, packing: Packing) -> Gateway:
    """The gateway with the live rules of a packing, and its compiled lists."""
    lists = {each.name: Members.of(each.members) for each in packing.lists}
    return replace(logical, rules=packing.live, lists={**logical.lists, **lists})


def proved(
    rule_set: LogicalRuleSet, logical: Gateway, packing: Packing, *, effort: int = PROOF_EFFORT
) -> Packing:
    """A packing with what is proved of it, in an order of the rules that the rule set allows."""
    equality = equality_of(rule_set)
    stated = replace(logical, rules=_allowed_order(rule_set, logical.rules, packing))
    live = packed_gateway(logical, packing)
    places = {id(rule): place for place, rule in enumerate(stated.rules)}
    sources = [[places[id(rule)] for rule in each.sources] for each in packing.rules]
    proof = proof_of(stated, live, sources, equality=equality, effort=effort)
    survives = None
    if proof.proved:
        survives = survives_first_match(stated, live, sources, equality=equality)
    return replace(packing, proof=proof, survives_first_match=survives)


def _allowed_order(
    rule_set: LogicalRuleSet, rules: Sequence[LogicalRule], packing: Packing
) -> tuple[LogicalRule, ...]:
    """The rules as written, those of phases with `on_overlap: any` in the order of the packing."""
    free = {each.name for each in rule_set.phases if each.on_overlap is OnOverlap.ANY}
    if not free:
        return tuple(rules)
    live = [id(source) for each in packing.rules for source in each.sources]
    rank = {rule: at for at, rule in reversed([*enumerate(live)])}
    ordered = list(rules)
    for phase in free:
        at = [place for place, rule in enumerate(rules) if rule.phase == phase]
        inside = sorted((rules[place] for place in at), key=lambda each: rank.get(id(each), -1))
        for place, rule in zip(at, inside, strict=True):
            ordered[place] = rule
    return tuple(ordered)
