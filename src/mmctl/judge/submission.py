"""What is judged, and by what: one submission of mail, and the gateway that takes it.

Values only, and the way from a project to a gateway.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from mmctl.judge.actions import is_label_of, names_target
from mmctl.judge.compare import Members
from mmctl.judge.compared import Compared
from mmctl.language.readings import Readings
from mmctl.model.actions import CANNOT_FAIL
from mmctl.model.enums import IngressPointType, IpType
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.language.project import LogicalRule, Project
    from mmctl.mail.email import Email, Envelope, Facts, Session
    from mmctl.model.policies import TrafficPolicy
    from mmctl.problem import Path, Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One message as it arrives: email, session, envelope, and what others found out."""

    email: Email
    session: Session
    envelope: Envelope
    facts: Facts
    compared: Compared = field(default_factory=Compared, compare=False, repr=False)
    """What was found out about it."""


class LambdaAnswer(StrEnum):
    """What a function may answer."""

    CONTINUE = "continue"
    STOP_RULE = "stop_rule"
    STOP_RULE_SET = "stop_rule_set"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What the world around the gateway does: answers of functions, actions that fail."""

    answers: Mapping[str, LambdaAnswer] = field(default_factory=dict)
    """By the name of the function, or its ARN."""
    failing: frozenset[str] = frozenset()
    """`archive:compliance-7y`, `relay:exchange`; a kind without a target fails for every target."""

    def fails(self, kind: str, target: str | None) -> bool:
        """Whether an action fails; actions on the message itself cannot."""
        return kind not in CANNOT_FAIL and any(
            is_label_of(label, kind, target) for label in self.failing
        )

    def answer_of(self, function: str) -> LambdaAnswer | None:
        """What a function answers; None: nobody said."""
        for stated, answer in self.answers.items():
            if names_target(stated, function):
                return answer
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """One way in: the policy that admits, the rules that act, and the readings."""

    rules: tuple[LogicalRule, ...]
    """The rules that live in the environment, in order."""
    policy: TrafficPolicy | None = None
    """None: everybody is admitted."""
    statement_names: tuple[str | None, ...] = ()
    lists: Mapping[str, Members | None] = field(default_factory=dict)
    """Address lists by the names that conditions use; None: the members are unknown."""
    readings: Readings = field(default_factory=Readings)
    certificates: bool = True
    """Whether clients may show certificates: only mTLS ingress points ask for them."""
    ip_type: IpType | None = None
    """The families of addresses that may connect; None: the network does not say."""
    closed: bool = False
    """Whether it is closed: a closed ingress point refuses everybody."""

    def place_of(self, rule: int, condition: Path) -> Position | None:
        """Where a rule's condition is written; None: the phase adds it."""
        try:
            return self.rules[rule].positions.at(condition)
        except KeyError:
            return None


def gateway_of_ingress_point(project: Project, name: str) -> Gateway:
    """The gateway behind an ingress point of a project.

    Raises:
        KeyError: there is no such ingress point, or its rule set or policy is not in the project.
    """
    logical = project.ingress_points[name]
    policy = project.traffic_policies[logical.ingress_point.traffic_policy_id]
    rule_set = project.rule_sets[logical.ingress_point.rule_set_id]
    return Gateway(
        rules=rule_set.live_rules(project.environment.name),
        policy=policy.policy,
        statement_names=policy.statement_names,
        lists=known_lists(project),
        readings=project.settings.readings,
        certificates=logical.ingress_point.type is IngressPointType.MTLS,
        ip_type=logical.ip_type,
        closed=logical.closed,
    )


def gateway_of_rule_set(project: Project, name: str) -> Gateway:
    """A rule set of a project by itself: no policy, everybody is admitted.

    Raises:
        KeyError: there is no such rule set.
    """
    return Gateway(
        rules=project.rule_sets[name].live_rules(project.environment.name),
        lists=known_lists(project),
        readings=project.settings.readings,
    )


def known_lists(project: Project) -> dict[str, Members | None]:
    """The address lists of a project, external ones with their sample if they have one."""
    lists: dict[str, Members | None] = {}
    for name, logical in project.address_lists.items():
        members = logical.sample if logical.members is None else logical.members
        lists[name] = None if members is None else Members.of(members)
    return lists
