"""What a case is: a message, what is known about it, and what is expected for its recipients.

Values only; `mmctl.cases.parsing` makes them from what was written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.submission import Scenario
from mmctl.model.facts import MessageFact
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mmctl.language.project import Outcome
    from mmctl.mail.email import Email, Envelope, Facts, Session
    from mmctl.problem import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What is expected for one recipient; members with None are not compared."""

    recipient: str
    outcome: Outcome | None = None
    by: str | None = None
    rules: tuple[str, ...] | None = None
    """Exactly the rules that apply, in order."""
    rules_include: tuple[str, ...] = ()
    actions: tuple[str, ...] | None = None
    """Exactly the actions that run, in order: `relay`, or with a target `relay:exchange`."""
    position: Position

    @property
    def names(self) -> tuple[str, ...]:
        """The rules that it names."""
        return (*(self.rules or ()), *self.rules_include)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFile:
    """A message in a file of the project."""

    path: str
    """Relative to the project."""
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenMessage:
    """A message that is written in the case itself."""

    email: Email
    content: bytes = b""
    """The bytes that it is written as, without what fills it up to its size."""
    written: Mapping[str, Any] = field(default_factory=dict)
    """What the case says of it."""

    @property
    def is_filled(self) -> bool:
        """Whether its body counts as longer than what is written, up to a stated size."""
        return self.written.get(MessageFact.SIZE) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test case, or one row of a case with `for_each`."""

    name: str
    position: Position
    message: MessageFile | WrittenMessage
    ingress_point: str | None
    """Where the message comes in; None: `rule_set` judges it, without a policy."""
    rule_set: str
    session: Session
    envelope: Envelope
    facts: Facts
    scenario: Scenario = field(default_factory=Scenario)
    expectations: tuple[Expectation, ...]
    todo: str | None = None
    """Why it is expected to fail."""
    smoke: bool = False
