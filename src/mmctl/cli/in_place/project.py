"""What another tool's files hold → a project that is judged and linted, with positions in them.

A condition with a value that the files do not know is unknown: it asks for an address list that
nobody knows, under the words that say why. Nothing here opens files.
"""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from mmctl.judge.actions import stops
from mmctl.judge.lookup import UNKNOWN_CONDITION
from mmctl.language.parsing.comments import ignores
from mmctl.language.project import (
    Ignore,
    LogicalAddOn,
    LogicalAddressList,
    LogicalArchive,
    LogicalIngressPoint,
    LogicalRelay,
    LogicalRule,
    LogicalRuleSet,
    LogicalTrafficPolicy,
)
from mmctl.model.enums import (
    IngressAddressListEmailAttribute,
    IngressBooleanOperator,
    RuleAddressListEmailAttribute,
    RuleBooleanOperator,
)
from mmctl.model.kinds import Kind, live_name_of
from mmctl.model.policies import (
    IngressBooleanExpression,
    IngressBooleanToEvaluate,
    IngressIsInAddressList,
    PolicyCondition,
    TrafficPolicy,
)
from mmctl.model.resources import AddonSubscription, AddressList, Archive, IngressPoint, Relay
from mmctl.model.rules import (
    RuleBooleanExpression,
    RuleBooleanToEvaluate,
    RuleCondition,
    RuleIsInAddressList,
    RuleSet,
)
from mmctl.patterns import Pattern
from mmctl.problem import Position, Positions, Problem, Severity
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mmctl.interchange.infrastructure.found import (
        FoundInfrastructure,
        FoundResource,
        OpenValue,
    )
    from mmctl.language.project import Project
    from mmctl.model.rules import Rule
    from mmctl.problem import Path

