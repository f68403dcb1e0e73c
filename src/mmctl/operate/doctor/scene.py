"""What looks may look at: the project, what is live, services, logs, a message, a probe.

Everything is read when a look first needs it, once; what cannot be read fails for each look alike.
Services are declared here as they are used, and implemented in `live/aws/` and `cli/`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from mmctl.model.kinds import Kind
from mmctl.model.resources import IngressPoint
from mmctl.model.rules import RuleSet
from mmctl.operate.doctor.said import NotAsked, line_of
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject
    from mmctl.judge.simulation import Simulated
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import LogicalIngressPoint, Project
    from mmctl.live.aws.ec2 import VpcNetwork
    from mmctl.live.aws.log_events import LogGroup
    from mmctl.live.aws.roles import IamRoles
    from mmctl.live.aws.sending_account import SesSending
    from mmctl.live.aws.things import AwsThings
    from mmctl.live.history.drift import Drift
    from mmctl.live.history.history import History
    from mmctl.live.plan.plan import Plan
    from mmctl.live.state.service import MailManager
    from mmctl.operate.dns.comparing import Published
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.names import LogNames
    from mmctl.operate.logs.reading import Log
    from mmctl.problem import Position

T = TypeVar("T")


class Once(Generic[T]):
    """What is read once: the value, or the error that it ended with, for everybody who asks."""

    def __init__(self, read: Callable[[], T]) -> None:
        self._read = read
        self._value: list[T] = []
        self._error: Exception | None = None

    def __call__(self) -> T:
        """The value.

        Raises:
            Exception: what reading it raised the first time.
        """
        if self._error is not None:
            raise self._error
        if not self._value:
            try:
                self._value.append(self._read())
            except Exception as error:
                self._error = error
                raise
        return self._value[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class AroundIt:
    """The services around Mail Manager in the same account and region."""

    network: VpcNetwork
    roles: IamRoles
    things: AwsThings
    sending: SesSending
    log_group: Callable[[str], LogGroup]


class ProbeStage(StrEnum):
    """How far a probe came, in order."""

    NAME = "name"
    PORT = "port"
    BLOCKED = "blocked"
    """Port 25 gave no answer."""
    GREETING = "greeting"
    STARTTLS = "starttls"
    CERTIFICATE = "certificate"
    LOGIN = "login"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeAnswer:
    """What a probe of one host and port found."""

    host: str
    port: int
    stage: ProbeStage
    """Where it stopped; DONE: nowhere."""
    addresses: tuple[str, ...] = ()
    greeting: str | None = None
    protocol: str | None = None
    """The TLS version that was agreed on."""
    verified: bool = False
    logged_in: bool = False
    message: str = ""
    """Why it stopped."""
    help: str | None = None


class Prober(Protocol):
    """Connects to hosts that somebody has agreed to."""

    def probe(self, point: str) -> ProbeAnswer:
        """Open a session with an ingress point by its A record.

        Raises:
            NotAsked: it has no A record.
        """

    def why_no_login(self, point: str) -> str | None:
        """Why AUTH is not tried; None: it is."""


class NameService(Protocol):
    """DNS, or a zone file in its place."""

    @property
    def records(self) -> Published:
        """The records themselves."""

    def exchanges(self, domain: str) -> tuple[str, ...]:
        """The mail exchangers of a domain, best first; none: it has none.

        Raises:
            CouldNot: no name server answers.
        """

    def addresses(self, host: str) -> tuple[str, ...]:
        """The addresses of a host; none: it has none.

        Raises:
            CouldNot: no name server answers.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedDoctor:
    """What the command line asks for."""

    ingress_point: str | None = None
    rule: str | None = None
    message: str | None = None
    """The file, as written."""
    message_id: str | None = None
    probe: bool = False
    zone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedFile:
    """The message of `--message`, judged by the rules of the files."""

    gateway: Gateway
    simulated: Simulated


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPoint:
    """An ingress point of the files, and what is live of it."""

    name: str
    logical: LogicalIngressPoint
    live: LiveObject | None
    """None: it is not live."""

    @property
    def shape(self) -> IngressPoint:
        """Its live members; those of the files if it is not live."""
        live = None if self.live is None else self.live.shape
        return live if isinstance(live, IngressPoint) else self.logical.ingress_point

    @property
    def endpoint(self) -> str | None:
        """The VPC endpoint that it takes mail from; None: it is public."""
        network = self.shape.network_configuration
        private = None if network is None else network.private_network_configuration
        return None if private is None else private.vpc_endpoint_id


