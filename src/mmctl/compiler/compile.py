"""Logical rules → live rules, resources → objects: the desired configuration of an environment.

One logical rule becomes one live rule where that fits. Where it does not, the rule set is packed
(`mmctl.compiler.packing`); what does not fit then is a problem (`mmctl.compiler.limits`).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.compiler.configuration import (
    COMPILED_TAG,
    LiveConfiguration,
    LiveObject,
    RuleLeftOut,
    RuleOrigin,
    RuleSource,
    WrittenRule,
)
from mmctl.compiler.limits import over_capacity, too_many_lists
from mmctl.compiler.lowered import lowered_of, names_taken
from mmctl.compiler.packing.written import as_written, is_within
from mmctl.compiler.refusing import refusing_of
from mmctl.judge.actions import actions_in_effect
from mmctl.language.project import (
    LogicalAddOn,
    LogicalAddressList,
    LogicalArchive,
    LogicalIngressPoint,
    LogicalRelay,
    LogicalRuleSet,
    LogicalTrafficPolicy,
)
from mmctl.language.stack import twin_of
from mmctl.model.kinds import Kind
from mmctl.model.resources import (
    AddressList,
    NetworkConfiguration,
    PrivateNetworkConfiguration,
)
from mmctl.model.rules import RuleSet
from mmctl.problem import ordered
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mmctl.compiler.lowered import Lowered
    from mmctl.compiler.packing.memory import CompilerMemory
    from mmctl.compiler.packing.packed import CompiledList, PackedRule, Packing
    from mmctl.language.project import LogicalRule, Project, Resource
    from mmctl.model.rules import Rule
    from mmctl.problem import Position, Problem


_TWIN_NAME: Final = 58
"""Characters of the name of an ingress point that fit into the name of its twin (63)."""


def compile_project(
    project: Project, memory: CompilerMemory | None = None
) -> tuple[LiveConfiguration, tuple[Problem, ...]]:
    """What the service should hold for the project's environment, and what is over its limits."""
    environment, owner = project.environment.name, project.settings.project
    lowered = lowered_of(project)
    packings = dict(zip(lowered.project.rule_sets, packings_of(project, memory), strict=True))
    used = {name: each for name, each in packings.items() if each.is_packed and each.is_used}
    objects = tuple(
        replace(made, project=owner)
        for kind in Kind
        for made in _of_kind(lowered.project, kind, used, environment)
    )
    problems = [
        *names_taken(project),
        *too_many_lists(lowered.project, used.values()),
        *(
            problem
            for name, rule_set in lowered.project.rule_sets.items()
            if not packings[name].is_used
            for problem in over_capacity(rule_set, rule_set.live_rules(environment), packings[name])
        ),
    ]
    configuration = LiveConfiguration(
        project=owner,
        objects=objects,
        bindings=project.environment.bindings,
        left_out=(
            *_left_out(project),
            *_refused(project),
            *_elsewhere(lowered),
            *_packed_away(used),
        ),
    )
    return configuration, ordered(problems)


def packings_of(project: Project, memory: CompilerMemory | None = None) -> tuple[Packing, ...]:
    """Each rule set as it goes live, in the order of the files; those that fit are as written.

    There are several of a rule set that is compiled for each ingress point.
    """
    lowered = lowered_of(project)
    return tuple(_at(lowered, each, memory) for each in lowered.project.rule_sets.values())


def _at(lowered: Lowered, rule_set: LogicalRuleSet, memory: CompilerMemory | None) -> Packing:
    """The packing of a rule set under its name in the files."""
    made, part = _packed(lowered, rule_set, memory), lowered.parts.get(rule_set.name)
    if part is None:
        return made
    return replace(made, rule_set=part.rule_set, ingress_point=part.ingress_point)


def _packed(lowered: Lowered, rule_set: LogicalRuleSet, memory: CompilerMemory | None) -> Packing:
    """One rule set, packed where it has to be."""
    project = lowered.project
    rules = rule_set.live_rules(project.environment.name)
    if is_within(rule_set, rules):
        return as_written(rule_set, rules, fits=True)
    from mmctl.compiler.packing.remembering import packed_once  # noqa: PLC0415 - few need it

    return packed_once(project, rule_set, memory, gateway=lowered.gateway(rule_set.name))


def tried(
    project: Project, rule_set: str, ingress_point: str | None = None, *, proof: bool = False
) -> Packing:
    """What packing gives for a rule set, or its part for an ingress point; `proof`: proved, too.

    Raises:
        KeyError: there is no such rule set.
    """
    from mmctl.compiler.packing.pack import pack_without_proof, packed  # noqa: PLC0415 - as above

    lowered = lowered_of(project)
    for name, each in lowered.project.rule_sets.items():
        part = lowered.parts.get(name)
        here = (name, None) if part is None else (part.rule_set, part.ingress_point)
        if here == (rule_set, None if part is None else ingress_point):
            pack = packed if proof else pack_without_proof
            made = pack(lowered.project, each, gateway=lowered.gateway(name))
            return replace(made, rule_set=rule_set, ingress_point=here[1])
    raise KeyError(rule_set)


def _of_kind(
    project: Project, kind: Kind, used: Mapping[str, Packing], environment: str
) -> Iterator[LiveObject]:
    """The objects of one kind; a packed rule set has the rules and the lists of its packing."""
    for name, resource in project.of_kind(kind).items():
        made = compile_resource(kind, resource, environment)
        if isinstance(resource, LogicalRuleSet) and name in used:
            made = _of_packing(made, resource, used[name], environment)
        yield made
    if kind is Kind.ADDRESS_LIST:
        for name, packing in used.items():
            yield from map(partial(_compiled_list, name), packing.lists)
    if kind is Kind.INGRESS_POINT:
        yield from twins_of(project)


