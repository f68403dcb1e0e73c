"""What `mmctl emulate` tells its SMTP process, and what it prints at the start."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mmctl.cli import world
from mmctl.cli.embedded import EMBEDDED_MAIL
from mmctl.cli.options.delivering import said_at_start
from mmctl.emulator.delivering.settings import DeliverySettings
from mmctl.emulator.smtp.settings import SmtpSettings
from mmctl.errors import MmctlError, UsageError
from mmctl.inputs import MIB, parse_json, read_text
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.language.readings import CHOICES
from mmctl.language.text.suggest import did_you_mean
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from threading import Event
    from typing import Any

    from mmctl.cli.run import Run
    from mmctl.emulator.faults import Fault
    from mmctl.emulator.routes import Request
    from mmctl.emulator.wire import HttpAnswer

IN_MEMORY: Final = ":memory:"
_FROM_VARIABLE: Final = "env:"
_LAST_PORT: Final = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class MailOptions:
    """What the command line says about mail."""

    port: int
    data: str | None = None
    accept_facts: bool = False
    add_on: str | None = None
    zone: str | None = None
    dns: bool = False
    readings: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    delivering: DeliverySettings = field(default_factory=DeliverySettings)

    def refuse_any(self) -> None:
        """Refuse options about mail where none is taken.

        Raises:
            UsageError: there is one.
        """
        named = {
            "--data": self.data,
            "--accept-facts": self.accept_facts,
            "--add-on": self.add_on,
            "--zone": self.zone,
            "--dns": self.dns,
            "--ingress-secret": self.secrets,
            "--deliver": self.delivering.deliver,
            "--secret": self.delivering.secrets,
            "--lambda": self.delivering.functions,
            "--s3": self.delivering.s3_url,
            "--sns": self.delivering.sns_url,
            "--lambda-endpoint": self.delivering.lambda_url,
        }
        for option, value in named.items():
            if value:
                raise UsageError(f"`{option}` and `--no-smtp` exclude each other")


def smtp_settings(
    run: Run, options: MailOptions, *, state: str, host: str, api: str, page: str | None = None
) -> SmtpSettings:
    """The settings of the SMTP process.

    Raises:
        UsageError: an option is not usable.
    """
    refuse_no_port("--smtp-port", options.port)
    if options.zone is not None and options.dns:
        raise UsageError("`--zone` and `--dns` exclude each other")
    return SmtpSettings(
        state=state,
        data=str(data_folder(run, options)),
        host="127.0.0.1" if host == "localhost" else host,
        port=options.port,
        api=api,
        page=page,
        server=world.process_id(),
        accept_facts=options.accept_facts,
        add_ons=_below(run, options.add_on),
        zone=_below(run, options.zone),
        dns=options.dns,
        readings={**_project_readings(run), **dict(map(_reading, options.readings))},
        passwords=dict(_password(run, spec) for spec in options.secrets),
        verbose=run.verbose,
        delivering=options.delivering.to_json(),
    )


def data_folder(run: Run, options: MailOptions) -> Path:
    """The folder of the mail, relative to the user's folder if possible."""
    data = run.directory / options.data if options.data else run.root / EMBEDDED_MAIL
    with suppress(ValueError):
        return data.resolve().relative_to(Path.cwd())
    return data


def pages(run: Run, folder: Path, token: str, stopping: Event) -> Callable[[Request], HttpAnswer]:
    """The page of a folder of mail, and the page of `play` where there is a project.

    What waits in them ends when the server stops.
    """
    from mmctl.cli.packed_rules import PackedOnPage
    from mmctl.emulator.gateways import gateway_of_document
    from mmctl.serve.page.page import MailPage
    from mmctl.serve.page.rule_names import RulesOnPage

    with_play = (run.root / PROJECT_FILE).exists()
    mail = MailPage(
        folder,
        token=token,
        gateway_of=gateway_of_document,
        wait=stopping.wait,
        names=RulesOnPage(PackedOnPage(run)),
        with_play=with_play,
    )
    if not with_play:
        return mail
    from mmctl.cli.playing import play_page
    from mmctl.serve.page.entry import PageEntry
    from mmctl.serve.play.pages import BothPages

    play = play_page(run, entry=PageEntry(token=token), wait=stopping.wait, mail=mail.mail)
    return BothPages(mail, play)


def _below(run: Run, name: str | None) -> str | None:
    return None if name is None else str(run.directory / name)


def _project_readings(run: Run) -> dict[str, str]:
    """The readings of the project here; without a project, the defaults."""
    if not (run.root / PROJECT_FILE).exists():
        return {}
    try:
        readings = run.read_alone().settings.readings
    except MmctlError as error:
        run.say(f"warning: the readings of the project are not used: {error.message}")
        return {}
    return {name: readings.choice(name) for name in CHOICES}


def refuse_no_port(option: str, port: int) -> None:
    """Refuse a number that is no port.

    Raises:
        UsageError: it is none.
    """
    if not 0 <= port <= _LAST_PORT:
        raise UsageError(f"got `{option} {port}`", help=f"expected a port from 0 to {_LAST_PORT}")


