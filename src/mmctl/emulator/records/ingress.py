"""Records of an ingress point: one for each accepted message, one for each recipient asked about.

What the service writes and this does not: `trust_store_monitoring`, and of a client's certificate
its validity, where the caller does not know it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator.records.policies import PolicyPieces
from mmctl.emulator.records.texts import compact, listed, milliseconds, or_null, quoted
from mmctl.judge.policy import BY_DEFAULT, TOO_LARGE
from mmctl.mail.email import Tls
from mmctl.model.enums import IngressPointType
from mmctl.model.logs import PolicyVerdict
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mmctl.judge.trace import PolicyTrace
    from mmctl.model.policies import TrafficPolicy

_PROTOCOLS: Final = {Tls.TLS1_2: "TLSv1.2", Tls.TLS1_3: "TLSv1.3"}
_NAMES: Final = (
    "SAN_RFC822_NAME",
    "SAN_DNS_NAME",
    "SAN_DIRECTORY_NAME",
    "SAN_UNIFORM_RESOURCE_IDENTIFIER",
    "SAN_IP_ADDRESS",
    "SAN_REGISTERED_ID",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Who speaks in one SMTP conversation, as records say it."""

    session_id: str
    source_ip: str | None
    helo: str | None
    tls_protocol: str | None = None
    """`TLSv1.3`; None: plain text."""
    tls_cipher: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IngressPieces:
    """The pieces of one ingress point: what is the same in all of its records."""

    start: str
    type: IngressPointType
    id: str
    name: str
    rule_set_id: str
    traffic_policy_id: str | None
    policy: PolicyPieces | None
    secret_arn: str | None

    @classmethod
    def of(
        cls,
        arn: str,
        type_: IngressPointType,
        name: str,
        *,
        rule_set_id: str,
        traffic_policy_id: str | None = None,
        policy: TrafficPolicy | None = None,
        secret_arn: str | None = None,
    ) -> IngressPieces:
        """The pieces of an ingress point, by its ARN and what its configuration names."""
        return cls(
            start=f'{{"resource_arn":{quoted(arn)},"event_timestamp":',
            type=type_,
            id=arn.rpartition("/")[2],
            name=name,
            rule_set_id=rule_set_id,
            traffic_policy_id=traffic_policy_id,
            policy=None if policy is None else PolicyPieces.of(policy),
            secret_arn=secret_arn,
        )

    def accepted(
        self, accepted: Mapping[str, Any], certificate: Mapping[str, Any] | None = None
    ) -> str:
        """The line of an accepted message; `certificate` is what is known beyond its names."""
        session, envelope = accepted["session"], accepted["envelope"]
        protocol, cipher = tls_of(session.get("tls"), accepted.get("tls"))
        return (
            f"{self.start}{milliseconds(accepted['at'])}"
            f',"ingress_point_type":"{self.type.value}"'
            f',"ingress_point_name":{quoted(self.name)}'
            f',"ingress_point_id":{quoted(self.id)}'
            f',"message_id":{quoted(accepted["id"])}'
            f',"message_size_bytes":{int(accepted["size"])}'
            f',"rule_set_id":{quoted(self.rule_set_id)}'
            f',"sender_ip_address":{or_null(session.get("source_ip"))}'
            f',"smtp_mail_from":{or_null(envelope["mail_from"])}'
            f',"smtp_helo":{or_null(session.get("helo"))}'
            f',"tls_protocol":{or_null(protocol)},"tls_cipher_suite":{or_null(cipher)}'
            f',"recipients":{listed(envelope["recipients"])}'
            f',"ingress_point_metadata":{self._metadata(session, certificate)}}}\n'
        )

    def policy_line(
        self,
        client: Client,
        *,
        at: datetime | str,
        mail_from: str | None,
        recipient: str,
        trace: PolicyTrace,
        received: int | None = None,
    ) -> str:
        """The line of a recipient; "" if no traffic policy was asked about it."""
        if self.policy is None or not _asked(trace):
            return ""
        verdict = PolicyVerdict.ACCEPT if trace.admitted.is_true else PolicyVerdict.REJECT
        return (
            f"{self.start}{milliseconds(at)}"
            f',"ingress_point_type":"{self.type.value}"'
            f',"ingress_point_id":{quoted(self.id)}'
            f',"ingress_point_session_id":{quoted(client.session_id)}'
            f',"traffic_policy_id":{or_null(self.traffic_policy_id)}'
            f',"traffic_policy_evaluation":{self.policy.evaluation(trace, received)}'
            f',"traffic_policy_verdict":"{verdict.value}"'
            f',"sender_ip_address":{or_null(client.source_ip)}'
            f',"smtp_mail_from":{or_null(mail_from)}'
            f',"smtp_helo":{or_null(client.helo)}'
            f',"tls_protocol":{or_null(client.tls_protocol)}'
            f',"recipient":{quoted(recipient)}'
            f',"tls_cipher_suite":{or_null(client.tls_cipher)}}}\n'
        )

    def _metadata(self, session: Mapping[str, Any], certificate: Mapping[str, Any] | None) -> str:
        if self.type is IngressPointType.AUTH:
            return compact({"password_version": "", "secrets_manager_arn": self.secret_arn or ""})
        shown = session.get("client_certificate")
        if self.type is not IngressPointType.MTLS or not shown:
            return "{}"
        named = {name.upper(): _texts(values) for name, values in shown.items()}
        details = {
            "common_names": named.get("CN", []),
            "serial_number": next(iter(named.get("SERIAL_NUMBER", [])), ""),
            "subject_alternative_names": [
                value for name in _NAMES for value in named.get(name, [])
            ],
        }
        return compact({"client_certificate_details": details | dict(certificate or {})})


def _texts(values: Any) -> list[str]:
    return [values] if isinstance(values, str) else [str(value) for value in values]


def _asked(trace: PolicyTrace) -> bool:
    """Whether the policy was asked: a closed ingress point and the service's limits ask none."""
    return bool(trace.statements) or trace.by in {BY_DEFAULT, TOO_LARGE}


def tls_of(stated: str | None, seen: Mapping[str, Any] | None) -> tuple[str | None, str | None]:
    """Protocol and cipher: the stated version counts, as it does for the rules."""
    protocol = str(seen["protocol"]) if seen else None
    cipher = seen.get("cipher") if seen else None
    if stated is None:
        return protocol, cipher
    word = next((name for tls, name in _PROTOCOLS.items() if tls.value == stated), None)
    return (word, cipher) if word == protocol else (word, None)