def twins_of(project: Project) -> Iterator[LiveObject]:
    """The private twins of ingress points: another network, and all else the same."""
    for name, endpoint in project.environment.twins.items():
        point = project.ingress_points[name]
        made = compile_resource(Kind.INGRESS_POINT, point, project.environment.name)
        network = PrivateNetworkConfiguration(vpc_endpoint_id=endpoint)
        shape = point.ingress_point.changed(
            ingress_point_name=twin_of(point.live_name[:_TWIN_NAME]),
            network_configuration=NetworkConfiguration(private_network_configuration=network),
        )
        yield replace(made, name=twin_of(name), was=None, shape=shape)


def _refused(project: Project) -> Iterator[RuleLeftOut]:
    """The rules whose mail traffic policies refuse, and by which statements."""
    for each in refusing_of(project).moved:
        yield RuleLeftOut(
            rule_set=each.rule_set,
            rule=each.rule.name,
            reason=each.told,
            place=_place(each.rule.position),
        )


def _elsewhere(lowered: Lowered) -> Iterator[RuleLeftOut]:
    """The rules of a rule set that no mail of an ingress point meets, for each of these."""
    for name, part in lowered.parts.items():
        for rule in part.left_out:
            yield RuleLeftOut(
                rule_set=name,
                rule=rule.name,
                reason=f"no mail that ingress point {part.ingress_point} admits meets it",
                place=_place(rule.position),
            )


def _compiled_list(rule_set: str, listed: CompiledList) -> LiveObject:
    return LiveObject(
        kind=Kind.ADDRESS_LIST,
        name=listed.name,
        shape=AddressList.unvalidated(address_list_name=listed.name, tags=None),
        tags={COMPILED_TAG: rule_set},
        members=listed.members,
    )


def _of_packing(
    made: LiveObject, resource: LogicalRuleSet, packing: Packing, environment: str
) -> LiveObject:
    """The object of a rule set with the live rules of its packing."""
    written = resource.live_rules(environment)
    return replace(
        made,
        shape=_rule_set(resource, packing.live),
        origins=tuple(map(_origin, packing.rules)),
        logical_rules=len(written),
        logical=tuple(
            WrittenRule(
                name=rule.name, place=_place(rule.position), shape=live_rule(rule), stop=rule.stop
            )
            for rule in written
        ),
    )


def _origin(packed: PackedRule) -> RuleOrigin:
    first = packed.sources[0]
    holds = () if packed.is_one else packed.sources
    return RuleOrigin(
        name=packed.rule.name,
        place=_place(first.position),
        holds=tuple(RuleSource(name=rule.name, place=_place(rule.position)) for rule in holds),
    )


def _packed_away(packings: Mapping[str, Packing]) -> Iterator[RuleLeftOut]:
    """The rules that packing left out, and why."""
    for name, packing in packings.items():
        for each in packing.left_out:
            yield RuleLeftOut(
                rule_set=name,
                rule=each.rule.name,
                reason=each.why,
                place=_place(each.rule.position),
            )


def compile_resource(kind: Kind, resource: Resource, environment: str) -> LiveObject:
    """One resource as it should be live in an environment."""
    made = partial(
        LiveObject,
        kind=kind,
        name=resource.name,
        tags=dict(resource.tags),
        was=resource.was,
        place=_place(resource.position),
    )
    match resource:
        case LogicalRuleSet():
            rules = resource.live_rules(environment)
            return made(
                shape=_rule_set(resource, rules),
                origins=tuple(
                    RuleOrigin(name=rule.name, place=_place(rule.position)) for rule in rules
                ),
                logical_rules=len(rules),
                logging=resource.logging,
            )
        case LogicalTrafficPolicy():
            return made(shape=resource.policy)
        case LogicalIngressPoint():
            return made(
                shape=resource.ingress_point,
                closed=resource.closed,
                logging=resource.logging,
                smtp_password_env=resource.smtp_password_env,
            )
        case LogicalRelay():
            return made(shape=resource.relay)
        case LogicalArchive():
            return made(shape=resource.archive)
        case LogicalAddressList():
            return made(shape=resource.address_list, members=resource.members)
        case LogicalAddOn():
            return made(shape=resource.subscription)
        case _:
            assert_never(resource)


def _rule_set(resource: LogicalRuleSet, rules: Iterable[LogicalRule]) -> RuleSet:
    return RuleSet.unvalidated(
        rule_set_name=resource.live_name, rules=tuple(live_rule(rule) for rule in rules), tags=None
    )


def live_rule(rule: LogicalRule) -> Rule:
    """The rule as the service gets it; a shadow rule only says what it would have done."""
    if not rule.shadow:
        return rule.rule
    return rule.rule.changed(actions=actions_in_effect(rule))


def _left_out(project: Project) -> Iterator[RuleLeftOut]:
    for rule_set in project.rule_sets.values():
        for rule in rule_set.rules:
            if not rule.lives_in(project.environment.name):
                yield RuleLeftOut(
                    rule_set=rule_set.name,
                    rule=rule.name,
                    reason="not in this environment" if rule.enabled else "disabled",
                    place=_place(rule.position),
                )


def _place(position: Position) -> str:
    return f"{position.file}:{position.line}"
