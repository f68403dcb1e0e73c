"""Letters: what must still be handed to a server or a function, and how that went so far."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from mmctl.emulator.delivering.settings import HostPort
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.judge.trace import AddedHeader


class LetterKind(StrEnum):
    """How a letter is handed on."""

    MAIL = "mail"
    """By SMTP."""
    EVENT = "event"
    """By a call of a function whose answer nobody waits for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message on its way to one target."""

    key: str
    """Its name among the letters of its message."""
    kind: LetterKind
    target: str
    """The name of a relay, `send`, `bounces`, `reports`, or the ARN of a function."""
    server: HostPort | None = None
    """Whom to hand it to."""
    mail_from: str = ""
    recipients: tuple[str, ...] = ()
    """Who still waits for it."""
    matched: tuple[str, ...] = ()
    """Whom the rule matched: the service's own log says that of each action."""
    headers: tuple[AddedHeader, ...] = ()
    """Those that rules had added."""
    file: str | None = None
    """What is sent, below the data folder; None: the message as received."""
    rule_index: int = 0
    """The rule that sent it, from 0."""
    action_index: int = 0
    minutes: int | None = None
    """How long to try; None: as long as any mail."""
    tries: int = 0
    since: str = ""
    """When it was first to be sent; the form of all times in the data folder."""
    next: str | None = None
    """When to try again; None: now."""

    @property
    def lane(self) -> str:
        """What one letter can hold up: those for the same server or function."""
        return f"{self.kind} {self.target} {self.server or ''}"

    @property
    def reports_failure(self) -> bool:
        """Whether its failure is reported to the sender; never about what is a report itself."""
        return self.kind is LetterKind.MAIL and self.file is None

    @property
    def ends_action(self) -> bool:
        """Whether an action is done once it is handed on; writing a bounce is one, and done."""
        return self.kind is LetterKind.EVENT or self.reports_failure

    def to_json(self) -> dict[str, Any]:
        """Its form in the queue."""
        return {
            "key": self.key,
            "kind": self.kind.value,
            "target": self.target,
            "server": None if self.server is None else [self.server.host, self.server.port],
            "mail_from": self.mail_from,
            "recipients": list(self.recipients),
            "matched": list(self.matched),
            "headers": [list(each) for each in self.headers],
            "file": self.file,
            "rule_index": self.rule_index,
            "action_index": self.action_index,
            "minutes": self.minutes,
            "tries": self.tries,
            "since": self.since,
            "next": self.next,
        }

    @classmethod
    def of_json(cls, members: Mapping[str, Any]) -> Letter:
        """Read its form in the queue.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        server = members["server"]
        return cls(
            key=str(members["key"]),
            kind=LetterKind(members["kind"]),
            target=str(members["target"]),
            server=None if server is None else HostPort(host=str(server[0]), port=int(server[1])),
            mail_from=str(members["mail_from"]),
            recipients=tuple(map(str, members["recipients"])),
            matched=tuple(map(str, members["matched"])),
            headers=tuple((str(name), str(value)) for name, value in members["headers"]),
            file=None if members["file"] is None else str(members["file"]),
            rule_index=int(members["rule_index"]),
            action_index=int(members["action_index"]),
            minutes=members["minutes"],
            tries=int(members["tries"]),
            since=str(members["since"]),
            next=members["next"],
        )

    def waiting_until(self, moment: str, recipients: tuple[str, ...]) -> Letter:
        """The letter after a try that did not reach everybody."""
        return replace(self, tries=self.tries + 1, next=moment, recipients=recipients)
