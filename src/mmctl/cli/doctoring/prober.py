"""Connects to ingress points, once somebody has agreed to the list of hosts.

A password is sent only to the A record that GetIngressPoint gave, after its certificate is
verified; to the embedded server only on this machine.
"""

from __future__ import annotations

import socket
from functools import partial
from typing import TYPE_CHECKING, Final

from mmctl.cli import world
from mmctl.cli.sending.data_folder import served_points
from mmctl.cli.sending.destination import machine_name
from mmctl.client.endpoint import Endpoint, SmtpLogin, TlsMode
from mmctl.client.failure import FailureKind, SessionFailed
from mmctl.client.session import SmtpSession
from mmctl.model.endpoints import EMBEDDED_ACCOUNT
from mmctl.model.enums import IngressPointType, TlsPolicy
from mmctl.model.kinds import Kind
from mmctl.model.resources import IngressPoint
from mmctl.operate.doctor.said import NotAsked
from mmctl.operate.doctor.scene import ProbeAnswer, ProbeStage
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mmctl.client.failure import SendFailure
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.language.project import LogicalIngressPoint, Project

TIMEOUT: Final = 10.0
_SMTP: Final = 25
_SUBMISSION: Final = 587
_STAGES: Final[Mapping[FailureKind, ProbeStage]] = {
    FailureKind.DNS: ProbeStage.NAME,
    FailureKind.REFUSED: ProbeStage.PORT,
    FailureKind.UNREACHABLE: ProbeStage.PORT,
    FailureKind.BLOCKED: ProbeStage.BLOCKED,
    FailureKind.CLOSED: ProbeStage.GREETING,
    FailureKind.NOT_SMTP: ProbeStage.GREETING,
    FailureKind.TOO_LONG: ProbeStage.GREETING,
    FailureKind.SESSION_REFUSED: ProbeStage.GREETING,
    FailureKind.TLS_MISSING: ProbeStage.STARTTLS,
    FailureKind.TLS_FAILED: ProbeStage.STARTTLS,
    FailureKind.INJECTED: ProbeStage.STARTTLS,
    FailureKind.CERTIFICATE: ProbeStage.CERTIFICATE,
    FailureKind.AUTH_MISSING: ProbeStage.LOGIN,
    FailureKind.AUTH_REFUSED: ProbeStage.LOGIN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeTarget:
    """Where an ingress point is probed."""

    point: str
    host: str
    port: int
    kind: IngressPointType
    tls_policy: TlsPolicy | None
    embedded: bool
    user: str | None = None
    variable: str | None = None
    """The environment variable with the password."""

    @property
    def place(self) -> str:
        """Host and port."""
        return f"{self.host}:{self.port}"


def targets_in_aws(project: Project, live: LiveConfiguration) -> Iterator[ProbeTarget]:
    """The A records that GetIngressPoint gave."""
    for name, logical in project.ingress_points.items():
        found = live.find(Kind.INGRESS_POINT, name)
        if found is None or not found.a_record or not isinstance(found.shape, IngressPoint):
            continue
        is_auth = found.shape.type is IngressPointType.AUTH
        yield ProbeTarget(
            point=name,
            host=found.a_record,
            port=_SUBMISSION if is_auth else _SMTP,
            kind=found.shape.type,
            tls_policy=found.shape.tls_policy,
            embedded=False,
            user=found.id,
            variable=_variable(logical),
        )


def targets_here(project: Project, data: Path) -> Iterator[ProbeTarget]:
    """The ports of the embedded server of a data folder."""
    environment = project.environment
    account = environment.account or EMBEDDED_ACCOUNT
    for served in served_points(data) or ():
        for name, logical in project.ingress_points.items():
            ours = logical.ingress_point.ingress_point_name == served.name
            if ours and served.account == account and environment.region in {None, served.region}:
                yield ProbeTarget(
                    point=name,
                    host=served.host,
                    port=served.port,
                    kind=logical.ingress_point.type,
                    tls_policy=logical.ingress_point.tls_policy,
                    embedded=True,
                    user=served.id,
                    variable=_variable(logical),
                )


def _variable(logical: LogicalIngressPoint) -> str | None:
    from mmctl.language.parsing.password_variables import is_for_passwords

    name = logical.smtp_password_env
    return name if name is not None and is_for_passwords(name) else None


class SmtpProber:
    """Opens one session with each ingress point, and keeps what was found."""

    def __init__(self, targets: Mapping[str, ProbeTarget], why_none: str) -> None:
        self._targets = targets
        self._why_none = why_none
        self._found: dict[str, ProbeAnswer] = {}

    def probe(self, point: str) -> ProbeAnswer:
        """Open a session with an ingress point, if that was not done yet.

        Raises:
            NotAsked: there is no host for it.
        """
        if point not in self._targets:
            raise NotAsked(self._why_none.format(point=point))
        if point not in self._found:
            self._found[point] = self._probed(self._targets[point])
        return self._found[point]

    def why_no_login(self, point: str) -> str | None:
        """Why AUTH is not tried; None: it is."""
        target = self._targets.get(point)
        if target is None:
            return self._why_none.format(point=point)
        if target.variable is None:
            return "no `smtp_password_env` names a variable with the password"
        return None if world.variable(target.variable) else f"`{target.variable}` is not set"

    def _probed(self, target: ProbeTarget) -> ProbeAnswer:
        addresses = _addresses(target.host)
        answer = ProbeAnswer(
            host=target.host, port=target.port, stage=ProbeStage.DONE, addresses=addresses
        )
        if not addresses:
            message = "the resolver of this machine gives none"
            return replace(answer, stage=ProbeStage.NAME, message=message)
        session = SmtpSession(self._endpoint(target), None, world.elapsed)
        try:
            session.open()
        except SessionFailed as failed:
            return self._stopped(answer, session, failed.failure, target)
        finally:
            if session.is_open:
                session.close()
        return replace(_so_far(answer, session), logged_in=session.endpoint.credentials is not None)

    def _stopped(
        self, answer: ProbeAnswer, session: SmtpSession, failure: SendFailure, target: ProbeTarget
    ) -> ProbeAnswer:
        """Where a session stopped, and why; without TLS is far enough where TLS is optional."""
        found = _so_far(answer, session)
        if failure.kind is FailureKind.TLS_MISSING and target.tls_policy is TlsPolicy.OPTIONAL:
            return found
        stage = _stage(session, failure.kind)
        return replace(found, stage=stage, message=failure.message, help=failure.help)

    def _endpoint(self, target: ProbeTarget) -> Endpoint:
        """How a target is talked to: always with TLS, except where a client certificate is due."""
        wants_certificate = target.kind is IngressPointType.MTLS
        login = None
        if target.kind is IngressPointType.AUTH and self.why_no_login(target.point) is None:
            password = partial(_password, target.variable or "")
            login = SmtpLogin(user=target.user or "", password=password)
        return Endpoint(
            host=target.host,
            port=target.port,
            helo=machine_name(),
            tls=TlsMode.NONE if wants_certificate else TlsMode.REQUIRED,
            verify=not target.embedded,
            credentials=login,
            timeout=TIMEOUT,
            ingress_point=target.point,
            kind=target.kind,
        )


def _addresses(host: str) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


def _so_far(answer: ProbeAnswer, session: SmtpSession) -> ProbeAnswer:
    agreed = session.agreed
    return replace(
        answer,
        greeting=_greeting(session),
        protocol=None if agreed is None else agreed.protocol,
        verified=agreed is not None and agreed.verified,
    )


def _password(variable: str) -> str:
    return world.variable(variable) or ""


def _stage(session: SmtpSession, kind: FailureKind) -> ProbeStage:
    """Where a session stopped; one that waited too long stopped at what came next."""
    if kind is not FailureKind.TIMEOUT:
        return _STAGES.get(kind, ProbeStage.GREETING)
    if not session.is_open:
        return ProbeStage.PORT
    return ProbeStage.STARTTLS if session.features else ProbeStage.GREETING


def _greeting(session: SmtpSession) -> str | None:
    from mmctl.client.dialogue import Speaker

    said = (line.text for line in session.dialogue.lines if line.side is Speaker.SERVER)
    return next(said, None)