def _reading(spec: str) -> tuple[str, str]:
    name, _, choice = spec.partition("=")
    if name not in CHOICES:
        raise UsageError(
            f"there is no reading `{name}`",
            help=did_you_mean(name, CHOICES) or f"one of {', '.join(CHOICES)}",
        )
    if choice not in CHOICES[name]:
        raise UsageError(
            f"got `--reading {spec}`", help=f"expected one of {', '.join(CHOICES[name])}"
        )
    return name, choice


def _password(run: Run, spec: str) -> tuple[str, str]:
    """An ingress point, and the password that a file or variable holds.

    A file may be what the service reads from a secret: a JSON object with `password`.
    """
    point, equals, place = spec.partition("=")
    if not (point and equals and place):
        raise UsageError(
            f"got `--ingress-secret {spec}`", help="expected POINT=FILE or POINT=env:VARIABLE"
        )
    if place.startswith(_FROM_VARIABLE):
        name = place.removeprefix(_FROM_VARIABLE)
        value = world.variable(name)
        if not value:
            raise UsageError(f"the variable `{name}` is not set")
        return point, value
    try:
        text = read_text(run.directory / place, at_most=MIB).strip()
    except UnicodeDecodeError:
        raise UsageError(f"cannot read `{place}`: it is not UTF-8") from None
    except OSError as error:
        raise UsageError(f"cannot read `{place}`: {(error.strerror or '').lower()}") from None
    if text.startswith("{"):
        try:
            text = parse_json(text)["password"]
        except (ValueError, KeyError):
            text = ""
    if not isinstance(text, str) or not text:
        raise UsageError(f"`{place}` holds no password")
    return point, text


def greeting(
    url: str,
    state: str,
    faults: Sequence[Fault],
    settings: SmtpSettings | None,
    points: Sequence[Mapping[str, Any]],
    token: str | None = None,
) -> str:
    """What a user needs at the start; 80 columns. The account is the one of a new project.

    `token` opens the page; None: there is none.
    """
    from mmctl.model.endpoints import EMBEDDED_ACCOUNT, EMBEDDED_REGION

    where = "kept in memory, lost at the end" if state == IN_MEMORY else f"in {state}"
    page = "" if token is None else f"page: {url}/?token={token}\n"
    broken = "".join(f"fault: {fault}\n" for fault in faults)
    mail = "" if settings is None else "".join(_about_mail(settings, points))
    return (
        f"the embedded Mail Manager answers at {url}\n"
        f"state: {where}\n"
        f"{page}"
        f"{broken}"
        f"{mail}"
        "\n"
        "In another shell:\n"
        f"  export AWS_ENDPOINT_URL_MAILMANAGER={url}\n"
        f"  export AWS_ENDPOINT_URL_CLOUDWATCH_LOGS={url}\n"
        f"  export AWS_ENDPOINT_URL_STS={url}\n"
        f"  export AWS_ACCESS_KEY_ID={EMBEDDED_ACCOUNT} AWS_SECRET_ACCESS_KEY=any\n"
        f"  aws mailmanager list-rule-sets --region {EMBEDDED_REGION}\n"
        "\n"
        "Bounds:\n"
        f"{'' if settings is None else _BOUNDS_OF_MAIL}"
        "  - it listens only on this machine (loopback)\n"
        "  - it verifies no signature; an access key of 12 digits is the account,\n"
        "    any other key is account 000000000000\n"
        "  - the state is plain text\n"
        "  - it is for trying things out, not for production mail\n"
        "\n"
        "Ctrl-C stops it.\n"
    )


_BOUNDS_OF_MAIL: Final = (
    "  - no mail leaves this machine unless an option of this command says so\n"
    "  - what was accepted is on disk; a power cut may lose what came after the\n"
    "    last answer, and the last milliseconds of the logs\n"
    "  - who reaches its ports can send mail: never point an MX record at it\n"
)


def _about_mail(settings: SmtpSettings, points: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield f"mail: in {settings.data}\n"
    if settings.accept_facts:
        yield "facts: clients may state any, by XMMFACTS\n"
    yield from said_at_start(DeliverySettings.of_json(settings.delivering))
    if not points:
        yield "smtp: no ingress point yet; each gets a port when it is created\n"
        return
    yield "\n"
    for point in points:
        host = f"[{point['host']}]" if ":" in point["host"] else point["host"]
        yield f"smtp {host}:{point['port']} {point['name']}, {_reached(point)}\n"


def _reached(point: Mapping[str, Any]) -> str:
    """How a client reaches an ingress point."""
    tls = {"OPTIONAL": "STARTTLS possible", "FIPS": "STARTTLS (FIPS)"}
    how = [tls.get(point["tls_policy"], "STARTTLS")]
    if point["type"] == "AUTH":
        how.append(f"AUTH as {point['id']}")
    if point["type"] == "MTLS":
        how.append("with a client certificate")
    if point["status"] != "ACTIVE":
        how.append(point["status"])
    return ", ".join(how)
