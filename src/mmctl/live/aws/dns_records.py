"""SESv2: what SES says of a domain that it verifies, for the records that the domain wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.live.aws.answers import reading, unreadable
from mmctl.live.aws.connect import open_service
from mmctl.live.state.service import ServiceAnswer

if TYPE_CHECKING:
    from mmctl.language.project import Environment

ACTIONS: Final = ("ses:GetEmailIdentity",)
"""The permissions that these calls need."""
_NOT_FOUND: Final = "NotFoundException"


class EmailIdentities:
    """The identities of an environment's account and region."""

    def __init__(self, client: Any) -> None:
        """Ask with a client of SESv2."""
        self._client = client

    @classmethod
    def of(cls, environment: Environment) -> EmailIdentities:
        """Those of an environment.

        Raises:
            CouldNot: there are no credentials.
        """
        return cls(open_service(environment, "sesv2"))

    def dkim_tokens(self, domain: str) -> tuple[str, ...]:
        """The tokens of a domain's DKIM records; none: SES does not know the domain.

        Raises:
            CouldNot: SES cannot be asked.
        """
        try:
            with reading("GetEmailIdentity"):
                answer = self._client.get_email_identity(EmailIdentity=domain)
        except ServiceAnswer as answered:
            if answered.code == _NOT_FOUND:
                return ()
            raise unreadable(answered) from answered
        attributes = answer.get("DkimAttributes")
        tokens = attributes.get("Tokens") if isinstance(attributes, dict) else None
        return tuple(each for each in tokens or () if isinstance(each, str))
