"""What the command line says of deliveries: where mail may go, and how patient to be.

Values only, so that the process that serves SMTP gets them as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator.delivering.message_copy import one_line
from mmctl.model.hosts import is_this_machine
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

SEND: Final = "send"
BOUNCES: Final = "bounces"
REPORTS: Final = "reports"
OWN_TARGETS: Final = (SEND, BOUNCES, REPORTS)
"""Names that `--deliver` takes for what is no relay; `relay:NAME` is always a relay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPort:
    """Where a server listens."""

    host: str
    port: int

    def __str__(self) -> str:
        host = one_line(self.host)
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    @property
    def on_loopback(self) -> bool:
        """Whether this is surely the machine itself; a name that DNS resolves never is."""
        return is_this_machine(self.host)


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A user name and a password; never shown."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HowLong:
    """How long others may take, in seconds."""

    connect: float = 15.0
    command: float = 60.0
    letter: float = 300.0
    """One message, from MAIL to the reply after its end."""
    function: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """When to try again, in seconds."""

    first: float = 10.0
    factor: float = 2.0
    most: float = 900.0
    age: float = 172_800.0
    """So old, what still waits is given up: two days."""

    def after(self, tries: int) -> float:
        """How long to wait after so many tries."""
        return min(self.most, self.first * self.factor ** min(tries - 1, 30))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySettings:
    """All of it."""

    deliver: Mapping[str, HostPort] = field(default_factory=dict)
    """By the name of a target: a relay, `send`, `bounces` or `reports`."""
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    """By the name of a target."""
    functions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The command of each function, by its name."""
    s3_url: str | None = None
    sns_url: str | None = None
    lambda_url: str | None = None
    patience: HowLong = field(default_factory=HowLong)
    retries: Retries = field(default_factory=Retries)

    def to_json(self) -> dict[str, Any]:
        """Its form on the way to the process that serves SMTP, passwords included."""
        return {
            "deliver": {name: [each.host, each.port] for name, each in self.deliver.items()},
            "secrets": {
                name: [each.username, each.password] for name, each in self.secrets.items()
            },
            "functions": {name: list(command) for name, command in self.functions.items()},
            "s3_url": self.s3_url,
            "sns_url": self.sns_url,
            "lambda_url": self.lambda_url,
        }

    @classmethod
    def of_json(cls, members: Mapping[str, Any]) -> DeliverySettings:
        """Read that form; what is left out is not allowed."""
        return cls(
            deliver={
                name: HostPort(host=host, port=port)
                for name, (host, port) in members.get("deliver", {}).items()
            },
            secrets={
                name: Secret(username=username, password=password)
                for name, (username, password) in members.get("secrets", {}).items()
            },
            functions={
                name: tuple(command) for name, command in members.get("functions", {}).items()
            },
            s3_url=members.get("s3_url"),
            sns_url=members.get("sns_url"),
            lambda_url=members.get("lambda_url"),
        )

    def server_of(self, target: str) -> HostPort | None:
        """Where `send`, `bounces` or `reports` go; None: into a Maildir."""
        return self.deliver.get(target)

    def server_of_relay(self, name: str, server: HostPort) -> HostPort | None:
        """Where the mail of a relay goes; None: into a Maildir."""
        told = self.deliver.get(f"relay:{name}")
        if told is None and name not in OWN_TARGETS:
            told = self.deliver.get(name)
        if told is not None:
            return told
        return server if server.on_loopback else None

    def server_now(self, target: str, server: HostPort) -> HostPort | None:
        """Where mail goes that an earlier start addressed to a server; None: nowhere, it waits.

        That start may have allowed what this one does not.
        """
        names = (f"relay:{target}", target)
        told = [self.deliver[name] for name in names if name in self.deliver]
        if server in told or (not told and server.on_loopback):
            return server
        return told[0] if len(told) == 1 else None

    def secret_of_relay(self, name: str) -> Secret | None:
        """The secret for a relay, if the command line names one."""
        return self.secrets.get(f"relay:{name}") or self.secrets.get(name)
