"""How two versions of a gateway treat mail: values for reports, brakes and files.

Nothing here imports the proofs: what was found once is shown without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.analysis.questions.equality import Equality
    from mmctl.judge.ingress import Way
    from mmctl.language.project import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMessage:
    """A message in a file, and how to judge it again."""

    path: str
    """Relative to the project."""
    command: str
    """The command line that judges it again."""
    facts: tuple[str, ...]
    """What is in it and known of it, besides its envelope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEnvelope:
    """Who sends a message to whom, and where the rest of it is."""

    mail_from: str
    """Empty: the null sender."""
    recipient: str
    others: int
    """How many other recipients it has."""
    kept: KeptMessage | None
    """None: it could not be kept."""

    @property
    def whom(self) -> str:
        """Who writes to whom."""
        more = f" and {self.others} more" if self.others else ""
        return f"from {self.mail_from or '<>'} to {self.recipient}{more}"

    @property
    def told(self) -> str:
        """Who writes to whom, and everything else that it needs."""
        return "; ".join((self.whom, *(() if self.kept is None else self.kept.facts)))

    @property
    def judged_again(self) -> str:
        """The command that judges it again, in parentheses after a space, if there is one."""
        return "" if self.kept is None else f" ({self.kept.command})"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneThing:
    """Something that is done with a copy, and what travels with it."""

    action: str
    """`relay:exchange`."""
    recipient: str | None
    """None: the recipient whom the envelope names."""
    headers: tuple[tuple[str, str], ...]

    @property
    def described(self) -> str:
        """What is done, for whom, with which added headers."""
        whom = f" for {self.recipient}" if self.recipient is not None else ""
        headers = ", ".join(f"{name}: {value}" for name, value in self.headers)
        return f"{self.action}{whom}{f' with {headers}' if headers else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HowItEnds:
    """How one copy ends, and which rule or statement decides."""

    outcome: Outcome
    by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatBecomes:
    """What becomes of a message for one recipient of its envelope."""

    ends: tuple[HowItEnds, ...]
    effects: tuple[DoneThing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOfDifference:
    """A kind of difference, and a message that shows it."""

    before: WhatBecomes
    after: WhatBecomes
    message: FoundEnvelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Harm:
    """What was right before and is wrong afterwards, and a message that shows it."""

    invariant: str | None
    """The invariant that it breaks; None: the message is accepted and lost."""
    before: Outcome
    after: Outcome
    message: FoundEnvelope

    @property
    def what(self) -> str:
        """What is wrong, in words."""
        wrong = (
            "accepted mail is lost"
            if self.invariant is None
            else f"invariant `{self.invariant}` is broken"
        )
        return f"{wrong}: {self.before} → {self.after}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Behavior:
    """How two versions of one gateway compare on every message."""

    way: Way
    equality: Equality
    differences: tuple[KindOfDifference, ...] = ()
    undecided: str | None = None
    """Why it is unknown whether there are other kinds of difference; None: there are none."""
    harms: tuple[Harm, ...] = ()
    unproved: tuple[str, ...] = ()
    """What may be wrong now: invariants by name, or that no mail is lost."""

    @property
    def alike(self) -> bool:
        """Whether it is proved that there is no difference at all."""
        return not self.differences and self.undecided is None


@dataclass(frozen=True, slots=True, kw_only=True)
class EveryMessage:
    """What a change does to every message."""

    gateways: tuple[Behavior, ...] = ()
    """Those that both versions have."""
    unknown: str | None = None
    """Why nothing was proved; None: it was."""

    @property
    def alike(self) -> bool:
        """Whether every message is proved to be treated alike."""
        return self.unknown is None and all(each.alike for each in self.gateways)
