"""The endpoint that `mmctl send` connects to: named, of the embedded server, or of AWS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.cli import world
from mmctl.cli.embedded import EMBEDDED_MAIL
from mmctl.cli.sending.data_folder import served_points
from mmctl.client.endpoint import (
    LONGEST_TIMEOUT,
    Endpoint,
    SmtpLogin,
    TlsMode,
    host_and_port,
)
from mmctl.client.outgoing import check_helo
from mmctl.errors import CouldNot, UsageError
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.language.text.suggest import did_you_mean, listed
from mmctl.model.endpoints import EMBEDDED_ACCOUNT
from mmctl.model.enums import IngressPointType
from mmctl.model.hosts import is_this_machine
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mmctl.cli.run import Run
    from mmctl.cli.sending.data_folder import ServedPoint
    from mmctl.cli.sending.options import SendOptions
    from mmctl.language.project import LogicalIngressPoint, Project

_SMTP: Final = 25
_SUBMISSION: Final = 587
_PASSWORD_AT_MOST: Final = 1_000
_ACTIVE: Final = "ACTIVE"
_NAME: Final = re.compile(r"[A-Za-z0-9.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where mail is sent to."""

    endpoint: Endpoint
    project: Project | None = None
    data: Path | None = None
    """The data folder of the embedded server that listens there; None: it is another server."""
    point: ServedPoint | None = None
    """The ingress point of the embedded server."""

    @property
    def embedded(self) -> bool:
        """Whether the embedded Mail Manager listens there."""
        return self.point is not None


def destination_of(run: Run, options: SendOptions) -> Destination:
    """Where the options say that mail goes.

    Raises:
        UsageError, CouldNot: that cannot be found out.
    """
    project = project_of(run, needed=options.to is None)
    data = options.data or run.root / EMBEDDED_MAIL
    if options.to is not None:
        host, port = host_and_port(options.to)
        found = _served_at(data, host, port)
        return _target(run, options, project, host, port, data, found)
    if project is None:
        raise ValueError("a project was needed")
    name = _chosen(project, options.ingress_point)
    if project.environment.on_this_machine:
        found = _served_as(project, data, name)
        return _target(run, options, project, found.host, found.port, data, found)
    host, port, id_ = _in_aws(run, project, name)
    target = _target(run, options, project, host, port, data, None, name)
    return _with_credentials(run, options, target, project.ingress_points[name], id_)


def project_of(run: Run, *, needed: bool) -> Project | None:
    """The project, if there is one or it is needed."""
    if not needed and not (run.root / PROJECT_FILE).exists():
        return None
    return run.project()


def _chosen(project: Project, name: str | None) -> str:
    """The named ingress point, else the default one or the only one."""
    points = project.ingress_points
    if name is None:
        usual = project.usual_ingress_point
        if usual is not None:
            return usual
        if not points:
            raise UsageError(
                "the project has no ingress point to send to", help="name a server: --to HOST:PORT"
            )
        raise UsageError(
            f"there are {len(points)} ingress points: {', '.join(points)}",
            help="choose one with `--ingress-point`, or `default_ingress_point` in `mmctl.yaml`",
        )
    if name not in points:
        raise UsageError(
            f"there is no ingress point `{name}`",
            help=did_you_mean(name, points) or f"the project has {listed(list(points))}",
        )
    return name


def _served_at(data: Path, host: str, port: int) -> ServedPoint | None:
    """The ingress point of the embedded server at a host and port, if it is one."""
    if not is_this_machine(host):
        return None
    return next((each for each in served_points(data) or () if each.port == port), None)


def _served_as(project: Project, data: Path, name: str) -> ServedPoint:
    """The ingress point with the name of the project's, on the embedded server.

    Raises:
        CouldNot: no server has run, or it does not serve that ingress point.
    """
    points = served_points(data)
    if points is None:
        raise CouldNot(
            f"the embedded Mail Manager of this project does not run: no `ports.json` in {data}",
            help="start it in another shell: mmctl emulate",
        )
    environment = project.environment
    live_name = project.ingress_points[name].ingress_point.ingress_point_name
    account = environment.account or EMBEDDED_ACCOUNT
    named = [each for each in points if each.name == live_name]
    here = [
        each
        for each in points
        if each.account == account and environment.region in {None, each.region}
    ]
    own = [each for each in here if each.name == live_name]
    for each in own or (named if len(named) == 1 else ()):
        return each
    served = ", ".join(f"`{each.name}`" for each in here) or "none"
    if named:
        served += f" in account {account}"
    raise CouldNot(
        f"the embedded Mail Manager has no ingress point `{live_name}`: it serves {served}",
        help=f"make it live: mmctl apply --env {environment.name}",
    )


def _in_aws(run: Run, project: Project, name: str) -> tuple[str, int, str]:
    """The A record of an ingress point, the port to use, and its id.

    Raises:
        CouldNot: it is not live, or has no A record.
    """
    from mmctl.cli.changes.change import open_change
    from mmctl.live.state.read import read_live
    from mmctl.model.kinds import Kind

    change = open_change(run, project=project)
    service = change.means.service
    state = read_live(service, change.desired(), change.means.history.known())
    found = state.configuration.find(Kind.INGRESS_POINT, name)
    environment = project.environment.name
    if found is None or found.id is None:
        raise CouldNot(
            f"ingress point `{name}` is not live in {environment}",
            help=f"mmctl apply --env {environment}",
        )
    if not found.a_record:
        raise CouldNot(
            f"ingress point `{name}` has no A record: it is in a VPC, or not active yet",
            help="send from inside the VPC with `--to HOST:PORT`",
        )
    is_auth = project.ingress_points[name].ingress_point.type is IngressPointType.AUTH
    return found.a_record, _SUBMISSION if is_auth else _SMTP, found.id