_NO_MESSAGE: Final = "no message was given"
_NO_ID: Final = "no message id was given"
_NO_DNS: Final = "this asks DNS"
_NO_PROBE: Final = "this connects to hosts, which only --probe does"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """All of it, for one environment of one project."""

    project: Project
    asked: AskedDoctor
    service: MailManager
    history: History
    now: datetime
    words: str
    """The option that names the environment in a command, after a space; empty: it is the usual
    one."""
    read_plan: Callable[[], Plan]
    read_drift: Callable[[], Drift]
    read_message: Callable[[], JudgedFile] | None = None
    read_log: Callable[[], tuple[Log, LogNames]]
    read_logged: Callable[[], LoggedMessage | None] | None = None
    """The records of `--message-id`; None in it: the log has none."""
    around: AroundIt | None = None
    why_nothing_around: str = ""
    prober: Prober | None = None
    read_names: Callable[[], NameService] | None = None
    """None: nobody asks for DNS."""

    def command(self, *words: str) -> str:
        """A command line of mmctl in this environment."""
        return line_of("mmctl", *words) + self.words

    def applying(self, *words: str) -> str:
        """The command that makes the files live, also over what was changed by hand."""
        by_hand = self.read_drift().by_hand
        return self.command("apply", *(("--force", "drift") if by_hand else ()), *words)

    def live(self) -> LiveConfiguration:
        """What is live, under the names of the files."""
        return self.read_plan().live

    def points(self) -> Iterator[SeenPoint]:
        """The ingress points that are asked about, live or not."""
        live = self.live()
        for name, logical in self.project.ingress_points.items():
            if self.asked.ingress_point in {None, name}:
                yield SeenPoint(
                    name=name, logical=logical, live=live.find(Kind.INGRESS_POINT, name)
                )

    def live_points(self) -> Iterator[SeenPoint]:
        """Those that are live."""
        return (each for each in self.points() if each.live is not None)

    def rule_sets(self) -> Iterator[tuple[LiveObject, RuleSet]]:
        """The live rule sets; those of the files where none of the name is live."""
        plan = self.read_plan()
        for wanted in plan.desired.of_kind(Kind.RULE_SET):
            found = plan.live.find(Kind.RULE_SET, wanted.name) or wanted
            if isinstance(found.shape, RuleSet):
                yield found, found.shape

    @property
    def services(self) -> AroundIt:
        """The services around Mail Manager.

        Raises:
            NotAsked: there are none.
        """
        if self.around is None:
            raise NotAsked(self.why_nothing_around)
        return self.around

    def judged(self) -> JudgedFile:
        """The message of `--message`, judged.

        Raises:
            NotAsked: none was given.
        """
        if self.read_message is None:
            raise NotAsked(_NO_MESSAGE, "--message FILE")
        return self.read_message()

    def logged(self) -> LoggedMessage | None:
        """The records of `--message-id`.

        Raises:
            NotAsked: none was given.
        """
        if self.read_logged is None:
            raise NotAsked(_NO_ID, "--message-id ID")
        return self.read_logged()

    @property
    def names(self) -> NameService:
        """DNS, or the zone file.

        Raises:
            NotAsked: nobody asks for it.
            UsageError: the zone file cannot be read.
        """
        if self.read_names is None:
            raise NotAsked(_NO_DNS, "--probe, or --zone FILE")
        return self.read_names()

    @property
    def probing(self) -> Prober:
        """What connects.

        Raises:
            NotAsked: nobody agreed to it.
        """
        if self.prober is None:
            raise NotAsked(_NO_PROBE, "--probe")
        return self.prober


def names_of(items: Sequence[str], most: int = 5) -> str:
    """Names in backticks, the first few of many."""
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(f"`{each}`" for each in items[:most]) + more


def place_of(position: Position) -> str:
    """File and line."""
    return f"{position.file}:{position.line}"
