"""What SES says of domains and of the account: verified or awaited, in the sandbox or out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import CouldNot
from mmctl.live.aws.answers import reading
from mmctl.live.state.service import ServiceAnswer
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

_DENIED: Final = frozenset({"AccessDeniedException", "AccessDenied"})
_MISSING: Final = frozenset({"NotFoundException", "404"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitedIdentity:
    """A domain that SES has not verified yet, and the records that it waits for."""

    domain: str
    records: tuple[tuple[str, str], ...]
    """Names and values of CNAME records; none: SES has not said them yet."""


def awaited_identities(client: Any, domains: Iterable[str]) -> tuple[AwaitedIdentity, ...]:
    """The domains that are not verified.

    Raises:
        CouldNot: SES cannot be asked.
    """
    found = (_awaited(client, domain) for domain in domains)
    return tuple(each for each in found if each is not None)


def in_sandbox(client: Any) -> bool:
    """Whether the account may send to verified addresses alone.

    Raises:
        CouldNot: SES cannot be asked.
    """
    try:
        with reading("GetAccount"):
            return not client.get_account().get("ProductionAccessEnabled", False)
    except ServiceAnswer as answered:
        raise _could_not(answered, "ses:GetAccount") from answered


def _awaited(client: Any, domain: str) -> AwaitedIdentity | None:
    try:
        with reading("GetEmailIdentity"):
            answer = client.get_email_identity(EmailIdentity=domain)
    except ServiceAnswer as answered:
        if answered.code in _MISSING:
            return AwaitedIdentity(domain=domain, records=())
        raise _could_not(answered, "ses:GetEmailIdentity") from answered
    if answer.get("VerifiedForSendingStatus"):
        return None
    tokens = answer.get("DkimAttributes", {}).get("Tokens", ())
    records = tuple(
        (f"{token}._domainkey.{domain}", f"{token}.dkim.amazonses.com") for token in tokens
    )
    return AwaitedIdentity(domain=domain, records=records)


def _could_not(answered: ServiceAnswer, action: str) -> CouldNot:
    if answered.code in _DENIED:
        return CouldNot(f"no permission: {action}", help=f"allow {action}")
    return CouldNot(str(answered), help="try again")
