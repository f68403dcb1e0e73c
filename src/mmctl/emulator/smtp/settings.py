"""What the SMTP process gets when it starts, as one JSON document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """Where everything is, and what is allowed."""

    state: str
    """The file of the state."""
    data: str
    """The data folder."""
    host: str
    port: int
    """Of the first ingress point; 0 takes free ones."""
    api: str | None = None
    page: str | None = None
    server: int | None = None
    """The process that a person started and stops."""
    accept_facts: bool = False
    """Whether clients may state facts (XMMFACTS)."""
    add_ons: str | None = None
    """A file that says what add-ons answer."""
    zone: str | None = None
    """A file of DNS records by which messages are authenticated."""
    dns: bool = False
    """Whether messages are authenticated by the DNS."""
    readings: Mapping[str, str] = field(default_factory=dict)
    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Passwords of ingress points whose password is in a secret, by name or id."""
    verbose: bool = False
    delivering: Mapping[str, Any] = field(default_factory=dict)
    """What the post office gets."""

    def to_json(self) -> dict[str, Any]:
        """Its JSON form."""
        return {
            "state": self.state,
            "data": self.data,
            "host": self.host,
            "port": self.port,
            "api": self.api,
            "page": self.page,
            "server": self.server,
            "accept_facts": self.accept_facts,
            "add_ons": self.add_ons,
            "zone": self.zone,
            "dns": self.dns,
            "readings": dict(self.readings),
            "passwords": dict(self.passwords),
            "verbose": self.verbose,
            "delivering": dict(self.delivering),
        }

    @classmethod
    def of_json(cls, members: Mapping[str, Any]) -> SmtpSettings:
        """Read its JSON form."""
        return cls(**members)
