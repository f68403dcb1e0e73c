"""What a project is after its files are read: logical rules, resources, settings.

Values only: nothing here reads files or knows YAML. Shapes are AWS's (`mmctl.model`), with two
freedoms that the compiler and `mmctl.live` take away: lists may be longer than the service
takes, and things are named by their logical names (`exchange`) or by `id:…` where AWS has ids.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeAlias, assert_never

from mmctl.model.actions import row_of
from mmctl.model.endpoints import is_loopback
from mmctl.model.kinds import Kind
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from mmctl.language.company_rules import CompanyRule
    from mmctl.language.readings import Readings
    from mmctl.language.stack import Stack
    from mmctl.model.actions import Does
    from mmctl.model.enums import IpType
    from mmctl.model.policies import TrafficPolicy
    from mmctl.model.resources import AddonSubscription, AddressList, Archive, IngressPoint, Relay
    from mmctl.model.rules import Rule, RuleAction, RuleCondition
    from mmctl.problem import Path, Position, Positions, Severity

LONGEST_RULE_SET_NAME: Final = 100
"""Characters that the service takes."""
EMBEDDED: Final = "embedded"
"""The endpoint of an environment that needs no AWS account."""


class Outcome(StrEnum):
    """How a message ended for a recipient; the first that applies, in this order."""

    REFUSED = "refused"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    DROPPED = "dropped"
    STORED = "stored"
    LOST = "lost"
    UNKNOWN = "unknown"


class OnOverlap(StrEnum):
    """What is allowed if two rules of a phase overlap with different effects."""

    ERROR = "error"
    FILE_ORDER = "file_order"
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalRule:
    """A rule as written, with what its phase adds to it."""

    name: str
    rule: Rule
    """AWS's shape, under the rule's live name (None: it has none)."""
    stop: bool = False
    """Its Drop is written `stop`: nothing more happens to this mail, and it is not dropped."""
    phase: str | None = None
    description: str | None = None
    owner: str | None = None
    ticket: str | None = None
    expires: date | None = None
    """The last day (UTC) on which the rule is meant to be live."""
    enabled: bool = True
    shadow: bool = False
    final: bool = False
    refuse: bool = False
    """Its mail may be refused at RCPT: a statement of the traffic policy may do its work."""
    count_own: bool = False
    """It keeps a live rule of its own, so that logs count what it does."""
    environments: tuple[str, ...] | None = None
    """The environments it lives in; None: all."""
    position: Position
    positions: Positions
    """Members of `rule` under their API path; members that only the file has under their key."""
    does: tuple[Does, ...] = field(init=False, compare=False, repr=False)
    """What its actions do with the mail, in order; nothing for a shadow rule, which only marks."""

    def __post_init__(self) -> None:
        """Look up once what the actions do: nearly all who look at rules ask."""
        does = () if self.shadow else tuple(row_of(action).does for action in self.actions)
        object.__setattr__(self, "does", does)

    @property
    def conditions(self) -> tuple[RuleCondition, ...]:
        """All of these must match."""
        return self.rule.conditions or ()

    @property
    def unless(self) -> tuple[RuleCondition, ...]:
        """None of these may match."""
        return self.rule.unless or ()

    @property
    def actions(self) -> tuple[RuleAction, ...]:
        """What is done, in order."""
        return self.rule.actions

    @property
    def refuses(self) -> bool:
        """Whether its mail is refused at RCPT; a shadow rule refuses nothing."""
        return self.refuse and not self.shadow

    def lives_in(self, environment: str) -> bool:
        """Whether the rule is meant for an environment (and not switched off)."""
        return self.enabled and (self.environments is None or environment in self.environments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A barrier in the order of rules: its rules come after those before it."""

    name: str
    on_overlap: OnOverlap = OnOverlap.ERROR
    rules: tuple[str, ...]
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalResource:
    """What every resource has: a logical name, a live name, tags, and where it is written."""

    name: str
    live_name: str
    was: str | None = None
    """The former logical name: this is a rename, never delete and create."""
    tags: Mapping[str, str] = field(default_factory=dict)
    position: Position
    positions: Positions


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalRuleSet(LogicalResource):
    """A rule set with all of its rules, including disabled ones and those of other environments."""

    rules: tuple[LogicalRule, ...]
    phases: tuple[Phase, ...] = ()
    must_reach: Outcome | None = None
    """`delivered` or `stored` as written; None: stored is enough for proofs."""
    per_ingress_point: bool = False
    duplicates_ignored: bool = False
    logging: Mapping[str, str] = field(default_factory=dict)
    """ARNs of log destinations, by log type."""

    def live_rules(self, environment: str) -> tuple[LogicalRule, ...]:
        """The rules that live in an environment, as they are judged: what refuses comes first."""
        live = [
            rule
            for rule in self.rules
            if rule.enabled and (rule.environments is None or environment in rule.environments)
        ]
        if any(rule.refuse for rule in live):
            live.sort(key=lambda rule: not rule.refuses)
        return tuple(live)

    def live_name_at(self, point: LogicalIngressPoint) -> str:
        """The live name of what is compiled of it for one ingress point alone."""
        name = f"{self.live_name}.{point.live_name}"
        if len(name) <= LONGEST_RULE_SET_NAME:
            return name
        from hashlib import sha256  # noqa: PLC0415 - hardly ever needed

        digits = sha256(name.encode()).hexdigest()[:4]
        return f"{name[: LONGEST_RULE_SET_NAME - 5]}.{digits}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalTrafficPolicy(LogicalResource):
    """A traffic policy; its statements may have names, descriptions and owners in the file."""

    policy: TrafficPolicy
    statement_names: tuple[str | None, ...]
    statement_owners: tuple[str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalIngressPoint(LogicalResource):
    """An ingress point; its rule set and traffic policy are named by logical names."""

    ingress_point: IngressPoint
    closed: bool = False
    smtp_password_env: str | None = None
    """The environment variable that holds the SMTP password; the value is never in a project."""
    logging: Mapping[str, str] = field(default_factory=dict)
    """ARNs of log destinations, by log type."""

    @property
    def ip_type(self) -> IpType | None:
        """The address families that it takes; None: it is in a VPC, or not stated."""
        network = self.ingress_point.network_configuration
        public = network.public_network_configuration if network is not None else None
        return None if public is None else public.ip_type


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalRelay(LogicalResource):
    """A relay."""

    relay: Relay


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalArchive(LogicalResource):
    """An archive."""

    archive: Archive


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalAddressList(LogicalResource):
    """An address list; members that come from elsewhere are not part of the project."""

    address_list: AddressList
    members: tuple[str, ...] | None
    """None: external."""
    sample: tuple[str, ...] | None = None
    """Substitutes for external members, only for simulation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalAddOn(LogicalResource):
    """An add-on: its subscription and the instance that conditions name."""

    subscription: AddonSubscription


Resource: TypeAlias = (
    LogicalRuleSet
    | LogicalTrafficPolicy
    | LogicalIngressPoint
    | LogicalRelay
    | LogicalArchive
    | LogicalAddressList
    | LogicalAddOn
)
"""What a project defines under a name: one class per kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """What must hold for every message; kept for the proofs."""

    name: str
    when: tuple[RuleCondition, ...] = ()
    ingress_point: str | None = None
    environments: tuple[str, ...] | None = None
    claim: Mapping[str, Any]
    """`never`, `always` (with `before`) or `only`, as written."""
    position: Position
    positions: Positions


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseText:
    """One test case as written, types checked; `mmctl.cases` gives it meaning."""

    data: Mapping[str, Any]
    file: str
    """The case file, relative to the project; message files are beside it."""
    position: Position
    positions: Positions


@dataclass(frozen=True, slots=True, kw_only=True)
class Brakes:
    """Limits above which an apply is refused."""

    max_change_percent: int = 30
    max_deletes: int = 0
    max_behaviour_change: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """The environment in which rules are live before they come to another one."""

    environment: str
    gate: bool = False
    """Whether an apply needs evidence from there; else a plan only warns."""
    min_cases: int = 1
    """How many cases must have passed there as real mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Where the rules go live: an account and region, or the embedded Mail Manager."""

    name: str
    endpoint: str | None = None
    """`embedded`, a URL, or None for AWS."""
    account: str | None = None
    region: str | None = None
    profile: str | None = None
    role_arn: str | None = None
    run_profile: str | None = None
    """The profile that takes the place of `profile` and `role_arn` in this run."""
    protected: bool = False
    after: After | None = None
    """The environment in which rules are live before they come here."""
    snapshots: str | None = None
    plan_key: str | None = None
    """ARN of the AWS KMS key that must have signed a plan."""
    brakes: Brakes = field(default_factory=Brakes)
    variables: Mapping[str, Any] = field(default_factory=dict)
    bindings: Mapping[Kind, Mapping[str, str]] = field(default_factory=dict)
    """Ids of things that this project does not manage, by kind and logical name."""
    stack: Stack | None = None
    """What AWS makes around its rules; None: nothing but what they need."""
    stack_outputs: tuple[str, ...] = ()
    """The outputs of its stacks that variables and bindings use."""
    twins: Mapping[str, str] = field(default_factory=dict)
    """The VPC endpoints of the private twins of ingress points, by the names of these.

    A twin is no part of the project: rules and checks do not meet it, an apply makes it.
    """
    position: Position
    region_position: Position | None = field(default=None, compare=False)
    """Where its region is written."""

    @property
    def on_this_machine(self) -> bool:
        """Whether its Mail Manager is the embedded one, or answers on loopback."""
        return self.endpoint == EMBEDDED or is_loopback(self.endpoint or "")


PROOF_EFFORT: Final = 20_000
"""Conflicts that lint spends on a question about all mail; most take none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LintSettings:
    """What lint requires of this project in addition to the defaults."""

    require_owner: bool = False
    require_format: bool = False
    expired: Severity
    known_members: tuple[str, ...] = ()
    """Members of a newer API that somebody has reviewed: `RuleSet.Rules.Enabled`."""
    ignore_files: tuple[str, ...] = ()
    """Patterns of files that look like rule files and are left unread on purpose."""
    company_rules: tuple[CompanyRule, ...] = ()
    """What files must not say, or must say."""
    proof_effort: int = PROOF_EFFORT
    """Conflicts of the solver that one question about all mail may take; 0: none is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The project file."""

    project: str
    rules: tuple[str, ...]
    cases: tuple[str, ...]
    snapshots: str
    variables: Mapping[str, Any]
    readings: Readings
    settled: frozenset[str] = frozenset()
    """The readings whose choice the project file states."""
    lint: LintSettings
    environments: Mapping[str, Environment]
    default_environment: str
    default_ingress_point: str | None = None
    """The ingress point of messages that name none, where there are several."""
    file: str | None
    """`mmctl.yaml`; None: a folder of rules is a project with the defaults."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """A comment that silences checks on one line, or on a whole rule."""

    checks: tuple[str, ...]
    reason: str
    position: Position
    file: str
    first_line: int
    last_line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """All files of a project, read for one environment."""

    settings: Settings
    environment: Environment
    rule_sets: Mapping[str, LogicalRuleSet] = field(default_factory=dict)
    traffic_policies: Mapping[str, LogicalTrafficPolicy] = field(default_factory=dict)
    ingress_points: Mapping[str, LogicalIngressPoint] = field(default_factory=dict)
    relays: Mapping[str, LogicalRelay] = field(default_factory=dict)
    archives: Mapping[str, LogicalArchive] = field(default_factory=dict)
    address_lists: Mapping[str, LogicalAddressList] = field(default_factory=dict)
    add_ons: Mapping[str, LogicalAddOn] = field(default_factory=dict)
    invariants: tuple[Invariant, ...] = ()
    cases: tuple[CaseText, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    """The text of every YAML file that was read, by path relative to the project."""
    list_files: Mapping[str, str] = field(default_factory=dict)
    """The text of every file of addresses that was read, by path relative to the project."""
    password_variables: frozenset[str] = frozenset()
    """Variables for SMTP passwords, named by the person who runs mmctl; never from a file."""
    whole: bool = True
    """Whether it has every rule and resource: none was left out because of an error."""

    @property
    def usual_ingress_point(self) -> str | None:
        """The ingress point of messages that name none: the default one, else the only one."""
        default = self.settings.default_ingress_point
        if default in self.ingress_points:
            return default
        return next(iter(self.ingress_points)) if len(self.ingress_points) == 1 else None

    def of_kind(self, kind: Kind) -> Mapping[str, Resource]:
        """The resources of one kind by logical name."""
        match kind:
            case Kind.RULE_SET:
                return self.rule_sets
            case Kind.TRAFFIC_POLICY:
                return self.traffic_policies
            case Kind.INGRESS_POINT:
                return self.ingress_points
            case Kind.RELAY:
                return self.relays
            case Kind.ARCHIVE:
                return self.archives
            case Kind.ADDRESS_LIST:
                return self.address_lists
            case Kind.ADD_ON:
                return self.add_ons
            case _:
                assert_never(kind)

    def parts_of(self, rule_set: LogicalRuleSet) -> dict[str, LogicalIngressPoint]:
        """The ingress points that a rule set is compiled for apart, by its names: `inbound.mx-in`.

        None where it is compiled for all of them together.
        """
        return {
            f"{rule_set.name}.{point.name}": point
            for point in self.ingress_points.values()
            if rule_set.per_ingress_point and point.ingress_point.rule_set_id == rule_set.name
        }

    def rule_set_of(self, name: str) -> LogicalRuleSet | None:
        """The rule set of a name, or whose part for an ingress point is compiled under it."""
        found = self.rule_sets.get(name)
        if found is not None:
            return found
        return next((each for each in self.rule_sets.values() if name in self.parts_of(each)), None)

    def resources(self) -> Iterator[tuple[Kind, Resource]]:
        """All resources, kind by kind in the order in which they are created."""
        for kind in Kind:
            for resource in self.of_kind(kind).values():
                yield kind, resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One place in a shape that names another resource."""

    kind: Kind
    name: str
    """A logical name, `id:…`, or an ARN."""
    path: Path
