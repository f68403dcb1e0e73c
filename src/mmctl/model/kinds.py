"""The kinds of resource that Mail Manager keeps: one row each, which all other rooms read.

The names of a kind in files, words, operations, ids and ARNs, and what the service does with it.
How a kind behaves lives in the rooms. `tests/model/test_kinds.py` compares the rows with botocore's
service model; `tests/test_every_kind.py` names what a new row lacks elsewhere.

Resource types in ARNs: "Actions, resources, and condition keys for Amazon SES". What no update
accepts: "Amazon SES Mail Manager API", UpdateIngressPoint, UpdateArchive, UpdateTrafficPolicy; an
address list has no update at all.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias, assert_never

from mmctl.model.logs import LogType
from mmctl.model.policies import TrafficPolicy
from mmctl.model.resources import AddonSubscription, AddressList, Archive, IngressPoint, Relay
from mmctl.model.rules import RuleSet
from mmctl.patterns import Pattern
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

LiveShape: TypeAlias = (
    AddressList | Archive | Relay | AddonSubscription | RuleSet | TrafficPolicy | IngressPoint
)
"""The types of objects in the service, in AWS's words: one for each kind."""


class Kind(StrEnum):
    """The kinds of things a project defines, by the section they are written in.

    In the order of creation: what others need comes first, and is deleted last.
    """

    ADDRESS_LIST = "address_lists"
    ARCHIVE = "archives"
    RELAY = "relays"
    ADD_ON = "add_ons"
    RULE_SET = "rule_sets"
    TRAFFIC_POLICY = "traffic_policies"
    INGRESS_POINT = "ingress_points"

    @property
    def row(self) -> ResourceKind:
        """The row of the kind."""
        return KINDS[self]

    @property
    def noun(self) -> str:
        """The kind as people say it: `address list`, `rule set`, `add-on`."""
        return KINDS[self].noun

    @property
    def plural(self) -> str:
        """Several of the kind: `address lists`, `add-ons`."""
        return KINDS[self].plural

    @property
    def a_noun(self) -> str:
        """One of the kind: `an address list`, `a rule set`."""
        noun = KINDS[self].noun
        return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"

    @property
    def api_noun(self) -> Noun:
        """Its resource in the API: `RuleSet`; an add-on has an instance too."""
        return KINDS[self].api.noun


class Noun(StrEnum):
    """A resource for which the API has Create, Get, List and Delete operations."""

    ADDRESS_LIST = "AddressList"
    ARCHIVE = "Archive"
    RELAY = "Relay"
    ADDON_SUBSCRIPTION = "AddonSubscription"
    ADDON_INSTANCE = "AddonInstance"
    RULE_SET = "RuleSet"
    TRAFFIC_POLICY = "TrafficPolicy"
    INGRESS_POINT = "IngressPoint"

    @property
    def api(self) -> ApiResource:
        """Its row."""
        return API[self]

    @property
    def id_member(self) -> str:
        """The member that holds its id: `RuleSetId`."""
        return f"{self}Id"

    @property
    def arn_member(self) -> str:
        """The member that holds its ARN: `RuleSetArn`."""
        return f"{self}Arn"

    @property
    def name_member(self) -> str:
        """The member that holds its name: `RuleSetName`; an add-on's is its product."""
        return API[self].name_member


class Beside(StrEnum):
    """What the API keeps of an object outside of its Create request, in separate calls."""

    MEMBERS = "Members"
    """The addresses of a list."""
    STATUS = "Status"
    """Whether it accepts mail: ACTIVE or CLOSED."""
    INSTANCE = "Instance"
    """Whether a subscription has its instance."""


STATUS_SENT: Final = "StatusToUpdate"
"""The name of an object's status in an update."""