NOT_READ: Final = "not-read"
_PARTS: Final = {"Conditions", "Unless"}
_WORD: Final = Pattern(r"[A-Za-z0-9_]+")
_LONGEST: Final = 60
_DEPTH: Final = 4
"""How long the path of a condition is, in rules and in policies: `Rules`, 3, `Unless`, 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownCondition:
    """A condition that nobody can judge, because its file does not know a value of it."""

    name: str
    """What stands for it in traces."""
    path: Path
    value: OpenValue

    @property
    def said(self) -> str:
        """Where it is, and why it is unknown."""
        at = self.value.position
        return f"{at.file}:{at.line} ({self.value.why})"


def in_place(found: FoundInfrastructure, around: Project) -> Project:
    """What was found, as a project; settings and environment are those of `around`."""
    kinds: dict[Kind, dict[str, Any]] = {kind: {} for kind in Kind}
    for resource in found.resources:
        if resource.shape is None:
            continue
        unknown = _unknown_conditions(resource)
        kinds[resource.kind][resource.name] = _built(resource, unknown)
        for each in unknown:
            kinds[Kind.ADDRESS_LIST][each.name] = _unknown_list(each)
    points = {
        name: point
        for name, point in kinds[Kind.INGRESS_POINT].items()
        if point.ingress_point.rule_set_id in kinds[Kind.RULE_SET]
        and point.ingress_point.traffic_policy_id in kinds[Kind.TRAFFIC_POLICY]
    }
    sections: dict[str, Any] = {
        kind.value: found for kind, found in (kinds | {Kind.INGRESS_POINT: points}).items()
    }
    return replace(
        around,
        **sections,
        ignores=tuple(_ignores(found)),
        files={},
        list_files={},
        whole=all(resource.shape is not None for resource in found.resources),
    )


def _ignores(found: FoundInfrastructure) -> Iterator[Ignore]:
    """The comments that silence checks, on a line or on a rule; JSON has none."""
    for file, text in found.texts.items():
        yield from ignores(text, file=file, rules=_lines_of_rules(found, file))


def _lines_of_rules(found: FoundInfrastructure, file: str) -> Iterator[tuple[int, int]]:
    """The first and last line of each rule in a file."""
    for resource in found.resources:
        lines: dict[str | int, list[int]] = {}
        for path, at in resource.positions.places.items():
            if path[:1] == ("Rules",) and len(path) > 1 and at.file == file:
                lines.setdefault(path[1], []).append(at.line)
        yield from ((min(each), max(each)) for each in lines.values())


def problems_in(found: FoundInfrastructure) -> Iterator[Problem]:
    """What the service would refuse, what is unknown, and what was not read."""
    yield from found.refused
    for resource in found.resources:
        for path, value in resource.open.items():
            yield _open_problem(resource, value, judged=bool(_condition_at(path)))
    for each in found.unread:
        yield Problem(
            check=NOT_READ,
            severity=Severity.INFO,
            position=each.place,
            message=f"`{each.text}` is not read: {each.why}",
            help=each.instead,
        )


def unknown_conditions(found: FoundInfrastructure) -> tuple[str, ...]:
    """The conditions that nobody can judge: where each is, and why it is unknown."""
    resources = (each for each in found.resources if each.shape is not None)
    return tuple(each.said for resource in resources for each in _unknown_conditions(resource))


def without_unknown(project: Project) -> Project:
    """The project without the lists that stand for unknown conditions: no service has them."""
    known = {
        name: each
        for name, each in project.address_lists.items()
        if not name.startswith(UNKNOWN_CONDITION)
    }
    return replace(project, address_lists=known)


def _open_problem(resource: FoundResource, value: OpenValue, *, judged: bool) -> Problem:
    from mmctl.interchange.infrastructure.found import UNKNOWN_VALUE

    effect = "the condition is unknown" if judged else "what it stands for is not checked"
    return Problem(
        check=UNKNOWN_VALUE,
        severity=Severity.INFO,
        position=value.position,
        message=f"{resource.kind.noun} `{resource.label}`: {effect}: {value.why}",
    )


def _condition_at(path: Path) -> Path:
    """The path of the condition that a path leads into; empty: it leads into none."""
    inside = len(path) >= _DEPTH and path[_DEPTH - 2] in _PARTS
    return path[:_DEPTH] if inside else ()


def _unknown_conditions(resource: FoundResource) -> list[UnknownCondition]:
    """The conditions with an open value, each once, in the order of the file."""
    found: dict[Path, UnknownCondition] = {}
    for path, value in resource.open.items():
        at = _condition_at(path)
        if at and at not in found:
            name = _name_of(resource.members, at, resource.open)
            found[at] = UnknownCondition(name=name, path=at, value=value)
    return list(found.values())


def _name_of(members: Any, at: Path, values: Mapping[Path, OpenValue]) -> str:
    """What stands for a condition: the same for the same condition, in every file."""
    for part in at:
        members = members[part]
    words = "-".join(_WORD.findall(" ".join(_words(members, at, values))))
    if len(words) > _LONGEST:
        words = f"{words[:_LONGEST]}-{sha256(words.encode()).hexdigest()[:8]}"
    return f"{UNKNOWN_CONDITION}{words}"


def _words(value: Any, at: Path, values: Mapping[Path, OpenValue]) -> Iterator[str]:
    """The texts in a condition, those that are unknown as they are written."""
    if at in values:
        yield values[at].written
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _words(inner, (*at, key), values)
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _words(inner, (*at, number), values)
    else:
        yield str(value)


def _unknown_list(condition: UnknownCondition) -> LogicalAddressList:
    at = condition.value.position
    return LogicalAddressList(
        name=condition.name,
        live_name=condition.name,
        position=at,
        positions=Positions({(): at}),
        address_list=AddressList.unvalidated(address_list_name=condition.name, tags=None),
        members=None,
    )


def _built(resource: FoundResource, unknown: Iterable[UnknownCondition]) -> Any:
    names = {each.path: each.name for each in unknown}
    shape = resource.shape
    common: dict[str, Any] = {
        "name": resource.name,
        "position": resource.positions.at(()),
        "positions": resource.positions,
        "live_name": live_name_of(shape) if shape is not None else resource.name,
        "tags": dict(resource.tags),
    }
    match shape:
        case RuleSet():
            return LogicalRuleSet(
                **common, rules=tuple(_rules(shape, resource, names)), logging=_logging(resource)
            )
        case TrafficPolicy():
            count = len(shape.policy_statements)
            return LogicalTrafficPolicy(
                **common,
                policy=_policy(shape, names),
                statement_names=(None,) * count,
                statement_owners=(None,) * count,
            )
        case IngressPoint():
            return LogicalIngressPoint(
                **common, ingress_point=shape, closed=resource.closed, logging=_logging(resource)
            )
        case Relay():
            return LogicalRelay(**common, relay=shape)
        case Archive():
            return LogicalArchive(**common, archive=shape)
        case AddressList():
            return LogicalAddressList(**common, address_list=shape, members=None)
        case AddonSubscription():
            return LogicalAddOn(**common, subscription=shape)
        case _:
            raise AssertionError(resource.kind)


def _logging(resource: FoundResource) -> dict[str, str]:
    return {str(type_): arn for type_, arn in resource.logging.items()}


def _rules(
    shape: RuleSet, resource: FoundResource, names: dict[Path, str]
) -> Iterator[LogicalRule]:
    """The rules; those without a name are called by their number, later ones of a name too."""
    taken: Counter[str] = Counter()
    for number, rule in enumerate(shape.rules):
        written = rule.name or f"rule {number + 1}"
        taken[written] += 1
        name = written if taken[written] == 1 else f"{written} (rule {number + 1})"
        known = _known_rule(rule, ("Rules", number), names)
        positions = resource.positions.below(("Rules", number))
        yield LogicalRule(
            name=name,
            rule=known,
            stop=stops(rule),
            position=_name_at(positions),
            positions=positions,
        )


def _name_at(positions: Positions) -> Position:
    """Where a rule begins for a reader: at its name, if it has one."""
    return positions.at(("Name",))


def _known_rule(rule: Rule, at: Path, names: dict[Path, str]) -> Rule:
    changed = {
        member: tuple(
            _unknown_in_rule(names[at_condition])
            if (at_condition := (*at, part, number)) in names
            else condition
            for number, condition in enumerate(conditions)
        )
        for member, part, conditions in (
            ("conditions", "Conditions", rule.conditions),
            ("unless", "Unless", rule.unless),
        )
        if conditions is not None
    }
    return rule.changed(**changed) if names else rule


def _unknown_in_rule(name: str) -> RuleCondition:
    listed = RuleIsInAddressList(
        attribute=RuleAddressListEmailAttribute.RECIPIENT, address_lists=(name,)
    )
    asked = RuleBooleanToEvaluate(is_in_address_list=listed)
    expression = RuleBooleanExpression(evaluate=asked, operator=RuleBooleanOperator.IS_TRUE)
    return RuleCondition(boolean_expression=expression)


def _policy(policy: TrafficPolicy, names: dict[Path, str]) -> TrafficPolicy:
    if not names:
        return policy
    statements = tuple(
        statement.changed(
            conditions=tuple(
                _unknown_in_policy(names[at])
                if (at := ("PolicyStatements", place, "Conditions", number)) in names
                else condition
                for number, condition in enumerate(statement.conditions)
            )
        )
        for place, statement in enumerate(policy.policy_statements)
    )
    return policy.changed(policy_statements=statements)


def _unknown_in_policy(name: str) -> PolicyCondition:
    listed = IngressIsInAddressList(
        attribute=IngressAddressListEmailAttribute.RECIPIENT, address_lists=(name,)
    )
    asked = IngressBooleanToEvaluate(is_in_address_list=listed)
    expression = IngressBooleanExpression(evaluate=asked, operator=IngressBooleanOperator.IS_TRUE)
    return PolicyCondition(boolean_expression=expression)
