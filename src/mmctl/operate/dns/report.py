"""All that `mmctl dns` found: records, policies, what is published, and the ways to cut over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.operate.dns.comparing import RecordState
    from mmctl.operate.dns.cut_over import CutOver


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPolicy:
    """The MTA-STS policy of a domain, and where senders look for it."""

    domain: str
    url: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsReport:
    """The DNS of one environment."""

    environment: str
    looked_at: str | None
    """Where what is published comes from; None: nobody looked."""
    states: tuple[RecordState, ...]
    policies: tuple[WantedPolicy, ...] = ()
    about_policy: tuple[str, ...] = ()
    """What the published policy does to mail for these hosts."""
    cut_overs: tuple[CutOver, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def finds(self) -> bool:
        """Whether something that is published is not as wanted."""
        return bool(self.about_policy) or any(state.is_finding for state in self.states)

    @property
    def unanswered(self) -> bool:
        """Whether a record was looked for, and nobody answered."""
        return self.looked_at is not None and any(
            state.published is None and state.record.is_known for state in self.states
        )