class Provider(StrEnum):
    """The Terraform providers with resources of Mail Manager."""

    AWS = "aws"
    AWSCC = "awscc"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The member of an answer that holds the status of an object."""

    member: str
    going: str
    """Its value while the object is being deleted: gone, but its name may not be free yet."""
    waits: bool = False
    """Whether an object takes a moment to be created, changed and deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiResource:
    """The names of a resource in operations, ids, ARNs and answers."""

    noun: Noun
    plural: str
    """As in the List operation: `TrafficPolicies`."""
    arn_part: str
    id_prefix: str
    id_length: int = 26
    """How many letters and digits follow the prefix in new ids of the embedded Mail Manager."""
    id_form: Pattern[str] | None = None
    """The form of a well-formed id if it is known; otherwise only the model's pattern applies."""
    name_member: str
    """The member whose value is unique among resources."""
    longest_name: int | None = None
    """In characters; None: the service does not say."""
    created: str = "CreatedTimestamp"
    """The member of an answer that says when it was created."""
    changed: str | None = "LastUpdatedTimestamp"
    """The member of an answer that says when it was last changed."""
    state: State | None = None
    answered: tuple[str, ...] = ()
    """Further members of a Get answer that no Create request takes."""
    answers_id: bool = True
    """Whether a Get answer has the id."""
    get_with: Mapping[str, str] = field(default_factory=dict)
    """Parameters of a Get call that make its answer complete."""
    updates: tuple[str, ...] = ()
    """Members that the Update operation accepts; empty: there is no such operation."""

    @property
    def id_member(self) -> str:
        """The member that holds the id: `RuleSetId`."""
        return self.noun.id_member

    @property
    def arn_member(self) -> str:
        """The member that holds the ARN: `RuleSetArn`."""
        return self.noun.arn_member

    @property
    def only_answered(self) -> tuple[str, ...]:
        """Members of a Get answer that no Create request takes."""
        state = () if self.state is None else (self.state.member,)
        changed = () if self.changed is None else (self.changed,)
        own = (self.id_member,) if self.answers_id else ()
        return (*own, self.arn_member, *state, *self.answered, self.created, *changed)

    def is_going(self, answer: Mapping[str, object]) -> bool:
        """Whether a List or Get answer is about something that is being deleted."""
        return self.state is not None and answer.get(self.state.member) == self.state.going


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceKind:
    """One kind of thing that a project defines."""

    kind: Kind
    shape: type[LiveShape]
    """What its Create operation takes."""
    noun: str
    plural: str
    shown: int
    """Its place in the order in which a plan shows the kinds."""
    written: int
    """Its place in the order of the sections of a file."""
    api: ApiResource
    instance: ApiResource | None = None
    """What is created from a subscription, and named instead of it."""
    always_sent: tuple[str, ...] = ()
    """Lists that an update must send even if they are empty (terraform-provider-aws issue
    49366)."""
    fixed: Mapping[str, str] = field(default_factory=dict)
    """Members that cannot change, in words: the object is replaced."""
    server_filled: tuple[str, ...] = ()
    """Members that the service chooses if a request leaves them out."""
    stand_ins: Mapping[str, object] = field(default_factory=dict)
    """Members that a shape requires, with the values to use if a newer API answers something that
    is unknown here."""
    keys: tuple[str, ...] = ()
    """Members that name an AWS KMS key."""
    beside: tuple[Beside, ...] = ()
    logs: tuple[LogType, ...] = ()
    """The logs that it sends; CloudWatch Logs keeps where they are delivered."""
    named_by: tuple[str, ...] = ()
    """Members of conditions and actions that name one of the kind."""
    by_arn: bool = False
    """Whether those members take its ARN; otherwise its id."""
    counts: Mapping[str, str] = field(default_factory=dict)
    """Lists of a Create request with the names of their items, to describe a deleted object."""
    loses: str | None = None
    """What is permanently lost if it is deleted, in words."""
    provider: Provider
    """The Terraform provider that can express most of it."""

    @property
    def referred(self) -> ApiResource:
        """What a reference names; for an add-on, its instance."""
        return self.instance or self.api

    @property
    def resources(self) -> tuple[ApiResource, ...]:
        """All of its resources in the API."""
        return (self.api,) if self.instance is None else (self.api, self.instance)

    @property
    def updatable(self) -> tuple[str, ...]:
        """Members that can change in place; an instance is created, without an update."""
        status = [Beside.STATUS.value] if STATUS_SENT in self.api.updates else []
        instance = [Beside.INSTANCE.value] if Beside.INSTANCE in self.beside else []
        sent = [member for member in self.api.updates if member != STATUS_SENT]
        return (*sent, *status, *instance)

    @property
    def name_is_fixed(self) -> bool:
        """Whether the service cannot rename it: another name is another object."""
        return self.api.name_member not in self.updatable

    @property
    def waited_for(self) -> bool:
        """Whether it takes a moment to be created, changed and deleted."""
        return self.api.state is not None and self.api.state.waits

    @property
    def sends_logs(self) -> bool:
        """Whether its logs can be delivered."""
        return bool(self.logs)


