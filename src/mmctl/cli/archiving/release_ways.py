"""`--via` of a release: where messages go, and with which password or client."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mmctl.cli.embedded import EMBEDDED_MAIL
from mmctl.errors import CouldNot, UsageError
from mmctl.model.endpoints import is_loopback
from mmctl.model.enums import IngressPointType
from mmctl.model.kinds import Kind, Noun
from mmctl.records import dataclass
from mmctl.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.cli.archiving.archives import OpenArchives
    from mmctl.cli.run import Run
    from mmctl.operate.archive.ways import ReleaseWay

WAYS: Final = "ingress:NAME, smtp:HOST:PORT, ses with --from ADDRESS, or file:DIR"
_AUTH_PORT: Final = 587
_LARGEST_PORT: Final = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedWay:
    """What `--via` says."""

    text: str | None
    sender: str | None
    """`--from`, for SES."""
    data: Path | None
    """`--data`: the folder of the embedded Mail Manager's mail."""

    @property
    def shown(self) -> str:
        """For the record and for messages."""
        return f"{self.text} from {self.sender}" if self.sender else self.text or ""


def way_of(run: Run, archives: OpenArchives, asked: AskedWay, *, again: bool) -> ReleaseWay:
    """The way that messages go.

    Raises:
        UsageError: there is no such way, or something is missing.
        CouldNot, Refused: it cannot be found out.
    """
    kind, _, rest = (asked.text or "").partition(":")
    if asked.sender is not None and kind != "ses":
        raise UsageError("got `--from`", help="it is for --via ses: the verified address")
    match kind:
        case "ingress" if rest:
            return _by_ingress_point(run, archives, rest, asked.data)
        case "smtp" if rest:
            return _by_smtp(rest)
        case "ses" if not rest:
            return _by_ses(archives, asked.sender)
        case "file" if rest:
            return _into_folder(run.directory / rest, again=again)
        case _:
            got = "got no `--via`" if asked.text is None else f"got `--via {asked.text}`"
            raise UsageError(got, help=f"say where the messages go: {WAYS}")


def _into_folder(folder: Path, *, again: bool) -> ReleaseWay:
    from mmctl.operate.archive.ways import IntoFolder

    return IntoFolder(folder=folder, again=again, write=partial(write_whole, mode=0o600))


def _by_smtp(place: str) -> ReleaseWay:
    from smtplib import SMTP

    from mmctl.operate.archive.ways import BySmtp, SmtpServer

    host, _, port = place.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) <= _LARGEST_PORT:
        raise UsageError(f"got `--via smtp:{place}`", help="expected smtp:HOST:PORT")
    server = SmtpServer(host=host.strip("[]"), port=int(port), verify=False)
    return BySmtp(server=server, connect=partial(_connect, SMTP))


def _connect(smtp: Any, host: str, port: int, seconds: float) -> Any:
    return smtp(host, port, timeout=seconds)


def _by_ingress_point(run: Run, archives: OpenArchives, name: str, data: Path | None) -> ReleaseWay:
    from smtplib import SMTP

    from mmctl.language.text.suggest import did_you_mean
    from mmctl.operate.archive.ways import BySmtp, SmtpServer

    change = archives.change
    points = change.project.ingress_points
    if name not in points:
        raise UsageError(f"there is no ingress point `{name}`", help=did_you_mean(name, points))
    if points[name].ingress_point.type is not IngressPointType.AUTH:
        raise UsageError(
            f"ingress point `{name}` is {points[name].ingress_point.type}",
            help="mail is released into an AUTH one: `mmctl init --release RELAY` writes it",
        )
    wanted = change.desired().find(Kind.INGRESS_POINT, name)
    if wanted is None:
        raise UsageError(f"ingress point `{name}` is not in {change.project.environment.name}")
    password = change.means.passwords.value(wanted)
    id_ = _live_id(archives, name, wanted.live_name)
    host, port, verify = _address(run, archives, id_, name, data)
    server = SmtpServer(host=host, port=port, user=id_, password=password, verify=verify)
    return BySmtp(server=server, connect=partial(_connect, SMTP))


def _live_id(archives: OpenArchives, name: str, live_name: str) -> str:
    for each in archives.service.list(Noun.INGRESS_POINT):
        if each.get("IngressPointName") == live_name:
            if each.get("Status") != "ACTIVE":
                raise CouldNot(f"ingress point `{name}` is {each.get('Status')}")
            return str(each["IngressPointId"])
    raise UsageError(f"ingress point `{name}` is not live", help="`mmctl apply` makes it")


def _address(
    run: Run, archives: OpenArchives, id_: str, name: str, data: Path | None
) -> tuple[str, int, bool]:
    """Host, port, and whether the server's certificate must be good."""
    identity = archives.service.identity
    if identity.embedded or is_loopback(identity.endpoint):
        folder = run.root / EMBEDDED_MAIL if data is None else run.directory / data
        port = _port(folder, id_, name)
        return "127.0.0.1", port, False
    found = archives.service.get(Noun.INGRESS_POINT, id_) or {}
    host = found.get("ARecord")
    if not isinstance(host, str) or not host:
        raise CouldNot(f"ingress point `{name}` has no A record", help="it may be in a VPC")
    return host, _AUTH_PORT, True


def _port(data: Path, id_: str, name: str) -> int:
    """The port of an ingress point of a running `mmctl emulate`."""
    from mmctl.cli.sending.data_folder import served_points

    points = served_points(data)
    help_ = (
        f"start it: mmctl emulate; {data}/ports.json says its ports (--data names another folder)"
    )
    if points is None:
        raise UsageError("no embedded Mail Manager takes mail here", help=help_)
    for each in points:
        if each.id == id_:
            return each.port
    raise UsageError(f"ingress point `{name}` has no port here", help=help_)


def _by_ses(archives: OpenArchives, sender: str | None) -> ReleaseWay:
    from mmctl.live.aws.ses import send_raw
    from mmctl.live.state.service import OutcomeUnknown
    from mmctl.operate.archive.ways import BySes, Unanswered, is_one_address

    if sender is None or not is_one_address(sender):
        raise UsageError(
            "got no `--from`" if sender is None else f"got `--from {sender}`",
            help="--via ses needs an address that is verified in SES: --from gateway@example.com",
        )
    clients = archives.service.clients
    if clients is None:
        raise UsageError(
            "there is no SES behind an endpoint on this machine",
            help="choose another way: ingress:NAME, smtp:HOST:PORT or file:DIR",
        )
    client = clients("sesv2")

    def send_email(sender: str, recipients: Sequence[str], content: bytes) -> str:
        try:
            return send_raw(client, sender, recipients, content)
        except OutcomeUnknown as unknown:
            raise Unanswered(str(unknown)) from unknown

    return BySes(sender=sender, send_email=send_email)
