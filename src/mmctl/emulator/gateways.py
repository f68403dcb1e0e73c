"""The ingress points of the state, ready to take and judge mail.

`PointGateways` reads the state again when another process has changed it, and when a timed state
ends. What has not changed keeps its value, so that nothing is compiled again. The configuration
that judges a message is kept as a document under its digest, so that anybody can judge it again.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator.journal import IngressPointName, ResourceName
from mmctl.judge.compare import Members
from mmctl.judge.submission import Gateway
from mmctl.judge.unwritten_rule import unwritten_rule
from mmctl.language.readings import CHOICES, Readings
from mmctl.model.enums import IngressPointType, IpType
from mmctl.model.kinds import Noun
from mmctl.model.policies import TrafficPolicy
from mmctl.model.rules import Rule
from mmctl.model.shape import ShapeError
from mmctl.problem import Position
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from mmctl.emulator.database import Database
    from mmctl.emulator.store import ResourceStore, Scope, StoredResource
    from mmctl.language.project import LogicalRule

    Body = Mapping[str, Any]

GATEWAY_SCHEMA: Final = "mmctl/gateway@1"
_NOWHERE: Final = Position("the rule set of the embedded Mail Manager")
_VOLATILE: Final = ("Status", "Coming", "PasswordDigest", "PreviousPasswordDigest")
"""Members of an ingress point that say nothing about how mail is judged, or are secret."""
_DIGEST_LENGTH: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class PointCredentials:
    """How clients of an ingress point prove who they are; nothing here is sent to anybody."""

    password_version: str | None = None
    password_digest: str | None = None
    previous_version: str | None = None
    previous_digest: str | None = None
    previous_until: float = 0.0
    secret_arn: str | None = None
    trusted: str | None = None
    """The certificates of the trust store, in PEM."""
    revoked: str | None = None
    """Its revocation lists, in PEM."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """One configuration of an ingress point, as its document has it: what judges mail."""

    point: IngressPointName
    arn: str
    account: str
    region: str
    rule_set: ResourceName
    rule_set_arn: str
    traffic_policy: ResourceName
    gateway: Gateway
    relays: Mapping[str, Body]
    """Bodies of the API, by id and by ARN."""
    archives: Mapping[str, Body]
    """Bodies of the API, by id, by ARN and by name."""
    digest: str
    document: Body = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """An ingress point as it is now."""

    id: str
    name: str
    type: str
    account: str
    region: str
    status: str
    """As the API says it; UPDATING already counts as what it becomes."""
    tls_policy: str
    credentials: PointCredentials = field(repr=False)
    configured: Configured | None
    """None: mmctl cannot read its configuration."""
    problem: str | None = None
    """Why it cannot be read."""

    @property
    def point(self) -> IngressPointName:
        """Its id, name and type."""
        return IngressPointName(id=self.id, name=self.name, type=self.type)


class PointGateways:
    """The ingress points of a state file, read again whenever they may have changed."""

    def __init__(
        self,
        database: Database,
        store: ResourceStore,
        *,
        clock: Callable[[], datetime],
        readings: Readings,
    ) -> None:
        self._database = database
        self._store = store
        self._clock = clock
        self._readings = readings
        self._version: int | None = None
        self._until = float("inf")
        self._served: dict[str, Served] = {}
        self._known: dict[str, Configured | ShapeError] = {}

    def current(self) -> Mapping[str, Served]:
        """The ingress points by id, in the order of their creation.

        Raises:
            CouldNot, UsageError: the state cannot be read.
        """
        version = self._database.version()
        if version != self._version or self._clock().timestamp() >= self._until:
            self._read()
            self._version = version
        return self._served

    def _read(self) -> None:
        now = self._clock().timestamp()
        self._until = float("inf")
        with self._database.transaction(write=False):
            found = [
                served
                for scope in self._store.scopes(Noun.INGRESS_POINT)
                for served in self._points(scope, now)
            ]
        found.sort(key=lambda each: each[0])
        self._served = {served.id: served for _, served in found}
        used = {served.configured.digest for _, served in found if served.configured}
        self._known = {digest: known for digest, known in self._known.items() if digest in used}

    def _points(self, scope: Scope, now: float) -> Iterable[tuple[int, Served]]:
        points = list(self._store.all(scope, Noun.INGRESS_POINT, now))
        if not points:
            return
        parts = _PointParts.read(self._store, scope, now)
        for each in parts.timed(points):
            if each > now:
                self._until = min(self._until, each)
        for point in points:
            yield point.sequence, self._one(point, parts, now)

    def _one(self, point: StoredResource, parts: _PointParts, now: float) -> Served:
        body = point.body
        document = parts.document(point, self._readings)
        text = json.dumps(document, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]
        known = self._known.get(digest)
        if known is None:
            try:
                known = configured_by(document, digest)
            except ShapeError as error:
                known = error
            self._known[digest] = known
        broken = isinstance(known, ShapeError)
        return Served(
            id=point.id,
            name=body["IngressPointName"],
            type=body["Type"],
            account=parts.scope.account,
            region=parts.scope.region,
            status=_status(body, now),
            tls_policy=body["TlsPolicy"],
            credentials=_credentials(body),
            configured=None if isinstance(known, ShapeError) else known,
            problem=str(known) if broken else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _PointParts:
    """What ingress points of one account and region are made of."""

    scope: Scope
    policies: dict[str, StoredResource]
    rule_sets: dict[str, StoredResource]
    lists: dict[str, tuple[StoredResource, list[str]]]
    """By ARN."""
    add_ons: dict[str, StoredResource]
    """By ARN."""
    relays: list[StoredResource]
    archives: list[StoredResource]

    @classmethod
    def read(cls, store: ResourceStore, scope: Scope, now: float) -> _PointParts:
        """Read them."""

        def of(noun: Noun) -> list[StoredResource]:
            return list(store.all(scope, noun, now))

        return cls(
            scope=scope,
            policies={each.id: each for each in of(Noun.TRAFFIC_POLICY)},
            rule_sets={each.id: each for each in of(Noun.RULE_SET)},
            lists={each.arn: (each, store.all_members(each)) for each in of(Noun.ADDRESS_LIST)},
            add_ons={each.arn: each for each in of(Noun.ADDON_INSTANCE)},
            relays=of(Noun.RELAY),
            archives=[each for each in of(Noun.ARCHIVE) if each.body["ArchiveState"] == "ACTIVE"],
        )

    def timed(self, points: Iterable[StoredResource]) -> Iterable[float]:
        """When something here will be different although nobody changes it."""
        for point in points:
            if point.gone_at is not None:
                yield point.gone_at
            if "Coming" in point.body:
                yield point.body["Coming"]["At"]

    def document(self, point: StoredResource, readings: Readings) -> dict[str, Any]:
        """All that judges the mail of an ingress point, without secrets."""
        policy = self.policies[point.body["TrafficPolicyId"]].body
        rule_set = self.rule_sets[point.body["RuleSetId"]].body
        text = json.dumps([policy, rule_set])
        named = [arn for arn in self.lists if json.dumps(arn) in text]
        return {
            "schema": GATEWAY_SCHEMA,
            "account": self.scope.account,
            "region": self.scope.region,
            "ingress_point": {
                name: value for name, value in point.body.items() if name not in _VOLATILE
            },
            "traffic_policy": policy,
            "rule_set": rule_set,
            "address_lists": [
                {**self.lists[arn][0].body, "Addresses": self.lists[arn][1]} for arn in named
            ],
            "add_ons": [each.body for arn, each in self.add_ons.items() if json.dumps(arn) in text],
            "relays": [each.body for each in self.relays if _is_named(each, text)],
            "archives": [each.body for each in self.archives if _is_named(each, text)],
            "readings": {name: readings.choice(name) for name in CHOICES},
        }


def _is_named(resource: StoredResource, text: str) -> bool:
    """Whether a text in JSON names a resource, by id, ARN or name."""
    return resource.id in text or (resource.name is not None and json.dumps(resource.name) in text)


def gateway_of_document(document: Body) -> Gateway:
    """What judges mail, from the document of a configuration.

    Raises:
        ShapeError, KeyError: it is no such document.
    """
    names = {each["AddonInstanceArn"]: each["AddonName"] for each in document["add_ons"]}
    point = document["ingress_point"]
    public = point["NetworkConfiguration"].get("PublicNetworkConfiguration")
    return Gateway(
        rules=_rules(document["rule_set"]["Rules"], names),
        policy=_policy(document["traffic_policy"], names),
        lists={
            each["AddressListArn"]: Members.of(tuple(each["Addresses"]))
            for each in document["address_lists"]
        },
        readings=Readings.of(
            {name: choice for name, choice in document["readings"].items() if name in CHOICES}
        ),
        certificates=point["Type"] == IngressPointType.MTLS,
        ip_type=None if public is None else IpType(public["IpType"]),
    )


def configured_by(document: Body, digest: str) -> Configured:
    """One configuration, from its document.

    Raises:
        ShapeError, KeyError: it is no such document.
    """
    point, rule_set = document["ingress_point"], document["rule_set"]
    policy = document["traffic_policy"]
    return Configured(
        point=IngressPointName(
            id=point["IngressPointId"], name=point["IngressPointName"], type=point["Type"]
        ),
        arn=point["IngressPointArn"],
        account=document["account"],
        region=document["region"],
        rule_set=ResourceName(id=rule_set["RuleSetId"], name=rule_set["RuleSetName"]),
        rule_set_arn=rule_set["RuleSetArn"],
        traffic_policy=ResourceName(id=policy["TrafficPolicyId"], name=policy["TrafficPolicyName"]),
        gateway=gateway_of_document(document),
        relays={
            key: each for each in document["relays"] for key in (each["RelayId"], each["RelayArn"])
        },
        archives={
            key: each
            for each in document["archives"]
            for key in (each["ArchiveName"], each["ArchiveId"], each["ArchiveArn"])
        },
        digest=digest,
        document=document,
    )


def _rules(rules: Iterable[Body], add_ons: Mapping[str, str]) -> tuple[LogicalRule, ...]:
    shapes = [Rule.logical(_with_names(rule, add_ons)) for rule in rules]
    return tuple(
        unwritten_rule(shape, shape.name or f"rule {place}", _NOWHERE)
        for place, shape in enumerate(shapes, 1)
    )


def _policy(policy: Body, add_ons: Mapping[str, str]) -> TrafficPolicy:
    members = {
        name: policy[name]
        for name in (
            "TrafficPolicyName",
            "PolicyStatements",
            "DefaultAction",
            "MaxMessageSizeBytes",
        )
        if name in policy
    }
    return TrafficPolicy.logical(_with_names(members, add_ons))


def _with_names(value: Any, add_ons: Mapping[str, str]) -> Any:
    """The same members with add-ons by the name of their product instead of an ARN."""
    if not add_ons:
        return value
    if isinstance(value, dict):
        return {
            name: add_ons.get(held, held)
            if name == "Analyzer" and isinstance(held, str)
            else _with_names(held, add_ons)
            for name, held in value.items()
        }
    if isinstance(value, list):
        return [_with_names(each, add_ons) for each in value]
    return value


def _status(body: Body, now: float) -> str:
    """The status by now; a change of an ingress point counts from its beginning."""
    coming = body.get("Coming")
    if coming and (coming["At"] <= now or body["Status"] == "UPDATING"):
        return str(coming["Status"])
    return str(body["Status"])


def _credentials(body: Body) -> PointCredentials:
    known = body.get("IngressPointAuthConfiguration", {})
    password = known.get("IngressPointPasswordConfiguration", {})
    store = known.get("TlsAuthConfiguration", {}).get("TrustStore", {})
    return PointCredentials(
        password_version=password.get("SmtpPasswordVersion"),
        password_digest=body.get("PasswordDigest"),
        previous_version=password.get("PreviousSmtpPasswordVersion"),
        previous_digest=body.get("PreviousPasswordDigest"),
        previous_until=password.get("PreviousSmtpPasswordExpiryTimestamp", 0.0),
        secret_arn=known.get("SecretArn"),
        trusted=store.get("CAContent"),
        revoked=store.get("CrlContent"),
    )