# Forms of ids: `rs-` and `tp-` with 26 characters were seen at the service, where a malformed id
# fails before existence is looked at. For archives the model has a pattern on its search
# operations. Ids of ingress points are `inp-` and 24 of base32, seen as SMTP user names; older ones
# of the embedded Mail Manager have 26.
_ROWS: Final = (
    ResourceKind(
        kind=Kind.ADDRESS_LIST,
        shape=AddressList,
        noun="address list",
        plural="address lists",
        shown=4,
        written=6,
        api=ApiResource(
            noun=Noun.ADDRESS_LIST,
            plural="AddressLists",
            arn_part="mailmanager-address-list",
            id_prefix="al-",
            name_member="AddressListName",
            longest_name=255,
        ),
        beside=(Beside.MEMBERS,),
        named_by=("AddressLists",),
        by_arn=True,
        provider=Provider.AWSCC,
    ),
    ResourceKind(
        kind=Kind.ARCHIVE,
        shape=Archive,
        noun="archive",
        plural="archives",
        shown=5,
        written=5,
        api=ApiResource(
            noun=Noun.ARCHIVE,
            plural="Archives",
            arn_part="mailmanager-archive",
            id_prefix="a-",
            id_form=Pattern(r"a-\w{1,64}", re.ASCII),
            name_member="ArchiveName",
            longest_name=64,
            state=State(member="ArchiveState", going="PENDING_DELETION"),
            updates=("ArchiveName", "Retention"),
        ),
        fixed={"KmsKeyArn": "the key"},
        keys=("KmsKeyArn",),
        server_filled=("Retention",),
        named_by=("TargetArchive",),
        loses="the mail in it",
        provider=Provider.AWS,
    ),
    ResourceKind(
        kind=Kind.RELAY,
        shape=Relay,
        noun="relay",
        plural="relays",
        shown=6,
        written=4,
        api=ApiResource(
            noun=Noun.RELAY,
            plural="Relays",
            arn_part="mailmanager-smtp-relay",
            id_prefix="r-",
            name_member="RelayName",
            longest_name=100,
            changed="LastModifiedTimestamp",
            updates=("RelayName", "ServerName", "ServerPort", "Authentication"),
        ),
        stand_ins={"Authentication": {"NoAuthentication": {}}},
        named_by=("Relay",),
        provider=Provider.AWS,
    ),
    ResourceKind(
        kind=Kind.ADD_ON,
        shape=AddonSubscription,
        noun="add-on",
        plural="add-ons",
        shown=7,
        written=7,
        api=ApiResource(
            noun=Noun.ADDON_SUBSCRIPTION,
            plural="AddonSubscriptions",
            arn_part="addon-subscription",
            id_prefix="as-",
            name_member="AddonName",
            changed=None,
            answers_id=False,
        ),
        instance=ApiResource(
            noun=Noun.ADDON_INSTANCE,
            plural="AddonInstances",
            arn_part="addon-instance",
            id_prefix="ai-",
            name_member="AddonSubscriptionId",
            changed=None,
            answered=("AddonName",),
            answers_id=False,
        ),
        beside=(Beside.INSTANCE,),
        named_by=("Analyzer",),
        by_arn=True,
        provider=Provider.AWSCC,
    ),
    ResourceKind(
        kind=Kind.RULE_SET,
        shape=RuleSet,
        noun="rule set",
        plural="rule sets",
        shown=1,
        written=1,
        api=ApiResource(
            noun=Noun.RULE_SET,
            plural="RuleSets",
            arn_part="mailmanager-rule-set",
            id_prefix="rs-",
            id_form=Pattern(r"rs-[a-zA-Z0-9]{26}"),
            name_member="RuleSetName",
            longest_name=100,
            created="CreatedDate",
            changed="LastModificationDate",
            updates=("RuleSetName", "Rules"),
        ),
        counts={"Rules": "rule"},
        logs=(LogType.APPLICATION_LOGS,),
        provider=Provider.AWS,
    ),
    ResourceKind(
        kind=Kind.TRAFFIC_POLICY,
        shape=TrafficPolicy,
        noun="traffic policy",
        plural="traffic policies",
        shown=2,
        written=2,
        api=ApiResource(
            noun=Noun.TRAFFIC_POLICY,
            plural="TrafficPolicies",
            arn_part="mailmanager-traffic-policy",
            id_prefix="tp-",
            id_form=Pattern(r"tp-[a-zA-Z0-9]{26}"),
            name_member="TrafficPolicyName",
            longest_name=63,
            updates=(
                "TrafficPolicyName",
                "PolicyStatements",
                "DefaultAction",
                "MaxMessageSizeBytes",
            ),
        ),
        always_sent=("PolicyStatements",),
        counts={"PolicyStatements": "statement"},
        stand_ins={"DefaultAction": "DENY"},
        provider=Provider.AWS,
    ),
    ResourceKind(
        kind=Kind.INGRESS_POINT,
        shape=IngressPoint,
        noun="ingress point",
        plural="ingress points",
        shown=3,
        written=3,
        api=ApiResource(
            noun=Noun.INGRESS_POINT,
            plural="IngressPoints",
            arn_part="mailmanager-ingress-point",
            id_prefix="inp-",
            id_length=24,
            id_form=Pattern(r"inp-[a-zA-Z0-9]+"),
            name_member="IngressPointName",
            longest_name=63,
            state=State(member="Status", going="DEPROVISIONING", waits=True),
            answered=("ARecord",),
            get_with={"IncludeTrustStoreContents": "INCLUDE"},
            updates=(
                "IngressPointName",
                STATUS_SENT,
                "RuleSetId",
                "TrafficPolicyId",
                "IngressPointConfiguration",
                "TlsPolicy",
            ),
        ),
        fixed={"Type": "`Type`", "NetworkConfiguration": "`NetworkConfiguration`"},
        server_filled=("NetworkConfiguration", "TlsPolicy"),
        stand_ins={"Type": "OPEN"},
        beside=(Beside.STATUS,),
        logs=(LogType.APPLICATION_LOGS, LogType.TRAFFIC_POLICY_DEBUG_LOGS),
        provider=Provider.AWS,
    ),
)

