"""Log records of Mail Manager as typed values: what each says, and nothing that it does not say.

Texts are as in the log; nothing is folded or decoded.
Source: "Mail Manager logging", Amazon SES Developer Guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from mmctl.model.logs import ActionStatus
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mmctl.mail.email import Tls


@dataclass(frozen=True, slots=True, kw_only=True)
class IngressRecord:
    """An ingress point accepted a message."""

    at: datetime
    arn: str | None = None
    ingress_point: str | None = None
    """Its live name."""
    ingress_point_id: str | None = None
    ingress_point_type: str | None = None
    message_id: str
    size: int | None = None
    rule_set_id: str | None = None
    source_ip: str | None = None
    mail_from: str | None = None
    """"" is the null sender `<>`."""
    helo: str | None = None
    tls: Tls | None = None
    """Tls.NONE: the record says that there was none."""
    recipients: tuple[str, ...] = ()
    certificate: Mapping[str, tuple[str, ...]] | None = field(default=None, hash=False)
    """What is known of the client's certificate, by `RuleClientCertificateAttribute`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyElement:
    """One step of a traffic policy's answer."""

    kind: str
    """`statement`, `default` or `size`."""
    action: str
    """`ALLOW` or `DENY`."""
    matched: bool
    conditions: tuple[tuple[str, str, tuple[str, ...], bool], ...] = ()
    """Attribute, operator, values and result of each condition, in the spelling of the log."""
    allowed_size: int | None = None
    received_size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRecord:
    """A traffic policy was asked about one recipient."""

    at: datetime
    arn: str | None = None
    ingress_point_id: str | None = None
    ingress_point_type: str | None = None
    session_id: str | None = None
    """The same for all recipients of one message."""
    policy_id: str | None = None
    accepted: bool
    recipient: str
    source_ip: str | None = None
    mail_from: str | None = None
    helo: str | None = None
    tls: Tls | None = None
    elements: tuple[PolicyElement, ...] = ()

    @property
    def decided(self) -> tuple[int, PolicyElement] | None:
        """What decided, with its place from 0; None: the record does not say."""
        verdict = "ALLOW" if self.accepted else "DENY"
        of_kind = [
            (place, each)
            for place, each in enumerate(self.elements)
            if each.matched and each.action == verdict
        ]
        sizes = [found for found in of_kind if found[1].kind == "size"]
        return next(iter(sizes or of_kind), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRecord:
    """What became of one action of a rule."""

    name: str
    """In the spelling of the log: `WRITE_TO_S3`."""
    index: int | None
    """Its place in the rule, from 1."""
    status: str
    """`SUCCESS`, `FAILURE`, `IN_PROGRESS`, or what a newer log says."""
    failure: str | None = None

    @property
    def kind(self) -> str:
        """Its key in the language: `write_to_s3`."""
        return self.name.lower()

    @property
    def done(self) -> bool:
        """Whether it took effect."""
        return self.status == ActionStatus.SUCCESS

    @property
    def failed(self) -> bool:
        """Whether it did not."""
        return self.status == ActionStatus.FAILURE


class RuleKey(NamedTuple):
    """A rule as the log names it: rule set and rule by their live names, its place from 1."""

    rule_set: str | None
    rule: str | None
    number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRecord:
    """A rule did not match a message (no `action`), or one of its actions was carried out."""

    at: datetime
    arn: str | None = None
    message_id: str
    key: RuleKey
    recipients: tuple[str, ...] = ()
    """The recipients that its conditions matched."""
    action: ActionRecord | None = None

    @property
    def rule_set(self) -> str | None:
        """The live name of the rule set."""
        return self.key.rule_set

    @property
    def rule(self) -> str | None:
        """The live name of the rule."""
        return self.key.rule

    @property
    def index(self) -> int | None:
        """The place of the rule in the rule set, from 1."""
        return self.key.number


Record: TypeAlias = IngressRecord | PolicyRecord | RuleRecord
"""One record of a log."""