def _target(
    run: Run,
    options: SendOptions,
    project: Project | None,
    host: str,
    port: int,
    data: Path,
    served: ServedPoint | None,
    name: str | None = None,
) -> Destination:
    name = name or _logical_name(project, served) or options.ingress_point
    logical = project.ingress_points.get(name) if project is not None and name else None
    endpoint = endpoint_at(options, host, port, project, name)
    target = Destination(
        endpoint=endpoint, project=project, data=data if served is not None else None, point=served
    )
    id_ = None if served is None else served.id
    return _with_credentials(run, options, target, logical, id_)


def endpoint_at(
    options: SendOptions, host: str, port: int, project: Project | None, name: str | None
) -> Endpoint:
    """An endpoint as the options want it, without a user."""
    logical = project.ingress_points.get(name) if project is not None and name else None
    return Endpoint(
        host=host,
        port=port,
        helo=check_helo(options.helo or machine_name()),
        tls=_tls(options),
        verify=not (options.insecure or (is_this_machine(host) and options.ca is None)),
        authority=options.ca,
        certificate=options.cert,
        key=options.key,
        source_address=options.source_address,
        pipelining=options.pipelining,
        timeout=_timeout(options.timeout),
        ingress_point=name if logical is not None else None,
        kind=None if logical is None else logical.ingress_point.type,
    )


def _logical_name(project: Project | None, served: ServedPoint | None) -> str | None:
    """The name in the project of an ingress point of the embedded server."""
    if project is None or served is None:
        return None
    return next(
        (
            name
            for name, each in project.ingress_points.items()
            if each.ingress_point.ingress_point_name == served.name
        ),
        None,
    )


def machine_name() -> str:
    """A name for EHLO: that of this machine if it can be one."""
    name = world.machine()
    return name if _NAME.fullmatch(name) else "localhost"


def _tls(options: SendOptions) -> TlsMode:
    mode = options.tls or TlsMode.REQUIRED
    for name, given in (
        ("--cert", options.cert is not None),
        ("--ca", options.ca is not None),
        ("--insecure", options.insecure),
    ):
        if given and mode is TlsMode.NONE:
            raise UsageError(f"`{name}` is for TLS, and `--tls none` is given")
    if options.key is not None and options.cert is None:
        raise UsageError("`--key` needs the certificate", help="--cert FILE")
    if options.insecure and options.ca is not None:
        raise UsageError("`--insecure` and `--ca` exclude each other")
    return mode


def _timeout(seconds: float) -> float:
    if not 0 < seconds <= LONGEST_TIMEOUT:
        raise UsageError(
            f"got `--timeout {seconds:g}`", help=f"expected seconds up to {LONGEST_TIMEOUT:g}"
        )
    return seconds


def _with_credentials(
    run: Run,
    options: SendOptions,
    target: Destination,
    logical: LogicalIngressPoint | None,
    id_: str | None,
) -> Destination:
    """The target with the user that is named, else the one that its ingress point wants."""
    user = options.user
    if user is None and logical is not None and id_ is not None:
        is_auth = logical.ingress_point.type is IngressPointType.AUTH
        user = id_ if is_auth else None
    if user is None:
        if options.password_env is not None or options.password_file is not None:
            raise UsageError(
                "a password is given, and no user", help="--user NAME: the ingress point's id"
            )
        return target
    variable = logical.smtp_password_env if logical is not None else None
    credentials = SmtpLogin(user=user, password=_password(run, options, user, variable))
    return replace(target, endpoint=replace(target.endpoint, credentials=credentials))


def _password(run: Run, options: SendOptions, user: str, variable: str | None) -> Callable[[], str]:
    """What finds the password when the server asks for it: variable, file or person."""
    from mmctl.language.parsing.password_variables import is_for_passwords

    if options.password_env is not None and options.password_file is not None:
        raise UsageError("`--password-env` and `--password-file` exclude each other")
    if options.password_file is not None:
        text = _from_file(options.password_file)
        return lambda: text
    name = options.password_env
    if name is None and variable is not None and is_for_passwords(variable):
        name = variable
    value = None if name is None else world.variable(name)
    if value:
        return lambda: value
    if options.password_env is None and run.can_ask():
        return lambda: world.ask_secret(f"password of {user}: ")
    where = f"variable `{name}` is not set" if name else "no password is given"
    raise UsageError(
        f"the password of user `{user}` is missing: {where}",
        help=f"export {name or 'MMCTL_SMTP_PASSWORD'}=…"
        + ("" if name else " with `--password-env MMCTL_SMTP_PASSWORD`")
        + ", or `--password-file FILE`",
    )


def _from_file(path: Path) -> str:
    from mmctl.inputs import read_text

    try:
        text = read_text(path, at_most=_PASSWORD_AT_MOST).rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(
            f"cannot read `--password-file {path}`: {(reason or str(error)).lower()}"
        ) from None
    if not text or "\n" in text or "\0" in text:
        raise UsageError(
            f"`--password-file {path}` does not hold a password", help="expected one line"
        )
    return text