KINDS: Final[Mapping[Kind, ResourceKind]] = {row.kind: row for row in _ROWS}
"""The rows, in the order of creation."""
API: Final[Mapping[Noun, ApiResource]] = {
    resource.noun: resource for row in _ROWS for resource in row.resources
}
"""The resources in the API, in the order of creation."""
KIND_OF: Final[Mapping[Noun, Kind]] = {
    resource.noun: row.kind for row in _ROWS for resource in row.resources
}
SHOWN: Final = tuple(sorted(Kind, key=lambda kind: kind.row.shown))
"""The kinds in the order in which a plan shows them."""
WRITTEN: Final = tuple(sorted(Kind, key=lambda kind: kind.row.written))
"""The kinds in the order of the sections of a file."""
SENDING: Final = tuple(kind for kind in Kind if kind.row.sends_logs)
"""The kinds whose logs can be delivered."""
LINGERING: Final = tuple(
    row.kind for row in _ROWS if row.api.state is not None and not row.api.state.waits
)
"""The kinds that stay for a long time after they are deleted: nobody waits for these."""
WAITED_FOR: Final = tuple(kind for kind in Kind if kind.row.waited_for)
"""The kinds that take a moment to be created, changed and deleted."""
_REQUESTED: Final = {
    str(member.alias) for row in _ROWS for member in row.shape.model_fields.values()
}
NAMEABLE: Final = tuple(
    row.kind for row in _ROWS if row.named_by or row.api.id_member in _REQUESTED
)
"""The kinds that others name: in conditions and actions, or by id in a request."""
NAMED_BY: Final[Mapping[str, Kind]] = {member: row.kind for row in _ROWS for member in row.named_by}
"""Members of conditions and actions that name a resource: the kind that they name."""


def live_name_of(shape: LiveShape) -> str:
    """The member of a shape that names the object in the service."""
    match shape:
        case AddressList():
            return shape.address_list_name
        case Archive():
            return shape.archive_name
        case Relay():
            return shape.relay_name
        case AddonSubscription():
            return shape.addon_name
        case RuleSet():
            return shape.rule_set_name
        case TrafficPolicy():
            return shape.traffic_policy_name
        case IngressPoint():
            return shape.ingress_point_name
        case _:
            assert_never(shape)
