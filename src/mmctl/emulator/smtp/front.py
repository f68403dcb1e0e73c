"""What all connections of the SMTP face share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.emulator.journal import IngressPointName, RefusedMail, instant
from mmctl.emulator.records.ingress import IngressPieces
from mmctl.emulator.smtp.limits import Connections, Room
from mmctl.model.enums import IngressPointType

if TYPE_CHECKING:
    import asyncio
    import ssl
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from mmctl.emulator.gateways import Configured, Gateways, Served
    from mmctl.emulator.journal_file import Journal
    from mmctl.emulator.records.records import Records
    from mmctl.emulator.smtp.settings import SmtpSettings
    from mmctl.emulator.smtp.storing import Storing
    from mmctl.mail.email import Envelope, Facts, Session

    Verdicts = Callable[[bytes, Session, Envelope, Facts], Awaitable[Facts]]
    AddOnAnswers = Mapping[str, Mapping[str, str | bool]]


class Front:
    """What all connections share: ingress points, limits, where mail and records go."""

    def __init__(
        self,
        settings: SmtpSettings,
        gateways: Gateways,
        *,
        storing: Storing,
        journal: Journal,
        records: Records,
        clock: Callable[[], datetime],
        loop: asyncio.AbstractEventLoop,
        tls_context: Callable[[Served], ssl.SSLContext | None],
        on_note: Callable[[str], object],
    ) -> None:
        self.settings, self.gateways = settings, gateways
        self.storing, self.journal, self.records = storing, journal, records
        self.clock, self.loop = clock, loop
        self.tls_context = tls_context
        self.on_note = on_note
        self.connections = Connections()
        self.room = Room()
        self._pieces: dict[str, IngressPieces] = {}

    def served(self, id_: str) -> Served | None:
        """An ingress point as it is now; None: it is gone."""
        return self.gateways.current().get(id_)

    def pieces(self, configured: Configured) -> IngressPieces:
        """What is the same in all log records of an ingress point."""
        pieces = self._pieces.get(configured.digest)
        if pieces is None:
            point = configured.document["ingress_point"]
            secret = point.get("IngressPointAuthConfiguration", {}).get("SecretArn")
            pieces = IngressPieces.of(
                configured.arn,
                IngressPointType(configured.point.type),
                configured.point.name,
                rule_set_id=configured.rule_set.id,
                traffic_policy_id=configured.traffic_policy.id,
                policy=configured.gateway.policy,
                secret_arn=secret,
            )
            self._pieces = {configured.digest: pieces, **self._recent()}
        return pieces

    def _recent(self) -> dict[str, IngressPieces]:
        used = {
            served.configured.digest
            for served in self.gateways.current().values()
            if served.configured is not None
        }
        return {digest: each for digest, each in self._pieces.items() if digest in used}

    def refused(
        self,
        session: str,
        point: IngressPointName,
        *,
        source_ip: str,
        helo: str | None,
        mail_from: str | None,
        recipient: str | None,
        reply: str,
        by: str,
    ) -> None:
        """Note that something was refused."""
        self.journal.event(
            None,
            RefusedMail(
                session=session,
                ingress_point=point,
                source_ip=source_ip,
                helo=helo,
                mail_from=mail_from,
                recipient=recipient,
                reply=reply,
                by=by,
            ),
            at=instant(self.clock()),
        )
