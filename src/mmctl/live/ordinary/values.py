"""The values of a comparison of ordinary mail: its input and its findings.

They are part of every plan, so nothing here imports the judge.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from mmctl.language.readings import Readings
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.judge.submission import Scenario, Submission


class About(StrEnum):
    """What a message of the standing set stands for."""

    DOMAIN = "domain"
    """Anybody at an admitted domain."""
    LARGE_SENDER = "large sender"
    """Mail from a large public domain."""
    ADDRESS = "address"
    """One address that rules or cases name."""
    SENDER = "sender"
    """Mail from a sender that rules or lists name."""
    STRANGER = "stranger"
    """Mail for a domain that nobody named."""
    CASE = "case"
    """The message of a case of the project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMail:
    """The message of a case, as it is judged."""

    name: str
    ingress_point: str | None
    submission: Submission
    scenario: Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectMail:
    """What a project adds to the standing set: its readings and its cases."""

    readings: Readings = field(default_factory=Readings)
    cases: tuple[CaseMail, ...] = ()

    def recipients(self) -> Iterator[str]:
        """The addresses that cases name."""
        for case in self.cases:
            yield from (each.lower() for each in case.submission.envelope.recipients)


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentDifference:
    """Ordinary mail of one subject that is treated differently."""

    about: About
    subject: str
    named: str
    """The subject, and which mail for it: `rejects-spoofs for b@example.com`."""
    whose: str
    """`mail for sales@example.com`, `case rejects-spoofs`."""
    change: str
    """`delivered → dropped by block-all`."""
    since: str = ""
    """`within 24 hours`, if it is compared with an earlier state."""

    @property
    def what(self) -> str:
        """All of it in words."""
        return f"{self.whose}: {self.change_since}"

    @property
    def change_since(self) -> str:
        """The change, and against which state."""
        return self.change + (f", {self.since}" if self.since else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinaryMail:
    """What a plan changes for ordinary mail."""

    judged: int = 0
    left_out: int = 0
    """Domains, addresses and senders that were left out for lack of room."""
    held: tuple[TreatmentDifference, ...] = ()
    meant: tuple[TreatmentDifference, ...] = ()
    """Those for which the deciding rule is changed for exactly that address."""
