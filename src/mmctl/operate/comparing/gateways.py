"""Which gateway of a project judged a message, by the names that log records use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.compiler.lowered import lowered_of
from mmctl.judge.submission import Gateway, gateway_of_ingress_point, gateway_of_rule_set
from mmctl.operate.logs.names import live_name
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mmctl.language.project import Project
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.packed import HeldRules, PackedRules
    from mmctl.operate.logs.records import RuleKey


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedGateway:
    """One way in, with the names that records and files have for its rules."""

    name: str
    """What reports call it: `ingress point NAME`, or `rule set NAME`."""
    gateway: Gateway
    places: Mapping[str, int] = field(default_factory=dict)
    """The place of each rule, by its live name, else by its name in the files."""
    packed: PackedRules | None = None
    """What its live rules hold, if it is packed."""

    @classmethod
    def of(cls, name: str, gateway: Gateway, packed: PackedRules | None = None) -> NamedGateway:
        """A gateway with the places of its rules; what no policy refuses is dropped by a rule."""
        rules = tuple(
            replace(rule, refuse=False) if rule.refuse else rule for rule in gateway.rules
        )
        gateway = replace(gateway, rules=rules)
        places: dict[str, int] = {}
        for place, rule in enumerate(gateway.rules):
            places.setdefault(live_name(rule, place + 1), place)
        for place, rule in enumerate(gateway.rules):
            places.setdefault(rule.name, place)
            if not rule.rule.name:
                places.setdefault(f"rule {place + 1}", place)
        return cls(name=name, gateway=gateway, places=places, packed=packed)

    def held(self, place: int) -> HeldRules | None:
        """What the live rule at a place holds; None: it is a rule of the files."""
        if self.packed is None:
            return None
        rule = self.gateway.rules[place]
        return self.packed.rules.get(live_name(rule, place + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedGateways:
    """All ways in of a project, by live names."""

    ingress_points: Mapping[str, NamedGateway]
    rule_sets: Mapping[str, NamedGateway]
    as_written: LoggedGateways | None = None
    """The same before its rule sets were packed: older records name the rules of the files."""

    @classmethod
    def of(cls, project: Project, packed: Iterable[PackedRules] = ()) -> LoggedGateways:
        """The gateways of a project; an ingress point that lacks something is left out.

        `packed` says what live rules hold, if the project is what the compiler made of another.
        """
        holds = {each.live_name: each for each in packed}
        if not holds:
            # Policies refuse what rules say, and parts of rule sets have names of their own.
            project = lowered_of(project).project
        points: dict[str, NamedGateway] = {}
        behind: dict[str, list[NamedGateway]] = {}
        for name, point in project.ingress_points.items():
            try:
                gateway = gateway_of_ingress_point(project, name)
            except KeyError:
                continue
            rule_set = project.rule_sets[point.ingress_point.rule_set_id]
            named = NamedGateway.of(f"ingress point {name}", gateway, holds.get(rule_set.live_name))
            points[point.live_name] = named
            behind.setdefault(rule_set.live_name, []).append(named)
        sets: dict[str, NamedGateway] = {}
        for name, rule_set in project.rule_sets.items():
            ways = behind.get(rule_set.live_name, [])
            sets[rule_set.live_name] = (
                ways[0]
                if len(ways) == 1
                else NamedGateway.of(
                    f"rule set {name}",
                    gateway_of_rule_set(project, name),
                    holds.get(rule_set.live_name),
                )
            )
        return cls(ingress_points=points, rule_sets=sets)

    def of_message(self, message: LoggedMessage) -> NamedGateway | None:
        """The gateway that judged a message; None: the project does not have it."""
        found = self._of_message(message)
        if self.as_written is None or found is None or found.packed is None:
            return found
        names = {key.rule for key in _keys(message) if key.rule}
        before = self.as_written.of_message(message)
        if before is None or names <= found.places.keys() or not names <= before.places.keys():
            return found
        return before

    def _of_message(self, message: LoggedMessage) -> NamedGateway | None:
        if message.accepted is not None and message.accepted.ingress_point is not None:
            found = self.ingress_points.get(message.accepted.ingress_point)
            if found is not None:
                return found
        rule_set = next((key.rule_set for key in _keys(message) if key.rule_set), None)
        return None if rule_set is None else self.rule_sets.get(rule_set)


def _keys(message: LoggedMessage) -> tuple[RuleKey, ...]:
    return (*(record.key for record in message.acted), *message.passed)
