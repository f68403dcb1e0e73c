"""SES v2 and Service Quotas: what an account may send, and its limits. Read-only.

Operations: Amazon SES API v2 Reference, GetAccount, GetEmailIdentity; Service Quotas API Reference,
GetServiceQuota, GetAWSDefaultServiceQuota.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.live.aws.permission import NotThere, asked
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable


_UNKNOWN_QUOTA: Final = "NoSuchResourceException"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingAccount:
    """How much SES sends for an account."""

    production: bool
    """False: the account is in the sandbox."""
    enabled: bool
    """Whether sending is enabled."""
    a_day: float
    """How many messages in 24 hours; below 0: no limit."""
    sent: float
    """How many in the last 24 hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SesIdentity:
    """A domain or address that SES may know."""

    verified: bool
    status: str
    tokens: tuple[str, ...] = ()
    """The tokens of its DKIM records."""


class SesSending:
    """SES v2 and Service Quotas of one account and region.

    Every method raises CouldNot, or NoPermission with the action that is missing.
    """

    def __init__(self, clients: Callable[[str], Any]) -> None:
        self._clients = clients

    def account(self) -> SendingAccount:
        """What the account may send."""
        with asked("ses:GetAccount"):
            found = self._clients("sesv2").get_account()
            quota = found.get("SendQuota") or {}
            return SendingAccount(
                production=bool(found["ProductionAccessEnabled"]),
                enabled=bool(found.get("SendingEnabled", True)),
                a_day=float(quota.get("Max24HourSend", -1)),
                sent=float(quota.get("SentLast24Hours", 0)),
            )

    def identity(self, name: str) -> SesIdentity | None:
        """An identity; None: there is none of this name."""
        try:
            with asked("ses:GetEmailIdentity", "NotFoundException"):
                found = self._clients("sesv2").get_email_identity(EmailIdentity=name)
                return SesIdentity(
                    verified=bool(found.get("VerifiedForSendingStatus")),
                    status=str(found.get("VerificationStatus", "")),
                    tokens=_tokens(found.get("DkimAttributes")),
                )
        except NotThere:
            return None

    def quota(self, service: str, code: str) -> float | None:
        """The value of a quota; None: Service Quotas does not know it."""
        client = self._clients("service-quotas")
        wanted = {"ServiceCode": service, "QuotaCode": code}
        try:
            with asked("servicequotas:GetServiceQuota", _UNKNOWN_QUOTA):
                return float(client.get_service_quota(**wanted)["Quota"]["Value"])
        except NotThere:
            pass
        try:
            with asked("servicequotas:GetAWSDefaultServiceQuota", _UNKNOWN_QUOTA):
                return float(client.get_aws_default_service_quota(**wanted)["Quota"]["Value"])
        except NotThere:
            return None


def _tokens(attributes: Any) -> tuple[str, ...]:
    tokens = attributes.get("Tokens") if isinstance(attributes, dict) else None
    return tuple(each for each in tokens or () if isinstance(each, str))
