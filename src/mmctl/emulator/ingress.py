"""Ingress points: types, networks, TLS policies, credentials, and states that take time.

Source: https://docs.aws.amazon.com/ses/latest/dg/eb-ingress.html
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator.resource import Body, Resource
from mmctl.emulator.service_error import conflict, invalid
from mmctl.model.kinds import Kind, Noun
from mmctl.model.quotas import account_quotas

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.emulator.call import Call
    from mmctl.emulator.rules import UsedByIngressPoints
    from mmctl.emulator.store import StoredResource

IPV4: Final = {"PublicNetworkConfiguration": {"IpType": "IPV4"}}
MISSING_VPC_ENDPOINT: Final = "vpce-00000000000000000"
"""The embedded service has no networks: this id is that of an endpoint that does not exist."""

PREVIOUS_PASSWORD_SECONDS: Final = 14 * 24 * 3600
A_RECORD_LENGTH: Final = 12
"""How many letters and digits are in the first label of an A record."""
ON_THE_WAY: Final = ("PROVISIONING", "UPDATING", "DEPROVISIONING")
CREDENTIALS: Final = {
    "OPEN": (),
    "AUTH": ("SmtpPassword", "SecretArn"),
    "MTLS": ("TlsAuthConfiguration",),
}


class IngressPoints(Resource):
    """Ingress points; `parts` are the kinds that each of them names."""

    def __init__(self, rule_sets: UsedByIngressPoints, policies: UsedByIngressPoints) -> None:
        super().__init__(Noun.INGRESS_POINT)
        self._parts = {Noun.RULE_SET.id_member: rule_sets, Noun.TRAFFIC_POLICY.id_member: policies}

    def get(self, call: Call) -> Body:
        """Return an ingress point; a trust store only when its contents are requested."""
        body = super().get(call)
        if call.parameters.get("IncludeTrustStoreContents") == "INCLUDE":
            return body
        return _without_trust_store(body)

    def refuse_over_quota(self, call: Call, asked: Mapping[str, Any]) -> None:
        """Refuse one more ingress point of a type than the account may have."""
        points = call.store.named(call.scope, self.noun, call.now)
        for quota in account_quotas(Kind.INGRESS_POINT):
            if quota.type != asked["Type"]:
                continue
            most = call.most(quota)
            if sum(point.body["Type"] == quota.type for point in points) >= most:
                raise call.over_quota(
                    f"The account has reached its quota of {most} ingress points"
                    f" of type {quota.type}"
                )

    def filled(self, call: Call, asked: Body, record: StoredResource) -> Body:
        """Look up what is named, fill in network, TLS policy and A record, begin PROVISIONING."""
        del record
        self._refuse_missing_parts(call, asked)
        network = asked.get("NetworkConfiguration", IPV4)
        body = {**asked, "NetworkConfiguration": network}
        credentials = body.pop("IngressPointConfiguration", None)
        _check_credentials(asked["Type"], credentials)
        if credentials is not None:
            body.update(_authentication(call, credentials, {}))
        body["TlsPolicy"] = _tls_policy(call, body, asked.get("TlsPolicy"))
        if "PublicNetworkConfiguration" in network:
            body["ARecord"] = _a_record(call, body["TlsPolicy"])
        else:
            self._refuse_shared_endpoint(call, network)
        missing = network.get("PrivateNetworkConfiguration", {}).get("VpcEndpointId")
        end = "ACTIVE"
        if missing == MISSING_VPC_ENDPOINT:
            end = "ASSOCIATED_VPC_ENDPOINT_DOES_NOT_EXIST"
        return body | _on_the_way(call, "PROVISIONING", end)

    def change(self, call: Call, record: StoredResource, changes: Body) -> None:
        """Change what can be changed in place, and begin UPDATING."""
        _refuse_on_the_way(record, ON_THE_WAY)
        self._refuse_missing_parts(call, changes)
        body, changes = record.body, dict(changes)
        end = changes.pop("StatusToUpdate", body["Status"])
        credentials = changes.pop("IngressPointConfiguration", None)
        if credentials is not None:
            _check_credentials(body["Type"], credentials)
            body.update(_authentication(call, credentials, body))
        if changes.get("TlsPolicy", body["TlsPolicy"]) != body["TlsPolicy"]:
            _check_tls_change(call, body, changes["TlsPolicy"])
        body.update(changes | _on_the_way(call, "UPDATING", end))

    def refuse_in_use(self, call: Call, record: StoredResource) -> None:
        """Refuse to delete an ingress point that is still being set up or changed."""
        del call
        _refuse_on_the_way(record, ("PROVISIONING", "UPDATING"))

    def dispose(self, call: Call, record: StoredResource) -> None:
        """Begin DEPROVISIONING; the ingress point is gone when that ends."""
        if record.body["Status"] != "DEPROVISIONING":
            record.body["Status"] = "DEPROVISIONING"
            record.token = None
            record.gone_at = _ready_at(call)
            call.store.save(record)

    def settled(self, call: Call, record: StoredResource) -> StoredResource:
        """Return the ingress point in its state by now; nothing runs between calls."""
        coming = record.body.get("Coming")
        if coming and coming["At"] <= call.now:
            del record.body["Coming"]
            record.body["Status"] = coming["Status"]
        return record

    def _refuse_missing_parts(self, call: Call, named: Mapping[str, Any]) -> None:
        for member, resource in self._parts.items():
            if member in named and resource.look_up(call, named[member]) is None:
                raise call.missing(f"{resource.noun} not found: {named[member]}")

    def _refuse_shared_endpoint(self, call: Call, network: Body) -> None:
        """One VPC endpoint serves one ingress point."""
        for point in call.store.all(call.scope, self.noun, call.now):
            if point.body["NetworkConfiguration"] == network:
                endpoint = network["PrivateNetworkConfiguration"]["VpcEndpointId"]
                raise conflict(f"VPC endpoint {endpoint} is in use by ingress point {point.id}")


def allowed_tls_policies(type_: str, *, private: bool, region: str) -> tuple[str, ...]:
    """Return the TLS policies that an ingress point can have, the default first.

    FIPS exists only in the regions of the United States and Canada. It is the default there, and
    the only one that a public ingress point with authentication can have there.
    """
    flexible = type_ == "OPEN" or (type_ == "AUTH" and private)
    plain = ("REQUIRED", "OPTIONAL") if flexible else ("REQUIRED",)
    if not region.startswith(("us-", "ca-")):
        return plain
    return ("FIPS", *plain) if flexible or private else ("FIPS",)


def password_digest(version: str, password: str) -> str:
    """Return what is kept of an SMTP password: enough to compare one, not to read it."""
    return hashlib.scrypt(password.encode(), salt=version.encode(), n=2**12, r=8, p=1).hex()


def _check_credentials(type_: str, credentials: Body | None) -> None:
    allowed = CREDENTIALS[type_]
    if credentials is None and not allowed:
        return
    got = next(iter(credentials)) if credentials else "none"
    if got not in allowed:
        expected = " or ".join(allowed) or "none"
        raise invalid(
            f"Value at 'ingressPointConfiguration' does not suit an ingress point of type {type_}:"
            f" expected {expected}, got {got}"
        )


def _authentication(call: Call, credentials: Body, old: Body) -> Body:
    """Return what is kept of credentials: of a password only its version and a digest."""
    if "SmtpPassword" not in credentials:
        return {
            "IngressPointAuthConfiguration": credentials,
            "PreviousPasswordDigest": None,
            "PasswordDigest": None,
        }
    version = call.new_id()
    shown: Body = {"SmtpPasswordVersion": version}
    earlier = old.get("IngressPointAuthConfiguration", {}).get("IngressPointPasswordConfiguration")
    if earlier:
        shown |= {
            "PreviousSmtpPasswordVersion": earlier["SmtpPasswordVersion"],
            "PreviousSmtpPasswordExpiryTimestamp": call.now + PREVIOUS_PASSWORD_SECONDS,
        }
    return {
        "IngressPointAuthConfiguration": {"IngressPointPasswordConfiguration": shown},
        "PreviousPasswordDigest": old.get("PasswordDigest"),
        "PasswordDigest": password_digest(version, credentials["SmtpPassword"]),
    }


def _tls_policy(call: Call, body: Body, asked: str | None) -> str:
    allowed = _allowed(call, body)
    policy = asked or allowed[0]
    if policy not in allowed:
        raise invalid(
            f"Value '{policy}' at 'tlsPolicy' is not possible for this ingress point in"
            f" {call.scope.region}: expected one of [{', '.join(allowed)}]"
        )
    return policy


def _check_tls_change(call: Call, body: Body, wanted: str) -> None:
    if "FIPS" in (wanted, body["TlsPolicy"]):
        raise invalid(
            f"Value '{wanted}' at 'tlsPolicy' is not possible: FIPS is for good,"
            f" got a change from {body['TlsPolicy']}"
        )
    _tls_policy(call, body, wanted)


def _allowed(call: Call, body: Body) -> tuple[str, ...]:
    private = "PrivateNetworkConfiguration" in body["NetworkConfiguration"]
    return allowed_tls_policies(body["Type"], private=private, region=call.scope.region)


def _on_the_way(call: Call, status: str, end: str) -> Body:
    return {"Status": status, "Coming": {"Status": end, "At": _ready_at(call)}}


def _ready_at(call: Call) -> float:
    """When a change ends; one that takes no time has ended even for a clock that goes back."""
    return call.now + call.settle_seconds if call.settle_seconds else 0.0


def _refuse_on_the_way(record: StoredResource, states: tuple[str, ...]) -> None:
    status = record.body["Status"]
    if status in states:
        raise conflict(f"IngressPoint {record.id} is {status}")


def _a_record(call: Call, tls_policy: str) -> str:
    """Return a host name in the service's form, in a domain that no mail can reach by mistake.

    At the service it is `abcdefgh2345.abcd.mail-manager-smtp.amazonaws.com`, or `….fips.abcd.…`.
    """
    fips = "fips." if tls_policy == "FIPS" else ""
    return f"{call.new_id()[-A_RECORD_LENGTH:]}.{fips}embd.mail-manager-smtp.example.com"


def _without_trust_store(body: Body) -> Body:
    authentication = body.get("IngressPointAuthConfiguration", {})
    if "TlsAuthConfiguration" not in authentication:
        return body
    shown = {**authentication, "TlsAuthConfiguration": {}}
    return {**body, "IngressPointAuthConfiguration": shown}
